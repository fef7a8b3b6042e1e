"""The Python side of an explorer: a page that runs by itself, or a widget that asks the kernel."""

import base64
import hashlib
import json
import re
from collections.abc import Callable
from functools import cached_property
from pathlib import Path, PurePosixPath

import numpy as np

from course_utils.explorers.network import Network

FOLDER = Path(__file__).parent
WITHOUT_SCRIPT = "Run this cell to start the explorer."
WITHOUT_KERNEL = "This explorer asks a Python kernel to draw: open the notebook and run this cell."


def script(name: str) -> str:
    """The ES module of one explorer with all it imports, in one piece.

    Pages opened from a file cannot import modules. So the files are joined, and their import
    statements and `export` keywords dropped.
    """
    style = json.dumps((FOLDER / "explorer.css").read_text("utf-8"))
    return f"{modules(name)}\nconst CSS = {style};\n"


def modules(name: str) -> str:
    """One ES module with all it imports, in one piece."""
    return "\n".join(_modules(name).values())


def _modules(name: str) -> dict[str, str]:
    """A module's text by its name, after the texts of all that it imports."""
    text = (FOLDER / name).read_text("utf-8")
    modules = {}
    for imported in re.findall(r'^import [^;]+ from "\./(.+)";$', text, flags=re.MULTILINE):
        modules |= _modules((PurePosixPath(name).parent / imported).as_posix())
    text = re.sub(r"^import [^;]+;\n", "", text, flags=re.MULTILINE)
    return modules | {name: re.sub(r"^export (?=\w)", "", text, flags=re.MULTILINE)}


def pack_images(images: np.ndarray) -> str:
    """Images in [0, 1] as uint8 pixels in base64, for `unpackImages` in the page."""
    return base64.b64encode(np.rint(255 * images).astype("uint8").tobytes()).decode("ascii")


class Explorer:
    """An explorer that a notebook shows when it is the value of a cell.

    With a `Network` it is one piece of HTML that holds the script and the weights and needs nothing
    else. The same is true without a decoder; its options then hold all there is to draw. With a
    callable it is a widget, and the kernel draws every picture.

    Subclasses name their script and the function in it.

    Args:
        decode: a `Network` from codes (latent size,) to an image, or a callable from codes
            (B, latent size), float32, to images (B, height, width[, channels]) in [0, 1], or None.
        options: the script's settings, as values that JSON can hold.

    Raises:
        ValueError: for a `Network` whose output is not an image.
    """

    script: str
    function: str
    title: str

    def __init__(self, decode: Network | Callable | None, options: dict):
        self.decode = decode
        self.options = options
        if isinstance(decode, Network):
            _check_image_shape(decode.output_shape)

    @property
    def in_page(self) -> bool:
        """Whether the page can draw by itself, without a kernel."""
        return self.decode is None or isinstance(self.decode, Network)

    def to_html(self) -> str:
        """The explorer as HTML that works anywhere, without a kernel or a network connection.

        Raises:
            ValueError: for an explorer whose pictures are drawn in the kernel.
        """
        if not self.in_page:
            raise ValueError(
                "an explorer of a callable needs its kernel; to put it into a page, "
                "give it export_network(decoder) instead"
            )
        network = None if self.decode is None else self.decode.to_json()
        content = {"title": self.title, "options": self.options, "network": network}
        # A page ends its script at the first closing tag, even inside a string.
        data = json.dumps(content, separators=(",", ":")).replace("<", "\\u003c")
        code = script(self.script)
        identity = hashlib.sha256((code + data).encode()).hexdigest()[:16]
        return (
            f'<div data-explorer="{identity}"><p>{WITHOUT_SCRIPT}</p></div>\n'
            f'<script type="module">\n{code}\n'
            f'startInPage("{identity}", {self.function}, CSS, {data});\n</script>'
        )

    @cached_property
    def widget(self):
        """The widget that asks this kernel for pictures."""
        from course_utils.explorers.kernel import KernelExplorer

        start = f"startInWidget(el, model, {self.function}, CSS);"
        entry = f"export default {{ render({{ model, el }}) {{ {start} }} }};\n"
        return KernelExplorer(
            decode=self.draw,
            content={"title": self.title, "options": self.options},
            _esm=script(self.script) + entry,
        )

    def draw(self, codes: np.ndarray) -> np.ndarray:
        """Decode in the kernel and check the result.

        Args:
            codes: (B, latent size), float32.

        Returns:
            The images, uint8, (B, height, width) or (B, height, width, 3).

        Raises:
            ValueError: when the callable returns anything but one image in [0, 1] per code.
        """
        images = np.asarray(self.decode(codes))
        if images.shape[:1] != codes.shape[:1]:
            raise ValueError(
                f"decode was given {len(codes)} codes and returned the shape {images.shape}; "
                "expected one image per code: (B, height, width, channels)"
            )
        _check_image_shape(images.shape[1:])
        low, high = images.min(), images.max()
        if not (low >= -1e-3 and high <= 1 + 1e-3):
            raise ValueError(
                f"decode returned values from {low:.3g} to {high:.3g}; expected pixels in [0, 1]. "
                "Put logits through a sigmoid; move tanh outputs from [-1, 1] by (x + 1) / 2"
            )
        images = np.rint(255 * np.clip(images, 0, 1)).astype("uint8")
        return images[..., 0] if images.shape[-1] == 1 and images.ndim == 4 else images

    def _repr_mimebundle_(self, **kwargs):
        if self.in_page:
            return {"text/html": self.to_html(), "text/plain": repr(self)}
        data, metadata = self.widget._repr_mimebundle_(**kwargs)
        return {**data, "text/html": f"<p>{WITHOUT_KERNEL}</p>", "text/plain": repr(self)}, metadata

    def __repr__(self) -> str:
        where = "in the page" if self.in_page else "in the kernel"
        return f"{type(self).__name__}: {self.title}, drawn {where}"


def _check_image_shape(shape: tuple[int, ...]) -> None:
    if len(shape) not in (2, 3) or (len(shape) == 3 and shape[-1] not in (1, 3)):
        raise ValueError(
            f"the decoder gives one output of shape {shape}; expected an image: "
            "(height, width), or (height, width, channels) with 1 or 3 channels"
        )
