"""assert_close."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from vibetensor import _C

Tensor: Any = _C.Tensor

# (relative, absolute) for the dtype in which two tensors are compared; exact for the others
TOLERANCES = {
    _C.float16: (1e-3, 1e-5),
    _C.bfloat16: (1.6e-2, 1e-5),
    _C.float32: (1.3e-6, 1e-5),
    _C.float64: (1e-7, 1e-7),
    _C.complex64: (1.3e-6, 1e-5),
    _C.complex128: (1e-7, 1e-7),
}


def tolerances(dtypes: list[Any], rtol: float | None, atol: float | None) -> tuple[float, float]:
    if (rtol is None) != (atol is None):
        raise ValueError(
            f"Both 'rtol' and 'atol' must be either specified or unspecified, but got rtol={rtol}, atol={atol}"
        )
    if rtol is not None and atol is not None:
        return rtol, atol
    pairs = [TOLERANCES.get(dtype, (0.0, 0.0)) for dtype in dtypes]
    return max(r for r, _ in pairs), max(a for _, a in pairs)


class Comparison:
    """The options of one assert_close."""

    def __init__(
        self,
        rtol: float | None,
        atol: float | None,
        equal_nan: bool,
        check_device: bool,
        check_dtype: bool,
        check_layout: bool,
        check_stride: bool,
        allow_subclasses: bool,
        msg: str | Callable[[str], str] | None,
    ):
        self.rtol, self.atol, self.equal_nan = rtol, atol, equal_nan
        self.check_device, self.check_dtype = check_device, check_dtype
        self.check_layout, self.check_stride = check_layout, check_stride
        self.allow_subclasses, self.msg = allow_subclasses, msg

    def fail(self, text: str, path: str) -> None:
        text += f"\n\nThe failure occurred for item {path}" if path else ""
        if self.msg is not None:
            text = self.msg(text) if callable(self.msg) else self.msg
        raise AssertionError(text)

    def compare(self, actual: Any, expected: Any, path: str) -> None:
        if isinstance(actual, Tensor) and isinstance(expected, Tensor):
            self.tensors(actual, expected, path)
        elif isinstance(actual, Mapping) and isinstance(expected, Mapping):
            if set(actual) != set(expected):
                self.fail(
                    f"The keys of the mappings do not match: {sorted(map(str, set(actual) ^ set(expected)))}", path
                )
            for key in actual:
                self.compare(actual[key], expected[key], f"{path}[{key!r}]")
        elif is_sequence(actual) and is_sequence(expected):
            if len(actual) != len(expected):
                self.fail(f"The length of the sequences mismatch: {len(actual)} != {len(expected)}", path)
            for i, (a, e) in enumerate(zip(actual, expected, strict=True)):
                self.compare(a, e, f"{path}[{i}]")
        elif is_number(actual) and is_number(expected):
            if self.check_dtype and type(actual) is not type(expected):
                self.fail(f"The (d)types do not match: {type(actual)} != {type(expected)}.", path)
            kinds = {int: _C.int64, bool: _C.bool, float: _C.float64, complex: _C.complex128}
            both = (_C.tensor(actual, dtype=kinds[type(actual)]), _C.tensor(expected, dtype=kinds[type(expected)]))
            self.values(*both, path, "Scalars")
        elif is_array(actual) and is_array(expected):
            self.tensors(_C.as_tensor(actual), _C.as_tensor(expected), path)
        elif type(actual).__name__ == "NoneType" and expected is None:
            return
        else:
            raise TypeError(
                f"No comparison pair was able to handle inputs of type {type(actual)} and {type(expected)}."
            )

    def tensors(self, actual: Any, expected: Any, path: str) -> None:
        if not self.allow_subclasses and type(actual) is not type(expected):
            raise TypeError(f"types differ: {type(actual)} and {type(expected)}")
        if actual.shape != expected.shape:
            self.fail(f"The values for attribute 'shape' do not match: {actual.shape} != {expected.shape}.", path)
        checks = [(self.check_device, "device"), (self.check_dtype, "dtype"), (self.check_layout, "layout")]
        for wanted, attribute in checks:
            a, e = getattr(actual, attribute), getattr(expected, attribute)
            if wanted and a != e:
                self.fail(f"The values for attribute '{attribute}' do not match: {a} != {e}.", path)
        if self.check_stride and actual.stride() != expected.stride():
            self.fail(
                f"The values for attribute 'stride()' do not match: {actual.stride()} != {expected.stride()}.", path
            )
        if "meta" in (actual.device.type, expected.device.type):
            return  # there are no values
        self.values(actual.detach().cpu(), expected.detach().cpu(), path, "Tensor-likes")

    def values(self, actual: Any, expected: Any, path: str, what: str) -> None:
        rtol, atol = tolerances([actual.dtype, expected.dtype], self.rtol, self.atol)
        wide = _C.complex128 if actual.dtype.is_complex or expected.dtype.is_complex else _C.float64
        exact = not any(t.dtype.is_floating_point or t.dtype.is_complex for t in (actual, expected))
        if exact and rtol == 0 and atol == 0:
            close = actual.to(_C.int64) == expected.to(_C.int64)
        else:
            close = is_close(actual.to(wide), expected.to(wide), rtol, atol, self.equal_nan)
        if not bool(close.all().item()):
            self.fail(self.mismatch(actual.to(wide), expected.to(wide), close, rtol, atol, what, exact), path)

    def mismatch(self, actual: Any, expected: Any, close: Any, rtol: float, atol: float, what: str, exact: bool) -> str:
        verb = "equal" if exact and rtol == 0 and atol == 0 else "close"
        if actual.dim() == 0 and what == "Scalars":
            a, e = actual.item(), expected.item()
            return f"Scalars are not {verb}!\n\nExpected {e} but got {a}."
        total, wrong = close.numel(), int((~close).sum().item())
        difference = (actual - expected).abs()
        difference = _C.ops.where(close, _C.ops.zeros_like(difference), difference)
        relative = difference / expected.abs()
        relative = _C.ops.where(close, _C.ops.zeros_like(relative), relative)

        def worst(values: Any) -> tuple[float, tuple[int, ...]]:
            at = int(values.reshape(-1).argmax().item())
            where = []
            rest = at
            for size in reversed(tuple(values.shape)):
                where.append(rest % size)
                rest //= size
            return values.reshape(-1)[at].item(), tuple(reversed(where))

        absolute_worst, absolute_at = worst(difference)
        relative_worst, relative_at = worst(relative)
        allowed = ("", "") if verb == "equal" else (f" (up to {atol} allowed)", f" (up to {rtol} allowed)")
        return (
            f"{what} are not {verb}!\n\n"
            f"Mismatched elements: {wrong} / {total} ({wrong / total:.1%})\n"
            f"Greatest absolute difference: {absolute_worst} at index {absolute_at}{allowed[0]}\n"
            f"Greatest relative difference: {relative_worst} at index {relative_at}{allowed[1]}"
        )


def is_sequence(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def is_number(value: Any) -> bool:
    return type(value) in (bool, int, float, complex)


def is_array(value: Any) -> bool:
    return type(value).__module__ == "numpy"


def is_close(a: Any, e: Any, rtol: float, atol: float, equal_nan: bool) -> Any:
    """Elementwise |a - e| <= atol + rtol * |e|; infinities are close to themselves, NaN only if `equal_nan`."""
    close = (a == e) | (((a - e).abs() <= atol + rtol * e.abs()) & e.abs().isfinite())
    return close | ((a != a) & (e != e)) if equal_nan else close


def assert_close(
    actual: Any,
    expected: Any,
    *,
    allow_subclasses: bool = True,
    rtol: float | None = None,
    atol: float | None = None,
    equal_nan: bool = False,
    check_device: bool = True,
    check_dtype: bool = True,
    check_layout: bool = True,
    check_stride: bool = False,
    msg: str | Callable[[str], str] | None = None,
) -> None:
    """Returns None; raises AssertionError unless |actual - expected| <= atol + rtol * |expected| everywhere.

    For tensors, numbers, numpy arrays, and sequences and mappings of them. The tolerances depend on
    the dtype unless both are given.

    >>> import vibetensor.torch as torch
    >>> torch.testing.assert_close(torch.tensor([0.1 + 0.2]), torch.tensor([0.3]))
    """
    Comparison(
        rtol, atol, equal_nan, check_device, check_dtype, check_layout, check_stride, allow_subclasses, msg
    ).compare(actual, expected, "")
