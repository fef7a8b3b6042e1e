"""Make slides from a lecture: what is on each slide, and what is in the speaker's notes.

The slides follow the lecture's text. Each heading `## 1. …` begins a topic, and each `### …` begins
a slide. Text becomes text slides, together with a few lines printed by cells in between; each
figure or explorer gets its own slide. Code is folded away below what it shows. A single short
paragraph before a figure goes onto the figure's slide, and what follows a prediction appears with
the next click. A long paragraph is shortened on the slide to its beginning, up to the last sentence
with a bold term or a question; all of it is in the notes. The browser decides how much fits onto a
slide (`deck/deck.js`).

The solution of an exercise stands folded below its hints, and of a prediction that nobody wrote the
outcome is left.

Where these rules do not give the right slides, tags in a cell's marker overrule them: "slide"
begins a new slide, "notes" puts the cell into the speaker's notes only, and "no-slide" leaves it
out.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import nbformat
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.dollarmath import dollarmath_plugin
from nbconvert.filters import strip_ansi
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from course_utils.building.formulas import formula_svg

LONG = 300  # characters; a slide shows only the beginning of a longer paragraph
SHORT = 260  # characters; there is no room above a figure for a longer paragraph
ONE_LINE = 100  # characters; an explorer needs the room of all but one line
LEAST = 120  # characters that a slide shows of any paragraph, if it has as many
MANY_LINES = 9  # more printed lines get a slide of their own
PREDICTION = re.compile(r"\*\*predict\*\*", re.IGNORECASE)
# Neither progress bars nor what is said to those who have not done an exercise are shown.
UNSHOWN = re.compile(r"^(?:.*\d+%\|.*|○ \w+: nothing written yet.*)\n?", re.MULTILINE)
NOT_PREDICTED = "○ No prediction written. "
SOLUTION = "<details><summary>Solution</summary>"
CLOSING = {"Papers", "Papers and posts", "Do it yourself"}  # sections to read at home
NUMBER = re.compile(r"^(\d+)\. ")
MINUTES = re.compile(r"\*\*Time\*\*: about (\d+) minutes")
OPAQUE = re.compile(r"\$[^$]+\$|`[^`]+`|\[[^\]]*\]\([^)]*\)")
SENTENCE_END = re.compile(r"[.!?](?:\*\*|\*|\)|\")?\s+(?=[A-Z*`$(\"])")
QUESTION = re.compile(
    r"<details><summary>(?P<asked>\d+\. .*?)</summary>(?P<answer>.*?)</details>", re.S
)
CODE = HtmlFormatter(style="a11y-high-contrast-light", nowrap=True)


@dataclass
class Slide:
    """One slide, in HTML.

    Attributes:
        kind: "opening", "text", "question", or "shown" for a cell's output.
        blocks: its content, from top to bottom.
        notes: what only the speaker sees.
        code: the sources of the cells whose output is on it.
        subtitle: its own heading, below the topic's.
    """

    kind: str
    blocks: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    code: list[str] = field(default_factory=list)
    subtitle: str = ""


@dataclass
class Topic:
    """The slides under one heading of a lecture.

    Attributes:
        name: the heading in Markdown, without its number.
        title: the heading in HTML, with its number.
        slides: its slides.
    """

    name: str
    title: str
    slides: list[Slide] = field(default_factory=list)


def markdown() -> MarkdownIt:
    """A parser for the lectures' Markdown, which renders formulas as drawings."""
    return (
        MarkdownIt("commonmark")
        .enable("table")
        .use(
            dollarmath_plugin,
            renderer=lambda tex, options: formula_svg(tex, options["display_mode"]),
        )
    )


MARKDOWN = markdown()


def minutes(notebook: nbformat.NotebookNode) -> int:
    """How many minutes a lecture takes, according to its first cell."""
    return int(MINUTES.search(notebook.cells[0].source)[1])


def topics(notebook: nbformat.NotebookNode) -> list[Topic]:
    """All slides of an executed lecture, by topic; topics without slides are left out.

    Args:
        notebook: the lecture, with its outputs in their final state.
    """
    reader = _Reader()
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if "no-slide" in tags:
            continue
        if "slide" in tags:
            reader.end_text()
        if cell.cell_type == "code":
            reader.read_code(cell)
        elif "notes" in tags:
            reader.notes.append(MARKDOWN.render(cell.source))
        else:
            reader.read_text(cell.source)
    reader.end_text()
    return [topic for topic in reader.topics if topic.slides]


def shown_part(paragraph: str) -> str:
    """What a slide shows of a paragraph: all of it or, if it is long, the beginning.

    The beginning reaches to the last sentence with a bold term or a question. A paragraph that ends
    with a colon is always shown whole, since something follows from it.
    """
    if len(paragraph) <= LONG or paragraph.endswith(":"):
        return paragraph
    opaque = OPAQUE.sub(lambda match: "x" * len(match[0]), paragraph)
    ends = [match.end() for match in SENTENCE_END.finditer(opaque)] + [len(paragraph)]
    shown = 0
    for start, end in zip([0, *ends], ends, strict=False):
        sentence = opaque[start:end]
        if shown < LEAST or "**" in sentence or "?" in sentence:
            shown = end
    return paragraph[:shown].rstrip()


class _Reader:
    """Reads a lecture cell by cell; text waits until its slide is known."""

    def __init__(self):
        self.topics: list[Topic] = []
        self.waiting: list[tuple[str, str]] = []  # source and HTML of blocks
        self.notes: list[str] = []
        self.code: list[str] = []  # of cells whose output is still to come
        self.code_of_text: list[str] = []  # of the printed lines in the waiting text
        self.subtitle = ""

    def read_text(self, source: str) -> None:
        read = 0
        for question in QUESTION.finditer(source):
            self.read_blocks(source[read : question.start()])
            self.read_question(question)
            read = question.end()
        self.read_blocks(source[read:])

    def read_blocks(self, source: str) -> None:
        lines = source.splitlines()
        for node in SyntaxTreeNode(MARKDOWN.parse(source)).children:
            block = "\n".join(lines[slice(*node.map)]).strip()
            rendered = MARKDOWN.renderer.render(node.to_tokens(), MARKDOWN.options, {})
            if node.type == "heading":
                self.read_heading(node, block)
            elif self.topics[-1].name in CLOSING:
                continue
            elif node.type == "paragraph" and len(self.topics) == 1 and "**Time**" in block:
                self.notes.append(rendered)
            elif node.type == "paragraph":
                block = " ".join(block.split())
                shown = shown_part(block)
                if shown != block:
                    self.notes.append(rendered)
                    rendered = MARKDOWN.render(shown)
                self.waiting.append((shown, rendered))
            else:
                self.waiting.append((block, rendered))

    def read_heading(self, node: SyntaxTreeNode, block: str) -> None:
        self.end_text()
        text = block.lstrip("# ")
        if node.tag in ("h1", "h2"):
            name, number = NUMBER.sub("", text), NUMBER.match(text)
            shown = f'<span class="number">{number[1]}</span> ' if number else ""
            self.topics.append(Topic(name, shown + MARKDOWN.renderInline(name)))
            self.subtitle = ""
        else:
            self.subtitle = MARKDOWN.renderInline(text)

    def read_question(self, question: re.Match) -> None:
        self.end_text()
        asked = MARKDOWN.renderInline(" ".join(question["asked"].split()))
        answer = MARKDOWN.render(" ".join(question["answer"].split()))
        self.add("question", [f"<p>{asked}</p>", f'<div class="fragment">{answer}</div>'])

    def read_code(self, cell: nbformat.NotebookNode) -> None:
        if self.topics[-1].name in CLOSING:
            return
        self.code.append(cell.source)
        outputs = [block for block in map(_shown, cell.outputs) if block]
        solutions = [block for block in outputs if SOLUTION in block]
        self.waiting += [("", block) for block in solutions]  # after the exercise's hints
        outputs = [block for block in outputs if block not in solutions]
        if outputs and not any(map(_is_drawn, outputs)) and not any(map(_is_long, outputs)):
            self.read_printed(f'<div class="printed">{"".join(outputs)}</div>')
            return
        for blocks in _groups(outputs):
            explorer = any("explorer-here" in block for block in blocks)
            lead, text = self.take_lead(ONE_LINE if explorer else SHORT)
            if PREDICTION.search(lead):
                blocks = [f'<div class="fragment answer">{"".join(blocks)}</div>']
            self.add("shown", [text, *blocks] if text else blocks)

    def read_printed(self, block: str) -> None:
        """Put a few printed lines into the text; if they answer a prediction, end the slide."""
        asked = bool(self.waiting and PREDICTION.search(self.waiting[-1][0]))
        if asked:
            block = block.replace('"printed"', '"printed fragment"', 1)
        self.waiting.append(("", block))
        self.code_of_text += self.code
        self.code = []
        if asked:
            self.end_text()

    def take_lead(self, longest: int) -> tuple[str, str]:
        """Take the waiting text, source and HTML, if it is one short paragraph or printed block.

        Other text that waits, and a paragraph of more than the longest number of characters, gets a
        slide of its own; source and HTML are then empty.
        """
        if len(self.waiting) == 1:
            source, rendered = self.waiting[0]
            if rendered.startswith(("<p>", '<div class="printed')) and len(source) <= longest:
                return self.waiting.pop()
        self.end_text()
        return "", ""

    def end_text(self) -> None:
        """Make a slide from the waiting text, if there is any."""
        if not self.waiting:
            return
        blocks = [block for _, block in self.waiting]
        later, self.code = self.code, []
        if len(self.topics) == 1 and not self.topics[0].slides:
            self.add("opening", [blocks.pop(0)])
        self.code, self.code_of_text = self.code_of_text, []
        if blocks:
            self.add("text", blocks)
        self.waiting, self.code = [], later

    def add(self, kind: str, blocks: list[str]) -> None:
        self.topics[-1].slides.append(Slide(kind, blocks, self.notes, self.code, self.subtitle))
        self.notes, self.code = [], []


def _shown(output: nbformat.NotebookNode) -> str:
    """One output of a cell in HTML; figures and explorers are in an element of class "drawn"."""
    if output.output_type == "stream":
        text = UNSHOWN.sub("", strip_ansi(output.text)).replace(NOT_PREDICTED, "").strip("\n")
        return f"<pre>{html.escape(text)}</pre>" if text else ""
    data = output.data
    if "data-explorer" in data.get("text/html", ""):
        return f'<div class="drawn explorer-here" data-prevent-swipe>{data["text/html"]}</div>'
    if SOLUTION in data.get("text/html", ""):
        return data["text/html"]
    if "text/html" in data:
        return f'<div class="drawn">{data["text/html"]}</div>'
    if "image/png" in data:
        alt = html.escape(data.get("text/plain", "a figure"))
        source = f"data:image/png;base64,{data['image/png']}"
        return f'<div class="drawn"><img alt="{alt}" src="{source}"></div>'
    return f"<pre>{html.escape(data['text/plain'])}</pre>"


def _is_drawn(output: str) -> bool:
    return 'class="drawn' in output


def _is_long(output: str) -> bool:
    return not _is_drawn(output) and output.count("\n") >= MANY_LINES


def _groups(outputs: list[str]) -> Iterator[list[str]]:
    """The outputs for one slide after another: a drawing, and the few lines printed around it."""
    group: list[str] = []
    for output in outputs:
        drawn_twice = _is_drawn(output) and any(map(_is_drawn, group))
        if group and (_is_long(output) or drawn_twice or _is_long(group[-1])):
            yield sorted(group, key=_is_drawn, reverse=True)
            group = []
        group.append(output)
    if group:
        yield sorted(group, key=_is_drawn, reverse=True)


def highlighted(source: str) -> str:
    """Python code in HTML, with syntax highlighting."""
    return f"<pre><code>{highlight(source, PythonLexer(), CODE)}</code></pre>"
