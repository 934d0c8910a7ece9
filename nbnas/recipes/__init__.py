"""Settings of a `Trainer` that go together, each with a sentence on when to use it."""

from nbnas.recipes.known import known, nas_bench_201, quick, strong
from nbnas.recipes.named import NamedRecipe, Setting

__all__ = ["NamedRecipe", "Setting", "known", "nas_bench_201", "quick", "strong"]
