"""Build the site: every executed lecture, with working explorers, for a browser alone.

    make site    runs the lectures, then calls this
    python docs/site/build_site.py    uses the executed copies in build/lectures/ as they are

The site needs neither a server nor a network: open build/site/index.html.
"""

import html
import re
import shutil
import sys
from pathlib import Path

import nbformat
from deck import minutes
from sphinx.cmd.build import build_main

from course_utils.building import folders

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
README = ROOT / "README.md"
EXECUTED, SOURCE, SITE = (ROOT / "build" / name for name in ("lectures", "site-source", "site"))
# The pictures and their alternative texts are taken from the README.
PICTURE = re.compile(
    r'<a href="lectures/(?P<name>\w+)\.ipynb"><img src="(?P<file>[^"]+)"[^>]* alt="(?P<alt>[^"]+)"'
)
DASHBOARD, STILL = "tensorboard-frame", '<details class="dashboard-still">'
OF_DASHBOARDS = ("Selecting TensorBoard", "If the dashboard does not appear")
WITHOUT_DASHBOARD = (
    '<p class="without-kernel">'
    "In the notebook, TensorBoard opens here and follows the training.</p>"
)
INDEX = """\
# Generative models

Lectures that run, pictures that change as you touch them. Every page shows a lecture as it ran on
a laptop without a GPU; move the sliders, they work here too. To change the code and to do the
assignments, open the course in JupyterLab.

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
    '<a href="lectures/{name}.html"><img src="gallery/{name}.png" alt="{alt}">'
    "<span>{number}. {title}<small>{minutes} minutes</small></span></a>"
)


def title_of(notebook: nbformat.NotebookNode) -> str:
    """The first heading of a notebook."""
    return re.search(r"^# (.+)$", notebook.cells[0].source, flags=re.MULTILINE)[1]


def settled(outputs: list[nbformat.NotebookNode]) -> list[nbformat.NotebookNode]:
    """A cell's outputs in their final state.

    Pieces of text are joined, and only the last state of a progress bar is kept. A dashboard cannot
    work without its server: a sentence replaces it, the server's messages are removed, and the
    still picture of it is unfolded.
    """
    kept = []
    for output in outputs:
        if output.output_type == "stream" and kept and kept[-1].output_type == "stream":
            kept[-1].text += output.text
        else:
            kept.append(output)
    dashboards = [o for o in kept if DASHBOARD in o.get("data", {}).get("text/html", "")]
    for output in dashboards:
        output.data = {"text/html": WITHOUT_DASHBOARD}
    for output in kept:
        if STILL in output.get("data", {}).get("text/html", ""):
            output.data = {"text/html": re.search("<img [^>]*>", output.data["text/html"])[0]}
        if output.output_type == "stream":
            lines = [line.rstrip("\r").rpartition("\r")[2] for line in output.text.split("\n")]
            if dashboards:
                lines = [line for line in lines if not line.startswith(OF_DASHBOARDS)]
            output.text = "\n".join(lines)
    return [o for o in kept if o.output_type != "stream" or o.text.strip()]


def write_source(executed: Path, assignments: dict[str, str], source: Path) -> None:
    """Write the files that Sphinx reads.

    Args:
        executed: the folder of the executed lectures.
        assignments: the contents of the released assignments' notebooks, by name.
        source: the folder to write to; it is emptied first.

    Raises:
        ValueError: there are no executed lectures.
    """
    # On the site, the index takes the place of the welcome page.
    lectures = sorted(path for path in executed.glob("*.ipynb") if path.stem != "00_welcome")
    if not lectures:
        raise ValueError(f"{executed} holds no executed lecture: run `make lectures` first")
    shutil.rmtree(source, ignore_errors=True)
    for folder in ("lectures", "gallery"):
        (source / folder).mkdir(parents=True)
    pictures = {match["name"]: match for match in PICTURE.finditer(README.read_text("utf-8"))}
    cards = []
    for path in lectures:
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs = settled(cell.outputs)
        nbformat.write(notebook, source / "lectures" / path.name)
        picture, title = pictures[path.stem], html.escape(title_of(notebook))
        shutil.copy(ROOT / picture["file"], source / "gallery" / f"{path.stem}.png")
        cards.append(
            CARD.format(
                name=path.stem,
                alt=picture["alt"],
                number=int(path.stem[:2]),
                title=title,
                minutes=minutes(notebook),
            )
        )
    for name, content in assignments.items():
        target = source / "assignments" / name
        target.mkdir(parents=True)
        (target / f"{name}.ipynb").write_text(content, "utf-8")
    index = INDEX.format(
        cards="\n".join(cards),
        lectures="\n".join(f"lectures/{path.stem}" for path in lectures),
        assignments="\n".join(f"assignments/{name}/{name}" for name in sorted(assignments)),
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


def main() -> int:
    """Write Sphinx's sources and build the site; return the exit status."""
    write_source(EXECUTED, folders.released(ROOT), SOURCE)
    status = build(SOURCE, SITE)
    if status == 0:
        print(f"Open {(SITE / 'index.html').relative_to(ROOT)} in a browser.")
    return status


if __name__ == "__main__":
    sys.exit(main())
