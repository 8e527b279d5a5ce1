"""Windows of signals: PyTorch's numbers."""

import pytest
import torch
import vibetensor.torch as vt

NAMES = ["bartlett_window", "blackman_window", "hamming_window", "hann_window"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("length", [0, 1, 2, 3, 8, 400, 513])
@pytest.mark.parametrize("periodic", [True, False])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_windows(name, length, periodic, dtype):
    ours, theirs = (getattr(t, name)(length, periodic, dtype=getattr(t, dtype)) for t in (vt, torch))
    assert str(ours.dtype) == str(theirs.dtype) and tuple(ours.shape) == tuple(theirs.shape)
    assert ours.tolist() == pytest.approx(theirs.tolist(), abs=2e-7 if dtype == "float32" else 1e-15)


def test_options_of_windows():
    ours, theirs = (t.hamming_window(6, False, 0.6, 0.3, requires_grad=True) for t in (vt, torch))
    assert ours.tolist() == pytest.approx(theirs.tolist(), abs=1e-7) and ours.requires_grad and ours.is_leaf
    assert vt.hann_window(4).dtype == vt.get_default_dtype() and vt.hann_window(4, device="meta").device.type == "meta"


@pytest.mark.parametrize("name", NAMES)
def test_windows_that_cannot_be(name):
    with pytest.raises(RuntimeError, match="floating point"):
        getattr(vt, name)(4, dtype=vt.int64)
    with pytest.raises(RuntimeError, match="non-negative"):
        getattr(vt, name)(-1)
