"""Optuna's searches for several goals: their runs are kept beside nbnas's own."""

import goals
import pandas as pd
import pytest

from nbnas.errors import SettingError
from nbnas.graphs.spaces.cell import CellSpace

CELLS = list(CellSpace(("none", "skip_connect", "nor_conv_3x3")))


@pytest.fixture
def words(tmp_path):
    rows = [
        f"{a},{50 + 5 * str(a).count('3x3') + i / 99},{1 + i % 5}" for i, a in enumerate(CELLS)
    ]
    (tmp_path / "t.csv").write_text("\n".join(["arch_str,valid,ms", *rows]))
    named = {"value": "valid", "also": "ms:min", "classes": 10, "queries": 12, "seeds": 2}
    given = [word for name, said in named.items() for word in (f"--{name}", str(said))]
    return [str(tmp_path / "t.csv"), *given, "--output", str(tmp_path / "g.csv")]


def test_each_sampler_has_its_runs(words, tmp_path, capsys):
    goals.main([*words, "--picture", str(tmp_path / "g.png")])
    said = capsys.readouterr().out
    assert all(f"| {name} |" in said for name in goals.SAMPLERS)
    assert (tmp_path / "g.png").read_bytes().startswith(b"\x89PNG")
    frame = pd.read_csv(tmp_path / "g.csv")
    assert len(frame) == 2 * 2 * 12
    assert frame["hypervolume_regret"].between(0, 1).all()
    before = (tmp_path / "g.csv").read_bytes()
    goals.main(words)  # nothing is run again
    assert (tmp_path / "g.csv").read_bytes() == before


def test_wrong_goals_are_an_error(words):
    with pytest.raises(SettingError, match="expected columns with min or max"):
        goals.main([*words, "--also", "ms"])
