"""Every public name has an entry in the manual, and every entry is of something that exists."""

import importlib

from _ext.names import ENTRIES, entries, links, origins, public


def thing(path):
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)


def test_every_public_name_has_an_entry():
    """Or is the same as what another name says, as `nb.recipes.NamedRecipe` is."""
    there = [thing(path) for path in entries()]
    missing = [path for path in public() if path not in entries()]
    assert not [path for path in missing if not any(thing(path) is each for each in there)]


def test_nothing_has_two_entries():
    things = [(path, thing(path)) for path in entries()]
    same = [(p, q) for p, x in things for q, y in things if p < q and x is y and callable(x)]
    assert not same


def test_what_documentation_calls_a_name_leads_to_its_entry():
    assert links()["Trainer"] == links()["nb.Trainer"] == "nbnas.Trainer"
    assert links()["nb.charts.trace"] == "nbnas.charts.trace"
    assert links()["SettingError"] == "nbnas.errors.SettingError"
    assert "looks" not in links()  # a parameter is called so, too
    assert origins()["nbnas.Trainer"] == "nbnas.training.trainer.Trainer"


def test_entries_are_read_as_they_stand():
    text = "```{entries} nbnas.charts\ntrace\nwhy\n```\n\n```{entries}\nSearch\n```\n"
    assert ENTRIES.findall(text) == [("nbnas.charts", "trace\nwhy\n"), ("", "Search\n")]
