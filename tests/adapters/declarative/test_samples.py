"""Samples beside a file, by which its map is tried."""

import json
from pathlib import Path

from adapters.declarative.reading import options_model_of
from adapters.declarative.samples import unfit_samples
from gateway.spi import Json
from tests.adapters.declarative.specs import REST

GOOD = {"sessionId": 1, "state": "DONE", "times": {"begin": 1, "finish": "2026-01-01T00:00:00"}}


def told(folder: Path, answer: Json) -> list[str]:
    """Say what is wrong with an answer, or with bytes in its place."""
    file = folder / "vendor.yaml"
    file.write_text(f"{REST}samples: [page.json]\n")
    content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    (folder / "page.json").write_bytes(content)
    found = [*unfit_samples(options_model_of(file).written, folder)]
    assert all(path == ("samples", 0) for path, _ in found)
    return [message for _, message in found]


def test_a_sample_that_the_file_describes_is_in_order(tmp_path: Path) -> None:
    assert told(tmp_path, {"result": {"sessions": [GOOD, GOOD]}}) == []
    assert told(tmp_path, {"result": {"sessions": []}}) == []


def test_a_sample_without_records_is_told(tmp_path: Path) -> None:
    assert told(tmp_path, {"sessions": []}) == ["has no list where list.records leads"]
    assert told(tmp_path, b"<html>") == ["is not JSON, or has no records where list.records leads"]


def test_each_record_that_does_not_fit_is_told(tmp_path: Path) -> None:
    odd = GOOD | {"times": {"begin": "soon"}}

    assert told(tmp_path, {"result": {"sessions": [{}, GOOD, odd]}}) == [
        "record 1 is no session: the record has no usable sessionId",
        "record 3: cannot be read: times.begin",
    ]


def test_a_sample_that_is_not_there_is_told(tmp_path: Path) -> None:
    told(tmp_path, {"result": {"sessions": []}})
    written = options_model_of(tmp_path / "vendor.yaml").written

    assert [*unfit_samples(written, tmp_path / "elsewhere")] == [
        (("samples", 0), "cannot be read: no such file or directory")
    ]
