"""How a network was trained, in words for its card."""

from nbnas.training.run import Training


def trained_in_words(training: Training, on: str) -> str:
    """How long a finished training was, on what, and what its network is.

    Args:
        training: The training.
        on: What it was on, such as "the 600 pictures of the training part".

    Returns:
        The words; also that weights are averages, that an earlier epoch counts, or that the
        search measured otherwise than the files do.
    """
    recipe, epochs = training.trainer, len(training.reports)
    said = [f"{epochs} epoch{'s' * (epochs != 1)} on {on}, seed {training.seed}"]
    if recipe.patience is not None and not training.final:
        said.append("the weights are those of the best epoch")
    if recipe.ema is not None:
        said.append("the weights are averages over the steps")
    if recipe.test_flip:
        said.append("the search measured pictures with their mirror images, these files do not")
    return "; ".join(said)
