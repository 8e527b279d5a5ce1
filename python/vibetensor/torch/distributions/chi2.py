"""The chi-squared distribution."""

from __future__ import annotations

from typing import Any, ClassVar

from vibetensor.torch.distributions import constraints
from vibetensor.torch.distributions.gamma import Gamma


class Chi2(Gamma):
    """Sums of the squares of `df` standard normal numbers."""

    arg_constraints: ClassVar[Any] = {"df": constraints.positive}
    _vt_derived = ("concentration", "rate")

    def __init__(self, df: Any, validate_args: bool | None = None):
        super().__init__(0.5 * df, 0.5, validate_args=validate_args)

    @property
    def df(self) -> Any:
        return self.concentration * 2
