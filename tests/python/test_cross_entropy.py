"""Gradients of cross entropy in one pass: against the separate ops, and by finite differences twice."""

import pytest
import torch as reference
import vibetensor.torch as torch
from vibetensor import _C


@pytest.mark.parametrize("ignore", [-100, 2])
def test_gradients(ignore: int) -> None:
    logits = reference.randn(6, 9, dtype=reference.float64, generator=reference.Generator().manual_seed(0))
    target = reference.tensor([0, 8, 2, 3, 4, 2])
    theirs = logits.clone().requires_grad_(True)
    reference.nn.functional.cross_entropy(theirs, target, ignore_index=ignore).backward()
    x, t = _C.from_dlpack(logits).clone().requires_grad_(True), _C.from_dlpack(target)
    _C.ops._cross_entropy(x, t, ignore)[0].backward()
    assert (reference.from_dlpack(x.grad) - theirs.grad).abs().max() < 1e-15

    def loss(y: torch.Tensor) -> torch.Tensor:
        return _C.ops._cross_entropy(y, t, ignore)[0]

    assert torch.autograd.gradcheck(loss, (x.detach().requires_grad_(True),))
    assert torch.autograd.gradgradcheck(loss, (x.detach().requires_grad_(True),))


@pytest.mark.parametrize("target", [[0, 5], [0, -1]])
def test_a_target_out_of_range(target: list[int]) -> None:
    with pytest.raises(IndexError, match="out of bounds"):
        _C.ops._cross_entropy(torch.zeros(2, 5), torch.tensor(target))


@pytest.mark.parametrize("target", [[0, 4, 2], [[0.1, 0.2, 0.3, 0.4, 0.0]] * 3])
def test_third_derivatives(target: list[object]) -> None:
    def third(t: object) -> list[float]:
        x = t.tensor([[0.3, -1.0, 2.0, 0.5, 0.1], [1.0, 1.0, 0.2, -0.4, 0.0], [0.0, 3.0, -2.0, 1.0, 0.7]])
        x = x.double().requires_grad_(True)
        y = t.tensor(target)
        value = t.nn.functional.cross_entropy(x, y if y.dtype == t.int64 else y.double())
        for order in range(3):
            (g,) = t.autograd.grad(value, x, create_graph=order < 2)
            value = (g * t.arange(15.0).double().view(3, 5).sin()).sum()
        return g.flatten().tolist()

    assert third(torch) == pytest.approx(third(reference), rel=1e-9, abs=1e-12)


OPTIONS = [
    {},
    {"batch_chunk_size": 3},
    {"batch_chunk_size": 100, "chunking_method": None},
    {"chunking_method": "aspect_ratio"},
    {"chunking_method": "aspect_ratio:4"},
    {"chunking_method": None, "allow_retain_graph": True},
]


def linear_loss(t: object, options: dict[str, object] | None, **more: object) -> list[object]:
    """The loss of a linear layer on framework t and the gradients of input, weight and bias."""
    generator = reference.Generator().manual_seed(3)
    x, w, b = (
        t.tensor(reference.randn(*shape, dtype=reference.float64, generator=generator).tolist(), dtype=t.float64)
        for shape in ((11, 4), (7, 4), (7,))
    )
    leaves = [v.requires_grad_(True) for v in (x, w, b)]
    target = t.tensor([0, 6, 2, 3, 4, 2, 1, 1, 5, 0, 6])
    if "weight" in more:
        more["weight"] = t.tensor(more["weight"], dtype=t.float64)
    chosen = None if options is None else t.nn.LinearCrossEntropyOptions(**options)
    loss = t.nn.functional.linear_cross_entropy(x, w, target, linear_bias=b, options=chosen, **more)
    (loss * t.arange(1.0, 1.0 + loss.numel(), dtype=t.float64).view(loss.shape)).sum().backward()
    return [loss.tolist(), *(v.grad.flatten().tolist() for v in leaves)]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("more", [{}, {"ignore_index": 2}, {"weight": [0.5, 1.0, 0.25, 2.0, 1.5, 1.0, 0.75]}], ids=str)
def test_a_linear_layer_in_chunks(options: dict[str, object], reduction: str, more: dict[str, object]) -> None:
    ours = linear_loss(torch, options, reduction=reduction, **more)
    for theirs in (
        linear_loss(reference, None, reduction=reduction, **more),
        linear_loss(reference, options, reduction=reduction, **more),
    ):
        for a, b in zip(ours, theirs, strict=True):
            assert a == pytest.approx(b, rel=1e-11, abs=1e-13)


def test_a_linear_layer_in_chunks_twice() -> None:
    """What PyTorch refuses: a second backward pass, and derivatives of the gradient."""
    x, w, b = (torch.randn(*s, dtype=torch.float64, requires_grad=True) for s in ((9, 4), (6, 4), (6,)))
    target = torch.tensor([0, 5, 2, 3, 4, 2, 1, 1, 5])

    def loss(*leaves: torch.Tensor, reduction: str = "mean") -> torch.Tensor:
        options = torch.nn.LinearCrossEntropyOptions(batch_chunk_size=4)
        return torch.nn.functional.linear_cross_entropy(
            leaves[0], leaves[1], target, linear_bias=leaves[2], ignore_index=2, reduction=reduction, options=options
        )

    for reduction in ("mean", "none"):
        assert torch.autograd.gradcheck(lambda *t, r=reduction: loss(*t, reduction=r), (x, w, b))
        assert torch.autograd.gradgradcheck(lambda *t, r=reduction: loss(*t, reduction=r), (x, w, b))
    value = loss(x, w, b)
    value.backward(retain_graph=True)
    once = w.grad.clone()
    value.backward()
    assert torch.equal(w.grad, 2 * once)


def test_options_of_a_linear_layer_in_chunks() -> None:
    options = torch.nn.LinearCrossEntropyOptions
    for bad in (
        {"acc_policy": "fast"},
        {"chunking_method": "halves"},
        {"chunking_method": "aspect_ratio:0"},
        {"chunking_method": "aspect_ratio:"},
        {"batch_chunk_size": 0},
        {"batch_chunk_size": 2.0},
        {"acc_dtype": torch.int64},
    ):
        with pytest.raises(ValueError):
            options(**bad)
        with pytest.raises(ValueError):
            theirs = {k: getattr(reference, str(v)[6:]) if k == "acc_dtype" else v for k, v in bad.items()}
            reference.nn.LinearCrossEntropyOptions(**theirs)
    x, w, t = torch.randn(8, 4), torch.randn(5, 4), torch.zeros(8, dtype=torch.int64)
    call = torch.nn.functional.linear_cross_entropy
    with pytest.raises(ValueError, match="different chunk sizes"):
        call(x, w, t, options=options(batch_chunk_size=3, chunking_method="aspect_ratio"))
    with pytest.raises(NotImplementedError, match="compact"):
        call(x.bfloat16(), w.bfloat16(), t, options=options(acc_policy="compact"))
    with pytest.raises(NotImplementedError, match="acc_dtype"):
        call(x, w, t, options=options(acc_dtype=torch.float64))
    with pytest.warns(UserWarning, match="options"):
        call(x, w, t, label_smoothing=0.1, options=options())


LARGE = [1e3, 1e4, 1e6, 1e8]


@pytest.mark.parametrize("size", LARGE)
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_large_logits(size: float, dtype: str) -> None:
    """The log of a sum of exponentials has no digits left for what a class has beside a large logit."""
    values = reference.randn(5, 9, generator=reference.Generator().manual_seed(0)) + size
    values = values.to(getattr(reference, dtype))
    classes = [0, 8, 3, 3, 1]

    def run(t: object, loss: object) -> list[object]:
        x = t.tensor(values.tolist(), dtype=getattr(t, dtype), requires_grad=True)
        y = loss(t, x, t.tensor(classes))
        (g,) = t.autograd.grad(y.sum(), x)
        return [reference.tensor(v.double().tolist()) for v in (y.detach(), g)]

    def linear(t: object, x: object, target: object) -> object:
        if t is reference:
            return t.nn.functional.cross_entropy(x, target)
        return torch.nn.functional.linear_cross_entropy(x, torch.eye(9, dtype=x.dtype), target)

    def mapped(t: object, x: object, target: object) -> object:
        if t is reference:
            return t.nn.functional.cross_entropy(x, target, reduction="none")
        return torch.func.vmap(lambda row, at: torch.nn.functional.cross_entropy(row[None], at[None]))(x, target)

    for loss in (
        lambda t, x, target: t.nn.functional.cross_entropy(x, target),
        lambda t, x, target: t.nn.functional.cross_entropy(x, target, reduction="none"),
        linear,
        mapped,
    ):
        for mine, right in zip(run(torch, loss), run(reference, loss), strict=True):
            reference.testing.assert_close(mine, right, rtol=2e-5 if dtype == "float32" else 4e-2, atol=1e-6)


@pytest.mark.cuda
@pytest.mark.parametrize("classes", [9, 1000, 60000])
@pytest.mark.parametrize("size", LARGE)
def test_large_logits_on_cuda(size: float, classes: int) -> None:
    values = reference.randn(5, classes, generator=reference.Generator().manual_seed(0)) + size

    def run(t: object, device: str) -> list[object]:
        x = t.tensor(values.tolist(), device=device, requires_grad=True)
        for _ in range(3):  # the gradient is made forward once backward is foreseen
            y = t.nn.functional.cross_entropy(x, t.tensor([0, 8, 3, 3, 1], device=device))
            x.grad = None
            y.backward()
        return [reference.tensor(v.detach().cpu().tolist()) for v in (y, x.grad)]

    for mine, right in zip(run(torch, "cuda"), run(reference, "cpu"), strict=True):
        reference.testing.assert_close(mine, right, rtol=5e-5, atol=1e-7)
