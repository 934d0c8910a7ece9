"""Inventories for intersphinx without the network: the few names of others that the API mentions.

`others.txt` has them; the whole inventory of torch is a thousand times as long. Where
`NBNAS_ONLINE` is set, intersphinx fetches those of the projects instead.
"""

import os
import zlib
from pathlib import Path

from _ext.links import DOCS

LISTED = Path(__file__).with_name("others.txt")
FOLDER = DOCS / "_build" / "inventories"
HEAD = """# Sphinx inventory version 2
# Project: {}
# Version:
# The remainder of this file is compressed using zlib.
"""


def mapping() -> dict[str, tuple[str, str | None]]:
    """What intersphinx asks for: for each project its address and its inventory."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    found: dict[str, tuple[str, str | None]] = {}
    lines: dict[str, list[str]] = {}
    for line in LISTED.read_text(encoding="utf-8").splitlines()[1:]:
        name, place = line.split()
        if place.startswith("https:"):
            path = None if os.environ.get("NBNAS_ONLINE") else str(FOLDER / f"{name}.inv")
            found[name], entries = (place, path), lines.setdefault(name, [])
        else:
            entries.append(f"{name} py:class 1 {place} -\n")
    for name, entries in lines.items():
        packed = zlib.compress("".join(entries).encode())
        (FOLDER / f"{name}.inv").write_bytes(HEAD.format(name).encode() + packed)
    return found
