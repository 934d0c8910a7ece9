import pytest

from nbnas.errors import SettingError
from nbnas.search.workers.given import as_workers
from nbnas.search.workers.local import LocalWorkers


def test_a_number_is_so_many_processes():
    assert as_workers(None) is None
    assert as_workers(3) == LocalWorkers(3)
    given = LocalWorkers(2, timeout=5)
    assert as_workers(given) is given


@pytest.mark.parametrize("wrong", [0, -1, 1.5, True, "four", 10_000, object()])
def test_what_is_no_workers_is_refused(wrong):
    with pytest.raises(SettingError, match=r"expected workers to be a number .*LocalWorkers"):
        as_workers(wrong)


@pytest.mark.parametrize(
    ("given", "size"),
    [("4 GB", 4e9), ("4GB", 4e9), ("1.5 GiB", 1.5 * 2**30), ("512 mb", 5.12e8), (2e9, 2e9)],
)
def test_memory_is_a_size(given, size):
    assert LocalWorkers(memory=given).memory == size


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        *(("memory", each) for each in ("much", "4", "GB", 7, -1, float("inf"), True, b"4 GB")),
        *(("timeout", each) for each in (0, -1, "10", float("nan"))),
        *(("devices", each) for each in ("cuda:0", 1, (1,), ("",))),
        *(("workers", each) for each in (0, 1.5, None)),
    ],
)
def test_wrong_settings_are_named(name, wrong):
    with pytest.raises(SettingError, match=f"expected {name} to be"):
        LocalWorkers(**{name: wrong})


def test_devices_are_dealt_out():
    shared = LocalWorkers(3, devices=["cuda:0", "cuda:1"])
    assert [shared.device(slot) for slot in range(3)] == ["cuda:0", "cuda:1", "cuda:0"]
    assert LocalWorkers(2).device(1) == ""


def test_says_what_it_is_in_a_line():
    shown = repr(LocalWorkers(4, 60, "2 GB", ("cuda:0",)))
    assert shown == "LocalWorkers(4, timeout=60 s, memory=2 GB, cuda:0)"
    assert repr(LocalWorkers()) == "LocalWorkers(1)"
