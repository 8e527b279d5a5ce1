"""Rows of resizing, and of sampling at the points of a grid."""

import torch

from samples import FLOATS, REAL_FLOATS, I, Sample, T, call

# 16-bit sums are rounded once, PyTorch's after each dim.
NEAR = {"tolerance": {"float16": (2e-3, 5e-3), "bfloat16": (1.6e-2, 3e-2), "float32": (1e-5, 1e-5)}}


def resized(*size: int, mode: str) -> list:
    """Calls that enlarge and reduce, by sizes and by factors, with and without align_corners."""
    x, dims = T(2, 3, *size), len(size)
    larger, smaller = tuple(2 * n + 1 for n in size), tuple(n - 2 for n in size)
    factors = (1.7, 0.6, 2.0)[:dims]
    calls = [call(x, larger, None, mode), call(x, smaller, None, mode), call(x, size, None, mode)]
    calls += [call(x, None, factors, mode), call(x, None, factors, mode, recompute_scale_factor=True)]
    calls.append(call(T(0, 3, *size), smaller, None, mode))
    if mode in ("linear", "bilinear", "bicubic", "trilinear"):
        calls += [call(x, larger, None, mode, True), call(x, smaller, None, mode, True)]
        calls += [call(x, None, factors, mode, True), call(x, (1,) * dims, None, mode, True)]
    return calls


def smoothed(mode: str) -> list:
    x = T(2, 3, 9, 11)
    sizes = [(4, 3), (2, 17), (13, 11), (1, 1)]
    calls = [call(x, size, None, mode, antialias=True) for size in sizes]
    calls.append(call(x, None, (0.4, 1.3), mode, antialias=True))
    return calls if mode == "lanczos" else [*calls, call(x, (4, 13), None, mode, True, antialias=True)]


def gather_taps(x, dim, spans, weights):
    rows = [
        sum(
            x.select(dim, min(first + k, x.shape[dim] - 1)) * (1 if weights is None else weights[o, k])
            for k in range(count)
        )
        for o, (first, count) in enumerate(spans.tolist())
    ]
    return torch.stack(rows, dim)


def scatter_taps(x, dim, spans, weights, size):
    out = [torch.zeros_like(x.select(dim, 0)) for _ in range(size)]
    for o, (first, count) in enumerate(spans.tolist()):
        for k in range(count):
            at = min(first + k, size - 1)
            out[at] = out[at] + x.select(dim, o) * (1 if weights is None else weights[o, k])
    return torch.stack(out, dim)


ONES = I(4, 2, low=1, high=2)  # spans: one tap, at 1
GRID_RULES = [(mode, padding, corners) for mode in range(3) for padding in range(3) for corners in (False, True)]


def sampled(spatial: int, *modes: int) -> list:
    x, points = (2, 3, *(5, 4, 3)[:spatial]), (2, *(3, 4, 2)[:spatial], spatial)
    return [call(T(*x), T(*points, low=-1.4, high=1.4), *rule) for rule in GRID_RULES if rule[0] in modes]


def backward(grad, input, grid, mode, padding, corners, mask):
    return torch.ops.aten.grid_sampler_2d_backward(grad, input, grid, mode, padding, corners, mask)


def double_backward(input_slope, grid_slope, grad, input, grid, mode, padding, corners):
    leaves = [t.detach().requires_grad_() for t in (grad, input, grid)]
    with torch.enable_grad():
        slopes = torch.ops.aten.grid_sampler_2d_backward(*leaves, mode, padding, corners, [True, True])
        return torch.autograd.grad(slopes, leaves, [input_slope, grid_slope])


SAMPLES = [
    *(
        Sample("interpolate", *calls, dtypes=dtypes, reference="nn.functional.interpolate", **NEAR)
        for calls, dtypes in (
            (resized(7, mode="nearest"), FLOATS),
            (resized(7, 6, mode="nearest"), FLOATS),
            (resized(4, 5, 6, mode="nearest"), FLOATS),
            (resized(7, 6, mode="nearest-exact"), FLOATS),
            (resized(7, 6, mode="area"), FLOATS),
            (resized(7, mode="linear"), FLOATS),
            (resized(7, 6, mode="bilinear"), FLOATS),
            (resized(7, 6, mode="bicubic"), FLOATS),
            (resized(4, 5, 6, mode="trilinear"), FLOATS),
            (smoothed("bilinear"), REAL_FLOATS),
            (smoothed("bicubic"), REAL_FLOATS),
            (smoothed("lanczos"), REAL_FLOATS),
        )
    ),
    Sample("interpolate", *resized(7, 6, mode="nearest")[:5], dtypes=("uint8",), reference="nn.functional.interpolate"),
    Sample(
        "_gather_taps",
        call(T(3, 5, 2), 1, ONES, T(4, 2, grad=False)),
        call(T(3, 5), -1, I(6, 2, low=1, high=4), T(6, 3, grad=False)),
        reference=gather_taps,
    ),
    Sample("_gather_taps", call(T(3, 5), 0, ONES, None), dtypes=FLOATS, reference=gather_taps),
    Sample("_scatter_taps", call(T(3, 4, 2), 1, ONES, T(4, 2, grad=False), 6), reference=scatter_taps),
    Sample("_scatter_taps", call(T(4, 3), 0, ONES, None, 3), dtypes=FLOATS, reference=scatter_taps, **NEAR),
    Sample("grid_sampler", *sampled(2, 0, 1, 2)),
    Sample("grid_sampler", *sampled(3, 0, 1)),
    # PyTorch rounds the places to 16 bits, which may move them a whole element: rules whose results are continuous
    Sample(
        "grid_sampler",
        *sampled(2, 0),
        dtypes=("float16", "bfloat16"),
        tolerance={"float16": (5e-3, 3e-2), "bfloat16": (3e-2, 2e-1)},
        grad=False,
    ),
    Sample(
        "_grid_sampler_backward",
        call(T(2, 3, 4, 2), T(2, 3, 5, 6), T(2, 4, 2, 2), 0, 1, True, (True, True)),
        call(T(2, 3, 4, 2), T(2, 3, 5, 6), T(2, 4, 2, 2), 2, 0, False, (True, True)),
        reference=backward,
        gradgrad=False,  # the third of the op
        tolerance={"float32": (1e-4, 2e-5)},  # summed in another order on CUDA
    ),
    Sample(
        "_grid_sampler_double_backward",
        call(T(2, 3, 5, 6), T(2, 4, 2, 2), T(2, 3, 4, 2), T(2, 3, 5, 6), T(2, 4, 2, 2), 0, 0, True),
        call(T(2, 3, 5, 6), T(2, 4, 2, 2), T(2, 3, 4, 2), T(2, 3, 5, 6), T(2, 4, 2, 2), 2, 2, False),
        reference=double_backward,
        grad=False,
        tolerance={"float32": (1e-4, 2e-5)},
    ),
    Sample(
        "affine_grid_generator",
        call(T(2, 2, 3), (2, 3, 4, 5), False),
        call(T(2, 2, 3), (2, 3, 1, 5), True),
        call(T(2, 3, 4), (2, 3, 4, 2, 3), False),
        call(T(2, 3, 4), (2, 3, 4, 2, 3), True),
    ),
]
