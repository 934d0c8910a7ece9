"""Zero-cost scores of architectures: features for a prior that cost no training.

Notation
    m   number of architectures
"""

import math
import time
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from nbnas.brief import brief, cut
from nbnas.checks import SEED, settle, whole
from nbnas.errors import NbnasError, SettingError, TrainingError, shown
from nbnas.graphs.architecture import ARCHITECTURE, Architecture, check_architectures
from nbnas.graphs.spaces.operation import OPERATIONS, Operation, own_operations
from nbnas.training.data.image_data import IMAGE_DATA, ImageData
from nbnas.training.data.resident import chosen, parts_on
from nbnas.training.device import choose_device, cpu_threads, release_memory
from nbnas.training.networks.network import build_network
from nbnas.training.networks.normalize import normalizing
from nbnas.training.networks.skeleton.plan import small_plan
from nbnas.training.networks.skeleton.skeleton import SKELETON, Skeleton
from nbnas.training.proxies.scores import Proxy, flops, jacov, nwot, params, synflow
from nbnas.training.recipe import SIZE, THREADS, check_own, check_skeleton
from nbnas.undisturbed import undisturbed

Scores = dict[str, float]


@dataclass(frozen=True, slots=True)
class Scored:
    """One of several architectures that are scored.

    Attributes:
        architecture: What was scored.
        scores: The scores by the names of the proxies, all finite.
        number: Number of architectures scored so far, from 1.
        total: Number of architectures to score.
        seconds: Seconds that those so far took.
    """

    architecture: Architecture
    scores: Scores
    number: int
    total: int
    seconds: float

    @brief
    def __repr__(self) -> str:
        scores = ", ".join(f"{name}={score:.3g}" for name, score in self.scores.items())
        return f"{cut(self.architecture, 90)}, {scores}"

    @property
    def seconds_left(self) -> float:
        """Seconds until the end, if the others take as long as those so far."""
        return self.seconds / self.number * (self.total - self.number)


@dataclass(frozen=True, slots=True)
class ZeroCost:
    """How architectures are scored without training them.

    Every architecture gets the same batch of training images, and initial weights from the same
    seed, so that its scores do not depend on what else is scored. On the CPU the same seed and
    number of threads give the same numbers.

    Attributes:
        data: The images.
        batch: Number of training images that a network is probed with, at least 2.
        seed: Seed of the choice of images and of the initial weights.
        channels: Number of channels of the network's first stage.
        cells: Number of cells of each of its two stages.
        proxies: The scores, functions such as those of `scores`, whose names are
            the names of the scores.
        threads: Number of CPU threads while it scores; `None` leaves torch's setting.
        device: "auto" for CUDA, else MPS, else the CPU; or one of these by its word.
        operations: Your own operations of cells; names of built-in ones may be among them, so that
            `space.operations` does.
        skeleton: What cells are put into, in place of `channels` and `cells`; see `Trainer`.

    Raises:
        SettingError: If a value is not allowed or the device is missing; the message says what is.

    Example:
        >>> from nbnas.graphs.spaces.cell import CellSpace
        >>> from nbnas.training.data.images import digits
        >>> zero_cost = ZeroCost(digits(), device="cpu")
        >>> cells = CellSpace().sample(0, 3)
        >>> table = {found.architecture: found.scores for found in zero_cost.score_all(cells)}
        >>> [*table[cells[0]]]
        ['nwot', 'jacov', 'synflow', 'params', 'flops']
    """

    data: ImageData
    batch: int = 64
    seed: int = 0
    channels: int = 8
    cells: int = 1
    proxies: tuple[Proxy, ...] = (nwot, jacov, synflow, params, flops)
    threads: int | None = 1
    device: str = "auto"
    operations: tuple[str | Operation, ...] = ()
    skeleton: Skeleton | None = None

    def __post_init__(self) -> None:
        settle(self, data=IMAGE_DATA)
        batch = whole(2, len(self.data.train[1]))
        settle(self, batch=batch, seed=SEED, channels=SIZE, cells=SIZE, threads=THREADS)
        if not isinstance(self.proxies, tuple) or not _have_names(self.proxies):
            raise SettingError(
                "expected proxies to be functions of different names, as in (nwot,), got "
                f"{shown(self.proxies)}"
            )
        choose_device(self.device)
        settle(self, operations=OPERATIONS, skeleton=SKELETON.optional)
        check_skeleton(self)
        skeleton = self.skeleton or small_plan(self.channels, 1)
        check_own(own_operations(self.operations), self.data, skeleton)

    @brief
    def __repr__(self) -> str:
        named = ", ".join(getattr(proxy, "__name__", "?") for proxy in self.proxies)
        return f"{self.data!r}, batch={self.batch}, {named}"

    @undisturbed()
    def __call__(self, architecture: Architecture) -> Scores:
        """Score one architecture.

        Args:
            architecture: A cell or a whole network, for images.

        Returns:
            Its scores by the names of the proxies, in their order, all finite.

        Raises:
            ArchitectureError: If the architecture has an unknown operation.
            SettingError: If it reads text and no images.
            TrainingError: If a proxy fails, as for want of memory, or gives no finite number.
        """
        ARCHITECTURE("architecture", architecture)
        device = choose_device(self.device)
        try:
            with cpu_threads(self.threads):
                scores = self._score(architecture, device)
        except NbnasError:
            raise
        except Exception as error:
            traceback.clear_frames(error.__traceback__)
            release_memory(device)
            raise TrainingError(
                f"expected the proxies to score {architecture.text!r:.200} on {device} with "
                f"batch={self.batch}{self._network}, but: "
                f"{type(error).__name__}: {error}; if it is for want of memory, lower one of them"
            ) from error
        _check_finite(scores, architecture)
        return scores

    def score_all(self, architectures: Iterable[Architecture]) -> Iterator[Scored]:
        """Score architectures one by one, as they are asked for.

        Args:
            architectures: `m` architectures.

        Yields:
            Each with its scores and how far it is; the time between two that nobody asked for the
            next one does not count.

        Raises:
            NbnasError: As for one; those before it have been given.
        """
        if not isinstance(architectures, Iterator):
            check_architectures(architectures=architectures)
        everything, seconds = tuple(architectures), 0.0
        for number, architecture in enumerate(everything, 1):
            start = time.perf_counter()
            scores = self(architecture)
            seconds += time.perf_counter() - start
            yield Scored(architecture, scores, number, len(everything), seconds)

    def _score(self, architecture: Architecture, device: torch.device) -> Scores:
        network = build_network(
            architecture,
            image_shape=self.data.image_shape,
            classes=self.data.classes,
            channels=self.channels,
            cells=self.cells,
            operations=own_operations(self.operations),
            skeleton=self.skeleton,
            generator=torch.Generator().manual_seed(int(self.seed)),
        )
        network.to(device).eval()  # the mode in which it is probed
        images, labels = self._batch(device)
        return {p.__name__: float(p(network, images, labels)) for p in self.proxies}

    @property
    def _network(self) -> str:
        """What decides how large networks are, in words."""
        if self.skeleton is not None:
            return f" and skeleton={self.skeleton!r}"
        return f", channels={self.channels} and cells={self.cells}"

    def _batch(self, device: torch.device) -> tuple[Tensor, Tensor]:
        """The normalised images, and their labels, that every network is probed with."""
        (images, labels), *_ = parts_on(self.data, device)
        rng = torch.Generator().manual_seed(int(self.seed))
        places = torch.randperm(len(labels), generator=rng)[: self.batch].to(device)
        return normalizing(self.data).to(device)(chosen(images, places)), labels[places]


def _have_names(proxies: tuple[object, ...]) -> bool:
    """Whether there are any, and each can be called and has a name of its own."""
    names = {getattr(proxy, "__name__", "") for proxy in proxies if callable(proxy)} - {""}
    return len(names) == len(proxies) > 0


def _check_finite(scores: Scores, architecture: Architecture) -> None:
    wrong = {name: score for name, score in scores.items() if not math.isfinite(score)}
    if wrong:
        raise TrainingError(
            f"expected finite scores, got {wrong} for {architecture.text!r:.200}; let the proxy "
            "give its lowest number where it has no other"
        )
