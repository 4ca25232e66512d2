"""``adapter lint`` and ``adapter conform`` as the writer of a file meets them."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli.main import main

EXAMPLES = Path(__file__).parents[2] / "examples/vendors"


def command(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["adapter", *arguments])


@pytest.mark.parametrize("name", ["harbour", "orbitlab", "quarry"])
def test_an_example_is_in_order(name: str) -> None:
    result = command("lint", str(EXAMPLES / f"{name}.yaml"))

    assert result.exit_code == 0, result.output
    assert result.stdout == f"{EXAMPLES / name}.yaml: in order\n"


def test_all_that_is_wrong_is_told_with_its_place(tmp_path: Path) -> None:
    text = (EXAMPLES / "orbitlab.yaml").read_text(encoding="utf-8")
    file = tmp_path / "orbitlab.yaml"
    broken = text.replace("records: result.sessions", "records: 'result['")
    file.write_text(broken.replace("cast: epoch_ms, req", "cast: epoch, req"), encoding="utf-8")

    result = command("lint", str(file))

    assert result.exit_code == 2
    assert f"{file}:17:3: list.records: is no JMESPath expression" in result.stderr
    assert "map.started_at.cast: must be" in result.stderr
    assert "Traceback" not in result.output


def test_what_might_be_said_besides_is_remarked(tmp_path: Path) -> None:
    file = tmp_path / "bare.yaml"
    file.write_text(
        "spec: 1\nvendor: {id: bare, title: Bare}\n"
        "transport: {kind: rest, base_url: https://bare.example}\n"
        "list: {request: {path: /rows}, records: '@', paginate: {style: single}}\n"
        "map: {native_id: {at: id}}\n",
        encoding="utf-8",
    )

    result = command("lint", str(file))

    assert result.exit_code == 0
    assert f"{file}: remark: map.status: left out, so every status is unknown" in result.stderr
    assert f"{file}: remark: get: left out" in result.stderr


def test_filters_by_values_without_words_are_remarked(tmp_path: Path) -> None:
    text = (EXAMPLES / "quarry.yaml").read_text(encoding="utf-8")
    assert "active: true, ended: false" in text
    file = tmp_path / "quarry.yaml"
    file.write_text(text.replace("active: true, ended: false", "active: true"), encoding="utf-8")

    result = command("lint", str(file))

    assert result.exit_code == 0
    told = [line.rpartition("filters.")[2] for line in result.stderr.splitlines()]
    assert "status: no word is known for ended, which is not sent but checked here" in told
    assert "client: values that the map does not list are not sent but checked here" in told


def test_an_absent_file_is_told(tmp_path: Path) -> None:
    for name in ("lint", "conform"):
        result = command(name, str(tmp_path / "none.yaml"))

        assert result.exit_code == 2
        assert "none.yaml" in result.stderr


def test_ids_that_nobody_can_make_up_are_told(tmp_path: Path) -> None:
    text = (EXAMPLES / "roundware.yaml").read_text(encoding="utf-8")
    (tmp_path / "odd.yaml").write_text(text.replace("[0-9]{1,9}|", "[A-Z]{2}:"), encoding="utf-8")

    result = command("conform", str(tmp_path / "odd.yaml"))

    assert result.exit_code == 2
    assert "odd.yaml:42:3: map.native_id: no id that is made up looks like this" in result.stderr


def test_a_law_that_there_is_not_is_wrong_usage() -> None:
    result = command("conform", str(EXAMPLES / "orbitlab.yaml"), "--law", "L99")

    assert result.exit_code == 2
    assert "L99" in result.stderr
