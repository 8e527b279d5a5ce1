"""A deep-learning runtime with PyTorch's API and its own core for CPU and CUDA.

`import vibetensor.torch as torch` is where PyTorch scripts start; `python -m vibetensor.run script.py` runs one unedited.
"""

from typing import Any

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name == "graph_step":
        from vibetensor.graphs import graph_step

        return graph_step
    if name in ("cubin", "debug", "triton"):
        from importlib import import_module

        return import_module(f"vibetensor.{name}")
    if name in ("load_plugin", "include_path"):
        from importlib import import_module

        return getattr(import_module("vibetensor.plugins"), name)
    if name in ("save_run", "load_run"):
        from vibetensor import resume

        return getattr(resume, name)
    if name == "enable_torch":
        from vibetensor.as_torch import enable_torch

        return enable_torch
    raise AttributeError(f"module 'vibetensor' has no attribute {name!r}")
