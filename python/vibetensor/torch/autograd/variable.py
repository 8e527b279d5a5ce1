"""Variable, the old name of a tensor that may require a gradient."""

from __future__ import annotations

from typing import Any

from vibetensor import _C

Tensor: Any = _C.Tensor


class VariableMeta(type):
    """Every tensor is a Variable."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, Tensor)


class Variable(metaclass=VariableMeta):
    """`Variable(data, requires_grad)` is a tensor of its own over the same memory.

    >>> import vibetensor.torch as torch
    >>> torch.autograd.Variable(torch.ones(1), requires_grad=True)
    tensor([1.], requires_grad=True)
    """

    def __new__(cls, data: Any = None, requires_grad: bool = False, volatile: bool | None = None) -> Any:
        if volatile is not None:
            raise NotImplementedError("Variable: volatile was replaced by torch.no_grad()")
        if data is None:
            data = _C.ops.empty(0)
        if not isinstance(data, Tensor):
            raise TypeError(f"Variable data has to be a tensor, but got {type(data).__name__}")
        return data.detach().requires_grad_(requires_grad)
