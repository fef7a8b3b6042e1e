"""The server's extension: answers reach the page at once, and notebooks stay as they are."""

import asyncio
import json
import statistics
import time
import urllib.request
import uuid
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from jupyter_server.services.contents.largefilemanager import (
    AsyncLargeFileManager,
    LargeFileManager,
)
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from jupyter_server.utils import ensure_async
from tornado.websocket import websocket_connect

from course_utils import server

ROOT = Path(__file__).parents[2]
ROUNDS = 40
ANSWER = """
def answer(comm, opening):
    comm.on_msg(lambda question: comm.send(question["content"]["data"], buffers=[bytes(300)]))

get_ipython().kernel.comm_manager.register_target("answer", answer)
"""


class Kernel:
    """A fresh kernel of a server, spoken to through the socket that a page uses."""

    def __init__(self, lab):
        request = urllib.request.Request(
            f"{lab.address}/api/kernels",
            data=b'{"name": "python3"}',
            headers={"Authorization": f"token {lab.token}"},
        )
        with urllib.request.urlopen(request) as reply:
            name = json.load(reply)["id"]
        self.address = (
            f"{lab.address.replace('http', 'ws', 1)}/api/kernels/{name}/channels"
            f"?session_id=page&token={lab.token}"
        )

    async def connect(self) -> None:
        self.socket = await websocket_connect(self.address)

    async def send(self, kind: str, **content) -> None:
        header = {
            "msg_id": uuid.uuid4().hex, "msg_type": kind, "session": "page", "username": "",
            "date": "2026-01-01T00:00:00Z", "version": "5.3",
        }  # fmt: skip
        message = {"channel": "shell", "header": header, "parent_header": {}, "metadata": {}}
        await self.socket.write_message(json.dumps(message | {"content": content, "buffers": []}))

    async def wait_for(self, holds) -> float:
        """The moment at which a message arrives of which `holds(bytes)` is true."""
        while True:
            message = await self.socket.read_message()
            if holds(message.encode() if isinstance(message, str) else message):
                return time.perf_counter()


async def gaps(kernel: Kernel) -> list[float]:
    """Milliseconds from a kernel's "busy" to its answer, round by round."""
    await kernel.connect()
    await kernel.send("execute_request", code=ANSWER, silent=True)
    await kernel.wait_for(lambda message: b"execute_reply" in message)
    await kernel.send("comm_open", comm_id="c", target_name="answer", data={})
    found = []
    for i in range(ROUNDS):
        asked = f'"round": "number {i}."'.encode()
        await kernel.send("comm_msg", comm_id="c", data={"round": f"number {i}."})
        busy = await kernel.wait_for(lambda message: b"busy" in message)
        answered = await kernel.wait_for(lambda message, asked=asked: asked in message)
        found.append(1000 * (answered - busy))
    return found


@pytest.mark.slow
def test_an_answer_follows_at_once(jupyterlab):
    # The system would keep each answer back for 40 ms; a busy machine delays a few.
    assert statistics.median(asyncio.run(gaps(Kernel(jupyterlab)))) < 20


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [(ZMQChannelsWebsocketConnection, server.PromptConnection), (object, object)],
)
def test_a_connection_that_was_chosen_is_kept(chosen, expected):
    settings = {"kernel_websocket_connection_class": chosen}
    app = SimpleNamespace(web_app=SimpleNamespace(settings=settings))
    server._load_jupyter_server_extension(app)
    assert settings["kernel_websocket_connection_class"] is expected


@pytest.mark.parametrize("manager", [LargeFileManager, AsyncLargeFileManager])
@pytest.mark.parametrize("language", [{"name": "python"}, {"name": "python", "version": "2.7"}])
def test_a_notebook_is_saved_with_what_it_said_of_its_language_and_git_looks(
    tmp_path, monkeypatch, manager, language
):
    looked = []
    monkeypatch.setattr(server, "let_git_look", looked.append)
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell("1")], metadata={"language_info": language}
    )
    path = tmp_path / "n.ipynb"
    nbformat.write(notebook, path)
    before = path.read_bytes()
    files = manager(root_dir=str(tmp_path))
    server.keep_notebooks_as_they_are(files)

    async def open_and_save():
        model = await ensure_async(files.get("n.ipynb"))
        told = model["content"]["metadata"]["language_info"]
        await ensure_async(files.save(model, "n.ipynb"))
        return told

    told = asyncio.run(open_and_save())
    assert ("mimetype" in told) == (language == server.BARE)
    assert path.read_bytes() == before
    assert looked == [path]


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("name", ["lectures/03_manifolds.ipynb", "assignments/vae/vae.ipynb"])
def test_what_is_opened_is_not_unsaved_and_saving_it_changes_nothing(jupyterlab, page, name):
    path = ROOT / name
    jupyterlab.open(page, path)
    ready = "jupyterapp.shell.currentWidget.context.sessionContext.session.kernel.info"
    page.evaluate(f"async () => {{ await {ready}; }}")
    assert not page.evaluate("jupyterapp.shell.currentWidget.context.model.dirty")
    page.evaluate("jupyterapp.shell.currentWidget.context.save()")
    assert (jupyterlab.folder / path.name).read_bytes() == path.read_bytes()
