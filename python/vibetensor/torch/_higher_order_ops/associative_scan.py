"""Scans by a function of two values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vibetensor import _C
from vibetensor.torch.utils._pytree import tree_flatten, tree_unflatten

__all__ = ["associative_scan"]

ops: Any = _C.ops


def associative_scan(
    combine_fn: Callable[[Any, Any], Any], xs: Any, dim: int, reverse: bool = False, combine_mode: str = "pointwise"
) -> Any:
    """x0, combine_fn(x0, x1), combine_fn(that, x2), ... along `dim`; with `reverse` from the end.

    xs: a tensor, or containers of tensors of one length along `dim`; combine_fn takes and returns two such, and is
    associative. combine_mode: "pointwise" calls it with all of a tensor at once, log2(length) times; "generic", whose
    function may be any, with what one place along `dim` has (without that dimension), once for each.
    """
    leaves, spec = tree_flatten(xs)
    if not callable(combine_fn):
        raise ValueError(f"Combine_fn must be a callable, but got {combine_fn}")
    if combine_mode not in ("pointwise", "generic"):
        raise ValueError(f"Combine_mode must either 'pointwise' or 'generic', but got {combine_mode}")
    if not leaves or not all(isinstance(x, _C.Tensor) for x in leaves):
        raise ValueError("associative_scan: expected at least one tensor, and tensors only")
    dim = dim + leaves[0].dim() if dim < 0 else dim
    if not all(0 <= dim < x.dim() and x.shape[dim] == leaves[0].shape[dim] > 0 for x in leaves):
        raise ValueError(f"associative_scan: all tensors must have the same length along dim {dim}, at least 1")
    length = leaves[0].shape[dim]
    if reverse:
        leaves = [x.flip(dim) for x in leaves]

    def combined(a: list[Any], b: list[Any]) -> list[Any]:
        found, shape = tree_flatten(combine_fn(tree_unflatten(a, spec), tree_unflatten(b, spec)))
        if shape != spec or any(f.shape != x.shape for f, x in zip(found, b, strict=True)):
            raise RuntimeError("associative_scan: combine_fn must return what it takes, in structure and shapes")
        return list(found)

    if combine_mode == "generic":
        places = [[x.select(dim, 0) for x in leaves]]
        for i in range(1, length):
            places.append(combined(places[-1], [x.select(dim, i) for x in leaves]))
        leaves = [ops.stack([place[k] for place in places], dim) for k in range(len(leaves))]
    else:
        step = 1  # each place has combined so many up to itself
        while step < length:
            before = [x.narrow(dim, 0, length - step) for x in leaves]
            after = combined(before, [x.narrow(dim, step, length - step) for x in leaves])
            leaves = [ops.cat([x.narrow(dim, 0, step), a], dim) for x, a in zip(leaves, after, strict=True)]
            step *= 2
    if reverse:
        leaves = [x.flip(dim) for x in leaves]
    return tree_unflatten(leaves, spec)
