"""Counting the floating point operations of matrix products, convolutions and attention, by module and op.

The calls are those that the profiler sees, of the backward pass too, whose work counts for the module of the forward call.
Attention counts on every device.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Sequence
from math import prod
from typing import Any, NamedTuple

from vibetensor import _C
from vibetensor.torch._not_there import Refused
from vibetensor.torch._ops import ops
from vibetensor.torch.nn.modules.module import (
    Module,
    register_module_forward_hook,
    register_module_forward_pre_hook,
)

__all__ = ["FlopCounterMode", "register_flop_formula"]

register_flop_formula = Refused(
    "torch.utils.flop_counter.register_flop_formula", "only matrix products, convolutions and attention are counted"
)

LIMIT = 1 << 21  # calls of a session; more are refused, not left out
Shape = Sequence[int]


class Call(NamedTuple):
    """A call of an op: the shapes of its tensor arguments, () for what is none, and the other arguments."""

    shapes: list[Any]
    values: list[str]


def product(a: Shape, b: Shape) -> int:
    """Of matrices, or batches of them: a multiplication and an addition per element of the result and inner size."""
    return 2 * prod(a) * b[-1]


def linear(call: Call) -> int:
    x, weight = call.shapes[:2]
    return 2 * prod(x) * (weight[0] if len(weight) > 1 else 1)


def convolution(call: Call) -> int:
    x, weight = call.shapes[:2]
    stride, padding, dilation, transposed = (ast.literal_eval(text) for text in call.values[3:7])
    if transposed:
        return 2 * prod(x[2:]) * x[0] * prod(weight)
    sizes = [
        (size + 2 * pad - reach * (kernel - 1) - 1) // step + 1
        for size, kernel, step, pad, reach in zip(x[2:], weight[2:], stride, padding, dilation)
    ]
    return 2 * prod(sizes) * x[0] * prod(weight)


def weight_gradient(call: Call) -> int:
    """As PyTorch counts it, every channel of one side with every one of the other, groups or not."""
    x, grad = call.shapes[:2]
    kernel = ast.literal_eval(call.values[2])
    return 2 * prod(kernel) * x[0] * x[1] * grad[1] * prod(grad[2:])


def attention(call: Call) -> int:
    q, k, v = call.shapes[:3]
    return 2 * prod(q[:-1]) * k[-2] * (q[-1] + v[-1])


def attention_backward(call: Call) -> int:
    """The scores again, and the gradients of what they are made of and of what they weigh."""
    _, q, k, v = call.shapes[:4]
    return 2 * prod(q[:-1]) * k[-2] * (3 * q[-1] + 2 * v[-1])


FORMULAS: dict[str, tuple[Callable[[Call], int], str]] = {
    "mm": (lambda c: product(*c.shapes[:2]), "mm"),
    "bmm": (lambda c: product(*c.shapes[:2]), "bmm"),
    "addmm": (lambda c: product(*c.shapes[1:3]), "addmm"),
    "baddbmm": (lambda c: product(*c.shapes[1:3]), "baddbmm"),
    "convolution": (convolution, "convolution"),
    "_convolution_weight_gradient": (weight_gradient, "convolution_backward"),
    "_attention": (attention, "_scaled_dot_product_flash_attention"),
    "_attention_backward": (attention_backward, "_scaled_dot_product_flash_attention_backward"),
}


def flops_of(name: str, call: Call) -> tuple[int, str] | None:
    """The operations of a call and PyTorch's name for it; None if it does not count."""
    if name == "linear":
        return linear(call), "addmm" if len(call.shapes) > 2 and call.shapes[2] else "mm"
    formula = FORMULAS.get(name.rstrip("_"))
    return None if formula is None else (formula[0](call), formula[1])


class FlopCounterMode:
    """Context that counts floating point operations by module and op.

    mods: not needed any more. depth: how deep the table goes. display: whether the table is printed at the end.

    >>> import vibetensor.torch as torch
    >>> from vibetensor.torch.utils.flop_counter import FlopCounterMode
    >>> with FlopCounterMode(display=False) as counter:
    ...     _ = torch.nn.Linear(4, 5)(torch.ones(3, 4))
    >>> counter.get_total_flops()
    120
    """

    def __init__(self, mods: Any = None, depth: int | None = 2, display: bool = True, custom_mapping: Any = None):
        if mods is not None:
            import warnings

            warnings.warn("mods argument is not needed anymore, you can stop passing it", stacklevel=2)
        if custom_mapping:
            raise NotImplementedError(
                "FlopCounterMode(custom_mapping=...) is not there yet: only matrix products, convolutions and attention "
                "are counted"
            )
        self.depth, self.display = depth, display
        self.flop_counts: dict[str, dict[Any, int]] = defaultdict(lambda: defaultdict(int))
        self.names: dict[int, str] = {}
        self.modules: list[Any] = []  # that have a name, so that no other gets their id
        self.ranges: list[int] = []
        self.hooks: list[Any] = []
        self.is_on = False

    # ---- modules

    def _name(self, module: Module) -> str:
        name = self.names.get(id(module))
        if name is None:
            self._give_name(module, type(module).__name__)
            name = self.names[id(module)]
        return name

    def _give_name(self, module: Module, name: str) -> None:
        self.names[id(module)] = name
        self.modules.append(module)
        for child, found in module.named_children():
            if id(found) not in self.names:
                self._give_name(found, f"{name}.{child}")

    def _enter_module(self, module: Module, args: Any) -> None:
        self.ranges.append(_C.profiler_begin_range(self._name(module), ""))

    def _leave_module(self, module: Module, args: Any, output: Any) -> None:
        if self.ranges:
            _C.profiler_end_range(self.ranges.pop())

    # ---- counting

    def __enter__(self) -> FlopCounterMode:
        self.flop_counts.clear()
        self._start()
        self.hooks = [
            register_module_forward_pre_hook(self._enter_module),
            register_module_forward_hook(self._leave_module, always_call=True),
        ]
        return self

    def __exit__(self, *exc: object) -> None:
        for hook in self.hooks:
            hook.remove()
        self.ranges.clear()
        self._stop()
        if self.display and exc[0] is None:
            print(self.get_table(self.depth))

    def _start(self) -> None:
        options = {"host": True, "shapes": True, "flops": True, "limit": LIMIT}
        _C.profiler_start({"device": False, "memory": False, "stacks": False, **options})
        self.is_on = True

    def _stop(self) -> None:
        if not self.is_on:
            return
        self.is_on = False
        profile = _C.profiler_stop()
        lost = profile.dropped()["host"]
        if lost:
            raise RuntimeError(f"FlopCounterMode: more than {LIMIT} calls; count fewer steps at a time")
        self._add(profile.host_events())

    def _so_far(self) -> None:
        """Returns None; counts what has happened in the context until now, which goes on."""
        if self.is_on and not self.ranges:
            self._stop()
            self._start()

    def _add(self, events: list[dict[str, Any]]) -> None:
        homes: dict[int, frozenset[str]] = {}  # of an event: the modules around it
        of_call: dict[int, frozenset[str]] = {}  # of a recorded forward call
        counted: set[int] = set()  # events inside one that counts
        gradients: set[int] = set()  # calls for the gradients of a convolution
        nothing: frozenset[str] = frozenset()
        for event in events:
            at, parent = event["id"], event["parent"]
            home = homes.get(parent, nothing)
            if event["kind"] == "range":
                home = home | {event["name"]}
            elif event["kind"] in ("evaluate", "node"):
                home = home | of_call.get(event["sequence"], nothing)
            elif event["sequence"] >= 0:
                of_call.setdefault(event["sequence"], home)
            homes[at] = home
            if event["name"].startswith("ConvolutionBackward") or parent in gradients:
                gradients.add(at)
            if parent in counted:
                counted.add(at)
                continue
            if event["kind"] != "op" or event["inputs"] is None:
                continue
            shapes, _, _, values = event["inputs"]
            found = flops_of(event["name"].removeprefix("aten::"), Call(shapes, values))
            if found is None:
                continue
            counted.add(at)
            flops, name = found
            if name == "convolution" and event["parent"] in gradients:
                name = "convolution_backward"  # the gradient of the input is a convolution too
            for owner in {"Global", *home}:
                self.flop_counts[owner][getattr(ops.aten, name)] += flops

    # ---- what was counted

    def get_total_flops(self) -> int:
        """The operations of all calls in the context."""
        self._so_far()
        return sum(self.flop_counts.get("Global", {}).values())

    def get_flop_counts(self) -> dict[str, dict[Any, int]]:
        """The operations by module ("Global" for all) and op."""
        self._so_far()
        return {name: dict(counts) for name, counts in self.flop_counts.items()}

    def get_table(self, depth: int | None = None) -> str:
        """The counts as text: a line for each module and op, with its part of the whole."""
        depth = self.depth if depth is None else depth
        total = self.get_total_flops()
        lines = [("Module", "FLOP", "% Total")]
        for name in ["Global", *sorted(set(self.flop_counts) - {"Global"})]:
            level = 0 if name == "Global" else name.count(".") + 1
            if depth is not None and level > depth:
                continue
            counts = self.flop_counts[name]
            lines.append((" " * level + name, in_thousands(sum(counts.values())), part(sum(counts.values()), total)))
            lines += [(f"{' ' * level} - {op}", in_thousands(n), part(n, total)) for op, n in counts.items()]
        widths = [max(len(line[i]) for line in lines) for i in range(3)]
        text = [
            f"{name:<{widths[0]}}  {flops:>{widths[1]}}  {share:>{widths[2]}}".rstrip() for name, flops, share in lines
        ]
        return "\n".join([text[0], "  ".join("-" * width for width in widths), *text[1:]])


def in_thousands(n: int) -> str:
    """1234567 as "1.235M"."""
    if n < 1000:
        return str(n)
    for unit in "KMBT":
        n_ = n / 1000 ** ("KMBT".index(unit) + 1)
        if n_ < 1000 or unit == "T":
            return f"{n_:.3f}{unit}"
    raise AssertionError


def part(n: int, total: int) -> str:
    return f"{100 * n / total:.2f}%" if total else "0.00%"
