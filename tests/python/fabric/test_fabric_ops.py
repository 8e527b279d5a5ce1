"""Every sample row of the registry on meshes of two and three members gives what it gives on one device: values,
gradients, and what is written in place, with its tensors replicated and sharded along each dim."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import vibetensor.torch as torch
from compare import theirs_of
from op_checks import Arguments, compare, flatten, our_function, seed_both
from samples import Call, Sample, all_samples
from test_ops import (
    compare_gradients,
    cotangents,
    gradient_dtype,
    has_inplace,
    in_place_form,
    run_grad,
    weighted_sum_ours,
)
from vibetensor import _C, fabric

MESHES = {n: fabric.Mesh(["cpu"] * n) for n in (2, 3)}
REPLICATED = -1


def takes_sparse(sample: Sample) -> bool:
    given = [v for call in sample.calls for v in flatten([*call.args, *call.kwargs.values()])]
    return any(str(getattr(v, "layout", torch.strided)) != "torch.strided" for v in given)


def is_about_memory(sample: Sample) -> bool:
    """Ops on memory itself, which a Fabric tensor has none of, and those that place tensors, which test_ops has."""
    return sample.op in ("resize_", "resize_as_", "set_") or sample.op.startswith("_fabric_")


SAMPLES = [s for s in all_samples() if not takes_sparse(s) and not is_about_memory(s)]
NAMED = [f"{s.op}-{sum(t.op == s.op for t in SAMPLES[:i])}" for i, s in enumerate(SAMPLES)]


def tensors_of(given: Any) -> list[Any]:
    return [t for t in flatten(given) if isinstance(t, _C.Tensor)]


def on_mesh(value: Any, mesh: fabric.Mesh, dim: int) -> Any:
    """A structure with its tensors sharded along `dim`, where they have it, else replicated."""
    if isinstance(value, _C.Tensor):
        has_dim = dim != REPLICATED and dim < value.dim()
        placed = fabric.shard(value.detach(), mesh, dim) if has_dim else fabric.replicate(value.detach(), mesh)
        return placed.requires_grad_(value.requires_grad)
    if isinstance(value, (list, tuple)):
        return type(value)(on_mesh(v, mesh, dim) for v in value)
    return value


def whole(value: Any) -> Any:
    """A structure with its tensors gathered, without history."""
    if isinstance(value, _C.Tensor):
        return fabric.gather(value.detach())
    if isinstance(value, (list, tuple)):
        return [whole(v) for v in value]
    return value


def placings(args: Any, members: int) -> Iterator[int]:
    """Replicas are the same for any number of members."""
    most = max((t.dim() for t in tensors_of(args)), default=0)
    yield from range(REPLICATED if members == 2 or most == 0 else 0, most)


def dtype_of(sample: Sample) -> str:
    return next((d for d in ("float64", "complex128", "float32") if d in sample.dtypes), sample.dtypes[0])


def outcome(function: Any, args: Any, kwargs: Any) -> Any:
    seed_both()
    try:
        return function(*args, **kwargs)
    except (RuntimeError, TypeError, ValueError, IndexError) as error:
        return error


def leaves_of(args: Any, kwargs: Any) -> list[Any]:
    return [t for t in tensors_of([args, list(kwargs.values())]) if t.requires_grad]


def differentiable(result: Any) -> list[Any]:
    return [r for r in tensors_of(result) if r.requires_grad and (r.is_floating_point() or r.is_complex())]


def gradients(result: Any, leaves: list[Any]) -> list[Any]:
    results = differentiable(result)
    weights = cotangents([theirs_of(r) for r in results])
    return run_grad(weighted_sum_ours(results, weights), leaves, False)


def check_call(sample: Sample, call: Call, function: Any, mesh: fabric.Mesh, grad: bool, writes: bool) -> int:
    """How many values and gradients were compared."""
    dtype = gradient_dtype(sample) if grad else dtype_of(sample)
    compared = 0

    plain = Arguments(call, dtype, grad=grad).ours
    for dim in placings([plain[0], list(plain[1].values())], len(mesh)):
        what = f"{sample.op}({call}) of {'replicas' if dim == REPLICATED else f'shards of dim {dim}'} on {len(mesh)}"
        args, kwargs = Arguments(call, dtype, grad=grad).ours
        placed = [on_mesh(a, mesh, dim) for a in args], {k: on_mesh(v, mesh, dim) for k, v in kwargs.items()}
        if not tensors_of([placed[0], list(placed[1].values())]):
            continue
        leaves, placed_leaves = leaves_of(args, kwargs), leaves_of(*placed)
        if writes and leaves and isinstance(args[0], _C.Tensor):
            args, placed = (
                [_C.ops.mul(args[0], 1), *args[1:]],
                ([_C.ops.mul(placed[0][0], 1), *placed[0][1:]], placed[1]),
            )
        wanted = outcome(function, args, kwargs)
        if isinstance(wanted, Exception):
            continue
        found = outcome(function, *placed)
        if isinstance(found, Exception):
            raise AssertionError(f"{what}: {found!r}") from found
        compared += compare(sample, whole(found), whole(wanted), what, scale=1e6 if dtype == "float32" else 1.0)
        compare(sample, *(tensors_of(whole(list(a))) for a in (placed[0], args)), f"arguments of {what} afterwards")
        if leaves and differentiable(wanted):
            compared += compare_gradients(
                [g if g is None else fabric.gather(g) for g in gradients(found, placed_leaves)],
                [g if g is None else theirs_of(g) for g in gradients(wanted, leaves)],
                f"gradient of {what}",
            )
    return compared


@pytest.mark.parametrize("sample", SAMPLES, ids=NAMED)
@pytest.mark.parametrize("members", MESHES)
def test_row(sample: Sample, members: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compared = sum(
            check_call(sample, call, our_function(sample), MESHES[members], sample.grad, False) for call in sample.calls
        )
    assert compared or not any(tensors_of(Arguments(c, dtype_of(sample)).ours[0]) for c in sample.calls)


@pytest.mark.parametrize("sample", [s for s in SAMPLES if s.inplace and has_inplace(s)], ids=lambda s: s.op)
@pytest.mark.parametrize("members", MESHES)
def test_in_place(sample: Sample, members: int) -> None:
    def function(self: Any, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(self, _C.Tensor):
            raise TypeError("not a tensor")
        return in_place_form(self, sample.op + "_")(*args, **kwargs)

    for call in sample.calls:
        check_call(sample, call, function, MESHES[members], sample.grad, True)
