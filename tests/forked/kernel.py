"""The process that Jupyter takes for its kernel: it asks the server for one, and passes signals.

Once it ends, however, so does the kernel, and the other way round; it ends with who started it.
"""

import json
import os
import select
import signal
import socket
import sys


def main(address: str, *arguments: str) -> None:
    """Be there as long as the kernel."""
    parent = os.getppid()
    task = {"folder": os.getcwd(), "environment": dict(os.environ), "arguments": arguments}
    with socket.socket(socket.AF_UNIX) as server:
        server.connect(address)
        socket.send_fds(server, [json.dumps(task).encode()[:1]], [0, 1, 2])
        server.sendall(json.dumps(task).encode()[1:] + b"\n")
        kernel = int(server.recv(32))
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda number, _: os.kill(kernel, number))
        while os.getppid() == parent and not select.select([server], [], [], 0.5)[0]:
            pass


if __name__ == "__main__":
    main(*sys.argv[1:])
