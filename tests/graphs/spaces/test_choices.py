"""Spaces as rows of choices: what is encoded is decoded again, and faults are named."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbnas.errors import ArchitectureError, SettingError
from nbnas.graphs.spaces.cell import EDGES, OPERATIONS, CellSpace
from nbnas.graphs.spaces.chain.space import ChainSpace
from nbnas.graphs.spaces.choice.space import ChoiceSpace
from nbnas.graphs.spaces.choices import CategoricalSpace, categorical, chosen, decisive
from nbnas.graphs.spaces.cnn.space import CnnSpace
from nbnas.graphs.spaces.dag.space import DagSpace
from nbnas.graphs.spaces.darts.space import DartsSpace
from nbnas.graphs.spaces.recurrent.space import RecurrentSpace

SPACES = (
    CellSpace(),
    DagSpace(),
    DagSpace(max_vertices=2),
    DagSpace(max_vertices=5, max_edges=6),
    ChainSpace(depth=6),
    ChainSpace(depth=(1, 7), image_size=4),
    ChoiceSpace(width=(16, 32, 64), activation=("relu", "gelu")),
    DartsSpace(),
    DartsSpace(("none", "skip_connect")),
)


def rows(choices):
    return itertools.product(*(range(len(options)) for options in choices))


@pytest.mark.parametrize("space", SPACES, ids=repr)
@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_what_is_encoded_is_decoded_again(space, seed):
    assert isinstance(space, CategoricalSpace)
    (member,) = space.sample(seed, 1)
    for one in (member, space.mutate(member, seed)):
        row = space.encode(one)
        assert space.decode(row) == one
        assert all(0 <= i < len(o) for i, o in zip(row, space.choices, strict=True))


@pytest.mark.parametrize("space", SPACES, ids=repr)
def test_options_of_a_choice_have_names_of_their_own(space):
    assert all(len(set(options)) == len(options) for options in space.choices)
    assert categorical(space) is space


def test_rows_of_a_cell_are_the_cells():
    space = CellSpace()
    assert [space.decode(row) for row in rows(space.choices)] == list(space)
    for cell in space.sample(0, 20):
        operations = {(u, v): x for u, v, x in cell.edges}
        row = space.encode(cell)
        assert [OPERATIONS[i] for i in row] == [operations[edge] for edge in EDGES]


@pytest.mark.parametrize(
    "space",
    [DagSpace(max_vertices=4), DagSpace(max_vertices=4, max_edges=4), ChainSpace(depth=(1, 3))],
    ids=repr,
)
def test_rows_lead_to_every_architecture_and_to_no_other(space):
    found = set()
    for row in rows(space.choices):
        try:
            found.add(space.decode(row).canonical)
        except ArchitectureError:
            continue
    assert found == {a.canonical for a in space}


def test_a_row_of_a_dag_is_its_matrix():
    space = DagSpace(max_vertices=5)
    cell = space.parse("conv1x1-bn-relu,maxpool3x3|0-1,0-2,1-3,2-3")
    matrix = np.zeros((5, 5), dtype=int)
    matrix[[0, 0, 1, 2], [1, 2, 4, 4]] = 1  # the output keeps the last place, vertex 3 is unused
    upper = matrix[np.triu_indices(5, 1)].tolist()
    assert space.encode(cell) == (*upper, 1, 2, 0)
    matrix[0, 3] = 1  # nobody reads vertex 3
    assert space.decode((*matrix[np.triu_indices(5, 1)].tolist(), 1, 2, 1)) == cell


def test_a_choice_that_makes_no_difference_is_not_decisive():
    space = DagSpace(max_vertices=4)
    cell = space.parse("maxpool3x3|0-1,0-2,1-2")
    # Edges 0-1, 0-2, 0-3, 1-2, 1-3, 2-3: vertex 2 is missing, and so is all that touches it.
    assert space.encode(cell) == (1, 0, 1, 0, 1, 0, 2, 0)
    assert decisive(space, cell) == (1, None, 1, None, 1, None, 2, None)


@pytest.mark.parametrize("space", SPACES, ids=repr)
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_choice_is_decisive_exactly_if_another_option_changes_something(space, seed):
    (member,) = space.sample(seed, 1)
    row = space.encode(member)
    for place, decided in enumerate(decisive(space, member)):
        given_away = set()
        for option in range(len(space.choices[place])):
            try:
                given_away.add(space.decode((*row[:place], option, *row[place + 1 :])))
            except ArchitectureError:
                given_away.add(None)
        assert decided == (None if given_away == {member} else row[place])


def test_all_choices_of_a_cell_are_decisive():
    space = CellSpace()
    assert all(decisive(space, a) == space.encode(a) for a in space.sample(0, 50))


def test_absent_layers_may_stand_anywhere():
    space = ChainSpace(depth=(1, 3))
    assert space.choices[0] == ("conv3x3", "conv5x5", "pool", "relu", "dense")
    assert space.choices[1] == space.choices[2] == (*space.choices[0], "none")
    assert str(space.decode((3, 5, 0))) == "relu-conv3x3"
    assert space.encode(space.parse("relu-conv3x3")) == (3, 0, 5)


@pytest.mark.parametrize(
    ("space", "row", "message"),
    [
        (CellSpace(), (0, 0, 0, 0, 0), "expected 6 whole numbers"),
        (CellSpace(), (0, 0, 0, 0, 0, 5), r"got \(0, 0, 0, 0, 0, 5\)"),
        (CellSpace(), (0, 0, 0, 0, 0, -1), "from 0"),
        (DartsSpace(), (0,) * 21, "expected 22 whole numbers"),
        (ChainSpace(depth=2), (4, 0), "layer 2: expected one of relu, dense, got 'conv3x3'"),
        (DagSpace(max_vertices=3), (1, 0, 0, 0), "expected a path"),
        (DagSpace(max_vertices=3, max_edges=2), (1, 1, 1, 0), "at most 3 vertices and 2 edges"),
    ],
)
def test_a_row_that_gives_nothing_says_why(space, row, message):
    with pytest.raises(ArchitectureError, match=message):
        space.decode(row)


@pytest.mark.parametrize("space", [CellSpace(), DagSpace(), ChainSpace(), DartsSpace()], ids=repr)
def test_only_members_are_encoded(space):
    stranger = RecurrentSpace().sample(0, 1)[0]
    with pytest.raises(ArchitectureError, match=r"expected a [cg]"):
        space.encode(stranger)


@pytest.mark.parametrize("space", [CnnSpace(), RecurrentSpace()], ids=repr)
def test_a_space_without_choices_is_refused(space):
    with pytest.raises(SettingError, match=r"such as CellSpace.*got (Cnn|Recurrent)Space"):
        categorical(space)


def test_a_part_of_a_space_has_the_choices_of_the_whole():
    class Part:
        space = CellSpace()

    assert categorical(Part()) == CellSpace()


def test_no_choice_is_no_name():
    assert chosen((), ()) == ()
