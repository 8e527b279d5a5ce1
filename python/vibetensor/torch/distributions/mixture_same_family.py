"""Mixtures of components of one family."""

from __future__ import annotations

from typing import Any, ClassVar

import vibetensor.torch as torch
from vibetensor.torch.distributions import constraints
from vibetensor.torch.distributions.categorical import Categorical
from vibetensor.torch.distributions.distribution import Distribution


class MixtureSameFamily(Distribution):
    """Values of a component that is drawn first; the components are the last batch dim of `component_distribution`.

    >>> from vibetensor.torch.distributions import Categorical, MixtureSameFamily, Normal
    >>> two = Normal(torch.tensor([-1.0, 1.0]), torch.ones(2))
    >>> MixtureSameFamily(Categorical(torch.ones(2)), two).mean
    tensor(0.)
    """

    arg_constraints: ClassVar[Any] = {}
    has_rsample = False

    def __init__(
        self,
        mixture_distribution: Categorical,
        component_distribution: Distribution,
        validate_args: bool | None = None,
    ):
        self._mixture_distribution = mixture_distribution
        self._component_distribution = component_distribution
        if not isinstance(mixture_distribution, Categorical):
            raise ValueError(" The Mixture distribution needs to be an  instance of torch.distributions.Categorical")
        if not isinstance(component_distribution, Distribution):
            raise ValueError("The Component distribution need to be an instance of torch.distributions.Distribution")
        batch = component_distribution.batch_shape[:-1]
        pairs = zip(reversed(mixture_distribution.batch_shape), reversed(batch), strict=False)
        for size1, size2 in pairs:
            if size1 != 1 and size2 != 1 and size1 != size2:
                raise ValueError(
                    f"`mixture_distribution.batch_shape` ({mixture_distribution.batch_shape}) is not compatible with "
                    f"`component_distribution.batch_shape`({batch})"
                )
        components = mixture_distribution.logits.shape[-1]
        found = component_distribution.batch_shape[-1]
        if found != components:
            raise ValueError(
                f"`mixture_distribution component` ({components}) does not equal `component_distribution."
                f"batch_shape[-1]` ({found})"
            )
        self._num_component = components
        event_shape = component_distribution.event_shape
        self._event_ndims = len(event_shape)
        super().__init__(batch_shape=batch, event_shape=event_shape, validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        batch_shape = torch.Size(batch_shape)
        new = self._get_checked_instance(MixtureSameFamily, _instance)
        new._mixture_distribution = self._mixture_distribution.expand(batch_shape)
        new._component_distribution = self._component_distribution.expand((*batch_shape, self._num_component))
        new._num_component, new._event_ndims = self._num_component, self._event_ndims
        Distribution.__init__(new, batch_shape, self.event_shape, validate_args=False)
        new._validate_args = self._validate_args
        return new

    @constraints.dependent_property
    def support(self) -> Any:  # type: ignore[override]
        return constraints.MixtureSameFamilyConstraint(self._component_distribution.support)

    @property
    def mixture_distribution(self) -> Categorical:
        return self._mixture_distribution

    @property
    def component_distribution(self) -> Distribution:
        return self._component_distribution

    def _weights(self) -> Any:
        """The mixture's probabilities, in the component dim of the components' events."""
        probs = self.mixture_distribution.probs
        return probs.reshape((*probs.shape, *(1,) * self._event_ndims))

    @property
    def mean(self) -> Any:
        return torch.sum(self._weights() * self.component_distribution.mean, dim=-1 - self._event_ndims)

    @property
    def variance(self) -> Any:
        dim = -1 - self._event_ndims
        weights, means = self._weights(), self.component_distribution.mean
        within = torch.sum(weights * self.component_distribution.variance, dim=dim)
        between = torch.sum(weights * (means - self.mean.unsqueeze(dim)).pow(2.0), dim=dim)
        return within + between

    def cdf(self, value: Any) -> Any:
        value = value.unsqueeze(-1 - self._event_ndims)
        return torch.sum(self.component_distribution.cdf(value) * self.mixture_distribution.probs, dim=-1)

    def log_prob(self, value: Any) -> Any:
        if self._validate_args:
            self._validate_sample(value)
        log_parts = self.component_distribution.log_prob(value.unsqueeze(-1 - self._event_ndims))
        log_weights = torch.log_softmax(self.mixture_distribution.logits, dim=-1)
        return torch.logsumexp(log_parts + log_weights, dim=-1)

    def sample(self, sample_shape: Any = ()) -> Any:
        with torch.no_grad():
            dim = len(sample_shape) + len(self.batch_shape)
            which = self.mixture_distribution.sample(sample_shape)
            values = self.component_distribution.sample(sample_shape)
            which = which.reshape((*which.shape, *(1,) * (self._event_ndims + 1)))
            which = which.expand((*which.shape[: dim + 1], *self.event_shape))
            return torch.gather(values, dim, which).squeeze(dim)

    def __repr__(self) -> str:
        return f"MixtureSameFamily(\n  {self.mixture_distribution},\n  {self.component_distribution})"
