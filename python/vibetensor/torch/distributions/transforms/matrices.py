"""Transforms of vectors and matrices as wholes: onto the simplex, Cholesky factors and positive definite matrices."""

from __future__ import annotations

import math
from typing import Any

import vibetensor.torch as torch
from vibetensor.torch.distributions import constraints
from vibetensor.torch.distributions.transforms.elements import SigmoidTransform
from vibetensor.torch.distributions.transforms.transform import Transform, WithoutOptions
from vibetensor.torch.distributions.utils import tril_matrix_to_vec, vec_to_tril_matrix
from vibetensor.torch.nn import functional as F


class SoftmaxTransform(WithoutOptions):
    """y = softmax(x) along the last dim; the inverse is one of many, log(y)."""

    domain = constraints.real_vector
    codomain = constraints.simplex

    def _call(self, x: Any) -> Any:
        weights = (x - x.max(-1, True)[0]).exp()
        return weights / weights.sum(-1, True)

    def _inverse(self, y: Any) -> Any:
        return y.log()

    def forward_shape(self, shape: Any) -> Any:
        if len(shape) < 1:
            raise ValueError("Too few dimensions on input")
        return shape

    inverse_shape = forward_shape


class StickBreakingTransform(WithoutOptions):
    """The simplex of one dim more, by a stick of length 1 of which each coordinate breaks off a share."""

    domain = constraints.real_vector
    codomain = constraints.simplex
    bijective = True

    @staticmethod
    def _balance(x: Any) -> Any:
        """log of how many shares are to come: x = 0 gives equal shares."""
        count = x.shape[-1] + 1 - x.new_ones(x.shape[-1]).cumsum(-1)
        return count.log()

    def _call(self, x: Any) -> Any:
        share = SigmoidTransform()(x - self._balance(x))
        left = (1 - share).cumprod(-1)
        return F.pad(share, [0, 1], value=1) * F.pad(left, [1, 0], value=1)

    def _inverse(self, y: Any) -> Any:
        head = y[..., :-1]
        left = 1 - head.cumsum(-1)
        # the last share can take more than is left, by rounding
        left = torch.clamp(left, min=torch.finfo(y.dtype).tiny)
        count = y.shape[-1] - head.new_ones(head.shape[-1]).cumsum(-1)
        return head.log() - left.log() + count.log()

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        x = x - self._balance(x)
        return (-x + F.logsigmoid(x) + y[..., :-1].log()).sum(-1)

    def forward_shape(self, shape: Any) -> Any:
        if len(shape) < 1:
            raise ValueError("Too few dimensions on input")
        return torch.Size((*shape[:-1], shape[-1] + 1))

    def inverse_shape(self, shape: Any) -> Any:
        if len(shape) < 1:
            raise ValueError("Too few dimensions on input")
        return torch.Size((*shape[:-1], shape[-1] - 1))


class CorrCholeskyTransform(Transform):
    """Cholesky factors of correlation matrices from vectors: each row from its partial correlations tanh(x).

    A row of the factor lies on the unit sphere with a positive last entry; the squared length that is left for it after
    each entry is broken off as a stick.
    """

    domain = constraints.real_vector
    codomain = constraints.corr_cholesky
    bijective = True

    def _call(self, x: Any) -> Any:
        x = torch.tanh(x)
        eps = torch.finfo(x.dtype).eps
        x = x.clamp(min=-1 + eps, max=1 - eps)
        r = vec_to_tril_matrix(x, diag=-1)
        # what is left of a row's unit length before each entry
        left = (1 - r**2).sqrt().cumprod(-1)
        r = r + torch.eye(r.shape[-1], dtype=r.dtype, device=r.device)
        return r * F.pad(left[..., :-1], [1, 0], value=1)

    def _inverse(self, y: Any) -> Any:
        left_squared = 1 - torch.cumsum(y * y, dim=-1)
        shifted = F.pad(left_squared[..., :-1], [1, 0], value=1)
        entries = tril_matrix_to_vec(y, diag=-1)
        before = tril_matrix_to_vec(shifted, diag=-1)
        t = entries / before.sqrt()
        # atanh, by logarithms that keep small differences
        return (t.log1p() - t.neg().log1p()) / 2

    def log_abs_det_jacobian(self, x: Any, y: Any, intermediates: Any = None) -> Any:
        left_squared = 1 - (y * y).cumsum(dim=-1)
        # by the last entry but one, as the sticks of rows above are independent
        sticks = tril_matrix_to_vec(left_squared, diag=-2)
        from_sticks = 0.5 * sticks.log().sum(-1)
        from_tanh = -2 * (x + F.softplus(-2 * x) - math.log(2.0)).sum(dim=-1)
        return from_sticks + from_tanh

    def forward_shape(self, shape: Any) -> Any:
        if len(shape) < 1:
            raise ValueError("Too few dimensions on input")
        n = shape[-1]
        d = round((0.25 + 2 * n) ** 0.5 + 0.5)
        if d * (d - 1) // 2 != n:
            raise ValueError("Input is not a flattened lower-diagonal number")
        return torch.Size((*shape[:-1], d, d))

    def inverse_shape(self, shape: Any) -> Any:
        return _triangle_shape(shape, -1)


def _triangle_shape(shape: Any, diag: int) -> Any:
    if len(shape) < 2:
        raise ValueError("Too few dimensions on input")
    if shape[-2] != shape[-1]:
        raise ValueError("Input is not square")
    d = shape[-1]
    return torch.Size((*shape[:-2], d * (d + 1 + 2 * diag) // 2))


class LowerCholeskyTransform(WithoutOptions):
    """Square matrices to lower triangles with a positive diagonal: exp on the diagonal, nothing above."""

    domain = constraints.independent(constraints.real, 2)
    codomain = constraints.lower_cholesky

    def _call(self, x: Any) -> Any:
        return x.tril(-1) + x.diagonal(dim1=-2, dim2=-1).exp().diag_embed()

    def _inverse(self, y: Any) -> Any:
        return y.tril(-1) + y.diagonal(dim1=-2, dim2=-1).log().diag_embed()


class PositiveDefiniteTransform(WithoutOptions):
    """Square matrices to positive definite ones, as the products of their lower Cholesky factors."""

    domain = constraints.independent(constraints.real, 2)
    codomain = constraints.positive_definite

    def _call(self, x: Any) -> Any:
        factor = LowerCholeskyTransform()(x)
        return factor @ factor.mT

    def _inverse(self, y: Any) -> Any:
        return LowerCholeskyTransform().inv(torch.linalg.cholesky(y))
