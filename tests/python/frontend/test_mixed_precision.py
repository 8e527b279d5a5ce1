"""Norms, casts and sums of gradients under autocast, as on PyTorch."""

from __future__ import annotations

import pytest
import torch
import vibetensor.torch as vt
from compare import same
from mixed_precision import PROGRAMS, Numbers, Program


@pytest.mark.parametrize("fn", PROGRAMS, ids=lambda fn: fn.__name__)
def test_program_behaves_as_on_pytorch(fn: Program) -> None:
    assert same(fn(vt, Numbers(vt)), fn(torch, Numbers(torch)), rtol=2e-2, atol=5e-2) > 0
