import json
import re
from types import SimpleNamespace

from nbnas.charts import diagnoses, diagnosis, to_svg
from nbnas.charts.surrogate.diagnosis import summary
from nbnas.records import ACCURACY


def made_up(name="Distance<script>()", problem="", means=(0.0, 0.02, 0.05), measure=ACCURACY):
    bins = tuple(
        SimpleNamespace(
            shortest=float(i), longest=i + 0.5, pairs=10 * (i + 1), mean=m, lower=0.8 * m,
            upper=1.3 * m,
        )
        for i, m in enumerate(means)
    )  # fmt: skip
    return SimpleNamespace(
        distance=name, spearman=0.314, leave_one_out_kendall=0.71, microseconds=1.234,
        variogram=bins, problem=problem, measure=measure,
    )  # fmt: skip


def test_says_and_draws_what_was_found():
    svg = to_svg(diagnosis(made_up()))
    assert "Spearman 0.31" in svg
    assert "1.2 µs a pair" in svg
    assert "<script>" not in svg
    assert "no covariance" in summary(made_up(problem="not positive definite"))


def test_a_long_name_is_no_wider_than_its_panel():
    name = "OtmannDistance(structure=0.1, mismatch=MismatchTable.default(), normalized=True)"
    svg = to_svg(diagnosis(made_up(name)))
    assert "OtmannDistance<" in svg
    assert "structure=0.1, normalized=True<" in svg


def test_one_bin_and_no_difference_are_drawn():
    assert to_svg(diagnosis(made_up(means=(0.0,)))).startswith("<svg")


def test_several_share_their_scale():
    charts = diagnoses([made_up(f"D{i}", means=(0.0, 0.1 * i)) for i in range(1, 5)])
    svg = to_svg(charts)
    assert all(f"D{i}" in svg for i in range(1, 5))
    spec = json.dumps(charts.to_dict())
    assert set(re.findall(r'"scale": ({"domain": [^}]*})', spec)) == {
        '{"domain": [0, 52.0], "nice": true}'
    }
