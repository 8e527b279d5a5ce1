"""Runs a program on both sides, compares line by line, and makes a program that differs short."""

from __future__ import annotations

import random
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
import vibetensor.torch as vt

from fuzz.programs import EPS, Line, draw_program, real_dtype

# Backward refuses what was written to after it was kept; which of a call's tensors are kept is each side's own.
KEPT = "modified by an inplace operation"
# What PyTorch refuses and we need not: a dtype, a view among several of one call whose base was written to, gradients that
# its own derivative gives the wrong shape or dtype.
NARROWER = re.compile(
    "not (yet )?implemented|not supported|does not support|only supports|unsupported|can't be cast|"
    "its base or another view of its base has been modified inplace|returned an invalid gradient|"
    "doesn't match the broadcast shape|Found dtype|Expected isFloatingType|INTERNAL ASSERT|"
    "Integer division with addcdiv"
)


@dataclass
class Difference:
    """Where the two sides part: the line and what each had."""

    line: str
    ours: str
    theirs: str
    kind: str

    def __str__(self) -> str:
        return f"{self.kind} after: {self.line}\n    ours:    {self.ours}\n    PyTorch: {self.theirs}"


class Side:
    """One side's variables and what its last line raised."""

    def __init__(self, module: Any, device: str):
        self.space: dict[str, Any] = {"torch": module, "DEV": device}
        self.module = module

    def run(self, line: Line) -> Exception | None:
        try:
            exec(str(line), self.space)
            if self.space["DEV"] != "cpu":
                self.module.cuda.synchronize()  # what kernels find is of this line
        except Exception as error:
            return error
        return None


def text_of(error: Exception | None) -> str:
    return f"{type(error).__name__}: {str(error).splitlines()[0][:200] if str(error) else ''}" if error else "no error"


def alike(found: Exception | None, expected: Exception | None) -> bool:
    """Whether a program that handles what PyTorch raises handles what is raised here."""
    if expected is None or found is None:
        return expected is found
    names = [kind.__name__ for kind in type(found).__mro__]
    if names[0] == "NotImplementedError":  # said before other arguments are looked at
        return True
    return type(expected).__name__ in names


def facts(x: Any) -> dict[str, Any]:
    """What is compared of a tensor besides its values. A view that must not be read any more says so here."""
    try:
        x.grad_fn  # noqa: B018
    except RuntimeError:
        return {"refuses": "its base was written to"}
    return {
        "dtype": str(x.dtype),
        "shape": tuple(x.shape),
        "stride": tuple(step for step, size in zip(x.stride(), x.shape, strict=True) if size > 1) if x.numel() else (),
        **(differentiable_facts(x) if differentiable(x) else {}),
    }


def differentiable(x: Any) -> bool:
    return x.is_floating_point() or x.is_complex()


def differentiable_facts(x: Any) -> dict[str, Any]:
    return {"requires_grad": x.requires_grad, "is_leaf": x.is_leaf, "grad_fn": x.grad_fn is not None}


def values_differ(ours: Any, theirs: torch.Tensor, tolerance: float) -> str | None:
    """What differs beyond `tolerance` of the largest finite value, or of 1; None if nothing does."""
    mine = ours.detach().cpu().resolve_conj().resolve_neg().clone()
    mine = mine if isinstance(mine, torch.Tensor) else torch.from_dlpack(mine)
    expected = theirs.detach().resolve_conj().resolve_neg()
    if not (expected.is_floating_point() or expected.is_complex()):
        return None if torch.equal(mine, expected) else f"{mine.tolist()}"
    wide = torch.complex128 if expected.is_complex() else torch.float64
    a, b = mine.to(wide), expected.to(wide)
    if a.is_complex():
        a, b = torch.view_as_real(a), torch.view_as_real(b)
    finite = b[b.isfinite()]
    size = max(1.0, float(finite.abs().max())) if finite.numel() else 1.0
    same = (a == b) | (a.isnan() & b.isnan()) | ((a - b).abs() <= tolerance * size)
    return None if bool(same.all()) else f"{mine.tolist()}"


@dataclass(frozen=True)
class Reason:
    """A kind of difference that is meant, as docs/from_pytorch.md has it: expressions on the line, ours and PyTorch's."""

    name: str
    line: str = ""
    ours: str = ""
    theirs: str = ""
    program: str = ""
    device: str = ""


EXPLAINED = (
    Reason("what is not there says so", ours="^NotImplementedError"),
    Reason(
        "memory that several elements share is not written to", ours="more than one element of the written-to tensor"
    ),
    Reason(
        "a narrow integer beside a number compares mathematically",
        line=r"(==|!=|<|>|torch\.(eq|ne|lt|le|gt|ge|isclose))",
        program="int8",
    ),
    Reason("poles of digamma", line="backward", program="digamma"),
    Reason("integers are divided by zero on CUDA", theirs="ZeroDivisionError", device="cuda"),
    Reason("a divisor is looked at although nothing is divided", ours="ZeroDivisionError"),
    Reason("powers of 0 with complex exponents", line=r"(\*\*|pow)", theirs="nan", program="complex"),
    Reason("ends of trapezoids may be infinite", line="trapezoid"),
    Reason("conj computes", line="(fill_|zero_|mul_|add_|sub_|copy_|div_|neg_|exp_|=)", theirs="j", program=r"conj\("),
    Reason("views of gradients may be written to and detached", theirs="(no_grad mode|Can't detach views)"),
    Reason("views that PyTorch needs", line="kron", theirs="view size is not compatible"),
    Reason("the derivative of hardsigmoid has all digits", line="backward", program="hardsigmoid"),
    Reason("the derivative of prod does not divide", line="backward", program="prod"),
    Reason("strides of results over memory with gaps", line="(renorm|logsigmoid|sort|cov|kron)", theirs="stride"),
    Reason("dims are looked at although nothing is there", line="(roll|cat)", ours="Dimension out of range"),
    Reason("dtypes are looked at before indices", ours="Index put requires", theirs="out of bounds"),
    Reason("an empty dim has no first element", line="index_select", theirs="dim should be positive"),
)


def explained(difference: Difference, lines: Sequence[Line], device: str = "cpu") -> str | None:
    """The name of the reason of a difference that is meant."""
    for reason in EXPLAINED:
        fields = [(reason.line, difference.line), (reason.ours, difference.ours), (reason.theirs, difference.theirs)]
        fields += [(reason.program, "\n".join(map(str, lines))), (reason.device, device)]
        if all(re.search(expression, text) for expression, text in fields):
            return reason.name
    return None


def is_unstable(lines: Sequence[Line], seed: int = 1) -> bool:
    """Whether PyTorch's own results change visibly where each rounding differs in its last bits."""
    noise = random.Random(seed)
    plain, shaken = Side(torch, "cpu"), Side(torch, "cpu")
    for line in lines:
        if plain.run(line) is not None:
            shaken.run(line)
            continue
        if shaken.run(line) is not None:
            return True
        value = shaken.space.get(line.result or "")
        if line.rounds and isinstance(value, torch.Tensor) and (value.is_floating_point() or value.is_complex()):
            eps = EPS.get(real_dtype(value.dtype), 0.0)
            factors = torch.tensor([1 + eps * noise.uniform(-2, 2) for _ in range(value.numel())], dtype=value.dtype)
            shaken.space[line.result or ""] = value * factors.reshape(value.shape)
    for name, value in plain.space.items():
        other = shaken.space.get(name)
        for a, b in ((value, other), (getattr(value, "grad", None), getattr(other, "grad", None))):
            both = isinstance(a, torch.Tensor) and isinstance(b, torch.Tensor) and a.shape == b.shape
            if both and values_differ(b.detach(), a, 1e-8) is not None:
                return True
    return False


def judge(lines: Sequence[Line], device: str = "cpu") -> Difference | None:
    """The first difference between the two sides; None if there is none, or if one only kept other tensors for backward."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours, theirs = Side(vt, device), Side(torch, "cpu")
        worst = 0.0
        for line in lines:
            expected = theirs.run(line)
            found = ours.run(line)
            if any(error is not None and KEPT in str(error) for error in (expected, found)):
                return None
            if isinstance(expected, NameError) and isinstance(found, NameError):  # of a line that was left out
                continue
            if expected is not None and NARROWER.search(str(expected)):
                return None
            if not alike(found, expected):
                if isinstance(expected, Exception) and isinstance(found, Exception):
                    kind = "another exception"
                else:
                    kind = "an error"
                return Difference(str(line), text_of(found), text_of(expected), kind)
            for name, tolerance in line.tolerances.items():
                if name not in theirs.space:
                    continue
                mine, other = ours.space[name], theirs.space[name]
                if "refuses" not in facts(other) and other.requires_grad and not differentiable(other):
                    return None  # PyTorch lets integers require grad when a differentiable value is written to them
                if "refuses" in (
                    b := facts(other)
                ):  # of several views of one call; here they are written to like others
                    continue
                if (a := facts(mine)) != b:
                    different = sorted(key for key in a | b if a.get(key) != b.get(key))
                    texts = [f"{name}: { {key: side.get(key) for key in different} }" for side in (a, b)]
                    return Difference(str(line), *texts, "another form")
                worst = max(worst, tolerance)
                if (text := values_differ(mine, other, tolerance)) is not None:
                    return Difference(str(line), f"{name} = {text}", f"{name} = {other.tolist()}", "another value")
            if expected is not None and (line.text == "loss.backward()" or "] = " in line.text):
                return None  # both refuse, wherever each was
        return gradients_differ(ours, theirs, worst)


def gradients_differ(ours: Side, theirs: Side, worst: float) -> Difference | None:
    if "loss" not in theirs.space:
        return None
    for name, other in theirs.space.items():
        if not isinstance(other, torch.Tensor) or name not in ours.space or "refuses" in facts(other):
            continue
        if not (other.is_leaf or other.retains_grad):
            continue
        mine = ours.space[name]
        if (mine.grad is None) != (other.grad is None):
            return Difference(
                "loss.backward()", f"{name}.grad: {mine.grad}", f"{name}.grad: {other.grad}", "another gradient"
            )
        if other.grad is None:
            continue
        if str(mine.grad.dtype) != str(other.grad.dtype) or tuple(mine.grad.shape) != tuple(other.grad.shape):
            return Difference(
                "loss.backward()", f"{name}.grad: {facts(mine.grad)}", f"{facts(other.grad)}", "another gradient"
            )
        rounding = max(worst, EPS.get(real_dtype(other.grad.dtype), 0.0))
        if rounding > 1e-3:  # of 16 bits: forms alone
            continue
        if (text := values_differ(mine.grad, other.grad, 1e3 * rounding)) is not None:
            return Difference(
                "loss.backward()", f"{name}.grad = {text}", f"{name}.grad = {other.grad.tolist()}", "another gradient"
            )
    return None


def shortened(lines: list[Line], difference: Difference, device: str) -> tuple[list[Line], Difference]:
    """The fewest lines that still differ in the same way, found by leaving out one at a time."""
    at = len(lines)
    while at > 0:
        at -= 1
        fewer = lines[:at] + lines[at + 1 :]
        found = judge(fewer, device)
        if found is not None and found.kind == difference.kind:
            lines, difference = fewer, found
            at = min(at + 1, len(lines))
    return lines, difference


def report(seed: int, lines: Sequence[Line], difference: Difference) -> str:
    body = "\n".join(f"    {line}" for line in lines)
    return f"seed {seed}:\n{body}\n{difference}"


def try_seed(seed: int, device: str = "cpu", length: int = 12) -> str | None:
    """What differs in the program of `seed`, made short, as text; None if nothing does, or nothing that is not meant."""
    lines = draw_program(seed, length)
    difference = judge(lines, device)
    if difference is None or explained(difference, lines, device):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if difference.kind in ("another value", "another gradient") and is_unstable(lines):
            return None
    lines, difference = shortened(lines, difference, device)
    return None if explained(difference, lines, device) else report(seed, lines, difference)
