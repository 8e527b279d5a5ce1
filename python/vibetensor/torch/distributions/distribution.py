"""The base of distributions."""

from __future__ import annotations

import warnings
from typing import Any, ClassVar

import vibetensor.torch as torch
from vibetensor.torch.distributions import constraints
from vibetensor.torch.distributions.utils import lazy_property

Tensor: Any = torch.Tensor


class Distribution:
    """A distribution over events of `event_shape`, `batch_shape` of them with parameters of their own.

    Subclasses state `arg_constraints` (the parameters, by name), `support`, and give sample or rsample (draws that
    gradients flow through to the parameters, where `has_rsample`), and log_prob. Parameters and values are checked
    unless validate_args is False, for one distribution or for all (set_default_validate_args).
    """

    has_rsample = False
    has_enumerate_support = False
    _validate_args = __debug__
    arg_constraints: ClassVar[Any] = None
    # tensors and distributions beside the parameters that follow them when the batch is expanded
    _vt_derived: ClassVar[tuple[str, ...]] = ()

    @staticmethod
    def set_default_validate_args(value: bool) -> None:
        """Returns None; checks parameters and values from now on, or does not."""
        if value not in (True, False):
            raise ValueError
        Distribution._validate_args = value

    def __init__(self, batch_shape: Any = (), event_shape: Any = (), validate_args: bool | None = None):
        self._batch_shape, self._event_shape = torch.Size(batch_shape), torch.Size(event_shape)
        if validate_args is not None:
            self._validate_args = validate_args
        if self._validate_args:
            self._vt_check_parameters()

    def _vt_check_parameters(self) -> None:
        if self.arg_constraints is None:
            warnings.warn(
                f"{type(self)} does not define `arg_constraints`. Please set `arg_constraints = {{}}` or initialize "
                "the distribution with `validate_args=False` to turn off validation.",
                stacklevel=4,
            )
            return
        for name, constraint in self.arg_constraints.items():
            if constraints.is_dependent(constraint):
                continue  # known to the distribution alone, which checks it
            if name not in self.__dict__ and isinstance(getattr(type(self), name), lazy_property):
                continue  # follows from a parameter that is checked
            value = getattr(self, name)
            if not bool(constraint.check(value).all()):
                raise ValueError(
                    f"Expected parameter {name} ({type(value).__name__} of shape {tuple(value.shape)}) of distribution "
                    f"{self!r} to satisfy the constraint {constraint!r}, but found invalid values:\n{value}"
                )

    # ---- expanding

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distribution with its parameters expanded to `batch_shape`, without copies."""
        # this one serves all types of this package: a type from elsewhere keeps what only its __init__ knows
        here = next(kind for kind in type(self).__mro__ if kind.__module__.startswith(__package__))
        new = self._get_checked_instance(here, _instance)
        new.__dict__.update({**self.__dict__, **new.__dict__})
        batch_shape = torch.Size(batch_shape)
        for name, constraint in (self.arg_constraints or {}).items():
            if name in self.__dict__:
                value = self.__dict__[name]
                event = value.shape[value.dim() - constraint.event_dim :]
                new.__dict__[name] = value.expand((*batch_shape, *event))
        for name in self._vt_derived:
            if name in self.__dict__:
                new.__dict__[name] = self._vt_expand_derived(name, self.__dict__[name], batch_shape)
        Distribution.__init__(new, batch_shape, self._event_shape, validate_args=False)
        new._validate_args = self._validate_args
        return new

    def _vt_expand_derived(self, name: str, value: Any, batch_shape: Any) -> Any:
        return value.expand(batch_shape) if isinstance(value, Distribution | Tensor) else value

    def _get_checked_instance(self, cls: Any, _instance: Any = None) -> Any:
        """An empty instance of this type, or the given one, to be filled by expand() of `cls`."""
        if _instance is None and type(self).__init__ is not cls.__init__:
            raise NotImplementedError(
                f"Subclass {type(self).__name__} of {cls.__name__} that defines a custom __init__ method "
                "must also define a custom .expand() method."
            )
        return type(self).__new__(type(self)) if _instance is None else _instance

    # ---- what is known of it

    @property
    def batch_shape(self) -> Any:
        return self._batch_shape

    @property
    def event_shape(self) -> Any:
        return self._event_shape

    @property
    def support(self) -> Any:
        """The constraint that values satisfy."""
        raise NotImplementedError

    @property
    def mean(self) -> Any:
        raise NotImplementedError

    @property
    def mode(self) -> Any:
        raise NotImplementedError(f"{type(self)} does not implement mode")

    @property
    def variance(self) -> Any:
        raise NotImplementedError

    @property
    def stddev(self) -> Any:
        return self.variance.sqrt()

    def sample(self, sample_shape: Any = ()) -> Any:
        """Draws of the shape sample_shape + batch_shape + event_shape, without gradients."""
        with torch.no_grad():
            return self.rsample(sample_shape)

    def rsample(self, sample_shape: Any = ()) -> Any:
        """Draws of that shape as functions of the parameters, which gradients flow to."""
        raise NotImplementedError

    def sample_n(self, n: int) -> Any:
        """n draws; sample((n,)) of before."""
        warnings.warn("`sample_n(n)` will be deprecated. Use `sample((n,))` instead.", FutureWarning, stacklevel=2)
        return self.sample(torch.Size((n,)))

    def log_prob(self, value: Any) -> Any:
        """The logarithm of the density, or of the probability, at values."""
        raise NotImplementedError

    def cdf(self, value: Any) -> Any:
        """The probability of at most the value."""
        raise NotImplementedError

    def icdf(self, value: Any) -> Any:
        """The value below which that probability lies."""
        raise NotImplementedError

    def enumerate_support(self, expand: bool = True) -> Any:
        """All values of a discrete distribution along a new first dim, expanded over the batch or with dims of 1."""
        raise NotImplementedError

    def entropy(self) -> Any:
        """The expectation of -log_prob, in nats, of shape batch_shape."""
        raise NotImplementedError

    def perplexity(self) -> Any:
        """exp of the entropy."""
        return torch.exp(self.entropy())

    # ---- for subclasses

    def _extended_shape(self, sample_shape: Any = ()) -> Any:
        return torch.Size((*sample_shape, *self._batch_shape, *self._event_shape))

    def _vt_enumerated(self, values: Any, expand: bool) -> Any:
        """Values (n, ...) of one event as enumerate_support gives them."""
        event = tuple(values.shape[1:])
        values = values.reshape((-1, *(1,) * len(self._batch_shape), *event))
        return values.expand((-1, *self._batch_shape, *event)) if expand else values

    def _validate_sample(self, value: Any) -> None:
        """ValueError unless the value has a shape and content that log_prob can take."""
        if not isinstance(value, Tensor):
            raise ValueError("The value argument to log_prob must be a Tensor")
        event_dims = value.dim() - len(self._event_shape)
        if tuple(value.size()[event_dims:]) != tuple(self._event_shape):
            raise ValueError(
                f"The right-most size of value must match event_shape: {value.size()} vs {self._event_shape}."
            )
        expected = (*self._batch_shape, *self._event_shape)
        for i, j in zip(reversed(value.size()), reversed(expected), strict=False):
            if i != 1 and j != 1 and i != j:
                raise ValueError(
                    f"Value is not broadcastable with batch_shape+event_shape: {value.size()} vs {torch.Size(expected)}."
                )
        try:
            support = self.support
        except NotImplementedError:
            warnings.warn(
                f"{type(self)} does not define `support` to enable sample validation. Please initialize the "
                "distribution with `validate_args=False` to turn off validation.",
                stacklevel=3,
            )
            return
        if not bool(support.check(value).all()):
            raise ValueError(
                f"Expected value argument ({type(value).__name__} of shape {tuple(value.shape)}) to be within the "
                f"support ({support!r}) of the distribution {self!r}, but found invalid values:\n{value}"
            )

    def __repr__(self) -> str:
        def shown(value: Any) -> Any:
            return value if value.numel() == 1 else value.size()

        own = [name for name in (self.arg_constraints or {}) if name in self.__dict__]
        return f"{type(self).__name__}({', '.join(f'{name}: {shown(self.__dict__[name])}' for name in own)})"
