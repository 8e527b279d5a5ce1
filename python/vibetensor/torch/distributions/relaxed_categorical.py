"""The relaxed one-hot categorical distribution."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import vibetensor.torch as torch
from vibetensor.torch.distributions import constraints
from vibetensor.torch.distributions.categorical import Categorical
from vibetensor.torch.distributions.distribution import Distribution
from vibetensor.torch.distributions.probability_params import CategoricalParams, RelaxedParams
from vibetensor.torch.distributions.transformed_distribution import TransformedDistribution
from vibetensor.torch.distributions.transforms import ExpTransform
from vibetensor.torch.distributions.utils import clamp_probs


class ExpRelaxedCategorical(CategoricalParams, Distribution):
    """The logarithms of relaxed one-hot vectors (https://arxiv.org/abs/1611.00712)."""

    arg_constraints: ClassVar[Any] = {"probs": constraints.simplex, "logits": constraints.real_vector}
    support = constraints.real_vector
    has_rsample = True

    def __init__(self, temperature: Any, probs: Any = None, logits: Any = None, validate_args: bool | None = None):
        self._categorical = Categorical(probs, logits)
        self.temperature = temperature
        shape = self._categorical.param_shape
        super().__init__(shape[:-1], shape[-1:], validate_args=validate_args)

    def rsample(self, sample_shape: Any = ()) -> Any:
        shape = self._extended_shape(sample_shape)
        u = clamp_probs(torch.rand(shape, dtype=self.logits.dtype, device=self.logits.device))
        scores = (self.logits - (-u.log()).log()) / self.temperature
        return scores - scores.logsumexp(dim=-1, keepdim=True)

    def log_prob(self, value: Any) -> Any:
        if self._validate_args:
            self._validate_sample(value)
        k = self._categorical._num_events
        logits, value = torch.broadcast_tensors(self.logits, value)
        log_scale = math.lgamma(k) - self.temperature.log() * -(k - 1)
        score = logits - value.mul(self.temperature)
        return (score - score.logsumexp(dim=-1, keepdim=True)).sum(-1) + log_scale


class RelaxedOneHotCategorical(RelaxedParams, TransformedDistribution):
    """Points of a simplex that tend to one-hot vectors, drawn with `probs`, as `temperature` goes to 0; with gradients."""

    arg_constraints: ClassVar[Any] = {"probs": constraints.simplex, "logits": constraints.real_vector}
    support = constraints.simplex
    has_rsample = True

    def __init__(self, temperature: Any, probs: Any = None, logits: Any = None, validate_args: bool | None = None):
        base = ExpRelaxedCategorical(temperature, probs, logits, validate_args=validate_args)
        super().__init__(base, ExpTransform(), validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        return super().expand(batch_shape, self._get_checked_instance(RelaxedOneHotCategorical, _instance))
