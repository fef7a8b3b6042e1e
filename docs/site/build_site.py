"""Make the site: every lecture as it ran, with its explorers alive, for a browser and nothing else.

    make site    runs the lectures, then calls this
    python docs/site/build_site.py    takes the copies in build/lectures/ as they are

The site needs neither a server nor a network: open build/site/index.html.
"""

import base64
import html
import re
import shutil
import sys
from pathlib import Path

import nbformat
from sphinx.cmd.build import build_main

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
EXECUTED, SOURCE, SITE = (ROOT / "build" / name for name in ("lectures", "site-source", "site"))
IMAGE = re.compile(r'<img [^>]*?alt="(?P<alt>[^"]*)" src="data:image/png;base64,(?P<png>[^"]+)"')
GALLERY_TAG = "gallery"
INDEX = """\
# Generative models

Lectures that run, pictures that answer. Every page shows a lecture as it ran on a laptop without a
GPU; move the sliders, they work here too. To change the code and to do the assignments, open the
course in JupyterLab.

<div class="gallery">
{cards}
</div>

```{{toctree}}
:caption: Lectures
:hidden:

{lectures}
```

```{{toctree}}
:caption: Assignments
:hidden:

{assignments}
```
"""
CARD = (
    '<a href="lectures/{name}.html"><span class="picture">{picture}</span><span>{title}</span></a>'
)


def title_of(notebook: nbformat.NotebookNode) -> str:
    """The first heading of a notebook."""
    return re.search(r"^# (.+)$", notebook.cells[0].source, flags=re.MULTILINE)[1]


def picture_of(notebook: nbformat.NotebookNode) -> tuple[bytes, str] | None:
    """The figure that stands for a lecture: of the cell tagged `gallery`, or else the last one.

    Returns:
        The PNG and its alternative text, or None for a notebook without figures.
    """
    tagged = [c for c in notebook.cells if GALLERY_TAG in c.metadata.get("tags", ())]
    pages = [
        output.data.get("text/html", "")
        for cell in tagged or notebook.cells
        for output in cell.get("outputs", [])
        if "data" in output
    ]
    found = [match for page in pages for match in IMAGE.finditer(page)]
    if not found:
        return None
    return base64.b64decode(found[-1]["png"]), found[-1]["alt"]


def write_source(executed: Path, assignments: Path, source: Path) -> None:
    """Lay out what Sphinx reads.

    Args:
        executed: the folder of the executed lectures.
        assignments: the folder of the released assignments.
        source: where to; it is made anew.

    Raises:
        ValueError: when there are no executed lectures.
    """
    lectures = sorted(executed.glob("*.ipynb"))
    if not lectures:
        raise ValueError(f"{executed} holds no executed lecture: run `make lectures` first")
    shutil.rmtree(source, ignore_errors=True)
    for folder in ("lectures", "gallery"):
        (source / folder).mkdir(parents=True)
    cards = []
    for path in lectures:
        shutil.copy(path, source / "lectures")
        notebook = nbformat.read(path, as_version=4)
        picture = picture_of(notebook)
        tag = ""
        if picture:
            (source / "gallery" / f"{path.stem}.png").write_bytes(picture[0])
            tag = f'<img src="gallery/{path.stem}.png" alt="{picture[1]}">'
        cards.append(
            CARD.format(name=path.stem, picture=tag, title=html.escape(title_of(notebook)))
        )
    released = sorted(assignments.glob("*/*.ipynb"))
    for path in released:
        target = source / "assignments" / path.parent.name
        target.mkdir(parents=True)
        shutil.copy(path, target)
    index = INDEX.format(
        cards="\n".join(cards),
        lectures="\n".join(f"lectures/{path.stem}" for path in lectures),
        assignments="\n".join(f"assignments/{path.stem}/{path.stem}" for path in released),
    )
    (source / "index.md").write_text(index, "utf-8")


def build(source: Path, site: Path) -> int:
    """Run Sphinx; warnings are errors.

    Returns:
        Its exit status.
    """
    shutil.rmtree(site, ignore_errors=True)
    doctrees = source.parent / "site-doctrees"
    options = ["-j", "auto", "-q", "-W", "--keep-going", "-c", str(HERE), "-d", str(doctrees)]
    status = build_main([*options, str(source), str(site)])
    if status == 0:
        shutil.copytree(source / "gallery", site / "gallery")
    return status


if __name__ == "__main__":
    write_source(EXECUTED, ROOT / "assignments", SOURCE)
    status = build(SOURCE, SITE)
    if status == 0:
        print(f"Open {(SITE / 'index.html').relative_to(ROOT)} in a browser.")
    sys.exit(status)
