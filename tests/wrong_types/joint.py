"""What is right for arguments of what models settings together with architectures."""

import nbnas as nb

CHOICES = nb.ChoiceSpace(width=(16, 32), activation=("relu", "gelu"))
SETTINGS = {"kind": nb.Categorical("a", "b"), "rate": nb.Real(0.1, 1, log=True)}
SPACE = nb.JointSpace(CHOICES, **SETTINGS)
KERNEL = nb.SettingsKernel(SETTINGS)


def overrides():
    """What is right for an argument of one callable only, where its name means something else."""

    def objective(architecture, seed):
        return architecture.setting("rate")

    strategy = nb.BayesianOptimization(initial=3)
    search = nb.Search(SPACE, objective, strategy).run(3)
    known = {"posterior": search.posterior, "architectures": SPACE.sample(0, 2)}
    indices = {"first": (0.5,), "total": (0.5,), "errors": ((0.0, 0.0),), "stddev": 0.1}
    slices = nb.slices(search, places=3)
    parts = {name: getattr(slices, name) for name in ("architecture", "slices", "evaluations")}
    few = {"starts": 1, "pool": 4, "rounds": 1, "swept": 1, "neighbours": 2}
    return {
        "SettingsKernel": {"settings": SETTINGS, "lengthscale": 0.5},
        "joint_kernel": {"graphs": nb.WeisfeilerLehmanKernel(0), "settings": KERNEL},
        "settings_gradient": {"acquisition": nb.LogExpectedImprovement(), **known},
        "importance": {"search": search, "samples": 16, "rng": 0},
        "slices": {"search": search, "architecture": search.best.architecture, "places": 3},
        "Importance": {"names": ("architecture",), **indices, "trials": 3},
        "Slices": {**parts, "mean": 0.5},
        "Slices.best": {"name": "rate"},
        "Slices.along": {"name": "rate"},
        **{"Real": {"low": 0.1, "high": 1.0}, "Integer": {"low": 1, "high": 9}},
        **{f"Integer.{name}": {"value": 3} for name in ("mutate", "near", "to_unit")},
        **{f"Categorical.{name}": {"value": "sgd"} for name in ("mutate", "near", "to_unit")},
        "Alternating": few,
        "Alternating.maximize": {"space": SPACE},
        "Alternating.check_space": {"space": SPACE},
        "Ensemble.over": {"space": SPACE},
        "GaussianProcess.over": {"space": SPACE},
    }
