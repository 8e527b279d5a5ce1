"""Random programs of pointwise ops, views, casts, writes and reads: the same one can be run any number of times."""

from __future__ import annotations

import random
from typing import Any

import vibetensor.torch as vt

SHAPES = [(64, 64), (64, 64), (64, 64), (1, 64), (64, 1), (64,), (), (3, 64, 64)]
DTYPES = ["float32", "float32", "float32", "float64", "bfloat16", "float16", "int64", "int32", "uint8", "bool"]
UNARY = [
    "abs",
    "neg",
    "exp",
    "expm1",
    "log1p",
    "sqrt",
    "rsqrt",
    "sin",
    "cos",
    "tanh",
    "sigmoid",
    "erf",
    "relu",
    "floor",
    "ceil",
    "round",
    "trunc",
    "sign",
    "square",
    "reciprocal",
    "logical_not",
    "isnan",
    "isfinite",
    "frac",
    "atan",
    "asinh",
    "exp2",
    "positive",
]
BINARY = [
    "add",
    "sub",
    "mul",
    "div",
    "maximum",
    "minimum",
    "atan2",
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "logical_and",
    "logical_or",
    "fmod",
    "copysign",
    "hypot",
    "pow",
    "bitwise_and",
    "bitwise_xor",
    "floor_divide",
]
INPLACE = [
    "add_",
    "mul_",
    "sub_",
    "div_",
    "relu_",
    "sigmoid_",
    "neg_",
    "exp_",
    "clamp_",
    "zero_",
    "fill_",
    "copy_",
]
VIEWS = ["t", "flatten", "unsqueeze", "slice", "expand", "reshape", "row"]
FUNCTIONS = ["silu", "gelu", "softplus", "leaky_relu", "hardswish", "elu", "mish", "logsigmoid"]


class RandomProgram:
    """A list of instructions drawn from a seed, run by `run` on values that `inputs` makes."""

    def __init__(self, seed: int, length: int = 24):
        self.seed = seed
        draw = random.Random(seed)
        self.inputs = [(draw.choice(SHAPES), draw.choice(DTYPES)) for _ in range(draw.randint(1, 4))]
        self.kept = draw.random() < 0.5  # whether all values outlive the program, or the last ones alone
        self.code = [self.instruction(draw) for _ in range(length)]

    def instruction(self, draw: random.Random) -> tuple[Any, ...]:
        kind = draw.choices(
            [
                "unary",
                "binary",
                "number",
                "function",
                "ternary",
                "cast",
                "inplace",
                "view",
                "drop",
                "read",
                "reduce",
                "cat",
            ],
            [20, 22, 14, 8, 6, 8, 10, 6, 8, 1, 2, 1],
        )[0]
        at = [draw.random() for _ in range(3)]
        number = draw.choice([2, 0.5, -1.25, 3, True, 1e-3, -7])
        names = {"unary": UNARY, "binary": BINARY, "number": BINARY, "function": FUNCTIONS, "inplace": INPLACE}
        if kind in names:
            return kind, draw.choice(names[kind]), at, number
        if kind == "ternary":
            return kind, draw.choice(["where", "lerp", "addcmul", "addcdiv", "clamp", "masked_fill"]), at, number
        if kind == "cast":
            return kind, draw.choice([*DTYPES, "clone"]), at, number
        if kind == "view":
            return kind, draw.choice(VIEWS), at, number
        return (
            kind,
            draw.choice(["sum", "amax", "amin", "mean", "all of sum", "dropped mean", "two of sum"]),
            at,
            number,
        )

    def make_inputs(self, device: str = "cpu") -> list[Any]:
        vt.manual_seed(self.seed)
        made = []
        for shape, dtype in self.inputs:
            x = vt.randn(shape) * 3
            made.append((x > 0 if dtype == "bool" else x.to(getattr(vt, dtype))).to(device))
        return made

    def step(self, values: list[Any], kind: str, name: str, at: list[float], number: Any) -> Any:
        x, y, z = (values[int(a * len(values))] for a in at)
        match kind:
            case "unary":
                return getattr(vt, name)(x)
            case "binary":
                return getattr(vt, name)(x, y)
            case "number":
                return getattr(vt, name)(x, number)
            case "function":
                return getattr(vt.nn.functional, name)(x)
            case "cast":
                return x.clone() if name == "clone" else x.to(getattr(vt, name))
            case "ternary":
                return self.ternary(name, x, y, z, number)
            case "inplace":
                return self.write(name, x, y, number)
            case "view":
                return self.view(name, x)
            case "reduce":
                return self.reduce(name, x if x.is_floating_point() or name in ("amax", "sum") else x.float())
            case "cat":
                return vt.cat([x.flatten(), y.flatten()])
            case "read":
                return x * float(x.flatten()[-1].item() > 0) if x.numel() else x
        return None

    def ternary(self, name: str, x: Any, y: Any, z: Any, number: Any) -> Any:
        if name == "where":
            return vt.where(x > 0, y, z)
        if name == "masked_fill":
            return x.masked_fill(y > 0, number)
        if name == "clamp":
            return vt.clamp(x, -1, 2)
        if name == "lerp":
            return vt.lerp(x, y, 0.25)
        return getattr(vt, name)(x, y, z, value=number)

    def reduce(self, name: str, x: Any) -> Any:
        match name:
            case "all of sum":
                return x.sum()
            case "dropped mean":
                return x.mean(-1).unsqueeze(-1)
            case "two of sum":
                return x.sum((-1, -2), keepdim=True)
            case _:
                return getattr(vt, name)(x, -1, keepdim=True)

    def write(self, name: str, x: Any, y: Any, number: Any) -> Any:
        if name in ("relu_", "sigmoid_", "neg_", "exp_", "zero_"):
            return getattr(x, name)()
        if name == "clamp_":
            return x.clamp_(-1, 1)
        if name == "fill_":
            return x.fill_(number)
        if name == "copy_":
            return x.copy_(y)
        return getattr(x, name)(y if number == 2 else number)

    def view(self, name: str, x: Any) -> Any:
        match name:
            case "t":
                return x.transpose(-1, -2)
            case "flatten":
                return x.flatten()
            case "unsqueeze":
                return x.unsqueeze(0)
            case "slice":
                return x[1:]
            case "row":
                return x[0]
            case "expand":
                return x.expand(64, 64)
            case _:
                return x.reshape(-1, 64)

    def run(self, inputs: list[Any]) -> list[Any]:
        """What the program leaves: values, and the types of errors in the place of those that raised."""
        values, left = list(inputs), list(inputs)
        for kind, name, at, number in self.code:
            if kind == "drop":
                if len(values) > len(inputs):
                    del values[len(inputs)]
                continue
            try:
                made = self.step(values, kind, name, at, number)
            except (RuntimeError, TypeError, IndexError, NotImplementedError) as error:
                left.append(type(error).__name__)
                continue
            values.append(made)
            if self.kept:
                left.append(made)
        return left + values[len(inputs) :]


def bits(value: Any) -> Any:
    """Dtype, shape, bytes and strides, of dims that have more than one place, of a tensor; what is no tensor as it is.

    All NaN count as one: which of two a processor hands on is not the same in a vector and in what is left behind it, in
    eager mode too.
    """
    if not isinstance(value, vt.Tensor):
        return value
    value = value.detach().cpu()
    narrow = value.dtype in (vt.bfloat16, vt.float16)
    dense = value.contiguous()
    if value.is_floating_point():
        dense = vt.where(dense.isnan(), vt.full_like(dense, float("nan")), dense)
    return (
        str(value.dtype),
        tuple(value.shape),
        tuple(step for step, n in zip(value.stride(), value.shape, strict=True) if n != 1),
        (dense.view(vt.int16) if narrow else dense).numpy().tobytes(),
    )
