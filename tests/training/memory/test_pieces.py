"""A batch that does not fit the memory is read in pieces; simulated by networks that refuse."""

import warnings
import weakref

import pytest
import torch
from torch import nn

import nbnas as nb
from nbnas.graphs.spaces.cell import cell
from nbnas.graphs.spaces.recurrent.space import lstm
from nbnas.training.memory.pieces import is_too_little

CELL = cell(["nor_conv_1x1", "none", "none", "skip_connect", "nor_conv_3x3", "none"])
SAYS = {
    "torch": torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
    "MPS": RuntimeError("MPS backend out of memory (MPS allocated: 5.00 GB, other 1.00 GB)"),
    "CPU": RuntimeError(
        "DefaultCPUAllocator: can't allocate memory: you tried to allocate 4 bytes"
    ),
}


class Narrow(nn.Module):
    """Has memory for so many pictures at a time; counts what it is given in training."""

    def __init__(self, most, error, *, held_out=True, normalize=False):
        super().__init__()
        self.most, self.error, self.held_out, self.sizes = most, error, held_out, []
        between = [nn.BatchNorm1d(32)] if normalize else []
        self.layers = nn.Sequential(
            nn.Flatten(), nn.Linear(64, 32), *between, nn.ReLU(), nn.Linear(32, 10)
        )

    def forward(self, images):
        if len(images) > self.most and (self.training or self.held_out):
            raise self.error
        if self.training:
            self.sizes.append(len(images))
        return self.layers(images)


@pytest.fixture(scope="module")
def data():
    return nb.digits(train=256, validation=300)


def trained(data, most, said="torch", *, held_out=True, normalize=False, **settings):
    """The evaluation, and the sizes of the batches that a network of so much memory was given."""
    networks = []

    def build(architecture, data):
        networks.append(Narrow(most, SAYS[said], held_out=held_out, normalize=normalize))
        return networks[-1]

    given = {"epochs": 2, "device": "cpu", "network": build} | settings
    evaluation = nb.Trainer(data, **given)(CELL, 1)
    return evaluation, networks[-1].sizes


@pytest.mark.parametrize("said", SAYS)
def test_it_completes_with_gradients_that_are_added_up(data, said):
    whole, sizes = trained(data, 1000)
    assert set(sizes) == {64}
    assert "gradient accumulation" not in whole.measured
    with pytest.warns(UserWarning, match="over 4 pieces") as told:
        found, sizes = trained(data, 16, said)
    assert len(told) == 1
    assert sizes == [16] * (4 * 8)
    assert found.status == "completed"
    assert found.measured["gradient accumulation"] == 4
    for one, other in zip(found.reports, whole.reports, strict=True):
        assert one.train_loss == pytest.approx(other.train_loss, rel=1e-4)
        assert one.val_loss == pytest.approx(other.val_loss, rel=1e-4)
        assert one.learning_rate == other.learning_rate
    assert found.value == pytest.approx(whole.value, abs=0.01)


def test_a_search_goes_on_with_a_completed_trial(data, tmp_path):
    def build(architecture, data):
        return Narrow(20, SAYS["torch"])

    trainer = nb.Trainer(data, epochs=1, device="cpu", network=build)
    search = nb.Search(nb.CellSpace(), trainer, nb.RandomSearch(), store=tmp_path / "s.db")
    with pytest.warns(UserWarning, match="over 4 pieces"):
        search.run(2)
    trials = nb.load_trials(tmp_path / "s.db")
    assert list(trials["status"]) == ["completed"] * 2
    assert list(trials["gradient accumulation"]) == [4, 4]
    again = nb.Search(nb.CellSpace(), trainer, nb.RandomSearch(), store=tmp_path / "s.db")
    assert again.observations.evaluations == search.observations.evaluations


def test_an_eighth_is_the_least(data):
    with pytest.warns(UserWarning, match="over 8 pieces"):
        assert trained(data, 8)[0].measured["gradient accumulation"] == 8
    with pytest.raises(nb.errors.TrainingError, match=r"OutOfMemoryError: CUDA out of memory"):
        trained(data, 7)


def test_batch_normalisation_takes_each_piece_by_itself(data):
    with pytest.warns(UserWarning, match="over 2 pieces"):
        found, sizes = trained(data, 32, normalize=True)
    assert set(sizes) == {32}
    assert found.value != trained(data, 64, normalize=True)[0].value
    assert found.value > 0.5


def test_what_is_held_out_is_read_in_less_without_a_word(data):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found, sizes = trained(data, 64)
    assert set(sizes) == {64}
    assert "gradient accumulation" not in found.measured
    assert found.value == trained(data, 1000)[0].value


def test_no_piece_is_of_one_picture(data):
    with pytest.warns(UserWarning, match="over 2 pieces"):
        sizes = trained(data, 3, normalize=True, batch_size=5, epochs=1)[1]
    assert set(sizes) == {2, 3}
    with pytest.raises(nb.errors.TrainingError, match="out of memory"):
        trained(data, 1, normalize=True, batch_size=3, epochs=1)


def test_other_errors_are_errors(data):
    SAYS["other"] = RuntimeError("size mismatch")
    with pytest.raises(nb.errors.TrainingError, match="size mismatch"):
        trained(data, 16, "other")
    assert not is_too_little(MemoryError("out of memory of Python"))
    assert not is_too_little(RuntimeError("shape"))


def test_who_is_not_alone_does_not_make_do(data):
    trainer = nb.Trainer(
        data, device="cpu", network=lambda a, d: Narrow(16, SAYS["torch"], held_out=False)
    )
    training = trainer.start(CELL, 1)
    training.alone = False
    with pytest.raises(nb.errors.TrainingError, match="OutOfMemoryError"):
        training.run()


def test_text_is_cut_in_time(tmp_path, monkeypatch):
    path = tmp_path / "book.txt"
    path.write_text("The quick brown fox jumps over 13 lazy dogs, and back again. " * 30)
    trainer = nb.Trainer(
        nb.from_text(path), epochs=2, channels=8, sequence=40, batch_size=8, device="cpu"
    )
    whole, lengths = trainer(lstm(), 1), []
    forward = nb.training.networks.recurrent.RecurrentNetwork.forward

    def narrow(self, tokens, state=None, masks=None):
        if self.training and len(tokens) > 20:
            raise SAYS["torch"]
        lengths.append((len(tokens), state is None)) if self.training else None
        return forward(self, tokens, state, masks)

    monkeypatch.setattr(nb.training.networks.recurrent.RecurrentNetwork, "forward", narrow)
    with pytest.warns(UserWarning, match="over 2 pieces"):
        found = trainer(lstm(), 1)
    assert found.measured["gradient accumulation"] == 2
    assert lengths[:3] == [(20, True), (20, False), (20, False)]
    assert found.value == pytest.approx(whole.value, rel=0.05)


def test_a_checkpoint_knows_the_number_of_pieces(data, tmp_path):
    trainer = nb.Trainer(
        data, epochs=3, device="cpu", network=lambda a, d: Narrow(16, SAYS["torch"])
    )
    first = trainer.start(CELL, 1).keep(tmp_path / "trial")
    with pytest.warns(UserWarning, match="over 4 pieces"):
        next(iter(first))
    first.checkpoint()
    second = trainer.start(CELL, 1).keep(tmp_path / "trial")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = second.run()
    assert found.measured["gradient accumulation"] == 4
    assert [r.train_loss for r in found.reports] == [r.train_loss for r in first.run().reports]


def test_what_was_computed_is_let_go_of_before_it_is_tried_again(data):
    """What a failed try holds is free: else half a batch would not fit either."""
    held, alive = [], []

    class Leaves(Narrow):
        def forward(self, images):
            alive.append(sum(each() is not None for each in held))
            kept = images * 2  # in the frame that the error keeps
            held.append(weakref.ref(kept))
            return super().forward(images) + 0 * kept.sum()

    trainer = nb.Trainer(
        data, epochs=1, device="cpu", network=lambda a, d: Leaves(16, SAYS["torch"])
    )
    with pytest.warns(UserWarning, match="over 4 pieces"):
        trainer(CELL, 1)
    assert max(alive[1:5]) == 0
