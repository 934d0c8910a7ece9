"""Kernels of Jupyter that are forked from one process, which has imported the libraries of nbnas.

That saves each of them some five seconds of a core; nbnas itself is imported in each. The server
takes a connection for each kernel: `kernel.py`, which stands in its place, sends its arguments,
folder, environment and standard streams, and the kernel lives as long as the connection is open.
"""

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import threading
import warnings

LIBRARIES = (
    *("scipy.optimize", "scipy.sparse.linalg", "scipy.spatial", "scipy.special", "scipy.stats"),
    *("torch", "gpytorch", "torchvision", "sklearn.datasets", "ot", "joblib", "tqdm"),
    *("pandas", "sqlalchemy.dialects.sqlite", "psygnal", "psutil", "pebble", "cloudpickle"),
    *("nbnas.charts.addresses", "altair", "vl_convert", "ipywidgets", "anywidget"),
    *("IPython", "ipykernel.kernelapp", "papermill"),
)


def main(address: str) -> None:
    """Fork a kernel for each connection, until the standard input is closed."""
    gc.disable()  # what is imported stays, and kernels need not look through it
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in LIBRARIES:
            importlib.import_module(name)
    for name in [each for each in sys.modules if each.partition(".")[0] == "nbnas"]:
        del sys.modules[name]
    gc.freeze()
    if threading.active_count() > 1:
        raise RuntimeError(f"expected one thread, as a fork has no other: {threading.enumerate()}")
    signal.signal(signal.SIGCHLD, forget_ended)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen()
    os.write(sys.stdout.fileno(), b"ready\n")
    while listener in select.select([listener, sys.stdin], [], [])[0]:
        connection, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            return become_kernel(connection)
        connection.close()


def become_kernel(connection: socket.socket) -> None:
    """Be the kernel that a process asks for, as if that one had started Python anew."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    said, streams, _, _ = socket.recv_fds(connection, 1024, 3)
    while not said.endswith(b"\n"):
        said += connection.recv(65536)
    task = json.loads(said)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(task["folder"])
    os.environ.clear()
    os.environ.update(task["environment"])
    added = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    sys.path[:] = [*added, *(each for each in sys.path[1:] if each not in added)]
    parent = os.environ.get("JPY_PARENT_PID", "0")  # ipykernel has looked for it at its import
    sys.argv[1:] = [*task["arguments"], f"--IPKernelApp.parent_handle={parent}"]
    sys.modules["numpy"].random.seed()
    connection.sendall(str(os.getpid()).encode())
    threading.Thread(target=end_with, args=[connection], daemon=True).start()
    gc.enable()
    sys.modules["ipykernel.kernelapp"].launch_new_instance()


def forget_ended(*_: object) -> None:
    """Leave no kernel that has ended in the list of processes; nobody asks how it did."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def end_with(connection: socket.socket) -> None:
    """End, with all that this process has started, when nobody stands in its place any more."""
    connection.recv(1)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1])
