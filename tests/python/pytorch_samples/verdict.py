"""Whether results are PyTorch's: values, shapes and dtypes up to rounding, and what is said of those that are not."""

from __future__ import annotations

from typing import Any

import torch
import vibetensor.torch as vt
from compare import dtype_name, plain, theirs_of

from pytorch_samples.across import Missing

# what float results may differ by: as a part of the value, and of the largest value of the tensor
TOLERANCE = {
    "float64": 1e-9,
    "complex128": 1e-9,
    "float32": 1e-5,
    "complex64": 1e-5,
    "float16": 2e-3,
    "bfloat16": 1.6e-2,
}
ROUNDING = 1e-3  # no float32 result may be farther off than this, whatever float64 says


class Wrong(Exception):
    """A result that is not PyTorch's; `rounding`: near enough to be rounding, if float64 agrees."""

    def __init__(self, kind: str, text: str, rounding: bool = False):
        super().__init__(text)
        self.kind, self.rounding = kind, rounding


def flat(value: Any) -> list[Any]:
    """The parts of a result, in order."""
    if isinstance(value, dict):
        return [part for key in sorted(value, key=str) for part in flat(value[key])]
    if isinstance(value, list | tuple) and not isinstance(value, torch.Size | vt.Size):
        return [part for v in value for part in flat(v)]
    return [value]


def check(ours: Any, theirs: Any, kind: str, values: bool = True) -> int:
    """Raises Wrong unless `ours` is `theirs`; returns how many parts were compared. values: False for form alone."""
    mine, wanted = flat(ours), flat(theirs)
    if len(mine) != len(wanted):
        raise Wrong(kind, f"{len(mine)} results, expected {len(wanted)}")
    for m, w in zip(mine, wanted, strict=True):
        if isinstance(w, torch.Tensor):
            check_tensor(m, w, kind, values)
        elif isinstance(w, torch.dtype | torch.device | torch.layout | torch.memory_format):
            if str(m) != str(w):
                raise Wrong(kind, f"{m}, expected {w}")
        elif isinstance(w, float):
            if not (isinstance(m, float) and (m == w or (m != m and w != w) or abs(m - w) <= 1e-5 * abs(w))):
                raise Wrong(kind, f"{m!r}, expected {w!r}")
        elif values and (isinstance(m, vt.Tensor) or m != w):
            raise Wrong(kind, f"{m!r}, expected {w!r}")
    return len(wanted)


def check_tensor(ours: Any, expected: torch.Tensor, kind: str, values: bool) -> None:
    if not isinstance(ours, vt.Tensor):
        raise Wrong(kind, f"{ours!r}, expected a tensor")
    if dtype_name(ours) != dtype_name(expected):
        raise Wrong("dtype", f"{ours.dtype}, expected {expected.dtype}")
    if tuple(ours.shape) != tuple(expected.shape):
        raise Wrong("shape", f"{tuple(ours.shape)}, expected {tuple(expected.shape)}")
    if str(ours.layout) != str(expected.layout):
        raise Wrong("layout", f"{ours.layout}, expected {expected.layout}")
    if not values or expected.numel() == 0:
        return
    if expected.layout != torch.strided:
        ours, expected = ours.to_dense(), expected.to_dense()
    got, wanted = theirs_of(ours), plain(expected)
    tolerance = TOLERANCE.get(dtype_name(expected))
    if tolerance is None:
        if not torch.equal(got, wanted):
            raise Wrong(kind, f"{int((got != wanted).sum())} of {got.numel()} differ")
        return
    wide = torch.complex128 if wanted.is_complex() else torch.float64
    got, wanted = got.to(wide), wanted.to(wide)
    same = (got == wanted) | (got.isnan() & wanted.isnan())
    if not torch.equal((got - got).isnan() & ~same, torch.zeros_like(same)):
        raise Wrong(kind, "infinities or NaNs differ")
    finite = wanted[wanted.isfinite()].abs()
    largest = max(1.0, float(finite.max()) if finite.numel() else 0.0)
    error = torch.where(same, 0.0, (got - wanted).abs())
    if not bool((error <= tolerance * (largest + wanted.abs().nan_to_num(0, 0, 0))).all()):
        off = float(error.max()) / largest
        raise Wrong(kind, f"differs by {off:.1g} of the largest", off <= ROUNDING)


def failed(result: dict[str, Any], error: Exception, sample: str) -> None:
    """Returns None; counts a failure of a sample in a result, which keeps what the first one was."""
    result["failed"] = result.get("failed", 0) + 1
    if result["failed"] == 1:
        result |= {"kind": kind_of(error), "reason": first_line(error), "sample": sample[:300]}


def kind_of(error: Exception) -> str:
    if isinstance(error, Wrong):
        return error.kind
    if isinstance(error, AssertionError):
        return "value"
    if isinstance(error, Missing | NotImplementedError | AttributeError):
        return "missing"
    return "error"


def first_line(error: Exception) -> str:
    text = (str(error).strip().splitlines() or [""])[0]
    return text if isinstance(error, Wrong | Missing | AssertionError) else f"{type(error).__name__}: {text}"
