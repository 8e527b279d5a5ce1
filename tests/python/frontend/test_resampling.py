"""Resizing and grids beside PyTorch's: functions, layers, what they refuse and warn of."""

import random
import warnings

import pytest
import torch
import vibetensor.torch as vt
from compare import ours_of, same, theirs_of

MODES = {
    "nearest": (1, 2, 3),
    "nearest-exact": (1, 2, 3),
    "area": (1, 2, 3),
    "linear": (1,),
    "bilinear": (2,),
    "bicubic": (2,),
    "trilinear": (3,),
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_random_sizes(mode, dtype):
    draw = random.Random(mode)
    for _ in range(60):
        dims = draw.choice(MODES[mode])
        x = torch.randn(1, 2, *(draw.randint(1, 40 // dims) for _ in range(dims)), dtype=getattr(torch, dtype))
        options = {"mode": mode}
        if mode in ("linear", "bilinear", "bicubic", "trilinear"):
            options["align_corners"] = draw.choice([True, False, None])
        if draw.random() < 0.5:
            options["size"] = tuple(draw.randint(1, 50 // dims) for _ in range(dims))
        else:
            factors = [draw.choice([0.3, 1 / 3, 0.5, 0.7, 1.0, 1.1, 2.0, 2.7, 3]) for _ in range(dims)]
            sizes = [(n, int(n * f)) for n, f in zip(x.shape[2:], factors, strict=True)]
            if any(out == 0 for _, out in sizes):
                continue
            # of such sizes some of PyTorch's kernels leave the factor out, others do not
            if mode == "nearest" and any(out in (n, 2 * n) for n, out in sizes):
                continue
            options["scale_factor"] = tuple(factors)
            options["recompute_scale_factor"] = draw.choice([True, False, None])
        x.requires_grad_()
        mine = ours_of(x)
        out, ours = (t.nn.functional.interpolate(v, **options) for t, v in ((torch, x), (vt, mine)))
        assert same(ours, out, what=f"{tuple(x.shape)} {options}")
        weights = torch.randn(out.shape, dtype=out.dtype)
        (out * weights).sum().backward()
        (ours * ours_of(weights)).sum().backward()
        assert same(mine.grad, x.grad, what=f"gradient of {tuple(x.shape)} {options}")


@pytest.mark.parametrize("mode", ["bilinear", "bicubic", "lanczos"])
def test_random_sizes_with_antialias(mode):
    draw = random.Random(mode)
    for _ in range(40):
        # columns one element wide PyTorch weighs wrongly: rows and columns, done one after another, do not commute
        shape = (1, 2, draw.randint(1, 40), draw.randint(2, 40))
        x = torch.randn(shape, dtype=torch.float64, requires_grad=True)
        corners = draw.choice([True, False]) if mode != "lanczos" else None
        options = {"mode": mode, "antialias": True, "align_corners": corners}
        options["size"] = (draw.randint(1, 50), draw.randint(2, 50))
        mine = ours_of(x)
        out, ours = (t.nn.functional.interpolate(v, **options) for t, v in ((torch, x), (vt, mine)))
        assert same(ours, out, what=f"{tuple(x.shape)} {options}")
        out.square().sum().backward()
        ours.square().sum().backward()
        assert same(mine.grad, x.grad, what=f"gradient of {tuple(x.shape)} {options}")


@pytest.mark.parametrize("mode", ["nearest", "bilinear", "bicubic", "area"])
def test_channels_last_stays(mode):
    x = torch.randn(2, 5, 6, 7).to(memory_format=torch.channels_last)
    mine = ours_of(x).to(memory_format=vt.channels_last)
    out, ours = (t.nn.functional.interpolate(v, size=(9, 4), mode=mode) for t, v in ((torch, x), (vt, mine)))
    assert same(ours, out)
    assert ours.stride() == out.stride()


LAYERS = [
    ("Upsample", (), {"scale_factor": 2}, (2, 3, 5)),
    ("Upsample", ((4, 9),), {"mode": "bilinear", "align_corners": True}, (2, 3, 5, 6)),
    (
        "Upsample",
        (),
        {"scale_factor": (1.5, 2, 2), "mode": "trilinear", "recompute_scale_factor": True},
        (1, 2, 3, 4, 5),
    ),
    ("UpsamplingNearest2d", (), {"scale_factor": 2}, (2, 3, 5, 4)),
    ("UpsamplingBilinear2d", ((7, 8),), {}, (2, 3, 5, 4)),
]


@pytest.mark.parametrize("name, arguments, options, shape", LAYERS, ids=[f"{r[0]}-{i}" for i, r in enumerate(LAYERS)])
def test_layer(name, arguments, options, shape):
    theirs, ours = (getattr(t.nn, name)(*arguments, **options) for t in (torch, vt))
    assert repr(ours) == repr(theirs)
    x = torch.randn(shape)
    assert same(ours(ours_of(x)), theirs(x))


@pytest.mark.parametrize("mode", ["bilinear", "nearest", "bicubic"])
@pytest.mark.parametrize("padding", ["zeros", "border", "reflection"])
@pytest.mark.parametrize("corners", [True, False])
def test_grid_sample_with_second_derivatives(mode, padding, corners):
    x = torch.randn(2, 3, 5, 6, dtype=torch.float64, requires_grad=True)
    grid = (torch.rand(2, 4, 3, 2, dtype=torch.float64) * 3 - 1.5).requires_grad_()
    sides = []
    for t, a, b in ((torch, x, grid), (vt, ours_of(x), ours_of(grid))):
        out = t.nn.functional.grid_sample(a, b, mode, padding, corners)
        first = t.autograd.grad(out.square().sum(), [a, b], create_graph=True)
        second = t.autograd.grad(first[0].square().sum() + first[1].square().sum(), [a, b])
        sides.append([out, *first, *second])
    for mine, theirs in zip(sides[1], sides[0], strict=True):
        assert same(mine, theirs)


def test_grid_points_far_outside():
    x = torch.randn(1, 2, 4, 4)
    nan, inf = float("nan"), float("inf")
    far = [("zeros", [1e30, -1e30, 0.3]), ("border", [nan, inf, -inf, 1e30, -1e30])]
    for padding, numbers in far:
        grid = torch.tensor([[[[number, 0.2] for number in numbers]]])
        out, ours = (
            t.nn.functional.grid_sample(v, g, padding_mode=padding, align_corners=False)
            for t, v, g in ((torch, x, grid), (vt, ours_of(x), ours_of(grid)))
        )
        assert same(ours, out)


REFUSED = {
    "mode": lambda t: t.nn.functional.interpolate(t.ones(1, 1, 4, 4), size=3, mode="x"),
    "rank": lambda t: t.nn.functional.interpolate(t.ones(4, 4), size=3),
    "mode of another rank": lambda t: t.nn.functional.interpolate(t.ones(1, 1, 4, 4), size=3, mode="linear"),
    "size": lambda t: t.nn.functional.interpolate(t.ones(1, 1, 4, 4), size=(3,)),
    "float size": lambda t: t.nn.functional.interpolate(t.ones(1, 1, 4, 4), size=(3, 3.5)),
    "no size": lambda t: t.nn.functional.interpolate(t.ones(1, 1, 4, 4)),
    "both": lambda t: t.nn.functional.interpolate(t.ones(1, 1, 4, 4), size=2, scale_factor=2),
    "factors": lambda t: t.nn.functional.interpolate(t.ones(1, 1, 4, 4), scale_factor=(2,)),
    "zero": lambda t: t.nn.functional.interpolate(t.ones(1, 1, 4, 4), size=0),
    "corners": lambda t: t.nn.functional.interpolate(t.ones(1, 1, 4, 4), size=3, align_corners=False),
    "recompute": lambda t: t.nn.functional.interpolate(t.ones(1, 1, 4, 4), size=3, recompute_scale_factor=True),
    "antialias": lambda t: t.nn.functional.interpolate(t.ones(1, 1, 4, 4), size=3, antialias=True),
    "lanczos": lambda t: t.nn.functional.interpolate(t.ones(1, 1, 4, 4), size=3, mode="lanczos"),
    "no channels": lambda t: t.nn.functional.interpolate(t.ones(2, 0, 4, 4), size=3),
    "integers": lambda t: t.nn.functional.interpolate(t.ones(1, 1, 4, 4, dtype=t.int32), size=3),
    "grid mode": lambda t: t.nn.functional.grid_sample(t.ones(1, 1, 4, 4), t.zeros(1, 2, 2, 2), mode="a"),
    "grid padding": lambda t: t.nn.functional.grid_sample(t.ones(1, 1, 4, 4), t.zeros(1, 2, 2, 2), padding_mode="a"),
    "grid size": lambda t: t.grid_sampler(t.ones(1, 1, 4, 4), t.zeros(1, 2, 2, 3), 0, 0, False),
    "grid batch": lambda t: t.grid_sampler(t.ones(1, 1, 4, 4), t.zeros(2, 2, 2, 2), 0, 0, False),
    "grid dtype": lambda t: t.grid_sampler(t.ones(1, 1, 4, 4), t.zeros(1, 2, 2, 2, dtype=t.float64), 0, 0, False),
    "cubic volume": lambda t: t.grid_sampler(t.ones(1, 1, 4, 4, 4), t.zeros(1, 2, 2, 2, 3), 2, 0, False),
    "theta": lambda t: t.nn.functional.affine_grid(t.zeros(1, 3, 3), [1, 1, 2, 2], False),
    "theta dtype": lambda t: t.nn.functional.affine_grid(t.zeros(1, 2, 3, dtype=t.int32), [1, 1, 2, 2], False),
    "grid sizes": lambda t: t.nn.functional.affine_grid(t.zeros(1, 2, 3), [1, 1, 2], False),
    "empty grid": lambda t: t.nn.functional.affine_grid(t.zeros(1, 2, 3), [1, 1, 0, 2], False),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refused(what):
    kinds = []
    for t in (torch, vt):
        with pytest.raises(Exception) as error, warnings.catch_warnings(action="ignore"):
            REFUSED[what](t)
        kinds.append(error.type)
    assert kinds[1] is kinds[0]


WARNS = {
    "upsample": lambda t: t.nn.functional.upsample(t.ones(1, 1, 4, 4), scale_factor=2),
    "upsample_nearest": lambda t: t.nn.functional.upsample_nearest(t.ones(1, 1, 4, 4), 3),
    "upsample_bilinear": lambda t: t.nn.functional.upsample_bilinear(t.ones(1, 1, 4, 4), scale_factor=2),
    "grid_sample": lambda t: t.nn.functional.grid_sample(t.ones(1, 1, 4, 4), t.zeros(1, 2, 2, 2)),
    "affine_grid": lambda t: t.nn.functional.affine_grid(t.zeros(1, 2, 3), [1, 1, 2, 2]),
    "unit grid": lambda t: t.nn.functional.affine_grid(t.zeros(1, 2, 3), [1, 1, 1, 2], align_corners=True),
}


@pytest.mark.parametrize("what", WARNS)
def test_warns(what):
    sides = []
    for t in (torch, vt):
        with pytest.warns(UserWarning) as caught:
            result = WARNS[what](t)
        sides.append((result, [str(w.message) for w in caught]))
    assert sides[1][1] == sides[0][1]
    assert same(sides[1][0], sides[0][0])


@pytest.mark.parametrize("mode", ["bilinear", "bicubic"])
@pytest.mark.parametrize("channels", [1, 3, 5])
def test_bytes_of_images(mode, channels):
    """Fixed-point weights, and a rounding after each dim: the very numbers of PyTorch on the CPU."""
    draw, compared = random.Random(f"{mode}{channels}"), 0
    for _ in range(40):
        x = torch.randint(0, 256, (2, channels, draw.randint(1, 40), draw.randint(1, 200)), dtype=torch.uint8)
        if draw.random() < 0.5:
            x = x.contiguous(memory_format=torch.channels_last)
        options = {"mode": mode, "size": (draw.randint(1, 50), draw.choice([x.shape[3], draw.randint(1, 300)]))}
        options |= draw.choice([{}, {"antialias": True}, {"align_corners": True}, {"align_corners": False}])
        found = vt.nn.functional.interpolate(ours_of(x), **options)
        expected = torch.nn.functional.interpolate(x, **options)
        assert found.dtype == vt.uint8 and found.tolist() == expected.tolist(), (x.shape, options)
        compared += expected.numel()
    assert compared > 10_000


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("size", [16, 17, 28, 64])
def test_grids_that_meet_pixels(dtype, size):
    """A grid's slope jumps at a pixel: the same bits of the grid of the identity take the same side of it."""

    def program(t):
        theta = t.eye(2, 3, dtype=getattr(t, dtype))[None].requires_grad_()
        t.manual_seed(0)
        x = t.randn(1, 1, size, size, dtype=theta.dtype)
        grid = t.nn.functional.affine_grid(theta, x.shape, align_corners=False)
        result = t.nn.functional.grid_sample(x, grid, align_corners=False)
        (result**2 * t.arange(size, dtype=theta.dtype)).sum().backward()
        return grid.tolist(), theta.grad

    (ours, slopes), (theirs, expected) = program(vt), program(torch)
    assert ours == theirs
    if dtype == "float32":
        assert (theirs_of(slopes) - expected).abs().max() <= 1e-5 * expected.abs().max()
