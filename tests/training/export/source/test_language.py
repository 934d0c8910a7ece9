import json
import math
import shutil
import subprocess
import types

import pytest
import torch
from torch.nn.functional import cross_entropy

import nbnas
from nbnas.graphs.spaces.recurrent.space import RecurrentSpace, lstm
from nbnas.training.data.text import TextData
from nbnas.training.export.source.language import Language, language_source, write_source
from nbnas.training.networks.network import build_network

CHARACTERS = tuple("ab\n\"'\\c ")
STRANGE = tuple("\u2028\u202e{}\u0301\U0001f600\x00\ufffd")
WORDS = ("<unk>", "<eos>", "it's", "b", ",", "cd", '"', "f")
SPACED = ("<unk>", "<eos>", "it's", "b", ",", "c{d", '"\\', "f")
LANGUAGES = {
    "characters": Language("a 'play'", "character", CHARACTERS, False, "", "any", "0.1.0"),
    "strange": Language('"""\u202e', "character", STRANGE, False, "\ufffd", "any", "0.1.0"),
    "words": Language("a play", "word", WORDS, False, "<unk>", "any", "0.1.0"),
    "spaced": Language("a play", "word", SPACED, True, "<unk>", "any", "0.1.0"),
}


def network_of(cell, layers=2):
    generator = torch.Generator().manual_seed(0)
    sizes = {"classes": 8, "channels": 6, "cells": layers}
    return build_network(cell, **sizes, generator=generator).eval()


@pytest.fixture(scope="module")
def modules(run):
    """The module and network of each language."""
    pytest.importorskip("safetensors")
    return {name: run(language_source(network_of(lstm()), s)) for name, s in LANGUAGES.items()}


@pytest.mark.parametrize(
    "cell", [lstm(), *RecurrentSpace().sample(0, 4)], ids=lambda a: a.text[:9]
)
def test_the_source_is_the_network_step_by_step_too(cell, run):
    pytest.importorskip("safetensors")
    network = network_of(cell)
    _, made = run(language_source(network, LANGUAGES["characters"]))
    tokens = torch.randint(0, 8, (3, 4), generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        expected, after = network(tokens.T)
        found, state = made(tokens, made.initial(3))
        stepped = made.initial(3)
        for number, each in enumerate(tokens.T):
            scores, stepped = made(each[:, None], stepped)
            torch.testing.assert_close(scores[:, 0], expected[number], rtol=1e-3, atol=1e-5)
    torch.testing.assert_close(found, expected.transpose(0, 1), rtol=1e-3, atol=1e-5)
    last = torch.stack([torch.stack(states) for states in after])
    torch.testing.assert_close(state, last, rtol=1e-3, atol=1e-5)
    torch.testing.assert_close(stepped, last, rtol=1e-3, atol=1e-5)


def test_texts_are_split_as_the_data_are(modules):
    assert modules["characters"][0].encode("b\na") == [1, 2, 0]
    assert modules["strange"][0].encode("\U0001f600q\u0301") == [5, 7, 4]
    with pytest.raises(ValueError, match=r"characters of the vocabulary, got \['y', 'z'\]"):
        modules["characters"][0].encode("zay")
    for name, text in (("words", "b, it's\nq"), ("spaced", "b , it's\n\" bq "), ("words", "\n\n")):
        said = LANGUAGES[name]
        part = torch.zeros(2, dtype=torch.int64)
        data = TextData("any", "word", said.vocabulary, part, part, part, spaced=said.spaced)
        assert modules[name][0].encode(text) == data.encode(text).tolist()


def test_every_character_stays_itself(modules):
    for name in ("characters", "strange"):
        assert tuple(modules[name][0].VOCABULARY) == LANGUAGES[name].vocabulary
    assert modules["words"][0].VOCABULARY == WORDS


def test_what_is_written_goes_on_with_the_text(modules):
    module, made = modules["characters"]
    text = module.write(made, "ab", 20)
    assert text == module.write(made, "ab", 20) != module.write(made, "ab", 20, seed=1)
    assert text.startswith("ab")
    assert len(text) == 22
    assert set(text) <= set(CHARACTERS)
    module, made = modules["spaced"]
    said = module.write(made, "b ,", 30)
    assert "<eos>" not in said
    assert len(module.encode(said)) == 32
    with pytest.raises(ValueError, match="a text to go on with"):
        module.write(made, "")


@pytest.mark.parametrize("length", [2, 3, 33, 34, 75])
def test_a_score_counts_every_token_but_the_first_once(modules, length):
    module, made = modules["characters"]
    text = ("abc \"b'\n\\" * 10)[:length]
    tokens = torch.tensor(module.encode(text))
    losses = []
    for some in torch.arange(length - 1).split(math.ceil((length - 1) / 32)):
        with torch.no_grad():
            scores, _ = made(tokens[some][None], made.initial())
        losses.append(cross_entropy(scores[0], tokens[some + 1], reduction="sum").item())
    expected = sum(losses) / (length - 1) / math.log(2)
    assert module.score(made, text) == pytest.approx(expected, rel=1e-5)
    with pytest.raises(ValueError, match="at least two"):
        module.score(made, "a")


def test_words_are_scored_by_perplexity(modules):
    module, made = modules["words"]
    text = "b, it's\n" * 20
    letters, other = modules["characters"]
    of_letters = letters.score(other, "".join(CHARACTERS[n] for n in module.encode(text)))
    assert module.score(made, text) == pytest.approx(2**of_letters, rel=1e-4)


def test_a_file_is_read_as_the_data_set_reads_it(modules, tmp_path):
    path = tmp_path / "any.txt"
    path.write_bytes("\ufeffa\r\nb\rc\n".encode() * 30)
    said = modules["characters"][0].read(path)
    data = nbnas.from_text(path)
    assert data.encode(said).equal(torch.cat([data.train, data.val, data.test]))


def test_the_runtime_splits_and_scores_the_same(modules):
    pytest.importorskip("onnxruntime")
    texts = {"characters": "ab\nc" * 9, "words": "b, it's\nq" * 9, "spaced": "b , it's\nq" * 9}
    for name, text in texts.items():
        module, made = modules[name]
        other = types.ModuleType("write")
        other.__file__ = "write.py"
        source = write_source(network_of(lstm()), LANGUAGES[name])
        exec(compile(source, "write.py", "exec"), other.__dict__)
        other.session = lambda name=name, made=made: Session(LANGUAGES[name], made)
        assert other.encode(text) == module.encode(text)
        assert other.score(text) == pytest.approx(module.score(made, text), rel=1e-5)
        written = other.write("b", 15)
        assert len(module.encode(written)) == 16
        with pytest.raises(ValueError, match="a text to go on with"):
            other.write("")


class Session:
    """What onnxruntime gives, from the source's network."""

    def __init__(self, language, network):
        self.language, self.network = language, network

    def get_modelmeta(self):
        said = {"vocabulary": json.dumps(self.language.vocabulary)}
        return types.SimpleNamespace(custom_metadata_map=said)

    def run(self, _, given):
        with torch.no_grad():
            made = self.network(*(torch.tensor(given[name]) for name in ("tokens", "state")))
        return [each.numpy() for each in made]


def test_the_texts_are_formatted(tmp_path):
    ruff = shutil.which("ruff") or pytest.skip("ruff is not on the path")
    for name, said in LANGUAGES.items():
        for number, cell in enumerate([lstm(), *RecurrentSpace().sample(0, 3)]):
            network = network_of(cell)
            source = language_source(network, said).text
            (tmp_path / f"{name}_{number}.py").write_text(source, encoding="utf-8")
            runtime = write_source(network, said)
            (tmp_path / f"{name}_{number}_runtime.py").write_text(runtime, encoding="utf-8")
    subprocess.run([ruff, "format", "--isolated", "--diff", tmp_path], check=True)
    rules = "E4,E7,E9,F,I,B"
    subprocess.run([ruff, "check", "--isolated", "--select", rules, tmp_path], check=True)
