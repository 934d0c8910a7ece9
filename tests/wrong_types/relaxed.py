"""What is right for arguments of what searches on shared weights."""

import functools

import torch

import nbnas as nb

EDGES, WORDS = (("0", "1"),), ("none", "skip_connect")
SPACE = nb.CellSpace(WORDS, vertices=3)
WEIGHTS = nb.CellWeights("cell", EDGES, WORDS, ((0.5, 0.5),))
TENSOR = torch.full((1, 2), 0.5)


@functools.cache
def supernet():
    trainer = nb.Trainer(nb.digits(40, 40), epochs=1, channels=2, device="cpu")
    return nb.Supernet(SPACE, trainer)


@functools.cache
def relaxation():
    """After its end."""
    made = supernet().start(nb.Darts(epochs=1))
    made.run()
    return made


def report():
    return nb.RelaxationReport(1, (WEIGHTS,), SPACE.sample(0, 1)[0], 0.5, 0.5, 1.0)


def overrides():
    """What is right for an argument of one callable only, where its name means something else."""
    cells = SPACE.sample(0, 2)
    remedy = {"weights": TENSOR, "words": WORDS, "progress": 0.5, "alphas": (TENSOR,)}
    live = {"space": SPACE, "recipe": supernet().trainer, "method": nb.Darts(epochs=1)}
    weights = {name: getattr(WEIGHTS, name) for name in ("name", "edges", "operations", "values")}
    told = {"architecture": cells[0], "loss": 0.5, "value": 0.5, "seconds": 1.0}
    return {
        "CellWeights": weights,
        "Operation": {"name": "gelu", "strided": len},
        "RelaxationReport": {"epoch": 1, "weights": (WEIGHTS,), **told},
        "RelaxationReport.from_kept": {"kept": report().kept},
        "Supernet": {"space": SPACE},
        "Supernet.start": {"method": nb.Darts(epochs=1)},
        "Relaxation": live,
        "Relaxation.keep": {"place": "place"},
        "Relaxation.scores": {"architectures": cells},
        "Relaxation.network": {"architecture": cells[0]},
        **{
            f"{kind}.{name}": remedy
            for kind in ("BetaDecay", "AuxiliarySkip")
            for name in ("mixed", "penalty")
        },
    }


def made():
    """What makes an object of a class, by its name."""
    return {
        "Supernet": supernet,
        "Relaxation": relaxation,
        "CellWeights": lambda: WEIGHTS,
        "RelaxationReport": report,
    }
