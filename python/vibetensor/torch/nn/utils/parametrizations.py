"""Parametrizations of weights that are ready made: orthogonal, weight_norm and spectral_norm."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vibetensor import _C
from vibetensor.torch import linalg
from vibetensor.torch.autograd import no_grad
from vibetensor.torch.nn.modules.module import Module
from vibetensor.torch.nn.utils.parametrize import register_parametrization
from vibetensor.torch.nn.utils.spectral_norm import _SpectralNorm, default_dim
from vibetensor.torch.nn.utils.weight_norm import _WeightNorm

__all__ = ["orthogonal", "spectral_norm", "weight_norm"]
Tensor: Any = _C.Tensor
ops = _C.ops


def tall(matrix: Any) -> tuple[Any, bool]:
    """The matrix with at least as many rows as columns, and whether it was transposed for that."""
    wide = matrix.size(-2) < matrix.size(-1)
    return (matrix.mT if wide else matrix), wide


def skew(x: Any) -> Any:
    """Of (*, n, k), n >= k, the skew-Hermitian (*, n, n) whose lower triangle begins with that of x."""
    n, k = x.size(-2), x.size(-1)
    lower = x.tril()
    if n != k:
        lower = ops.cat([lower, x.new_zeros(n, n - k).expand(*x.shape[:-2], -1, -1)], -1)
    return lower - lower.mH


def by_matrix_exp(x: Any) -> Any:
    return linalg.matrix_exp(skew(x))[..., : x.size(-1)]


def by_cayley(x: Any) -> Any:
    half = skew(x) / 2
    one = ops.eye(x.size(-2), dtype=x.dtype, device=x.device)
    return linalg.solve(one - half, one + half)[..., : x.size(-1)]


def by_householder(x: Any) -> Any:
    """The product of the reflections along the columns below the diagonal; the diagonal has signs, which are constant."""
    reflectors = x.tril(-1)
    tau = 2.0 / (1.0 + (reflectors * reflectors).sum(-2))
    signs = x.detach().diagonal(dim1=-2, dim2=-1).trunc()
    return linalg.householder_product(reflectors, tau) * signs.unsqueeze(-2)


MAPS: dict[str, Callable[[Any], Any]] = {
    "matrix_exp": by_matrix_exp,
    "cayley": by_cayley,
    "householder": by_householder,
}


def is_orthogonal(square: Any) -> bool:
    n = square.size(-1)
    one = ops.eye(n, dtype=square.dtype, device=square.device)
    return bool(ops.allclose(square.mH @ square, one, atol=10 * n * _C.finfo(square.dtype).eps))


def nearest_by_qr(matrix: Any) -> Any:
    """Q of the decomposition whose R has a positive diagonal."""
    packed, tau = ops.geqrf(matrix)
    signs = packed.diagonal(dim1=-2, dim2=-1).sgn()
    return linalg.householder_product(packed, tau) * signs.unsqueeze(-2)


class _Orthogonal(Module):
    """An orthogonal or unitary matrix (*, m, n) of a tensor of that shape; see parametrizations.orthogonal.

    With `base`, which the first value and every assigned one sets, the matrix is base times the map of the tensor.
    """

    base: Any

    def __init__(self, weight: Any, orthogonal_map: str, use_trivialization: bool):
        super().__init__()
        if weight.is_complex() and orthogonal_map == "householder":
            raise ValueError("The householder parametrization does not support complex tensors.")
        self.shape, self.orthogonal_map = weight.shape, orthogonal_map
        if use_trivialization:
            self.register_buffer("base", None)

    def forward(self, X: Any) -> Any:
        x, wide = tall(X)
        q = MAPS[self.orthogonal_map](x)
        if "base" in self._buffers:
            q = self.base @ q
        return q.mT if wide else q

    def right_inverse(self, Q: Any) -> Any:
        """The tensor behind the matrix Q, or behind the orthogonal one that its QR decomposition gives."""
        if Q.shape != self.shape:
            raise ValueError(
                f"Expected a matrix or batch of matrices of shape {self.shape}. Got a tensor of shape {Q.shape}."
            )
        with no_grad():
            return self.based_on(Q) if "base" in self._buffers else self.reflectors_of(Q)

    def reflectors_of(self, Q: Any) -> Any:
        if self.orthogonal_map != "householder":
            raise NotImplementedError(
                "It is not possible to assign to the matrix exponential or the Cayley parametrizations when "
                "use_trivialization=False."
            )
        q, wide = tall(Q)
        packed, tau = ops.geqrf(q)
        diagonal = packed.diagonal(dim1=-2, dim2=-1)
        diagonal.sign_()
        diagonal.mul_(ops.where(tau == 0, -1.0, 1.0))  # of a reflection that LAPACK left out
        return packed.mT if wide else packed

    def based_on(self, Q: Any) -> Any:
        q, _ = tall(Q)
        n, k = q.size(-2), q.size(-1)
        if n != k:  # completed to a square one by random columns
            more = ops.randn((*q.shape[:-2], n, n - k), dtype=q.dtype, device=q.device)
            self.base = nearest_by_qr(ops.cat([q, more], -1))
        else:
            self.base = q.clone() if is_orthogonal(q) else nearest_by_qr(q)
        # of this every map makes the first columns of the identity
        original = ops.zeros_like(Q)
        original.diagonal(dim1=-2, dim2=-1).fill_(-1.0)
        return original


def orthogonal(
    module: Any, name: str = "weight", orthogonal_map: str | None = None, *, use_trivialization: bool = True
) -> Any:
    """`module`, whose `name`, (*, m, n), has orthonormal columns from now on, or rows if m < n; complex ones unitary.

    orthogonal_map: "matrix_exp", "cayley" or "householder", the last of real tensors only and the default of those that
    are not square. use_trivialization: the matrix is a fixed one, the value at the start and each that is assigned,
    times the map; without it "householder" alone takes assignments. ValueError for a tensor of one dim.

    >>> import vibetensor.torch as torch
    >>> layer = torch.nn.utils.parametrizations.orthogonal(torch.nn.Linear(3, 5))
    >>> torch.allclose(layer.weight.T @ layer.weight, torch.eye(3), atol=1e-5)
    True
    """
    weight = getattr(module, name, None)
    if not isinstance(weight, Tensor):
        raise ValueError(f"Module '{module}' has no parameter or buffer with name '{name}'")
    if weight.ndim < 2:
        raise ValueError(f"Expected a matrix or batch of matrices. Got a tensor of {weight.ndim} dimensions.")
    if orthogonal_map is None:
        square = weight.size(-2) == weight.size(-1)
        orthogonal_map = "matrix_exp" if square or weight.is_complex() else "householder"
    if orthogonal_map not in MAPS:
        raise ValueError(
            f'orthogonal_map has to be one of "matrix_exp", "cayley", "householder". Got: {orthogonal_map}'
        )
    parametrization = _Orthogonal(weight, orthogonal_map, use_trivialization)
    return register_parametrization(module, name, parametrization, unsafe=True)


def weight_norm(module: Any, name: str = "weight", dim: int | None = 0) -> Any:
    """`module`, whose `name` is its directions (`original1`) with slices along `dim` of the lengths `original0`.

    dim None: one length for all. State dicts of the older nn.utils.weight_norm load too.
    """
    register_parametrization(module, name, _WeightNorm(dim), unsafe=True)

    def take_old_names(state_dict: Any, prefix: str, *rest: Any) -> None:
        old = [f"{prefix}{name}_{part}" for part in "gv"]
        if all(key in state_dict for key in old):
            for i, key in enumerate(old):
                state_dict[f"{prefix}parametrizations.{name}.original{i}"] = state_dict.pop(key)

    module._register_load_state_dict_pre_hook(take_old_names)
    return module


def spectral_norm(
    module: Any, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12, dim: int | None = None
) -> Any:
    """`module`, whose `name` is the tensor behind it over its largest singular value.

    That is approximated with two vectors that every forward in training makes better by n_power_iterations steps. dim:
    of the weight, that counts outputs.
    """
    weight = getattr(module, name, None)
    if not isinstance(weight, Tensor):
        raise ValueError(f"Module '{module}' has no parameter or buffer with name '{name}'")
    dim = default_dim(module) if dim is None else dim
    return register_parametrization(module, name, _SpectralNorm(weight, n_power_iterations, dim, eps))
