"""The Wishart distribution."""

from __future__ import annotations

import math
from typing import Any

import vibetensor.torch as torch
from vibetensor.torch.distributions import constraints
from vibetensor.torch.distributions.chi2 import Chi2
from vibetensor.torch.distributions.exp_family import ExponentialFamily
from vibetensor.torch.distributions.scale_matrix import ScaleMatrixParams, scale_tril_of
from vibetensor.torch.distributions.utils import log_multigamma, multidigamma


class Wishart(ScaleMatrixParams, ExponentialFamily):
    """Sums of the outer products of `df` normal vectors of mean 0 with a covariance matrix, its inverse, or its factor.

    Drawn by Bartlett's decomposition. Draws are checked, and densities are computed, by torch.linalg.
    """

    support = constraints.positive_definite
    has_rsample = True
    _mean_carrier_measure = 0.0
    _vt_derived = ("_unbroadcasted_scale_tril", "_dist_chi2")

    @property
    def arg_constraints(self) -> Any:  # type: ignore[override]
        return {
            "covariance_matrix": constraints.positive_definite,
            "precision_matrix": constraints.positive_definite,
            "scale_tril": constraints.lower_cholesky,
            "df": constraints.greater_than(self.event_shape[-1] - 1),
        }

    def __init__(
        self,
        df: Any,
        covariance_matrix: Any = None,
        precision_matrix: Any = None,
        scale_tril: Any = None,
        validate_args: bool | None = None,
    ):
        name, matrix = self._only(
            AssertionError,
            covariance_matrix=covariance_matrix,
            precision_matrix=precision_matrix,
            scale_tril=scale_tril,
        )
        if matrix.dim() < 2:
            raise ValueError("scale_tril must be at least two-dimensional, with optional leading batch dimensions")
        df = torch.as_tensor(df, dtype=matrix.dtype, device=matrix.device)
        batch_shape = torch.broadcast_shapes(df.shape, matrix.shape[:-2])
        event_shape = matrix.shape[-2:]
        if bool(df.le(event_shape[-1] - 1).any()):
            raise ValueError(f"Value of df={df} expected to be greater than ndim - 1 = {event_shape[-1] - 1}.")
        setattr(self, name, matrix.expand((*batch_shape, -1, -1)))
        self.df = df.expand(batch_shape)
        self._batch_shape, self._event_shape = torch.Size(batch_shape), torch.Size(event_shape)
        self._unbroadcasted_scale_tril = scale_tril_of(name, matrix)
        rows = torch.arange(event_shape[-1], dtype=matrix.dtype, device=matrix.device)
        self._dist_chi2 = Chi2(df=self.df.unsqueeze(-1) - rows.expand((*batch_shape, -1)))
        super().__init__(batch_shape, event_shape, validate_args=validate_args)

    def _vt_expand_derived(self, name: str, value: Any, batch_shape: Any) -> Any:
        if name == "_dist_chi2":
            return value.expand((*batch_shape, self._event_shape[-1]))
        return value  # broadcasts

    @property
    def mean(self) -> Any:
        return self.df[..., None, None] * self.covariance_matrix

    @property
    def mode(self) -> Any:
        factor = self.df - self.covariance_matrix.shape[-1] - 1
        factor = torch.where(factor <= 0, torch.nan, factor)
        return factor[..., None, None] * self.covariance_matrix

    @property
    def variance(self) -> Any:
        v = self.covariance_matrix
        diagonal = v.diagonal(dim1=-2, dim2=-1)
        outer = diagonal.unsqueeze(-1) * diagonal.unsqueeze(-2)
        return self.df[..., None, None] * (v.pow(2) + outer)

    def _bartlett_sampling(self, sample_shape: Any = ()) -> Any:
        p = self._event_shape[-1]
        noise = self._dist_chi2.rsample(sample_shape).sqrt().diag_embed(dim1=-2, dim2=-1)
        i, j = torch.tril_indices(p, p, offset=-1)
        below = torch.randn(
            (*sample_shape, *self._batch_shape, p * (p - 1) // 2), dtype=noise.dtype, device=noise.device
        )
        noise[..., i, j] = below
        factor = self._unbroadcasted_scale_tril @ noise
        return factor @ factor.mT

    def rsample(self, sample_shape: Any = (), max_try_correction: int | None = None) -> Any:
        """Draws as of every distribution; those that are singular by rounding are drawn again, `max_try_correction`
        times (10)."""
        sample_shape = torch.Size(sample_shape)
        sample = self._bartlett_sampling(sample_shape)
        # the first draw is always made again: so PyTorch's are, and a seed gives the same ones
        singular = torch.ones(sample_shape, dtype=torch.bool, device=sample.device)
        for _ in range(10 if max_try_correction is None else max_try_correction):
            again = self._bartlett_sampling(torch.Size((int(singular.sum()),)))
            sample[singular] = again
            failed = ~self.support.check(again)
            for _ in self._batch_shape:
                failed = failed.any(-1)
            singular[singular.clone()] = failed
            if not bool(singular.any()):
                break
        return sample

    def log_prob(self, value: Any) -> Any:
        if self._validate_args:
            self._validate_sample(value)
        nu, p = self.df, self._event_shape[-1]
        factor = self._unbroadcasted_scale_tril
        # tr(V^-1 X), by the factor of V
        solved = torch.linalg.solve_triangular(factor, value, upper=False)
        solved = torch.linalg.solve_triangular(factor.mT, solved, upper=True)
        trace = solved.diagonal(dim1=-2, dim2=-1).sum(-1)
        log_det = torch.linalg.slogdet(value).logabsdet
        return (
            -nu * (p * math.log(2) / 2 + self._half_log_det)
            - log_multigamma(nu / 2, p)
            + (nu - p - 1) / 2 * log_det
            - trace / 2
        )

    def entropy(self) -> Any:
        nu, p = self.df, self._event_shape[-1]
        return (
            (p + 1) * (p * math.log(2) / 2 + self._half_log_det)
            + log_multigamma(nu / 2, p)
            - (nu - p - 1) / 2 * multidigamma(nu / 2, p)
            + nu * p / 2
        )

    @property
    def _natural_params(self) -> tuple[Any, ...]:
        nu, p = self.df, self._event_shape[-1]
        return -self.precision_matrix / 2, (nu - p - 1) / 2

    def _log_normalizer(self, x: Any, y: Any) -> Any:
        p = self._event_shape[-1]
        log_det = torch.linalg.slogdet(-2 * x).logabsdet
        return (y + (p + 1) / 2) * (-log_det + math.log(2) * p) + log_multigamma(y + (p + 1) / 2, p)
