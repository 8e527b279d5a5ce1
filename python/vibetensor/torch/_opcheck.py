"""What torch.library.opcheck tests of one call of an op."""

from __future__ import annotations

import re
from collections.abc import Callable
from inspect import signature
from typing import Any

from vibetensor import _C
from vibetensor.torch._ops import Op
from vibetensor.torch.utils._pytree import tree_leaves, tree_map

Tensor: Any = _C.Tensor
DEFAULT_TESTS = ("test_schema", "test_autograd_registration", "test_faketensor")


class OpCheckError(Exception):
    """An op does not do what it says of itself."""


def tensors_in(tree: Any) -> list[Any]:
    return [leaf for leaf in tree_leaves(tree) if isinstance(leaf, Tensor)]


def is_written(op: Any) -> Callable[[int, str], bool]:
    """Whether the op's schema marks an argument as written to, by its position or, given by keyword, by its name."""
    if isinstance(op, Op):
        names, marked = list(signature(next(iter(op.kernels.values()))).parameters), set(op.written)
    else:
        row = next(row for row in _C.registry() if row["name"].partition(".")[0] == f"{op.namespace}::{op.__name__}")
        names, marked = [a["name"] for a in row["arguments"]], set(re.findall(r"!\)\S* (\w+)", row["schema"]))
    return lambda position, name: (name or names[position]) in marked


def same(a: Any, b: Any) -> bool:
    """Whether two tensors have the same elements, NaN included."""
    return bool(_C.ops.equal(a, b) or _C.ops.isclose(a, b, rtol=0.0, atol=0.0, equal_nan=True).all())


def fresh(tree: Any) -> Any:
    """Arguments of their own for a test: copies that require gradients where these do."""
    return tree_map(lambda t: t.detach().clone().requires_grad_(t.requires_grad) if isinstance(t, Tensor) else t, tree)


def test_schema(op: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    before = [("", i, a) for i, a in enumerate(args)] + [(name, -1, a) for name, a in kwargs.items()]
    written = is_written(op)
    kept = [(name, i, tensors_in(a), [t.detach().clone() for t in tensors_in(a)]) for name, i, a in before]
    results = tensors_in(op(*args, **kwargs))
    for name, i, given, copies in kept:
        which = f"'{name}'" if name else str(i)
        marked = written(i, name) if given else False
        for t, copy in zip(given, copies, strict=True):
            if not marked and not same(t.detach(), copy):
                raise OpCheckError(f"argument {which} was written to, and the schema does not say so")
            shared = [
                r for r in results if r.numel() and r.untyped_storage().data_ptr() == t.untyped_storage().data_ptr()
            ]
            if shared and not marked:
                raise OpCheckError(f"a result shares the memory of argument {which}; an op gives tensors of its own")


def test_autograd_registration(op: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    wanted = [t for t in tensors_in((args, kwargs)) if t.requires_grad]
    if not wanted:
        return
    results = [t for t in tensors_in(op(*args, **kwargs)) if t.is_floating_point() or t.is_complex()]
    reached = [t for t in results if t.requires_grad]
    if results and not reached:
        raise OpCheckError(
            "an argument requires a gradient and no result leads back to it: no derivative is registered"
        )
    if reached:
        from vibetensor.torch.autograd import grad

        grad([t.sum().abs() for t in reached], wanted, allow_unused=True)


def test_faketensor(op: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    def on_meta(tree: Any) -> Any:
        return tree_map(lambda t: _C.ops.empty_strided(t.shape, t.stride(), dtype=t.dtype, device="meta")
                        if isinstance(t, Tensor) else t, tree)  # fmt: skip

    with_shapes = op(*on_meta(args), **on_meta(kwargs))
    for i, (real, fake) in enumerate(zip(tensors_in(op(*args, **kwargs)), tensors_in(with_shapes), strict=True)):
        for what, a, b in (
            ("shape", tuple(real.shape), tuple(fake.shape)),
            ("dtype", real.dtype, fake.dtype),
            ("strides", real.stride() if real.numel() else (), fake.stride() if real.numel() else ()),
        ):
            if a != b:
                raise OpCheckError(f"result {i} has the {what} {a}, on meta {b}")


TESTS = {f.__name__: f for f in (test_schema, test_autograd_registration, test_faketensor)}


def check(
    op: Any, args: tuple[Any, ...], kwargs: dict[str, Any], names: tuple[str, ...], raises: bool
) -> dict[str, Any]:
    """Each test by its name: "SUCCESS", or its exception."""
    if "test_aot_dispatch_dynamic" in names:
        raise NotImplementedError("torch.library.opcheck: test_aot_dispatch_dynamic is not there: nothing is traced")
    unknown = [name for name in names if name not in TESTS]
    if unknown:
        raise ValueError(f"opcheck: expected tests of {sorted(TESTS)}, got {unknown}")
    found: dict[str, Any] = {}
    for name in names:
        try:
            TESTS[name](op, fresh(args), fresh(kwargs))
            found[name] = "SUCCESS"
        except Exception as e:
            if raises:
                raise OpCheckError(f"opcheck({op!r}, ...): {name} failed with {e}") from e
            found[name] = e
    return found
