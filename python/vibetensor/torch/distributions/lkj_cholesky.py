"""The LKJ distribution of Cholesky factors of correlation matrices."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import vibetensor.torch as torch
from vibetensor.torch.distributions import constraints
from vibetensor.torch.distributions.beta import Beta
from vibetensor.torch.distributions.distribution import Distribution
from vibetensor.torch.distributions.utils import broadcast_all, log_multigamma


class LKJCholesky(Distribution):
    """Cholesky factors of (dim, dim) correlation matrices C with a density that goes as det(C)^(concentration - 1).

    Drawn by the onion method (Lewandowski, Kurowicka and Joe, 2009): row by row, a length and a direction.
    """

    arg_constraints: ClassVar[Any] = {"concentration": constraints.positive}
    support = constraints.corr_cholesky
    _vt_derived = ("_beta",)

    def __init__(self, dim: int, concentration: Any = 1.0, validate_args: bool | None = None):
        if dim < 2:
            raise ValueError(f"Expected dim to be an integer greater than or equal to 2. Found dim={dim}.")
        self.dim = dim
        (self.concentration,) = broadcast_all(concentration)
        like = {"dtype": self.concentration.dtype, "device": self.concentration.device}
        # row i has the squared length of its first i entries from Beta(i / 2, ...); row 0 none
        rows = torch.cat([torch.zeros(1, **like), torch.arange(dim - 1, **like)])
        last = self.concentration + 0.5 * (dim - 2)
        self._beta = Beta(rows + 0.5, last.unsqueeze(-1) - 0.5 * rows)
        super().__init__(self.concentration.size(), torch.Size((dim, dim)), validate_args)

    def _vt_expand_derived(self, name: str, value: Any, batch_shape: Any) -> Any:
        return value.expand((*batch_shape, self.dim))

    def sample(self, sample_shape: Any = ()) -> Any:
        with torch.no_grad():
            y = self._beta.sample(sample_shape).unsqueeze(-1)
            normal = torch.randn(self._extended_shape(sample_shape), dtype=y.dtype, device=y.device).tril(-1)
            direction = normal / normal.norm(dim=-1, keepdim=True)
            direction[..., 0, :].fill_(0.0)  # 0 / 0
            w = torch.sqrt(y) * direction
            left = torch.clamp(1 - torch.sum(w**2, dim=-1), min=torch.finfo(w.dtype).tiny)
            return w + torch.diag_embed(left.sqrt())

    def log_prob(self, value: Any) -> Any:
        if self._validate_args:
            self._validate_sample(value)
        diagonal = value.diagonal(dim1=-1, dim2=-2)[..., 1:]
        order = torch.arange(2, self.dim + 1, device=self.concentration.device)
        order = 2 * (self.concentration - 1).unsqueeze(-1) + self.dim - order
        unnormalized = torch.sum(order * diagonal.log(), dim=-1)
        # the normalizer of the matrices of each size on top of the one before
        n = self.dim - 1
        alpha = self.concentration + 0.5 * n
        normalizer = 0.5 * n * math.log(math.pi) + log_multigamma(alpha - 0.5, n) - torch.lgamma(alpha) * n
        return unnormalized - normalizer
