"""A browser, and a JupyterLab for it.

Everything waits for a condition, never for a fixed time. The browser is Debian's Chromium; no page
reaches another machine.
"""

import contextlib
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

REPOSITORY = Path(__file__).parents[2]
SCREENSHOTS = REPOSITORY / "build" / "screenshots"
ELSEWHERE = re.compile(r"^(https?|wss?)://(?!(127\.0\.0\.1|localhost)[:/])")
START_SECONDS = 120
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# One browser a module, not a session: while Playwright runs, the thread has a running event loop,
# and tests elsewhere could not start one.
@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Browser:
    """Chromium."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=chromium_path, args=CHROMIUM_ARGUMENTS
        )
        yield chromium
        chromium.close()


@pytest.fixture
def context(browser: Browser) -> BrowserContext:
    """A fresh browser profile that reaches this machine only."""
    context = browser.new_context(viewport={"width": 1280, "height": 1600})
    context.set_default_timeout(60_000)
    context.route(ELSEWHERE, lambda route: route.abort())
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A page on which an uncaught JavaScript error fails the test."""
    errors: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    assert not errors, errors


class JupyterLab:
    """A JupyterLab server of its own, in a folder of its own, with no settings of the user's.

    Notebooks are copied into the folder, because JupyterLab saves what it opens. An
    nbgrader_config.py that lies there holds for its Validate and Formgrader.
    """

    def __init__(self, folder: Path, base_url: str = "/"):
        self.folder = folder
        self.base_url = base_url
        self.token = secrets.token_hex(16)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}{base_url.rstrip('/')}"

    def start(self, state: Path) -> None:
        """Start the server, keep its settings and logs in `state`, and wait until it answers."""
        notifications = state / "config/lab/user-settings/@jupyterlab/apputils-extension"
        notifications.mkdir(parents=True)
        (notifications / "notification.jupyterlab-settings").write_text(
            json.dumps({"fetchNews": "false", "checkForUpdates": False})
        )
        environment = os.environ | {
            "JUPYTER_CONFIG_DIR": str(state / "config"),
            "JUPYTER_DATA_DIR": str(state / "data"),
            "JUPYTER_RUNTIME_DIR": str(state / "runtime"),
            "IPYTHONDIR": str(state / "ipython"),
            "PYTHONPATH": os.pathsep.join(
                [str(REPOSITORY), *filter(None, [os.environ.get("PYTHONPATH")])]
            ),
        }
        command = [
            *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
            f"--ServerApp.port={self.port}",
            f"--ServerApp.base_url={self.base_url}",
            "--ServerApp.port_retries=0",
            "--ServerApp.ip=127.0.0.1",
            f"--IdentityProvider.token={self.token}",
            f"--ServerApp.root_dir={self.folder}",
            "--LabApp.expose_app_in_browser=True",
            "--LabApp.extension_manager=readonly",
        ]
        self.log = state / "server.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                command,
                cwd=self.folder,
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"JupyterLab did not start:\n{self.log.read_text()[-3000:]}")

    def _answers(self) -> bool:
        request = urllib.request.Request(
            f"{self.address}/api/status", headers={"Authorization": f"token {self.token}"}
        )
        try:
            with urllib.request.urlopen(request, timeout=1):
                return True
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(0.2)
            return False

    def stop(self) -> None:
        """Stop the server and its kernels."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def open(self, page: Page, notebook: Path) -> None:
        """Open a notebook, from a copy if the server does not see it; its kernel is then ready."""
        if not notebook.is_relative_to(self.folder):
            notebook = Path(shutil.copy(notebook, self.folder))
        inside = notebook.relative_to(self.folder).as_posix()
        page.goto(f"{self.address}/lab/tree/{inside}?reset&token={self.token}")
        page.locator(".jp-Notebook").wait_for()
        page.evaluate(
            """async () => {
                await jupyterapp.restored;
                const { context } = jupyterapp.shell.currentWidget;
                await context.ready;
                await context.sessionContext.ready;
            }"""
        )

    def run_all(self, page: Page, seconds: float = 120) -> None:
        """Run All; returns when the last cell is done, and fails if any cell raised."""
        page.evaluate(
            """(seconds) => Promise.race([
                jupyterapp.commands.execute("notebook:run-all-cells"),
                new Promise((_, reject) => setTimeout(
                    () => reject(new Error(`not done after ${seconds} s`)), 1000 * seconds)),
            ])""",
            seconds,
        )
        errors = page.evaluate(
            """() => jupyterapp.shell.currentWidget.content.model.sharedModel.toJSON().cells
                .flatMap((cell) => cell.outputs ?? [])
                .filter((output) => output.output_type === "error")
                .map((output) => `${output.ename}: ${output.evalue}`)"""
        )
        assert not errors, errors

    def show_cell(self, page: Page, number: int) -> None:
        """Scroll to a cell: JupyterLab draws only what is near the window."""
        page.evaluate(
            "(i) => jupyterapp.shell.currentWidget.content.scrollToItem(i, 'start')", number
        )


@pytest.fixture(scope="module")
def jupyterlab(tmp_path_factory) -> JupyterLab:
    """A running JupyterLab."""
    lab = JupyterLab(tmp_path_factory.mktemp("notebooks"))
    lab.start(tmp_path_factory.mktemp("jupyterlab"))
    yield lab
    lab.stop()


@pytest.fixture
def notebook(tmp_path):
    """Writes a notebook of the given code cells and returns its path."""

    def write(*cells: str) -> Path:
        book = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        )
        path = tmp_path / "notebook.ipynb"
        nbformat.write(book, path)
        return path

    return write


# ---- Explorers ----------------------------------------------------------------------------------

# What an explorer shows, and what it tells those who do not see it. A layer, such as the background
# of the latent map, may still be drawing.
SHOWS = """(host) => JSON.stringify([
    ...[...host.shadowRoot.querySelectorAll("canvas:not(.layer)")].map((x) => x.toDataURL()),
    ...[...host.shadowRoot.querySelectorAll("svg, .pixels")].map((x) => x.innerHTML),
])"""
TELLS = """(host) => JSON.stringify([
    ...[...host.shadowRoot.querySelectorAll("[role=img], .plane")].map((x) => x.ariaLabel),
    host.shadowRoot.querySelector(".spoken").textContent,
])"""
CHANGES = """async (host, before) => {
    const look = LOOK;
    const end = performance.now() + 20000;
    while (look(host) === before && performance.now() < end) {
        await new Promise(requestAnimationFrame);
    }
    return look(host) !== before;
}"""


@pytest.fixture
def move():
    """Moves the first slider or plane of an explorer by key, and a slider to its other end.

    Fails if its picture or what a screen reader is told stays as it was.
    """

    def press(host) -> None:
        control = host.locator("input[type=range], [role=application]").first
        control.wait_for()
        control.focus()
        shown, told = host.evaluate(SHOWS), host.evaluate(TELLS)
        if control.get_attribute("role") == "application":
            control.press("ArrowDown")
            control.press(" ")  # where the arrows only move a brush, this paints
        else:
            value = control.input_value()
            at_end = control.evaluate("(x) => Number(x.value) + Number(x.step) > Number(x.max)")
            control.press("ArrowLeft" if at_end else "ArrowRight")
            assert control.input_value() != value
            control.press("Home" if at_end else "End")
        title = host.locator(".explorer").get_attribute("aria-label")
        assert host.evaluate(CHANGES.replace("LOOK", SHOWS), shown), f"{title}: the same picture"
        assert host.evaluate(CHANGES.replace("LOOK", TELLS), told), f"{title}: the same words"

    return press


DRAG_AND_TIME = """async (input, count) => {
    const canvas = input.getRootNode().querySelector("canvas.large");
    const context = canvas.getContext("2d", { willReadFrequently: true });
    const pixels = () => context.getImageData(0, 0, canvas.width, canvas.height).data.join();
    // The label tells which code the picture belongs to, and the slider which of its numbers it is.
    const digits = [...input.ariaLabel].map((letter) => "₀₁₂₃₄₅₆₇₈₉".indexOf(letter));
    const place = Number(digits.filter((digit) => digit >= 0).join("")) - 1;
    const code = () => canvas.ariaLabel.match(/\\(([^)]+)\\)/)[1].split(", ");
    const shown = () => code()[place].replace("−", "-");
    const asked = new Map();
    const times = [];
    let before = pixels();
    let unchanged = 0;
    const observer = new MutationObserver(() => {
        times.push(performance.now() - asked.get(shown()));
        unchanged += pixels() === before;
        before = pixels();
    });
    observer.observe(canvas, { attributeFilter: ["aria-label"] });
    const frame = () => new Promise(requestAnimationFrame);
    const [low, high] = [Number(input.min), Number(input.max)];
    for (let i = 1; i <= count; i++) {
        await frame();
        input.value = low + ((high - low) * i) / (count + 1);
        asked.set(Number(input.value).toFixed(2), performance.now());
        input.dispatchEvent(new Event("input"));
    }
    const last = Number(input.value).toFixed(2);
    const end = performance.now() + 10000;
    while (shown() !== last) {
        if (performance.now() > end) throw new Error("the picture did not follow the slider");
        await frame();
    }
    observer.disconnect();
    if (unchanged) throw new Error(`${unchanged} of ${times.length} moves changed nothing`);
    return times;
}"""


MEASURED = pytest.StashKey[list[str]]()


def pytest_configure(config):
    config.stash[MEASURED] = []


def pytest_terminal_summary(terminalreporter, config):
    """Print the measurements, also when all tests pass and nobody asked for their output."""
    if lines := config.stash[MEASURED]:
        terminalreporter.section("how fast the explorers are")
        for line in lines:
            terminalreporter.line(line)


@pytest.fixture
def report_line(request):
    """Adds a line to what stands at the end of pytest's report."""
    return request.config.stash[MEASURED].append


@pytest.fixture
def slider_times(report_line):
    """Drags the first slider of `LatentSliders` and returns how long each picture took.

    From the slider's event, one a frame, to the changed canvas, in milliseconds; their median and
    90th percentile stand at the end of pytest's report. Fails if a move leaves the picture as it
    was or the last does not arrive.
    """

    def measure(slider, name: str, count: int = 100) -> list[float]:
        slider.wait_for()
        times = sorted(slider.evaluate(DRAG_AND_TIME, count))
        median, ninety = times[len(times) // 2], times[int(0.9 * len(times))]
        report_line(
            f"{name}: milliseconds from slider to picture: median {median:.1f}, 90th percentile "
            f"{ninety:.1f} ({len(times)} pictures for {count} moves)"
        )
        return times

    return measure
