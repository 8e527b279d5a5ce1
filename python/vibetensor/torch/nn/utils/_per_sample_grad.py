"""Gradients of every example of a batch, in one backward pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from vibetensor.torch._not_there import module_getattr


def call_for_per_sample_grads(
    module: Any,
    *,
    batch_size: int | None = None,
    loss_reduction: Literal["sum", "mean"] = "sum",
    batch_first: bool = True,
) -> Callable[..., Any]:
    """A function that calls the module on a batch; backward then gives `.grad_sample`, not `.grad`, to its parameters.

    grad_sample (N, *shape of the parameter) has the gradient of each of the N examples, summed over the calls; one from
    before raises RuntimeError.
    batch_size: N; by default the size of the tensors' dim 0, or 1 if not `batch_first`. loss_reduction: how the loss is
    made of those of the examples. The module is called on one example at a time by torch.func.vmap.

    >>> import vibetensor.torch as torch
    >>> layer = torch.nn.Linear(3, 2)
    >>> torch.nn.utils._per_sample_grad.call_for_per_sample_grads(layer)(torch.ones(5, 3)).sum().backward()
    >>> layer.weight.grad_sample.shape
    torch.Size([5, 2, 3])
    """
    from vibetensor.torch import Tensor, func, nn

    if loss_reduction not in ("sum", "mean"):
        raise RuntimeError(f"Expected loss_reduction argument to be sum or mean, got {loss_reduction}")
    if not isinstance(module, nn.Module):
        raise RuntimeError(f"Module passed must be nn.Module, got {type(module).__name__}")
    if batch_size is not None and (not isinstance(batch_size, int) or isinstance(batch_size, bool)):
        raise RuntimeError(f"Batch size passed must be None or an integer, got {type(batch_size).__name__}")
    if batch_size is not None and batch_size < 1:
        raise RuntimeError(f"Batch size must be positive, got {batch_size}")
    for name, parameter in module.named_parameters():
        if getattr(parameter, "grad_sample", None) is not None:
            raise RuntimeError(f"{name} has a grad_sample already: set it to None, or the next would be added to it")
    dim = 0 if batch_first else 1

    def batch_of(arguments: list[Any]) -> int:
        sizes = {a.shape[dim] for a in arguments if isinstance(a, Tensor) and a.dim() > dim}
        if len(sizes) > 1:
            raise RuntimeError(
                "When computing batch size, found at least one input with batch size "
                f"{min(sizes)} and one with batch size {max(sizes)}. Please specify it explicitly using the batch "
                "size kwarg in call_for_per_sample_grads"
            )
        if not sizes:
            raise RuntimeError(
                "Unable to find a tensor in the passed args and kwargs. They may not be pytree-able and so they must "
                "pass a batch size explicitly as call_for_per_sample_grads(module, batch_size)"
            )
        return int(sizes.pop())

    def keep(parameter: Any, count: int) -> Any:
        own = parameter.detach().expand(count, *parameter.shape).requires_grad_()

        def arrived(leaf: Any) -> None:
            found = leaf.grad.detach() * count if loss_reduction == "mean" else leaf.grad.detach()
            before = getattr(parameter, "grad_sample", None)
            parameter.grad_sample = found if before is None else before + found
            leaf.grad = None

        own.register_post_accumulate_grad_hook(arrived)
        return own

    def call(*args: Any, **kwargs: Any) -> Any:
        count = batch_size or batch_of([*args, *kwargs.values()])
        owned = {name: keep(p, count) for name, p in module.named_parameters() if p.requires_grad}

        def one(own: dict[str, Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
            def batch_of_one(value: Any) -> Any:
                return value.unsqueeze(dim) if isinstance(value, Tensor) and value.dim() >= dim else value

            given = {key: batch_of_one(value) for key, value in kwargs.items()}
            return func.functional_call(module, own, tuple(map(batch_of_one, args)), given).squeeze(dim)

        def axis(value: Any) -> int | None:
            return dim if isinstance(value, Tensor) and value.dim() > dim else None

        dims = (0, tuple(map(axis, args)), {key: axis(value) for key, value in kwargs.items()})
        return func.vmap(one, in_dims=dims, out_dims=dim, randomness="different")(owned, args, kwargs)

    return call


__getattr__ = module_getattr(__name__)
