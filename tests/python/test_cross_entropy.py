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
