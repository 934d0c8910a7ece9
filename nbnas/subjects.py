"""What is displayed: by the name of a class, the function that says what is seen of it.

Names only, so that knowing them loads nothing.
"""

_DISTANCES = (
    "nbnas.graphs.distances.distance.Distance",  # one of somebody's own, as are the bases below
    "nbnas.graphs.distances.edit.distance.EditDistance",
    "nbnas.graphs.distances.hamming.HammingDistance",
    "nbnas.graphs.distances.otmann.distance.OtmannDistance",
    "nbnas.graphs.distances.path.PathDistance",
    "nbnas.graphs.distances.rank.RankDistance",
    "nbnas.graphs.distances.weisfeiler_lehman.WeisfeilerLehmanDistance",
)
_ACQUISITIONS = (
    "nbnas.surrogate.acquisition.improvement.Acquisition",
    "nbnas.surrogate.acquisition.improvement.ExpectedImprovement",
    "nbnas.surrogate.acquisition.improvement.LogExpectedImprovement",
    "nbnas.surrogate.acquisition.improvement.ProbabilityOfImprovement",
    "nbnas.surrogate.acquisition.improvement.UpperConfidenceBound",
    "nbnas.surrogate.acquisition.improvement.GrowingUpperConfidenceBound",
    "nbnas.surrogate.acquisition.scalarized.ParEgo",
)
_THOMPSON = (
    "nbnas.surrogate.acquisition.thompson.ThompsonSampling",
    "nbnas.surrogate.acquisition.thompson.IndependentThompsonSampling",
)
_NOISY = ("nbnas.surrogate.acquisition.noisy.NoisyExpectedImprovement",)
_INFORMATION = (
    "nbnas.surrogate.acquisition.knowledge_gradient.KnowledgeGradient",
    "nbnas.surrogate.acquisition.entropy.MaxValueEntropy",
)
_POSTERIORS = (
    "nbnas.surrogate.process.posterior.Posterior",
    "nbnas.surrogate.process.fidelity.FidelityPosterior",
    "nbnas.surrogate.ensemble.posterior.EnsemblePosterior",
)
_KERNELS = (
    "nbnas.surrogate.kernels.architecture.ArchitectureKernel",
    "nbnas.surrogate.kernels.distance.DistanceKernel",
    "nbnas.surrogate.kernels.distance.SquaredDistanceKernel",
    "nbnas.surrogate.kernels.settings.SettingsKernel",
    "nbnas.surrogate.kernels.weisfeiler_lehman.WeisfeilerLehmanKernel",
    "nbnas.surrogate.kernels.knowledge.KnowledgeKernel",
    "nbnas.surrogate.kernels.known.KnownKernel",
)
_SCHEDULERS = {
    "asha.Asha": "asha",
    "hyperband.Hyperband": "hyperband",
    "median.MedianStopping": "median",
    "successive_halving.SuccessiveHalving": "halving",
}
_SCHEDULES = ("Cosine", "LinearDecay", "OneCycle", "Warmup")
_OPTIMIZERS = ("SGD", "AdamW", "Muon")
_RELAXED = {
    "darts.Darts": "darts",
    "one_shot.SinglePathOneShot": "one_shot",
    "perturbed.PerturbationSelection": "perturbed",
    "relaxation.Relaxation": "relaxation",
    "remedies.AuxiliarySkip": "remedy",
    "remedies.BetaDecay": "remedy",
    "supernet.Supernet": "supernet",
}
_DIMENSIONS = ("categorical.Categorical", "integer.Integer", "real.Real")
COMPOSED = (  # drawn where they are made of ours
    "gpytorch.kernels.kernel.AdditiveKernel",
    "gpytorch.kernels.kernel.ProductKernel",
    "gpytorch.kernels.scale_kernel.ScaleKernel",
)
LIVE = (  # followed while they change
    "nbnas.batch.sweep.Sweep",
    "nbnas.search.benchmark.benchmark.Benchmark",
    "nbnas.search.search.Search",
    "nbnas.training.live.LiveTraining",
    "nbnas.training.relaxed.relaxation.Relaxation",
)
CHARTS = tuple(  # what the functions of nb.charts give; altair's own draw needs the internet
    f"nbnas.charts.chart.{name}"
    for name in ("Chart", "LayerChart", "ConcatChart", "HConcatChart", "VConcatChart")
)
SUBJECTS = {
    **dict.fromkeys(CHARTS, "nbnas.widgets.figure:chart"),
    **dict.fromkeys(_DISTANCES, "nbnas.widgets.graphs.distance:distance"),
    **dict.fromkeys(_ACQUISITIONS, "nbnas.widgets.surrogate.acquisition:acquisition"),
    **dict.fromkeys(_THOMPSON, "nbnas.widgets.surrogate.thompson:thompson"),
    **dict.fromkeys(_NOISY, "nbnas.widgets.surrogate.noisy:noisy"),
    **dict.fromkeys(_INFORMATION, "nbnas.widgets.surrogate.information:information"),
    "nbnas.surrogate.acquisition.improvement.PosteriorAcquisition": (
        "nbnas.widgets.surrogate.information:own"
    ),
    "nbnas.surrogate.acquisition.per_second.ImprovementPerSecond": (
        "nbnas.widgets.surrogate.per_second:per_second"
    ),
    "nbnas.surrogate.curves.model.CurveModel": "nbnas.widgets.training.curves:curves",
    "nbnas.surrogate.curves.prediction.CurvePrediction": (
        "nbnas.widgets.training.curves:prediction"
    ),
    "nbnas.surrogate.sizes.seconds.SecondsModel": "nbnas.widgets.surrogate.seconds:seconds",
    **dict.fromkeys((*_KERNELS, *COMPOSED), "nbnas.widgets.surrogate.prior:kernel"),
    **{
        f"nbnas.training.schedule.{name}": "nbnas.widgets.training.recipe:schedule"
        for name in _SCHEDULES
    },
    **{
        f"nbnas.training.optimizers.optimizer.{name}": "nbnas.widgets.training.recipe:optimizer"
        for name in _OPTIMIZERS
    },
    **{
        f"nbnas.search.strategies.schedulers.{name}": f"nbnas.widgets.search.schedulers:{seen}"
        for name, seen in _SCHEDULERS.items()
    },
    "nbnas.installed.about.About": "nbnas.widgets.about:about",
    "nbnas.recipes.named.NamedRecipe": "nbnas.widgets.training.recipe:recipe",
    "nbnas.training.speed.explanation.SpeedExplanation": "nbnas.widgets.training.recipe:speed",
    "nbnas.training.rates.range_test.RangeTest": "nbnas.widgets.training.recipe:range_test",
    "nbnas.batch.sweep.Sweep": "nbnas.widgets.search.sweep:sweep",
    "nbnas.baselines.baseline.Baseline": "nbnas.widgets.training.lineup:baseline",
    "nbnas.baselines.lineup.Lineup": "nbnas.widgets.training.lineup:lineup",
    "nbnas.graphs.architecture.Architecture": "nbnas.widgets.graphs.architecture:architecture",
    "nbnas.graphs.space.SearchSpace": "nbnas.widgets.graphs.space:space",
    "nbnas.graphs.spaces.cell.CellSpace": "nbnas.widgets.graphs.space:space",
    "nbnas.graphs.distances.distance.Explanation": "nbnas.widgets.graphs.distance:explanation",
    "nbnas.graphs.spaces.chain.space.ChainSpace": "nbnas.widgets.graphs.space:space",
    "nbnas.graphs.spaces.choice.space.ChoiceSpace": "nbnas.widgets.graphs.space:space",
    "nbnas.graphs.spaces.cnn.space.CnnSpace": "nbnas.widgets.graphs.space:space",
    "nbnas.graphs.spaces.dag.space.DagSpace": "nbnas.widgets.graphs.space:space",
    "nbnas.graphs.spaces.darts.space.DartsSpace": "nbnas.widgets.graphs.space:space",
    "nbnas.graphs.spaces.recurrent.space.RecurrentSpace": "nbnas.widgets.graphs.space:space",
    "nbnas.graphs.spaces.subspace.Subspace": "nbnas.widgets.graphs.space:space",
    "nbnas.graphs.spaces.joint.space.JointSpace": "nbnas.widgets.graphs.space:space",
    **{
        f"nbnas.graphs.spaces.joint.{name}": "nbnas.widgets.graphs.dimension:dimension"
        for name in _DIMENSIONS
    },
    "nbnas.graphs.distances.embedding.Embedding": "nbnas.widgets.graphs.embedding:embedding",
    "nbnas.records.evaluation.Evaluation": "nbnas.widgets.search.trials:evaluation",
    "nbnas.records.observations.Observations": "nbnas.widgets.search.trials:observations",
    "nbnas.records.estimate.TimeEstimate": "nbnas.widgets.search.estimate:estimate",
    "nbnas.records.fidelities.Fidelities": "nbnas.widgets.search.fidelities:fidelities",
    "nbnas.records.goals.constraint.Constraint": "nbnas.widgets.search.goals:constraint",
    "nbnas.records.goals.goals.Goals": "nbnas.widgets.search.goals:goals",
    "nbnas.records.goals.known.MeasuredBy": "nbnas.widgets.search.goals:measured_by",
    "nbnas.records.relaxation.CellWeights": "nbnas.widgets.training.relaxation:weights",
    "nbnas.records.relaxation.RelaxationReport": "nbnas.widgets.training.relaxation:report",
    **{
        f"nbnas.training.relaxed.{name}": f"nbnas.widgets.training.relaxation:{seen}"
        for name, seen in _RELAXED.items()
    },
    "nbnas.records.profile.StepProfile": "nbnas.widgets.training.training:step",
    "nbnas.records.proposal.Proposal": "nbnas.widgets.search.proposal:proposal",
    "nbnas.search.fidelities.told.Belief": "nbnas.widgets.search.looks:belief",
    "nbnas.search.fidelities.told.Looks": "nbnas.widgets.search.looks:looks",
    "nbnas.surrogate.process.prior.GaussianProcess": "nbnas.widgets.surrogate.prior:prior",
    "nbnas.surrogate.process.evidence.Evidence": "nbnas.widgets.surrogate.prior:evidence",
    "nbnas.surrogate.process.diagnosis.Diagnosis": "nbnas.widgets.surrogate.diagnosis:diagnosis",
    "nbnas.surrogate.process.diagnosis.Diagnoses": "nbnas.widgets.surrogate.diagnosis:diagnoses",
    **dict.fromkeys(_POSTERIORS, "nbnas.widgets.surrogate.posterior:posterior"),
    "nbnas.surrogate.leave_one_out.LeaveOneOut": "nbnas.widgets.surrogate.posterior:leave_one_out",
    "nbnas.training.data.image_data.ImageData": "nbnas.widgets.training.data:data",
    "nbnas.training.data.text.TextData": "nbnas.widgets.training.data:text",
    "nbnas.training.live.LiveTraining": "nbnas.widgets.training.training:training",
    "nbnas.training.networks.darts.skeleton.DartsSkeleton": (
        "nbnas.widgets.training.skeleton:darts_skeleton"
    ),
    "nbnas.training.networks.skeleton.skeleton.CellSkeleton": (
        "nbnas.widgets.training.skeleton:skeleton"
    ),
    "nbnas.records.comparison.Comparison": "nbnas.widgets.search.search:comparison",
    "nbnas.search.replay.Round": "nbnas.widgets.search.round:round_",
    "nbnas.surrogate.process.why.Why": "nbnas.widgets.search.round:why",
    "nbnas.search.settings.importance.Importance": "nbnas.widgets.search.settings:importance",
    "nbnas.search.settings.slices.Slices": "nbnas.widgets.search.settings:slices",
    "nbnas.search.goals.table.FrontTable": "nbnas.widgets.search.front_table:front_table",
    "nbnas.search.search.Search": "nbnas.widgets.search.search:search",
    "nbnas.search.benchmark.benchmark.Benchmark": "nbnas.widgets.search.benchmark:benchmark",
    "nbnas.search.benchmark.clock.BenchmarkClock": "nbnas.widgets.search.benchmark:clock",
    "nbnas.search.benchmark.cost.results.CostResults": "nbnas.widgets.search.benchmark:results",
    "nbnas.search.benchmark.curves.BenchmarkCurves": "nbnas.widgets.search.benchmark:curves",
    "nbnas.search.benchmark.goals.results.GoalResults": "nbnas.widgets.search.benchmark:results",
    "nbnas.search.benchmark.results.BenchmarkResults": "nbnas.widgets.search.benchmark:results",
    "nbnas.search.benchmark.summaries.PairedDifferences": "nbnas.widgets.search.benchmark:paired",
}
