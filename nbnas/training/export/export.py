"""Taking a network away: from an evaluation to files that run without nbnas."""

import warnings
from os import PathLike

from nbnas.checks import PATH, TEXT, instance
from nbnas.errors import ExportError
from nbnas.records import Evaluation
from nbnas.records.evaluation import EVALUATION
from nbnas.training.checkpoints.keeper import remove_checkpoint
from nbnas.training.data.text import TextData
from nbnas.training.export.exported import Exported
from nbnas.training.export.folder import check_free
from nbnas.training.export.formats import check_extra
from nbnas.training.export.progress import Steps
from nbnas.training.export.text.writing import TextWriting, text_of_test
from nbnas.training.export.writing import CHECKED, Writing
from nbnas.training.following.follow import following
from nbnas.training.run import Training
from nbnas.training.trainer import Trainer
from nbnas.undisturbed import undisturbed

_TRAINER = instance(Trainer, "Trainer(digits())")
_TRAINING = instance(Training, "trainer.start(architecture, final=True)").optional


def export(
    evaluation: Evaluation,
    trainer: Trainer,
    folder: str | PathLike[str],
    *,
    training: Training | None = None,
    found: str = "",
    place: str | PathLike[str] | None = None,
) -> Exported:
    """Write the network of an evaluation as files that run without nbnas.

    The network is trained on training and validation part together first, unless a trained one is
    given. Each file is run again on the test part, in a process that has no nbnas, before the
    folder appears; if anything else fails, nothing is left of it. A form that a network cannot be
    written as, or that does not give what it gives, is left out with a warning, see
    `Exported.missing`; `model.py` never is.

    A network or an operation of your own stands in `model.py` as its functions are written, with
    all of yours that they use. Where these need nbnas, or what cannot be read, `model.py` loads
    `model.pt2` and says by whose function, in which file, the network is made.

    Args:
        evaluation: What was found; its architecture and seed count.
        trainer: The recipe, with the data.
        folder: A new or empty folder, or an earlier export, which is replaced.
        training: A finished training of this architecture, whose network is taken.
        found: How it was found, for the card.
        place: Where the training keeps checkpoints, so that it goes on there if this process is
            ended, see `Training.keep`; `None` for nowhere.

    Returns:
        Where the files are and how good they are: `model.py`, `model.safetensors`, `model.onnx`,
        `model.pt2`, `classify.py` (for text `write.py`), `card.md` and `network.png`.

    Raises:
        ExportError: If the folder holds anything else or cannot be written, a package of the extra
            `export` is missing, or a file does not give what the network gives.
        TrainingError: If the training fails.
    """
    evaluation, trainer = EVALUATION("evaluation", evaluation), _TRAINER("trainer", trainer)
    folder, found = PATH("folder", folder), TEXT("found", found)
    training, place = _TRAINING("training", training), PATH.optional("place", place)
    trainer = following(trainer, evaluation.architecture)
    _check_text(trainer)
    check_extra()
    check_free(folder)
    epochs = trainer.epochs if training is None else 0
    with Steps(epochs + 4 + len(CHECKED)) as steps:
        if training is None:
            seed, architecture = evaluation.seed, evaluation.architecture
            training = trainer.start(architecture, seed, final=True)
            if place is not None:
                training.keep(place)
            for report in training:
                steps.done(f"epoch {report.epoch}")
        _check_trained(training, evaluation)
        with undisturbed():
            made = TextWriting if isinstance(trainer.data, TextData) else Writing
            exported = made(training, trainer, folder, steps.done).write(found)
    if place is not None:
        remove_checkpoint(place)
    if exported.missing:
        said = "; ".join(f"{file}: {why}" for file, why in exported.missing)
        warnings.warn(f"exported without {said}", stacklevel=2)
    return exported


def _check_text(trainer: Trainer) -> None:
    """Check that a network for text is one of ours, and that its text can be on disk.

    Raises:
        ExportError: If not.
    """
    if not isinstance(trainer.data, TextData):
        return
    if trainer.network is not None:
        raise ExportError(
            "expected a Trainer on text with the cells of a RecurrentSpace, got one with a "
            "network of your own, whose state may be anything; save its weights by "
            "safetensors.torch.save_model(training.network, path)"
        )
    text_of_test(trainer.data)


def _check_trained(training: Training, evaluation: Evaluation) -> None:
    """Check that a training is of this architecture and came to its end.

    Raises:
        ExportError: If not.
    """
    if training.architecture != evaluation.architecture:
        raise ExportError(
            f"expected a training of {str(evaluation.architecture)!r:.200}, got one of "
            f"{str(training.architecture)!r:.200}"
        )
    if training.network is None or training.evaluation is None:
        raise ExportError(
            f"expected a training that came to its end, got {training!r:.300}; run it, or leave "
            "training out"
        )
