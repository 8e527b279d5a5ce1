"""Parametrizations of weights that are ready made: weight_norm and spectral_norm."""

from __future__ import annotations

from typing import Any

from vibetensor import _C
from vibetensor.torch._not_there import Refused
from vibetensor.torch.nn.utils.parametrize import register_parametrization
from vibetensor.torch.nn.utils.spectral_norm import _SpectralNorm, default_dim
from vibetensor.torch.nn.utils.weight_norm import _WeightNorm

__all__ = ["orthogonal", "spectral_norm", "weight_norm"]
Tensor: Any = _C.Tensor

orthogonal = Refused("torch.nn.utils.parametrizations.orthogonal", "it needs decompositions of torch.linalg")


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
