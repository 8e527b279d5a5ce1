"""A deep-learning runtime with PyTorch's API and its own core for CPU and CUDA.

`import vibetensor.torch as torch` is where PyTorch scripts start.
"""

from typing import Any

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name == "graph_step":
        from vibetensor.graphs import graph_step

        return graph_step
    raise AttributeError(f"module 'vibetensor' has no attribute {name!r}")
