"""What distributions share that are given by a covariance matrix, its inverse, or its Cholesky factor."""

from __future__ import annotations

from typing import Any

import vibetensor.torch as torch
from vibetensor.torch.distributions.utils import lazy_property


def precision_to_scale_tril(precision: Any) -> Any:
    """The Cholesky factor of the inverse of a precision matrix."""
    flipped = torch.linalg.cholesky(torch.flip(precision, (-2, -1)))
    inverse_transposed = torch.transpose(torch.flip(flipped, (-2, -1)), -2, -1)
    return torch.linalg.solve_triangular(inverse_transposed, identity_like(precision), upper=False)


def identity_like(matrix: Any) -> Any:
    return torch.eye(matrix.shape[-1], dtype=matrix.dtype, device=matrix.device)


def scale_tril_of(name: str, matrix: Any) -> Any:
    """The Cholesky factor of the covariance, which `matrix` is by the `name` of the argument."""
    if name == "scale_tril":
        return matrix
    return torch.linalg.cholesky(matrix) if name == "covariance_matrix" else precision_to_scale_tril(matrix)


class ScaleMatrixParams:
    """One of `covariance_matrix`, `precision_matrix` and `scale_tril` is given, the others follow when they are asked for."""

    _batch_shape: Any
    _unbroadcasted_scale_tril: Any

    @staticmethod
    def _only(error: type[Exception], **matrices: Any) -> tuple[str, Any]:
        """The name and the value of the one matrix that is not None; `error` if it is not one."""
        given = [(name, matrix) for name, matrix in matrices.items() if matrix is not None]
        if len(given) != 1:
            raise error("Exactly one of covariance_matrix or precision_matrix or scale_tril may be specified.")
        return given[0]

    def _broadcast(self, matrix: Any) -> Any:
        return matrix.expand((*self._batch_shape, *matrix.shape[-2:]))

    @lazy_property
    def scale_tril(self) -> Any:
        return self._broadcast(self._unbroadcasted_scale_tril)

    @lazy_property
    def covariance_matrix(self) -> Any:
        factor = self._unbroadcasted_scale_tril
        return self._broadcast(factor @ factor.mT)

    @lazy_property
    def precision_matrix(self) -> Any:
        factor = self._unbroadcasted_scale_tril
        inverse = torch.linalg.solve_triangular(factor, identity_like(factor), upper=False)
        return self._broadcast(inverse.mT @ inverse)

    @property
    def _half_log_det(self) -> Any:
        """Half the logarithm of the covariance's determinant."""
        return self._unbroadcasted_scale_tril.diagonal(dim1=-2, dim2=-1).log().sum(-1)
