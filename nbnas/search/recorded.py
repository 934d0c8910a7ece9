"""A recorded training, played again as if it were under way."""

from collections.abc import Iterator

from nbnas.checks import real
from nbnas.records import ACCURACY, EpochReport, Evaluation
from nbnas.records.evaluation import EVALUATION
from nbnas.training.live import LiveTraining


class RecordedTraining(LiveTraining):
    """Gives the reports of a finished training one by one, at the speed that is asked for.

    Args:
        recorded: The finished training, with or without its learning curve.
        pace: Seconds to wait for each second that the training took: 1 for its real speed, 0 for
            at once.
    """

    def __init__(self, recorded: Evaluation, pace: float = 0.0) -> None:
        recorded, pace = EVALUATION("recorded", recorded), real(0)("pace", pace)
        super().__init__(recorded.architecture, recorded.seed, len(recorded.reports))
        self.measure = recorded.measure or ACCURACY
        self._recorded, self._pace = recorded, pace
        self.evaluation = None if recorded.reports else recorded

    def _rounds(self) -> Iterator[EpochReport]:
        passed = 0.0
        for report in self._recorded.reports:
            if self._stopping.wait(self._pace * max(report.seconds - passed, 0.0)):
                return
            passed = report.seconds
            yield report

    def _conclude(self) -> Evaluation:
        return self._recorded
