"""The models of a search with looks, each fitted once for what it is fitted to."""

import dataclasses

from nbnas.kept import Kept
from nbnas.search.strategies.fidelities.stage import Stage
from nbnas.search.strategies.fits import fitted, fitted_next
from nbnas.surrogate.process.fidelity import (
    FidelityPosterior,
    condition_fidelities,
    fit_fidelities,
)
from nbnas.surrogate.process.posterior import Posterior
from nbnas.surrogate.process.prior import GaussianProcess
from nbnas.surrogate.sizes.parameters import parameter_counts
from nbnas.training.device import cpu_threads

NOISE_OF_LOOKS = 0.1  # expected: a short training tells less exactly what its value would be


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """The posterior of each level of a search, given the levels below it.

    Attributes:
        prior: The prior of full results.
        stage: Where the search stands.
        kept: Where fits are kept.
    """

    prior: GaussianProcess
    stage: Stage
    kept: Kept

    def posterior(self, level: int) -> Posterior | FidelityPosterior | None:
        """What is believed of a level's results.

        A level that has none yet is left out: what it would tell, the next lower one tells.

        Returns:
            The posterior of the level, or of the next lower one that has results; `None` while
            there are fewer than two trainings of the lowest level.
        """
        if level == 0:
            return self._lowest() if len(self.stage.at(0)) >= 2 else None
        below = self.posterior(level - 1)
        if below is None or not self.stage.at(level).completed:
            return below
        key = (self.prior, self.stage.observations, level)
        return self.kept.get(key, lambda: self._above(level, below))

    def full(self) -> FidelityPosterior | None:
        """What is believed of full results; `None` before there is one, or are two looks."""
        found = self.posterior(self.stage.top) if self.stage.full.completed else None
        return found if isinstance(found, FidelityPosterior) else None

    def _lowest(self) -> Posterior:
        """The posterior of looks, with parameters fitted to four fifths of them or more.

        There are many, and each tells little of the parameters: a fit after each would take longer
        than all else. Asked again of the same looks, it is the same object.
        """
        looks = self.stage.at(0)
        first = looks.first(fitted_next(len(looks)))
        model = fitted(self._prior_of_looks(), first, self.kept)
        assert isinstance(model, GaussianProcess)
        return self.kept.get((model, looks, "posterior"), lambda: model.condition(looks))

    def _above(self, level: int, below: Posterior | FidelityPosterior) -> FidelityPosterior:
        seen, full = self.stage.at(level), level == self.stage.top
        prior = self.prior if full else self._prior_of_looks()
        sizes = parameter_counts(self.stage.observations) if full else None
        if len(seen) > 1:
            with cpu_threads(1):
                prior = fit_fidelities(prior, below, seen, sizes)
        return condition_fidelities(prior, below, seen, sizes)

    def _prior_of_looks(self) -> GaussianProcess:
        """That of full results, with more noise; always the same object."""

        def made() -> GaussianProcess:
            noise = NOISE_OF_LOOKS
            return dataclasses.replace(self.prior, noise=noise, expected_noise=noise)

        return self.kept.get((self.prior, "looks"), made)
