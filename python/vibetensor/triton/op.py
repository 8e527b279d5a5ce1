"""Ops whose kernels are Triton's."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from vibetensor.cubin import refuse_vmap

Fn = Callable[..., Any]


def op(
    name: str,
    fn: Fn | None = None,
    /,
    *,
    mutates_args: Any = (),
    schema: str | None = None,
    backward: Fn | None = None,
    setup_context: Fn | None = None,
    vmap: Fn | None = None,
) -> Any:
    """The function as an op "namespace::name" of torch.ops, a torch.library.CustomOpDef; a decorator without `fn`.

    fn makes its results, with torch.empty_like say, and launches kernels: those of `vibetensor.triton.wrap` and `jit`. On meta
    they launch nothing, so that it gives shapes there. schema: by default what its annotations spell. backward(ctx, *grads)
    gives the gradients of all arguments, setup_context(ctx, inputs, output) keeps what it needs. vmap: a rule, as
    torch.library.register_vmap has it; without one vmap raises NotImplementedError. mutates_args: the arguments that it
    writes to. The op may be captured into graphs.

    >>> from vibetensor import torch, triton
    >>> @triton.op("docs::twice", backward=lambda ctx, grad: 2 * grad)
    ... def twice(x: torch.Tensor) -> torch.Tensor:
    ...     return torch.empty_like(x)
    >>> torch.ops.docs.twice(torch.empty(3, device="meta")).shape
    torch.Size([3])
    """
    from vibetensor.torch.library import custom_op

    if fn is None:
        return partial(
            op,
            name,
            mutates_args=mutates_args,
            schema=schema,
            backward=backward,
            setup_context=setup_context,
            vmap=vmap,
        )
    made = custom_op(name, fn, mutates_args=mutates_args, schema=schema)
    if backward is not None:
        made.register_autograd(backward, setup_context=setup_context)
    made.register_vmap(vmap or refuse_vmap(name))
    return made
