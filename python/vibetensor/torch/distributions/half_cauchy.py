"""The half-Cauchy distribution."""

from __future__ import annotations

import math
from typing import Any

import vibetensor.torch as torch
from vibetensor.torch.distributions.cauchy import Cauchy
from vibetensor.torch.distributions.folded import Folded


class HalfCauchy(Folded):
    """Absolute values of Cauchy numbers about 0."""

    whole = Cauchy

    @property
    def mean(self) -> Any:
        return torch.full(self._extended_shape(), math.inf, dtype=self.scale.dtype, device=self.scale.device)

    @property
    def variance(self) -> Any:
        return self.base_dist.variance
