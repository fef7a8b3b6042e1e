"""The command `course`: what maintainers and instructors do from a terminal.

Each command imports what it needs when it runs, so that `course --help` answers at once.
"""

import argparse
import sys
from pathlib import Path


def main(arguments: list[str] | None = None) -> int:
    """Run `course` with the given arguments.

    Returns:
        The exit status: 0 when all is well, 1 when the command found something wrong. A wrong
        command line exits with 2.
    """
    parsed = _parser().parse_args(arguments)
    try:
        return parsed.run(parsed)
    except (ValueError, OSError) as error:
        print(f"course {parsed.command}: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="course", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    notebooks = commands.add_parser(
        "notebooks", help="build lectures/, solutions/ and assignments/ from notebooks/"
    )
    notebooks.add_argument(
        "--check",
        action="store_true",
        help="write nothing; say which built files differ, and exit with 1 if any does",
    )
    notebooks.set_defaults(run=_notebooks)
    return parser


def _notebooks(arguments: argparse.Namespace) -> int:
    from course_utils.notebooks import building

    root = building.find_root(Path.cwd())
    if not arguments.check:
        built = building.build(root)
        for path in built.stale:
            print(f"wrote {path}")
        for path in built.orphans:
            print(f"removed {path}: it has no text in notebooks/")
        if not built:
            print("Every built notebook is up to date.")
        return 0
    found = building.difference(root)
    for path in found.stale:
        print(f"{path} differs from its text in notebooks/")
    for path in found.orphans:
        print(f"{path} has no text in notebooks/")
    for path in found.strays:
        print(f"{path} is no built notebook; nbgrader would copy it to the students")
    if found:
        print("Edit the text in notebooks/, then run `course notebooks`.")
        return 1
    print("Every built notebook is up to date.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
