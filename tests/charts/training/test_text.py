import dataclasses

import nbnas as nb
from nbnas.charts import render
from nbnas.charts.lettering import width
from nbnas.charts.theme import NORMAL
from nbnas.charts.training.text import LINES, WRAPPED, seen, text, wrapped
from nbnas.training.data.text_summary import summarize_text

PLAY = "To be, or not to be,\tthat is the <question>:\n" * 40


def test_a_text_is_drawn_with_what_looks_wrong():
    summary = summarize_text(nb.from_text(PLAY))
    drawn = render.to_svg(text(summary))
    for said in ("How the text begins", "To be, or not", "&lt;question&gt;", "space", "tab"):
        assert said in drawn
    assert "bits a character" in drawn
    assert "only 1,440 characters to train on" in drawn
    assert "looks wrong" not in render.to_svg(text(dataclasses.replace(summary, warnings=())))
    words = summarize_text(nb.from_text(PLAY, level="word"))
    assert "a perplexity of " in render.to_svg(text(words))


def test_what_nobody_would_see_is_named():
    named = {" ": "space", "<eos>": "end of line", "a": "a", "\u202e": "\\u202e", "\0": "\\x00"}
    assert {token: seen(token) for token in named} == named


def test_lines_are_no_wider_than_there_is_room():
    long = "words and more words " * 40 + "x" * 500
    lines = wrapped(long, most=100)
    assert all(width(line, NORMAL) <= WRAPPED for line in lines)
    assert "".join(lines).replace(" ", "") == long.replace(" ", "")
    assert len(wrapped("a\n" * 50)) == LINES
    assert wrapped("a\n" * 50)[-1] == "a \u2026"
    assert wrapped("\u4e2d" * 60) == ["\u4e2d" * len(line) for line in wrapped("\u4e2d" * 60)]
    assert wrapped("") == [""]
