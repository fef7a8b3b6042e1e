"""The command `course`: what maintainers and instructors do from a terminal.

Each command imports what it needs when it runs, so that `course --help` answers at once.
"""

import argparse
import dataclasses
import importlib.util
import json
import os
import sys
import textwrap
from pathlib import Path

from course_utils.console import speak_plainly


def main(arguments: list[str] | None = None) -> int:
    """Run `course` with the given arguments.

    Args:
        arguments: the words after `course`; those of the process if None.

    Returns:
        The exit status: 0 for success, 1 if the command found something wrong or failed with an
        error that it could explain, 130 if it was interrupted.

    Raises:
        SystemExit: with status 2 for a command line that cannot be parsed.
    """
    speak_plainly()
    _leave_out_a_slow_import()
    parsed = _parser().parse_args(arguments)
    try:
        return parsed.run(parsed)
    except (ValueError, OSError) as error:
        print(f"course {parsed.command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\ncourse {parsed.command}: stopped", file=sys.stderr)
        return 130  # what shells expect of it


def _leave_out_a_slow_import() -> None:
    """Spare every command the two seconds in which jsonschema loads a grammar of addresses.

    It is for the format "iri", which no schema of a notebook has, and jsonschema does without it
    where it is not installed.
    """
    sys.modules.setdefault("rfc3987_syntax", None)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="course", description="Build, run and grade the course's notebooks."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    doctor = commands.add_parser(
        "doctor", help="check that everything is in place, and say what to do where it is not"
    )
    doctor.set_defaults(run=_doctor)

    # Students' copies of the course lack these commands.
    if importlib.util.find_spec("course_utils.building") is not None:
        _add_commands_of_maintainers(commands)
        _add_commands_of_instructors(commands)
    return parser


def _add_commands_of_maintainers(commands: argparse._SubParsersAction) -> None:
    """Build and check what is committed: notebooks, self-checks, weights."""
    notebooks = commands.add_parser(
        "notebooks", help="build lectures/, solutions/ and assignments/ from notebooks/"
    )
    notebooks.add_argument(
        "--check",
        action="store_true",
        help="write nothing; say which built files differ, and exit with 1 if any does",
    )
    notebooks.set_defaults(run=_notebooks)

    lectures = commands.add_parser(
        "lectures",
        help="run lectures in fresh kernels; keep the executed copies in build/lectures/",
    )
    lectures.add_argument("names", nargs="*", metavar="NAME", help="vae or 07_vae; default: all")
    lectures.add_argument(
        "--jobs", type=int, default=1, metavar="N", help="how many run at once (default: 1)"
    )
    lectures.add_argument("--json", type=Path, metavar="FILE", help="write the results here too")
    lectures.set_defaults(run=_lectures)

    checks = commands.add_parser(
        "checks", help="compute what the self-checks of the assignments compare with"
    )
    checks.add_argument(
        "--check",
        action="store_true",
        help="write nothing; say which files differ, and exit with 1 if any does",
    )
    checks.set_defaults(run=_checks)

    weights = commands.add_parser(
        "weights", help="train the models that come with the course again and keep their weights"
    )
    weights.add_argument("names", nargs="*", metavar="NAME", help="digits_vae, …; default: all")
    weights.add_argument(
        "--check",
        action="store_true",
        help="keep nothing; exit with 1 if any differs in quality from the weights already there",
    )
    weights.add_argument("--seed", type=int, default=0, help="of the training (default: 0)")
    weights.set_defaults(run=_weights)


def _add_commands_of_instructors(commands: argparse._SubParsersAction) -> None:
    """Hand out, grade and report."""
    release = commands.add_parser(
        "release", help="write what students get: lectures, assignments and library, no solutions"
    )
    release.add_argument("assignments", nargs="*", metavar="ASSIGNMENT", help="default: all")
    release.add_argument(
        "--output", type=Path, required=True, metavar="DIR", help="a new folder, or a new file.zip"
    )
    release.set_defaults(run=_release)

    misconceptions = commands.add_parser(
        "misconceptions", help="print the known misconceptions of an assignment"
    )
    misconceptions.add_argument("name", metavar="ASSIGNMENT")
    misconceptions.set_defaults(run=_misconceptions)

    grade = commands.add_parser(
        "grade", help="grade what students handed in, in parallel and in sandboxes"
    )
    grade.add_argument("name", metavar="ASSIGNMENT")
    grade.add_argument("--students", nargs="+", metavar="ID", help="only these; default: all")
    grade.add_argument(
        "--jobs", type=int, metavar="N", help="how many at once (default: one per processor)"
    )
    grade.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="let the workers of a Dask cluster do it; on a trusted network or over TLS only",
    )
    grade.add_argument(
        "--isolation",
        choices=("auto", "bubblewrap", "none"),
        default="auto",
        help="how students' code is kept from this machine (default: auto; none means not at all)",
    )
    grade.add_argument(
        "--timeout", type=float, default=300, metavar="S", help="for one submission (default: 300)"
    )
    grade.add_argument(
        "--memory",
        type=int,
        default=2048,
        metavar="MB",
        help="for one submission, beyond what TensorFlow needs (default: 2048)",
    )
    grade.add_argument(
        "--force", action="store_true", help="grade unchanged submissions again, too"
    )
    grade.add_argument("--json", type=Path, metavar="FILE", help="write the results here too")
    grade.set_defaults(run=_grade)

    feedback = commands.add_parser("feedback", help="write a page for each graded student")
    feedback.add_argument("name", metavar="ASSIGNMENT")
    feedback.add_argument("--students", nargs="+", metavar="ID", help="only these; default: all")
    feedback.set_defaults(run=_feedback)

    report = commands.add_parser(
        "report", help="say how a class did and what to reteach, and write its tables"
    )
    report.add_argument("name", metavar="ASSIGNMENT")
    report.set_defaults(run=_report)

    questions = commands.add_parser(
        "questions",
        help="draw three oral questions about a student's own code, with what to listen for",
    )
    questions.add_argument("name", metavar="ASSIGNMENT")
    questions.add_argument("student", metavar="STUDENT")
    questions.add_argument(
        "--output", type=Path, metavar="FILE", help="write them as a page (HTML) instead"
    )
    questions.set_defaults(run=_questions)


def _doctor(arguments: argparse.Namespace) -> int:
    from course_utils.doctor import diagnose

    ill = 0
    for finding in diagnose():
        mark = "✓" if finding.is_well else "✗" if finding.needed else "–"
        print(f"{mark} {finding.what:12} {finding.found}", flush=True)
        if not finding.is_well:
            print(textwrap.indent(textwrap.fill(finding.advice, 80), " " * 15), flush=True)
            ill += finding.needed
    print("\nEverything is in place." if not ill else "\nStart with what is marked ✗.")
    return 1 if ill else 0


def _notebooks(arguments: argparse.Namespace) -> int:
    from course_utils.building import folders

    root = folders.find_root(Path.cwd())
    if not arguments.check:
        built = folders.build(root)
        for path in built.stale:
            print(f"wrote {path}")
        for path in built.orphans:
            print(f"removed {path}: it has no text in notebooks/")
        if not built:
            print("Every built notebook is up to date.")
        return 0
    found = folders.difference(root)
    for path in found.stale:
        print(f"{path} differs from its text in notebooks/")
    for path in found.orphans:
        print(f"{path} has no text in notebooks/")
    for path in found.strays:
        print(f"{path} is not a built notebook; nbgrader would copy it to the students")
    if found:
        print("Edit the text in notebooks/, then run `course notebooks`.")
        return 1
    print("Every built notebook is up to date.")
    return 0


def _lectures(arguments: argparse.Namespace) -> int:
    from course_utils.building import execution, folders

    if arguments.jobs < 1:
        raise ValueError(f"--jobs {arguments.jobs}: at least one must run at a time")
    root = folders.find_root(Path.cwd())
    paths = execution.lecture_paths(root, arguments.names)
    results = execution.execute_all(root, paths, arguments.jobs)
    if arguments.json:
        arguments.json.parent.mkdir(parents=True, exist_ok=True)
        content = json.dumps([dataclasses.asdict(result) for result in results], indent=1)
        arguments.json.write_text(content + "\n", encoding="utf-8")
    for result in results:
        verdict = "FAILED" if result.failure else "ok"
        print(
            f"{verdict:6}  {result.name:28} "
            f"{result.seconds:7.1f} s  {result.cpu_seconds:7.1f} s of computing  "
            f"{result.peak_mebibytes:6,} MiB at most"
        )
    failed = [result for result in results if result.failure]
    for result in failed:
        print(f"\n{result.name}: {result.failure}")
        if result.cell is not None:
            print("in the cell\n" + textwrap.indent(result.cell, "    "))
    print(f"\nThe executed copies are in {execution.EXECUTED_FOLDER}.")
    return 1 if failed else 0


def _checks(arguments: argparse.Namespace) -> int:
    from course_utils.grading.assignments import check_files

    contents = check_files.contents()
    if arguments.check:
        stale = check_files.stale(contents)
        for path in stale:
            print(f"{path.name} differs from what course_utils/grading/assignments/ says")
        if stale:
            print("Run `course checks`.")
            return 1
    else:
        for path in check_files.write(contents):
            print(f"wrote {path.name}")
    print("Every self-check is up to date.")
    return 0


def _weights(arguments: argparse.Namespace) -> int:
    from tqdm import tqdm

    from course_utils import pretrained

    names = arguments.names or pretrained.names()
    recipes = [pretrained.recipe(name) for name in names]
    different = []
    with tqdm(total=len(names), unit="model") as bar:
        for name, recipe in zip(names, recipes, strict=True):
            bar.set_postfix_str(name)
            model = recipe.train(arguments.seed)
            quality = recipe.quality(model)
            if not arguments.check:
                pretrained.save_pretrained(name, model)
            elif abs(quality - pretrained.recorded_quality(name)) > recipe.TOLERANCE:
                different.append(name)
            tqdm.write(f"{name}: {quality:.4g}", file=sys.stdout)
            bar.update()
    for name in different:
        recorded = pretrained.recorded_quality(name)
        print(f"{name}: the weights already there were measured as {recorded:.4g}")
    return 1 if different else 0


def _release(arguments: argparse.Namespace) -> int:
    from course_utils.building import folders, student_copy

    root = folders.find_root(Path.cwd())
    files = student_copy.write(root, arguments.output, arguments.assignments)
    assignments = [path.stem for path in files if path.parts[0] == "assignments"]
    print(
        f"{arguments.output}: {len(files)} files, with the assignments {', '.join(assignments)}. "
        "No solution, hidden test or rubric is among them."
    )
    return 0


def _misconceptions(arguments: argparse.Namespace) -> int:
    from course_utils.grading.assignments import registry

    print(registry.find(arguments.name).list_misconceptions())
    return 0


def _grade(arguments: argparse.Namespace) -> int:
    if sys.platform != "linux":
        raise ValueError("it needs Linux, real or virtual. Elsewhere, use `nbgrader autograde`.")
    from course_utils.building import folders
    from course_utils.grader import batch, report
    from course_utils.grader.box.sandbox import Limits

    jobs = arguments.jobs if arguments.jobs is not None else os.cpu_count() or 1
    for option, value in (
        ("jobs", jobs),
        ("timeout", arguments.timeout),
        ("memory", arguments.memory),
    ):
        if not value > 0:
            raise ValueError(f"--{option} {value}: it must be greater than 0")
    root = folders.find_root(Path.cwd())
    statuses = batch.grade(
        root,
        arguments.name,
        arguments.students,
        jobs,
        arguments.isolation,
        Limits(seconds=arguments.timeout, memory=arguments.memory),
        arguments.force,
        arguments.scheduler,
    )
    if arguments.json:
        arguments.json.parent.mkdir(parents=True, exist_ok=True)
        content = json.dumps([dataclasses.asdict(status) for status in statuses], indent=1)
        arguments.json.write_text(content + "\n", encoding="utf-8")
    print(report.closing_table(arguments.name, statuses, root))
    return 0


def _feedback(arguments: argparse.Namespace) -> int:
    from course_utils.building import folders
    from course_utils.grader import feedback

    root = folders.find_root(Path.cwd())
    pages = feedback.write(root, arguments.name, arguments.students)
    print(f"{len(pages)} pages, such as {os.path.relpath(pages[0])}" if pages else "No pages.")
    return 0


def _report(arguments: argparse.Namespace) -> int:
    from course_utils.building import folders
    from course_utils.grader import report

    print(report.write(folders.find_root(Path.cwd()), arguments.name))
    return 0


def _questions(arguments: argparse.Namespace) -> int:
    from course_utils.building import folders
    from course_utils.grader import questions, recording

    who = (arguments.name, arguments.student)
    asked = questions.ask(folders.find_root(Path.cwd()), *who)
    if arguments.output:
        recording.write_whole(arguments.output, questions.as_page(*who, asked))
        print(f"{len(asked)} questions in {arguments.output}")
    else:
        print(questions.as_text(*who, asked))
    return 0


if __name__ == "__main__":
    sys.exit(main())
