"""The library is layered: a module imports what lies below it, never what lies above."""

import ast
from pathlib import Path

import pytest

LIBRARY = Path(__file__).parents[1] / "course_utils"
TOOLS = {"quiet", "validation"}
# What a part of the library may import of the others. `models` stands above everything that the
# algorithms are made of; what shows and measures takes arrays and callables and knows no model.
MAY_IMPORT = {
    "quiet": set(),
    "validation": set(),
    "students": set(),
    "git_filter": set(),
    "keras_internals": set(),
    "alt_text": set(),
    "data": TOOLS,
    "losses": TOOLS,
    "bijectors": TOOLS | {"losses", "serialization"},
    "networks": TOOLS,
    "gan_layers": {"quiet"},
    "serialization": {"quiet"},
    "training": TOOLS | {"keras_internals", "serialization"},
    "players": {"quiet", "keras_internals", "training"},
    "metrics": TOOLS | {"data"},
    "plotting": TOOLS | {"alt_text"},
    "tensorboard": TOOLS | {"plotting", "alt_text"},
    "explorers": TOOLS | {"keras_internals"},
    "models": TOOLS
    | {"losses", "bijectors", "networks", "gan_layers", "training", "players", "keras_internals"},
    "pretrained": TOOLS | {"data", "metrics", "models"},
    "grading": TOOLS | {"students"},
    "exercises": TOOLS | {"grading"},
    "console": set(),
    "project": TOOLS | {"data", "metrics", "models", "pretrained", "grading"},
    "grader": TOOLS | {"students", "grading", "building", "console", "data", "project"},
    "building": TOOLS | {"students"},
    "server": {"git_filter"},
    "doctor": set(),
    "cli": {"console", "doctor", "grader", "grading", "building", "pretrained"},
}
MODULES = sorted(LIBRARY.rglob("*.py"))


def part_of(path: Path) -> str:
    """The file or folder of course_utils that a module belongs to."""
    return path.relative_to(LIBRARY).parts[0].removesuffix(".py")


def imported_parts(path: Path) -> set[str]:
    """The parts of course_utils that a module imports, anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module == "course_utils":
            names |= {f"course_utils.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    parts = {name.split(".")[1] for name in names if name.startswith("course_utils.")}
    return parts - {part_of(path)}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(LIBRARY)))
def test_imports_go_one_way(path):
    part = part_of(path)
    if part == "__init__":
        assert imported_parts(path) == set()
    else:
        assert imported_parts(path) <= MAY_IMPORT[part]


@pytest.mark.parametrize("part", MAY_IMPORT)
def test_no_permission_is_unused(part):
    used = [imported_parts(path) for path in MODULES if part_of(path) == part]
    assert MAY_IMPORT[part] - TOOLS <= set().union(*used)


@pytest.mark.parametrize(
    "path", sorted((LIBRARY / "grader" / "box").glob("*.py")), ids=lambda p: p.name
)
def test_what_runs_students_code_knows_nothing_of_the_rest_of_the_grader(path):
    """Only this folder and what students have of `grading` are there in a sandbox."""
    modules = {
        name.name if isinstance(node, ast.Import) else f"{node.module}.{name.name}"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }
    ours = {name for name in modules if name.startswith("course_utils.")}
    there = (
        "course_utils.grader.box.",
        "course_utils.grading.",
        "course_utils.quiet",
        "course_utils.students",
    )
    assert all(name.startswith(there) for name in ours)
    assert not any(name.startswith("course_utils.grading.assignments") for name in ours)


@pytest.mark.parametrize("path", sorted((LIBRARY / "grader").rglob("*.py")), ids=lambda p: p.name)
def test_a_method_and_a_function_of_a_file_have_names_of_their_own(path):
    tree = ast.parse(path.read_text("utf-8"))
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    for owner in [node for node in tree.body if isinstance(node, ast.ClassDef)]:
        methods = {node.name for node in owner.body if isinstance(node, ast.FunctionDef)}
        assert not methods & functions, f"{owner.name} in {path.name}"


HIDDEN_TESTS = sorted((LIBRARY / "grading" / "assignments").glob("*/properties.py"))


@pytest.mark.parametrize("path", HIDDEN_TESTS, ids=lambda path: path.parent.name)
def test_hidden_tests_describe_nothing_that_a_function_chose(path):
    """`selfcheck.describe` quotes values; by these, hidden inputs would get out."""
    calls = [
        node.func
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
    ]
    assert not any(ast.unparse(call).endswith("describe") for call in calls)


def test_there_is_no_cycle():
    """The table above is an order, so that no two parts can need each other."""
    above = {part: set(below) for part, below in MAY_IMPORT.items()}
    while above:
        lowest = {part for part, below in above.items() if not below & above.keys()}
        assert lowest, f"these parts import each other: {sorted(above)}"
        above = {part: below for part, below in above.items() if part not in lowest}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(LIBRARY)))
def test_tensorflow_is_imported_quietly(path):
    """`course_utils.quiet` comes before the first import of Keras or TensorFlow."""
    # The packages around a module run before it.
    packages = [folder / "__init__.py" for folder in path.parents if folder.is_relative_to(LIBRARY)]
    seen_quiet = path.name == "quiet.py" or any(
        "import course_utils.quiet" in package.read_text("utf-8") for package in packages
    )
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        else:
            continue
        seen_quiet = seen_quiet or "course_utils.quiet" in names
        heavy = [name for name in names if name.split(".")[0] in ("keras", "tensorflow")]
        assert seen_quiet or not heavy, f"import course_utils.quiet before {heavy[0]}"


# Data are drawn in one go, and the parser of a command line is a list of its options.
MAY_BE_LONG = {"data", "cli", "grader", "grading"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(LIBRARY)))
def test_functions_are_short(path):
    if part_of(path) in MAY_BE_LONG:
        return
    lengths = {
        node.name: node.end_lineno - node.lineno + 1
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef)
    }
    assert {name: length for name, length in lengths.items() if length > 80} == {}


# Private in name alone: documented names of named tuples, Matplotlib and IPython.
DOCUMENTED = {"_replace", "_asdict", "_fields", "_suptitle", "_repr_mimebundle_"}


def names_defined(tree: ast.AST) -> set[str]:
    """The names that a module gives to functions, classes, variables and attributes."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            names.add(node.id if isinstance(node, ast.Name) else node.attr)
    return names


def test_private_names_of_keras_stand_in_one_file():
    trees = {path: ast.parse(path.read_text("utf-8")) for path in MODULES}
    ours = set().union(*map(names_defined, trees.values())) | DOCUMENTED
    for path, tree in trees.items():
        if part_of(path) not in {"training", "models", "networks", "gan_layers", "explorers"}:
            continue
        foreign = {
            node.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute)
            and node.attr.startswith("_")
            and not node.attr.startswith("__")
            and node.attr not in ours
        }
        assert not foreign, f"{path.name}: {foreign} belong into keras_internals.py"
        assert "keras.src" not in path.read_text("utf-8"), path.name


def is_number(node: ast.expr) -> bool:
    """Whether an expression is a number in itself, such as 0.5, np.inf or float("inf")."""
    try:
        float(ast.unparse(node).replace("np.", "").replace("math.", "").removeprefix("float"))
    except ValueError:
        return "inf" in ast.unparse(node)
    return True


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(LIBRARY)))
def test_ranges_of_numbers_are_checked_by_check_number(path):
    """No `if not 0 <= x < 1: raise …` but in validation.py."""
    if part_of(path) in {"validation", "cli"}:
        return
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.If) and isinstance(node.body[0], ast.Raise):
            written_out = [
                ast.unparse(test)
                for test in ast.walk(node.test)
                if isinstance(test, ast.Compare)
                and len(test.ops) == 2
                and is_number(test.left)
                and is_number(test.comparators[-1])
            ]
            assert not written_out, f"{path.name}:{node.lineno}: use check_number"
