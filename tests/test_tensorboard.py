import course_utils.quiet

import asyncio
import contextlib
import datetime
import inspect
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import keras
import nbformat
import numpy as np
import psutil
import pytest
import tensorflow as tf
from google.protobuf import text_format
from nbclient import NotebookClient
from tensorboard import manager, notebook
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins import projector

from course_utils import tensorboard as course_tensorboard
from course_utils.plotting import image_grid
from course_utils.tensorboard import (
    KERNEL_VARIABLE,
    RunLogger,
    create_writers,
    log_folder,
    prepare_dashboard,
    prune_dashboards,
    show_dashboard,
    still,
    stop_dashboard,
    write_codes,
    write_images,
    write_scalars,
)

# ---- where ---------------------------------------------------------------------------------------


def test_a_folder_that_cannot_be_written_has_its_logs_elsewhere(tmp_path, monkeypatch, capsys):
    course, elsewhere = tmp_path / "course", tmp_path / "elsewhere"
    course.mkdir()
    elsewhere.mkdir()
    monkeypatch.chdir(course)
    monkeypatch.setattr(tempfile, "tempdir", str(elsewhere))
    real = os.access

    def sealed(path, mode):
        return real(path, mode) and not Path(path).absolute().is_relative_to(course)

    monkeypatch.setattr(os, "access", sealed)
    writers = create_writers("logs/vae", name="run")
    writers.close()
    assert writers.directory.is_relative_to(elsewhere)
    assert log_folder("logs/vae") == writers.directory.parents[1]
    assert capsys.readouterr().out.count("cannot be written here: the logs go to") == 1
    assert list(course.iterdir()) == []


def test_a_folder_that_can_be_written_keeps_its_logs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert log_folder() == Path("logs")
    assert log_folder(tmp_path / "a" / "b") == tmp_path / "a" / "b"


# ---- what was written ----------------------------------------------------------------------------


def read(folder):
    """{tag: {step: value}} of one run, by TensorBoard's own reader; images as uint8 arrays."""
    events = EventAccumulator(str(folder), size_guidance={"tensors": 0}).Reload()
    return {
        tag: {event.step: decoded(tf.make_ndarray(event.tensor_proto)) for event in points}
        for tag in events.Tags()["tensors"]
        if (points := events.Tensors(tag))
    }


def decoded(value):
    if value.dtype != object:
        return value.item()
    width, height, png = value
    image = tf.io.decode_png(png).numpy()
    assert (int(height), int(width)) == image.shape[:2]
    return image


def assert_shows(image, images):
    """A picture holds the grid of these images, to one of 256 grey levels."""
    grid = image_grid(images)
    assert image.shape == grid.shape
    np.testing.assert_allclose(image / 255, grid, atol=1.001 / 255)


def random_images(count, channels, seed=0):
    return np.random.default_rng(seed).random((count, 4, 4, channels), "float32")


def test_train_and_test_go_to_a_dated_folder(tmp_path):
    before = datetime.datetime.now().replace(microsecond=0)
    writers = create_writers(tmp_path, "vae")
    write_scalars(writers.train, {"loss": 3.5, "kl": 1.0}, step=1)
    write_scalars(writers.train, {"loss": 2.5, "kl": 2.0}, step=2)
    write_scalars(writers.test, {"loss": 4.25}, step=2)
    writers.close()
    assert writers.directory.parent == tmp_path / "vae"
    started = datetime.datetime.strptime(writers.directory.name, "%Y%m%d-%H%M%S")
    assert before <= started <= datetime.datetime.now()
    assert read(writers.directory / "train") == {
        "loss": {1: 3.5, 2: 2.5},
        "kl": {1: 1.0, 2: 2.0},
    }
    assert read(writers.directory / "test") == {"loss": {2: 4.25}}


def test_runs_of_the_same_second_do_not_share_a_folder(tmp_path, monkeypatch):
    class StoppedClock(datetime.datetime):
        @classmethod
        def now(cls):
            return cls(2026, 1, 31, 14, 25, 0)

    monkeypatch.setattr(course_tensorboard.datetime, "datetime", StoppedClock)
    runs = [create_writers(tmp_path, "vae") for _ in range(3)]
    for run in runs:
        run.close()
    assert [run.directory.name for run in runs] == [
        "20260131-142500",
        "20260131-142500-2",
        "20260131-142500-3",
    ]


@pytest.mark.parametrize("channels", [1, 3])
def test_images_are_read_back_as_one_grid(tmp_path, channels):
    writers = create_writers(tmp_path)
    images = random_images(6, channels)
    write_images(writers.test, "samples", images, step=7)
    write_images(writers.test, "in a row", tf.constant(images), step=7, columns=6)
    writers.close()
    pictures = read(writers.directory / "test")
    assert_shows(pictures["samples"][7], images)
    assert pictures["in a row"][7].shape == (4, 6 * 4 + 5, channels)


def test_codes_are_read_back_with_their_pictures_and_labels(tmp_path):
    codes = np.random.default_rng(0).normal(size=(7, 5))
    images, labels = random_images(7, 3), list("abcdefg")
    folder = write_codes(codes, images=images, labels=labels, log_dir=tmp_path, name="vae codes")
    assert folder.parent.parent == tmp_path / "vae codes"
    config = projector.ProjectorConfig()
    text_format.Parse((folder / "projector_config.pbtxt").read_text(), config)
    (cloud,) = config.embeddings
    np.testing.assert_allclose(np.loadtxt(folder / cloud.tensor_path), codes, rtol=1e-5)
    assert (folder / cloud.metadata_path).read_text().split() == labels
    # The page cuts the picture row by row, as many to a row as fit.
    sprite = tf.io.decode_png((folder / cloud.sprite.image_path).read_bytes()).numpy() / 255
    assert list(cloud.sprite.single_image_dim) == [4, 4] and sprite.shape == (12, 12, 3)
    for i, image in enumerate(images):
        top, left = 4 * (i // 3), 4 * (i % 3)
        np.testing.assert_allclose(sprite[top : top + 4, left : left + 4], image, atol=1.001 / 255)


@pytest.mark.parametrize(
    ("codes", "more", "words"),
    [
        (np.zeros(4), {}, "codes: expected shape"),
        (np.zeros((4, 1)), {}, "each of two numbers"),
        (np.full((4, 2), np.nan), {}, "codes: expected finite"),
        (np.zeros((4, 2)), {"labels": [1]}, "labels: expected 4, one per code, got 1"),
        (np.zeros((4, 2)), {"images": np.zeros((3, 8, 8, 1))}, "images: expected shape"),
        (np.zeros((4, 2)), {"images": np.zeros((4, 8, 6, 1))}, "images: expected shape"),
    ],
)
def test_codes_that_do_not_fit_are_refused_before_anything_is_written(tmp_path, codes, more, words):
    with pytest.raises(ValueError, match=words):
        write_codes(codes, log_dir=tmp_path / "logs", **more)
    assert not (tmp_path / "logs").exists()


# ---- the callback --------------------------------------------------------------------------------


def compiled_model():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.01), "mse", metrics=["mae"])
    return model


def fit(logger, epochs=4, model=None, callbacks=(), **kwargs):
    x = np.random.default_rng(0).normal(size=(16, 3)).astype("float32")
    y = x.sum(axis=1, keepdims=True)
    model = model or compiled_model()
    return model.fit(x, y, epochs=epochs, verbose=0, callbacks=[*callbacks, logger], **kwargs)


def test_fit_is_logged_as_its_history_says(tmp_path):
    drawn = []

    def draw():
        drawn.append(random_images(3, 1, seed=len(drawn)))
        return drawn[-1]

    logger = RunLogger(tmp_path, "line", images={"samples": draw}, every=2)
    history = fit(logger, validation_split=0.25).history
    train, test = read(logger.directory / "train"), read(logger.directory / "test")
    assert logger.directory.parent == tmp_path / "line"
    assert set(train) == {"loss", "mae", "optimizer/learning_rate"}
    assert set(test) == {"loss", "mae", "samples"}
    for metric in ("loss", "mae"):
        for points, name in ((train, metric), (test, f"val_{metric}")):
            assert list(points[metric]) == [1, 2, 3, 4]
            np.testing.assert_allclose(list(points[metric].values()), history[name], rtol=1e-6)
    assert list(test["samples"]) == [2, 4]
    for picture, images in zip(test["samples"].values(), drawn, strict=True):
        assert_shows(picture, images)


def test_the_learning_rate_follows_its_schedule(tmp_path):
    logger = RunLogger(tmp_path)
    schedule = keras.callbacks.LearningRateScheduler(lambda epoch: 0.5**epoch)
    fit(logger, epochs=3, callbacks=[schedule])
    train = read(logger.directory / "train")
    assert train["optimizer/learning_rate"] == {1: 1.0, 2: 0.5, 3: 0.25}
    assert "learning_rate" not in train


def test_a_loop_that_only_ends_epochs_is_logged(tmp_path):
    logger = RunLogger(tmp_path)
    logger.on_epoch_end(0, {"loss": np.float32(2), "val_loss": tf.constant(3.0)})
    # Nothing was closed: each epoch must be on disk by itself.
    assert read(logger.directory / "train") == {"loss": {1: 2}}
    assert read(logger.directory / "test") == {"loss": {1: 3}}
    logger.on_train_end()


def test_an_interrupted_fit_loses_nothing_and_the_next_is_a_new_run(tmp_path, monkeypatch):
    class Interruption(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise KeyboardInterrupt

    opened = []

    def create_and_remember(*args):
        opened.append(create_writers(*args))
        return opened[-1]

    monkeypatch.setattr(course_tensorboard, "create_writers", create_and_remember)
    logger, model = RunLogger(tmp_path), compiled_model()
    with pytest.raises(KeyboardInterrupt):
        fit(logger, model=model, callbacks=[Interruption()])
    interrupted = logger.directory
    assert list(read(interrupted / "train")["loss"]) == [1, 2]
    fit(logger, epochs=1, model=model)
    assert logger.directory != interrupted
    assert list(read(interrupted / "train")["loss"]) == [1, 2]
    assert list(read(logger.directory / "train")["loss"]) == [1]
    assert len(opened) == 2
    for writer in (writer for run in opened for writer in (run.train, run.test)):
        with pytest.raises(RuntimeError, match="closed"), writer.as_default():
            pass


def test_every_is_at_least_one_epoch():
    with pytest.raises(ValueError, match="got 0"):
        RunLogger(every=0)


# ---- the dashboard -------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def own_surroundings(tmp_path, monkeypatch):
    """Servers noted and started in a test are the test's own, and none outlives it."""
    notes = tmp_path / "tmp"
    notes.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(notes))
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(notes))
    for name in ("TENSORBOARD_BINARY", "TENSORBOARD_PROXY_URL", "JUPYTERHUB_SERVICE_PREFIX"):
        # Set first, so that what a test sets is also undone.
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setenv(KERNEL_VARIABLE, "")
    monkeypatch.delenv(KERNEL_VARIABLE)
    yield
    with contextlib.redirect_stdout(None):
        stop_dashboard()


def note(pid, port, logdir="logs"):
    """Note a server as TensorBoard does; the path of the note."""
    info = manager.TensorBoardInfo(
        version=manager.version.VERSION,
        start_time=int(time.time()),
        pid=pid,
        port=port,
        path_prefix="",
        logdir=str(logdir),
        db="",
        cache_key=manager.cache_key(os.getcwd(), ["--logdir", str(logdir)], {}),
    )
    path = Path(manager._get_info_dir(), f"pid-{pid}.info")
    path.write_text(manager._info_to_string(info))
    return path


LISTENER = """
import socket
listener = socket.create_server(("localhost", 0))
print(listener.getsockname()[1], flush=True)
while True:
    listener.accept()
"""


@pytest.fixture
def start_server(tmp_path):
    """Start a process that looks like TensorBoard from outside, in a fraction of its time."""
    started = []

    def start(program="tensorboard", logdir="logs", kernel=None):
        (tmp_path / program).write_text(LISTENER)
        environment = os.environ | ({} if kernel is None else {KERNEL_VARIABLE: str(kernel)})
        server = subprocess.Popen(
            [sys.executable, str(tmp_path / program)],
            env=environment,
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(server)
        server.port = int(server.stdout.readline())
        server.note = note(server.pid, server.port, logdir)
        return server

    yield start
    for server in started:
        server.kill()
        server.wait()
        server.stdout.close()


def is_running(server):
    process = course_tensorboard._living(server.pid)
    return process is not None and process.is_running()


def wait_until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not so within {seconds} s"
        time.sleep(0.05)


@pytest.fixture
def dead_pid():
    """A number that belonged to a process and does not now."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.fixture
def free_port():
    with socket.create_server(("localhost", 0)) as listener:
        port = listener.getsockname()[1]
    return port


def test_prune_forgets_the_dead_and_keeps_the_living(start_server, dead_pid, free_port):
    living = start_server()
    reused = start_server(program="something_else.py")
    silent = start_server(logdir="silent")
    silent.note = note(silent.pid, free_port)
    killed = start_server()
    killed.kill()
    wait_until(lambda: not is_running(killed))
    dead = note(dead_pid, living.port)
    prune_dashboards()
    assert living.note.exists() and is_running(living)
    assert not dead.exists()
    assert not reused.note.exists() and is_running(reused)
    assert not silent.note.exists()
    assert not killed.note.exists()


def test_prune_stops_servers_whose_notebook_died(start_server, dead_pid):
    killed = start_server()
    orphans = [start_server(kernel=dead_pid), start_server(kernel=killed.pid)]
    kept = [start_server(), start_server(kernel=os.getpid())]
    killed.kill()
    wait_until(lambda: not is_running(killed))
    prune_dashboards()
    for server in orphans:
        assert not is_running(server) and not server.note.exists()
    for server in kept:
        assert is_running(server) and server.note.exists()


def test_a_process_younger_than_the_server_is_not_its_notebook(start_server, monkeypatch):
    server, younger = start_server(), start_server()
    numbers = {server.pid: str(younger.pid), younger.pid: str(server.pid)}
    monkeypatch.setattr(course_tensorboard, "_kernel_of", lambda process: numbers[process.pid])
    prune_dashboards()
    assert not is_running(server)
    assert is_running(younger)


def test_stop_takes_the_servers_of_one_folder_or_all(start_server, tmp_path, capsys):
    first, second, third = (start_server(logdir=x) for x in ("logs", tmp_path / "logs", "other"))
    stop_dashboard(tmp_path / "logs")  # the first noted it relative to where it runs
    assert [is_running(x) for x in (first, second, third)] == [False, False, True]
    assert [x.note.exists() for x in (first, second, third)] == [False, False, True]
    assert capsys.readouterr().out.count("Stopped TensorBoard on port") == 2
    stop_dashboard("nothing here")
    assert is_running(third)
    assert "No TensorBoard was running for nothing here." in capsys.readouterr().out
    stop_dashboard()
    assert not is_running(third)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signal to ignore")
def test_stop_ends_a_server_that_ignores_the_request(start_server, monkeypatch):
    monkeypatch.setattr(course_tensorboard, "SECONDS_TO_STOP", 0.2)
    ignoring = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + LISTENER
    monkeypatch.setattr(sys.modules[__name__], "LISTENER", ignoring)
    server = start_server()
    stop_dashboard()
    assert not is_running(server)


def test_the_program_is_found_without_an_activated_environment(monkeypatch):
    monkeypatch.setenv("PATH", "")
    prepare_dashboard()
    program = Path(os.environ["TENSORBOARD_BINARY"])
    assert program.parent == Path(sys.executable).parent
    assert os.access(program, os.X_OK)


def test_a_program_that_was_chosen_is_kept(monkeypatch):
    monkeypatch.setenv("TENSORBOARD_BINARY", "/chosen/tensorboard")
    prepare_dashboard()
    assert os.environ["TENSORBOARD_BINARY"] == "/chosen/tensorboard"
    with pytest.raises(RuntimeError, match="/chosen/tensorboard"):
        show_dashboard("logs")


@pytest.mark.parametrize(
    ("hub", "given", "expected"),
    [
        (None, None, None),
        ("/user/ada/", None, "/user/ada/proxy/%PORT%/"),
        ("/user/ada", None, "/user/ada/proxy/%PORT%/"),
        ("/user/ada/", "/elsewhere/%PORT%/", "/elsewhere/%PORT%/"),
        (None, "https://hub.example.org/proxy/%PORT%", "https://hub.example.org/proxy/%PORT%/"),
    ],
)
def test_the_address_behind_a_proxy(monkeypatch, hub, given, expected):
    if hub:
        monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", hub)
    if given:
        monkeypatch.setenv("TENSORBOARD_PROXY_URL", given)
    prepare_dashboard()
    prepare_dashboard()  # once more changes nothing
    assert os.environ.get("TENSORBOARD_PROXY_URL") == expected


@pytest.mark.parametrize(
    ("proxy", "printed"),
    [
        (None, "open http://localhost:{port}/\n"),
        ("https://hub.example.org/proxy/%PORT%", "open https://hub.example.org/proxy/{port}/\n"),
        ("/user/ada/proxy/%PORT%", "open /user/ada/proxy/{port}/ on the server of this notebook\n"),
    ],
)
def test_a_living_server_is_shown_again_and_its_address_printed(
    start_server, monkeypatch, capsys, proxy, printed
):
    if proxy:
        monkeypatch.setenv("TENSORBOARD_PROXY_URL", proxy)
    shown = []
    monkeypatch.setattr(notebook, "display", lambda port, height: shown.append((port, height)))
    server = start_server(logdir="shown")
    show_dashboard("shown", height=300)
    assert shown == [(server.port, 300)]
    assert capsys.readouterr().out.endswith(printed.format(port=server.port))


def test_a_still_picture_has_a_panel_for_each_tag_and_a_curve_for_each_run(tmp_path):
    for name in ("vae", "gan"):
        writers = create_writers(tmp_path / "logs", name)
        for step, loss in enumerate((3.0, 1.0), start=1):
            write_scalars(writers.train, {"loss": loss}, step)
            write_scalars(writers.test, {"loss": loss + 1, "accuracy": 1 / loss}, step)
        write_images(writers.test, "samples", np.ones((1, 2, 2, 1)), step=2)
        writers.close()
    panels = {axes.get_title(): axes for axes in still(tmp_path / "logs").axes}
    assert set(panels) == {"loss", "accuracy"}
    curves = {line.get_label(): line.get_xydata() for line in panels["loss"].lines}
    assert set(curves) == {"gan/test", "gan/train", "vae/test", "vae/train"}
    np.testing.assert_allclose(curves["vae/test"], [[1, 4], [2, 2]])


def test_without_curves_there_is_no_still_picture(tmp_path):
    assert still(tmp_path) is None


@pytest.fixture
def failing_program(tmp_path, monkeypatch):
    """In TensorBoard's place, a program that says how it takes an interrupt and ends."""
    program = tmp_path / "tensorboard"
    program.write_text(
        f"#!{sys.executable}\n"
        "import signal, sys\n"
        "ignored = signal.getsignal(signal.SIGINT) == signal.SIG_IGN\n"
        "sys.exit(f'interrupt ignored: {ignored}')\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("TENSORBOARD_BINARY", str(program))


@pytest.mark.skipif(os.name == "nt", reason="Windows runs no script by its first line")
def test_a_server_that_cannot_start_says_why(failing_program):
    with pytest.raises(RuntimeError, match="code 1 and said:\ninterrupt ignored"):
        show_dashboard("logs")


@pytest.mark.skipif(os.name == "nt", reason="Jupyter interrupts in another way on Windows")
def test_an_interrupt_of_the_notebook_spares_the_server(failing_program):
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(RuntimeError, match="interrupt ignored: True"):
        show_dashboard("logs")
    assert signal.getsignal(signal.SIGINT) is before


def ask(port, path):
    with urllib.request.urlopen(f"http://localhost:{port}/{path}", timeout=30) as answer:
        return answer.read().decode()


CELLS = {
    "prepare": """
        from course_utils.tensorboard import create_writers, prepare_dashboard, show_dashboard
        from course_utils.tensorboard import stop_dashboard, write_scalars
        writers = create_writers("logs", "vae")
        write_scalars(writers.train, {"loss": 3.0}, step=1)
        prepare_dashboard()""",
    "show": "show_dashboard('logs', height=432)",
    "magic": "%load_ext tensorboard\n%tensorboard --logdir logs",
    "stop": "stop_dashboard('logs')",
}


@pytest.mark.slow
def test_in_a_notebook(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", os.defpath)  # no environment is activated
    names = list(CELLS)
    cells = [nbformat.v4.new_code_cell(inspect.cleandoc(CELLS[name])) for name in names]
    client = NotebookClient(
        nbformat.v4.new_notebook(cells=cells),
        timeout=120,
        kernel_name="python3",
        resources={"metadata": {"path": str(tmp_path)}},
    )

    def run(name):
        """What a cell shows and what it prints; nothing may go to standard error."""
        outputs = client.execute_cell(cells[names.index(name)], names.index(name)).outputs
        assert [x.text for x in outputs if x.get("name") == "stderr"] == []
        html = [x.data["text/html"] for x in outputs if "text/html" in x.get("data", {})]
        return "".join(html), "".join(x.text for x in outputs if x.output_type == "stream")

    def processes(info):
        server = psutil.Process(info.pid)
        return [server, *server.children(recursive=True)]

    def all_gone(processes):
        return all(course_tensorboard._living(process.pid) is None for process in processes)

    with client.setup_kernel():
        run("prepare")

        frame, _ = run("magic")
        [of_magic] = manager.get_all()
        everything = processes(of_magic)
        assert f"const port = {of_magic.port};" in frame
        assert "<title>TensorBoard</title>" in ask(of_magic.port, "")
        wait_until(lambda: "vae" in ask(of_magic.port, "data/runs"))

        frame, printed = run("show")  # shows the same server, and a still picture
        assert '<img width="' in frame and 'alt="loss; x: step; drawn: vae/train' in frame
        assert manager.get_all() == [of_magic]
        assert f"const port = {of_magic.port};" in frame and 'height="432"' in frame
        assert f"http://localhost:{of_magic.port}/" in printed

        _, printed = run("stop")
        assert printed == f"Stopped TensorBoard on port {of_magic.port} (logdir logs).\n"
        wait_until(lambda: all_gone(everything))
        assert manager.get_all() == []

        frame, _ = run("show")  # starts one
        [of_show] = manager.get_all()
        everything = processes(of_show)
        asyncio.run(client.km.interrupt_kernel())
        run("prepare")
        assert f"const port = {of_show.port};" in frame
        assert "<title>TensorBoard</title>" in ask(of_show.port, "")
    wait_until(lambda: all_gone(everything))  # it ended with the notebook
    assert manager.get_all() == []
