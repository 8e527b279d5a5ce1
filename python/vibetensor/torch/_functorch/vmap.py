"""vmap: a function of one example as a function of a batch of them."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from vibetensor import _C
from vibetensor.torch._C import _functorch
from vibetensor.torch.utils import _pytree as pytree

Tensor: Any = _C.Tensor
RANDOMNESS = ("error", "different", "same")


def name_of(func: Any) -> str:
    return getattr(func, "__name__", None) or repr(func)


def spread(dims: Any, tree: Any, fits: Callable[[Any], bool]) -> list[Any] | None:
    """A dim for each leaf of `tree`, where dims is one dim or like the tree down to some depth; None if it is not."""
    if fits(dims):
        return [dims] * len(pytree.tree_leaves(tree))
    if pytree.tree_is_leaf(tree) or pytree.tree_is_leaf(dims):
        return None
    if isinstance(tree, dict):
        if not isinstance(dims, dict) or dims.keys() != tree.keys():
            return None
        pairs = [(dims[key], tree[key]) for key in tree]
    elif isinstance(tree, (list, tuple)):
        if not isinstance(dims, (list, tuple)) or type(dims) is not type(tree) or len(dims) != len(tree):
            return None
        pairs = list(zip(dims, tree, strict=True))
    else:
        return None
    found: list[Any] = []
    for dim, part in pairs:
        below = spread(dim, part, fits)
        if below is None:
            return None
        found += below
    return found


def is_dim(value: Any) -> bool:
    return value is None or (isinstance(value, int) and not isinstance(value, bool))


class Mapped(NamedTuple):
    """The arguments of a call, and along which dim each is mapped over."""

    leaves: list[Any]
    dims: list[int | None]
    spec: Any
    size: int


def mapped_arguments(func: Any, in_dims: Any, args: tuple[Any, ...]) -> Mapped:
    where = f"vmap({name_of(func)}, in_dims={in_dims}, ...)(<inputs>)"
    if not isinstance(in_dims, (int, tuple, list)) or isinstance(in_dims, bool):
        raise ValueError(
            f"{where}: expected `in_dims` to be int or a (potentially nested) tuple matching the structure of inputs, "
            f"got: {type(in_dims)}."
        )
    if not args:
        raise ValueError(
            f"{where}: got no inputs. Maybe you forgot to add inputs, or you are trying to vmap over a function with no "
            "inputs. The latter is unsupported."
        )
    dims_of_args = tuple(in_dims) if isinstance(in_dims, list) else in_dims
    leaves, spec = pytree.tree_flatten(args)
    dims = spread(dims_of_args, args, is_dim)
    if dims is None:
        raise ValueError(
            f"{where}: in_dims is not compatible with the structure of `inputs`. in_dims has structure "
            f"{pytree.tree_structure(in_dims)} but inputs has structure {spec}."
        )
    sizes = []
    for i, (leaf, dim) in enumerate(zip(leaves, dims, strict=True)):
        if dim is None:
            continue
        if not isinstance(leaf, Tensor):
            raise ValueError(
                f"{where}: Got in_dim={dim} for an input but the input is of type {type(leaf)}. We cannot vmap over "
                "non-Tensor arguments, please use None as the respective in_dim"
            )
        if dim < -leaf.dim() or dim >= leaf.dim():
            raise ValueError(
                f"{where}: Got in_dim={dim} for some input, but that input is a Tensor of dimensionality {leaf.dim()} "
                f"so expected in_dim to satisfy -{leaf.dim()} <= in_dim < {leaf.dim()}."
            )
        dims[i] = dim % leaf.dim()
        sizes.append(leaf.shape[dim])
    if not sizes:
        raise ValueError(f"{where}: at least one input must be mapped over, all of in_dims are None")
    if any(size != sizes[0] for size in sizes):
        raise ValueError(
            f"vmap: Expected all tensors to have the same size in the mapped dimension, got sizes {sizes} for the mapped "
            "dimension"
        )
    return Mapped(leaves, dims, spec, sizes[0])


class VmapInfo(NamedTuple):
    """What a rule of torch.library.register_vmap is told of the vmap that it runs in."""

    batch_size: int
    randomness: str


class Running(threading.local):
    """The vmaps that this thread is in, outermost first."""

    def __init__(self) -> None:
        self.infos: list[VmapInfo] = []


running = Running()


@contextmanager
def vmap_level(size: int, randomness: str) -> Iterator[None]:
    level = _C.push_vmap(size, randomness)
    running.infos.append(VmapInfo(size, randomness))
    try:
        yield
    finally:
        running.infos.pop()
        _C.pop_transform(level)


def is_mapped(leaf: Any) -> bool:
    """Whether it is a tensor with a value for each example of the innermost vmap."""
    return isinstance(leaf, Tensor) and bool(_C.is_batched_here(leaf))


def call_rule(rule: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What `rule(info, in_dims, *args, **kwargs)` makes of all examples at once, as values of the innermost vmap.

    It gets whole tensors, the examples along dim 0, and gives the results and along which dim theirs lie.
    """
    (leaves, spec), (named, named_spec) = pytree.tree_flatten(args), pytree.tree_flatten(kwargs)
    whole = [_C.unwrap_batch(leaf, 0) if is_mapped(leaf) else leaf for leaf in leaves]
    named = [_C.unwrap_batch(leaf, 0) if is_mapped(leaf) else leaf for leaf in named]
    dims = pytree.tree_unflatten([0 if is_mapped(leaf) else None for leaf in leaves], spec)
    found = rule(
        running.infos[-1], dims, *pytree.tree_unflatten(whole, spec), **pytree.tree_unflatten(named, named_spec)
    )
    if not isinstance(found, tuple) or len(found) != 2:
        raise RuntimeError(f"register_vmap: expected the rule to return (output, out_dims), got {type(found).__name__}")
    results, out_spec = pytree.tree_flatten(found[0])
    out_dims = spread(found[1], found[0], is_dim)
    if out_dims is None:
        raise RuntimeError(f"register_vmap: out_dims {found[1]} do not fit the structure of the output {out_spec}")
    size = running.infos[-1].batch_size
    for r, dim in zip(results, out_dims, strict=True):
        if dim is not None and not (isinstance(r, _C.Tensor) and -r.dim() <= dim < r.dim() and r.shape[dim] == size):
            got = tuple(r.shape) if isinstance(r, _C.Tensor) else type(r).__name__
            raise RuntimeError(
                f"register_vmap: expected {size} examples along dim {dim} of an output of the rule, got {got}"
            )
    wrapped = [r if dim is None else _C.wrap_batch(r, dim) for r, dim in zip(results, out_dims, strict=True)]
    return pytree.tree_unflatten(wrapped, out_spec)


def unwrapped(func: Any, result: Any, out_dims: Any) -> tuple[list[Any], Any]:
    """Every example of what the function gave: leaves and structure."""
    leaves, spec = pytree.tree_flatten(result)
    where = f"vmap({name_of(func)}, ...)"
    dims = spread(out_dims, result, is_dim)
    if dims is None and isinstance(out_dims, tuple) and len(leaves) == len(out_dims) == 1:
        dims = list(out_dims)  # of one result, not in a tuple
    if dims is None:
        raise ValueError(
            f"{where}: out_dims is not compatible with the structure of `outputs`. out_dims has structure "
            f"{pytree.tree_structure(out_dims)} but outputs has structure {spec}."
        )
    results = []
    for leaf, dim in zip(leaves, dims, strict=True):
        results.append(_maybe_remove_batch_dim(name_of(func), leaf, 0, 0, dim))
    return results, spec


def _maybe_remove_batch_dim(name: str, batched_output: Any, vmap_level: int, batch_size: int, out_dim: Any) -> Any:
    """What a function called `name` gave, with the examples of the vmap that is running along `out_dim`.

    Without a dim what it is; the level and the size are those of the vmap. Containers of libraries do it themselves.
    """
    where = f"vmap({name}, ...)"
    if out_dim is None:
        if isinstance(batched_output, Tensor) and _C.is_batched_here(batched_output):
            raise ValueError(f"{where}: `{name}` can not return a BatchedTensor when out_dim is None")
        return batched_output
    if hasattr(batched_output, "_remove_batch_dim"):
        return batched_output._remove_batch_dim(vmap_level, batch_size, out_dim)
    if not isinstance(batched_output, Tensor):
        raise ValueError(
            f"{where}: `{name}` must only return Tensors, got type {type(batched_output)}. Did you mean to set out_dims= to "
            "None for output?"
        )
    return _C.unwrap_batch(batched_output, out_dim)


def run_mapped(func: Any, mapped: Mapped, out_dims: Any, randomness: str, kwargs: dict[str, Any]) -> tuple[Any, Any]:
    with vmap_level(mapped.size, randomness):
        leaves = [
            leaf if dim is None else _C.wrap_batch(leaf, dim)
            for leaf, dim in zip(mapped.leaves, mapped.dims, strict=True)
        ]
        return unwrapped(func, func(*pytree.tree_unflatten(leaves, mapped.spec), **kwargs), out_dims)


def run_in_chunks(
    func: Any, mapped: Mapped, out_dims: Any, randomness: str, chunk_size: int, kwargs: dict[str, Any]
) -> tuple[Any, Any]:
    parts: list[list[Any]] = []
    spec: Any = None
    dims: list[Any] = []
    for start in range(0, mapped.size, chunk_size):
        length = min(chunk_size, mapped.size - start)
        leaves = [
            leaf if dim is None else leaf.narrow(dim, start, length)
            for leaf, dim in zip(mapped.leaves, mapped.dims, strict=True)
        ]
        results, spec = run_mapped(func, Mapped(leaves, mapped.dims, mapped.spec, length), out_dims, randomness, kwargs)
        dims = spread(out_dims, pytree.tree_unflatten(results, spec), is_dim) or list(out_dims)
        parts.append(results)
    joined = [
        part[0] if dim is None else _C.ops.cat(list(part), dim)
        for part, dim in zip(zip(*parts, strict=True), dims, strict=True)
    ]
    return joined, spec


def check_randomness(randomness: str) -> None:
    if randomness not in RANDOMNESS:
        raise RuntimeError(f"Only allowed values for randomness are 'error', 'different', or 'same'. Got {randomness}")


def vmap_impl(
    func: Any,
    in_dims: Any,
    out_dims: Any,
    randomness: str,
    chunk_size: int | None,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    check_randomness(randomness)
    mapped = mapped_arguments(func, in_dims, args)
    if chunk_size is not None and mapped.size > chunk_size:
        leaves, spec = run_in_chunks(func, mapped, out_dims, randomness, chunk_size, kwargs)
    else:
        leaves, spec = run_mapped(func, mapped, out_dims, randomness, kwargs)
    return pytree.tree_unflatten(leaves, spec)


def vmap(
    func: Callable[..., Any],
    in_dims: Any = 0,
    out_dims: Any = 0,
    randomness: str = "error",
    *,
    chunk_size: int | None = None,
) -> Callable[..., Any]:
    """func over every example of a batch: a function of the batch, which runs each op once for all examples.

    in_dims: along which dim of each argument the examples lie, None where all get the same; one dim, or nested as the
    arguments are. What is passed by keyword all get. out_dims: where they lie in the results. randomness: what drawing at
    random means: "error" raises RuntimeError, "different" draws for each example, "same" once for all. chunk_size: at
    most so many examples at once. ValueError for arguments that do not fit; RuntimeError for what cannot differ from
    example to example, such as the condition of an `if`.

    >>> import vibetensor.torch as torch
    >>> torch.vmap(torch.dot)(torch.ones(2, 3), torch.ones(2, 3)).tolist()
    [3.0, 3.0]
    """
    check_randomness(randomness)
    if chunk_size is not None and chunk_size <= 0:
        raise ValueError(f"vmap: chunk_size should be None or greater than 0. (got {chunk_size})")

    @functools.wraps(func)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        return vmap_impl(func, in_dims, out_dims, randomness, chunk_size, args, kwargs)

    return wrapped


# names that tensordict imports from here
_add_batch_dim, _get_name = _functorch._add_batch_dim, name_of
tree_flatten, tree_unflatten = pytree.tree_flatten, pytree.tree_unflatten


def _broadcast_to_and_flatten(tree: Any, treespec: Any) -> list[Any] | None:
    """The leaves of `tree`, one leaf of which may stand for a whole part of `treespec`; None where they do not fit."""
    return spread(tree, pytree.tree_unflatten([0] * treespec.num_leaves, treespec), is_dim)
