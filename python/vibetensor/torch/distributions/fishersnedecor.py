"""The F distribution."""

from __future__ import annotations

from typing import Any, ClassVar

import vibetensor.torch as torch
from vibetensor.torch.distributions import constraints
from vibetensor.torch.distributions.distribution import Distribution
from vibetensor.torch.distributions.gamma import Gamma
from vibetensor.torch.distributions.utils import broadcast_all, numbers_shape


class FisherSnedecor(Distribution):
    """The ratio of two mean squares of `df1` and `df2` normal numbers."""

    arg_constraints: ClassVar[Any] = {"df1": constraints.positive, "df2": constraints.positive}
    support = constraints.positive
    has_rsample = True
    _vt_derived = ("_gamma1", "_gamma2")

    def __init__(self, df1: Any, df2: Any, validate_args: bool | None = None):
        self.df1, self.df2 = broadcast_all(df1, df2)
        self._gamma1, self._gamma2 = Gamma(self.df1 * 0.5, self.df1), Gamma(self.df2 * 0.5, self.df2)
        super().__init__(numbers_shape(df1, df2, of=self.df1), validate_args=validate_args)

    @property
    def mean(self) -> Any:
        return torch.where(self.df2 <= 2, torch.nan, self.df2 / (self.df2 - 2))

    @property
    def mode(self) -> Any:
        mode = (self.df1 - 2) / self.df1 * self.df2 / (self.df2 + 2)
        return torch.where(self.df1 <= 2, torch.nan, mode)

    @property
    def variance(self) -> Any:
        spread = 2 * self.df2.pow(2) * (self.df1 + self.df2 - 2) / (self.df1 * (self.df2 - 2).pow(2) * (self.df2 - 4))
        return torch.where(self.df2 <= 4, torch.nan, spread)

    def rsample(self, sample_shape: Any = ()) -> Any:
        shape = self._extended_shape(sample_shape)
        tiny = torch.finfo(self.df2.dtype).tiny
        over, under = (g.rsample(sample_shape).view(shape) for g in (self._gamma1, self._gamma2))
        ratio = over / under.clamp_(min=tiny)
        return ratio.clamp_(min=tiny)

    def log_prob(self, value: Any) -> Any:
        if self._validate_args:
            self._validate_sample(value)
        half1, half2 = self.df1 * 0.5, self.df2 * 0.5
        ratio = self.df1 / self.df2
        normalizer = (half1 + half2).lgamma() - half1.lgamma() - half2.lgamma()
        powers = half1 * ratio.log() + (half1 - 1) * torch.log(value)
        return normalizer + powers - (half1 + half2) * torch.log1p(ratio * value)
