"""The card of an exported language model; see `nbnas.training.export.card`."""

from collections.abc import Sequence
from dataclasses import dataclass

from nbnas.records.measure import Measure
from nbnas.training.export.card import Story, code, fenced, head, picture_and_table, plain
from nbnas.training.export.source.expression import quoted
from nbnas.training.export.source.language import Language
from nbnas.training.measure import Figures


@dataclass(frozen=True, slots=True)
class TextFigures:
    """The numbers of a card.

    Attributes:
        measured: On the test part; the one that was searched first.
        right: Share of the test part for which the token that came was found likeliest.
        tested: Number of tokens of the test part that were foretold.
        parameters: Number of trainable weights.
        multiply_adds: For one token.
        agreement: Lowest share of the test part for which a file finds likeliest what the network
            does.
        state: `(layers, states, hidden)`.
    """

    measured: Figures
    right: float
    tested: int
    parameters: int
    multiply_adds: int
    agreement: float
    state: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Sample:
    """What the network writes.

    Attributes:
        prompt: The beginning that it was given.
        text: The beginning and how it goes on.
    """

    prompt: str
    text: str


def text_card(language: Language, figures: TextFigures, story: Story, sample: Sample) -> str:
    """The card, in Markdown.

    Args:
        language: What the network reads and writes.
        figures: How good and how large it is.
        story: What else is to be told.
        sample: What it writes.
    """
    level, known = language.level, len(language.vocabulary)
    best, *others = figures.measured.items()
    tested = f"{best[0].text(best[1])}, over {figures.tested:,} {level}s"
    rows = {
        f"{best[0].name} on the test part": tested,
        **{measure.name: measure.text(value) for measure, value in others},
        f"next {level} right": f"{figures.right:.1%}",
        "parameters": f"{figures.parameters:,}",
        "multiply-adds": f"{figures.multiply_adds:,} for one {level}",
        "reads": f"numbers of {level}s `(batch, length)`, int64, and a state "
        f"{_shape(figures.state)}, float32, of zeros at the beginning",
        "says": f"scores `(batch, length, {known})` of each {level} that may come next, and the "
        "state after",
        "data": plain(story.data),
        "training": plain(story.trained),
        **({"found by": plain(story.found)} if story.found else {}),
    }
    says = (
        f"A language model over {known:,} {level}s that nbnas found. All files here are one and "
        "the same network, and none of them needs nbnas."
    )
    parts = [
        *head(language.version, _title(language.name, *best), says),
        *picture_and_table(rows, story),
        "## Run it",
        *_run(sample.prompt, figures.state, _unit(level)),
        "## What it writes",
        f"After {_inline(sample.prompt)}, each {level} drawn as likely as the network expects it "
        "(`seed=0`):",
        fenced(sample.text),
        "## Files",
        _files(level, figures),
        "## Architecture",
        fenced(language.architecture),
    ]
    return "\n\n".join(parts) + "\n"


def _title(name: str, measure: Measure, value: float) -> str:
    return f"{plain(name)}: {measure.name} {measure.text(value)}"


def _unit(level: str) -> str:
    return "bits a character" if level == "character" else "perplexity"


def _shape(state: Sequence[int]) -> str:
    layers, states, hidden = state
    return f"`({layers}, {states}, batch, {hidden})`"


def _inline(text: str) -> str:
    """A beginning as Python has it, in a line."""
    return plain(quoted(text))


def _run(prompt: str, state: Sequence[int], unit: str) -> tuple[str, ...]:
    """The lines that run it, by each file."""
    said = quoted(prompt).replace("`", "\\x60")
    layers, states, hidden = state
    return (
        code(
            "With PyTorch (`pip install torch safetensors`), in this folder, or "
            '`python model.py write "…"`:',
            f"from model import load, write\n\nnetwork = load()\nprint(write(network, {said}))",
        ),
        code(
            "With onnxruntime, without PyTorch (`pip install onnxruntime`), or "
            '`python write.py write "…"`:',
            f"from write import write\n\nprint(write({said}))",
        ),
        f'`score(network, read("book.txt"))` of `model.py` gives the {unit} of a text, as does '
        "`python write.py score book.txt`.",
        code(
            "The exported program, for PyTorch without any source, takes one token a call:",
            'import torch\n\nprogram = torch.export.load("model.pt2").module()\n'
            f"state = torch.zeros({layers}, {states}, 1, {hidden})\n"
            "scores, state = program(torch.tensor([[0]]), state)",
        ),
    )


def _files(level: str, figures: TextFigures) -> str:
    files = {
        "model.py": "the network as PyTorch source, with its vocabulary",
        "model.safetensors": "its weights",
        "model.onnx": "the network, its weights and vocabulary; any number of texts of any length",
        "model.pt2": "the same, by `torch.export`, for one token a call of any number of texts",
        "write.py": "goes on with a text, or scores one, by `model.onnx`",
    }
    listed = "\n".join(f"- `{name}`: {what}" for name, what in files.items())
    return (
        f"{listed}\n\nEach was run on the test part, as a text file, in a process of its own, "
        f"without nbnas; it found the same {level} likeliest as the trained network for at least "
        f"{figures.agreement:.2%} of it, and gave the same log loss."
    )
