"""The relaxed Bernoulli distribution."""

from __future__ import annotations

from typing import Any, ClassVar

import vibetensor.torch as torch
from vibetensor.torch.distributions import constraints
from vibetensor.torch.distributions.distribution import Distribution
from vibetensor.torch.distributions.probability_params import BinaryParams, RelaxedParams
from vibetensor.torch.distributions.transformed_distribution import TransformedDistribution
from vibetensor.torch.distributions.transforms import SigmoidTransform
from vibetensor.torch.distributions.utils import clamp_probs


class LogitRelaxedBernoulli(BinaryParams, Distribution):
    """The log odds of relaxed Bernoulli numbers (https://arxiv.org/abs/1611.00712)."""

    arg_constraints: ClassVar[Any] = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.real
    has_rsample = True

    def __init__(self, temperature: Any, probs: Any = None, logits: Any = None, validate_args: bool | None = None):
        self.temperature = temperature
        shape, _ = self._take(probs, logits)
        super().__init__(shape, validate_args=validate_args)

    def rsample(self, sample_shape: Any = ()) -> Any:
        shape = self._extended_shape(sample_shape)
        probs = clamp_probs(self.probs.expand(shape))
        u = clamp_probs(torch.rand(shape, dtype=probs.dtype, device=probs.device))
        return (u.log() - (-u).log1p() + probs.log() - (-probs).log1p()) / self.temperature

    def log_prob(self, value: Any) -> Any:
        if self._validate_args:
            self._validate_sample(value)
        logits, value = torch.broadcast_tensors(self.logits, value)
        difference = logits - value.mul(self.temperature)
        return self.temperature.log() + difference - 2 * difference.exp().log1p()


class RelaxedBernoulli(RelaxedParams, TransformedDistribution):
    """Numbers in (0, 1) that tend to 0 and 1, drawn with `probs`, as `temperature` goes to 0; with gradients."""

    arg_constraints: ClassVar[Any] = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.unit_interval
    has_rsample = True

    def __init__(self, temperature: Any, probs: Any = None, logits: Any = None, validate_args: bool | None = None):
        super().__init__(
            LogitRelaxedBernoulli(temperature, probs, logits), SigmoidTransform(), validate_args=validate_args
        )

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        return super().expand(batch_shape, self._get_checked_instance(RelaxedBernoulli, _instance))
