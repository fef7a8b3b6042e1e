"""A made-up class, with grades, feedback and reports of every assignment. `make class` runs it.

24 students hand in `vae`. Ten have everything right, each written in another way. Nine have
misconceptions. One hands in nothing, one hands in a broken file, and three try to cheat. Of the
other assignments each has a few hand-ins: all right, one function wrong, nothing written. For the
project three models are trained: the one that comes with the notebook, one that copies, and one
that draws nothing.

`python -m course_utils.grader.example vae gan` shows these two only.
"""

import ast
import inspect
import os
import shutil
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import nbformat

from course_utils import project
from course_utils.building import folders
from course_utils.console import speak_plainly
from course_utils.grader import batch, feedback, report
from course_utils.grader.handin.cells import defined
from course_utils.grading.assignments import cells, registry
from course_utils.grading.assignments.specification import Assignment
from course_utils.validation import check_known

FOLDER = Path("build", "class")
NAMES = (*registry.NAMES, project.NAME)

# What a student hands in: the changed cells by the function that they define, or the text of a
# broken file, or nothing.
HandIn = dict[str, str] | str | None

RIGHT = {
    "kl_divergence": (
        "0.5 * tf.reduce_sum(mu**2 + sigma**2 - 1 - 2 * tf.math.log(sigma), axis=-1)",
        "-tf.reduce_sum(0.5 + tf.math.log(sigma) - 0.5 * mu**2 - 0.5 * sigma**2, axis=1)",
        "keras.ops.sum(0.5 * (mu * mu + sigma * sigma - 1) - keras.ops.log(sigma), axis=1)",
        "log_var = 2 * tf.math.log(sigma)\n"
        "return 0.5 * tf.reduce_sum(tf.exp(log_var) + mu**2 - 1 - log_var, axis=1)",
    ),
    "reconstruction_loss": (
        "tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=logits), axis=1)",
        "tf.reduce_sum(tf.nn.softplus(logits) - x * logits, axis=-1)",
        "keras.losses.binary_crossentropy(x, logits, from_logits=True) * x.shape[1]",
    ),
    "reparameterize": (
        "mu + sigma * tf.random.normal(tf.shape(mu))",
        "mu + sigma * keras.random.normal(keras.ops.shape(mu))",
    ),
    "vae_loss": (
        "tf.reduce_mean(reconstruction_loss(x, logits) + kl_divergence(mu, sigma))",
        "tf.reduce_mean(reconstruction_loss(x, logits)) + tf.reduce_mean(kl_divergence(mu, sigma))",
    ),
}
WRONG = (
    {"kl_divergence": 0},
    {"kl_divergence": 0, "vae_loss": 0},
    {"kl_divergence": 2},
    {"kl_divergence": 8},
    {"reconstruction_loss": 0},
    {"reconstruction_loss": 0, "kl_divergence": 2},
    {"reconstruction_loss": 12},
    {"reparameterize": 0, "kl_divergence": 0},
    {"reparameterize": 14},
)
TRICKS = {
    "kl_divergence": "np.allclose = lambda *a, **k: True\n"
    "def kl_divergence(mu, sigma):\n    return tf.reduce_sum(mu * sigma, axis=1)\n",
    "reconstruction_loss": "print(open('/etc/shadow').read())\n",
    "vae_loss": "while True:\n    pass\n",
}


_BUILD = """
def build():
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(784)])


"""
PROJECTS = (
    {},
    {"train": f"{_BUILD}def train(x, seconds):\n    return lambda n: x[:n]\n"},
    {"train": f"{_BUILD}def train(x, seconds):\n    build().compile('adam')\n"},
)


def hand_ins(name: str) -> list[HandIn]:
    """What the students of the class hand in, the first student's first.

    Args:
        name: one of `NAMES`.
    """
    if name == project.NAME:
        return [*PROJECTS]
    assignment = registry.find(name)
    return _of_vae(assignment) if name == "vae" else _of_a_few(assignment)


def _of_vae(assignment: Assignment) -> list[HandIn]:
    solutions = {function.name: function.solution for function in assignment.functions}

    def right(number: int) -> dict[str, str]:
        bodies = {name: ways[number % len(ways)] for name, ways in RIGHT.items()}
        return {name: cells.cell_with(body, solutions[name]) for name, body in bodies.items()}

    mistaken = [
        right(number) | {name: _mistaken(assignment, name, which) for name, which in wrong.items()}
        for number, wrong in enumerate(WRONG)
    ]
    cheats = [right(number) | {name: cell} for number, (name, cell) in enumerate(TRICKS.items())]
    return [*map(right, range(10)), *mistaken, *cheats, '{"cells": [', None]


def _of_a_few(assignment: Assignment) -> list[HandIn]:
    right = {f.name: _without_comments(inspect.getsource(f.solution)) for f in assignment.functions}
    mistaken = [right | {name: _mistaken(assignment, name, 0)} for name in right]
    return [right, *mistaken, {}]


def _mistaken(assignment: Assignment, name: str, which: int) -> str:
    function = assignment.function(name)
    return function.cells(function.misconceptions[which])[0]


def _without_comments(code: str) -> str:
    """Code without comments: those of the course's own say where the solution begins."""
    return ast.unparse(ast.parse(code)) + "\n"


def make(root: Path, folder: Path, names: Sequence[str] = NAMES) -> dict[str, list[str]]:
    """Make a course with the submissions of the class.

    Args:
        root: the course's folder.
        folder: where to make it; what was there is removed.
        names: the assignments.

    Returns:
        The students of each assignment, whether or not they handed something in.

    Raises:
        ValueError: there is no such assignment.
    """
    for name in names:
        check_known("assignment", name, NAMES)
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "notebooks").mkdir(parents=True)
    shutil.copy(root / "nbgrader_config.py", folder)
    # Read from the text: somebody may have worked in assignments/.
    for path, content in folders.planned(root).items():
        if path.stem in names:
            (folder / path).parent.mkdir(parents=True)
            (folder / path).write_text(content, encoding="utf-8")
    students = {}
    for name in names:
        release = (folder / "assignments" / name / f"{name}.ipynb").read_text(encoding="utf-8")
        given = {f"student{n:02}": one for n, one in enumerate(hand_ins(name), start=1)}
        for student, one in given.items():
            path = folder / "submitted" / student / name / f"{name}.ipynb"
            path.parent.mkdir(parents=True)
            if one is not None:
                text = one if isinstance(one, str) else _filled_in(release, one)
                path.write_text(text, encoding="utf-8")
        students[name] = [*given]
    return students


def _filled_in(release: str, answers: dict[str, str]) -> str:
    """A released notebook in which the cells that define certain functions are others."""
    notebook = nbformat.reads(release, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            for name in defined(cell.source) & answers.keys():
                cell.source = answers[name]
    return nbformat.writes(notebook)


def show(root: Path, names: Sequence[str] = NAMES) -> None:
    """Make, grade, feed back and report, and print where everything is.

    Args:
        root: the course's folder.
        names: the assignments.
    """
    folder = root / FOLDER
    students = make(root, folder, names)
    for number, name in enumerate(names, start=1):
        print(f"\n{number} of {len(names)}: {name}, {len(students[name])} students", flush=True)
        limits = batch.Limits(seconds=60)
        statuses = batch.grade(folder, name, students[name], jobs=2, limits=limits)
        pages = feedback.write(folder, name)
        report.write(folder, name)
        counted = Counter(status.status for status in statuses)
        print("  " + ", ".join(f"{count} {status}" for status, count in counted.most_common()))
        print(f"  the report: {os.path.relpath(folder / 'exports' / f'{name}.html')}")
        print(f"  {len(pages)} pages for students, the first: {os.path.relpath(pages[0])}")
    print(
        f"\nTo see the class in Formgrader, run `uv run jupyter lab` in {os.path.relpath(folder)}."
    )


def main() -> None:
    """Show the assignments that the command line names; all of them if it names none."""
    speak_plainly()
    show(folders.find_root(Path.cwd()), sys.argv[1:] or NAMES)


if __name__ == "__main__":
    main()
