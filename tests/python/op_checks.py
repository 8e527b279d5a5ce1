"""How one sample call is made, run on both sides and compared; PyTorch's CPU build is the reference."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch as reference
from compare import dtype_name, ours_of, same, same_form
from samples import Call, DType, Sample, T
from vibetensor import _C

LAYOUTS = ("transposed", "strided", "expanded")


def torch_dtype(name: str) -> Any:
    return getattr(reference, name)


def make_values(spec: T, dtype: Any, generator: Any) -> Any:
    """A contiguous torch tensor for a spec."""
    if dtype == reference.bool:
        return reference.randint(0, 2, spec.shape, generator=generator, dtype=dtype)
    if not dtype.is_floating_point and not dtype.is_complex:
        low, high = int(spec.low * (1 if spec.dtype else 3)), int(spec.high * (1 if spec.dtype else 3))
        if dtype == reference.uint8:
            low = max(low, 0)
        return reference.randint(low, high + 1, spec.shape, generator=generator, dtype=dtype)
    wide = reference.complex128 if dtype.is_complex else reference.float64
    unit = reference.rand(spec.shape, generator=generator, dtype=wide)
    if dtype.is_complex:
        span = spec.high - spec.low
        return (unit * span + complex(spec.low, spec.low)).to(dtype)
    return (unit * (spec.high - spec.low) + spec.low).to(dtype)


def lay_out(values: Any, layout: str | None) -> Any:
    """The same values and shape (but for `expanded`, which repeats row 0) in another memory layout."""
    if layout is None or values.dim() == 0:
        return values
    if layout == "transposed":
        order = list(range(values.dim()))[::-1]
        return values.permute(order).contiguous().permute(order)
    if layout == "strided":
        wide = values.new_zeros([*values.shape[:-1], 2 * values.shape[-1] + 1])
        view = wide[..., 1::2]
        view.copy_(values)
        return view
    return values[:1].expand(values.shape) if values.shape[0] > 1 else values


class Arguments:
    """One call's arguments on PyTorch's side and on ours; `leaves` are the tensors to differentiate, in order."""

    def __init__(
        self, call: Call, dtype: str, layout: str | None = None, grad: bool = False, device: str = "cpu"
    ) -> None:
        generator = reference.Generator().manual_seed(1234)
        self.theirs_leaves: list[Any] = []
        self.our_leaves: list[Any] = []

        def convert(value: Any) -> tuple[Any, Any]:
            if isinstance(value, T):
                kind = torch_dtype(value.dtype or dtype)
                theirs = lay_out(make_values(value, kind, generator), layout)
                ours = ours_of(theirs, device)
                if grad and value.grad and (kind.is_floating_point or kind.is_complex):
                    theirs.requires_grad_(True)
                    ours.requires_grad_(True)
                    self.theirs_leaves.append(theirs)
                    self.our_leaves.append(ours)
                return theirs, ours
            if isinstance(value, reference.Tensor):
                return value, ours_of(value, device)
            if isinstance(value, DType):
                return torch_dtype(value.name), getattr(_C, value.name)
            if isinstance(value, (list, tuple)):
                pairs = [convert(v) for v in value]
                kind = type(value)
                return kind(p[0] for p in pairs), kind(p[1] for p in pairs)
            return value, value

        pairs = [convert(a) for a in call.args]
        keyword_pairs = {k: convert(v) for k, v in call.kwargs.items()}
        self.theirs = ([p[0] for p in pairs], {k: p[0] for k, p in keyword_pairs.items()})
        self.ours = ([p[1] for p in pairs], {k: p[1] for k, p in keyword_pairs.items()})


def reference_function(sample: Sample) -> Callable[..., Any]:
    if callable(sample.reference):
        return sample.reference
    if sample.reference is not None:
        found: Any = reference
        for part in sample.reference.split("."):
            found = getattr(found, part)
        return found
    for place in (reference, reference.Tensor, reference.nn.functional, reference.ops.aten, reference.special):
        if hasattr(place, sample.op):
            return getattr(place, sample.op)
    raise LookupError(f"{sample.op}: torch has nothing of that name; give the row a reference=")


def our_function(sample: Sample) -> Callable[..., Any]:
    return getattr(_C.ops, sample.op)


def seed_both(seed: int = 7) -> None:
    reference.manual_seed(seed)
    _C.default_generator.manual_seed(seed)


def flatten(result: Any) -> list[Any]:
    if isinstance(result, (tuple, list)):
        return [x for r in result for x in flatten(r)]
    return [result]


def tolerance_of(sample: Sample, expected: Any, scale: float) -> tuple[float | None, float | None]:
    """(rtol, atol) for a result of the row; None: the dtype's own."""
    if not isinstance(expected, (reference.Tensor, _C.Tensor)):
        return None, None
    if dtype_name(expected) in sample.tolerance:
        return sample.tolerance[dtype_name(expected)]
    if sample.rtol is not None or sample.atol is not None:
        return sample.rtol or 0.0, sample.atol or 0.0
    wide = expected.is_floating_point() or expected.is_complex()
    return (1e-6 * scale, 1e-7 * scale) if scale != 1.0 and wide else (None, None)


def compare(sample: Sample, ours: Any, expected: Any, what: str, scale: float = 1.0) -> int:
    """`same` within the row's tolerances; without the values where the row says so. Returns how many were compared."""
    mine, wanted = flatten(ours), flatten(expected)
    assert len(mine) == len(wanted), f"{what}: expected {len(wanted)} results, got {len(mine)}"
    for i, (m, w) in enumerate(zip(mine, wanted, strict=True)):
        where = f"{what}, result {i}"
        if sample.values or not isinstance(w, (reference.Tensor, _C.Tensor)):
            same(m, w, where, *tolerance_of(sample, w, scale))
        else:
            same_form(m, w, where)
    return len(mine)
