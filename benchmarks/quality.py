"""Train every model of the course from several seeds and print one table of how good it is.

Hyperparameters were chosen on validation data. The table is computed on test data and shows, for
each metric, the median and range over the seeds.

    python benchmarks/quality.py [--models NAME ...] [--seeds N] [--json FILE]
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tqdm import tqdm

from course_utils.data.mnist import DownloadError
from entries import Entry, Measurement, all_entries, is_met

HEADINGS = ("model", "data", "parameters", "s", "CPU s", "metric", "median", "range", "reference")


def summarize(entry: Entry, measurements: list[Measurement]) -> list[dict]:
    """One row for each metric of an entry, over its seeds."""
    rows = []
    for metric in measurements[0].metrics:
        values = [measurement.metrics[metric] for measurement in measurements]
        reference = entry.references.get(metric)
        rows.append(
            {
                "model": entry.name,
                "data": entry.data,
                "parameters": measurements[0].parameters,
                "seconds": median(m.seconds for m in measurements),
                "cpu_seconds": median(m.cpu_seconds for m in measurements),
                "metric": metric,
                "median": median(values),
                "lowest": min(values),
                "highest": max(values),
                "values": values,
                "reference": reference,
                "reached": None if reference is None else is_met(median(values), reference),
            }
        )
    return rows


def format_table(rows: list[dict]) -> str:
    """The rows as text with aligned columns; ✓ or ✗ says whether the median meets the reference."""
    cells = [HEADINGS]
    for row in rows:
        mark = {None: "", True: " ✓", False: " ✗"}[row["reached"]]
        cells.append(
            (
                row["model"],
                row["data"],
                f"{row['parameters']:,}" if row["parameters"] else "",
                f"{row['seconds']:.1f}",
                f"{row['cpu_seconds']:.1f}",
                row["metric"],
                f"{row['median']:.4g}",
                f"{row['lowest']:.4g} to {row['highest']:.4g}",
                (row["reference"] or "") + mark,
            )
        )
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ["  ".join(map(str.ljust, line, widths)).rstrip() for line in cells]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def measure_all(entries: list[Entry], seeds: int) -> Iterator[list[dict]]:
    """The rows of each entry in turn, measured with seeds 0, 1, …

    An entry whose data are not on this machine and cannot be downloaded is skipped with a message.
    """
    with tqdm(total=len(entries) * seeds, unit="training") as bar:
        for entry in entries:
            bar.set_postfix_str(entry.name)
            measurements = []
            try:
                for seed in range(seeds):
                    measurements.append(entry.measure(seed))
                    bar.update()
            except DownloadError as reason:
                bar.write(f"{entry.name} is skipped: {reason}")
                continue
            yield summarize(entry, measurements)


def main(entries: list[Entry], arguments: list[str]) -> None:
    """Measure what the command line asks for."""
    names = [entry.name for entry in entries]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--models",
        nargs="+",
        choices=names,
        metavar="NAME",
        default=names,
        help=f"which to measure (default all): {', '.join(names)}",
    )
    parser.add_argument("--seeds", type=int, default=3, help="trainings of each (default 3)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows here as well")
    options = parser.parse_args(arguments)
    if options.seeds < 1:
        parser.error(f"--seeds: expected at least 1, got {options.seeds}")

    chosen = [entry for entry in entries if entry.name in options.models]
    rows = []
    for new_rows in measure_all(chosen, options.seeds):
        rows += new_rows
        if options.json:  # after each model, so that an interrupted run keeps its results
            text = json.dumps(rows, indent=1, ensure_ascii=False)
            options.json.write_text(text + "\n", "utf-8")
    print(format_table(rows))


if __name__ == "__main__":
    main(all_entries(), sys.argv[1:])
