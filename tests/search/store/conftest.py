"""Shared by tests of the store: an SQLite file, and a real PostgreSQL server of our own."""

import getpass
import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

NUMBERS = itertools.count()


def _programs():
    """The folder of PostgreSQL's programs: Debian's newest, or that of the search path."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name)
    found = shutil.which("initdb")
    return folders[-1] if folders else Path(found).parent if found else None


def _absent(reason):
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def postgres():
    """The URL of a server that lives as long as the tests, without its database's name."""
    programs = _programs()
    if programs is None:
        _absent("there is no PostgreSQL server to start (Debian's package is postgresql)")
    try:
        import psycopg  # noqa: F401
    except ImportError as error:
        _absent(f"PostgreSQL's driver cannot be loaded: {error}")
    folder = Path(tempfile.mkdtemp(prefix="nbnas-"))  # a socket's path must be short
    user = getpass.getuser()
    if os.geteuid() == 0:  # the server refuses root; Debian's package makes this user
        user = "postgres"
        shutil.chown(folder, user, user)
    person = {"user": user, "group": user, "extra_groups": []} if os.geteuid() == 0 else {}
    settings = {"cwd": folder, "env": {"LC_ALL": "C", "PATH": os.environ["PATH"]}, **person}
    initdb = [programs / "initdb", "-D", "data", "-U", "nbnas", "-A", "trust", "-E", "UTF8", "-N"]
    subprocess.run(initdb, check=True, capture_output=True, **settings)
    serve = [programs / "postgres", "-D", "data", "-k", folder, "-h", "", "-c", "fsync=off"]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(serve, stderr=log, **settings)
    try:
        _wait_for(server, [programs / "pg_isready", "-q", "-h", folder], folder / "log")
        yield f"postgresql+psycopg://nbnas@/{{database}}?host={folder}"
    finally:
        server.send_signal(signal.SIGQUIT)  # at once: nothing of it is kept
        server.wait(60)
        shutil.rmtree(folder)


def _wait_for(server, ready, log):
    for _ in range(300):
        if subprocess.run(ready, check=False).returncode == 0:
            return
        if server.poll() is not None:
            pytest.fail(f"the PostgreSQL server did not start: {log.read_text()}")
        time.sleep(0.1)
    pytest.fail("the PostgreSQL server was not ready within 30 seconds")


@pytest.fixture(params=["sqlite", "postgresql"])
def location(request, tmp_path):
    """Where a store may be made: a file that is not there yet, or an empty database."""
    if request.param == "sqlite":
        return str(tmp_path / "new folder" / "nbnas.db")
    from sqlalchemy import create_engine

    url = request.getfixturevalue("postgres")
    name = f"test_{next(NUMBERS)}"
    admin = create_engine(url.format(database="postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"create database {name}")
    admin.dispose()
    return url.format(database=name)
