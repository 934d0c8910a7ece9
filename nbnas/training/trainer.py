"""The objective that trains: from an architecture to its measure on the held-out part."""

from dataclasses import dataclass, replace
from typing import Any, cast

from nbnas.brief import brief, changed
from nbnas.checks import FLAG, SEED, real, whole
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.settings import Settings
from nbnas.graphs.spaces.joint.parts import graphs_around
from nbnas.graphs.spaces.operation import own_operations
from nbnas.records import Evaluation
from nbnas.training.following.follow import check_followed, following
from nbnas.training.following.own import own_settings
from nbnas.training.known.size import check_trained
from nbnas.training.lengths import of_length
from nbnas.training.rates.range_test import RangeTest
from nbnas.training.rates.rising import rates_between, with_rising_rate
from nbnas.training.rehearsal.rehearsed import Rehearsed
from nbnas.training.run import Training
from nbnas.training.speed.explain import explain
from nbnas.training.speed.explanation import SpeedExplanation

_RATE, _STEPS = real(above=0, most=1e6), whole(20, 100_000)


@dataclass(frozen=True, slots=True)
class Trainer(Rehearsed):
    """How networks are trained; an objective, from an architecture to a measure on validation.

    On pictures the optimiser is stochastic gradient descent with Nesterov's momentum by default;
    on text it is AdamW, with truncated backpropagation through time. Defaults that differ are
    given as "12; 6 for text". `nbnas.recipes` has settings that go together.

    Attributes:
        data: The pictures or the text.
        epochs: Number of passes over the training part, 12; 6 for text.
        batch_size: Largest number of images of a step, 64; for text the number of places at which
            it is read side by side, 32.
        learning_rate: Highest learning rate, 0.2; 0.01 for text; what is usual for another
            `optimizer`. `find_learning_rate` helps to choose.
        schedule: How the learning rate changes over the steps.
        momentum: Momentum, at least 0 and below 1; of AdamW the first beta.
        weight_decay: Factor of the squared weights' gradient, 0.0005; of AdamW, as for text, and
            of Muon what is taken off the weights, 0.01 of the learning rate.
        label_smoothing: Share of the target that is spread over all classes, 0 to below 1.
        channels: Number of channels of the network's first stage, 8; for text the size of an
            embedded token and of a hidden state, 128.
        cells: Number of cells of each of its two stages; for text the number of layers.
        augment: A transform of one training image `(C, H, W)`, normalised, such as one of
            `torchvision.transforms.v2`; applied anew in every epoch. Or
            `nbnas.training.data.augment.CropAndFlip`, which is quicker: it takes a batch at once.
        threads: Number of CPU threads while it trains; `None` leaves torch's setting. One is
            quickest for networks as small as those of digits, and results depend on it.
        device: "auto" for CUDA, else MPS, else the CPU; or one of these by its word.
        mixed_precision: Whether to compute in bfloat16 where that is safe; `None` for on CUDA.
        channels_last: Whether to keep channels last in memory; `None` for wherever that
            is quicker, which is on CUDA and the CPU.
        measure: What is searched by, such as `nbnas.BALANCED_ACCURACY`; by default the accuracy,
            for text bits a character, or perplexity if it is read by words. All measures are in
            `Evaluation.measured`.
        sequence: Number of tokens of a piece of text, through which gradients flow back, 64.
        dropout: Share that is dropped of what each layer and the decoder read, the same at all
            steps of a piece (`RecurrentNetwork.masks` says where that is from); for text.
        clip: Norm that the gradient is cut down to where it is greater, 1 for text; `None` for
            never (Pascanu et al., On the Difficulty of Training Recurrent Neural Networks, ICML
            2013).
        network: A function of your own `(architecture, data) -> torch.nn.Module` that builds the
            network of an architecture of any space, which gives scores `(n, data.classes)`; then
            `channels`, `cells` and `operations` are not used. Torch's own layers begin with
            weights that the seed decides. What goes wrong in it is a failed trial, with the line.
        operations: Your own operations of cells, as a `CellSpace` has them; names of built-in
            ones may be among them, so that `space.operations` does. A search tells them itself.
        skeleton: What the cells are put into, such as `nbnas.nas_bench_201_skeleton()`, in place
            of `channels` and `cells`; by default two stages with average pooling between them.
        checkpoint_minutes: A search with a store writes a checkpoint of the training this often,
            within an epoch, too, and when it is paused or stopped; whoever takes the trial up goes
            on from there. `None` for never.
        keep_weights: Whether the weights of each finished trial stay beside the store, so that
            `search.export` writes them without another training. A checkpoint does not stay.
        deterministic: Whether to compute so that one card gives the same numbers each time. On
            CUDA that costs speed, as sums in any order are quicker, and 24 MiB of its memory; it
            has to be the first that a process computes there. What torch cannot do so is a failed
            trial that names it. On the CPU the numbers are the same anyway.
        optimizer: How a step is made of a gradient: `nbnas.SGD()`, `nbnas.AdamW()`, as for text,
            or `nbnas.Muon()`.
        decay_all: Whether the weight decay acts on biases and normalisations, too.
        ema: How much of a moving average of the weights stays in each step, such as 0.99, once
            there were many steps; what is measured and exported is the average. `None` for none.
        patience: How many epochs without a better value are waited for; then the training ends.
            What counts is the best epoch: its measures, and its weights in `network`. A schedule
            plans its rates for all `epochs`, so that one which ends early has seen high rates
            only. Final trainings, which hold out the test part alone, go on to the last epoch,
            and that counts. `None` for all epochs.
        mix: A transform of a batch of training images and their labels, after `augment`, such as
            `v2.MixUp(num_classes=10)` or `v2.CutMix(num_classes=10)` of `torchvision.transforms`.
        compile: Whether to compile the network of pictures with `torch.compile`; `None` for large
            trainings on CUDA, which are worth the minute that it takes. Where torch cannot, as
            without a C++ compiler, it says so and the network is computed as it is.
        cuda_graphs: Whether to record a step as a CUDA graph and replay it, where that can be; the
            numbers are the same up to rounding. `None` for all networks but your own, which are
            recorded if this is `True`. `explain_speed` says what is done and why.
        test_flip: Whether each held-out picture is measured by the mean of its own scores and of
            those of its mirror image. Exported files read a picture once, and their card says how
            good that is.
        fidelities: How far trainings may go, such as `nbnas.Fidelities((3, 12))`, of which the
            last is `epochs`; a search then also asks for shorter ones. Each is a training of its
            own, with its own schedule; with `continued=True` a short one is the beginning of a
            full one, and a longer one goes on from its checkpoint, where a store has it, to the
            very numbers of a training that was never ended. `checkpoint_minutes=None` keeps none:
            then a longer one begins anew, to the same numbers. `None` for full trainings only.

    Where the memory of a device is too little for a batch, it is read in two, four or eight pieces
    whose gradients are added up, and `Evaluation.measured` says in how many
    ("gradient accumulation"); see `nbnas.training.memory.pieces` for what then differs. On the CPU
    a training that cannot fit the memory fails before it begins.

    Raises:
        SettingError: If a value is not allowed or the device is missing; the message says what is.

    The settings of an architecture of a `JointSpace` take the place of the trainer's own; for
    `optimizer`, `schedule`, `augment` and `mix` there are words (`training.following.words`).

    Example:
        >>> from nbnas.graphs.spaces.cell import CellSpace
        >>> from nbnas.training.data.images import digits
        >>> trainer = Trainer(digits(), epochs=1)
        >>> trainer(CellSpace().sample(0, 1)[0], seed=1).status
        'completed'
    """

    @brief
    def __repr__(self) -> str:
        return changed(self, self.usual)

    def start(
        self,
        architecture: Architecture,
        seed: int = 0,
        *,
        final: bool = False,
        epochs: int | None = None,
    ) -> Training:
        """Prepare a live training; iterate or run it to train.

        Args:
            architecture: The architecture, for pictures or for text as the data are.
            seed: Seed of initialisation, shuffling, augmentation and dropout.
            final: Whether to train on training and validation part together and to hold out the
                test part instead. The reports' `val_loss`, `val_accuracy` and `value`, and the
                evaluation's value, then are those of the test part.
            epochs: How far it goes, one of `fidelities`; `None` for a full training.

        Returns:
            The training, before its first epoch.

        Raises:
            ArchitectureError: If the architecture has an unknown operation, is a whole network
                and there is a skeleton, or is a recurrent cell, which reads text, and the data are
                pictures, or the other way round.
            SettingError: If the seed is no whole number from 0 to below 2**63, or there is no such
                length.
        """
        check_trained(self, architecture)
        seed, final = SEED("seed", seed), FLAG("final", final)
        recipe, look = of_length(following(self, architecture), epochs)
        return Training(recipe, architecture, seed, final=final, look=look)

    def find_learning_rate(
        self,
        architecture: Architecture,
        seed: int = 0,
        *,
        lowest: float | None = None,
        highest: float | None = None,
        steps: int = 100,
    ) -> RangeTest:
        """The learning-rate range test: train with a rate that rises until the loss does, too.

        What is trained is thrown away; it takes as long as so many steps of a training.

        Args:
            architecture: The architecture, for pictures or for text as the data are.
            seed: Seed of initialisation, shuffling, augmentation and dropout.
            lowest: The first learning rate; `None` for a thousandth of the optimiser's usual one.
            highest: The last one; `None` for fifty times the usual one.
            steps: Number of steps, at least 20; the epochs that they make up may be many or none.

        Returns:
            The loss at each rate, with a suggestion; as the last line of a cell it is drawn.

        Raises:
            ArchitectureError: As for `start`.
            SettingError: If a value is not allowed, or `highest` is not above `lowest`.
            TrainingError: If the loss is no finite number from the first rates on.
        """
        check_trained(self, architecture)
        usual = (recipe := following(self, architecture)).usual["learning_rate"]
        first = usual / 1000 if lowest is None else _RATE("lowest", lowest)
        last = max(50 * usual, 50 * first) if highest is None else highest
        last = real(above=first, most=1e9)("highest", last)
        rates = rates_between(first, last, _STEPS("steps", steps))
        return with_rising_rate(recipe, architecture, rates, SEED("seed", seed))

    def explain_speed(self, architecture: Architecture) -> SpeedExplanation:
        """How the training of an architecture would be computed here, and why; it trains nothing.

        Args:
            architecture: The architecture, for pictures or for text as the data are.

        Returns:
            How steps are computed, precision, layout, threads, where pictures are made ready, and
            when numbers are copied back, each with its reason and what a quicker one would take;
            as the last line of a cell it is drawn.

        Raises:
            ArchitectureError: As for `start`.
        """
        check_trained(self, architecture)
        return explain(following(self, architecture), architecture)

    def for_space(self, space: Any) -> "Trainer":  # noqa: ANN401
        """The trainer that knows a space's own operations, and follows its settings.

        Args:
            space: The space that is searched.

        Returns:
            This trainer, where the space has none of its own.

        Raises:
            SettingError: If an operation gives images of another shape than it is given, or has
                the name of another one, or a setting of a `JointSpace` is none of a trainer, or
                can have a value that is not allowed.
        """
        check_followed(self, space)
        own = own_operations(getattr(graphs_around(space), "operations", ()))
        new = tuple(one for one in own if one not in self.operations)
        if self.network is not None or not new:
            return self
        return replace(self, operations=(*self.operations, *new))

    def own_settings(self, space: Any) -> Settings:  # noqa: ANN401
        """The trainer's own values of the settings of a `JointSpace`, which has these."""
        return own_settings(self, space)

    def __call__(
        self, architecture: Architecture, seed: int = 0, epochs: int | None = None
    ) -> Evaluation:
        """Train, and return the evaluation with the measure on validation; see `start`."""
        return self.start(architecture, seed, epochs=epochs).run()

    def test(self, architecture: Architecture, seed: int = 0) -> float:
        """Train on training and validation part, and return the measure on the test part."""
        return cast(float, self.start(architecture, seed, final=True).run().value)
