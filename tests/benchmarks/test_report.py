from pathlib import Path

import numpy as np
import pytest
from scipy.stats import rankdata

from nbnas.benchmarks import report
from nbnas.benchmarks.report import (
    epoch_correlations,
    figures,
    main,
    published,
    rank_correlation,
    seed_correlation,
    seed_correlation_at_the_top,
    seed_deviation,
    within_noise,
)
from nbnas.benchmarks.shipped import archive

README = Path(report.__file__).parent / "README.md"


def made(classes=2000, signal=1.0, noise=0.5, seeds=3):
    rng = np.random.default_rng(0)
    return signal * rng.normal(size=(classes, 1)) + noise * rng.normal(size=(classes, seeds))


def test_the_deviation_between_seeds_is_that_of_the_noise():
    assert seed_deviation(made(noise=0.5)) == pytest.approx(0.5, rel=0.03)


def test_rank_correlation_is_pearsons_of_the_ranks():
    a, b, _ = made().T
    expected = np.corrcoef(rankdata(a), rankdata(b))[0, 1]
    assert rank_correlation(a, b) == pytest.approx(expected)
    assert seed_correlation(np.stack([a, a, a], 1)) == pytest.approx(1.0)


def test_at_the_top_seeds_without_signal_are_not_anticorrelated():
    """Picked by the mean they would be: who is there by the luck of one seed had none before."""
    v = made(20_000, signal=0.0)
    top = v.mean(axis=1) >= np.quantile(v.mean(axis=1), 0.9)
    assert seed_correlation(v[top]) < -0.1
    assert seed_correlation_at_the_top(v) == pytest.approx(0.0, abs=0.03)


def test_within_noise_counts_the_best():
    v = np.array([[0.5, 0.5], [0.8, 0.8], [0.85, 0.95], [0.89, 0.87]])
    near, deviation = within_noise(v)
    assert deviation == pytest.approx(np.std([0.85, 0.95], ddof=1))
    assert near == 2


def test_epochs_are_compared_with_the_last():
    last = np.arange(5.0)
    val = np.stack([np.stack([-last, last**2, last], axis=1)] * 2, axis=1)
    np.testing.assert_allclose(epoch_correlations(val), [-1, 1, 1])


def test_the_readme_has_these_figures():
    text = README.read_text(encoding="utf-8")
    missing = [row for row in figures(archive()) if row not in text]
    assert not missing


def test_the_readme_has_the_figures_of_the_published_table(nb201_path):
    text = README.read_text(encoding="utf-8")
    columns = ("c10_valid_200", "c10_valid_12", "c100_valid_200")
    rows = list(published(archive(), nb201_path, columns))
    assert len(rows) == 3
    assert not [row for row in rows if row not in text]


def test_the_command_prints_a_table_and_draws(tmp_path, capsys):
    assert main(["--chart", str(tmp_path / "c.png")]) == 0
    assert capsys.readouterr().out.startswith("| what | number |\n|---|---|\n| classes trained")
    assert (tmp_path / "c.png").read_bytes().startswith(b"\x89PNG")
