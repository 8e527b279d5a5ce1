"""Programs drawn from a seed: text over `torch`, whose lines PyTorch runs while they are drawn."""

from __future__ import annotations

import math
import random
import warnings
from dataclasses import dataclass, field
from typing import Any

import torch

from fuzz.catalog import FORMS, JUMPS, ROUNDS

SMALL = 128  # integers up to this are exact in every dtype
LARGE = 1e4  # values beyond it are dropped: rounding errors grow with them
EPS = {torch.float64: 2.0**-52, torch.float32: 2.0**-23, torch.float16: 2.0**-10, torch.bfloat16: 2.0**-7}
DEPTH = {torch.float64: 10, torch.float32: 4, torch.float16: 2, torch.bfloat16: 2}  # roundings one after the other
DTYPES = (
    ["float64"] * 12 + ["float32"] * 3 + ["int64"] * 2 + ["bool", "int32", "uint8", "float16", "bfloat16", "complex128"]
)
SHAPES = [(), (1,), (3,), (4,), (2, 3), (3, 3), (1, 4), (2, 1, 3), (2, 2, 2), (0,), (2, 0), (4, 1), (2, 3, 2, 2)]


def real_dtype(dtype: torch.dtype) -> torch.dtype:
    return {torch.complex128: torch.float64, torch.complex64: torch.float32}.get(dtype, dtype)


def nested(values: list[Any], shape: tuple[int, ...]) -> Any:
    """The values as a list in lists; what a tensor is made of, so that it is no view of another."""
    if not shape:
        return values[0]
    step = len(values) // shape[0] if shape[0] else 0
    return [nested(values[i * step : (i + 1) * step], shape[1:]) if step else [] for i in range(shape[0])]


def trailing(shape: tuple[int, ...]) -> str:
    """Text that gives a tensor of lists its shape where they do not say it."""
    return f".new_zeros({shape})" if math.prod(shape) == 0 else ""


@dataclass
class Value:
    """What is known of a variable: whether its elements are exact, and how often it was rounded, by which precision."""

    name: str
    exact: bool
    depth: int = 0
    eps: float = 0.0

    def __str__(self) -> str:
        return self.name


@dataclass
class Line:
    """A line of a program; `result` is the variable that it makes, `tolerance` relative to what its values may be compared."""

    text: str
    result: str | None = None
    rounds: bool = False
    tolerances: dict[str, float] = field(default_factory=dict)  # by variable, after this line

    def __str__(self) -> str:
        return f"{self.result} = {self.text}" if self.result else self.text


class Drawing:
    """A program that is being drawn; forms ask it for values and arguments."""

    def __init__(self, seed: int):
        self.random = random.Random(seed)
        self.space: dict[str, Any] = {"torch": torch, "DEV": "cpu"}
        self.values: list[Value] = []
        self.lines: list[Line] = []
        self.used: list[Value] = []  # by the line that is drawn

    # ---- what forms ask for ----

    def one_of(self, choices: Any) -> Any:
        return self.random.choice(choices)

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def tensor(self, value: Value) -> torch.Tensor:
        return self.space[value.name]

    def shape(self, value: Value) -> list[int]:
        return list(self.tensor(value).shape)

    def numel(self, value: Value) -> int:
        return self.tensor(value).numel()

    def value(self) -> Value:
        """A value, later ones more likely."""
        n = len(self.values)
        chosen = self.values[max(self.random.randrange(n), self.random.randrange(n))]
        self.used.append(chosen)
        return chosen

    def beside(self, x: Value) -> Value:
        """A value that broadcasts with x, or any one at times."""
        if not self.chance(0.05):
            fitting = [v for v in self.values if self.broadcasts(v, x)]
            chosen = self.one_of(fitting)
            self.used.append(chosen)
            return chosen
        return self.value()

    def broadcasts(self, a: Value, b: Value) -> bool:
        pairs = zip(reversed(self.shape(a)), reversed(self.shape(b)), strict=False)
        return all(i == j or i == 1 or j == 1 for i, j in pairs)

    def distinct(self) -> Value | None:
        """A value without two elements alike: what orders them gives one result."""
        fitting = [
            v
            for v in self.values
            if self.numel(v) and len(set(self.tensor(v).detach().reshape(-1).tolist())) == self.numel(v)
        ]
        if not fitting:
            return None
        self.used.append(chosen := self.one_of(fitting))
        return chosen

    def dim(self, x: Value) -> int:
        n = len(self.shape(x))
        if self.chance(0.02):
            return n + 1
        return self.random.randrange(-n, n) if n else 0

    def permutation(self, x: Value) -> str:
        order = list(range(len(self.shape(x))))
        self.random.shuffle(order)
        return ", ".join(map(str, order))

    def factors(self, x: Value) -> str:
        n = self.numel(x)
        divisors = [d for d in range(1, n + 1) if n % d == 0] or [0]
        return f"{self.one_of(divisors)}, -1" if n else "0, 2"

    def subscript(self, x: Value) -> str:
        items = []
        for size in self.shape(x)[: self.random.randint(1, 3)]:
            items.append(
                self.one_of(
                    [
                        ":",
                        "...",
                        "None",
                        "0",
                        "-1",
                        "1:",
                        ":-1",
                        "::2",
                        "1:2",
                        "[0, 0]",
                        f"torch.tensor([0, {size - 1}], device=DEV)",
                    ]
                )
            )
        while items.count("...") > 1:
            items.remove("...")
        return ", ".join(items) or "..."

    def mask(self, x: Value) -> str:
        """Text of a mask of x's shape, which does not depend on values that are not exact."""
        if x.exact and not self.tensor(x).is_complex() and self.chance(0.5):
            return f"{x} > 0"
        return f"(torch.arange({x}.numel(), device=DEV) % 3 == 0).reshape({x}.shape)"

    # ---- lines ----

    def add_input(self) -> None:
        dtype, shape = self.one_of(DTYPES), self.one_of(SHAPES)
        count = math.prod(shape)
        floating = dtype.startswith(("float", "bfloat"))
        exact = not floating or self.chance(0.5)
        if dtype == "bool":
            values: list[Any] = [self.chance(0.5) for _ in range(count)]
        elif dtype == "complex128":
            values = [complex(self.random.randint(-3, 3), self.random.randint(-3, 3)) for _ in range(count)]
        elif exact:
            least = 0 if dtype == "uint8" else -4
            values = [self.random.randint(least, 6) for _ in range(count)]
            if self.chance(0.4):  # distinct ones, which sorts take
                values = self.random.sample(range(least, least + 2 * count + 1), count)
        else:
            values = [round(self.random.uniform(-2, 2), 3) for _ in range(count)]
            if self.chance(0.05) and count:
                values[0] = self.one_of([0.0, -0.0, 1e-30, 1.0])
        grad = self.chance(0.75 if floating else 0.5 if dtype == "complex128" else 0)
        text = f"torch.tensor({nested(values, shape)}, dtype=torch.{dtype}, device=DEV)" + trailing(shape)
        text += ".requires_grad_()" if grad else ""
        self.take(text, [], ROUNDS if not exact else "keeps", exact)

    def draw(self) -> None:
        weights = [weight for weight, _ in FORMS]
        self.used = []
        found = self.random.choices(FORMS, weights)[0][1](self)
        if found is None:
            return
        text, kind = found
        if kind is JUMPS and not all(v.exact for v in self.used):
            return
        self.take(text, self.used, kind, all(v.exact for v in self.used) and kind is not ROUNDS)

    def take(self, text: str, used: list[Value], kind: str, exact: bool) -> None:
        """Adds the line, if what PyTorch makes of it can be compared."""
        writes = text.startswith("with ") or "] = " in text
        line = Line(text, None if writes else f"v{len(self.lines)}", kind is ROUNDS)
        versions = {v.name: self.tensor(v)._version for v in self.values}
        before = dict(self.space)
        try:
            exec(str(line), self.space)
        except Exception:  # part of the program: the other side has to refuse it as well
            self.space.clear()
            self.space.update(before)
            line.result = None
            self.lines.append(line)
            return
        depth = max((v.depth for v in used), default=0) + (kind is ROUNDS)
        eps = max((v.eps for v in used), default=0.0)
        if line.result and isinstance(self.space[line.result], torch.Tensor):
            # the same tensor under another name, as in-place methods return it, is a value of its own
            self.values.append(Value(line.result, exact))
        elif line.result:
            line.result, _ = None, self.space.pop(line.result)
        changed = [v for v in self.values if v.name == line.result or versions.get(v.name) != self.tensor(v)._version]
        for v in changed:
            t = self.tensor(v)
            floating = t.is_floating_point() or t.is_complex()
            rounding = EPS.get(real_dtype(t.dtype), 0.0)
            v.exact = (exact and (v.exact or v.name == line.result)) and self.is_exact(t)
            v.depth = 0 if v.exact else max(depth, v.depth, 1)
            v.eps = 0.0 if v.exact else max(eps, rounding, v.eps)
            if (not v.exact and (not floating or v.depth > DEPTH.get(real_dtype(t.dtype), 0))) or not self.is_small(t):
                self.values = [other for other in self.values if other is not v]
            line.tolerances[v.name] = 0.0 if v.exact else v.eps * 64 * 4.0**v.depth
        self.values = [v for v in self.values if v.name in self.space]
        self.lines.append(line)

    @staticmethod
    def is_exact(t: torch.Tensor) -> bool:
        parts = torch.view_as_real(t.detach().resolve_conj()) if t.is_complex() else t.detach()
        if not parts.is_floating_point():
            return bool((parts.double().abs() <= SMALL).all())
        wide = parts.double()
        return bool(((wide == wide.round()) & (wide.abs() <= SMALL)).all())

    @staticmethod
    def is_small(t: torch.Tensor) -> bool:
        if t.numel() > 200:
            return False
        wide = t.detach().abs().double() if t.dtype != torch.bool else t.detach().double()
        return bool((torch.nan_to_num(wide, 0.0, 0.0, 0.0) <= LARGE).all())


def draw_program(seed: int, length: int = 12) -> list[Line]:
    """The lines of the program of `seed`: two to four inputs and about `length` more."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        drawing = Drawing(seed)
        for _ in range(drawing.random.randint(2, 4)):
            drawing.add_input()
        for _ in range(length):
            if drawing.values:
                drawing.draw()
        return drawing.lines + ends_of(drawing)


def ends_of(drawing: Drawing) -> list[Line]:
    """The backward pass over a few of the values that lead somewhere."""
    live = [v for v in drawing.values if drawing.tensor(v).requires_grad]
    if not live:
        return []
    ends = drawing.random.sample(live, min(len(live), drawing.random.randint(1, 3)))
    loss = " + ".join(
        f"({v} * {v}.conj()).real.sum()" if drawing.tensor(v).is_complex() else f"{v}.double().sum()" for v in ends
    )
    return [Line(loss, "loss"), Line("loss.backward()")]
