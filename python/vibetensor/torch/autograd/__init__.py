"""Gradients: running backward, asking for gradients of chosen inputs, functions with a derivative of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vibetensor import _C
from vibetensor.torch._not_there import module_getattr
from vibetensor.torch._warnings import warn_user
from vibetensor.torch.autograd.anomaly_mode import detect_anomaly, set_detect_anomaly
from vibetensor.torch.autograd.function import Function
from vibetensor.torch.autograd.grad_mode import enable_grad, inference_mode, no_grad, set_grad_enabled
from vibetensor.torch.autograd.gradcheck import gradcheck, gradgradcheck

__all__ = [
    "Function",
    "backward",
    "detect_anomaly",
    "enable_grad",
    "grad",
    "gradcheck",
    "gradgradcheck",
    "inference_mode",
    "no_grad",
    "set_detect_anomaly",
    "set_grad_enabled",
]

Tensor: Any = _C.Tensor


def as_tuple(value: Any) -> tuple[Any, ...]:
    if value is None:
        return ()
    if isinstance(value, Tensor):
        return (value,)
    return (value,) if is_edge(value) else tuple(value)


def is_edge(value: Any) -> bool:
    """Whether it is a graph.GradientEdge, which stands for a tensor."""
    return isinstance(value, tuple) and len(value) > 1 and isinstance(value[0], _C.Node)


def starting_gradients(outputs: tuple[Any, ...], given: Any) -> tuple[Any, ...]:
    """One gradient per output: the one given, or None, for which the engine takes 1; that needs one element."""
    grads = (None,) * len(outputs) if given is None else as_tuple(given)[: len(outputs)]
    if len(grads) != len(outputs):
        raise RuntimeError(f"got {len(outputs)} tensors and {len(grads)} gradients")
    result = []
    for i, (output, grad) in enumerate(zip(outputs, grads, strict=True)):
        if is_edge(output):
            pass  # the engine knows its shape and dtype
        elif grad is None:
            if output.requires_grad:
                if output.numel() != 1:
                    raise RuntimeError("grad can be implicitly created only for scalar outputs")
                if not output.dtype.is_floating_point:
                    raise RuntimeError(
                        f"grad can be implicitly created only for real scalar outputs but got {output.dtype}"
                    )
        elif not isinstance(grad, Tensor):
            raise TypeError(f"gradients can be either Tensors or None, but got {_C.type_name(grad)}")
        elif grad.shape != output.shape:
            raise RuntimeError(
                f"Mismatch in shape: grad_output[{i}] has a shape of {grad.shape} "
                f"and output[{i}] has a shape of {output.shape}."
            )
        elif grad.dtype.is_complex != output.dtype.is_complex:
            raise RuntimeError(
                "For complex Tensors, both grad_output and output are required to have the same dtype. "
                f"Mismatch in dtype: grad_output[{i}] has a dtype of {grad.dtype} "
                f"and output[{i}] has a dtype of {output.dtype}."
            )
        result.append(grad)
    return tuple(result)


def backward(
    tensors: Any,
    grad_tensors: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    grad_variables: Any = None,
    inputs: Any = None,
) -> None:
    """Returns None; adds the gradients of the sum of `tensors` to `.grad` of the leaves below them.

    `grad_tensors`: gradient of each tensor, needed where it has more than one element. `inputs`: only
    these get a gradient. A graph.GradientEdge may stand for a tensor. The graph is freed unless `retain_graph` (by
    default as `create_graph`).
    """
    if grad_variables is not None:
        raise NotImplementedError("backward: grad_variables was renamed to grad_tensors")
    if inputs is not None and not isinstance(inputs, Tensor) and len(inputs) == 0:
        raise RuntimeError("'inputs' argument to backward() cannot be empty.")
    if create_graph:
        warn_user(
            "Using backward() with create_graph=True will create a reference cycle between the parameter and its "
            "gradient which can cause a memory leak: use autograd.grad, or reset the .grad afterwards."
        )
    outputs = as_tuple(tensors)
    grads = starting_gradients(outputs, grad_tensors)
    keep = create_graph if retain_graph is None else retain_graph
    _C.run_backward(outputs, grads, keep, create_graph, None if inputs is None else as_tuple(inputs), True, True)


def grad(
    outputs: Any,
    inputs: Any,
    grad_outputs: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> tuple[Any, ...]:
    """The gradients of the sum of `outputs` with respect to each of `inputs`; no `.grad` changes.

    is_grads_batched: grad_outputs have a dim in front, and so have the results, one vmap doing them all. An input that
    the outputs do not depend on raises RuntimeError, unless `allow_unused` (None is
    returned for it) or `materialize_grads` (zeros are).
    """
    if not only_inputs:
        raise NotImplementedError("autograd.grad: only_inputs=False is not supported; use backward()")
    if materialize_grads:
        if allow_unused is False:
            raise ValueError("Expected allow_unused to be True or not passed when materialize_grads=True")
        allow_unused = True
    outs, ins = as_tuple(outputs), as_tuple(inputs)
    if not ins:
        raise RuntimeError("`inputs` argument to `grad()` cannot be empty.")
    keep = create_graph if retain_graph is None else retain_graph

    def run(given: Any) -> tuple[Any, ...]:
        grads = starting_gradients(outs, given)
        return tuple(_C.run_backward(outs, grads, keep, create_graph, ins, bool(allow_unused), False))

    result = batched(run, outs, grad_outputs, ins) if is_grads_batched else run(grad_outputs)
    if materialize_grads:
        if any(g is None and is_edge(i) for i, g in zip(ins, result, strict=True)):
            raise RuntimeError("materialize_grads cannot be used when the given input is a GradientEdge")
        return tuple(_C.ops.zeros_like(i) if g is None else g for i, g in zip(ins, result, strict=True))
    return result


def batched(
    run: Callable[[Any], tuple[Any, ...]], outputs: tuple[Any, ...], grad_outputs: Any, inputs: tuple[Any, ...]
) -> tuple[Any, ...]:
    """`run` for every example of the gradients, which lie along dim 0."""
    from vibetensor.torch._functorch.vmap import vmap

    given = as_tuple(grad_outputs)
    if len(given) != len(outputs) or any(not isinstance(g, Tensor) for g in given):
        raise RuntimeError("If `is_grads_batched=True`, a batch of gradients must be given for every output")
    unused: list[int] = []

    def one(*grads: Any) -> Any:
        found = run(grads)
        unused[:] = [i for i, g in enumerate(found) if g is None]
        return tuple(g for g in found if g is not None)

    found = iter(vmap(one)(*given))
    return tuple(None if i in unused else next(found) for i in range(len(inputs)))


__getattr__ = module_getattr(
    __name__,
    ["forward_ad", "functional", "graph", "profiler", "profiler_util", "variable"],
    {
        "DeviceType": "autograd.profiler_util",
        "ProfilerActivity": "profiler.profiler",
        "Variable": "autograd.variable",
        "kineto_available": "profiler.profiler",
    },
)
