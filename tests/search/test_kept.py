"""Trainings of a search are kept beside its store, and gone on with."""

import dataclasses
import os

import pytest

import nbnas as nb
import nbnas.training.repeated
import nbnas.training.tasks.pictures
from nbnas.records import Claim, Origin
from nbnas.search.ledger import Ledger
from nbnas.search.store.beside import folder_of
from nbnas.search.store.location import url_of

EPOCHS = 4


@pytest.fixture(scope="module")
def data():
    return nb.digits(train=200, validation=150)


@pytest.fixture(scope="module")
def search(data):
    def opened(store=None, epochs=EPOCHS, study="search", **settings):
        given = {"epochs": epochs, "device": "cpu"} | settings
        trainer = nb.Trainer(data, **given)
        return nb.Search(
            nb.CellSpace(), trainer, nb.RandomSearch(), seed=3, store=store, study=study
        )

    return opened


@pytest.fixture(scope="module")
def curves():
    """What the trials of a search were, but for times."""

    def told(search):
        return [
            (each.architecture, each.value, [r.val_loss for r in each.reports], each.measured)
            for each in search.observations
        ]

    return told


@pytest.fixture(scope="module")
def whole(search, curves):
    return curves(search().run(2))


@pytest.fixture
def store(tmp_path):
    return tmp_path / "runs" / "s.db"


def kept(store):
    return sorted(each.name for each in store.parent.glob("s.db.checkpoints/*"))


def stopped_after(search, epochs):
    """Stop the search's next training after so many epochs of its own; which ones these were."""
    followed, heard = [], []

    def follow(word):
        if search.training is not None and search.training not in followed:
            followed.append(search.training)
            search.training.progressed.connect(hear)

    def hear(report):
        heard.append(report.epoch)
        if len(heard) >= epochs:
            search.stop()

    search.changed.connect(follow)
    search.start(len(search.observations) + 1).wait()
    search.changed.disconnect(follow)
    return heard


@pytest.fixture
def epochs(monkeypatch):
    """The epochs that were computed, whoever reports them."""
    computed, evaluate = [], nb.training.tasks.pictures.evaluate

    def counted(*given):
        computed.append(1)
        return evaluate(*given)

    monkeypatch.setattr(nb.training.tasks.pictures, "evaluate", counted)
    return computed


def test_what_was_stopped_goes_on_where_it_was(search, store, whole, curves, epochs):
    made = search(store)
    assert stopped_after(made, 3) == [1, 2, 3]
    assert len(kept(store)) == 1
    assert len(made.observations) == 0
    made.run(2)
    assert len(epochs) == 2 * EPOCHS
    assert curves(made) == whole
    assert kept(store) == []
    assert not (store.parent / "s.db.checkpoints").exists()


def test_without_a_store_it_begins_anew(search, whole, curves, epochs, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = search()
    stopped_after(made, 3)
    assert curves(made.run(2)) == whole
    assert len(epochs) == 3 + 2 * EPOCHS
    assert list(tmp_path.iterdir()) == []


def test_a_pause_is_kept_before_it_is_seen(search, store, whole, curves, until, epochs):
    made, files = search(store), []

    def changed(word):
        if word == "paused":
            files.append({file.name: file.read_bytes() for file in folder.iterdir()})
        elif made.training is not None and not made.training.reports:
            made.pause()  # after its first epoch

    folder = store.parent / "s.db.checkpoints"
    made.changed.connect(changed)
    made.start(1)
    until(lambda: made.state == "paused")
    assert [len(each) for each in files] == [1]
    assert len(epochs) == 1
    made.start(1)
    made.wait()
    assert len(epochs) == EPOCHS
    assert curves(made) == whole[:1]
    assert not folder.exists()
    elsewhere = store.parent.parent / "killed while it was paused"
    (elsewhere / "s.db.checkpoints").mkdir(parents=True)
    for name, content in files[0].items():
        (elsewhere / "s.db.checkpoints" / name).write_bytes(content)
    assert curves(search(elsewhere / "s.db").run(1)) == whole[:1]
    assert len(epochs) == EPOCHS + EPOCHS - 1


def test_who_takes_over_goes_on_where_it_was(search, store, whole, curves, epochs):
    """As after a kill: the claim is not let go of, and its holder is gone."""
    first = search(store)
    stopped_after(first, 3)
    with first.store._engine.begin() as connection:
        taken = "update nbnas_claims set lease = 0, holder = 'gone', attempt = 1"
        connection.exec_driver_sql(taken)
    second = search(store)
    second.run(2)
    assert len(epochs) == 2 * EPOCHS
    assert curves(second) == whole
    assert second.observations[0].origin.attempt == 2


def test_the_final_training_goes_on_where_it_was(search, store, epochs, monkeypatch):
    settings = {"checkpoint_minutes": 1e-6}
    whole = search().run(1).finish()
    epochs.clear()
    made = search(store, **settings).run(1)
    evaluate = nb.training.tasks.pictures.evaluate

    def ended(*given):
        if len(epochs) == EPOCHS + 2:
            raise KeyboardInterrupt
        return evaluate(*given)

    with monkeypatch.context() as patch:
        patch.setattr(nb.training.tasks.pictures, "evaluate", ended)
        with pytest.raises(KeyboardInterrupt):
            made.finish()
    assert [name.rpartition("-")[2] for name in kept(store)] == ["final.checkpoint"]
    assert search(store, **settings).finish().test == whole.test
    assert len(epochs) == 2 * EPOCHS
    assert not (store.parent / "s.db.checkpoints").exists()


def test_other_studies_and_trials_have_places_of_their_own(search, store):
    made = search(store)
    other = search(store, study="sea/rch")
    (trial,) = made.run(1).observations
    places = {each._ledger.place(number, trial) for each in (made, other) for number in (0, 1)}
    assert len(places) == 4
    assert all(place.startswith(str(store.parent.absolute())) for place in places)
    assert Ledger().place(0, trial) == ""


def test_a_working_folder_may_change(search, tmp_path, monkeypatch):
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path)
    made = search("s.db")
    monkeypatch.chdir(tmp_path / "other")
    stopped_after(made, 2)
    assert len(list((tmp_path / "s.db.checkpoints").iterdir())) == 1


def test_what_a_kill_has_left_of_finished_trials_is_removed(search, store):
    made = search(store).run(1)
    folder = store.parent / "s.db.checkpoints"
    folder.mkdir()
    places = [made._ledger.place(n, made.observations[0]) for n in (0, 1)]
    left = [folder / f"{os.path.basename(place)}.checkpoint" for place in places]
    abandoned = folder / "some.checkpoint.12ab.partial"
    for file in (*left, abandoned):
        file.write_bytes(b"left")
    os.utime(abandoned, (0, 0))
    search(store)
    assert kept(store) == [left[1].name]
    with pytest.warns(UserWarning, match="cannot be used"):
        search(store).run(2)
    assert kept(store) == []


def test_a_trial_that_fails_leaves_none(search, store):
    made = search(store, learning_rate=1e30, checkpoint_minutes=1e-9).run(1)
    assert made.observations[0].status == "failed"
    assert "finite loss" in made.observations[0].error
    assert kept(store) == []


def test_three_attempts_may_come_no_further(search, store):
    made = search(store)
    ledger, claim = made._ledger, Claim(Origin(0, 0), made.ask().architecture, 1)
    assert [ledger.may_try(claim, attempt) for attempt in (3, 4)] == [True, False]
    nb.training.checkpoints.file.write_file(
        nb.training.checkpoints.file.Path(ledger.place(0, claim) + ".checkpoint"), {}, 2
    )
    assert [ledger.may_try(claim, attempt) for attempt in (5, 6)] == [True, False]
    assert [Ledger().may_try(claim, attempt) for attempt in (3, 4)] == [True, False]


def test_seeds_side_by_side_keep_nothing(data, store, epochs):
    trainer = nb.Trainer(data, epochs=3, device="cpu", checkpoint_minutes=1e-9)
    objective = nb.training.repeated.RepeatedTrainer(trainer, seeds=(0, 1))
    made = nb.Search(nb.CellSpace(), objective, nb.RandomSearch(), store=store)
    stopped_after(made, 2)
    assert kept(store) == []
    assert made.run(1).observations[0].value == objective(made.best.architecture).value
    with pytest.raises(nb.errors.SettingError, match="keep_weights to be False to train seeds"):
        nb.training.repeated.RepeatedTrainer(dataclasses.replace(trainer, keep_weights=True))


@pytest.mark.parametrize("written", ["sqlite://", ":memory:", "sqlite:///file::memory:?uri=true"])
def test_a_store_in_memory_has_no_folder(written):
    assert folder_of(url_of(written)) is None


def test_a_server_has_one_in_the_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("NBNAS_CACHE", str(tmp_path))
    urls = [f"postgresql+psycopg://me:{word}@host/nas" for word in ("secret", "other")]
    one, two = (folder_of(url_of(url)) for url in urls)
    assert one == two
    assert one.parent == tmp_path / "checkpoints"
    assert one.parent.is_dir()
    assert one != folder_of(url_of("postgresql+psycopg://me@host/other"))
    monkeypatch.setenv("NBNAS_CACHE", "/proc/none")
    assert folder_of(url_of(urls[0])).name == one.name
