import re

import pytest

from nbnas.training.export.card import Figures, Story, card, fenced, plain
from nbnas.training.export.facts import Facts
from nbnas.training.export.folder import MARK

HOSTILE = "a|b\n# c <script>alert(1)</script> ![x](http://x) `d` [e](f) \u202eg"
FIGURES = Figures(0.93125, 1600, 12345, 1234567, 0.9994)


def made(**changed):
    facts = {
        "name": "pets",
        "class_names": ("cat", HOSTILE),
        "image_shape": (3, 8, 8),
        "is_whole": True,
        "architecture": "|nor_conv_3x3~0|",
        "version": "0.1.0",
    } | changed
    return card(Facts(**facts), FIGURES, Story("pets: 9 train", "3 epochs, seed 0", HOSTILE))


def test_it_tells_the_figures():
    text = made()
    assert text.startswith(MARK)
    for said in (
        "93.12% of 1,600 pictures",
        "| parameters | 12,345 |",
        "1,234,567 for one picture",
    ):
        assert said in text
    assert "at least 99.94% of the pictures" in text
    assert "![The architecture of the network](network.png)" in text


def test_nothing_of_a_user_is_markup():
    text = made(name=HOSTILE)
    without = re.sub(r"\\.", "", text)  # what is escaped
    assert "<script" not in text
    assert "](http" not in without
    assert "\u202e" not in text
    rows = [line for line in without.splitlines() if line.startswith("| ")]
    assert {row.count("|") for row in rows} == {3}


@pytest.mark.parametrize("text", ["plain", "3.14 and 1,000", "a-b", "50 %"])
def test_plain_text_reads_as_it_is(text):
    assert re.sub(r"\\(.)", r"\1", plain(text)) == text


def test_a_fence_is_longer_than_what_is_in_it():
    assert fenced("a ``` b") == "````text\na ``` b\n````"


def blocks_of(text):
    return re.findall(r"```python\n(.*?)```", text, re.DOTALL)


def test_three_lines_run_it():
    blocks = blocks_of(made())
    assert len(blocks) == 3
    assert all(len([line for line in block.splitlines() if line]) <= 4 for block in blocks)
    assert 'read("picture.png")' in blocks[0]
    assert "read" not in "".join(
        re.findall(r"```python\n(.*?)```", made(is_whole=False), re.DOTALL)
    )
