"""What distributions of numbers share that are moved by `loc` and stretched by `scale`."""

from __future__ import annotations

from typing import Any, ClassVar

from vibetensor.torch.distributions import constraints
from vibetensor.torch.distributions.distribution import Distribution
from vibetensor.torch.distributions.utils import broadcast_all, numbers_shape


class LocScale(Distribution):
    """Numbers of any size, most likely at `loc`, with gradients by both parameters."""

    arg_constraints: ClassVar[Any] = {"loc": constraints.real, "scale": constraints.positive}
    support = constraints.real
    has_rsample = True

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None):
        self.loc, self.scale = broadcast_all(loc, scale)
        super().__init__(numbers_shape(loc, scale, of=self.loc), validate_args=validate_args)

    @property
    def mode(self) -> Any:
        return self.loc
