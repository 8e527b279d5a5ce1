"""Gradients of cross entropy where the sum of exponentials or the targets are no longer what forward saw."""

import numpy as np
import pytest
import vibetensor.torch as vt
import vibetensor.torch.nn.functional as F


@pytest.mark.parametrize("dtype", ["float32", "float64", "bfloat16"])
@pytest.mark.parametrize("level", [0.0, -1e30, 3e38, -3.3e38])
def test_gradient_of_equal_logits(level, dtype):
    logits = vt.full((1, 4), level, dtype=getattr(vt, dtype), requires_grad=True)
    F.cross_entropy(logits, vt.tensor([1])).backward()
    assert logits.grad.tolist() == [[0.25, -0.75, 0.25, 0.25]]


@pytest.mark.parametrize("bad", [10**8, -(10**8), 16])
def test_targets_that_changed_after_forward(bad):
    array = np.zeros(12, dtype=np.int64)
    logits = vt.ones(12, 16, requires_grad=True)
    loss = F.cross_entropy(logits, vt.from_numpy(array))
    array[3] = bad
    with pytest.raises(IndexError, match="out of bounds for 16 classes"):
        loss.backward()


def test_second_and_mapped_gradients_of_equal_logits():
    target = vt.tensor([1])
    logits = vt.full((1, 4), -1e30, requires_grad=True)
    (first,) = vt.autograd.grad(F.cross_entropy(logits, target), logits, create_graph=True)
    (second,) = vt.autograd.grad((first * vt.arange(4.0)).sum(), logits)
    assert second.tolist() == [[-0.375, -0.125, 0.125, 0.375]]
    mapped = vt.vmap(vt.func.grad(lambda x: F.cross_entropy(x, target)))(vt.full((2, 1, 4), -1e30))
    assert mapped.tolist() == [[[0.25, -0.75, 0.25, 0.25]]] * 2
