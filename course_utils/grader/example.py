"""A made-up class of 24, with grades, feedback and a report. `make class` runs it.

Ten students have everything right, each written in another way. Nine have misconceptions. One hands
in nothing, one hands in a broken file, and three try to cheat.
"""

import itertools
import shutil
from pathlib import Path

import nbformat

from course_utils.building import folders
from course_utils.console import speak_plainly
from course_utils.grader import batch, feedback, report
from course_utils.grading.assignments import cells, registry

NAME = "vae"
FOLDER = Path("build", "class")

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


def make(root: Path, folder: Path) -> None:
    """Make a course with the submissions of the class.

    Args:
        root: the course's folder.
        folder: where to make it; what was there is removed.
    """
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "notebooks").mkdir(parents=True)
    shutil.copy(root / "nbgrader_config.py", folder)
    # Read from the text: somebody may have worked in assignments/.
    for path, content in folders.planned(root).items():
        if path.stem == NAME:
            (folder / path).parent.mkdir(parents=True)
            (folder / path).write_text(content, encoding="utf-8")
    assignment = registry.find(NAME)
    solutions = {function.name: function.solution for function in assignment.functions}
    count = itertools.count(1)

    def answers(number: int) -> dict[str, str]:
        bodies = {name: ways[number % len(ways)] for name, ways in RIGHT.items()}
        return {name: cells.cell_with(body, solutions[name]) for name, body in bodies.items()}

    def hand_in(answered: dict[str, str]) -> None:
        notebook = nbformat.read(folder / "assignments" / NAME / f"{NAME}.ipynb", as_version=4)
        for cell in notebook.cells:
            grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
            cell.source = answered.get(grade_id, cell.source)
        path = submitted()
        nbformat.write(notebook, path)

    def submitted() -> Path:
        path = folder / "submitted" / f"student{next(count):02}" / NAME / f"{NAME}.ipynb"
        path.parent.mkdir(parents=True)
        return path

    for number in range(10):
        hand_in(answers(number))
    for number, mistakes in enumerate(WRONG):
        wrong = {}
        for name, which in mistakes.items():
            function = assignment.function(name)
            wrong[name] = function.cells(function.misconceptions[which])[0]
        hand_in(answers(number) | wrong)
    for number, (name, trick) in enumerate(TRICKS.items()):
        hand_in(answers(number) | {name: trick})
    submitted().write_text('{"cells": [', encoding="utf-8")
    submitted()


def main() -> None:
    """Make, grade, feed back, report."""
    speak_plainly()
    root = folders.find_root(Path.cwd())
    folder = root / FOLDER
    make(root, folder)
    statuses = batch.grade(folder, NAME, jobs=2, limits=batch.Limits(seconds=60))
    pages = feedback.write(folder, NAME)
    print(report.write(folder, NAME))
    reasons = [status for status in statuses if status.status == "tampered"]
    for status in reasons:
        print(f"\n{status.student}: {status.sentence}")
    print(f"\n{len(pages)} pages for students, the first: {pages[0].relative_to(root)}")


if __name__ == "__main__":
    main()
