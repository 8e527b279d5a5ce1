"""The multinomial distribution."""

from __future__ import annotations

from typing import Any, ClassVar

import vibetensor.torch as torch
from vibetensor.torch.distributions import constraints
from vibetensor.torch.distributions.binomial import Binomial
from vibetensor.torch.distributions.categorical import Categorical
from vibetensor.torch.distributions.distribution import Distribution
from vibetensor.torch.distributions.probability_params import CategoricalParams


class Multinomial(CategoricalParams, Distribution):
    """How often each of K numbers comes in `total_count` draws with weights `probs` or log weights `logits`."""

    arg_constraints: ClassVar[Any] = {"probs": constraints.simplex, "logits": constraints.real_vector}
    total_count: int
    _vt_derived = ("_categorical", "_binomial")

    def __init__(self, total_count: int = 1, probs: Any = None, logits: Any = None, validate_args: bool | None = None):
        if not isinstance(total_count, int):
            raise NotImplementedError("inhomogeneous total_count is not supported")
        self.total_count = total_count
        self._categorical = Categorical(probs=probs, logits=logits)
        self._binomial = Binomial(total_count=total_count, probs=self.probs)
        shape = self._categorical.param_shape
        super().__init__(shape[:-1], shape[-1:], validate_args=validate_args)

    def _vt_expand_derived(self, name: str, value: Any, batch_shape: Any) -> Any:
        return value.expand((*batch_shape, *self.event_shape) if name == "_binomial" else batch_shape)

    @constraints.dependent_property(is_discrete=True, event_dim=1)
    def support(self) -> Any:  # type: ignore[override]
        return constraints.multinomial(self.total_count)

    @property
    def mean(self) -> Any:
        return self.probs * self.total_count

    @property
    def variance(self) -> Any:
        return self.total_count * self.probs * (1 - self.probs)

    def sample(self, sample_shape: Any = ()) -> Any:
        shape = torch.Size(sample_shape)
        draws = self._categorical.sample(torch.Size((self.total_count, *shape))).movedim(0, -1)
        counts = draws.new_zeros(self._extended_shape(shape))
        return counts.scatter_add_(-1, draws, torch.ones_like(draws)).type_as(self.probs)

    def log_prob(self, value: Any) -> Any:
        if self._validate_args:
            self._validate_sample(value)
        logits, value = torch.broadcast_tensors(self.logits, value)
        log_ways = torch.lgamma(value.sum(-1) + 1) - torch.lgamma(value + 1).sum(-1)
        # 0 draws of probability 0 are certain
        powers = torch.where((value == 0) & (logits == -torch.inf), 0.0, logits) * value
        return log_ways + powers.sum(-1)

    def entropy(self) -> Any:
        n = torch.tensor(self.total_count)
        binomial_probs = torch.exp(self._binomial.log_prob(self._binomial.enumerate_support(False)[1:]))
        weights = torch.lgamma(self._binomial.enumerate_support(False)[1:] + 1)
        return n * self._categorical.entropy() - torch.lgamma(n + 1) + (binomial_probs * weights).sum([0, -1])
