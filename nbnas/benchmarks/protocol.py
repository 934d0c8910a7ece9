"""How NAS-Bench-Digits was made: which cells are trained, by what recipe, with which seeds."""

import functools

import nbnas.training.data.images
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.canonical import canonical_form
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.training.proxies.scores import grad_norm, jacov, nwot, snip, synflow
from nbnas.training.proxies.zero_cost import ZeroCost
from nbnas.training.trainer import Trainer

NAME = "NAS-Bench-Digits"
SEEDS = (0, 1, 2)
TRAIN, VALIDATION, SPLIT_SEED = 600, 600, 0
CHANNELS, CELLS, EPOCHS = 3, 1, 12
PROXIES = (nwot, jacov, synflow, snip, grad_norm)


@functools.cache
def recipe() -> Trainer:
    """The recipe of every training of the table."""
    data = nbnas.training.data.images.digits(TRAIN, VALIDATION, SPLIT_SEED)
    return Trainer(data, epochs=EPOCHS, channels=CHANNELS, cells=CELLS, device="cpu")


def zero_cost() -> ZeroCost:
    """The scores of every cell before training, of a network of the same size."""
    data = recipe().pictures
    return ZeroCost(data, channels=CHANNELS, cells=CELLS, proxies=PROXIES, device="cpu")


@functools.cache
def classes() -> tuple[tuple[Architecture, ...], tuple[int, ...]]:
    """The cells that are trained, and which of them stands for each cell of the space.

    Returns:
        The first cell of each of the 6,466 classes of equal `canonical_form`, in the order of
        `CellSpace`; and for each of the 15,625 cells, in that order, the place of its class.
    """
    places: dict[str, int] = {}
    firsts: list[Architecture] = []
    place_of: list[int] = []
    for cell in CellSpace():
        form = canonical_form(cell)
        if form not in places:
            places[form] = len(firsts)
            firsts.append(cell)
        place_of.append(places[form])
    return tuple(firsts), tuple(place_of)
