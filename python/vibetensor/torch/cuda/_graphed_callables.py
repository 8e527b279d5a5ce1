"""Parts of a network, forward and backward, as pairs of CUDA graphs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vibetensor import _C
from vibetensor.graphs.nested import Spec, flatten, unflatten
from vibetensor.torch.autograd import grad as gradients_of
from vibetensor.torch.autograd.function import Function, once_differentiable
from vibetensor.torch.cuda.graphs import CUDAGraph, Pool, graph, graph_pool_handle
from vibetensor.torch.cuda.streams import Stream, StreamContext

Tensor: Any = _C.Tensor


def check_module(module: Any) -> None:
    if module._backward_hooks or module._forward_hooks or module._forward_pre_hooks:
        raise AssertionError(
            "make_graphed_callables: expected a module without hooks; register them on the result instead"
        )
    if any(buffer.requires_grad for buffer in module.buffers()):
        raise AssertionError(
            "make_graphed_callables: expected buffers with requires_grad=False; only parameters may be trainable"
        )


class Part:
    """One callable with the memory that its graphs read and write."""

    def __init__(self, func: Any, args: tuple[Any, ...], allow_unused: bool):
        from vibetensor.torch.nn import Module

        self.func, self.args, self.allow_unused = func, args, allow_unused
        self.is_module = isinstance(func, Module)
        if self.is_module:
            check_module(func)
        leaves, self.spec = flatten(args)
        if not all(isinstance(leaf, Tensor) for leaf in leaves):
            raise AssertionError("make_graphed_callables: expected only Tensors in sample_args")
        self.inputs = tuple(leaves)
        self.params = tuple(func.parameters()) if self.is_module else ()
        self.forward_graph, self.backward_graph = CUDAGraph(), CUDAGraph()
        self.outputs: tuple[Any, ...] = ()
        self.output_spec: Spec | None = None
        self.output_grads: tuple[Any, ...] = ()
        self.input_grads: tuple[Any, ...] = ()

    @property
    def surface(self) -> tuple[Any, ...]:
        return self.inputs + self.params

    def run_backward(self, outputs: Any, output_grads: Any) -> tuple[Any, ...]:
        return gradients_of(
            outputs=tuple(o for o in outputs if o.requires_grad),
            inputs=tuple(i for i in self.surface if i.requires_grad),
            grad_outputs=tuple(g for g in output_grads if g is not None),
            allow_unused=self.allow_unused,
        )

    def warm_up(self, iterations: int) -> None:
        for _ in range(iterations):
            outputs, _ = flatten(self.func(*self.args))
            if any(o.requires_grad for o in outputs):
                self.run_backward(outputs, like_outputs(outputs))

    def capture_forward(self, pool: Pool) -> None:
        with graph(self.forward_graph, pool=pool):
            result = self.func(*self.args)
        leaves, self.output_spec = flatten(result)
        self.outputs = tuple(leaves)

    def capture_backward(self, pool: Pool) -> None:
        self.output_grads = like_outputs(self.outputs)
        found: list[Any] = []
        if any(g is not None for g in self.output_grads):
            with graph(self.backward_graph, pool=pool):
                found = list(self.run_backward(self.outputs, self.output_grads))
        at = iter(found)
        self.input_grads = tuple(next(at) if found and i.requires_grad else None for i in self.surface)
        self.outputs = tuple(o.detach() for o in self.outputs)

    def leave_gradients(self) -> None:
        """Copy parameters' gradients that lie where the next replay writes."""
        for tensor, static in zip(self.surface, self.input_grads, strict=True):
            if static is None or tensor.grad is None:
                continue
            if tensor.grad._storage_key() == static._storage_key():
                tensor.grad = tensor.grad.clone()


def like_outputs(outputs: Any) -> tuple[Any, ...]:
    return tuple(_C.ops.empty_like(o).detach() if o.requires_grad else None for o in outputs)


def differentiable(part: Part) -> Callable[..., Any]:
    """A function of the part's arguments that replays its graphs."""
    count = len(part.inputs)

    class Graphed(Function):
        @staticmethod
        def forward(ctx: Any, *inputs: Any) -> Any:
            for static, given in zip(part.inputs, inputs[:count], strict=True):
                if static.data_ptr() != given.data_ptr():
                    static.copy_(given)
            part.forward_graph.replay()
            return tuple(o.detach() for o in part.outputs)

        @staticmethod
        @once_differentiable
        def backward(ctx: Any, *grads: Any) -> Any:
            for static, given in zip(part.output_grads, grads, strict=True):
                if static is not None and static.data_ptr() != given.data_ptr():
                    static.copy_(given)
            part.leave_gradients()
            part.backward_graph.replay()
            return tuple(None if g is None else g.detach() for g in part.input_grads)

    def run(*args: Any) -> Any:
        leaves, spec = flatten(args)
        if spec != part.spec:
            raise RuntimeError("expected arguments nested like sample_args of make_graphed_callables, got others")
        outputs = Graphed.apply(*leaves, *part.params)
        assert part.output_spec is not None
        return unflatten(part.output_spec, outputs if isinstance(outputs, tuple) else (outputs,))

    return run


def with_graphed_forward(module: Any, run: Callable[..., Any]) -> Any:
    """The module, whose forward replays while it is in the mode (train or eval) that it was captured in."""
    captured_in, plain = module.training, module.forward

    def forward(*args: Any, **kwargs: Any) -> Any:
        return run(*args, **kwargs) if module.training == captured_in else plain(*args, **kwargs)

    module.forward = forward
    return module


def make_graphed_callables(
    callables: Any,
    sample_args: Any,
    num_warmup_iters: int = 3,
    allow_unused_input: bool = False,
    pool: Pool | None = None,
) -> Any:
    """See torch.cuda.make_graphed_callables."""
    if (_C.is_autocast_enabled("cuda") or _C.is_autocast_enabled("cpu")) and _C.is_autocast_cache_enabled():
        raise RuntimeError(
            "make_graphed_callables does not support the autocast caching. Please set `cache_enabled=False`."
        )
    from vibetensor.torch.cuda import synchronize

    is_one = not isinstance(callables, tuple)
    funcs = (callables,) if is_one else callables
    all_args = (sample_args,) if is_one else sample_args
    parts = [Part(func, tuple(args), allow_unused_input) for func, args in zip(funcs, all_args, strict=True)]
    memory = graph_pool_handle() if pool is None else pool
    synchronize()
    with StreamContext(Stream()):
        for part in parts:
            part.warm_up(num_warmup_iters)
    synchronize()
    # In the order in which they will run, since they share a pool: forwards, then backwards from the last on.
    for part in parts:
        part.capture_forward(memory)
    for part in reversed(parts):
        part.capture_backward(memory)
    made = [
        with_graphed_forward(part.func, differentiable(part)) if part.is_module else differentiable(part)
        for part in parts
    ]
    return made[0] if is_one else tuple(made)
