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
    assert ours.tolist() == pytest.approx(theirs.tolist(), abs=4e-7 if dtype == "float32" else 1e-15)


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


OF_SIGNAL = [
    *((name, {}) for name in torch.signal.windows.__all__ if name != "general_cosine"),
    ("general_cosine", {"a": [0.46, 0.23, 0.31]}),
    ("general_hamming", {"alpha": 0.7}),
    ("gaussian", {"std": 2.5}),
    ("kaiser", {"beta": 41.2}),
    ("kaiser", {"beta": 0.0}),
    ("exponential", {"tau": 3.0}),
]


@pytest.mark.parametrize(("name", "options"), OF_SIGNAL, ids=str)
@pytest.mark.parametrize("sym", [True, False])
def test_windows_of_signal(name, options, sym):
    for length in (0, 1, 2, 3, 8, 65):
        for dtype in ("float32", "float64"):
            ours, theirs = (
                getattr(t.signal.windows, name)(length, sym=sym, dtype=getattr(t, dtype), **options)
                for t in (vt, torch)
            )
            assert str(ours.dtype) == str(theirs.dtype) and tuple(ours.shape) == tuple(theirs.shape)
            assert ours.tolist() == pytest.approx(theirs.tolist(), abs=1e-5 if dtype == "float32" else 1e-12)


def test_windows_of_signal_that_cannot_be():
    for side in (vt, torch):
        windows = side.signal.windows
        for call in (
            lambda w=windows: w.hann(-1),
            lambda w=windows, s=side: w.hann(3, dtype=s.int64),
            lambda w=windows: w.exponential(3, center=1.0),
            lambda w=windows: w.exponential(3, tau=0),
            lambda w=windows: w.gaussian(3, std=-1),
            lambda w=windows: w.kaiser(3, beta=-1),
            lambda w=windows: w.general_cosine(3, a=[]),
        ):
            with pytest.raises(ValueError):
                call()
    assert vt.signal.windows.exponential(5, center=1.0, sym=False)[1].item() == 1
    assert vt.signal.windows.hann(3, requires_grad=True).requires_grad
    assert vt.signal.windows.kaiser(5, beta=2000.0).tolist()[2] == 1  # PyTorch's overflows
