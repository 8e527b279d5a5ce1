"""Sample rows: what every op is tested with. `test_ops.py` runs each row through the checks that fit it.

A row names an op of the registry and lists calls. `T(3, 4)` in a call stands for a tensor of the dtype under test,
`I(...)` for int64 indices, `B(...)` for booleans; everything else is passed as it is:

    Sample("softmax", call(T(3, 4), 1), call(T(2, 3, 4), -1, dtype=DType("float64")), dtypes=FLOATS)
    Sample("gather", call(T(3, 4), 1, I(3, 2, high=4)))
    Sample("normal_", call(T(100)), dtypes=FLOATS, seeded=True, grad=False)

Every file beside this one is a family and has a list `SAMPLES`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

FLOATS = ("float32", "float64", "bfloat16", "float16")
REAL_FLOATS = ("float32", "float64")
COMPLEX = ("complex64", "complex128")
INTS = ("uint8", "int8", "int16", "int32", "int64")
NUMBERS = FLOATS + INTS
ALL = (*NUMBERS, "bool", *COMPLEX)


@dataclass(frozen=True)
class T:
    """A tensor of the dtype under test (or of `dtype`), uniform in [low, high]; gradient checks differentiate it."""

    shape: tuple[int, ...]
    low: float = -2.0
    high: float = 2.0
    dtype: str | None = None
    grad: bool = True

    def __init__(
        self, *shape: int, low: float = -2.0, high: float = 2.0, dtype: str | None = None, grad: bool = True
    ) -> None:
        for name, value in (("shape", shape), ("low", low), ("high", high), ("dtype", dtype), ("grad", grad)):
            object.__setattr__(self, name, value)


def I(*shape: int, low: int = 0, high: int = 3, dtype: str = "int64") -> T:  # noqa: E743
    """Integers in [low, high)."""
    return T(*shape, low=low, high=high - 1, dtype=dtype, grad=False)


def B(*shape: int) -> T:
    return T(*shape, dtype="bool", grad=False)


@dataclass(frozen=True)
class DType:
    """A dtype argument, by its name in torch."""

    name: str


@dataclass(frozen=True)
class Call:
    args: tuple[Any, ...]
    kwargs: dict[str, Any]

    def __str__(self) -> str:
        words = [str(a) for a in self.args] + [f"{k}={v}" for k, v in self.kwargs.items()]
        return ", ".join(words)


def call(*args: Any, **kwargs: Any) -> Call:
    return Call(args, kwargs)


@dataclass(frozen=True)
class Sample:
    op: str
    calls: tuple[Call, ...]
    dtypes: tuple[str, ...] = ("float32", "float64")
    reference: str | Callable[..., Any] | None = (
        None  # a name under torch ("nn.functional.relu") or a function of torch tensors
    )
    grad: bool = True  # compare gradients (for the floating-point tensors of every call)
    gradgrad: bool = True
    gradcheck: bool = True  # finite differences; False where the gradient leaves something out on purpose
    inplace: bool = True  # check `op_` where the registry has it
    out: bool = True  # check out= where the registry has it
    seeded: bool = False  # draws: both sides get the same seed and must draw the same
    values: bool = True  # False: compare shape and dtype only (empty, and draws that differ from PyTorch's)
    layouts: bool = True  # also with transposed, strided and expanded inputs
    cuda: bool = True  # also compare CUDA with the CPU
    not_on_cuda: tuple[str, ...] = ()  # dtypes in which CUDA refuses some of the calls, which is checked
    rtol: float | None = None  # instead of the dtype's own
    atol: float | None = None
    tolerance: dict[str, tuple[float, float]] = field(default_factory=dict)  # (rtol, atol) for some dtypes

    def __init__(self, op: str, *calls: Call, **options: Any) -> None:
        object.__setattr__(self, "op", op)
        object.__setattr__(self, "calls", calls)
        unknown = set(options) - set(self.__dataclass_fields__)
        if unknown:
            raise TypeError(f"Sample({op!r}): unknown options {sorted(unknown)}")
        for name, spec in self.__dataclass_fields__.items():
            if name in ("op", "calls"):
                continue
            default = {} if name == "tolerance" else spec.default
            object.__setattr__(self, name, options.get(name, default))


def pointwise(op: str, *operands: T | Any, dtypes: tuple[str, ...] = FLOATS, **options: Any) -> Sample:
    """A row for an elementwise op: operands as given, and with empty, 0-dim and broadcast shapes."""
    first, *rest = operands

    def shaped(operand: Any, *shape: int) -> Any:
        if not isinstance(operand, T):
            return operand
        return T(*shape, low=operand.low, high=operand.high, dtype=operand.dtype, grad=operand.grad)

    calls = [call(*operands)]
    for shape in ((0, 3), (), (2, 3, 4), (33,)):
        calls.append(call(*(shaped(o, *shape) for o in operands)))
    if any(isinstance(o, T) for o in rest):
        calls.append(call(shaped(first, 2, 1, 4), *(shaped(o, 3, 1) for o in rest)))
    return Sample(op, *calls, dtypes=dtypes, **options)


def all_samples() -> list[Sample]:
    rows: list[Sample] = []
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda m: m.name):
        rows += importlib.import_module(f"{__name__}.{module.name}").SAMPLES
    return rows
