"""Parametrizations of weights that are ready made: orthogonal, weight_norm and spectral_norm."""

from __future__ import annotations

from typing import Any

from vibetensor import _C
from vibetensor.torch.nn.utils.parametrize import register_parametrization
from vibetensor.torch.nn.utils.spectral_norm import _SpectralNorm, default_dim
from vibetensor.torch.nn.utils.weight_norm import _WeightNorm

__all__ = ["orthogonal", "spectral_norm", "weight_norm"]
Tensor: Any = _C.Tensor


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
    from vibetensor.torch.nn.utils._orthogonal import MAPS, _Orthogonal

    weight = getattr(module, name, None)
    if not isinstance(weight, Tensor):
        raise ValueError(f"Module '{module}' has no parameter or buffer with name '{name}'")
    if weight.ndim < 2:
        raise ValueError(f"Expected a matrix or batch of matrices. Got a tensor of {weight.ndim} dimensions.")
    if orthogonal_map is None:
        square = weight.size(-2) == weight.size(-1)
        orthogonal_map = "matrix_exp" if square or weight.is_complex() else "householder"
    if orthogonal_map not in MAPS:
        raise ValueError(f'orthogonal_map has to be one of "matrix_exp", "cayley", "householder". Got: {orthogonal_map}')
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
