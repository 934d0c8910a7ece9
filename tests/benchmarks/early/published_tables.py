"""The tables as arrays.

Of cells that compute the same, those of CIFAR-10 and -100 were each trained and may all be chosen;
of the others one of each.

Notation
    m          number of architectures of a table
"""

import numpy as np
import pandas as pd
from scipy import sparse

import nbnas as nb
from nbnas.benchmarks.shipped import digits
from nbnas.graphs.architecture import LINK, Architecture
from nbnas.graphs.encoding import encode_all
from nbnas.graphs.features import weisfeiler_lehman
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
        numbers = {}
        keys = [key(a, allow_isomorphic=isomorphic) for a in architectures]
        self.same = np.array([numbers.setdefault(k, len(numbers)) for k in keys])
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

    def row(self, i):
        """Similarities `(3, m)` and distances `(m,)` of all to one."""
        similar = [f @ f[[i]].toarray()[0] for f in self.features]
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


def unit(features):
    squares = np.asarray(features.multiply(features).sum(axis=1), float)
    return sparse.csr_array(sparse.diags_array(1 / np.sqrt(squares)) @ features)
