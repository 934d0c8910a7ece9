import shutil
import subprocess

import pytest
import torch

from nbnas.graphs.spaces.recurrent.space import RecurrentSpace, lstm
from nbnas.training.export.source.language import Language, language_source, steps_source
from nbnas.training.networks.network import build_network

CHARACTERS = tuple("ab\n\"'\\c ")
WORDS = ("<unk>", "<eos>", "it's", "b", ",", "c d", "e", "f")
LANGUAGES = {
    "characters": Language("a 'play'", "character", CHARACTERS, False, "", "any", "0.1.0"),
    "words": Language("a play", "word", WORDS, False, "<unk>", "any", "0.1.0"),
    "spaced": Language("a play", "word", WORDS, True, "<unk>", "any", "0.1.0"),
}


def network_of(cell, layers=2):
    generator = torch.Generator().manual_seed(0)
    sizes = {"classes": 8, "channels": 6, "cells": layers}
    return build_network(cell, **sizes, generator=generator).eval()


@pytest.mark.parametrize(
    "cell", [lstm(), *RecurrentSpace().sample(0, 4)], ids=lambda a: a.text[:9]
)
def test_the_source_is_the_network_step_by_step_too(cell, run):
    pytest.importorskip("safetensors")
    network = network_of(cell)
    module, made = run(language_source(network, LANGUAGES["characters"]))
    tokens = torch.randint(0, 8, (4, 3), generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        expected, after = network(tokens)
        found, state = made(tokens, made.initial(3))
        step, stepped = module.Step(made), made.initial(3)
        for number, each in enumerate(tokens):
            scores, stepped = step(each, stepped)
            torch.testing.assert_close(scores, expected[number], rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-6)
    last = torch.stack([torch.stack(states) for states in after])
    torch.testing.assert_close(state, last, rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(stepped, last, rtol=1e-4, atol=1e-6)


def test_texts_are_split_as_the_data_are(run):
    pytest.importorskip("safetensors")
    network = network_of(lstm())
    modules = {name: run(language_source(network, said)) for name, said in LANGUAGES.items()}
    assert modules["characters"][0].encode("b\na") == [1, 2, 0]
    assert modules["words"][0].encode("b, it's\nq") == [3, 4, 2, 1, 0]
    assert modules["spaced"][0].encode("b, it's\ne") == [0, 2, 1, 6]
    with pytest.raises(KeyError):
        modules["characters"][0].encode("z")
    module, made = modules["characters"]
    text = module.write(made, "ab", 20)
    assert text == module.write(made, "ab", 20)
    assert text.startswith("ab")
    assert len(text) == 22
    assert set(text) <= set(CHARACTERS)


def test_the_texts_are_formatted(tmp_path):
    ruff = shutil.which("ruff") or pytest.skip("ruff is not on the path")
    for name, said in LANGUAGES.items():
        for number, cell in enumerate([lstm(), *RecurrentSpace().sample(0, 3)]):
            network = network_of(cell)
            source = language_source(network, said).text
            (tmp_path / f"{name}_{number}.py").write_text(source, encoding="utf-8")
            steps = steps_source(network, said)
            (tmp_path / f"{name}_{number}_steps.py").write_text(steps, encoding="utf-8")
    subprocess.run([ruff, "format", "--isolated", "--diff", tmp_path], check=True)
    rules = "E4,E7,E9,F,I,B"
    subprocess.run([ruff, "check", "--isolated", "--select", rules, tmp_path], check=True)
