"""CUDA graphs: work recorded once and given to the GPU again with one call; parts of a network as pairs of them."""

from __future__ import annotations

import threading
import warnings
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from vibetensor import _C
from vibetensor.torch.autograd import grad as gradients_of
from vibetensor.torch.autograd.function import Function, once_differentiable
from vibetensor.torch.cuda.streams import Stream, StreamContext
from vibetensor.torch.utils._pytree import TreeSpec, tree_flatten, tree_unflatten

Tensor: Any = _C.Tensor
Pool = tuple[int, int]

_captures: weakref.WeakKeyDictionary[CUDAGraph, int] = weakref.WeakKeyDictionary()  # that go on, with their threads
_captures_lock = threading.Lock()


def capturing() -> CUDAGraph | None:
    """The graph that this thread captures."""
    if not _captures:
        return None
    with _captures_lock:
        return next((graph for graph, thread in _captures.items() if thread == threading.get_ident()), None)


@contextmanager
def no_capture() -> Iterator[bool]:
    """Whether no thread captures; none begins to within the context."""
    with _captures_lock:
        yield not _captures


def is_current_stream_capturing() -> bool:
    """Whether work on the current stream is being recorded into a graph; False where CUDA is not available."""
    return _C.cuda_is_current_stream_capturing()


def graph_pool_handle() -> Pool:
    """A name for a memory pool that graphs may share through their `pool` argument."""
    return _C.cuda_graph_pool_handle()


class CUDAGraph(_C.CudaGraph):
    """A recording of CUDA work, empty at first; `torch.cuda.graph` is the usual way to fill it.

    A graph keeps all memory alive that its work reads or writes. keep_graph=True: the captured graph is kept for
    `raw_cuda_graph` and `debug_dump`, and is made executable by `instantiate` or the first `replay`.
    """

    def __init__(self, keep_graph: bool = False):
        super().__init__(keep_graph)

    def capture_begin(
        self, pool: Pool | None = None, capture_error_mode: str = "global", check_input_liveness: bool = False
    ) -> None:
        """Returns None; from here on this thread's work on the current stream, not a default one, is recorded.

        pool: from `graph_pool_handle` or another graph's `pool()`, to share memory with graphs that never run at the
        same time. capture_error_mode: "global", "thread_local" or "relaxed", which say what other threads may do
        meanwhile. check_input_liveness: always given, since a graph keeps its inputs alive. RuntimeError, with nothing
        changed, where a capture can't begin.
        """
        with _captures_lock:
            super().capture_begin(pool, capture_error_mode)
            _captures[self] = threading.get_ident()

    def capture_end(self) -> None:
        """Returns None; ends the recording. RuntimeError that names what broke it; then all is as before it began."""
        try:
            super().capture_end()
        finally:
            _captures.pop(self, None)
        if self.node_count == 0:
            warnings.warn(
                "The CUDA Graph is empty: no work was given to the captured stream between capture_begin and "
                "capture_end. Was it given to another device or stream?",
                stacklevel=2,
            )

    def abort_capture(self) -> None:
        """Returns None; ends the recording and forgets it."""
        _captures.pop(self, None)
        super().abort_capture()

    def instantiate(self) -> None:
        """Returns None; makes a graph with keep_graph=True executable, anew if it was changed."""
        super().instantiate()

    def reset(self) -> None:
        """Returns None; gives up the recording, its memory pool and the memory that it kept alive."""
        _captures.pop(self, None)
        super().reset()

    def pool(self) -> Pool:
        """The name of the pool that the graph's memory comes from."""
        return super().pool()

    def enable_debug_mode(self) -> None:
        """Returns None; keeps the captured graph for `debug_dump`. To be called before capture_end."""
        super().enable_debug_mode()

    def debug_dump(self, debug_path: str) -> None:
        """Returns None; writes the captured graph to a file, as text for Graphviz."""
        super().debug_dump(str(debug_path))

    def raw_cuda_graph(self) -> int:
        """The address of the cudaGraph_t; needs keep_graph=True."""
        return super().raw_cuda_graph()

    def raw_cuda_graph_exec(self) -> int:
        """The address of the cudaGraphExec_t; it changes with `instantiate`."""
        return super().raw_cuda_graph_exec()

    def get_graph_data(self) -> dict[str, Any]:
        raise NotImplementedError("CUDAGraph.get_graph_data is not there yet; debug_dump prints the nodes")


class graph:
    """Context in which CUDA work is recorded into `cuda_graph` instead of being run.

    It runs on `stream`, by default one of its own. If its body raises, the recording is dropped, the stream, the
    allocator and the random generators are as before, and the error goes on. For pool and capture_error_mode see
    CUDAGraph.capture_begin.
    """

    def __init__(
        self,
        cuda_graph: CUDAGraph,
        pool: Pool | None = None,
        stream: Any = None,
        capture_error_mode: str = "global",
        enable_annotations: bool = False,
        check_input_liveness: bool = False,
    ):
        if enable_annotations:
            raise NotImplementedError("torch.cuda.graph: enable_annotations is not there yet")
        self.cuda_graph = cuda_graph
        self.pool = pool
        self.capture_error_mode = capture_error_mode
        self.capture_stream = _C.cuda_capture_stream(_C.cuda_current_device()) if stream is None else stream
        self.stream_ctx = StreamContext(self.capture_stream)

    def __enter__(self) -> None:
        from vibetensor.torch.cuda import empty_cache, synchronize

        synchronize()
        empty_cache()  # under capture nothing can be given back, so that all of it is there for the graph
        self.stream_ctx.__enter__()
        try:
            self.cuda_graph.capture_begin(self.pool, self.capture_error_mode)
        except BaseException:
            self.stream_ctx.__exit__()
            raise

    def __exit__(self, exc_type: Any, *exc: object) -> None:
        try:
            if exc_type is None:
                self.cuda_graph.capture_end()
            else:
                self.cuda_graph.abort_capture()
        finally:
            self.stream_ctx.__exit__()


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
        leaves, self.spec = tree_flatten(args)
        if not all(isinstance(leaf, Tensor) for leaf in leaves):
            raise AssertionError("make_graphed_callables: expected only Tensors in sample_args")
        self.inputs = tuple(leaves)
        self.params = tuple(func.parameters()) if self.is_module else ()
        self.forward_graph, self.backward_graph = CUDAGraph(), CUDAGraph()
        self.outputs: tuple[Any, ...] = ()
        self.output_spec: TreeSpec | None = None
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
            outputs, _ = tree_flatten(self.func(*self.args))
            if any(o.requires_grad for o in outputs):
                self.run_backward(outputs, like_outputs(outputs))

    def capture_forward(self, pool: Pool) -> None:
        with graph(self.forward_graph, pool=pool):
            result = self.func(*self.args)
        leaves, self.output_spec = tree_flatten(result)
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
        leaves, spec = tree_flatten(args)
        if spec != part.spec:
            raise RuntimeError("expected arguments nested like sample_args of make_graphed_callables, got others")
        outputs = Graphed.apply(*leaves, *part.params)
        assert part.output_spec is not None
        return tree_unflatten(outputs if isinstance(outputs, tuple) else (outputs,), part.output_spec)

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
    """`callables`, one or a tuple of functions and modules, with forward and backward replayed from CUDA graphs.

    sample_args: a tuple of CUDA tensors per callable, of the shapes and requires_grad of real arguments. A tuple's
    callables share memory and must later run in its order. Modules are changed in place; they may have no hooks
    yet, and after this no parameter may be added or removed. allow_unused_input: an input that outputs don't depend on
    is no error. Outputs lie in memory that the next call overwrites. Second derivatives are not supported.
    """
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
