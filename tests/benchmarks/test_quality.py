"""The table of measured models, with made-up measurements."""

import json

import pytest

import quality
from course_utils.data.mnist import DownloadError
from entries import Entry, Measurement, Stopwatch, all_entries, is_met


def entry(name, values, reference="≤ 2.2"):
    """A model whose error with seed i is `values[i]`."""

    def measure(seed):
        return Measurement({"error": values[seed], "extra": 1.0}, 2.0 + seed, 1.0 + seed, 1234)

    return Entry(name, "nothing", measure, {"error": reference})


@pytest.fixture
def entries():
    return [entry("good", [2.0, 5.0, 1.0]), entry("bad", [2.3, 1.0, 4.0])]


def test_rows_hold_median_and_range_over_the_seeds(entries, tmp_path, capsys):
    file = tmp_path / "table.json"
    quality.main(entries, ["--json", str(file)])
    rows = json.loads(file.read_text("utf-8"))
    assert [(row["model"], row["metric"]) for row in rows] == [
        ("good", "error"),
        ("good", "extra"),
        ("bad", "error"),
        ("bad", "extra"),
    ]
    first = rows[0]
    assert (first["median"], first["lowest"], first["highest"]) == (2.0, 1.0, 5.0)
    assert first["values"] == [2.0, 5.0, 1.0]
    assert (first["seconds"], first["cpu_seconds"], first["parameters"]) == (3.0, 2.0, 1234)
    assert [row["reached"] for row in rows] == [True, None, False, None]

    lines = capsys.readouterr().out.splitlines()
    assert "reference" in lines[0]
    assert lines[2].startswith("good") and "1,234" in lines[2] and lines[2].endswith("≤ 2.2 ✓")
    assert lines[4].startswith("bad") and lines[4].endswith("≤ 2.2 ✗")


def test_models_and_seeds_select(entries, capsys):
    quality.main(entries, ["--models", "bad", "--seeds", "1"])
    output = capsys.readouterr().out
    assert "good" not in output
    assert "2.3 to 2.3" in output


def test_a_model_whose_data_cannot_be_had_is_skipped_with_a_word(entries, capsys):
    def no_data(seed):
        raise DownloadError("mnist is not on this machine")

    quality.main([Entry("lost", "nothing", no_data), *entries], ["--seeds", "1"])
    output = capsys.readouterr().out
    assert "lost is skipped: mnist is not on this machine" in output
    assert "good" in output


@pytest.mark.parametrize("arguments", [["--models", "unknown"], ["--seeds", "0"]])
def test_mistakes_are_named(entries, arguments, capsys):
    with pytest.raises(SystemExit):
        quality.main(entries, arguments)
    assert arguments[0] in capsys.readouterr().err


def test_a_reference_is_a_sign_and_a_limit():
    assert is_met(2.2, "≤ 2.20") and not is_met(2.21, "≤ 2.20")
    assert is_met(-18.2, "≥ -18.2") and not is_met(-18.3, "≥ -18.2")
    with pytest.raises(ValueError, match="≤ or ≥"):
        is_met(1.0, "about 1")


def test_every_entry_has_a_name_of_its_own_and_readable_references():
    entries = all_entries()
    names = [entry.name for entry in entries]
    assert names and len(set(names)) == len(names)
    for reference in (r for entry in entries for r in entry.references.values()):
        is_met(0.0, reference)


def test_stopwatch_measures_wall_and_processor_time():
    with Stopwatch() as watch:
        sum(range(200_000))
    assert 0 < watch.cpu_seconds <= watch.seconds + 0.05
