"""What is right for arguments of what looks told."""

import nbnas as nb
from nbnas.search.fidelities.told import Prediction


def overrides(space, fidelities, observations):
    """By the label of what is called, and by the name of the argument."""
    cell = space.sample(0, 1)[0]
    believed = Prediction(cell, 0.5, 0.1)
    belief = {"number": 1, "full": None, "before": believed, "after": believed}
    return {
        "Fidelities": {"epochs": (1, 2)},
        "Looks": {
            "fidelities": fidelities,
            "costs": (1.0,) * len(observations),
            "predictions": (believed,),
            "beliefs": (),
            "standings": (),
        },
        "Belief": belief | {"look": nb.Evaluation(cell, 0.5, epochs=1)},
        "CurveModel": {"observations": ended(space)},
        "CurveModel.predict": {"curve": (0.5,)},
        "CurveModel.left_out": {"place": 0, "epochs": 1},
        "CurvePrediction": {
            **{"values": (0.5,), "mean": (0.6,), "stddev": (0.1,), "lower": (0.4,)},
            **{"upper": (0.8,), "measure": nb.ACCURACY},
        },
        "looks": {"search": searched(space, fidelities), "predictions": 1, "beliefs": 1},
    }


def searched(space, fidelities):
    """A search whose trainings may go less far than all."""

    def counted(architecture, seed=0, epochs=None):
        return str(architecture).count("conv") / 6

    counted.fidelities = fidelities
    return nb.Search(space, counted, nb.RandomSearch()).run(2)


def ended(space):
    """Trainings of three epochs with their learning curves."""
    curves = [(0.3 + 0.02 * i, 0.5, 0.6 + 0.01 * i) for i in range(5)]
    trials = (
        nb.Evaluation(
            cell,
            curve[-1],
            reports=tuple(nb.EpochReport(e, 3, val_accuracy=v) for e, v in enumerate(curve, 1)),
        )
        for cell, curve in zip(space.sample(1, 5), curves, strict=True)
    )
    return nb.Observations(tuple(trials))
