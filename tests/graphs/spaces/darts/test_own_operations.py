"""Genotypes with operations of the user's own: names, notation, forms, distances, fingerprints."""

import itertools
import pickle

import numpy as np
import pytest

from nbnas.errors import ArchitectureError, SettingError
from nbnas.graphs.distances.hamming import HammingDistance
from nbnas.graphs.distances.weisfeiler_lehman import WeisfeilerLehmanDistance
from nbnas.graphs.spaces.darts.genotype import Genotype
from nbnas.graphs.spaces.darts.graph import architecture_of, genotype_of
from nbnas.graphs.spaces.darts.space import DartsSpace
from nbnas.graphs.spaces.operation import Operation


def gate(channels):
    raise NotImplementedError


OWN = Operation("gate-2", gate)
SPACE = DartsSpace(("none", "skip_connect", "max_pool_3x3", OWN))
SEP = (("sep_conv_3x3", 0), ("sep_conv_3x3", 1)) * 4


def with_normal(*inputs):
    return architecture_of(Genotype(inputs, SEP))


def test_they_are_sampled_written_read_and_edited():
    assert SPACE.size == (180 * 4**8) ** 2
    for a in SPACE.sample(0, 100):
        assert SPACE.parse(str(a)) == a == SPACE.decode(SPACE.encode(a))
        assert architecture_of(genotype_of(a)) == a
        assert a in SPACE
    near = SPACE.neighbors(a)
    assert len(set(near)) == len(near) == 2 * (8 * 3 + 2 * (0 + 1 + 2 + 3))
    assert SPACE.mutate(a, 1) in near
    assert "('gate-2', " in str(a)
    assert a not in DartsSpace()
    assert pickle.loads(pickle.dumps(SPACE)) == SPACE


def test_what_it_computes_is_not_known_to_be_the_same():
    """Two of them on the same may differ in their weights, as two pools cannot."""
    rest = (("gate-2", 0), ("gate-2", 1)) * 2

    def alike(word):
        pair = ((word, 0), (word, 1))
        return [with_normal(*pair, *pair, *rest[:2], ("gate-2", 0), ("gate-2", v)) for v in (2, 3)]

    first, second = alike("gate-2")
    assert first.canonical == second.canonical  # vertices 2 and 3 may change places
    once = with_normal(*rest[:2], ("gate-2", 0), ("gate-2", 2), *rest)
    other = with_normal(*rest[:2], ("max_pool_3x3", 0), ("gate-2", 2), *rest)
    assert once.canonical != other.canonical


def test_distances_see_them():
    members = SPACE.sample(3, 6)
    for distance in (HammingDistance(), WeisfeilerLehmanDistance()):
        found = distance.matrix(members, members)
        assert np.allclose(found, found.T)
        assert (found[~np.eye(6, dtype=bool)] > 0).all()
    a, b = SPACE.parse(str(members[0])), members[0]
    changed = str(a).replace("('gate-2', 0)", "('max_pool_3x3', 0)", 1)
    assert changed != str(a)
    assert HammingDistance().distance(SPACE.parse(changed), b) > 0


def test_a_study_remembers_what_builds_them():
    told = SPACE.fingerprint()
    assert told["operations"] == "none, skip_connect, max_pool_3x3, gate-2"
    assert list(told) == ["operations", "operation gate-2"]
    strided = DartsSpace(("none", Operation("gate-2", gate, lambda channels: None)))
    assert [*strided.fingerprint()] == [*told, "operation gate-2 strided"]
    assert DartsSpace().fingerprint() == {}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("sep_conv_3x3", "given by its name alone"),
        ("concat", "other names than"),
        ("reduce", "got reduce"),
        ("gate-2", "got gate-2 twice"),
    ],
)
def test_a_name_that_is_taken_is_refused(name, said):
    with pytest.raises(SettingError, match=said):
        DartsSpace((OWN, "none", Operation(name, gate)))


def test_what_builds_in_steps_of_two_pixels_must_be_callable():
    with pytest.raises(SettingError, match="a function from the number of channels"):
        Operation("gate", gate, 2)


@pytest.mark.parametrize("name", ["gate", "gate-2:reduce", "gate-2 ", "__import__"])
def test_other_names_are_not_read(name):
    text = str(with_normal(*itertools.chain(*[(("skip_connect", 0), ("gate-2", 1))] * 4)))
    with pytest.raises(ArchitectureError, match="unknown operation"):
        SPACE.parse(text.replace("gate-2", name))
