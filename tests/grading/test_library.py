"""The library refuses to be called from graded functions, and works again afterwards."""

import functools
import importlib
import inspect
import pkgutil
import sys
import types

import pytest

import course_utils
from course_utils.grading import SelfCheckFailed, check
from course_utils.grading.assignments import cells
from course_utils.grading.assignments.vae import ASSIGNMENT, grade
from course_utils.grading.library import LibraryCalled, refused

LIBRARY = """
import functools

scale = 1.0

def plain(mu, sigma, *, factor=1.0):
    return factor * scale

def closure():
    inner = 5.0
    @functools.wraps(plain)
    def wrapped(*arguments):
        return inner
    return wrapped

wrapped = closure()

class Model:
    def method(self):
        return 1.0
    @classmethod
    def of_class(cls):
        return 1.0
    @staticmethod
    def static():
        return 1.0
    @property
    def size(self):
        return 1.0
"""


@pytest.fixture
def library(monkeypatch):
    module = types.ModuleType("course_utils.a_module_of_the_library")
    exec(LIBRARY, vars(module))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return module


@pytest.mark.parametrize(
    "call",
    [
        lambda library: library.plain(1, 2),
        lambda library: functools.partial(library.plain, 1)(2, factor=3),
        lambda library: library.Model().method(),
        lambda library: library.Model.of_class(),
        lambda library: library.Model.static(),
        lambda library: library.Model().size,
    ],
)
def test_every_way_into_the_library_is_refused_and_opened_again(library, call):
    before = call(library)
    with refused(), pytest.raises(LibraryCalled, match="must be your own"):
        call(library)
    assert call(library) == before


def test_a_function_imported_by_name_before_is_refused(library):
    plain = library.plain
    with refused(), pytest.raises(LibraryCalled):
        plain(1, 2)
    assert plain(1, 2) == 1.0


def test_a_module_is_not_loaded_meanwhile(monkeypatch):
    monkeypatch.delitem(sys.modules, "course_utils.plotting", raising=False)
    with refused(), pytest.raises(LibraryCalled):
        importlib.import_module("course_utils.plotting")
    assert all("NoFurtherModules" not in repr(finder) for finder in sys.meta_path)


def test_the_library_opens_again_after_an_error(library):
    with pytest.raises(KeyError), refused():
        raise KeyError
    assert library.plain(1, 2) == 1.0


def test_data_may_be_loaded():
    from course_utils.data import load

    with refused():
        assert len(load("digits").train) == 1350


@pytest.mark.parametrize("judge", [check, grade])
def test_a_graded_function_that_calls_the_library_is_told(library, judge):
    namespace = ASSIGNMENT.notebook()
    cells.run(
        "from course_utils.a_module_of_the_library import plain\n"
        "def kl_divergence(mu, sigma):\n    return plain(mu, sigma)",
        namespace,
    )
    with pytest.raises(SelfCheckFailed, match="calls the course's library"):
        judge(namespace["kl_divergence"])


def functions_of_the_losses():
    if "losses" not in {module.name for module in pkgutil.iter_modules(course_utils.__path__)}:
        return []
    losses = importlib.import_module("course_utils.losses")
    return [f for _, f in inspect.getmembers(losses, inspect.isfunction)]


@pytest.mark.parametrize("loss", functions_of_the_losses(), ids=lambda loss: loss.__name__)
def test_every_loss_of_the_library_is_refused(loss):
    with refused(), pytest.raises(LibraryCalled):
        loss(*[1.0] * len(inspect.signature(loss).parameters))
