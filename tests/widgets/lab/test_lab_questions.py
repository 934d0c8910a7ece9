from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.subspace import Subspace
from nbnas.search.search import Search
from nbnas.search.strategies.random import RandomSearch
from nbnas.widgets.lab.lab import Lab


def test_rewinding_shows_a_round_as_it_was(bayes, until):
    bayes.run(7)
    lab = Lab(bayes)
    for number in (5, 1):
        lab.widget.set_state({"round": number})
        assert lab.wait()
        chosen = lab._atlas.find(lab.widget.chosen)
        assert chosen == bayes.observations[number].architecture
        assert lab.widget.rounds == {"last": 7, "number": number}
        kinds = list(lab.widget.map["kinds"].values())
        assert kinds.count("evaluated") == number
        assert lab.widget.why["title"] == f"Why trial {number + 1} was this architecture"
    assert lab.widget.candidates["data"]["rows"] == []  # round 1 was random
    assert "Cell 2 of 3 before there is a model" in lab.widget.candidates["line"]
    until(lambda: lab.widget.trace["data"]["round"] == [{"trial": 1.5}])
    lab.widget.set_state({"round": -1})
    assert lab.wait()
    assert lab.widget.rounds["number"] == 7


def test_what_if_answers_next_to_what_was_chosen(bayes):
    bayes.run(6)
    lab = Lab(bayes)
    assert lab.wait()
    assert lab.widget.answer == {}
    words = lab.widget.choices
    assert words["acquisitions"][0] == words["kernels"][0] == "as it was"
    lab.widget.set_state({"what_if": {"kernel": 1}})
    assert lab.wait()
    assert "kernel Weisfeiler-Lehman" in lab.widget.answer["text"]
    first, second = lab.widget.answer["rows"]
    assert first["key"] == lab.widget.chosen
    assert (first["key"] == second["key"]) == lab.widget.answer["same"]
    lab.widget.set_state({"what_if": {"kernel": 2, "lengthscale": 2, "acquisition": 2}})
    assert lab.wait()
    assert "expected improvement and the kernel" in lab.widget.answer["text"]
    lab.widget.set_state({"what_if": {"kernel": 1, "lengthscale": 2}})
    assert lab.wait()
    assert "there is no answer: expected a kernel with a length-scale" in lab.widget.answer["text"]
    assert lab.widget.status["error"] == ""
    lab.widget.set_state({"what_if": {}})
    assert lab.wait()
    assert lab.widget.answer == {}


def test_a_length_scale_is_told_in_numbers(bayes):
    bayes.run(5)
    lab = Lab(bayes)
    lab.widget.set_state({"what_if": {"lengthscale": -2}})
    assert lab.wait()
    assert "length-scale" in lab.widget.answer["text"]
    assert "instead of" in lab.widget.answer["text"]


def test_what_cannot_be_asked_is_not_offered(table):
    lab = Lab(Search(CellSpace(), table, RandomSearch(), seed=0))
    assert lab.widget.choices["acquisitions"] == ["as it was"]


def test_a_click_on_another_architecture_explains_it(bayes):
    bayes.run(5)
    lab = Lab(bayes)
    assert lab.wait()
    assert lab.widget.why["chosen"]
    assert lab.widget.why["neighbours"]
    key = lab.widget.trials[0]["key"]
    lab.widget.set_state({"selected": key})
    assert lab.wait()
    assert not lab.widget.why["chosen"]
    assert lab.widget.why["name"] == lab.widget.trials[0]["name"]
    assert "It was measured" in lab.widget.why["sentences"][0]
    lab.widget.set_state({"selected": "999999"})  # no such key: the choice again
    assert lab.wait()
    assert lab.widget.why["chosen"]


def test_a_space_that_is_used_up_is_no_fault(table):
    cells = CellSpace().sample(0, 3)
    search = Search(Subspace(CellSpace(), cells), table, RandomSearch(), seed=0).run(3)
    lab = Lab(search)  # which does not keep it alive
    assert lab.wait()
    assert lab.widget.why["title"] == "Nothing is left to choose"
    assert lab.widget.status["error"] == ""
