"""The generalized Pareto distribution."""

from __future__ import annotations

from typing import Any, ClassVar

import vibetensor.torch as torch
from vibetensor.torch.distributions import constraints
from vibetensor.torch.distributions.distribution import Distribution
from vibetensor.torch.distributions.utils import broadcast_all, numbers_shape


class GeneralizedPareto(Distribution):
    """Excesses over a threshold `loc`: the tail is heavier the larger `concentration`, exponential at 0, and ends at a
    finite value below 0."""

    arg_constraints: ClassVar[Any] = {
        "loc": constraints.real,
        "scale": constraints.positive,
        "concentration": constraints.real,
    }
    has_rsample = True

    def __init__(self, loc: Any, scale: Any, concentration: Any, validate_args: bool | None = None):
        self.loc, self.scale, self.concentration = broadcast_all(loc, scale, concentration)
        shape = numbers_shape(loc, scale, concentration, of=self.loc)
        super().__init__(shape, validate_args=validate_args)

    @constraints.dependent_property(is_discrete=False, event_dim=0)
    def support(self) -> Any:  # type: ignore[override]
        end = self.loc - self.scale / self.concentration
        return constraints.interval(self.loc, torch.where(self.concentration < 0, end, torch.inf))

    @property
    def _is_exponential(self) -> Any:
        return torch.isclose(self.concentration, torch.zeros_like(self.concentration))

    @property
    def _safe_concentration(self) -> Any:
        return torch.where(self._is_exponential, torch.ones_like(self.concentration), self.concentration)

    @property
    def mean(self) -> Any:
        c = self.concentration
        below = torch.where(c < 1, c, torch.zeros_like(c))
        return torch.where(c < 1, self.loc + self.scale / (1 - below), torch.full_like(c, torch.nan))

    @property
    def variance(self) -> Any:
        c = self.concentration
        below = torch.where(c < 0.5, c, torch.zeros_like(c))
        spread = self.scale**2 / ((1 - below) ** 2 * (1 - 2 * below))
        return torch.where(c < 0.5, spread, torch.full_like(c, torch.nan))

    @property
    def mode(self) -> Any:
        return self.loc

    def rsample(self, sample_shape: Any = ()) -> Any:
        u = torch.rand(self._extended_shape(sample_shape), dtype=self.loc.dtype, device=self.loc.device)
        return self.icdf(u)

    def _z(self, value: Any) -> Any:
        return (value - self.loc) / self.scale

    def log_prob(self, value: Any) -> Any:
        if self._validate_args:
            self._validate_sample(value)
        z, c = self._z(value), self._safe_concentration
        heavy = -(1 + 1 / c) * torch.log1p(c * z)
        inside = torch.where(self._is_exponential, -z, heavy) - torch.log(self.scale)
        return torch.where(self.support.check(value), inside, torch.full_like(inside, -torch.inf))

    def log_survival_function(self, value: Any) -> Any:
        """The logarithm of the probability of more than the value."""
        if self._validate_args:
            self._validate_sample(value)
        z, c = self._z(value), self._safe_concentration
        return torch.where(self._is_exponential, -z, -torch.log1p(c * z) / c)

    def log_cdf(self, value: Any) -> Any:
        """The logarithm of the probability of at most the value."""
        return torch.log1p(-torch.exp(self.log_survival_function(value)))

    def cdf(self, value: Any) -> Any:
        return torch.exp(self.log_cdf(value))

    def icdf(self, value: Any) -> Any:
        c = self._safe_concentration
        log_above = torch.log1p(-value)
        quantile = torch.where(self._is_exponential, -log_above, torch.expm1(-c * log_above) / c)
        return self.loc + self.scale * quantile

    def entropy(self) -> Any:
        return (torch.log(self.scale) + self.concentration + 1).expand(self._batch_shape)
