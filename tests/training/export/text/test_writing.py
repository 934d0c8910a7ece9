import runpy
import subprocess
import sys

import numpy as np
import pytest
import torch

import nbnas
from nbnas.errors import ExportError
from nbnas.graphs.spaces.recurrent.space import RecurrentSpace, gru, lstm, rnn
from nbnas.training.data.text import TextData
from nbnas.training.export import fresh
from nbnas.training.export.export import export
from nbnas.training.export.folder import FILES, TEXT_FILES
from nbnas.training.export.text import writing
from nbnas.training.export.text.writing import language_of, prompt_of, text_of_test

pytest.importorskip("onnxscript")
LINES = "To be, or not to be: that is the question.\nWhether it is nobler in the mind \u2019tis\n"
ODD = LINES * 40 + "never seen before: \U0001f600 \u202e {0} '''" * 4
SETTINGS = {"epochs": 1, "batch_size": 4, "sequence": 16, "channels": 12, "device": "cpu"}


def trainer_on(text, **settings):
    return nbnas.Trainer(text, **{**SETTINGS, **settings})


@pytest.fixture(scope="module")
def trainer():
    return trainer_on(nbnas.from_text(ODD, name="Ham|let"))


@pytest.fixture(scope="module")
def training(trainer):
    found = trainer.start(lstm(), 3, final=True)
    found.run()
    return found


@pytest.fixture
def light(lighten, monkeypatch):
    """An export without what takes seconds."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # as in the process that it stands for
    lighten(writing, "answer_of", here)


def here(script, task, scratch):
    """What model.py foretells of the text on disk, in this process."""
    module = runpy.run_path(f"{task['folder']}/model.py")
    return fresh.foretold(fresh.of_torch(module["load"]()), task)


def test_the_files_are_there_and_the_card_tells_the_measures(light, trainer, training, tmp_path):
    made = export(training.evaluation, trainer, tmp_path / "a", training=training)
    assert made.measure is nbnas.BITS_A_CHARACTER
    assert made.value == pytest.approx(training.evaluation.value, rel=1e-5)
    assert made.agreement == (("model.py", 1.0),)
    assert made.parameters == training.evaluation.parameters
    assert made.multiply_adds == training.evaluation.multiply_adds
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == sorted(TEXT_FILES)
    text = (tmp_path / "a" / "card.md").read_text("utf-8")
    for measure in (nbnas.BITS_A_CHARACTER, nbnas.PERPLEXITY, nbnas.LOG_LOSS):
        value = measure.text(training.evaluation.measured[measure.name])
        assert f"{measure.name} | {value}" in text or f"test part | {value}, over" in text
    assert "# Ham\\|let: bits a character " in text
    assert f"{made.accuracy:.1%}" in text
    assert "1 epoch on the " in text
    assert repr(made).startswith("Exported('")
    assert "bits a character " in repr(made)


def test_what_is_likeliest_is_counted(light, trainer, training, tmp_path):
    made = export(training.evaluation, trainer, tmp_path / "a", training=training)
    network, tokens = training.network.eval(), trainer.data.test
    right = 0
    for some in torch.arange(len(tokens) - 1).split(-(-(len(tokens) - 1) // 32)):
        with torch.no_grad():
            scores, _ = network(tokens[some][:, None])
        right += int((scores[:, 0].argmax(1) == tokens[some + 1]).sum())
    assert made.accuracy == pytest.approx(right / (len(tokens) - 1), abs=1e-9)


def test_the_source_scores_what_the_card_says(light, trainer, training, tmp_path):
    made = export(training.evaluation, trainer, tmp_path / "a", training=training)
    (tmp_path / "test.txt").write_text(ODD[len(ODD) - len(trainer.data.test) :], "utf-8")
    module = runpy.run_path(str(tmp_path / "a" / "model.py"))
    score = module["score"](module["load"](), module["read"](tmp_path / "test.txt"))
    assert score == pytest.approx(made.value, rel=1e-4)


def test_a_search_exports_its_best(light, trainer, tmp_path):
    search = nbnas.Search(
        RecurrentSpace((2, 4)), trainer, nbnas.RandomSearch(first=(rnn(),)), seed=1
    )
    search.run(2)
    made = search.export(tmp_path / "a")
    assert made.value == pytest.approx(search.finish().test, rel=1e-4)
    text = (tmp_path / "a" / "card.md").read_text("utf-8")
    both = len(trainer.data.train) + len(trainer.data.val)
    assert f"{both:,} characters of training and validation part together" in text
    assert " of 2: bits a character" in text


def test_a_file_that_foretells_otherwise_is_refused(
    light, trainer, training, tmp_path, monkeypatch
):
    def given(change):
        def answer(*task):
            found = here(*task)
            change(found)
            return found

        monkeypatch.setattr(writing, "answer_of", answer)
        export(training.evaluation, trainer, tmp_path / "a", training=training)

    def off(row, share, by):
        def change(found):
            found[row, : round(share * found.shape[1])] += by

        return change

    for change, said in (
        (off(1, 0.01, 1), r"model\.py: expected the tokens that the trained.*99\.9%"),
        (off(2, 1, -0.1), r"model\.py: expected the log loss of the trained network"),
        (off(0, 0.01, 1), r"model\.py: expected it to read the test part as"),
    ):
        with pytest.raises(ExportError, match=said):
            given(change)
        assert list(tmp_path.iterdir()) == []


def test_a_source_of_another_network_is_refused(trainer, training, tmp_path, monkeypatch):
    def other(*given):
        found = writing_source(*given)
        return type(found)(found.text, {n: v + 1 for n, v in found.weights.items()})

    writing_source = writing.language_source
    monkeypatch.setattr(writing, "language_source", other)
    with pytest.raises(ExportError, match=r"model\.py: expected the scores of the trained"):
        export(training.evaluation, trainer, tmp_path / "a", training=training)


def test_what_cannot_be_exported_is_said_before_it_is_trained(tmp_path):
    part = torch.zeros(50, dtype=torch.int64)
    syllables = TextData("any", "character", ("to", "be"), part, part, part)
    evaluation = nbnas.Evaluation(lstm(), 2.0)
    with pytest.raises(ExportError, match=r"read from it again, got any: .*from_text"):
        export(evaluation, trainer_on(syllables), tmp_path / "a")
    own = trainer_on(nbnas.from_text(ODD), network=lambda a, data: torch.nn.Identity())
    with pytest.raises(ExportError, match=r"network of your own.*save_model"):
        export(evaluation, own, tmp_path / "a")


def test_the_test_part_is_the_text_that_was_read():
    assert text_of_test(nbnas.from_text(LINES * 40)) == (LINES * 40)[-round(len(LINES) * 4) :]
    words = nbnas.from_text(LINES * 40, level="word")
    assert words.encode(text_of_test(words)).equal(words.test)
    data = nbnas.from_text(ODD)
    assert language_of(data, "any", "").unknown == "\ufffd"
    assert language_of(nbnas.from_text(LINES * 40), "any", "").unknown == ""
    assert prompt_of(nbnas.from_text(LINES * 40)) in LINES
    numbers = "1 2 3 4 5\n" * 100
    assert prompt_of(nbnas.from_text(numbers)) == numbers[-100:-92]


@pytest.mark.slow
@pytest.mark.parametrize("level", ["character", "word"])
def test_every_file_foretells_the_same(tmp_path, level):
    data = nbnas.from_text(ODD, level=level, name="lines")
    trainer, folder = trainer_on(data, cells=2), tmp_path / "model"
    cell = gru() if level == "word" else RecurrentSpace((8, 12), 2).sample(1, 1)[0]
    made = export(nbnas.Evaluation(cell, 2.0, seed=2), trainer, folder)
    assert dict(made.agreement).keys() == {"model.py", "model.onnx", "model.pt2"}
    assert min(share for _, share in made.agreement) >= 0.999
    assert made.value == pytest.approx(trainer.test(cell, 2), rel=1e-4)
    assert {path.name for path in folder.iterdir()} == set(TEXT_FILES) != set(FILES)
    (tmp_path / "test.txt").write_text(text_of_test(data), "utf-8")
    module = runpy.run_path(str(folder / "write.py"))
    score = module["score"](module["read"](tmp_path / "test.txt"))
    assert score == pytest.approx(made.value, rel=1e-4)
    graph_takes_any_length(module)
    lines = (folder / "card.md").read_text("utf-8").split("```python\n")[1:]
    code = "\n".join(each.partition("```")[0] for each in lines)
    start = "import sys; sys.modules['nbnas'] = None; sys.path.insert(0, '.')\n"
    subprocess.run([sys.executable, "-P", "-B", "-c", start + code], cwd=folder, check=True)


def graph_takes_any_length(module):
    """The graph at once gives what it gives step by step, for texts side by side."""
    session = module["session"]()
    tokens, state = np.arange(21).reshape(3, 7) % 9, module["initial"](3)
    whole, after = session.run(None, {"tokens": tokens, "state": state})
    for number in range(7):
        given = {"tokens": tokens[:, number : number + 1], "state": state}
        scores, state = session.run(None, given)
        np.testing.assert_allclose(scores[:, 0], whole[:, number], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(state, after, rtol=1e-4, atol=1e-5)
