"""The lines that turn a picture on disk into what a network reads; Pillow and numpy suffice."""

from nbnas.training.export.facts import MODES, Facts


def prepare_lines(facts: Facts) -> tuple[str, ...]:
    """The function `prepare` of the files that read pictures.

    Args:
        facts: What the network reads.

    Returns:
        Its lines: a Pillow picture to an array `(C, H, W)`, uint8.
    """
    channels, height, width = facts.image_shape
    mode = MODES[channels]
    axes = "pixels[None]" if mode == "L" else "pixels.transpose(2, 0, 1)"
    return (
        "def prepare(picture: Image.Image) -> np.ndarray:",
        f'    """The pixels of a picture, {facts.image_shape}, uint8."""',
        f"    if picture.size != ({width}, {height}):",
        f'        raise ValueError(f"expected {width} x {height} pixels, got {{picture.size}}")',
        f'    pixels = np.array(picture.convert("{mode}"))',
        f"    return np.ascontiguousarray({axes})",
    )
