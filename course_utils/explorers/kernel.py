"""The widget behind an explorer whose pictures are drawn by Python."""

import io
import traceback

import anywidget
import numpy as np
import traitlets
from PIL import Image


class KernelExplorer(anywidget.AnyWidget):
    """Decodes the codes that the page sends and returns the images.

    The page sends `{id, codes}`. The reply is `{id, count}` and one PNG that holds the images one
    below the other, or `{id, error, traceback}`, so that the student sees what went wrong.
    """

    _esm = traitlets.Unicode().tag(sync=True)
    content = traitlets.Dict().tag(sync=True)

    def __init__(self, decode, **traits):
        super().__init__(**traits)
        self.decode = decode
        self.on_msg(self._answer)

    def _answer(self, widget, question: dict, buffers) -> None:
        try:
            images = self.decode(np.asarray(question["codes"], "float32"))
        except Exception as error:
            message = f"{type(error).__name__}: {error}"
            trace = "".join(traceback.format_exception(error))
            self.send({"id": question["id"], "error": message, "traceback": trace})
            return
        picture = io.BytesIO()
        # Speed matters more than size: the picture only crosses from the kernel to its page.
        Image.fromarray(np.concatenate(images)).save(picture, "png", compress_level=1)
        self.send({"id": question["id"], "count": len(images)}, [picture.getvalue()])
