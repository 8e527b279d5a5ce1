"""Which of a module's layers are cut, and how."""

from __future__ import annotations

import warnings
from fnmatch import fnmatch
from typing import Any

from vibetensor.torch.distributed.device_mesh import DeviceMesh
from vibetensor.torch.distributed.tensor.dtensor import chosen
from vibetensor.torch.distributed.tensor.parallel.style import ParallelStyle


def parallelize_module(
    module: Any,
    device_mesh: DeviceMesh | None = None,
    parallelize_plan: ParallelStyle | dict[str, ParallelStyle] | None = None,
    *,
    src_data_rank: int | None = 0,
) -> Any:
    """`module`, with the layers that the plan names cut over a mesh of one dimension.

    parallelize_plan: a style for the module itself, or for submodules by their names, of which each part between dots may
    be a pattern ("layers.*.w1"). src_data_rank: whose parameters all get; None takes every process's own.
    """
    mesh = chosen(device_mesh)
    if mesh.ndim != 1:
        raise ValueError(f"parallelize_module: expected a mesh of one dimension, got {mesh}; slice it")
    if parallelize_plan is None:
        warnings.warn(
            "No parallelize_plan is provided and auto-parallel is not supported; nothing is done", stacklevel=2
        )
        return module
    if isinstance(parallelize_plan, ParallelStyle):
        parallelize_plan.src_data_rank = src_data_rank
        return parallelize_plan._apply(module, mesh)
    if not isinstance(parallelize_plan, dict):
        raise TypeError(
            f"Expect Union[ParallelStyle, Dict[str, ParallelStyle]] for parallelize_plan, got {parallelize_plan!r}"
        )
    for path, style in parallelize_plan.items():
        style.src_data_rank = src_data_rank
        found = submodules(module, path)
        if not found:
            warnings.warn(f"Parallelize plan key '{path}' could not be resolved: no submodule matches", stacklevel=2)
        for owner, name, part in found:
            made = style._apply(part, mesh)
            if owner is not None and made is not part:
                owner.register_module(name, made)
    return module


def submodules(module: Any, path: str) -> list[tuple[Any, str, Any]]:
    """(owner, name, submodule) for each submodule whose name matches `path`; the module itself for ""."""
    found: list[tuple[Any, str, Any]] = [(None, "", module)]
    for pattern in path.split(".") if path else []:
        found = [
            (owner, name, child)
            for _, _, owner in found
            for name, child in owner.named_children()
            if fnmatch(name, pattern)
        ]
    return found
