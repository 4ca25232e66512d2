"""Who may call, built from the configuration."""

from collections import Counter
from collections.abc import Callable, Mapping

from gateway.config.settings import Action, AuthSettings, KeySettings, Settings
from gateway.spi.abilities import Abilities
from gateway.web.admission import FAILURES, Admission
from gateway.web.callers import ApiKey, Caller, Keyring
from gateway.web.rates import Quota, SharedQuotas, SharedRates
from gateway.web.redaction import Redaction


def admission(  # noqa: PLR0913  # what it is built with, the rest by its name
    settings: Settings,
    abilities: Mapping[str, Abilities],
    timer: Callable[[], float],
    admissions: Counter[str],
    *,
    before: Admission | None = None,
    shared: SharedRates | None = None,
) -> Admission:
    """Build what says who may call, and how often. The timer tells seconds.

    It goes on counting where one that was in its place before has come to. Each worker lets
    through its share, unless somebody counts for all of them. What becomes of calls is counted in
    ``admissions``.
    """
    workers = settings.server.workers
    quotas = {
        key.name: Quota("key", key.rate.requests, key.rate.seconds)
        for key in settings.auth.keys
        if key.rate is not None
    }
    return Admission(
        _keyring(settings.auth, abilities),
        rates={name: quota.shared_by(workers) for name, quota in quotas.items()},
        shared=None if shared is None else SharedQuotas(quotas, shared),
        failures=FAILURES.shared_by(workers),
        trusted_proxies=settings.server.trusted_proxies,
        timer=timer,
        admissions=admissions,
        before=before,
    )


def _keyring(auth: AuthSettings, abilities: Mapping[str, Abilities]) -> Keyring:
    keys = [
        ApiKey(_caller(key, abilities), bytes.fromhex(key.sha256), key.expires) for key in auth.keys
    ]
    return Keyring(keys, is_key_needed=bool(keys) and not auth.anonymous)


def _caller(key: KeySettings, abilities: Mapping[str, Abilities]) -> Caller:
    backends = None if "*" in key.backends else frozenset(key.backends)
    visible = {name: able for name, able in abilities.items() if not backends or name in backends}
    return Caller(
        key.name,
        backends,
        may_read=Action.READ in key.actions,
        may_write=Action.WRITE in key.actions,
        may_administer=Action.ADMIN in key.actions,
        redaction=Redaction.of(key.redact, visible),
    )
