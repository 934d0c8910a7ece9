"""The tables as arrays.

Of cells that compute the same, those of CIFAR-10 and -100 were each trained and may all be chosen;
of the others one of each.

Notation
    m          number of architectures of a table
"""

from collections import Counter

import numpy as np
import pandas as pd
from scipy import sparse

import nbnas as nb
from nbnas.benchmarks.shipped import digits
from nbnas.graphs.architecture import LINK, Architecture
from nbnas.graphs.encoding import encode_all
from nbnas.graphs.features import operation_graph, weisfeiler_lehman
from nbnas.search.candidates import key


class Table:
    """What a table knows, as arrays; `y (m,)` in percent."""

    def __init__(self, folder, name):
        graph = name in ("cora", "pubmed")
        architectures, self.y, isomorphic = (
            read_graph(folder, name) if graph else read(folder, name)
        )
        self.m, self.best = len(self.y), self.y.max()
        most = max(len(a.nodes) for a in architectures)
        self.codes = np.asfortranarray(encode_all(architectures, most))
        self.features = [unit(weisfeiler_lehman(architectures, h, {})) for h in (0, 1, 2)]
        self.features.append(unit(of_inputs(architectures)))
        self.same = numbered(key(a, allow_isomorphic=isomorphic) for a in architectures)
        self.functions = numbered(key(a, allow_isomorphic=False) for a in architectures)
        self.drawn = np.unique(self.same, return_index=True)[1]
        self.places = {str(a): i for i, a in enumerate(architectures)}
        self.isomorphic, self.graph = isomorphic, graph

    def first(self, seed):
        """The ten random ones that a search with this seed begins with."""
        if self.graph:
            return np.random.default_rng(seed).permutation(self.m)[:10].tolist()
        random = nb.RandomSearch(allow_isomorphic=self.isomorphic)
        search = nb.Search(nb.CellSpace(), lambda a, seed: 0.5, random, seed=seed)
        return [self.places[str(a)] for a in search.run(10).observations.architectures]

    def row(self, i, parts=(0, 1, 2)):
        """Similarities `(3, m)`, by some features, and distances `(m,)` of all to one."""
        features = [self.features[part] for part in parts]
        similar = [f @ f[[i]].toarray()[0] for f in features]
        return np.array(similar, np.float32), (self.codes != self.codes[i]).sum(axis=1)


def read(folder, name):
    cells = tuple(nb.CellSpace())
    if name == "digits":
        table = digits()
        return cells, np.array([100 * table(a).value for a in cells]), False
    frame = pd.read_csv(folder / "nb201_cifar.csv.gz").set_index("arch_str")
    return cells, frame.loc[[str(a) for a in cells], f"{name}_valid_200"].to_numpy(), True


def read_graph(folder, name):
    frame = pd.read_csv(folder / "nasbench_graph_cora_pubmed.csv.gz")
    found = []
    for links, operations in zip(frame["links"], frame["ops"], strict=True):
        sources = [int(source) for source in links.split("|")]
        ends = [(i, 5, LINK) for i in range(1, 5) if i not in sources]
        edges = sorted([*((s, i, LINK) for i, s in enumerate(sources, 1)), *ends])
        nodes = ("input", *operations.split("|"), "output")
        found.append(Architecture(nodes, tuple(edges), f"{links};{operations}"))
    return tuple(found), frame[f"{name}_valid"].to_numpy(), True


def numbered(keys):
    """Equal numbers for equal keys `(m,)`."""
    numbers = {}
    return np.array([numbers.setdefault(k, len(numbers)) for k in keys])


def of_inputs(architectures):
    """How often there is an operation that reads the results of such operations."""
    found = []
    for graph in map(operation_graph, architectures):
        read = [",".join(sorted(graph.labels[u] for u in by)) for by in graph.sources]
        found.append(Counter(zip(graph.labels, read, strict=True)))
    columns = {label: i for i, label in enumerate(sorted(set().union(*found)))}
    starts = np.cumsum([0, *map(len, found)])
    counts = np.array([n for one in found for n in one.values()], float)
    places = [columns[label] for one in found for label in one]
    return sparse.csr_array((counts, places, starts), shape=(len(found), len(columns)))


def unit(features):
    squares = np.asarray(features.multiply(features).sum(axis=1), float)
    return sparse.csr_array(sparse.diags_array(1 / np.sqrt(squares)) @ features)
