"""A small extension of Jupyter's server: pictures that the kernel draws arrive without delay.

A kernel answers a slider with two messages, "busy" and then the picture. By Nagle's algorithm (RFC
896, 1984) the operating system holds the second message back until the first is acknowledged, and
the receiver delays its acknowledgement by up to 40 ms. Without Nagle's algorithm the picture
arrives up to 40 ms earlier.

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
    """Replace Jupyter's own connection by `PromptConnection`; one that somebody chose stays."""
    settings = app.web_app.settings
    if settings["kernel_websocket_connection_class"] is ZMQChannelsWebsocketConnection:
        settings["kernel_websocket_connection_class"] = PromptConnection
