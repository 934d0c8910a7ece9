"""What the lab shows of settings: the posterior along each, and how much each matters."""

from typing import Any

import numpy as np

from nbnas.charts.lab.settings import importance_data, slices_data
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.spaces.joint.space import JointSpace
from nbnas.search.replay import Round
from nbnas.search.settings.importance import indices_of, points_of
from nbnas.search.settings.slices import slices_of
from nbnas.surrogate.process.points import Points, has_points
from nbnas.widgets.lab.atlas import Atlas
from nbnas.widgets.lab.cards.seldom import Seldom

Page = dict[str, Any]
SAMPLES = 256  # of the importance, whose picture shows how sure it is
NO_MODEL = "There is no model over settings yet."


def joint_of(search: Any) -> JointSpace | None:  # noqa: ANN401
    """The space of a search if its architectures have settings."""
    space = search.space
    return space if isinstance(space, JointSpace) else None


class Settings:
    """Computes the card of a search over a `JointSpace`; of any other there is nothing.

    Args:
        search: The search. It is not kept alive.
    """

    def __init__(self, search: Any) -> None:  # noqa: ANN401
        self._space = joint_of(search)
        self._slices, self._importance = Seldom(), Seldom()
        self._page: Page = {}

    def page(self, shown: Round, architecture: Architecture, atlas: Atlas, *, wait: bool) -> Page:
        """The card for a round and an architecture, as far as it is worth computing now.

        Args:
            shown: The round that is looked at.
            architecture: Whose slices are drawn.
            atlas: Keys of architectures.
            wait: Whether more comes soon, so that what takes long may be left out.
        """
        if self._space is None or architecture not in self._space:
            return self._page
        trials = len(shown.observations)
        if not has_points(shown.posterior):
            self._page = {"line": NO_MODEL}
            return self._page
        self._draw(self._space, shown, (trials, architecture), atlas, wait)
        return self._page

    def _draw(
        self,
        space: JointSpace,
        shown: Round,
        question: tuple[int, Architecture],
        atlas: Atlas,
        wait: bool,
    ) -> None:
        trials, architecture = question
        along = self._slices.due(question, wait=wait)
        matters = self._importance.due(trials, wait=wait)
        if not (along or matters) or not has_points(shown.posterior):
            return
        points = points_of(shown.posterior)
        if along:
            with self._slices.working(question):
                self._page = self._page | _along(points, space, architecture, atlas)
        if matters:
            with self._importance.working(trials):
                found = indices_of(points, space, SAMPLES, np.random.default_rng(0))
                self._page = self._page | {"importance": importance_data(found)}


def _along(points: Points, space: JointSpace, architecture: Architecture, atlas: Atlas) -> Page:
    found = slices_of(points, space, architecture)
    return {**slices_data(found, atlas), "key": atlas[architecture]}
