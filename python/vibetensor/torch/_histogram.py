"""Histograms of points in several dims: what Python adds to the ops that find edges and count."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vibetensor import _C
from vibetensor.torch import return_types


def histogramdd(
    input: Any, bins: Any, *, range: Any = None, weight: Any = None, density: bool = False
) -> return_types.histogramdd:
    """(hist, bin_edges) of points (..., dims): how many lie between the edges of each dim, and the edges.

    `bins`: how many of one width, an int or one for each dim, or for each dim a tensor of edges. `range`: of even bins
    (least, greatest) of each dim, one after the other; unless given those of the points. `weight` (...) is summed in the
    place of ones; with `density` the histogram's integral is 1.

    >>> import vibetensor.torch as torch
    >>> points = torch.tensor([[0.0, 1.0], [1.0, 0.0], [2.0, 0.0], [2.0, 2.0]])
    >>> torch.histogramdd(points, [2, 2]).hist
    tensor([[0., 1.],
            [2., 1.]])
    """
    if isinstance(bins, int):
        bins = [bins] * input.shape[-1]
    if isinstance(bins, Sequence) and any(isinstance(b, _C.Tensor) for b in bins):
        edges = tuple(bins)
    else:
        edges = _C.ops._histogramdd_bin_edges(input, bins, range=range, weight=weight, density=density)
    hist = _C.ops._histogramdd_from_bin_tensors(input, edges, weight=weight, density=density)
    return return_types.histogramdd(hist, edges)
