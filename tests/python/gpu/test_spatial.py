"""Layers of convolutional networks whose kernels are our own, in both memory formats, beside PyTorch on the CPU."""

from __future__ import annotations

from typing import Any

import pytest

from .side import random, reference, theirs, torch

pytestmark = pytest.mark.cuda
FLOATS = ["float32", "float64", "float16", "bfloat16"]
PLACES = {"float32": 5e-5, "float64": 1e-11, "float16": 5e-3, "bfloat16": 4e-2}


def on_gpu(a: Any, last: bool) -> Any:
    x = torch.tensor(a.float().numpy() if a.dtype == reference.bfloat16 else a.numpy(), device="cuda")
    x = x.to(getattr(torch, str(a.dtype).split(".")[1]))
    return x.contiguous(memory_format=torch.channels_last) if last and a.dim() == 4 else x


def compare(mine: Any, wanted: Any, dtype: str, what: str) -> None:
    """Within the dtype's places of the largest number: sums round in another order."""
    error = (theirs(mine).double() - wanted.double()).abs().max().item()
    assert error <= PLACES[dtype] * max(wanted.abs().max().item(), 1), f"{what}: {error}"


def with_gradients(t: Any, f: Any, operands: list[Any], grad: Any) -> list[Any]:
    operands = [x.detach().requires_grad_() for x in operands]
    y = f(*operands)
    return [y, *t.autograd.grad(y, operands, grad)]


# images, channels, height, width, kernel, stride, padding, dilation
DEPTHWISE = [
    (2, 8, 7, 6, (3, 3), 1, 1, 1),
    (2, 72, 9, 11, (3, 3), 2, 1, 1),
    (64, 384, 14, 14, (3, 3), 1, 1, 1),
    (1, 3, 8, 9, (2, 3), (1, 2), (0, 1), (2, 1)),
    (3, 16, 10, 10, (5, 5), 1, 2, 1),
    (1, 24, 12, 9, (7, 7), (2, 1), 3, 1),
    (2, 320, 4, 5, (1, 1), 1, 0, 1),
    (2, 20, 9, 13, (3, 3), (3, 2), (2, 0), (2, 3)),
    (1, 40, 60, 61, (3, 1), 1, (1, 0), 1),
    (1, 16, 50, 45, (40, 38), 1, 1, 1),
]


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("case", DEPTHWISE)
def test_depthwise_in_channels_last(case: tuple[Any, ...], dtype: str) -> None:
    n, c, h, w, kernel, stride, padding, dilation = case
    x, weight = random(n, c, h, w, dtype=dtype), random(c, 1, *kernel, dtype=dtype) / (kernel[0] * kernel[1]) ** 0.5

    def layer(t: Any) -> Any:
        return lambda a, b: t.nn.functional.conv2d(a, b, None, stride, padding, dilation, c)

    grad = random(*layer(reference)(x.double(), weight.double()).shape, dtype=dtype, seed=1)
    wanted = with_gradients(reference, layer(reference), [x.double(), weight.double()], grad.double())
    mine = with_gradients(torch, layer(torch), [on_gpu(x, True), on_gpu(weight, False)], on_gpu(grad, True))
    again = with_gradients(torch, layer(torch), [on_gpu(x, True), on_gpu(weight, True)], on_gpu(grad, False))
    assert mine[0].is_contiguous(memory_format=torch.channels_last)
    for a, b, c_, name in zip(mine, again, wanted, ("result", "input", "weight"), strict=True):
        compare(a, c_, dtype, name)
        assert torch.equal(a, b), name


PLANES = [
    (4, 3, 5, 2),
    (6, 5),
    (2, 16, 8, 8),
    (3, 24, 7, 7),
    (1, 2, 300, 320),
    (64, 256, 14, 14),
    (5, 300, 2, 2),
    (2, 4, 3, 5, 6),
    (9, 4, 17),
    (40, 3, 1, 1),
]


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize("shape", PLANES)
def test_batch_norm(shape: tuple[int, ...], last: bool, dtype: str) -> None:
    """Also with parameters in float32 beside 16 bits, and an offset that squares of the numbers would lose."""
    wide = "float64" if dtype == "float64" else "float32"
    weight, bias = random(shape[1], dtype=wide), random(shape[1], dtype=wide, seed=1)

    def layer(t: Any) -> Any:
        return lambda x, w, b: t.nn.functional.batch_norm(x, None, None, w, b, True)

    for offset in (0, 10 if dtype in ("float32", "float64") else 2):
        x, grad = random(*shape, dtype=dtype) + offset, random(*shape, dtype=dtype, seed=2)
        exact = [a.double() for a in (x, weight, bias)]
        wanted = with_gradients(reference, layer(reference), exact, grad.double())
        mine = with_gradients(
            torch, layer(torch), [on_gpu(x, last), on_gpu(weight, False), on_gpu(bias, False)], on_gpu(grad, last)
        )
        again = with_gradients(
            torch, layer(torch), [on_gpu(x, last), on_gpu(weight, False), on_gpu(bias, False)], on_gpu(grad, last)
        )
        for a, b, c, name in zip(mine, again, wanted, ("result", "input", "weight", "bias"), strict=True):
            compare(a, c, dtype, f"{name} at {offset}")
            assert torch.equal(a, b), name


# images, channels, spatial dims and groups
GROUPS = [
    (2, 6, 3, 2, 3),
    (3, 4, 2),
    (2, 64, 8, 8, 32),
    (4, 24, 5, 5, 4),
    (1, 16, 300, 320, 8),
    (9, 130, 17, 13),
    (2, 4, 3, 5, 6, 2),
]


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize("case", GROUPS)
def test_group_norm(case: tuple[int, ...], last: bool, dtype: str) -> None:
    """With an offset that squares of the numbers would lose; the same bits twice."""
    *shape, groups = case
    weight, bias = random(shape[1], dtype=dtype), random(shape[1], dtype=dtype, seed=1)

    def layer(t: Any) -> Any:
        return lambda x, w, b: t.nn.functional.group_norm(x, groups, w, b)

    for offset in (0, 10 if dtype in ("float32", "float64") else 2):
        x, grad = random(*shape, dtype=dtype) + offset, random(*shape, dtype=dtype, seed=2)
        exact = [a.double() for a in (x, weight, bias)]
        wanted = with_gradients(reference, layer(reference), exact, grad.double())
        operands = [on_gpu(x, last), on_gpu(weight, False), on_gpu(bias, False)]
        mine, again = (with_gradients(torch, layer(torch), operands, on_gpu(grad, last)) for _ in range(2))
        if last and len(shape) == 4:
            assert mine[0].is_contiguous(memory_format=torch.channels_last)
        for a, b, c, name in zip(mine, again, wanted, ("result", "input", "weight", "bias"), strict=True):
            compare(a, c, dtype, f"{name} at {offset}")
            assert torch.equal(a, b), name


def test_batch_norm_behind_an_outlier() -> None:
    x = random(8, 4, 50, 50)
    x[0, :, 0, 0] = 1e5
    for last in (False, True):
        mean, var = torch.zeros(4, device="cuda"), torch.zeros(4, device="cuda")
        torch.nn.functional.batch_norm(on_gpu(x, last), mean, var, training=True, momentum=1.0)
        wanted = x.double()
        reference.testing.assert_close(theirs(mean).double(), wanted.mean((0, 2, 3)), rtol=1e-6, atol=1e-6)
        reference.testing.assert_close(theirs(var).double(), wanted.var((0, 2, 3)), rtol=1e-6, atol=0)


def test_batch_norm_of_no_elements() -> None:
    x = torch.ones(0, 3, 2, 2, device="cuda", requires_grad=True)
    weight = torch.ones(3, device="cuda", requires_grad=True)
    y = torch.nn.functional.batch_norm(x, None, None, weight, None, True)
    assert y.shape == x.shape
    assert torch.autograd.grad(y.sum(), weight)[0].tolist() == [0.0] * 3


POOLS = [
    *(
        ("max_pool2d", arguments)
        for arguments in (
            (2, 2),
            (3, 2, 1),
            (3, 1, 1),
            (2, 3),
            (3, 2, 1, 2),
            (5, 1, 2, 2),
            ((3, 2), (1, 3), (1, 0), (2, 1), True),
            (17, 1, 8),
        )
    ),
    *(
        ("avg_pool2d", arguments)
        for arguments in (
            (2,),
            (3, 2, 1, True, False),
            (3, 1, 1),
            ((3, 1), (2, 1), (1, 0)),
            ((2, 3), (3, 2), (1, 1), False, True, 5),
        )
    ),
    *((f"adaptive_{kind}_pool2d", (size,)) for kind in ("max", "avg") for size in (1, (4, 3), (14, 12))),
]


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name, arguments", POOLS, ids=[f"{name}-{i}" for i, (name, _) in enumerate(POOLS)])
def test_pooling(name: str, arguments: tuple[Any, ...], dtype: str) -> None:
    """Windows that touch, overlap, leave gaps between them or within; many numbers are ties."""
    for channels in (3, 16):
        x = reference.arange(2 * channels * 13 * 11).reshape(2, channels, 13, 11).mul(7).remainder(31)
        x = x.div(2, rounding_mode="floor").to(getattr(reference, dtype))

        def layer(t: Any) -> Any:
            return lambda a: getattr(t.nn.functional, name)(a, *arguments)

        grad = random(*layer(reference)(x.double()).shape, dtype=dtype)
        wanted = with_gradients(reference, layer(reference), [x.double()], grad.double())
        for last in (False, True):
            mine = with_gradients(torch, layer(torch), [on_gpu(x, last)], on_gpu(grad, last))
            compare(mine[0], wanted[0], dtype, "result")
            compare(mine[1], wanted[1], dtype, "gradient")
            if last:
                assert mine[1].is_contiguous(memory_format=torch.channels_last)
        if name == "max_pool2d":
            values, indices = torch.nn.functional.max_pool2d(on_gpu(x, True), *arguments, return_indices=True)
            compare(values, wanted[0], dtype, "result with indices")
            assert torch.equal(
                torch.tensor(x.double().numpy()).flatten(2).gather(2, indices.cpu().flatten(2)),
                values.cpu().double().flatten(2),
            )


def test_pooling_of_three_dims_and_of_one() -> None:
    for name, arguments, shape in (
        ("max_pool3d", ((1, 3, 2), (1, 2, 1), (0, 1, 1), (1, 1, 2)), (2, 4, 3, 5, 6)),
        ("avg_pool3d", (2, 2, 1), (2, 4, 3, 5, 6)),
        ("adaptive_avg_pool3d", ((2, 1, 3),), (2, 4, 3, 5, 6)),
        ("max_pool1d", (3, 2, 1), (2, 3, 301)),
        ("adaptive_max_pool1d", (7,), (2, 3, 301)),
        ("avg_pool1d", (3, 2, 1), (3, 301)),
    ):
        x = random(*shape, dtype="float64")

        def layer(t: Any, name: str = name, arguments: Any = arguments) -> Any:
            return lambda a: getattr(t.nn.functional, name)(a, *arguments)

        grad = random(*layer(reference)(x).shape, dtype="float64")
        wanted = with_gradients(reference, layer(reference), [x], grad)
        given = on_gpu(x, False)
        forms = [given, given.contiguous(memory_format=torch.channels_last_3d)] if x.dim() == 5 else [given]
        for value in forms:
            mine = with_gradients(torch, layer(torch), [value], on_gpu(grad, False))
            compare(mine[0], wanted[0], "float64", name)
            compare(mine[1], wanted[1], "float64", f"gradient of {name}")
