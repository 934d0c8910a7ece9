"""The card of an exported network: what it is, how good, how found, and how to run it.

What a user has named stands in it as text: no Markdown and no HTML of theirs comes through.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from nbnas.training.export.facts import Facts
from nbnas.training.export.folder import MARK

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|~$])")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
TIMES = "\N{MULTIPLICATION SIGN}"
_MOST_CLASSES = 60  # whose names are on the card


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers of a card.

    Attributes:
        accuracy: On the test part, a fraction.
        tested: Number of pictures of the test part.
        parameters: Number of trainable weights.
        multiply_adds: For one picture.
        agreement: Lowest share of test pictures for which a file gives the network's class.
    """

    accuracy: float
    tested: int
    parameters: int
    multiply_adds: int
    agreement: float


@dataclass(frozen=True, slots=True)
class Story:
    """What a card tells in words.

    Attributes:
        data: What the network was trained on.
        trained: How it was trained.
        found: How it was found; empty where nobody says.
        picture: Whether there is one.
        source: What `model.py` is, where it is no source of its own; else empty.
        missing: Files that this network cannot be written as, each with the reason.
    """

    data: str
    trained: str
    found: str = ""
    picture: bool = True
    source: str = ""
    missing: tuple[tuple[str, str], ...] = ()

    def has(self, file: str) -> bool:
        """Whether a file is there."""
        return file not in dict(self.missing)


def card(facts: Facts, figures: Figures, story: Story) -> str:
    """The card, in Markdown.

    Args:
        facts: What the network reads and says.
        figures: How good and how large it is.
        story: What else is to be told.
    """
    rows = {
        "right on the test part": f"{figures.accuracy:.2%} of {figures.tested:,} pictures",
        "parameters": f"{figures.parameters:,}",
        "multiply-adds": f"{figures.multiply_adds:,} for one picture",
        "reads": _reads(facts),
        "says": f"{len(facts.class_names)} classes: {_classes(facts)}",
        "data": plain(story.data),
        "training": plain(story.trained),
        **({"found by": plain(story.found)} if story.found else {}),
    }
    says = (
        f"A network for pictures of {len(facts.class_names)} classes that nbnas found. All files "
        "here are one and the same network, and none of them needs nbnas."
    )
    parts = [
        *head(facts.version, f"{plain(facts.name)}: {figures.accuracy:.1%} right", says),
        *picture_and_table(rows, story),
        "## Run it",
        _torch(facts),
        *([_onnx(facts)] if story.has("model.onnx") else []),
        *([_program(facts)] if story.has("model.pt2") else []),
        "## Files",
        _files(figures, story),
        "## Architecture",
        fenced(facts.architecture),
    ]
    return "\n\n".join(parts) + "\n"


def head(version: str, title: str, says: str) -> tuple[str, ...]:
    """What a card begins with: its mark, its title, and a paragraph."""
    return (f"{MARK} {version}: run again, it may replace this folder. -->", f"# {title}", says)


def picture_and_table(rows: Mapping[str, str], story: Story) -> tuple[str, ...]:
    """The picture, where there is one, and a table of what is known."""
    picture = ("![The architecture of the network](network.png)",) if story.picture else ()
    told = (f"| {name} | {said} |" for name, said in rows.items())
    return (*picture, "\n".join(["| | |", "|---|---|", *told]))


def plain(text: str) -> str:
    """A text as it is, in Markdown: nothing in it is markup, and it is one line.

    Example:
        >>> print(plain("cats|<b>dogs</b>"), plain("it is 93.5 %"))
        cats\N{REVERSE SOLIDUS}|&lt;b&gt;dogs&lt;/b&gt; it is 93.5 %
    """
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    safe = "".join(_ENTITIES.get(letter, letter) for letter in line)
    return re.sub(r"(\d)\\([.,])(\d)", r"\1\2\3", _SPECIAL.sub(r"\\\1", safe))


def fenced(text: str) -> str:
    """A text as a block of code, whatever is in it."""
    clean = "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in text)
    longest = max((len(run) for run in re.findall(r"`+", clean)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{clean}\n{fence}"


def _reads(facts: Facts) -> str:
    shape = TIMES.join(map(str, facts.image_shape))
    kind = "uint8" if facts.is_whole else "float32"
    return f"pictures `(n, C, H, W)` of {shape}, {kind}, pixels as they are on disk"


def _classes(facts: Facts) -> str:
    names = [plain(name) for name in facts.class_names[:_MOST_CLASSES]]
    more = len(facts.class_names) - len(names)
    return ", ".join(names) + (f" and {more:,} more, see model\\.py" if more else "")


def _pictures(facts: Facts) -> str:
    """What is classified, in the lines that are shown."""
    return 'read("picture.png")' if facts.reads_files else "pictures"


def _torch(facts: Facts) -> str:
    names = "classify, load, read" if facts.reads_files else "classify, load"
    needs = "torch safetensors numpy pillow" if facts.reads_files else "torch safetensors"
    return code(
        f"With PyTorch (`pip install {needs}`), in this folder:",
        f"from model import {names}\n\nnetwork = load()\n"
        f"print(classify(network, {_pictures(facts)}))",
    )


def _onnx(facts: Facts) -> str:
    names = "classify, read" if facts.reads_files else "classify"
    needs = "onnxruntime pillow" if facts.reads_files else "onnxruntime"
    command = ", or `python classify.py picture.png`" if facts.reads_files else ""
    return code(
        f"With onnxruntime, without PyTorch (`pip install {needs}`){command}:",
        f"from classify import {names}\n\nprint(classify({_pictures(facts)}))",
    )


def _program(facts: Facts) -> str:
    read = "from model import read\n" if facts.reads_files else ""
    return code(
        "The exported program, for PyTorch without any source:",
        f'import torch\n{read}\nprogram = torch.export.load("model.pt2")\n'
        f"print(program.module()({_pictures(facts)}).argmax(1))",
    )


def code(says: str, lines: str) -> str:
    """A sentence and the lines that it is about."""
    return f"{says}\n\n```python\n{lines}\n```"


def _files(figures: Figures, story: Story) -> str:
    source = story.source or "the network as PyTorch source, with its class names"
    files = {
        "model.py": source,
        "model.safetensors": "its weights",
        "model.onnx": "the network with its weights, any number of pictures",
        "model.pt2": "the same, by `torch.export`",
        "classify.py": "reads a picture and runs `model.onnx`",
    }
    there = {name: what for name, what in files.items() if story.has(name)}
    lost = {name: f"*is missing:* {plain(why)}" for name, why in story.missing}
    listed = "\n".join(f"- `{name}`: {what}" for name, what in {**there, **lost}.items())
    return (
        f"{listed}\n\nEach was run on the test part in a process of its own, without nbnas, and "
        f"gave the class of the trained network for at least {figures.agreement:.2%} of the "
        "pictures."
    )
