"""A worker process does not outlive who started it, also where that one is killed."""

import contextlib
import os
import threading
import time
from collections.abc import Callable


def end_with_parent(parent: int, clean: Callable[[], object] = lambda: None) -> None:
    """Let this process end soon after the one that started it, also if that has ended already.

    Args:
        parent: The number of that process, as it has told; to ask for it here may be too late.
        clean: Called before the end, since that process can clean up no longer.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1.0)
        with contextlib.suppress(Exception):
            clean()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
