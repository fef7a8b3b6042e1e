"""What git sees of a notebook: its cells without the traces of a run.

Running a lecture and saving it changes its file, which git tracks. With this filter git compares,
and commits, the notebook as it was before the run, while the file keeps its outputs.
`.gitattributes` names the filter, and `make lab` tells git which command it is:

    git config filter.course.clean ".venv/bin/python -m course_utils.git_filter"

It reads a notebook from standard input and writes it to standard output. It imports the standard
library only, because git starts it for every notebook that has changed.
"""

import json
import sys

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


if __name__ == "__main__":
    sys.stdout.buffer.write(without_run(sys.stdin.buffer.read().decode("utf-8")).encode("utf-8"))
