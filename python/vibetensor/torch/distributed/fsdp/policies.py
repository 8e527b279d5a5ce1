"""In which dtypes a module that is cut computes, and where its parameters rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class MixedPrecisionPolicy:
    """Dtypes of fully_shard; None is that of the parameters.

    param_dtype: of whole parameters, and of what is computed with them. reduce_dtype: of gradients while they are summed,
    by default param_dtype. output_dtype: what floating-point outputs are cast to. cast_forward_inputs: whether
    floating-point inputs are cast to param_dtype. The optimizer sees parameters and gradients in their own dtype.
    """

    param_dtype: Any = None
    reduce_dtype: Any = None
    output_dtype: Any = None
    cast_forward_inputs: bool = True


@dataclass
class OffloadPolicy:
    """Parameters rest where the mesh is."""


@dataclass
class CPUOffloadPolicy(OffloadPolicy):
    """Parameters rest on the CPU: NotImplementedError."""

    pin_memory: bool = True

    def __post_init__(self) -> None:
        raise NotImplementedError(
            "CPUOffloadPolicy is not there yet; OffloadPolicy() keeps parameters on the mesh's device"
        )
