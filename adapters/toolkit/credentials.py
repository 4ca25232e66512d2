"""Headers that carry credentials. Each is made for one request and kept nowhere."""

import base64

from pydantic import SecretStr


def token_header(scheme: str, token: SecretStr) -> dict[str, str]:
    """Make ``Authorization: SCHEME TOKEN``."""
    return {"Authorization": f"{scheme} {token.get_secret_value()}"}


def basic_header(user: str, password: SecretStr) -> dict[str, str]:
    """Make ``Authorization: Basic``, with user and password in UTF-8."""
    return {"Authorization": f"Basic {_pair(user, password)}"}


def bearer_pair_header(user: str, password: SecretStr) -> dict[str, str]:
    """Make ``Authorization: Bearer`` with the pair that Basic would carry."""
    return {"Authorization": f"Bearer {_pair(user, password)}"}


def _pair(user: str, password: SecretStr) -> str:
    return base64.b64encode(f"{user}:{password.get_secret_value()}".encode()).decode()
