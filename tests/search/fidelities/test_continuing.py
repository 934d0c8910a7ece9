"""Trials that go on from earlier ones of the same architecture: same numbers, only the rest."""

import dataclasses
import os
import shutil
from dataclasses import dataclass

import pytest

import nbnas as nb
import nbnas.training.repeated
from nbnas.records import Fidelities, Proposal
from nbnas.search.fidelities.continuing import continues

CONTINUED = Fidelities((1, 2, 4), continued=True)
EPOCHS = [1, 1, 2, None] * 2
ONCE, ANEW = 2 * (1 + 1 + 1 + 2), 2 * (1 + 1 + 2 + 4)


def test_only_the_rest_is_computed(going, facts, alone, computed, store, kept, data):
    search = going(store)
    files = []
    for _ in EPOCHS:
        search.step()
        files.append(len(kept()))
    assert facts(search) == alone
    assert [e.epochs for e in search.observations] == EPOCHS
    assert len(computed) == ONCE
    assert files == [1, 2, 2, 1, 2, 3, 3, 2], "a look stays until its architecture is trained"
    full = search.observations[3]
    plain = nb.Trainer(data, epochs=4, device="cpu")(full.architecture, full.seed)
    assert full.value == plain.value
    assert [r.train_loss for r in full.reports] == [r.train_loss for r in plain.reports]
    assert full.seconds == pytest.approx(
        full.reports[-1].seconds - search.observations[2].reports[-1].seconds
    )


def test_a_trial_that_goes_on_has_the_seed_of_the_first(alone):
    seeds = {}
    for architecture, _, seed, _, _ in alone:
        assert seeds.setdefault(architecture, seed) == seed
    assert len(set(seeds.values())) == 4


def test_without_a_store_it_begins_anew_to_the_same_numbers(going, facts, alone, computed):
    search = going().run(8)
    assert facts(search) == alone
    assert len(computed) == ANEW
    assert search.spent == pytest.approx(2 * (1 + 1 + 1 + 2) / 4), "costs are those planned"


def test_what_is_gone_or_damaged_is_computed_again(going, facts, alone, store, kept):
    going(store).run(2)
    shutil.rmtree(store.parent / "s.db.checkpoints")
    search = going(store).run(6)
    for name in kept():
        (store.parent / "s.db.checkpoints" / name).write_bytes(b"damaged")
    with pytest.warns(UserWarning, match="cannot be used"):
        search.run(8)
    assert facts(search) == alone


def test_whoever_comes_goes_on(going, facts, alone, computed, store):
    """Each trial in a search of its own, as if the process had ended in between."""
    for number in range(1, 9):
        search = going(store).run(number)
    assert facts(search) == alone
    assert len(computed) == ONCE


def test_two_searches_share_a_study(going, facts, alone, computed, store):
    searches = going(store), going(store)
    for number in range(8):
        searches[number % 2].run(number + 1)
    assert facts(searches[1]) == alone
    assert len(computed) == ONCE


def test_any_round_can_be_made_again(going, store):
    asked = []
    search = going(store)
    for _ in range(8):
        asked.append(search.ask())
        search.step()
    again = going(store)
    for number, before in enumerate(asked):
        made = nb.replay(again, number).proposal
        assert dataclasses.replace(made, seconds=0) == dataclasses.replace(before, seconds=0)
        assert made.seed == search.observations[number].seed


def test_a_proposal_is_told_with_its_seed(going, data, facts, alone):
    search = going()
    for _ in range(4):
        proposal = search.ask()
        training = search.objective.start(
            proposal.architecture, proposal.seed, epochs=proposal.epochs
        )
        search.tell(training.run())
    assert facts(search) == alone[:4]


def test_a_training_that_nobody_makes_any_longer_goes_on(going, facts, alone, computed, store):
    """As after a kill: the claim of a full training is there, and its holder is gone."""
    first = going(store, checkpoint_minutes=1e-9).run(3)
    claim = first._take_on()
    assert claim.epochs is None
    training = first.objective.start(claim.architecture, claim.seed).keep(claim.place)
    next(iter(training))
    with first.store._engine.begin() as connection:
        connection.exec_driver_sql("update nbnas_claims set lease = 0, holder = 'gone'")
    second = going(store, checkpoint_minutes=1e-9).run(4)
    assert facts(second) == alone[:4]
    assert second.observations[3].origin.attempt == 2
    assert len(computed) == ONCE // 2


def test_seeds_side_by_side_go_on_too(going, facts, data, store, kept):
    trainer = nb.Trainer(data, fidelities=CONTINUED, device="cpu")
    seeds = nb.training.repeated.RepeatedTrainer(trainer, (0, 1))
    search, files = going(store, objective=seeds), []
    for _ in range(4):
        search.step()
        files.append(len(kept()))
    assert files == [1, 2, 2, 1]
    assert facts(search) == facts(going(objective=seeds).run(4))
    look, full = search.observations[2:]
    assert full.seconds == pytest.approx(full.reports[-1].seconds - look.reports[-1].seconds)


def test_separate_looks_keep_nothing_and_have_seeds_of_their_own(going, rungs, store, kept):
    separate = Fidelities((1, 2, 4))
    strategy = dataclasses.replace(rungs, fidelities=separate)
    search = going(store, strategy, fidelities=separate).run(4)
    assert kept() == []
    assert len({e.seed for e in search.observations}) == 4
    assert not continues(search.objective)
    assert search.spent == pytest.approx((1 + 1 + 2 + 4) / 4)


def test_a_generator_is_called_again_with_the_same_seed(rungs):
    calls = []

    @dataclass(frozen=True)
    class Loop:
        fidelities: Fidelities = CONTINUED

        def __call__(self, architecture, seed=0, epochs=None):
            calls.append((architecture, seed, epochs))
            for epoch in range(epochs or 4):
                yield (seed % 100 + epoch) / 110

        def fingerprint(self):
            return {}

    search = nb.Search(nb.CellSpace(), Loop(), rungs).run(4)
    assert [(a, e) for a, _, e in calls] == [
        (e.architecture, e.epochs) for e in search.observations
    ]
    better = max(calls[:2], key=lambda call: call[1] % 100)
    assert calls[2:] == [(*better[:2], 2), (*better[:2], None)]
    assert [len(e.reports) for e in search.observations] == [1, 1, 2, 4]


def test_a_strategy_may_go_back(going, store, kept, computed):
    """A shorter training after a longer one begins anew, and loses nobody's numbers."""

    @dataclass(frozen=True)
    class Back:
        fidelities: Fidelities = CONTINUED

        def propose(self, space, observations, pending, n, rng):
            epochs = (2, 1, None)[len(observations) % 3]
            return Proposal(space.sample(0, 1), "Back and forth.", epochs=epochs)

    search = going(store, Back()).run(1)
    with pytest.warns(UserWarning, match="more than 1 epochs"):
        search.run(3)
    assert len({e.seed for e in search.observations}) == 1
    first, second, last = ([r.val_loss for r in e.reports] for e in search.observations)
    assert (first[:1], last[:2]) == (second, first)
    assert kept() == []


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_workers_go_on(workers, going, facts, alone, store, kept):
    search = going(store).run(8, workers=workers)
    if workers == 1:
        assert facts(search) == alone
    spent = sum(e.seconds for e in search.observations)
    curves = {}
    for e in search.observations:
        curves.setdefault(e.architecture, []).append(e.reports[-1].seconds)
    assert spent == pytest.approx(sum(max(each) for each in curves.values()))
    for number in range(8):
        (made,) = [e for e in search.observations if e.origin.number == number]
        proposal = nb.replay(search, number).proposal
        assert (proposal.architecture, proposal.epochs) == (made.architecture, made.epochs)
        assert proposal.seed == made.seed
    while search.best is None:
        search.step()
    search.finish()
    assert kept() == []


@dataclass(frozen=True)
class Exits:
    """Ends its process in a look."""

    fidelities: Fidelities = CONTINUED

    def __call__(self, architecture, seed=0, epochs=None):
        if epochs is not None:
            os._exit(3)
        return 0.5

    def fingerprint(self):
        return {}


@pytest.mark.slow
def test_a_look_whose_process_ends_is_no_full_training(rungs):
    search = nb.Search(nb.CellSpace(), Exits(), rungs).run(1, workers=1)
    (look,) = search.observations
    assert (look.status, look.epochs) == ("failed", 1)
    assert "exited with code 3" in look.error
    assert len(search.observations.full) == 0
    assert search.spent == pytest.approx(1 / 4)
