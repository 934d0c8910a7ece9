"""The words by which notebook parameters name schedulers."""

from collections.abc import Mapping

from nbnas.search.strategies.schedulers.asha import Asha
from nbnas.search.strategies.schedulers.hyperband import Hyperband
from nbnas.search.strategies.schedulers.median import MedianStopping
from nbnas.search.strategies.schedulers.scheduler import Scheduler
from nbnas.search.strategies.schedulers.successive_halving import SuccessiveHalving

SCHEDULERS: Mapping[str, type[Scheduler]] = {
    "asha": Asha,
    "hyperband": Hyperband,
    "halving": SuccessiveHalving,
    "median": MedianStopping,
}
