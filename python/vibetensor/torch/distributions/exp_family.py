"""Distributions whose density is exp(<natural parameters, statistics> - log normalizer) times a carrier."""

from __future__ import annotations

from typing import Any

import vibetensor.torch as torch
from vibetensor.torch.distributions.distribution import Distribution
from vibetensor.torch.distributions.utils import sum_rightmost


class ExponentialFamily(Distribution):
    """Base of exponential families; a subclass gives `_natural_params` and `_log_normalizer` of them.

    The entropy, and the divergence of two distributions of one family, follow from the log normalizer's gradient.
    """

    @property
    def _natural_params(self) -> tuple[Any, ...]:
        raise NotImplementedError

    def _log_normalizer(self, *natural_params: Any) -> Any:
        raise NotImplementedError

    @property
    def _mean_carrier_measure(self) -> float:
        """The expectation of the logarithm of the carrier."""
        raise NotImplementedError

    def _vt_normalizer_and_means(self) -> tuple[Any, tuple[Any, ...], tuple[Any, ...]]:
        """The log normalizer, its parameters, and its gradient by them: the expectations of the statistics."""
        params = tuple(p.detach().requires_grad_() for p in self._natural_params)
        with torch.enable_grad():
            normalizer = self._log_normalizer(*params)
            means = torch.autograd.grad(normalizer.sum(), params, create_graph=True)
        return normalizer, params, means

    def entropy(self) -> Any:
        normalizer, params, means = self._vt_normalizer_and_means()
        result = normalizer - self._mean_carrier_measure
        for p, mean in zip(params, means, strict=True):
            result = result - sum_rightmost(p * mean, len(self.event_shape))
        return result
