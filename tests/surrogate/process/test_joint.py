"""The joint posterior of trainings of all lengths."""

import numpy as np
import pytest

import nbnas as nb
from nbnas.errors import SettingError
from nbnas.records import Evaluation, Observations
from nbnas.surrogate.process.fidelity import condition_fidelities
from nbnas.surrogate.process.joint import apart, covariance, joined
from nbnas.surrogate.sizes.parameters import parameter_counts

CELLS = nb.CellSpace().sample(3, 60)
PRIOR = nb.GaussianProcess()


def truth(cell):
    return 0.3 + 0.08 * str(cell).count("conv_3x3") + 0.03 * str(cell).count("skip")


def seen(cells, share, epochs=None):
    return Observations(tuple(Evaluation(c, share * truth(c), epochs=epochs) for c in cells))


def chain():
    """Looks of two lengths and full trainings, with the parameters as they are."""
    below = PRIOR.condition(seen(CELLS[:30], 0.5, 1))
    middle = condition_fidelities(PRIOR, below, seen(CELLS[:15], 0.8, 3))
    return condition_fidelities(PRIOR, middle, seen(CELLS[:8], 1.0))


CHAIN = chain()


@pytest.mark.parametrize(
    "posterior", [CHAIN.looks.looks, CHAIN.looks, CHAIN], ids=["looks", "middle", "full"]
)
def test_its_diagonal_is_what_each_level_says(posterior):
    found = covariance(posterior, CELLS[20:], CELLS[20:])
    stddev = posterior.latent(CELLS[20:])[1]
    np.testing.assert_allclose(found.diagonal().numpy(), stddev.numpy() ** 2, atol=1e-9)
    assert np.linalg.eigvalsh(found.numpy()).min() > -1e-9


def test_a_block_is_a_part_of_the_whole():
    whole, block = covariance(CHAIN, CELLS, CELLS), covariance(CHAIN, CELLS[:5], CELLS[40:])
    np.testing.assert_allclose(block.numpy(), whole.numpy()[:5, 40:], atol=1e-10)


def test_levels_and_what_each_is_worth():
    short, middle, full = joined(CHAIN)
    slope = CHAIN.slope / float(CHAIN.spread[0])
    below = CHAIN.looks.slope / float(CHAIN.looks.spread[0])
    assert (full.gain, full.posterior) == (1.0, CHAIN)
    assert middle.gain == pytest.approx(slope)
    assert short.gain == pytest.approx(slope * below)
    assert [each.noise for each in (short, middle, full)] == [PRIOR.noise] * 3


def test_is_the_joint_normal_distribution_written_out():
    """Of f_K = s f_0 + r, with f_0 and r conditioned apart, as in recursive co-kriging."""
    below = PRIOR.condition(seen(CELLS[:30], 0.5, 1))
    full = condition_fidelities(PRIOR, below, seen(CELLS[:8], 1.0))
    cells, (look, _) = CELLS[30:40], joined(full)
    k = PRIOR.covariance((*CELLS[:30], *cells), (*CELLS[:30], *cells))
    inverse = np.linalg.inv(k[:30, :30] + PRIOR.noise * np.eye(30))
    looks = k[30:, 30:] - k[30:, :30] @ inverse @ k[:30, 30:]
    np.testing.assert_allclose(covariance(below, cells, cells).numpy(), looks, atol=1e-9)
    rest = covariance(full, cells, cells).numpy() - look.gain**2 * looks
    assert np.linalg.eigvalsh(rest).min() > -1e-9


def test_a_look_moves_full_results_about_as_foreseen():
    """Checked against really looking, with parameters, line and warp as they were."""
    below = CHAIN.looks.looks
    cells, new = CELLS[30:], CELLS[31]
    level = joined(CHAIN.looks)[0]
    known = covariance(below, (new,), cells)[0]
    variance = below.latent((new,))[1][0] ** 2
    foreseen = level.slopes(known, variance).numpy()
    before = CHAIN.looks.latent(cells)[0]
    value = float(below.predict((new,))[0][0] + 1.5 * below.predict((new,))[1][0])
    trial = Evaluation(new, value, epochs=1)
    more = Observations((*below.observations.evaluations, trial))
    after = condition_fidelities(PRIOR, PRIOR.condition(more), CHAIN.looks.observations)
    moved = (after.latent(cells)[0] - before).numpy()
    assert np.corrcoef(moved, foreseen)[0, 1] > 0.9


def test_tables_of_its_own_change_nothing():
    many = len(PRIOR.table)
    own = apart(CHAIN)
    others = nb.CellSpace().sample(8, 20)
    found = covariance(own, others, others)
    assert len(PRIOR.table) == many
    np.testing.assert_allclose(
        found.numpy(), covariance(CHAIN, others, others).numpy(), atol=1e-10
    )


def test_unknown_numbers_of_parameters_are_open_for_each_by_itself():
    trials = (
        Evaluation(c, truth(c), parameters=1000 + 300 * str(c).count("conv")) for c in CELLS[:8]
    )
    full = Observations(tuple(trials))
    with_sizes = condition_fidelities(PRIOR, CHAIN.looks, full, parameter_counts(full))
    found = covariance(with_sizes, CELLS[8:], CELLS[8:])
    stddev = with_sizes.latent(CELLS[8:])[1].numpy()
    np.testing.assert_allclose(found.diagonal().numpy(), stddev**2, atol=1e-9)


def test_only_gaussian_processes_are_joint():
    observations = seen(CELLS[:8], 1.0)
    ensemble = nb.Ensemble().condition(observations)
    with pytest.raises(SettingError, match="posterior of a Gaussian process"):
        joined(ensemble)
