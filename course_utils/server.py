"""A small extension of Jupyter's server: pictures that the kernel draws arrive at once.

A kernel answers a slider with two messages, "busy" and then the picture. The operating system keeps
the second back until the browser's side has acknowledged the first (J. Nagle, 1984, RFC 896), and
that side waits up to 40 ms for something to acknowledge along with. Without the first rule the
picture is there 40 ms earlier.

Installing the course switches the extension on, through `server.json`.
"""

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection


class PromptConnection(ZMQChannelsWebsocketConnection):
    """Jupyter's own connection from browser to kernel, which sends every message at once."""

    def connect(self):
        self.websocket_handler.set_nodelay(True)
        return super().connect()


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "course_utils.server"}]


def _load_jupyter_server_extension(app) -> None:
    """Put `PromptConnection` in the place of Jupyter's own; another one was chosen and stays."""
    settings = app.web_app.settings
    if settings["kernel_websocket_connection_class"] is ZMQChannelsWebsocketConnection:
        settings["kernel_websocket_connection_class"] = PromptConnection
