"""What distributions share: broadcasting of parameters, probabilities and logits, triangles as vectors."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from numbers import Number
from typing import Any

import vibetensor.torch as torch
from vibetensor.torch.nn import functional as F

Tensor: Any = torch.Tensor

euler_constant = 0.57721566490153286060

__all__ = [
    "broadcast_all",
    "clamp_probs",
    "lazy_property",
    "logits_to_probs",
    "probs_to_logits",
    "tril_matrix_to_vec",
    "vec_to_tril_matrix",
]


def broadcast_all(*values: Any) -> tuple[Any, ...]:
    """The values as tensors of one shape; numbers take dtype and device of the first tensor among them."""
    if not all(isinstance(v, Tensor | Number) for v in values):
        raise ValueError(
            "Input arguments must all be instances of Number, torch.Tensor or objects implementing __torch_function__."
        )
    first = next((v for v in values if isinstance(v, Tensor)), None)
    options = {"dtype": torch.get_default_dtype()} if first is None else {"dtype": first.dtype, "device": first.device}
    return tuple(torch.broadcast_tensors(*(v if isinstance(v, Tensor) else torch.tensor(v, **options) for v in values)))


def numbers_shape(*values: Any, of: Any) -> Any:
    """The shape of a batch of `of`: no dims where all parameters were given as numbers."""
    return torch.Size() if all(isinstance(v, Number) for v in values) else of.size()


def standard_normal(shape: Any, dtype: Any, device: Any) -> Any:
    """Normal numbers drawn as PyTorch's distributions do: by a mean and a deviation per element."""
    return torch.normal(torch.zeros(shape, dtype=dtype, device=device), torch.ones(shape, dtype=dtype, device=device))


def sum_rightmost(value: Any, dims: int) -> Any:
    """The sum over the last `dims` dims."""
    return value if dims == 0 else value.sum(tuple(range(-dims, 0)))


def logits_to_probs(logits: Any, is_binary: bool = False) -> Any:
    """Probabilities: the sigmoid of log odds, or the softmax of log weights along the last dim."""
    return torch.sigmoid(logits) if is_binary else F.softmax(logits, dim=-1)


def clamp_probs(probs: Any) -> Any:
    """The probabilities kept off 0 and 1 by the dtype's eps."""
    eps = torch.finfo(probs.dtype).eps
    return probs.clamp(min=eps, max=1 - eps)


def probs_to_logits(probs: Any, is_binary: bool = False) -> Any:
    """Log odds, or log probabilities, of probabilities that are first kept off 0 and 1."""
    clamped = clamp_probs(probs)
    return torch.log(clamped) - torch.log1p(-clamped) if is_binary else torch.log(clamped)


class lazy_property:
    """A method as an attribute that is computed at its first use, with gradients on, and then stays.

    On the class it is a property: a distribution's parameter that follows from another one.
    """

    def __init__(self, wrapped: Callable[[Any], Any]):
        self.wrapped = wrapped
        update_wrapper(self, wrapped)  # type: ignore[arg-type]

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return _LazyProperty(self.wrapped)
        with torch.enable_grad():
            value = self.wrapped(instance)
        setattr(instance, self.wrapped.__name__, value)
        return value


class _LazyProperty(lazy_property, property):
    def __init__(self, wrapped: Callable[[Any], Any]):
        property.__init__(self, wrapped)


def tril_matrix_to_vec(mat: Any, diag: int = 0) -> Any:
    """The entries on and below a diagonal of (..., n, n), row by row, as (..., entries)."""
    n = mat.shape[-1]
    if not -n <= diag < n:
        raise ValueError(f"diag ({diag}) provided is outside [{-n}, {n - 1}].")
    i, j = torch.tril_indices(n, n, offset=diag, device=mat.device)
    return mat[..., i, j]


def vec_to_tril_matrix(vec: Any, diag: int = 0) -> Any:
    """A matrix (..., n, n) with the entries (..., entries) on and below a diagonal, row by row, and zeros above."""
    entries = vec.shape[-1]
    n = (-(1 + 2 * diag) + ((1 + 2 * diag) ** 2 + 8 * entries + 4 * abs(diag) * (diag + 1)) ** 0.5) / 2
    if not round(n) - n <= torch.finfo(vec.dtype).eps:
        raise ValueError(
            f"The size of last dimension is {entries} which cannot be expressed as the lower triangular part of a "
            "square D x D matrix."
        )
    n = round(n)
    mat = vec.new_zeros((*vec.shape[:-1], n, n))
    i, j = torch.tril_indices(n, n, offset=diag, device=vec.device)
    mat[..., i, j] = vec
    return mat


def special_function(name: str) -> Callable[..., Any]:
    """torch.special's function of that name; NotImplementedError that names it where it is not there yet."""
    function = getattr(getattr(torch, "special", None), name, None)
    if function is None:
        raise NotImplementedError(
            f"torch.special.{name} is not there yet, and this function of a distribution needs it"
        )
    return function  # type: ignore[no-any-return]


def log_multigamma(a: Any, p: int) -> Any:
    """The logarithm of the multivariate gamma function of dimension p."""
    shifts = torch.arange(p, dtype=a.dtype, device=a.device) / 2
    return p * (p - 1) / 4 * 1.1447298858494001741 + torch.lgamma(a.unsqueeze(-1) - shifts).sum(-1)


def multidigamma(a: Any, p: int) -> Any:
    """The derivative of log_multigamma."""
    return torch.digamma(a.unsqueeze(-1) - torch.arange(p, dtype=a.dtype, device=a.device) / 2).sum(-1)


# PyTorch's names of these, which libraries with distributions of their own import
_standard_normal, _sum_rightmost = standard_normal, sum_rightmost
