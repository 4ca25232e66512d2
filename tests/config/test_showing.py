"""A configuration as it is shown: whole, without secrets, and a configuration again."""

from pathlib import Path

import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.config import ServerSettings, shown
from gateway.config.showing import MASK
from gateway.documents.yaml_source import parse
from tests.config.files import ENVIRONMENT, loaded
from tests.support.gateway import backend, settings_for

SHA = "ab" * 32
TEXT = f"""
cursor: {{keys: ["${{env:CURSOR_KEY}}"]}}
auth: {{keys: [{{name: dash, sha256: {SHA}, expires: 2027-12-31T00:00:00Z}}]}}
defaults: {{timeout_s: 20, limits: {{max_body: 1MiB}}}}
backends:
  - name: museum
    adapter: roundware
    options: {{url: "https://museum.example/api/2", token: "${{env:TOKEN}}"}}
    cache: {{ttl_s: 3}}
  - name: office
    adapter: ekran
    options: {{url: "https://ekran.example/ekranapi", timezone: "${{env:ZONE}}", ca_file: null}}
    horizon: 36h
"""
ODD_WORDS = ("yes", "1e3", "0o17", "012", "null", "~", "", "a: b", "${env:X}", "1:30", "0x", "-")
# What else there is no text may hold.
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
MUSEUM = backend("roundware", {"url": "https://museum.example/api/2", "token": "t0ken"})


def unmasked(text: str) -> str:
    """Put references and the hash where the masks are."""
    text = text.replace(f"token: {MASK!r}", "token: ${env:TOKEN}")
    text = text.replace(f"sha256: {MASK!r}", f"sha256: {SHA}")
    return text.replace(f"- {MASK!r}", "- ${env:CURSOR_KEY}")


def test_what_is_shown_is_in_force(tmp_path: Path) -> None:
    settings = loaded(tmp_path, TEXT, {**ENVIRONMENT, "ZONE": "Europe/Paris"})

    tree = yaml.safe_load(shown(settings))

    museum, office = tree["backends"]
    assert list(museum)[:3] == ["name", "adapter", "options"]
    assert museum["timeout_s"] == 20
    assert museum["cache"]["ttl_s"] == 3
    assert museum["limits"] == {"concurrency": 8, "rate": "20/s", "max_body": 1024**2}
    assert office["options"]["timezone"] == "Europe/Paris"
    assert office["horizon"] == "36h"
    assert tree["server"]["port"] == 8080


def test_nothing_secret_is_shown(tmp_path: Path) -> None:
    text = shown(loaded(tmp_path, TEXT, {**ENVIRONMENT, "ZONE": "Europe/Paris"}))

    assert not any(secret in text for secret in (*ENVIRONMENT.values(), SHA))
    assert text.count(MASK) == 3


def test_what_is_shown_is_the_same_configuration_but_for_the_masks(tmp_path: Path) -> None:
    settings = loaded(tmp_path, TEXT, {**ENVIRONMENT, "ZONE": "Europe/Paris"})

    again = loaded(tmp_path, unmasked(shown(settings)))

    assert shown(again) == shown(settings)
    assert [b.horizon for b in again.backends] == [b.horizon for b in settings.backends]


def test_who_calls_is_not_shown_where_a_url_says_it() -> None:
    museum = MUSEUM.model_copy(update={"proxy": "http://ann:s3cret@proxy.example:3128"})

    text = shown(settings_for(museum))

    assert "s3cret" not in text
    assert f"http://{MASK}@proxy.example:3128" in text
    assert "s3cret" not in repr(settings_for(museum))


@given(st.sampled_from(ODD_WORDS) | WORDS)
@example("a" * 200 + " b")
@example("\x85")
def test_a_text_stays_a_text(text: str) -> None:
    settings = settings_for(MUSEUM, server=ServerSettings.model_construct(host=text))

    document = parse(shown(settings))

    assert not document.flaws
    assert document.tree["server"]["host"] == text
