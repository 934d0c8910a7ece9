"""Selection by perturbation: what is decided when, and what is named in the end."""

import itertools
import math

import pytest
import torch

import nbnas as nb
from nbnas.errors import SettingError
from nbnas.training.relaxed.kind import Choice, best_together

METHOD = nb.PerturbationSelection(3, warmup=1, finalists=3)


@pytest.fixture(scope="module")
def finished(supernet):
    relaxation = supernet.start(METHOD, seed=3)
    relaxation.run()
    return relaxation


def test_edges_are_decided_one_after_the_other(finished):
    """Three edges at three moments: after the warm-up, and after each epoch since then."""
    for report in finished.reports:
        decided = [max(row) == 1 for row in report.weights[0].values]
        assert sum(decided) == report.epoch
    assert finished.reports[-1].entropy == 0
    assert finished.reports[0].skips < 1  # of equal weights any counts, and not the first
    assert "none" not in finished.architecture.text


def test_what_is_missed_most_is_kept(supernet):
    """Each operation that is left out alone, by a network of its own, says the same."""
    relaxation = supernet.start(nb.PerturbationSelection(2, warmup=2), seed=1)
    relaxation.run()
    ground, learner = relaxation._ground, relaxation._learner
    images, labels = supernet.trainer.data.val
    weights = tuple(each.clone() for each in ground.form.uniform)
    shared = ground.network
    for choice, losses in zip(learner.choices, learner.losses, strict=True):
        row = choice.options[0][0]
        expected = []
        for _, place in choice.options:
            without = weights[0].clone()
            without[row, place] = 0
            shared.train()
            with torch.no_grad():
                scores = shared(ground._network(weights)[0](images), (without,))
            expected.append(float(torch.nn.functional.cross_entropy(scores, labels)))
        assert losses == pytest.approx(expected, abs=1e-5)
        best = choice.options[expected.index(max(expected))][1]
        weights[0][row] = torch.eye(3)[best]
    assert relaxation.architecture == ground.form.architecture([weights[0].tolist()])


def test_asking_leaves_the_network_alone(finished):
    ground = finished._ground
    before = {name: value.clone() for name, value in ground.network.state_dict().items()}
    lost = ground.held_out_loss(ground.form.uniform)
    assert math.isfinite(lost)
    assert ground.held_out_loss(ground.form.uniform) == lost
    after = ground.network.state_dict()
    assert all(torch.equal(value, after[name]) for name, value in before.items())


def test_finalists_differ_where_least_is_missed(finished):
    found = finished.finalists
    assert found[0] == finished.architecture
    assert len({each.canonical for each in found}) == len(found) == 3
    assert all(each in finished.space for each in found)
    learner, space = finished._learner, finished.space

    def gap(cell):
        told = space.encode(cell)
        total = 0.0
        for choice, losses in zip(learner.choices, learner.losses, strict=True):
            places = [place for _, place in choice.options]
            row = choice.options[0][0]
            total += max(losses) - losses[places.index(told[row])]
        return total

    gaps = [gap(each) for each in found]
    assert gaps == sorted(gaps)
    every = sorted(gap(cell) for cell in space if "none" not in cell.text)
    assert gaps[0] == every[0] == 0
    assert gaps[-1] <= every[len(every) // 2]


def test_finalists_are_trials_of_a_search(finished, trainer, tmp_path):
    search = nb.Search(
        finished.space,
        trainer,
        nb.RandomSearch(first=finished.finalists),
        store=tmp_path / "s.db",
        study="finalists",
    )
    search.run(3)
    assert search.observations.architectures == finished.finalists
    assert search.best.architecture in finished.finalists


def test_other_methods_have_one_finalist(supernet):
    relaxation = supernet.start(nb.Darts(epochs=1))
    assert relaxation.finalists == ()
    assert relaxation.run() == relaxation.finalists[0]
    one_shot = supernet.start(nb.SinglePathOneShot(1, candidates=2))
    assert (one_shot.run(),) == one_shot.finalists


@pytest.mark.slow
def test_a_genotype_keeps_two_inputs_of_each_vertex(trainer):
    space = nb.DartsSpace(("none", "skip_connect", "max_pool_3x3"))
    relaxation = nb.Supernet(space, trainer).start(nb.PerturbationSelection(3, 1, 2))
    assert relaxation.run() in space
    first, second = relaxation.finalists
    assert first == relaxation.architecture != second
    assert second in space
    learner = relaxation._learner
    kinds = [len(choice.options) for choice in learner.choices]
    assert (kinds[:28], sorted(kinds[28:])) == ([2] * 28, [3, 3, 4, 4, 5, 5])
    rows = [(each.sum(-1) > 0).tolist() for each in learner.weights]
    assert [sum(row) for row in rows] == [8, 8]


def test_weights_left_by_a_choice():
    weights = (torch.full((2, 3), 1 / 3),)
    edge, vertex = Choice(0, ((1, 1), (1, 2))), Choice(0, ((0, None), (1, None)), 1)
    assert edge.without(weights, 0)[0][1].tolist() == pytest.approx([1 / 3, 0, 1 / 3])
    kept = edge.only(weights, (1,))
    assert kept[0].tolist()[1] == [0, 0, 1]
    assert vertex.only(kept, (1,))[0].tolist() == [[0, 0, 0], [0, 0, 1]]
    assert weights[0].min() > 0.3  # it is another one


def test_the_best_ways_are_those_of_all_ways():
    losses = [[0.3, 0.1, 0.25], [1.0, 0.9], [0.5, 0.2, 0.45, 0.1]]
    ranked = [
        Choice(0, tuple((0, place) for place in range(len(each)))).ranked(each) for each in losses
    ]
    every = sorted(
        (sum(gap for gap, _ in way), tuple(kept for _, kept in way))
        for way in itertools.product(*ranked)
    )
    found = best_together(ranked, 7)
    assert [gap for gap, _ in found] == pytest.approx([gap for gap, _ in every[:7]])
    assert found[0] == (0, ((0,), (0,), (0,)))


def test_decisions_come_after_a_warm_up():
    with pytest.raises(SettingError, match="warmup to be at most epochs=4, got 5"):
        nb.PerturbationSelection(4, warmup=5)
