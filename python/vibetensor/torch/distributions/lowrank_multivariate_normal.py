"""The multivariate normal distribution with a covariance of low rank and a diagonal."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import vibetensor.torch as torch
from vibetensor.torch.distributions import constraints
from vibetensor.torch.distributions.distribution import Distribution
from vibetensor.torch.distributions.multivariate_normal import matvec, squared_length
from vibetensor.torch.distributions.utils import lazy_property, standard_normal


class LowRankMultivariateNormal(Distribution):
    """Normal vectors of covariance W W^T + diag(D), of `cov_factor` W (n, rank) and `cov_diag` D.

    Drawing takes the parts alone; densities and entropy factor the small matrix 1 + W^T D^-1 W, by torch.linalg.
    """

    arg_constraints: ClassVar[Any] = {
        "loc": constraints.real_vector,
        "cov_factor": constraints.independent(constraints.real, 2),
        "cov_diag": constraints.independent(constraints.positive, 1),
    }
    support = constraints.real_vector
    has_rsample = True

    def __init__(self, loc: Any, cov_factor: Any, cov_diag: Any, validate_args: bool | None = None):
        if loc.dim() < 1:
            raise ValueError("loc must be at least one-dimensional.")
        event_shape = loc.shape[-1:]
        if cov_factor.dim() < 2:
            raise ValueError("cov_factor must be at least two-dimensional, with optional leading batch dimensions")
        if cov_factor.shape[-2:-1] != event_shape:
            raise ValueError(f"cov_factor must be a batch of matrices with shape {event_shape[0]} x m")
        if cov_diag.shape[-1:] != event_shape:
            raise ValueError(f"cov_diag must be a batch of vectors with shape {event_shape}")
        try:
            batch_shape = torch.broadcast_shapes(loc.shape[:-1], cov_factor.shape[:-2], cov_diag.shape[:-1])
        except RuntimeError as e:
            raise ValueError(
                f"Incompatible batch shapes: loc {loc.shape}, cov_factor {cov_factor.shape}, cov_diag {cov_diag.shape}"
            ) from e
        self.loc, self.cov_diag = loc.expand((*batch_shape, -1)), cov_diag.expand((*batch_shape, -1))
        self.cov_factor = cov_factor.expand((*batch_shape, -1, -1))
        self._unbroadcasted_cov_factor, self._unbroadcasted_cov_diag = cov_factor, cov_diag
        super().__init__(batch_shape, event_shape, validate_args=validate_args)

    @lazy_property
    def _capacitance_tril(self) -> Any:
        """The Cholesky factor of 1 + W^T D^-1 W."""
        w = self._unbroadcasted_cov_factor
        scaled = w.mT / self._unbroadcasted_cov_diag.unsqueeze(-2)
        identity = torch.eye(w.shape[-1], dtype=w.dtype, device=w.device)
        return torch.linalg.cholesky(torch.matmul(scaled, w) + identity)

    @property
    def mean(self) -> Any:
        return self.loc

    @property
    def mode(self) -> Any:
        return self.loc

    @lazy_property
    def variance(self) -> Any:
        own = self._unbroadcasted_cov_factor.pow(2).sum(-1) + self._unbroadcasted_cov_diag
        return own.expand(self._batch_shape + self._event_shape)

    def _broadcast(self, matrix: Any) -> Any:
        return matrix.expand((*self._batch_shape, *self._event_shape, *self._event_shape))

    @lazy_property
    def scale_tril(self) -> Any:
        return torch.linalg.cholesky(self.covariance_matrix)

    @lazy_property
    def covariance_matrix(self) -> Any:
        w = self._unbroadcasted_cov_factor
        return self._broadcast(torch.matmul(w, w.mT) + torch.diag_embed(self._unbroadcasted_cov_diag))

    @lazy_property
    def precision_matrix(self) -> Any:
        # the matrix inversion lemma: D^-1 - D^-1 W (1 + W^T D^-1 W)^-1 W^T D^-1
        scaled = self._unbroadcasted_cov_factor.mT / self._unbroadcasted_cov_diag.unsqueeze(-2)
        a = torch.linalg.solve_triangular(self._capacitance_tril, scaled, upper=False)
        return self._broadcast(torch.diag_embed(self._unbroadcasted_cov_diag.reciprocal()) - torch.matmul(a.mT, a))

    def rsample(self, sample_shape: Any = ()) -> Any:
        shape = self._extended_shape(sample_shape)
        like = (self.loc.dtype, self.loc.device)
        of_factor = standard_normal((*shape[:-1], self.cov_factor.shape[-1]), *like)
        of_diagonal = standard_normal(shape, *like)
        return (
            self.loc
            + matvec(self._unbroadcasted_cov_factor, of_factor)
            + self._unbroadcasted_cov_diag.sqrt() * of_diagonal
        )

    def squared_length(self, difference: Any) -> Any:
        """x^T C^-1 x of the covariance C."""
        w, d = self._unbroadcasted_cov_factor, self._unbroadcasted_cov_diag
        inner = matvec(w.mT / d.unsqueeze(-2), difference)
        return (difference.pow(2) / d).sum(-1) - squared_length(self._capacitance_tril, inner)

    @property
    def log_det(self) -> Any:
        """log det C, by the determinant lemma."""
        small = self._capacitance_tril.diagonal(dim1=-2, dim2=-1).log().sum(-1)
        return 2 * small + self._unbroadcasted_cov_diag.log().sum(-1)

    def log_prob(self, value: Any) -> Any:
        if self._validate_args:
            self._validate_sample(value)
        length = self.squared_length(value - self.loc)
        return -0.5 * (self._event_shape[0] * math.log(2 * math.pi) + self.log_det + length)

    def entropy(self) -> Any:
        entropy = 0.5 * (self._event_shape[0] * (1.0 + math.log(2 * math.pi)) + self.log_det)
        return entropy if len(self._batch_shape) == 0 else entropy.expand(self._batch_shape)
