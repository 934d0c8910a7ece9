"""A worker process does not outlive who started it, also where that one is killed."""

import os
import threading
import time


def end_with_parent(parent: int) -> None:
    """Let this process end soon after the one that started it, also if that has ended already.

    Args:
        parent: The number of that process, as it has told; to ask for it here may be too late.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1.0)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
