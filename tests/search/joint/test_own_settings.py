"""A model's search of settings begins once with those that the objective has by itself."""

import pytest

import nbnas as nb
from nbnas.search.fingerprint import fingerprint
from nbnas.search.strategies.joint import over

CELLS = nb.CellSpace()
SPACE = nb.JointSpace(
    CELLS,
    learning_rate=nb.Real(1e-3, 1, log=True),
    batch_size=nb.Integer(16, 512, log=True),
    optimizer=nb.Categorical("sgd", "adamw"),
)


def trend(architecture, seed=0):
    """A made-up accuracy that the rate decides."""
    return 0.3 + SPACE.encode_settings(architecture)[1] / 2


class Follows:
    """An objective that has settings of its own."""

    def __call__(self, architecture, seed=0):
        return trend(architecture, seed)

    def own_settings(self, space):
        return (("learning_rate", 0.2), ("optimizer", "sgd"))


def with_own(architectures):
    own = dict(Follows().own_settings(SPACE)).items()
    return [i for i, a in enumerate(architectures) if own <= dict(a.settings).items()]


def test_a_model_s_search_begins_with_the_objective_s_own_settings(tmp_path):
    strategy = nb.BayesianOptimization(initial=4, spread=False)
    search = nb.Search(SPACE, Follows(), strategy, seed=1, store=tmp_path / "s.db").run(3)
    random = nb.Search(SPACE, trend, strategy, seed=1).run(3).observations.architectures
    found = search.observations.architectures
    assert with_own(found) == [0]
    assert found[0].bare == random[0].bare
    assert found[0].setting("batch_size") == random[0].setting("batch_size")
    assert found[1:] == random[1:]
    assert "own settings" in nb.replay(search, 0).proposal.reason
    again = nb.Search(SPACE, Follows(), strategy, seed=1, store=tmp_path / "s.db")
    assert again.run(4).observations.architectures[:3] == found
    assert with_own(again.observations.architectures) == [0]


def test_a_scheduler_s_strategy_begins_with_them_too_and_others_do_not():
    follows, looks = Follows(), nb.Fidelities((1, 3))
    follows.fidelities = looks
    inner = nb.BayesianOptimization(initial=4)
    scheduler = nb.SuccessiveHalving(inner, looks, eta=3)
    assert with_own(nb.Search(SPACE, follows, scheduler).ask().architectures) == [0]
    for other in (nb.RandomSearch(), nb.Tpe()):
        assert not with_own(nb.Search(SPACE, follows, other).ask().architectures)
    batch = nb.Search(SPACE, follows, inner).ask(3).architectures
    assert with_own(batch) == [0]
    assert len(set(batch)) == 3


def test_settings_may_be_a_dictionary_and_have_to_be_settings():
    follows = Follows()
    follows.own_settings = lambda space: {"optimizer": "sgd", "learning_rate": 0.2}
    assert with_own(nb.Search(SPACE, follows, nb.BayesianOptimization()).ask().architectures)
    follows.own_settings = lambda space: {"optimizer": "sgd", "learning_rate": 5.0}
    assert nb.Search(SPACE, follows, nb.BayesianOptimization()).ask().architecture in SPACE
    follows.own_settings = lambda space: ["sgd"]
    with pytest.raises(nb.NbnasError, match="pairs of a name"):
        nb.Search(SPACE, follows, nb.BayesianOptimization())


def test_what_was_tried_first_with_them_is_enough():
    (cell,) = CELLS.sample(0, 1)
    own = {"learning_rate": 0.2, "optimizer": "sgd", "batch_size": 64}
    first = (SPACE.join(cell, own),)
    strategy = nb.BayesianOptimization(initial=4, first=first)
    assert with_own(nb.Search(SPACE, Follows(), strategy).run(4).observations.architectures) == [0]


def test_studies_are_those_of_before(tmp_path):
    strategy = nb.BayesianOptimization(initial=4)
    told = nb.Search(SPACE, Follows(), strategy).strategy
    assert told.asked.settings
    assert repr(told) == repr(over(strategy, SPACE))
    one, other = (fingerprint(SPACE, Follows(), each, 0) for each in (told, over(strategy, SPACE)))
    assert one == other
    assert not [name for name in one if "asked" in name]
