"""What git sees of a notebook: its cells without the traces of a run.

Running a lecture and saving it changes its file, which git tracks. With this filter git compares,
and commits, the notebook as it was before the run, while the file keeps its outputs.
`.gitattributes` names the filter, and `make lab` tells git which command it is:

    git config filter.course.clean ".venv/bin/python -m course_utils.git_filter"

It reads a notebook from standard input and writes it to standard output. It imports the standard
library only, because git starts it for every notebook that has changed.

Git takes a file of another size for changed without asking the filter. So whoever has saved a
notebook calls `let_git_look`, as the course's extension of Jupyter's server does.
"""

import json
import subprocess
import sys
from pathlib import Path

OF_A_RUN = {"execution", "collapsed", "scrolled", "jupyter", "trusted"}


def without_run(text: str) -> str:
    """A notebook without outputs, counts, and what the kernel told of itself.

    Args:
        text: the notebook's file.

    Returns:
        The file as nbformat writes it, so that one that was never run stays as it is. A text that
        is no notebook, such as one with a merge conflict, is returned unchanged.
    """
    try:
        notebook = json.loads(text)
        for cell in notebook["cells"]:
            cell["metadata"] = {
                key: value for key, value in cell["metadata"].items() if key not in OF_A_RUN
            }
            if cell["cell_type"] == "code":
                cell["outputs"], cell["execution_count"] = [], None
        language = notebook["metadata"]["language_info"]["name"]
        notebook["metadata"] = {
            "kernelspec": notebook["metadata"]["kernelspec"],
            "language_info": {"name": language},
        }
    except (ValueError, KeyError, TypeError):
        return text
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def let_git_look(path: Path) -> None:
    """Make git ask the filter whether a notebook has changed; nothing is staged.

    The notebook's entry in git's index is written anew, as it is but without the size of the file.
    Where there is no git, or the filter is not set up, nothing happens.

    Args:
        path: the notebook, which has just been saved.
    """

    def git(*words: str) -> str:
        done = subprocess.run(
            ["git", *words], cwd=path.parent, check=True, capture_output=True, text=True
        )
        return done.stdout

    try:
        git("config", "filter.course.clean")
        if git("check-attr", "filter", "--", path.name).endswith(": course\n"):
            entry = git("ls-files", "--stage", "--full-name", "--", path.name)
            if entry:
                kind, inside = entry.rstrip("\n").split("\t")
                mode, blob, _ = kind.split()
                git("update-index", "--cacheinfo", f"{mode},{blob},{inside}")
    except (OSError, subprocess.CalledProcessError):
        return


if __name__ == "__main__":
    sys.stdout.buffer.write(without_run(sys.stdin.buffer.read().decode("utf-8")).encode("utf-8"))
