"""A lecture that chooses its images by one word also runs with the other word.

Every model takes two training steps instead of many. What it should have reached is therefore not
tested: `assert` statements, and NumPy's assertions, are left out.
"""

import ast
import re
from pathlib import Path

import matplotlib.pyplot as plt
import nbformat
import pytest
import tensorflow as tf

from course_utils import training

ROOT = Path(__file__).parents[2]
CHOICE = re.compile(r'^DATASET = "(\w+)"', re.MULTILINE)
OTHER = {"fashion": "digits", "digits": "fashion"}


def code_of(path: Path) -> str:
    """The code of a notebook without magics and shell commands."""
    cells = nbformat.read(path, as_version=4).cells
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    return re.sub(r"^[%!].*$", "", code, flags=re.MULTILINE)


LECTURES = [
    path for path in sorted((ROOT / "lectures").glob("*.ipynb")) if CHOICE.search(code_of(path))
]


class WithoutAsserts(ast.NodeTransformer):
    """Leaves out what is claimed of a trained model."""

    def visit_Assert(self, node):
        return ast.copy_location(ast.Pass(), node)

    def visit_Expr(self, node):
        is_claim = "np.testing.assert_" in ast.unparse(node)
        return ast.copy_location(ast.Pass(), node) if is_claim else node


@pytest.fixture
def two_steps(monkeypatch):
    """Let every model of the course take two steps, whatever the number of its epochs."""
    logs = {}

    def run_epochs(epoch, batches, count):
        if epoch not in logs:
            batch = training._slice(batches.data, 0, batches.size)
            tf.config.run_functions_eagerly(True)  # two steps are not worth compiling
            for _ in range(2):
                epoch.step(batch)
            tf.config.run_functions_eagerly(False)
            results = epoch.model.get_metrics_result()
            logs[epoch] = {name: float(value) for name, value in results.items()}
        return [dict(logs[epoch]) for _ in range(count)]

    monkeypatch.setattr(training._Epoch, "run_epochs", run_epochs)
    monkeypatch.setattr(
        training._Epoch, "run", lambda epoch, batches, *_: run_epochs(epoch, batches, 1)[0]
    )
    yield
    tf.config.run_functions_eagerly(False)


def test_there_are_such_lectures():
    assert LECTURES


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of distances between samples of untrained models
@pytest.mark.parametrize("path", LECTURES, ids=lambda path: path.stem)
def test_a_lecture_runs_with_the_other_images(path, two_steps, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # for its logs
    code = CHOICE.sub(lambda choice: f'DATASET = "{OTHER[choice[1]]}"', code_of(path))
    program = ast.fix_missing_locations(WithoutAsserts().visit(ast.parse(code)))
    exec(compile(program, path.stem, "exec"), {"__name__": "lecture"})
    plt.close("all")
