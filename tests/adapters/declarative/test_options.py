"""Options that stand for something else than a text."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from adapters.declarative.options import DeclarativeOptions, values_of
from adapters.declarative.reading import options_model_of

GIVEN = {"spec": "vendor.yaml", "base_url": "https://orbit.example"}


BY_END = """\
spec: 1
vendor: {id: orbitlab, title: Orbitlab}
options: {zone: {default: Europe/Paris}}
transport: {kind: rest, base_url: "${options.base_url}"}
list: {request: {path: /sessions}, records: "@", paginate: {style: single}}
map:
  native_id: {at: id}
  status: {ended_with: ended_at, active_for_s: "${options.window}"}
  started_at: {at: begin, zone: "${options.zone}"}
  ended_at: {at: end}
"""


@pytest.fixture
def model(tmp_path: Path) -> type[DeclarativeOptions]:
    file = tmp_path / "vendor.yaml"
    file.write_text(BY_END)
    return options_model_of(file)


def refused(model: type[DeclarativeOptions], **options: object) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(GIVEN | options)
    return [f"{each['loc'][0]}: {each['msg']}" for each in caught.value.errors()]


def test_a_zone_and_a_length_of_time_may_be_options(model: type[DeclarativeOptions]) -> None:
    options = model.model_validate(GIVEN | {"window": 7200})

    told = values_of(options)
    assert (told["zone"], told["window"]) == ("Europe/Paris", "7200")


def test_an_option_that_stands_for_a_zone_has_to_be_one(model: type[DeclarativeOptions]) -> None:
    assert refused(model, window="60", zone="Mars") == [
        "zone: Value error, must be a name of the IANA time zone database"
    ]


@pytest.mark.parametrize("window", ["soon", "-1", "nan", "inf", ""])
def test_an_option_that_stands_for_a_time_has_to_be_one(
    model: type[DeclarativeOptions], window: str
) -> None:
    assert refused(model, window=window) == ["window: Value error, must be a number of seconds"]
