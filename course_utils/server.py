"""A small extension of Jupyter's server: prompt pictures, and notebooks that stay as they are.

A kernel answers a slider with two messages, "busy" and then the picture. By Nagle's algorithm (RFC
896, 1984) the operating system holds the second message back until the first is acknowledged, and
the receiver delays its acknowledgement by up to 40 ms. Without Nagle's algorithm the picture
arrives up to 40 ms earlier.

JupyterLab writes into every notebook that it opens what the kernel says of its language, such as
the version of Python. So a notebook that says nothing but the language's name would be unsaved as
soon as it is open, and would differ after saving. For such a notebook the server tells the page
what the kernel is going to say, and leaves it out again when the notebook is saved. And git is made
to look at what was saved, by `git_filter`, so that a run leaves a clone of the course clean.

Installing the course switches the extension on, through `server.json`.
"""

from inspect import isawaitable
from pathlib import Path

from ipykernel.ipkernel import IPythonKernel
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection

from course_utils.git_filter import let_git_look

BARE = {"name": "python"}


class PromptConnection(ZMQChannelsWebsocketConnection):
    """Jupyter's own connection from browser to kernel, which sends every message at once."""

    def connect(self):
        self.websocket_handler.set_nodelay(True)
        return super().connect()


def keep_notebooks_as_they_are(manager) -> None:
    """Keep what the kernel says of its language out of notebooks that lack it, and runs from git.

    Args:
        manager: the server's `ContentsManager`.
    """
    get, told = manager.get, set()

    def tell(model: dict) -> dict:
        notebook = model["type"] == "notebook" and model["content"]
        metadata = notebook["metadata"] if notebook else {}
        if metadata.get("language_info") == BARE:
            told.add(model["path"])
            metadata["language_info"] = dict(IPythonKernel.language_info)
        return model

    async def tell_later(coming) -> dict:
        return tell(await coming)

    def get_and_tell(*args, **kwargs):
        model = get(*args, **kwargs)
        return tell_later(model) if isawaitable(model) else tell(model)

    def leave_out(model: dict, path: str, **kwargs) -> None:
        if model["type"] == "notebook" and path.strip("/") in told:
            model["content"]["metadata"]["language_info"] = dict(BARE)

    def look(model: dict, os_path: str, **kwargs) -> None:
        if model["type"] == "notebook":
            let_git_look(Path(os_path))

    manager.get = get_and_tell
    manager.register_pre_save_hook(leave_out)
    manager.register_post_save_hook(look)


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "course_utils.server"}]


def _load_jupyter_server_extension(app) -> None:
    """Replace Jupyter's own connection by `PromptConnection`; one that somebody chose stays."""
    settings = app.web_app.settings
    if settings["kernel_websocket_connection_class"] is ZMQChannelsWebsocketConnection:
        settings["kernel_websocket_connection_class"] = PromptConnection


async def _start_jupyter_server_extension(app) -> None:
    """Change how notebooks are read and saved, after jupytext has put its own manager there."""
    keep_notebooks_as_they_are(app.contents_manager)
