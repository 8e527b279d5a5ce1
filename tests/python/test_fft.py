"""torch.fft, stft and istft beyond sample rows: long lines, many lines, layouts, errors, ends of signals."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
import vibetensor.torch as vt
from compare import ours_of, theirs_of

# A prime, a power of two, one of three, lengths that are cut, with and without a prime factor that no pass has.
LONG = [1 << 16, 3**10, 2 * 9973, 12289, 30030, 1 << 14, 8192 * 3, 255, 256, 1021]


def random(*shape: int, dtype: Any) -> Any:
    return torch.randn(shape, dtype=dtype, generator=torch.Generator().manual_seed(3))


def off_by(mine: Any, wanted: Any) -> float:
    """The largest difference beside the largest number, in units of the dtype's rounding."""
    wide = wanted.to(torch.complex128 if wanted.is_complex() else torch.float64)
    error = (theirs_of(mine).to(wide.dtype) - wide).abs().max() / wide.abs().max()
    real = wanted.real.dtype if wanted.is_complex() else wanted.dtype
    return float(error) / torch.finfo(real).eps


@pytest.mark.parametrize("n", LONG)
@pytest.mark.parametrize("batch", [1, 3, 20])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_lines(n, batch, dtype):
    if n * batch > 1 << 19:
        pytest.skip("the same path as with fewer lines")
    x = random(batch, n, dtype=dtype)
    z = torch.complex(x, random(batch, n, dtype=dtype).flip(-1))
    # to compare with, transforms in double, whose own error is nothing beside float's
    exact = z.to(torch.complex128)
    limit = 4 + 4 * math.log2(n)
    for name in ("fft", "ifft"):
        assert off_by(getattr(vt.fft, name)(ours_of(z)), getattr(torch.fft, name)(exact).to(z.dtype)) < limit
    half = torch.fft.rfft(x.double())
    assert off_by(vt.fft.rfft(ours_of(x)), half.to(z.dtype)) < limit
    assert off_by(vt.fft.irfft(ours_of(half.to(z.dtype)), n), x) < limit
    assert off_by(vt.fft.fft(ours_of(x)), torch.fft.fft(x.double()).to(z.dtype)) < limit


@pytest.mark.parametrize("n", [5, 8, 30, 37, 64, 300])
@pytest.mark.parametrize("dim", [0, 1, 2])
def test_layouts(n, dim):
    shape = [4, 5, 19]
    shape[dim] = n
    x = random(*shape, dtype=torch.complex64)
    for order in ([0, 1, 2], [2, 0, 1], [1, 2, 0]):
        given = x.permute(order).contiguous().permute([order.index(d) for d in range(3)])
        assert off_by(vt.fft.fft(ours_of(given), dim=dim), torch.fft.fft(x, dim=dim)) < 40
    real = x.real.contiguous()
    assert off_by(vt.fft.rfft(ours_of(real), dim=dim), torch.fft.rfft(real, dim=dim)) < 40
    half = torch.fft.rfft(real, dim=dim)
    assert off_by(vt.fft.irfft(ours_of(half), n, dim=dim), real) < 40


def test_a_line_does_not_reach_its_neighbours():
    x = torch.ones(20, 48)
    x[3, 5], x[7] = math.inf, 1e30
    found = theirs_of(vt.fft.rfft(ours_of(x)))
    plain = torch.fft.rfft(torch.ones(48))
    for line in (0, 2, 4, 6, 8, 19):
        assert torch.allclose(found[line], plain, atol=1e-5)
    assert not torch.isfinite(found[3].real).any()


def test_imaginary_parts_that_a_real_signal_has_none_of():
    for n in (6, 7, 74, 75):
        half = random(3, n // 2 + 1, dtype=torch.complex64)
        plain = half.clone()
        plain[:, 0] = plain[:, 0].real
        if n % 2 == 0:
            plain[:, -1] = plain[:, -1].real
        assert off_by(vt.fft.irfft(ours_of(half), n), torch.fft.irfft(plain, n)) < 40


def test_results_are_written_where_asked():
    x = random(4, 6, dtype=torch.complex64)
    out = vt.empty(0, dtype=vt.complex64)
    assert vt.fft.fft(ours_of(x), out=out) is out
    assert off_by(out, torch.fft.fft(x)) < 40


def test_no_lines():
    assert vt.fft.fft(vt.ones(0, 5)).shape == (0, 5) and vt.fft.irfftn(vt.ones(2, 0, 3, 4), dim=(2, 3)).shape == (
        2,
        0,
        3,
        6,
    )


def test_meta():
    x = vt.empty(3, 10, device="meta")
    assert vt.fft.rfft(x).shape == (3, 6) and vt.fft.rfft(x).dtype == vt.complex64
    assert vt.fft.irfft(vt.fft.rfft(x), 9).shape == (3, 9)
    assert vt.fft.fftn(x, s=(4, 5)).shape == (4, 5)
    assert vt.stft(x, 4, window=vt.ones(4, device="meta"), return_complex=True).shape == (3, 3, 11)


def complex_ones(t: Any, *shape: int) -> Any:
    return t.ones(*shape, dtype=t.complex64)


WRONG = [
    lambda t: t.fft.fft(t.ones(3), 0),
    lambda t: t.fft.fft(t.ones(3), dim=1),
    lambda t: t.fft.fft(t.ones(())),
    lambda t: t.fft.fft(t.ones(3), norm="mean"),
    lambda t: t.fft.rfft(complex_ones(t, 3)),
    lambda t: t.fft.ihfft(complex_ones(t, 3)),
    lambda t: t.fft.irfft(complex_ones(t, 1)),
    lambda t: t.fft.fftn(t.ones(3, 4), dim=(0, 0)),
    lambda t: t.fft.fftn(t.ones(3, 4), s=(2,), dim=(0, 1)),
    lambda t: t.fft.fftn(t.ones(3), s=(2, 2)),
    lambda t: t.fft.rfftn(t.ones(3, 4), dim=()),
    lambda t: t.fft.irfftn(complex_ones(t, 3, 4), dim=()),
    lambda t: t.fft.fft(t.ones(4, dtype=t.bfloat16)),
    lambda t: t.fft.fft(t.ones(2, 0)),
    lambda t: t.stft(t.ones(20), 8),
    lambda t: t.stft(t.ones(20), 30, center=False, return_complex=True),
    lambda t: t.stft(t.ones(20), 8, 0, return_complex=True),
    lambda t: t.stft(t.ones(20), 8, win_length=9, return_complex=True),
    lambda t: t.stft(t.ones(20), 8, window=t.ones(4), return_complex=True),
    lambda t: t.stft(t.ones(2, 2, 20), 8, center=False, return_complex=True),
    lambda t: t.stft(t.ones(20, dtype=t.int64), 8, center=False, return_complex=True),
    lambda t: t.stft(complex_ones(t, 20), 8, onesided=True, return_complex=True),
    lambda t: t.istft(t.ones(5, 4), 8),
    lambda t: t.istft(complex_ones(t, 6, 4), 8),
    lambda t: t.istft(complex_ones(t, 5, 4), 8, 9),
    lambda t: t.istft(complex_ones(t, 5, 4), 8, window=t.zeros(8)),
    lambda t: t.istft(complex_ones(t, 5, 4), 8, onesided=True, return_complex=True),
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("wrong", range(len(WRONG)))
def test_errors(wrong):
    with pytest.raises(Exception) as theirs:
        WRONG[wrong](torch)
    with pytest.raises(type(theirs.value)):
        WRONG[wrong](vt)


@pytest.mark.filterwarnings("ignore")
def test_a_signal_comes_back_from_its_spectra():
    x = random(2, 1000, dtype=torch.float64)
    for hop, window in ((64, "hann_window"), (100, "hamming_window"), (128, "bartlett_window")):
        w = getattr(vt, window)(256, dtype=vt.float64)
        spectra = vt.stft(ours_of(x), 256, hop, window=w, return_complex=True)
        wanted = torch.stft(x, 256, hop, window=getattr(torch, window)(256, dtype=torch.float64), return_complex=True)
        assert off_by(spectra, wanted) < 100
        back = theirs_of(vt.istft(spectra, 256, hop, window=w, length=1000))
        assert torch.allclose(back, x[:, : back.shape[1]], atol=1e-12)
    assert vt.ones(300).stft(32, return_complex=True).istft(32).shape == (296,)
