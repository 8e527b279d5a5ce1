"""Forward passes that keep nothing for backward and are run again in it: memory for time.

Note [What a checkpoint is a function of]
Without `use_reentrant`, the first run is recorded for a moment to see on which tensors the result depends: arguments, and
leaves that the function reaches by itself, such as the parameters of a module. The record is dropped, and in its place
comes one node from those tensors to the results, whose backward runs the function again and asks for the gradients of
exactly these tensors. So gradients arrive as they would have: through hooks, in autograd.grad, and a second time.
A function that depends on a tensor that is neither an argument nor a leaf keeps its record: results and gradients are
right, and no memory is saved.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from typing import Any

from vibetensor import _C
from vibetensor.torch import autograd
from vibetensor.torch._not_there import module_getattr
from vibetensor.torch.amp.autocast_mode import autocast
from vibetensor.torch.autograd.function import Function
from vibetensor.torch.autograd.grad_mode import enable_grad, no_grad
from vibetensor.torch.utils._pytree import tree_flatten, tree_leaves, tree_map, tree_unflatten

__all__ = [
    "CheckpointError",
    "CheckpointFunction",
    "check_backward_validity",
    "checkpoint",
    "checkpoint_sequential",
    "detach_variable",
    "get_device_states",
    "noop_context_fn",
    "set_device_states",
]

Tensor: Any = _C.Tensor
Contexts = tuple[AbstractContextManager[Any], AbstractContextManager[Any]]


class CheckpointError(RuntimeError):
    """The function did something else when it was run again."""


def noop_context_fn() -> Contexts:
    """Contexts of the first and of the second run that change nothing."""
    return nullcontext(), nullcontext()


def detach_variable(inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """`inputs` with each tensor in it cut off from its history, requiring a gradient if it did."""
    if not isinstance(inputs, tuple):
        raise RuntimeError(f"Only tuple of tensors is supported. Got Unsupported input type: {type(inputs).__name__}")
    return tuple(x.detach().requires_grad_(x.requires_grad) if isinstance(x, Tensor) else x for x in inputs)


def check_backward_validity(inputs: Iterable[Any]) -> None:
    """Returns None; warns if no tensor among `inputs` requires a gradient."""
    if not any(x.requires_grad for x in inputs if isinstance(x, Tensor)):
        warnings.warn("None of the inputs have requires_grad=True. Gradients will be None", stacklevel=2)


def get_device_states(*args: Any) -> tuple[list[int], list[Any]]:
    """The GPUs of the tensors among the arguments, and the states of their random generators."""
    gpus = sorted({x.device.index for x in tree_leaves(args) if isinstance(x, Tensor) and x.is_cuda})
    return gpus, [_C.cuda_default_generator(gpu).get_state() for gpu in gpus]


def set_device_states(devices: list[int], states: list[Any], *, device_type: str | None = None) -> None:
    """Returns None; gives the random generators of these GPUs those states."""
    for gpu, state in zip(devices, states, strict=True):
        _C.cuda_default_generator(gpu).set_state(state)


class Surroundings:
    """What a function depends on beside its arguments: autocast, and with `preserve` the random generators."""

    def __init__(self, preserve: bool, values: Any):
        self.autocast = [
            (device, _C.get_autocast_dtype(device), _C.is_autocast_enabled(device), _C.is_autocast_cache_enabled())
            for device in ("cpu", "cuda")
        ]
        self.cpu_state = _C.default_generator.get_state() if preserve else None
        gpus, states = get_device_states(values) if preserve else ([], [])
        self.gpu_states = dict(zip(gpus, states, strict=True))

    @contextmanager
    def again(self) -> Iterator[None]:
        """Context of the second run; afterwards the generators go on where they were."""
        with ExitStack() as stack:
            for device, dtype, enabled, cache in self.autocast:
                stack.enter_context(autocast(device, dtype=dtype, enabled=enabled, cache_enabled=cache))
            if self.cpu_state is None:
                yield
                return
            generators = [_C.default_generator, *(_C.cuda_default_generator(gpu) for gpu in self.gpu_states)]
            before = [generator.get_state() for generator in generators]
            try:
                for generator, state in zip(generators, [self.cpu_state, *self.gpu_states.values()], strict=True):
                    generator.set_state(state)
                yield
            finally:
                for generator, state in zip(generators, before, strict=True):
                    generator.set_state(state)


class CheckpointFunction(Function):
    """The older way: backward runs the function on copies of its arguments and adds to `.grad` of what it finds."""

    @staticmethod
    def forward(ctx: Any, run_function: Callable[..., Any], preserve_rng_state: bool, *args: Any) -> Any:
        if not any(isinstance(arg, Tensor) and arg.requires_grad for arg in args):
            warnings.warn("None of the inputs have requires_grad=True. Gradients will be None", stacklevel=3)
        ctx.function = run_function
        ctx.surroundings = Surroundings(preserve_rng_state, args)
        ctx.rest = [None if isinstance(arg, Tensor) else arg for arg in args]
        ctx.at = [i for i, arg in enumerate(args) if isinstance(arg, Tensor)]
        ctx.save_for_backward(*[args[i] for i in ctx.at])
        with no_grad():
            return run_function(*args)

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> tuple[Any, ...]:
        args = list(ctx.rest)
        for i, tensor in zip(ctx.at, ctx.saved_tensors, strict=True):
            args[i] = tensor.detach().requires_grad_(tensor.requires_grad)
        with ctx.surroundings.again(), enable_grad():
            outputs = ctx.function(*args)
        found = [outputs] if isinstance(outputs, Tensor) else list(outputs)
        pairs = [(o, g) for o, g in zip(found, grads) if isinstance(o, Tensor) and o.requires_grad]
        if not pairs:
            raise RuntimeError("none of output has requires_grad=True, this checkpoint() is not necessary")
        autograd.backward([o for o, _ in pairs], [g for _, g in pairs])
        return (None, None, *(arg.grad if isinstance(arg, Tensor) else None for arg in args))


def newest_number() -> int:
    """The number of a node that is recorded now; nodes of before have smaller ones."""
    with enable_grad():
        probe: Any = _C.ops.empty((), device="cpu").requires_grad_()
        number: int = (probe * 1).grad_fn._sequence_nr()
    return number


def dependencies(outputs: Iterable[Any], start: int, arguments: list[Any]) -> list[Any] | None:
    """The tensors that recorded outputs depend on: arguments and leaves; None if on anything else.

    start: the number of the first node of this record.
    """
    of_edge = {(x.grad_fn, x.output_nr): x for x in arguments if x.grad_fn is not None}
    found: dict[int, Any] = {}
    seen: set[Any] = set()
    waiting = [(x.grad_fn, x.output_nr, x) for x in outputs]
    while waiting:
        node, number, tensor = waiting.pop()
        if node is None:
            if tensor is not None:  # an output that is a leaf itself
                found[id(tensor)] = tensor
            continue
        leaf = getattr(node, "variable", None)
        if leaf is not None:
            found[id(leaf)] = leaf
        elif node._sequence_nr() < start:
            argument = of_edge.get((node, number))
            if argument is None:
                return None
            found[id(argument)] = argument
        elif node not in seen:
            seen.add(node)
            waiting.extend((following, n, None) for following, n in node.next_functions if following is not None)
    return list(found.values())


def reaches(tensor: Any, others: list[Any]) -> bool:
    """Whether `tensor` was computed from any of `others`."""
    ends = {(x.grad_fn, x.output_nr) for x in others if x.grad_fn is not None}
    leaves = {id(x) for x in others if x.grad_fn is None}
    seen: set[Any] = set()
    waiting = [
        edge for edge in (tensor.grad_fn.next_functions if tensor.grad_fn is not None else ()) if edge[0] is not None
    ]
    while waiting:
        node, number = waiting.pop()
        if (node, number) in ends or id(getattr(node, "variable", None)) in leaves:
            return True
        if node not in seen:
            seen.add(node)
            waiting += [edge for edge in node.next_functions if edge[0] is not None]
    return False


class Rerun(Function):
    """One node for a checkpointed function: see Note [What a checkpoint is a function of]."""

    @staticmethod
    def forward(
        ctx: Any, run: Callable[[dict[int, Any]], list[Any]], results: list[Any], *inputs: Any
    ) -> tuple[Any, ...]:
        ctx.run = run
        ctx.inputs = inputs  # the tensors themselves: what hooks of saved tensors unpack are others
        ctx.save_for_backward(*inputs)
        return tuple(result.detach() for result in results)

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> tuple[Any, ...]:
        _ = ctx.saved_tensors  # refuses those that were changed since
        inputs = list(ctx.inputs)
        twice = _C.is_grad_enabled()
        if twice and any(reaches(x, [y for y in inputs if y is not x]) for x in inputs):
            raise NotImplementedError(
                "torch.utils.checkpoint: second derivatives are not there yet where one of the tensors that the function "
                "depends on was computed from another; leave the checkpoint out"
            )
        # a copy cuts an argument off from its history, which may have other inputs of the function in it
        stand_ins = inputs if twice else [x.detach().requires_grad_() for x in inputs]
        results = ctx.run({id(x): stand_in for x, stand_in in zip(inputs, stand_ins, strict=True)})
        if len(results) != len(grads):
            raise CheckpointError(
                f"torch.utils.checkpoint: {len(grads)} results required a gradient in forward, and {len(results)} when the "
                "function was run again; it has to do the same both times"
            )
        for result, grad in zip(results, grads, strict=True):
            if result.shape != grad.shape or result.dtype != grad.dtype:
                raise CheckpointError(
                    "torch.utils.checkpoint: Recomputed values for the following tensors have different metadata than during "
                    f"the forward pass: {tuple(grad.shape)} of {grad.dtype}, then {tuple(result.shape)} of {result.dtype}"
                )
        # a leaf may be reached as an argument, which is a copy now, and by the function itself
        wanted = {id(x): x for x in [*stand_ins, *(x for x in inputs if x.is_leaf)]}
        found = autograd.grad(results, list(wanted.values()), grads, create_graph=twice, allow_unused=True)
        at = dict(zip(wanted, found, strict=True))
        total = []
        for x, stand_in in zip(inputs, stand_ins, strict=True):
            parts = [g for key in {id(x), id(stand_in)} if (g := at.get(key)) is not None]
            total.append(sum(parts[1:], parts[0]) if parts else None)
        return (None, None, *total)


def differentiable(value: Any) -> list[Any]:
    return [x for x in tree_leaves(value) if isinstance(x, Tensor) and x.requires_grad]


def checkpoint(
    function: Callable[..., Any],
    *args: Any,
    use_reentrant: bool | None = None,
    context_fn: Callable[[], Contexts] = noop_context_fn,
    determinism_check: str = "default",
    debug: bool = False,
    early_stop: bool = True,
    **kwargs: Any,
) -> Any:
    """function(*args, **kwargs), which keeps nothing for backward and is run again there.

    use_reentrant: True for the older way, which takes no keyword arguments and gives gradients only to tensors among
    `args` and to `.grad` of leaves. context_fn: gives the contexts of the first and of the second run. preserve_rng_state
    (True): the second run draws the same random numbers. determinism_check: "default" or "none", which says in PyTorch
    whether what the two runs keep is compared; here only their results are, always, since gradients have to fit them. The
    second run is a whole one, with `early_stop` or without. ValueError for arguments that do not go together,
    NotImplementedError for `debug`, which would list the ops of both runs.

    >>> import vibetensor.torch as torch
    >>> from vibetensor.torch.utils.checkpoint import checkpoint
    >>> x = torch.ones(2, requires_grad=True)
    >>> checkpoint(torch.exp, x, use_reentrant=False).sum().backward()
    >>> x.grad
    tensor([2.7183, 2.7183])
    """
    if use_reentrant is None:
        warnings.warn(
            "torch.utils.checkpoint: the use_reentrant parameter should be passed explicitly. use_reentrant=False is "
            "recommended; without it, use_reentrant=True is taken.",
            stacklevel=2,
        )
        use_reentrant = True
    preserve = kwargs.pop("preserve_rng_state", True)
    if use_reentrant:
        if kwargs:
            raise ValueError("Unexpected keyword arguments: " + ",".join(kwargs))
        if context_fn is not noop_context_fn or debug:
            raise ValueError("Passing `context_fn` or `debug` is only supported when use_reentrant=False.")
        return CheckpointFunction.apply(function, preserve, *args)
    if determinism_check not in ("default", "none"):
        raise ValueError(f"determinism_check should be one of ['default', 'none'], but got {determinism_check}")
    if debug:
        raise NotImplementedError(
            "torch.utils.checkpoint: debug is not there yet: the ops of the two runs are not listed"
        )
    first, second = context_fn()
    if not _C.is_grad_enabled():
        with first:
            return function(*args, **kwargs)
    surroundings = Surroundings(preserve, (args, kwargs))
    start = newest_number()
    with first:
        output = function(*args, **kwargs)
    leaves, spec = tree_flatten(output)
    results = [x for x in leaves if isinstance(x, Tensor) and x.requires_grad]
    inputs = dependencies(results, start, differentiable((args, kwargs)))
    if not results or inputs is None or not inputs:
        return output

    def run(stand_ins: dict[int, Any]) -> list[Any]:
        given, keywords = tree_map(lambda x: stand_ins.get(id(x), x), (args, kwargs))
        with surroundings.again(), enable_grad(), second:
            return differentiable(function(*given, **keywords))

    replaced = iter(Rerun.apply(run, results, *inputs))
    return tree_unflatten([next(replaced) if isinstance(x, Tensor) and x.requires_grad else x for x in leaves], spec)


def checkpoint_sequential(
    functions: Any, segments: int, input: Any, use_reentrant: bool | None = None, **kwargs: Any
) -> Any:
    """`input` through `functions`, a Sequential or a list, in `segments` parts, all but the last checkpointed."""
    if use_reentrant is None:
        warnings.warn(
            "torch.utils.checkpoint.checkpoint_sequential: the use_reentrant parameter should be passed explicitly; "
            "use_reentrant=True is taken.",
            stacklevel=2,
        )
        use_reentrant = True
    preserve = kwargs.pop("preserve_rng_state", True)
    if kwargs:
        raise ValueError("Unexpected keyword arguments: " + ",".join(kwargs))
    parts = list(functions.children()) if hasattr(functions, "children") else list(functions)

    def through(chosen: list[Any]) -> Callable[[Any], Any]:
        def forward(value: Any) -> Any:
            for part in chosen:
                value = part(value)
            return value

        return forward

    size = len(parts) // segments
    last = size * (segments - 1)
    for start in range(0, last, max(size, 1)):
        part = through(parts[start : start + size])
        input = checkpoint(part, input, use_reentrant=use_reentrant, preserve_rng_state=preserve)
    return through(parts[last:])(input)


@contextmanager
def set_checkpoint_early_stop(enable: bool) -> Iterator[None]:
    """Context in which the second run would end early or not: it always runs whole, with the same results."""
    yield


SELECTIVE = "CheckpointPolicy SelectiveCheckpointContext create_selective_checkpoint_contexts"
__getattr__ = module_getattr(__name__, homes=dict.fromkeys(SELECTIVE.split(), "utils._selective_checkpoint"))
