"""Exports without what takes seconds each."""

import pytest


@pytest.fixture
def lighten(monkeypatch):
    """Take torch.export, ONNX and fresh processes out of a module that writes exports.

    Called with the module, the name of what runs a file again, and what is to run instead.
    """

    def without(writing, name, here):
        monkeypatch.setattr(writing, "program_of", lambda *_: None)
        monkeypatch.setattr(writing, "program_file", lambda *_: b"program")
        monkeypatch.setattr(writing, "onnx_file", lambda *_: b"graph")
        monkeypatch.setattr(writing, "CHECKED", ("model.py",))
        monkeypatch.setattr(writing, name, here)

    return without
