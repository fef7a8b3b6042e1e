"""`course doctor`: is all in place, and if not, what to do about it?

Every check is a function that returns a `Finding`; none of them changes anything.
"""

import importlib.metadata
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

PACKAGE = "generative-models-course"
SUPPORTED_PYTHON = SpecifierSet(">=3.11,<3.14")
REINSTALL = (
    "Run `uv sync` (conda: `conda env update --file environment.yml`) in the course's folder."
)
WITHOUT_PYTHONPATH = (
    "Packages of another Python come before the course's. Run `unset PYTHONPATH` (on Windows: "
    "`set PYTHONPATH=`) and try again; if that helps, take the variable out of your settings."
)
GIBIBYTE = 2**30
FREE_DISK, FREE_MEMORY = 2 * GIBIBYTE, 1.5 * GIBIBYTE
TRY_TENSORFLOW = (
    "import tensorflow as tf; x = tf.eye(2) @ tf.eye(2); "
    "print(tf.__version__, len(tf.config.list_physical_devices('GPU')))"
)
EXTENSIONS = {
    "sliders": "@jupyter-widgets/jupyterlab-manager",
    "explorers": "anywidget",
    "Validate": "@jupyter/nbgrader",
}
VALIDATE = "nbgrader.server_extensions.validate_assignment"


@dataclass(frozen=True)
class Finding:
    """What one check found.

    Attributes:
        what: what was checked.
        found: what is there, in a few words.
        advice: what to do; empty when all is well.
        needed: False if most people can do without it.
    """

    what: str
    found: str
    advice: str = ""
    needed: bool = True

    @property
    def is_well(self) -> bool:
        return not self.advice


def diagnose() -> Iterator[Finding]:
    """Run the checks one by one and yield each finding; the slowest takes about ten seconds."""
    for check in CHECKS:
        yield check()


def check_python() -> Finding:
    """Whether this Python is one that TensorFlow and nbgrader have packages for."""
    version = ".".join(map(str, sys.version_info[:3]))
    if version in SUPPORTED_PYTHON:
        return Finding("Python", version)
    return Finding(
        "Python",
        version,
        f"The course needs Python {SUPPORTED_PYTHON}: `uv sync` brings one, and so does conda.",
    )


def _shadowing() -> dict[str, str]:
    """The course's packages that PYTHONPATH takes from elsewhere: {module: folder}."""
    try:
        requirements = map(Requirement, importlib.metadata.requires(PACKAGE) or ())
    except importlib.metadata.PackageNotFoundError:
        return {}
    modules = {requirement.name.replace("-", "_").lower() for requirement in requirements}
    found = {}
    for entry in filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep)):
        for module in sorted(modules):
            if Path(entry, module).is_dir() or Path(entry, f"{module}.py").is_file():
                found.setdefault(module, entry)
    return found


def _reinstall() -> str:
    """How to get the right packages. If PYTHONPATH hides them, installing again does not help."""
    return WITHOUT_PYTHONPATH if _shadowing() else REINSTALL


def check_python_path() -> Finding:
    """Whether the variable PYTHONPATH puts other packages before those of the course."""
    found = _shadowing()
    if not found:
        return Finding("PYTHONPATH", "hides no package of the course")
    named = ", ".join(f"{module} from {entry}" for module, entry in found.items())
    return Finding("PYTHONPATH", f"it takes {named}", WITHOUT_PYTHONPATH)


def check_backend() -> Finding:
    """Whether Keras is to run on TensorFlow, for which the course's models are written."""
    backend = os.environ.get("KERAS_BACKEND", "tensorflow")
    advice = (
        "Run `unset KERAS_BACKEND` (on Windows: `set KERAS_BACKEND=`) before you start JupyterLab."
    )
    found = f"runs on {backend}"
    return Finding("Keras", found, "" if backend == "tensorflow" else advice)


def check_packages() -> Finding:
    """Whether every dependency is installed in a version that the course allows."""
    try:
        requirements = map(Requirement, importlib.metadata.requires(PACKAGE) or ())
    except importlib.metadata.PackageNotFoundError:
        return Finding("packages", "the course itself is not installed", REINSTALL)
    wrong, count = [], 0
    for requirement in requirements:
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        count += 1
        try:
            version = importlib.metadata.version(requirement.name)
        except importlib.metadata.PackageNotFoundError:
            wrong.append(f"{requirement.name} is missing")
            continue
        if version not in requirement.specifier:
            wrong.append(f"{requirement.name} {version} instead of {requirement.specifier}")
    if wrong:
        return Finding("packages", "; ".join(wrong), _reinstall())
    return Finding("packages", f"all {count} in tested versions")


def check_tensorflow() -> Finding:
    """Whether TensorFlow can be imported and multiply matrices, tried in a separate process."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", TRY_TENSORFLOW],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=120,
            env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"},
        )
    except subprocess.TimeoutExpired:
        return Finding(
            "TensorFlow", "no answer within two minutes", "Close other programs and try again."
        )
    if done.returncode < 0:
        return Finding(
            "TensorFlow",
            f"it crashed with signal {-done.returncode}",
            "Your processor may be too old for it (it needs AVX), or memory ran out: use Colab.",
        )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        return Finding("TensorFlow", last, _reinstall())
    version, gpus = done.stdout.split()[-2:]
    return Finding("TensorFlow", f"{version}, " + (f"{gpus} GPU" if int(gpus) else "no GPU"))


def check_tensorboard() -> Finding:
    """Whether `%tensorboard` will find its program; otherwise its cell silently stays empty."""
    named = os.environ.get("TENSORBOARD_BINARY")
    beside = shutil.which("tensorboard", path=sysconfig.get_path("scripts"))
    program = named or beside or shutil.which("tensorboard")
    if program and os.access(program, os.X_OK):
        return Finding("TensorBoard", program)
    return Finding("TensorBoard", named or "its program is not there", REINSTALL)


def check_jupyterlab() -> Finding:
    """Whether JupyterLab's extensions for sliders, explorers and Validate are installed and on."""
    from jupyter_core.paths import jupyter_path
    from jupyterlab_server.config import get_federated_extensions, get_page_config

    paths = jupyter_path("labextensions")
    there = get_federated_extensions(paths)
    missing = [use for use, name in EXTENSIONS.items() if name not in there]
    if missing:
        return Finding("JupyterLab", f"no extension for {', '.join(missing)}", REINSTALL)
    disabled = get_page_config(paths).get("disabledExtensions", ())
    off = [name for name in EXTENSIONS.values() if name in disabled]
    if off:
        return Finding(
            "JupyterLab",
            f"switched off: {', '.join(off)}",
            f"Run `jupyter labextension enable {off[0]}`.",
        )
    return Finding("JupyterLab", f"with {', '.join(EXTENSIONS)}")


def check_nbgrader() -> Finding:
    """Whether the server answers nbgrader's Validate button."""
    from jupyter_core.paths import jupyter_config_path
    from jupyter_server.extension.config import ExtensionConfigManager

    manager = ExtensionConfigManager(read_config_path=jupyter_config_path())
    enabled = manager.get_jpserver_extensions()
    if enabled.get(VALIDATE):
        return Finding("nbgrader", "Validate is switched on")
    return Finding(
        "nbgrader",
        "the server does not know its Validate button",
        "Run `jupyter server extension enable --sys-prefix --py nbgrader`.",
    )


def check_sandbox() -> Finding:
    """Whether instructors can run students' code in a sandbox; students do not need one."""
    program = shutil.which("bwrap")
    if program is None:
        return Finding(
            "sandbox",
            "no bubblewrap",
            "Only for grading a class: install bubblewrap (on Debian and Ubuntu: "
            "apt install bubblewrap).",
            needed=False,
        )
    command = [program, "--unshare-all", "--ro-bind", "/", "/", "true"]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=30)
    if done.returncode:
        return Finding(
            "sandbox",
            (done.stderr.strip().splitlines() or ["bubblewrap does not work"])[-1],
            "Only for grading a class: this machine, perhaps a container, forbids user "
            "namespaces; grade on another.",
            needed=False,
        )
    return Finding("sandbox", "bubblewrap works")


def check_folder() -> Finding:
    """Whether this folder has a name that nbgrader can use, and can be written to."""
    folder = Path.cwd()
    if "%" in str(folder):
        return Finding(
            "folder",
            str(folder),
            "nbgrader and its database take % in a path for something else: move the course to a "
            "folder without it.",
        )
    if not os.access(folder, os.W_OK):
        return Finding(
            "folder",
            f"{folder} cannot be written",
            "Lectures run here, and keep TensorBoard's logs in the folder for temporary files; but "
            "no notebook can be saved. Copy the course to a folder of your own.",
        )
    return Finding("folder", str(folder))


def check_disk() -> Finding:
    """Whether there is room for TensorBoard's logs and executed notebooks."""
    free = shutil.disk_usage(Path.cwd()).free
    found = f"{free / GIBIBYTE:.1f} GiB free"
    if free >= FREE_DISK:
        return Finding("disk", found)
    return Finding("disk", found, "Make room for 2 GiB; `make clean` removes logs and builds.")


def check_memory() -> Finding:
    """Whether there is enough free memory for a lecture, 1.5 GiB."""
    free = psutil.virtual_memory().available
    found = f"{free / GIBIBYTE:.1f} GiB free"
    if free >= FREE_MEMORY:
        return Finding("memory", found)
    return Finding(
        "memory",
        found,
        "A lecture needs 1.5 GiB: close other programs, or shut down notebooks that still run "
        "(in JupyterLab: Kernel → Shut Down All Kernels).",
    )


CHECKS: tuple[Callable[[], Finding], ...] = (
    check_python,
    check_python_path,
    check_backend,
    check_packages,
    check_tensorflow,
    check_tensorboard,
    check_jupyterlab,
    check_nbgrader,
    check_sandbox,
    check_folder,
    check_disk,
    check_memory,
)
