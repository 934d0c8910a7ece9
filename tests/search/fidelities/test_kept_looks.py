"""What stays beside a store of trainings that may go on, and when it is removed."""

from dataclasses import dataclass

import nbnas as nb
from nbnas.records import Fidelities

CONTINUED = Fidelities((1, 2, 4), continued=True)


def test_finish_removes_what_trainings_could_go_on_from(going, store, kept):
    search = going(store).run(4)
    assert len(kept()) == 1
    search.finish()
    assert not (store.parent / "s.db.checkpoints").exists()
    search.run(5)
    assert len(kept()) == 1
    assert going(store).finish().test == search.finish().test
    assert not (store.parent / "s.db.checkpoints").exists()


def test_finish_leaves_others_what_they_need(going, store, kept):
    search, other = going(store).run(5), going(store)
    other._take_on()
    before = kept()
    search.finish()
    assert kept() == before
    assert len(before) == 2


def test_what_a_kill_has_left_of_a_full_training_is_removed(going, store, kept):
    search = going(store).run(3)
    folder = store.parent / "s.db.checkpoints"
    names = kept()
    content = {name: (folder / name).read_bytes() for name in names}
    search.run(4)
    (trained,) = set(names) - set(kept())
    (folder / trained).write_bytes(content[trained])
    going(store)
    assert kept() == [name for name in names if name != trained]


def test_a_full_training_that_fails_removes_it(going, store, kept, data):
    @dataclass(frozen=True)
    class Half:
        trainer: nb.Trainer
        fidelities: Fidelities

        def start(self, architecture, seed=0, epochs=None):
            if epochs is None:
                raise RuntimeError("no full training")
            return self.trainer.start(architecture, seed, epochs=epochs)

        def __call__(self, architecture, seed=0, epochs=None):
            return self.start(architecture, seed, epochs).run()

        def fingerprint(self):
            return self.trainer.fingerprint()

    half = Half(nb.Trainer(data, fidelities=CONTINUED, device="cpu"), CONTINUED)
    search = going(store, objective=half).run(3)
    before = kept()
    search.run(4)
    assert search.observations[3].status == "failed"
    assert (len(before), len(kept())) == (2, 1)


def test_a_look_that_fails_leaves_none(going, store, kept):
    search = going(store, learning_rate=1e30, checkpoint_minutes=1e-9).run(2)
    assert [e.status for e in search.observations] == ["failed"] * 2
    assert kept() == []


def test_weights_that_are_kept_are_those_of_full_trainings(going, store, kept, tmp_path):
    search = going(store, keep_weights=True).run(4)
    assert sorted(name.rpartition(".")[2] for name in kept()) == ["checkpoint", "weights"]
    search.finish()
    assert [name.rpartition(".")[2] for name in kept()] == ["weights"]
    (place,) = {search._ledger.place(n, search.best) for n in (0, 3)}
    assert kept() == [place.rpartition("/")[2] + ".weights"]
    assert search.objective.start(search.best.architecture, search.best.seed).keep(place).is_kept
