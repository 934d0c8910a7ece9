"""Whether an architecture reads what the data are."""

from nbnas.errors import ArchitectureError
from nbnas.graphs.architecture import Architecture
from nbnas.training.data.image_data import ImageData
from nbnas.training.data.text import TextData
from nbnas.training.networks.network import reads_text


def check_reads(data: ImageData | TextData, architecture: Architecture) -> None:
    """Check that an architecture reads what the data are.

    Raises:
        ArchitectureError: If not.
    """
    pictures = isinstance(data, ImageData)
    if pictures and reads_text(architecture):
        raise ArchitectureError(
            "expected an architecture that reads images, got the recurrent cell "
            f"{architecture.text!r:.200}, which reads text; give the Trainer a text, such as "
            'from_text("book.txt")'
        )
    if not pictures and not reads_text(architecture):
        raise ArchitectureError(
            f"expected a recurrent cell, which reads text as {data.name!r} is, got "
            f"{architecture.text!r:.200}; take one of a RecurrentSpace, or train"
            " on pictures"
        )
