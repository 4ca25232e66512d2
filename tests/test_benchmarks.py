"""The benchmarks run: what they say about time is not a test's business."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.redis_server import PROGRAM, program

FOLDER = Path(__file__).parents[1] / "benchmarks"


def command(script: str, *arguments: str) -> list[str]:
    return [sys.executable, str(FOLDER / script), *arguments]


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


GOALS = [sys.executable, "-m", "goals"]
AT_HOME = {"PYTHONPATH": f"{FOLDER.parent}:{FOLDER}"}


def test_the_live_goals_are_measured_beside_whoever_needs_nothing_installed() -> None:
    done = subprocess.run(  # noqa: S603  # our own package
        [*GOALS, "live", "--quick", "--no-install"],
        capture_output=True,
        text=True,
        check=False,
        cwd=FOLDER.parent,
        env={**os.environ, **AT_HOME},
    )

    assert done.returncode == 0, done.stderr
    _, *tables = done.stdout.split("\nLive, ")
    assert len(tables) == 4
    for table in tables:
        ratios = dict(
            re.findall(r"^\| ([^|]+) \|(?: [^|]+ \|){2} (\d+\.\d\d) \|", table, re.MULTILINE)
        )
        assert ratios.keys() >= {
            "baseline: aiohttp + orjson, by hand",
            "asyncio.gather, aiohttp + stdlib json",
            "gateway",
        }
        assert all(float(ratio) > 0 for ratio in ratios.values())
    assert re.search(
        r"^\| live answer, .* \*\*\d+\.\d\d x\*\* .*ONLY=live", done.stdout, re.MULTILINE
    )
    pids = [int(pid) for pid in re.findall(r"process (\d+)", done.stderr)]
    assert len(pids) >= 5
    assert not any(is_alive(pid) for pid in pids)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_benchmark_leaves_no_process_behind(number: signal.Signals) -> None:
    with subprocess.Popen(  # noqa: S603  # our own package
        [*GOALS, "live", "--no-install"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=FOLDER.parent,
        env={**os.environ, **AT_HOME},
    ) as process:
        assert process.stderr is not None
        pids = [int(process.stderr.readline().split("process ")[1].split(",")[0]) for _ in range(2)]

        process.send_signal(number)
        process.communicate()

    assert process.returncode == 1
    assert not any(is_alive(pid) for pid in pids)


def test_every_part_of_the_goals_is_measured_by_make() -> None:
    parts = {
        path.stem
        for path in (FOLDER / "goals").glob("*.py")
        if re.search(r"^def measure\(", path.read_text(), re.MULTILINE)
    }
    text = (FOLDER / "goals/__main__.py").read_text()

    assert set(re.findall(r'"(\w+)": \w+\.measure', text)) == parts


def test_the_decoding_benchmark_reads_the_page_of_every_vendor() -> None:
    done = subprocess.run(  # noqa: S603  # our own script
        command("decoding.py", "--repeats", "1", "--pages", "1"),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert {line.split()[0] for line in done.stdout.splitlines() if line} >= {
        "canopsis",
        "cortex",
        "digital_samba",
        "ekran",
        "roundware",
    }


def test_a_listing_takes_no_more_memory_than_it_is_taken_for() -> None:
    # What a list takes besides its sessions, whatever their number, is lost among a thousand.
    done = subprocess.run(  # noqa: S603  # our own script
        command("listings.py", "--rows", "1000"), capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    figures = re.findall(
        r"^[a-z_]+ +\d+ +(\d+) +(\d+) +(\d+) +(\d+) +\d+$", done.stdout, re.MULTILINE
    )
    assert len(figures) == 5
    for remembered, taken_for, records, records_taken_for in figures:
        assert int(remembered) <= int(taken_for)
        assert int(records) <= int(records_taken_for)


SMALL = {
    "deadlines": "--calls 2 --deadlines 0.2",
    "hanging": "--rounds 1 --requests 20",
    "outage": "--service 0.5 --seconds 1 --partly 1",
    "breaker": "--rounds 1 --answers 2 --bad-probes 0",
    "memory": "--parallel 1",
    "starting": "--rounds 1",
    "stopping": "--rounds 1 --requests 20",
    "reloading": "--reloads 10 --requests 5",
    "overload": "--seconds 1",
    "holding": "--rows 50",
    "properties": "tests/resilience",
    "shared_cache": "--rounds 1 --calls 10 --faults down",
}
FIGURES = {
    "deadlines": r"all 12 .* [+-]\d+ ms",
    "hanging": r"throughput of the others .* \d\.\d\d \(",
    "outage": r"down after service .* \d\.\d\d \(\d+ requests for \d+ calls\)",
    "breaker": r"probes under way at a time +1 at most +1$",
    "memory": r"bomb .* 1 x \d{3}$",
    "starting": r"ready with \d+ dead vendors: median \d",
    "stopping": r"1 x SIGTERM: \d+ answered, 0 failed, not ready after ",
    "reloading": r"10 reloads, \d+ ms at the longest: \d+ answered .*, 0 failed$",
    "overload": r"goodput +\d",
    "holding": r"held for \d+ ms at worst",
    "properties": r"examples, CI +[\d,]+ to [\d,]+ each, [\d,]+ in all$",
    "shared_cache": r"down: added to a call, once .* -?\d+ to -?\d+ ms$",
}


@pytest.mark.parametrize("name", SMALL)
def test_what_is_promised_of_vendors_in_trouble_is_measured(name: str) -> None:
    if name == "shared_cache":
        program("redis-server", PROGRAM)
    root = FOLDER.parent
    done = subprocess.run(  # noqa: S603  # our own script
        [sys.executable, "-m", f"reliability.{name}", *SMALL[name].split()],
        capture_output=True,
        text=True,
        check=False,
        cwd=root,
        env={**os.environ, "PYTHONPATH": f"{root}:{FOLDER}"},
    )

    assert done.returncode == 0, done.stderr
    assert re.search(f"^{FIGURES[name]}", done.stdout, re.MULTILINE), done.stdout


def test_every_measure_is_taken_by_make() -> None:
    scripts = {
        path.stem
        for path in (FOLDER / "reliability").glob("*.py")
        if 'if __name__ == "__main__"' in path.read_text()
        and path.stem not in ("__main__", "probed")
    }
    text = (FOLDER / "reliability/__main__.py").read_text()
    taken = re.search(r"_MEASURES = \(\n(.*?)^\)", text, re.DOTALL | re.MULTILINE)

    assert taken is not None
    assert set(re.findall(r'"(\w+)"', taken[1])) == scripts == SMALL.keys()


@pytest.fixture(scope="module")
def walks() -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  # our own script
        command("walks.py", "--rows", "300", "--pages", "5"),
        capture_output=True,
        text=True,
        check=False,
    )


def test_walks_show_what_first_and_last_pages_cost(walks: subprocess.CompletedProcess[str]) -> None:
    kept, live = walks.stdout.split("Nothing kept")
    row = r"^\| ([a-z-]+) \| (\d+) / (\d+) \| [≥\d /]+ \| (\d+) / (\d+) \|"

    found = {name: cells for name, *cells in re.findall(row, kept, re.MULTILINE)}

    assert found.keys() == {name for name, *_ in re.findall(row, live, re.MULTILINE)}
    assert len(found) == 6
    assert found["cortex"] == ["1", "0", "1", "1"]
    assert found["together"] == ["5", "0", "5", "5"]


def test_walks_measure_memory_to_the_end_of_a_stream(
    walks: subprocess.CompletedProcess[str],
) -> None:
    figures = re.findall(
        r"^\| \d+ % of a stream, (\d+) .* \| (\d+) \|$", walks.stdout, re.MULTILINE
    )

    assert len(figures) == 3
    assert int(figures[-1][0]) > 1500
    assert all(int(peak_mb) > 0 for _, peak_mb in figures)


def test_walks_find_that_vendors_count_what_is_explained(
    walks: subprocess.CompletedProcess[str],
) -> None:
    assert walks.returncode == 0, walks.stderr


def test_the_mapping_benchmark_compares_the_same_sessions() -> None:
    done = subprocess.run(  # noqa: S603  # our own script
        command("mapping.py", "--repeats", "1", "--pages", "1"),
        capture_output=True,
        text=True,
        check=False,
    )

    assert "another session" not in done.stderr
    rows = re.findall(r"^(\w+) +\d+\.\d\d +\d+\.\d\d +(\d+\.\d\d)$", done.stdout, re.MULTILINE)
    assert [name for name, _ in rows] == ["digital_samba", "ekran"]
