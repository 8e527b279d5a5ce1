"""What distributions share that are given by probabilities or by log odds."""

from __future__ import annotations

from typing import Any, ClassVar

import vibetensor.torch as torch
from vibetensor.torch.distributions.utils import (
    broadcast_all,
    lazy_property,
    logits_to_probs,
    numbers_shape,
    probs_to_logits,
)

Tensor: Any = torch.Tensor


def check_one_given(probs: Any, logits: Any) -> None:
    if (probs is None) == (logits is None):
        raise ValueError("Either `probs` or `logits` must be specified, but not both.")


class BinaryParams:
    """`probs` and `logits` of yes or no: one is given, the other follows when it is asked for."""

    def _take(self, probs: Any, logits: Any, *others: Any) -> tuple[Any, tuple[Any, ...]]:
        """Keeps the one that is given, broadcast with `others`; the batch shape, and the others."""
        check_one_given(probs, logits)
        given = probs if logits is None else logits
        *others_broadcast, param = broadcast_all(*others, given)
        if logits is None:
            self.probs = param
        else:
            self.logits = param
        shape = numbers_shape(given, of=param) if not others else param.size()
        return shape, tuple(others_broadcast)

    @lazy_property
    def logits(self) -> Any:
        return probs_to_logits(self.probs, is_binary=True)

    @lazy_property
    def probs(self) -> Any:
        return logits_to_probs(self.logits, is_binary=True)

    @property
    def _param(self) -> Any:
        given: Any = self.__dict__.get("probs")
        return self.logits if given is None else given

    @property
    def param_shape(self) -> Any:
        return self._param.size()

    def _new(self, *args: Any, **kwargs: Any) -> Any:
        return self._param.new(*args, **kwargs)


class RelaxedParams:
    """The parameters of a relaxed distribution, which those are of what it transforms, `base_dist`."""

    base_dist: Any

    @property
    def temperature(self) -> Any:
        return self.base_dist.temperature

    @property
    def logits(self) -> Any:
        return self.base_dist.logits

    @property
    def probs(self) -> Any:
        return self.base_dist.probs


class CategoricalParams:
    """The parameters of a distribution over categories, which those are of a Categorical that it keeps."""

    _vt_derived: ClassVar[tuple[str, ...]] = ("_categorical",)
    _categorical: Any

    def _new(self, *args: Any, **kwargs: Any) -> Any:
        return self._categorical._new(*args, **kwargs)

    @property
    def probs(self) -> Any:
        return self._categorical.probs

    @property
    def logits(self) -> Any:
        return self._categorical.logits

    @property
    def param_shape(self) -> Any:
        return self._categorical.param_shape
