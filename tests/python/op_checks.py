"""How one sample call is made, run on both sides and compared; PyTorch's CPU build is the reference."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch as reference
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
                # Memory of its own, in the same layout.
                ours = ours_of(theirs)
                if device != "cpu":
                    ours = ours.to(device)
                if grad and value.grad and (kind.is_floating_point or kind.is_complex):
                    theirs.requires_grad_(True)
                    ours.requires_grad_(True)
                    self.theirs_leaves.append(theirs)
                    self.our_leaves.append(ours)
                return theirs, ours
            if isinstance(value, reference.Tensor):
                return value, ours_of(value).to(device)
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


def ours_of(theirs: Any) -> Any:
    """A tensor of ours with the values and strides of a torch tensor, in memory of its own."""
    copy = theirs.detach()
    if copy.numel() and 0 not in copy.stride():
        copy = reference.empty_strided(copy.shape, copy.stride(), dtype=copy.dtype).copy_(copy)
    else:
        copy = copy[:1].clone().expand(copy.shape) if copy.dim() and copy.numel() else copy.clone()
    return _C.from_dlpack(copy)


def theirs_of(ours: Any) -> Any:
    return reference.from_dlpack(ours.detach().cpu())


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


def compare(sample: Sample, ours: Any, theirs: Any, what: str, scale: float = 1.0) -> None:
    """Equal structure, dtypes, shapes, and values within the dtype's tolerance."""
    mine, wanted = flatten(ours), flatten(theirs)
    assert len(mine) == len(wanted), f"{what}: expected {len(wanted)} results, got {len(mine)}"
    for i, (m, w) in enumerate(zip(mine, wanted, strict=True)):
        where = f"{what}, result {i}"
        if not isinstance(w, reference.Tensor):
            assert not isinstance(m, _C.Tensor), f"{where}: expected {w!r}, got a tensor"
            assert m == w or (m != m and w != w) or abs(m - w) <= 1e-6 * abs(w), f"{where}: expected {w!r}, got {m!r}"
            continue
        assert isinstance(m, _C.Tensor), f"{where}: expected a tensor, got {m!r}"
        assert str(m.dtype) == str(w.dtype), f"{where}: expected dtype {w.dtype}, got {m.dtype}"
        assert tuple(m.shape) == tuple(w.shape), f"{where}: expected shape {tuple(w.shape)}, got {tuple(m.shape)}"
        if not sample.values:
            continue
        tolerance = {}
        name = str(w.dtype).removeprefix("torch.")
        if name in sample.tolerance:
            tolerance = dict(zip(("rtol", "atol"), sample.tolerance[name], strict=True))
        elif sample.rtol is not None or sample.atol is not None:
            tolerance = {"rtol": sample.rtol or 0.0, "atol": sample.atol or 0.0}
        elif scale != 1.0 and (w.dtype.is_floating_point or w.dtype.is_complex):
            tolerance = {"rtol": 1e-6 * scale, "atol": 1e-7 * scale}
        w = w.detach().resolve_conj().resolve_neg()
        reference.testing.assert_close(
            theirs_of(m), w, equal_nan=True, msg=lambda text, where=where: f"{where}: {text}", **tolerance
        )
