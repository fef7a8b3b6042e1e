"""TensorBoard for the course: runs in dated folders, a Keras callback, a dashboard in the page.

    model.fit(..., callbacks=[RunLogger(name="vae")])  # logs/vae/20260131-142500/train and …/test
    show_dashboard("logs")

A run has two writers because the dashboard draws two curves with the same tag, one from `train` and
one from `test`, in the same chart.

The dashboard is TensorBoard's own `%tensorboard`, prepared for notebooks: the program is found
without an activated environment, the address is correct behind JupyterHub and Binder, a server ends
with the notebook that started it, and a dead server is not shown again as an empty frame.
`prepare_dashboard()` does the same for a plain `%tensorboard --logdir logs`.
"""

import course_utils.quiet

import atexit
import contextlib
import datetime
import itertools
import math
import os
import re
import shutil
import signal
import socket
import sys
import sysconfig
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np
import psutil
import tensorflow as tf
from IPython.display import HTML, display
from matplotlib.figure import Figure
from numpy.typing import ArrayLike
from tensorboard import manager, notebook
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins import projector

from course_utils.alt_text import as_image
from course_utils.plotting import image_grid
from course_utils.validation import check_array

# A server inherits its kernel's environment, so this later tells which kernel started it.
KERNEL_VARIABLE = "COURSE_TENSORBOARD_KERNEL"
SECONDS_TO_STOP = 3
STILL = (
    '<details class="dashboard-still"><summary>The dashboard as it was when this cell ran</summary>'
    "{}</details>"
)
STILL_PANELS, STILL_NAMES = 6, 10  # at most, so that the picture stays readable


# ---- writing -------------------------------------------------------------------------------------


class Writers(NamedTuple):
    """The summary writers of one run, and the folder of the run."""

    train: tf.summary.SummaryWriter
    test: tf.summary.SummaryWriter
    directory: Path

    def close(self) -> None:
        """Close both files."""
        self.train.close()
        self.test.close()


def log_folder(log_dir: str | os.PathLike = "logs") -> Path:
    """Where logs can be written: `log_dir`, or a temporary folder if `log_dir` is read-only.

    A copy of the course that many people share is often read-only. Each person then gets a folder
    among the temporary files, and its path is printed once.

    Args:
        log_dir: the folder of all runs, relative to the current one; it need not exist.

    Returns:
        The folder, which need not exist either.
    """
    wanted = Path(log_dir)
    there = next(folder for folder in (wanted, *wanted.absolute().parents) if folder.exists())
    if os.access(there, os.W_OK):
        return wanted
    # One for each person and each folder where the logs would have been.
    whose = os.getuid() if hasattr(os, "getuid") else os.environ.get("USERNAME", "")
    place = Path(tempfile.gettempdir(), f"course-logs-{whose}", *wanted.absolute().parts[1:])
    if place not in _told:
        _told.add(place)
        print(f"{wanted} cannot be written here: the logs go to {place}")
    return place


# The places that `log_folder` has printed.
_told: set[Path] = set()


def create_writers(log_dir: str | os.PathLike = "logs", name: str = "run") -> Writers:
    """Open writers for train and test in a new folder, `log_dir/name/YYYYMMDD-HHMMSS`.

    Runs that start in the same second get different folders; the later ones end in `-2`, `-3`, ….

    Args:
        log_dir: the folder of all runs, the one to give to `show_dashboard`; if it is read-only,
            see `log_folder`.
        name: what is trained.

    Returns:
        The `Writers`; use each as `with writers.train.as_default(): tf.summary.scalar(...)`, or
        with `write_scalars` and `write_images`. What was written is on disk at the end of the
        `with`.
    """
    started = Path(log_folder(log_dir), name, datetime.datetime.now().strftime("%Y%m%d-%H%M%S"))
    for attempt in itertools.count(1):
        directory = started if attempt == 1 else started.with_name(f"{started.name}-{attempt}")
        # Creating the folder claims it: another process may ask for it in the same second.
        with contextlib.suppress(FileExistsError):
            directory.mkdir(parents=True)
            break
    train, test = (tf.summary.create_file_writer(str(directory / x)) for x in ("train", "test"))
    return Writers(train, test, directory)


def write_scalars(writer: tf.summary.SummaryWriter, values: Mapping[str, float], step: int) -> None:
    """Write one point of a curve for each name in `values`.

    Args:
        writer: one of `Writers`.
        values: the number to write under each tag.
        step: the epoch or training step.
    """
    with writer.as_default():
        for tag, value in values.items():
            tf.summary.scalar(tag, value, step=step)


def write_images(
    writer: tf.summary.SummaryWriter,
    tag: str,
    images: ArrayLike,
    step: int,
    columns: int | None = None,
) -> None:
    """Write images as one picture, tiled by `course_utils.plotting.image_grid`.

    Args:
        writer: one of `Writers`.
        tag: the picture's name; the dashboard has a slider through its steps.
        images: (N, H, W, C) floats in [0, 1], with C = 1 for grey or 3 for colour.
        step: the epoch or training step.
        columns: images in a row; ⌈√N⌉ if None.

    Raises:
        ValueError: as for `image_grid`.
    """
    with writer.as_default():
        tf.summary.image(tag, image_grid(images, columns)[None], step=step)


def write_codes(
    codes: ArrayLike,
    *,
    images: ArrayLike | None = None,
    labels: Sequence | None = None,
    log_dir: str | os.PathLike = "logs",
    name: str = "codes",
) -> Path:
    """Write latent codes as a run of its own, for the dashboard's *Projector*.

    The projector shows them as a rotating cloud of points, laid out by principal components, t-SNE
    or UMAP. Each point is drawn as its image; points can be coloured and searched by label.

    Args:
        codes: (N, D) numbers, N and D at least 2.
        images: (N, H, H, C) floats in [0, 1], the image that each code belongs to; C = 1 or 3.
        labels: N labels, each a word or a number.
        log_dir: the folder of all runs.
        name: what the codes are.

    Returns:
        The folder of the run, `log_dir/name/YYYYMMDD-HHMMSS/test`.

    Raises:
        ValueError: for codes of another shape or with NaN, images that are not square or not in
            [0, 1], or a number of images or labels that is not the number of codes.
    """
    sizes = {}
    codes = check_array("codes", codes, ("N", "D"), sizes)
    if min(codes.shape) < 2:
        raise ValueError(f"codes: expected at least two, each of two numbers, got {codes.shape}")
    if images is not None:
        images = check_array("images", images, ("N", "H", "H", "C"), sizes, low=0, high=1)
    if labels is not None and len(labels) != len(codes):
        raise ValueError(f"labels: expected {len(codes)}, one per code, got {len(labels)}")

    writers = create_writers(log_dir, name)
    folder = writers.directory / "test"
    with writers.test.as_default():  # the projector finds only runs that have a summary
        tf.summary.histogram(name, codes, step=0)
    writers.close()

    config = projector.ProjectorConfig()
    cloud = config.embeddings.add(tensor_name=name, tensor_path="codes.tsv")
    np.savetxt(folder / cloud.tensor_path, codes, fmt="%.6g", delimiter="\t")
    if labels is not None:
        cloud.metadata_path = "labels.tsv"
        lines = "".join(f"{label}\n" for label in labels)
        (folder / cloud.metadata_path).write_text(lines, "utf-8")
    if images is not None:
        cloud.sprite.image_path = "images.png"
        cloud.sprite.single_image_dim.extend(images.shape[2:0:-1])
        # The projector expects the images row by row in a square grid, and cuts it up.
        columns = math.ceil(math.sqrt(len(images)))
        grid = image_grid(images, columns, padding=0)
        png = tf.io.encode_png(tf.cast(tf.round(255 * grid), "uint8"))
        tf.io.write_file(str(folder / cloud.sprite.image_path), png)
    projector.visualize_embeddings(str(folder), config)
    return folder


# Adapting keras.callbacks.TensorBoard would take more lines: its folder is called `validation`, its
# tags `epoch_…`, it writes the graph by default, and it has no images.
class RunLogger(keras.callbacks.Callback):
    """A Keras callback that writes each `fit` as a run of its own.

    Metrics go to `train` and those called `val_…` to `test` under the same tag, so that both curves
    are in one chart. The learning rate of a model with one optimizer goes to `train` as
    `optimizer/learning_rate`, which the dashboard lists below the loss. The step is the epoch,
    counted from 1 as in the progress bar. Everything is on disk after each epoch, even if training
    is interrupted.

    Args:
        log_dir: the folder of all runs.
        name: what is trained; see `create_writers`.
        images: for each tag a function without arguments that returns images (N, H, W, C) in
            [0, 1], such as `lambda: decode(fixed_z)`. They are written to `test` as one grid.
        every: number of epochs from one grid to the next.

    Attributes:
        directory: the folder of the latest run, or None before the first.

    Raises:
        ValueError: if `every` is less than 1.
    """

    def __init__(
        self,
        log_dir: str | os.PathLike = "logs",
        name: str = "run",
        images: Mapping[str, Callable[[], ArrayLike]] | None = None,
        every: int = 1,
    ):
        super().__init__()
        if every < 1:
            raise ValueError(f"every is a number of epochs, 1 or more; got {every}")
        self.log_dir = log_dir
        self.name = name
        self.images = dict(images or {})
        self.every = every
        self.directory: Path | None = None
        self._writers: Writers | None = None

    def on_train_begin(self, logs=None):
        # Keras does not call on_train_end when training is interrupted; such a run ends here.
        self.on_train_end()

    def on_epoch_end(self, epoch, logs=None):
        if self._writers is None:
            self._writers = create_writers(self.log_dir, self.name)
            self.directory = self._writers.directory
        step = epoch + 1
        logs = dict(logs or {})
        logs.pop("learning_rate", None)  # some of Keras's callbacks add it
        test = {tag.removeprefix("val_"): logs[tag] for tag in logs if tag.startswith("val_")}
        train = {tag: logs[tag] for tag in logs if not tag.startswith("val_")}
        # A model with two optimizers has none called `optimizer`.
        if (optimizer := getattr(self.model, "optimizer", None)) is not None:
            train["optimizer/learning_rate"] = float(optimizer.learning_rate)
        write_scalars(self._writers.train, train, step)
        write_scalars(self._writers.test, test, step)
        if step % self.every == 0:
            for tag, draw in self.images.items():
                write_images(self._writers.test, tag, draw(), step)

    def on_train_end(self, logs=None):
        if self._writers is not None:
            self._writers.close()
            self._writers = None


# ---- showing -------------------------------------------------------------------------------------


def prepare_dashboard() -> None:
    """Make `%load_ext tensorboard` and `%tensorboard --logdir logs` work in this notebook.

    It sets TENSORBOARD_BINARY to the program of this environment and, behind JupyterHub and Binder,
    TENSORBOARD_PROXY_URL to the address under which jupyter-server-proxy serves it; a variable that
    is already set keeps its value. It forgets servers that died, and makes the servers of this
    notebook end with it.
    """
    beside_python = os.pathsep.join(
        [os.path.dirname(sys.executable), sysconfig.get_path("scripts")]
    )
    if binary := shutil.which("tensorboard", path=beside_python):
        os.environ.setdefault("TENSORBOARD_BINARY", binary)
    hub = os.environ.get("JUPYTERHUB_SERVICE_PREFIX")
    proxy = os.environ.get("TENSORBOARD_PROXY_URL") or (hub and f"{hub.rstrip('/')}/proxy/%PORT%/")
    if proxy:
        # Without the slash the browser asks for TensorBoard's data one level too high.
        os.environ["TENSORBOARD_PROXY_URL"] = proxy.rstrip("/") + "/"
    os.environ[KERNEL_VARIABLE] = str(os.getpid())
    atexit.unregister(_stop_own)
    atexit.register(_stop_own)
    prune_dashboards()


def show_dashboard(log_dir: str | os.PathLike = "logs", height: int = 700) -> None:
    """Show TensorBoard below the cell, and print its address in case the frame stays empty.

    A server that already shows `log_dir` is reused; a new one takes a few seconds to start. It runs
    until the notebook ends and, unlike that of a plain `%tensorboard`, survives when a cell is
    interrupted. A still picture of the curves is kept folded below it, for the time when the server
    is gone and the notebook is opened again.

    Args:
        log_dir: the folder of all runs; it need not exist yet.
        height: of the frame, in pixels.

    Raises:
        RuntimeError: if TensorBoard does not start; the message has its output.
    """
    prepare_dashboard()
    # The same arguments as `%tensorboard --logdir …`, so that each finds the other's server.
    with _interrupts_ignored():
        result = manager.start(["--logdir", os.fspath(log_folder(log_dir))])
    match result:
        case manager.StartLaunched(info=info) | manager.StartReused(info=info):
            notebook.display(port=info.port, height=height)
            if (curves := still(log_dir)) is not None:
                display(HTML(STILL.format(as_image(curves))))
            print(f"If the dashboard does not appear, open {_address(info.port)}")
        case manager.StartExecFailed(os_error=error):
            raise RuntimeError(
                f"TensorBoard's program cannot be run ({error}). It belongs to the course's "
                "environment: reinstall that, or set TENSORBOARD_BINARY to the program's path."
            )
        case manager.StartFailed(exit_code=code, stderr=said):
            raise RuntimeError(f"TensorBoard ended at once with code {code} and said:\n{said}")
        case manager.StartTimedOut(pid=pid):
            raise RuntimeError(
                f"TensorBoard (process {pid}) did not answer within a minute. The machine may be "
                "busy: run the cell again."
            )


def still(log_dir: str | os.PathLike = "logs") -> Figure | None:
    """The scalars of all runs as a picture: a panel for each tag, a curve for each run.

    Runs that differ only in their date have one colour and one name.

    Args:
        log_dir: the folder of all runs.

    Returns:
        The figure, which pyplot does not know; None if no run has written a scalar.
    """
    folder = log_folder(log_dir)
    panels: dict[str, list[tuple[str, np.ndarray]]] = {}
    for run in sorted({path.parent for path in folder.rglob("events.out.tfevents.*")}):
        events = EventAccumulator(str(run), size_guidance={"tensors": 0}).Reload()
        name = "/".join(part for part in run.relative_to(folder).parts if not _is_date(part))
        for tag in events.Tags()["tensors"]:
            if events.SummaryMetadata(tag).plugin_data.plugin_name == "scalars":
                curve = [(e.step, tf.make_ndarray(e.tensor_proto)) for e in events.Tensors(tag)]
                panels.setdefault(tag, []).append((name, np.array(curve, "float64")))
    if not panels:
        return None
    shown = dict(itertools.islice(panels.items(), STILL_PANELS))
    names = list(dict.fromkeys(name for runs in shown.values() for name, _ in runs))
    rows = math.ceil(len(shown) / 3)
    figure = Figure(figsize=(9, 2.8 * rows), dpi=110, layout="constrained")
    axes = iter(figure.subplots(rows, min(3, len(shown)), squeeze=False).flat)
    lines = {}
    for axis, (tag, runs) in zip(axes, shown.items(), strict=False):
        axis.set(title=tag, xlabel="step")
        for name, curve in runs:
            color = f"C{names.index(name) % 10}"
            [lines[name]] = axis.plot(*curve.T, color=color, label=name)
    for axis in axes:
        axis.set_axis_off()  # places left over in the last row
    if len(lines) <= STILL_NAMES:
        place = {"loc": "outside lower center", "ncols": 4, "frameon": False, "fontsize": 9}
        figure.legend(lines.values(), lines, **place)
    return figure


def _is_date(part: str) -> bool:
    """Whether a folder is named by `create_writers` after the time when its run began."""
    return re.fullmatch(r"\d{8}-\d{6}(-\d+)?", part) is not None


@contextlib.contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Ignore the interrupt signal; a program started meanwhile ignores it for good.

    Jupyter interrupts a kernel together with its child processes. Without this, interrupting
    training would also end the dashboard.
    """
    if threading.current_thread() is not threading.main_thread():  # which alone may set signals
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _address(port: int) -> str:
    proxy = os.environ.get("TENSORBOARD_PROXY_URL")
    if proxy is None:
        return f"http://localhost:{port}/"
    address = proxy.replace("%PORT%", str(port))
    return address if "://" in address else f"{address} on the server of this notebook"


# ---- stopping ------------------------------------------------------------------------------------


def stop_dashboard(log_dir: str | os.PathLike | None = None) -> None:
    """Stop the TensorBoard servers that you started, in this notebook or elsewhere.

    Args:
        log_dir: stop only those that show this folder; all of yours if None.
    """
    prune_dashboards()
    servers = [
        (info, process)
        for info in manager.get_all()
        if (process := _server(info)) is not None
        and _is_mine(process)
        and (log_dir is None or _shows(info, process, log_dir))
    ]
    _stop(servers)
    for info, _ in servers:
        print(f"Stopped TensorBoard on port {info.port} ({manager.data_source_from_info(info)}).")
    if not servers:
        print("No TensorBoard was running" + ("." if log_dir is None else f" for {log_dir}."))


def prune_dashboards() -> None:
    """Forget TensorBoard servers that died, and stop those whose notebook died.

    TensorBoard records each server in a file, and `%tensorboard` trusts that file: after a server
    was killed, it would show an empty frame.
    """
    orphans = []
    for info in manager.get_all():
        process = _server(info)
        if process is None:
            _forget(info)
        elif _kernel_died(process):
            orphans.append((info, process))
    _stop(orphans)


def _stop_own() -> None:
    """Stop what this notebook started; runs when its kernel exits."""
    own = str(os.getpid())
    servers = [(info, _server(info)) for info in manager.get_all()]
    _stop([(info, process) for info, process in servers if process and _kernel_of(process) == own])


def _server(info: manager.TensorBoardInfo) -> psutil.Process | None:
    """The process of a recorded server, if it exists, is TensorBoard, and answers on its port."""
    process = _living(info.pid)
    if process is not None and _is_tensorboard(process) and _answers(info.port):
        return process
    return None


def _living(pid: int) -> psutil.Process | None:
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        # A killed child that its parent has not waited for still has a process number.
        if process.status() != psutil.STATUS_ZOMBIE:
            return process
    return None


def _is_tensorboard(process: psutil.Process) -> bool:
    """Whether it is; the system may have given a dead server's number to another process."""
    try:
        command = process.cmdline()
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True  # another user's; whether its port answers decides
    # `python …/bin/tensorboard …`, `tensorboard.exe …` or `python -m tensorboard.main …`
    return any(Path(word).name.startswith("tensorboard") for word in command[:3])


def _is_mine(process: psutil.Process) -> bool:
    try:
        return process.username() == psutil.Process().username()
    except psutil.Error:
        return False


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("localhost", port), timeout=1).close()
    except OSError:
        return False
    return True


def _kernel_of(process: psutil.Process) -> str | None:
    """The process number of the notebook kernel that started a server, if one did."""
    try:
        return process.environ().get(KERNEL_VARIABLE)
    except psutil.Error:
        return None


def _kernel_died(server: psutil.Process) -> bool:
    pid = _kernel_of(server)
    if pid is None:
        return False
    kernel = _living(int(pid))
    # A process with the kernel's number that is younger than the server is another process.
    return kernel is None or kernel.create_time() > server.create_time()


def _shows(
    info: manager.TensorBoardInfo, process: psutil.Process, log_dir: str | os.PathLike
) -> bool:
    # The server recorded the folder as it was given, relative to where it was started.
    return Path(process.cwd(), info.logdir).resolve() == Path(log_dir).resolve()


def _stop(servers: Sequence[tuple[manager.TensorBoardInfo, psutil.Process]]) -> None:
    for _, process in servers:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    _, stubborn = psutil.wait_procs([process for _, process in servers], timeout=SECONDS_TO_STOP)
    for process in stubborn:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(stubborn, timeout=SECONDS_TO_STOP)
    for info, _ in servers:
        _forget(info)


def _forget(info: manager.TensorBoardInfo) -> None:
    # A server that ends normally removes its own file; another user's file cannot be removed.
    with contextlib.suppress(FileNotFoundError, PermissionError):
        Path(manager._get_info_dir(), f"pid-{info.pid}.info").unlink()
