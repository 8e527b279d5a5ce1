"""Structures that lead far or back to themselves: freed, copied and written without recursion."""

from __future__ import annotations

import pickle
import subprocess
import sys

import pytest
import torch as reference
import vibetensor.torch as torch


def test_a_long_chain_of_gradients_is_freed_link_by_link() -> None:
    code = """
import vibetensor.torch as torch
u = torch.ones(1)
for _ in range(300_000):
    v = torch.ones(1)
    v.grad = u
    u = v
del u, v
print("freed")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stdout == "freed\n", done.stderr


def test_a_tensor_that_refers_to_itself_pickles() -> None:
    x = torch.arange(3.0)
    x.itself, x.name = x, "x"
    loaded = pickle.loads(pickle.dumps(x))
    assert loaded.itself is loaded and loaded.name == "x" and loaded.tolist() == [0, 1, 2]


@pytest.mark.parametrize("name", ["max", "min", "median", "nanmedian"])
@pytest.mark.parametrize(
    "values", [[1.0, float("nan"), 2.0, float("nan")], [1.0, 1.0, 1.0, 2.0], [0.0, -0.0, 0.0], [float("nan")] * 2]
)
def test_a_gradient_is_shared_among_ties(name: str, values: list[float]) -> None:
    gradients = []
    for t in (torch, reference):
        x = t.tensor(values, requires_grad=True)
        getattr(t, name)(x).backward()
        gradients.append(str(x.grad.tolist()))
    assert gradients[0] == gradients[1]


@pytest.mark.parametrize("name", ["any", "all"])
def test_no_dims_reduce_nothing(name: str) -> None:
    ours, theirs = (getattr(t, name)(t.tensor([[1, 0], [0, 2]]), dim=()).tolist() for t in (torch, reference))
    assert ours == theirs
