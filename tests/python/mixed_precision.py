"""Programs under autocast: values, gradients and what hooks saw of them, with either library.

Norms and backward leave out passes where nobody looks (docs/performance.md): the programs look in all kinds of ways.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch as reference

Program = Callable[[Any, "Numbers"], Any]
PROGRAMS: list[Program] = []


def program(fn: Program) -> Program:
    PROGRAMS.append(fn)
    return fn


class Numbers:
    """The same random tensors and layers for either side."""

    def __init__(self, t: Any, device: str = "cpu") -> None:
        self.t, self.device = t, device
        self.generator = reference.Generator().manual_seed(3)

    def tensor(self, *shape: int, grad: bool = False) -> Any:
        values = reference.randn(*shape, generator=self.generator)
        x = values.clone() if self.t is reference else self.t.from_dlpack(values.clone())
        return x.to(self.device).requires_grad_(grad)

    def fill(self, layer: Any) -> Any:
        with self.t.no_grad():
            for p in layer.parameters():
                p.copy_(self.tensor(*p.shape))
        return layer.to(self.device)

    def linear(self, n: int, m: int) -> Any:
        return self.fill(self.t.nn.Linear(n, m))

    def norm(self, n: int, kind: str) -> Any:
        return self.fill(getattr(self.t.nn, kind)(n))

    def autocast(self) -> Any:
        return self.t.autocast(self.device, dtype=self.t.bfloat16)


def block(n: Numbers, x: Any, kind: str = "LayerNorm", post: bool = False) -> tuple[Any, Any, list[Any]]:
    """A residual block: what it gives, what the norm gave, its parameters."""
    norm, up, down = n.norm(8, kind), n.linear(8, 16), n.linear(16, 8)
    with n.autocast():
        if post:
            h = norm(x + down(n.t.tanh(up(x))))
            out = h + down(n.t.tanh(up(h)))
        else:
            h = norm(x)
            out = x + down(n.t.tanh(up(h)))
    return out, h, [*norm.parameters(), *up.parameters(), *down.parameters()]


def loss_of(n: Numbers, out: Any) -> Any:
    return (out.float() * n.tensor(*out.shape)).sum()


@program
def layer_norm_block(t: Any, n: Numbers) -> Any:
    x = n.tensor(5, 8, grad=True)
    out, _, parameters = block(n, x)
    loss_of(n, out).backward()
    return out, x.grad, [p.grad for p in parameters]


@program
def rms_norm_block(t: Any, n: Numbers) -> Any:
    x = n.tensor(5, 8, grad=True)
    out, _, parameters = block(n, x, "RMSNorm")
    loss_of(n, out).backward()
    return out, x.grad, [p.grad for p in parameters]


@program
def norm_after_the_sum(t: Any, n: Numbers) -> Any:
    x = n.tensor(5, 8, grad=True)
    out, _, parameters = block(n, x, post=True)
    loss_of(n, out).backward()
    return out, x.grad, [p.grad for p in parameters]


@program
def several_blocks(t: Any, n: Numbers) -> Any:
    x = n.tensor(6, 8, grad=True)
    y, parameters = x, []
    for _ in range(3):
        y, _, more = block(n, y * 1.0)
        parameters += more
    loss_of(n, y).backward()
    return x.grad, [p.grad for p in parameters]


@program
def three_projections_of_one_norm(t: Any, n: Numbers) -> Any:
    x, norm = n.tensor(5, 8, grad=True), n.norm(8, "LayerNorm")
    layers = [n.linear(8, 8) for _ in range(3)]
    with n.autocast():
        h = norm(x)
        q, k, v = (layer(h) for layer in layers)
    (q * k + v).float().sum().backward()
    return x.grad, norm.weight.grad, [layer.weight.grad for layer in layers]


@program
def hooks_on_every_tensor(t: Any, n: Numbers) -> Any:
    x = n.tensor(5, 8, grad=True)
    seen = []
    x.register_hook(lambda g: seen.append(("x", g.dtype == t.float32, g.clone())))
    y = x * 1.0
    y.register_hook(lambda g: seen.append(("y", g.dtype == t.float32, g.clone())))
    out, h, _ = block(n, y)
    h.register_hook(lambda g: seen.append(("h", g.dtype == t.float32, g.clone())))
    loss_of(n, out).backward()
    return seen, x.grad


@program
def a_hook_that_changes_the_gradient_of_the_norm(t: Any, n: Numbers) -> Any:
    x = n.tensor(5, 8, grad=True)
    out, h, _ = block(n, x)
    h.register_hook(lambda g: g * 3)
    loss_of(n, out).backward()
    return x.grad


@program
def hooks_on_nodes(t: Any, n: Numbers) -> Any:
    x = n.tensor(5, 8, grad=True)
    seen = []
    y = x * 1.0
    out, h, _ = block(n, y)
    for fn in (h.grad_fn, out.grad_fn, y.grad_fn):
        fn.register_hook(lambda into, outof: seen.append([g if g is None else g.clone() for g in (*into, *outof)]))
    h.grad_fn.register_prehook(lambda outof: seen.append([g if g is None else g.clone() for g in outof]))
    loss_of(n, out).backward()
    return x.grad, [[str(g.dtype) for g in gs if g is not None] for gs in seen], [gs[0] for gs in seen]


@program
def retained_gradients(t: Any, n: Numbers) -> Any:
    x = n.tensor(5, 8, grad=True)
    y = x * 1.0
    out, h, _ = block(n, y)
    for tensor in (y, h, out):
        tensor.retain_grad()
    loss_of(n, out).backward()
    return y.grad, h.grad, out.grad, x.grad


@program
def gradients_of_tensors_inside(t: Any, n: Numbers) -> Any:
    x = n.tensor(5, 8, grad=True)
    y = x * 1.0
    out, h, parameters = block(n, y)
    return t.autograd.grad(loss_of(n, out), [h, y, *parameters], retain_graph=True), t.autograd.grad(out.sum(), y)


@program
def second_derivatives(t: Any, n: Numbers) -> Any:
    x = n.tensor(5, 8, grad=True)
    out, _, parameters = block(n, x * 1.0)
    first = t.autograd.grad(loss_of(n, out), [x, parameters[0]], create_graph=True)
    (first[0].square().sum() + first[1].square().sum()).backward()
    return first, x.grad, parameters[0].grad


@program
def gradients_add_up_over_steps(t: Any, n: Numbers) -> Any:
    x = n.tensor(5, 8, grad=True)
    layer, norm = n.linear(8, 8), n.norm(8, "LayerNorm")
    for _ in range(3):
        with n.autocast():
            out = layer(norm(x)) + x
        out.float().square().mean().backward()
    return x.grad, layer.weight.grad, layer.bias.grad, norm.weight.grad


@program
def a_gradient_that_backward_keeps(t: Any, n: Numbers) -> Any:
    """A Function that keeps the gradient it hands on: nobody may write to it."""
    kept = []

    class Keep(t.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x.clone()

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            kept.append(g)
            return g

    x = n.tensor(5, 8, grad=True)
    y = x * 1.0
    norm = n.norm(8, "LayerNorm")
    out = norm(y) * 2 + Keep.apply(y)
    loss_of(n, out).backward()
    return kept, x.grad


@program
def gradients_through_the_statistics(t: Any, n: Numbers) -> Any:
    x = n.tensor(5, 8, grad=True)
    weight = n.tensor(8, grad=True)
    if t is reference:  # its native_layer_norm ignores what comes back through the statistics
        mean = x.mean(1, keepdim=True)
        rstd = (x.var(1, correction=0, keepdim=True) + 1e-5).rsqrt()
        out = (x - mean) * rstd * weight
    else:
        out, mean, rstd = t.native_layer_norm(x, (8,), weight, None, 1e-5)
    (out.bfloat16().float().sum() + mean.bfloat16().sum() + (rstd * 3).sum() + x.square().sum()).backward()
    return x.grad, weight.grad


@program
def parameters_alone(t: Any, n: Numbers) -> Any:
    x, norm, layer = n.tensor(5, 8), n.norm(8, "LayerNorm"), n.linear(8, 4)
    norm.bias.requires_grad_(False)
    with n.autocast():
        out = layer(norm(x))
    loss_of(n, out).backward()
    return norm.weight.grad, norm.bias.grad, layer.weight.grad


@program
def the_norm_is_written_to_before_it_is_cast(t: Any, n: Numbers) -> Any:
    x, norm, layer = n.tensor(5, 8), n.norm(8, "LayerNorm"), n.linear(8, 4)
    with t.no_grad(), n.autocast():
        h, k = norm(x), norm(x)
        h.mul_(2)
        k.data.mul_(3)
        return layer(h), layer(k), k
