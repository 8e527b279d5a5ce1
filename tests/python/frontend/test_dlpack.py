"""torch.utils.dlpack: memory shared with PyTorch both ways."""

from __future__ import annotations

import pytest
import torch
import vibetensor.torch as vt


def test_memory_is_shared_both_ways():
    theirs = torch.arange(6.0).reshape(2, 3)
    mine = vt.utils.dlpack.from_dlpack(theirs)
    mine[0, 1] = 7.0
    assert theirs[0, 1] == 7.0
    back = torch.utils.dlpack.from_dlpack(vt.utils.dlpack.to_dlpack(mine.t()))
    back[2, 1] = -1.0
    assert theirs[1, 2] == -1.0


def test_a_capsule_is_used_once():
    capsule = vt.utils.dlpack.to_dlpack(vt.ones(3))
    assert vt.utils.dlpack.from_dlpack(capsule).tolist() == [1.0, 1.0, 1.0]
    with pytest.raises(RuntimeError, match="only once"):
        vt.utils.dlpack.from_dlpack(capsule)
    with pytest.raises((TypeError, RuntimeError), match="from_dlpack"):
        vt.utils.dlpack.from_dlpack(object())
