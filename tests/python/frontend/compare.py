"""The same thing said in VibeTensor and in PyTorch, and whether both agree."""

from __future__ import annotations

import torch
import vibetensor.torch as vt


def vt_dtype(dtype):
    return getattr(vt, str(dtype).removeprefix("torch."))


def to_vt(x):
    """A VibeTensor copy of a PyTorch tensor, through Python numbers, with its requires_grad."""
    copy = vt.tensor(x.tolist(), dtype=vt_dtype(x.dtype)).reshape(tuple(x.shape))
    return copy.requires_grad_() if x.requires_grad else copy


def to_torch(x):
    """A PyTorch copy of a VibeTensor tensor, through Python numbers."""
    return torch.tensor(x.tolist(), dtype=getattr(torch, str(x.dtype).removeprefix("torch."))).reshape(tuple(x.shape))


def same(ours, theirs, **tolerance):
    """Assert that a tensor, or a structure of tensors and values, is the same on both sides."""
    if isinstance(theirs, torch.Tensor):
        assert str(ours.dtype) == str(theirs.dtype)
        assert tuple(ours.shape) == tuple(theirs.shape)
        torch.testing.assert_close(to_torch(ours.detach()), theirs.detach(), equal_nan=True, **tolerance)
    elif isinstance(theirs, dict):
        assert list(ours) == list(theirs)
        for key in theirs:
            same(ours[key], theirs[key], **tolerance)
    elif isinstance(theirs, list | tuple):
        assert len(ours) == len(theirs)
        for a, b in zip(ours, theirs, strict=True):
            same(a, b, **tolerance)
    else:
        assert ours == theirs


def identical(ours, theirs):
    """Assert that both tensors hold the same bits."""
    same(ours, theirs, rtol=0, atol=0)


def copy_weights(ours, theirs):
    """Give our module the weights of PyTorch's."""
    ours.load_state_dict({name: to_vt(value) for name, value in theirs.state_dict().items()})
