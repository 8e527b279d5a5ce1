"""The forms of lines: each draws one line of a program over the values that are there.

A form says what it does to exactness, in the words of `programs.Value`:
- KEEPS: of small integers it gives integers; of rounded values, rounded ones
- ROUNDS: the result is rounded, so two right programs differ in its last bits
- JUMPS: it is not continuous, so its arguments have to be exact
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fuzz.programs import Drawing

words = str.split

KEEPS, ROUNDS, JUMPS = "keeps", "rounds", "jumps"

Form = Callable[["Drawing"], tuple[str, str] | None]
FORMS: list[tuple[float, Form]] = []


def form(weight: float) -> Callable[[Form], Form]:
    def add(function: Form) -> Form:
        FORMS.append((weight, function))
        return function

    return add


UNARY_EXACT = words("abs neg square positive real conj clone detach relu sgn nn.functional.relu6")
UNARY_ROUNDED = words("""
    exp exp2 expm1 log log2 log10 log1p sqrt rsqrt reciprocal sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh
    sigmoid erf erfc erfinv lgamma digamma sinc logit nan_to_num deg2rad rad2deg special.i0 special.i0e special.i1 special.i1e
    special.ndtr special.log_ndtr special.entr special.erfcx nn.functional.gelu nn.functional.silu nn.functional.elu
    nn.functional.selu nn.functional.celu nn.functional.mish nn.functional.softplus nn.functional.logsigmoid
    nn.functional.softsign nn.functional.tanhshrink nn.functional.leaky_relu nn.functional.hardswish nn.functional.hardsigmoid
""")
UNARY_JUMPS = words("""
    floor ceil round trunc frac sign signbit isnan isinf isfinite isposinf isneginf logical_not bitwise_not angle
    nn.functional.hardshrink nn.functional.softshrink nn.functional.hardtanh count_nonzero
""")
BINARY_EXACT = words("add sub mul maximum minimum fmax fmin")
BINARY_ROUNDED = words("div true_divide atan2 hypot logaddexp logaddexp2 pow xlogy special.xlog1py float_power")
BINARY_JUMPS = words("""
    eq ne lt le gt ge remainder fmod floor_divide logical_and logical_or logical_xor bitwise_and bitwise_or bitwise_xor heaviside
    copysign gcd lcm bitwise_left_shift bitwise_right_shift nextafter isclose
""")
REDUCTIONS_EXACT = words("sum amax amin nansum")
REDUCTIONS_ROUNDED = words("mean prod logsumexp var std")
REDUCTIONS_JUMPS = words("any all argmax argmin")
NUMBERS = ["2", "-1", "0", "3", "0.5", "1.0", "-2.0", "True"]


@form(8)
def unary(g: Drawing) -> tuple[str, str] | None:
    kind, names = g.one_of(
        [(KEEPS, UNARY_EXACT), (ROUNDS, UNARY_ROUNDED), (ROUNDS, UNARY_ROUNDED), (JUMPS, UNARY_JUMPS)]
    )
    return f"torch.{g.one_of(names)}({g.value()})", kind


@form(9)
def binary(g: Drawing) -> tuple[str, str] | None:
    kind, names = g.one_of(
        [(KEEPS, BINARY_EXACT), (KEEPS, BINARY_EXACT), (ROUNDS, BINARY_ROUNDED), (JUMPS, BINARY_JUMPS)]
    )
    name, x = g.one_of(names), g.value()
    y = g.beside(x)
    if g.chance(0.3):
        takes_numbers = [
            "add",
            "sub",
            "mul",
            "div",
            "pow",
            "remainder",
            "fmod",
            "floor_divide",
            "eq",
            "ne",
            "lt",
            "le",
            "gt",
            "ge",
            "float_power",
            "xlogy",
            "true_divide",
        ]
        if name in takes_numbers:
            y = g.one_of(NUMBERS)
            if kind is KEEPS and "." in y and y not in ("1.0", "-2.0"):
                kind = ROUNDS
    extra = ", alpha=2" if name in ("add", "sub") and g.chance(0.2) else ""
    if name == "div" and g.chance(0.2):
        extra, kind = g.one_of([', rounding_mode="floor"', ', rounding_mode="trunc"']), JUMPS
    return f"torch.{name}({x}, {y}{extra})", kind


@form(3)
def operator(g: Drawing) -> tuple[str, str] | None:
    x = g.value()
    y = g.one_of([str(g.beside(x)), g.one_of(NUMBERS[:4])])
    sign, kind = g.one_of(
        [
            ("+", KEEPS),
            ("-", KEEPS),
            ("*", KEEPS),
            ("/", ROUNDS),
            ("//", JUMPS),
            ("%", JUMPS),
            ("**", ROUNDS),
            ("==", JUMPS),
            ("<", JUMPS),
        ]
    )
    return (f"{x} {sign} {y}" if g.chance(0.6) else f"{y} {sign} {x}"), kind


@form(2)
def ternary(g: Drawing) -> tuple[str, str] | None:
    x = g.value()
    y, z = g.beside(x), g.beside(x)
    text, kind = g.one_of(
        [
            (f"torch.addcmul({x}, {y}, {z}, value=2)", KEEPS),
            (f"torch.addcdiv({x}, {y}, {z})", ROUNDS),
            (f"torch.lerp({x}, {y}, 0.25)", ROUNDS),
            (f"torch.lerp({x}, {y}, {z})", ROUNDS),
            (f"torch.where({g.mask(x)}, {x}, {y})", KEEPS),
            (f"torch.where({g.mask(x)}, {x}, 2)", KEEPS),
            (f"torch.clamp({x}, {y}, {z})", KEEPS),
            (f"torch.clamp({x}, min=-2)", KEEPS),
            (f"torch.clamp({x}, -1, 2)", KEEPS),
            (f"torch.nn.functional.threshold({x}, 1, -3)", JUMPS),
            (f"torch.nn.functional.mse_loss({x}, {y})", ROUNDS),
            (f"torch.nn.functional.l1_loss({x}, {y}, reduction='sum')", KEEPS),
            (f"torch.nn.functional.smooth_l1_loss({x}, {y})", ROUNDS),
            (f"torch.nn.functional.huber_loss({x}, {y}, delta=2.0)", ROUNDS),
        ]
    )
    return text, kind


@form(5)
def in_place(g: Drawing) -> tuple[str, str] | None:
    x = g.value()
    y = g.beside(x)
    text, kind = g.one_of(
        [
            (f"{x}.add_({y})", KEEPS),
            (f"{x}.mul_({y})", KEEPS),
            (f"{x}.sub_({y}, alpha=2)", KEEPS),
            (f"{x}.copy_({y})", KEEPS),
            (f"{x}.zero_()", KEEPS),
            (f"{x}.fill_(2)", KEEPS),
            (f"{x}.neg_()", KEEPS),
            (f"{x}.clamp_(-2, 2)", KEEPS),
            (f"{x}.masked_fill_({g.mask(x)}, 3)", KEEPS),
            (f"{x}.exp_()", ROUNDS),
            (f"{x}.sigmoid_()", ROUNDS),
            (f"{x}.div_({y})", ROUNDS),
            (f"{x}.tanh_()", ROUNDS),
            (f"{x}.relu_()", KEEPS),
            (f"{x}.addcmul_({y}, {y})", KEEPS),
            (f"{x}.transpose_(0, -1)", KEEPS),
            (f"{x}.squeeze_()", KEEPS),
            (f"{x}.unsqueeze_(0)", KEEPS),
            (f"{x}.t_()", KEEPS),
        ]
    )
    if g.chance(0.3) and not text.endswith(("transpose_(0, -1)", "squeeze_()", "squeeze_(0)", "t_()")):
        text = f"with torch.no_grad(): {text}"
    return text, kind


@form(3)
def written(g: Drawing) -> tuple[str, str] | None:
    x = g.value()
    place = g.subscript(x)
    return f"{x}[{place}] = {g.one_of(['1', '-2', f'{x}[{place}] * 2', f'{g.value()}.sum()'])}", KEEPS


@form(9)
def view(g: Drawing) -> tuple[str, str] | None:
    x = g.value()
    d, e = g.dim(x), g.dim(x)
    sizes = g.shape(x)
    text = g.one_of(
        [
            f"{x}.transpose({d}, {e})",
            f"{x}.permute({g.permutation(x)})",
            f"{x}[{g.subscript(x)}]",
            f"{x}[{g.subscript(x)}]",
            f"{x}.unsqueeze({g.one_of([0, -1, 1])})",
            f"{x}.squeeze()",
            f"{x}.squeeze({d})",
            f"{x}.reshape(-1)",
            f"{x}.reshape({g.factors(x)})",
            f"{x}.view({g.factors(x)})",
            f"{x}.flatten()",
            f"{x}.flatten({d})",
            f"{x}.narrow({d}, 0, {max(1, (sizes or [1])[0] // 2)})",
            f"{x}.select({d}, {g.one_of([0, -1])})",
            f"{x}.expand({', '.join(['2', *map(str, sizes)])})",
            f"{x}.unfold({d}, 2, 1)",
            f"{x}.diagonal()",
            f"{x}.mT",
            f"{x}.T",
            f"{x}.movedim({d}, {e})",
            f"{x}.unflatten({d}, (1, -1))" if g.shape(x) else f"{x}.view(1, 1)",
            f"{x}.chunk(2, {d})[0]",
            f"{x}.split(1, {d})[-1]",
            f"{x}.unbind({d})[0]",
            f"{x}.view_as({x})",
            f"{x}.as_strided(({min(2, g.numel(x))},), (1,))",
        ]
    )
    return text, KEEPS


@form(5)
def moved(g: Drawing) -> tuple[str, str] | None:
    x = g.value()
    d, e = g.dim(x), g.dim(x)
    y = g.beside(x)
    text = g.one_of(
        [
            f"{x}.flip({d})",
            f"{x}.roll(1, {d})",
            f"{x}.rot90(1, ({d}, {e}))",
            f"{x}.repeat({', '.join('12'[i % 2] for i in range(max(1, len(g.shape(x)))))})",
            f"{x}.repeat_interleave(2, {d})",
            f"{x}.tile(2)",
            f"{x}.tril()",
            f"{x}.triu(1)",
            f"{x}.diag_embed()",
            f"torch.cat([{x}, {x}], {d})",
            f"torch.cat([{x}, {y}], {d})",
            f"torch.stack([{x}, {x}], {d})",
            f"torch.stack([{x}, {y}])",
            f"torch.nn.functional.pad({x}, (1, 0))",
            f"torch.nn.functional.pad({x}, (1, 1), value=2.0)",
            f"{x}.index_select({d}, torch.tensor([0, 0], device=DEV))",
            f"torch.take({x}, torch.tensor([0, -1, 0], device=DEV))",
            f"{x}.gather({d}, torch.zeros_like({x}, dtype=torch.int64))",
            f"{x}.index_add({d}, torch.tensor([0], device=DEV), {x}.narrow({d}, 0, 1))",
            f"{x}.index_copy({d}, torch.tensor([0], device=DEV), {x}.narrow({d}, 0, 1) * 2)",
            f"{x}.scatter({d}, torch.zeros_like({x}, dtype=torch.int64).narrow({d}, 0, 1), 2)",
            f"{x}.scatter_add({d}, torch.zeros_like({x}, dtype=torch.int64), {x})",
            f"{x}.masked_fill({g.mask(x)}, 2)",
            f"{x}.masked_select({g.mask(x)})",
            f"{x}[{g.mask(x)}]",
            f"{x}.nan_to_num()",
            f"torch.block_diag({x}, {y})",
            f"torch.meshgrid({x}.reshape(-1)[:2], {y}.reshape(-1)[:2], indexing='ij')[1]",
            f"{x}.clone(memory_format=torch.contiguous_format)",
        ]
    )
    return text, KEEPS


@form(5)
def reduction(g: Drawing) -> tuple[str, str] | None:
    kind, names = g.one_of([(KEEPS, REDUCTIONS_EXACT), (ROUNDS, REDUCTIONS_ROUNDED), (JUMPS, REDUCTIONS_JUMPS)])
    name, x = g.one_of(names), g.value()
    whole = "" if name != "logsumexp" else f", {list(range(len(g.shape(x))))}"
    keep = ", keepdim=True" if g.chance(0.4) else ""
    over = g.one_of([whole, f", {g.dim(x)}{keep}", f", {g.dim(x)}{keep}"])
    return f"torch.{name}({x}{over})", kind


@form(3)
def along(g: Drawing) -> tuple[str, str] | None:
    x = g.value()
    d = g.dim(x)
    text, kind = g.one_of(
        [
            (f"torch.softmax({x}, {d})", ROUNDS),
            (f"torch.log_softmax({x}, {d})", ROUNDS),
            (f"torch.nn.functional.softmin({x}, {d})", ROUNDS),
            (f"torch.nn.functional.normalize({x}, dim={d})", ROUNDS),
            (f"torch.nn.functional.layer_norm({x}, {x}.shape[-1:])", ROUNDS),
            (f"torch.linalg.vector_norm({x}, dim={d})", ROUNDS),
            (f"torch.norm({x})", ROUNDS),
            (f"torch.cumsum({x}, {d})", KEEPS),
            (f"torch.cumprod({x}, {d})", ROUNDS),
            (f"torch.logcumsumexp({x}, {d})", ROUNDS),
            (f"torch.diff({x}, dim={d})", KEEPS),
            (f"torch.renorm({x}, 2, {d}, 1.5)", ROUNDS),
            (f"torch.nn.functional.glu({x}, {d})", ROUNDS),
            (f"torch.trapezoid({x}, dim={d})", ROUNDS),
            (f"torch.corrcoef({x})", ROUNDS),
            (f"torch.cov({x})", ROUNDS),
        ]
    )
    return text, kind


@form(2)
def ordered(g: Drawing) -> tuple[str, str] | None:
    x = g.distinct()
    if x is None:
        return None
    d = g.dim(x)
    text = g.one_of(
        [
            f"torch.sort({x}, {d})[0]",
            f"torch.sort({x}, {d}, descending=True)[1]",
            f"torch.argsort({x}, {d})",
            f"torch.topk({x}, 1, {d})[0]",
            f"torch.max({x}, {d})[0]",
            f"torch.min({x}, {d})[1]",
            f"torch.median({x}, {d})[0]",
            f"torch.kthvalue({x}, 1, {d})[0]",
            f"torch.cummax({x}, {d})[0]",
            f"torch.cummin({x}, {d})[1]",
            f"torch.aminmax({x})[1]",
            f"torch.unique({x})",
            f"torch.msort({x})",
        ]
    )
    return text, JUMPS


@form(3)
def product(g: Drawing) -> tuple[str, str] | None:
    x = g.value()
    y = g.one_of([f"{x}.mT", str(g.beside(x)), str(g.value())])
    text = g.one_of(
        [
            f"torch.matmul({x}, {y})",
            f"{x} @ {y}",
            f"torch.mm({x}, {y})",
            f"torch.bmm({x}, {y})",
            f"torch.outer({x}.reshape(-1)[:3], {y}.reshape(-1)[:3])",
            f"torch.dot({x}.reshape(-1), {x}.reshape(-1))",
            f"torch.einsum('...i,...i->...', {x}, {x})",
            f"torch.einsum('...ij->...ji', {x})",
            f"torch.nn.functional.linear({x}, {x}.reshape(1, -1)[:, : {(g.shape(x) or [1])[-1]}])",
            f"torch.addmm({x}, {x}, {y})",
            f"torch.tensordot({x}, {x}, {max(1, len(g.shape(x)))})",
            f"torch.kron({x}, {g.beside(x)})",
            f"torch.vander({x}.reshape(-1)[:3], 3)",
            f"torch.trace({x})",
        ]
    )
    return text, KEEPS


@form(3)
def cast(g: Drawing) -> tuple[str, str] | None:
    x = g.value()
    text, kind = g.one_of(
        [
            (f"{x}.double()", KEEPS),
            (f"{x}.float()", KEEPS),
            (f"{x}.to(torch.bfloat16)", KEEPS),
            (f"{x}.half()", KEEPS),
            (f"{x}.long()", JUMPS),
            (f"{x}.int()", JUMPS),
            (f"{x}.to(torch.uint8)", JUMPS),
            (f"{x}.bool()", JUMPS),
            (f"{x}.to(torch.complex128)", KEEPS),
            (f"{x}.type_as({g.value()})", JUMPS),
            (f"torch.zeros_like({x})", KEEPS),
            (f"torch.ones_like({x})", KEEPS),
            (f"torch.full_like({x}, 2)", KEEPS),
            (f"{x}.new_zeros((2, 2))", KEEPS),
        ]
    )
    return text, kind


@form(2)
def autograd(g: Drawing) -> tuple[str, str] | None:
    x, y = g.value(), g.value()
    text = g.one_of(
        [
            f"{x}.requires_grad_()",
            f"{x}.detach()",
            f"{x}.detach_()",
            f"{x}.retain_grad()",
            f"{x}.register_hook(lambda grad: grad * 2) and None",
            f"torch.autograd.grad({x}.sum(), {y}, allow_unused=True, retain_graph=True)[0]",
            f"torch.autograd.grad({x}.sum(), {y}, allow_unused=True, create_graph=True)[0]",
            f"torch.utils.checkpoint.checkpoint(lambda v: v * v + v, {x}, use_reentrant=False)",
            f"torch.func.vmap(lambda v: v * 2 + v.sum())({x})" if g.numel(x) else f"{x}.detach()",
            f"torch.func.grad(lambda v: (v * v).sum())({x})",
        ]
    )
    return text, ROUNDS if "autograd.grad" in text else KEEPS
