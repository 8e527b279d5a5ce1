"""Kernels of CUTLASS' DSL called as they are compiled: our tensors through DLPack, on our stream."""

from __future__ import annotations

import axpy
import pytest
import rms_norm
import vibetensor.torch as torch


def test_axpy():
    x, y = (torch.randn(1000, device="cuda") for _ in range(2))
    expected = 2 * x + y
    assert axpy.axpy_(x, y, 2.0) is y
    torch.testing.assert_close(y, expected)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32], ids=str)
def test_rms_norm_on_another_stream(dtype):
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        x, weight = (torch.randn(*shape, device="cuda").to(dtype) for shape in ((513, 1000), (1000,)))
        expected = torch.nn.functional.rms_norm(x, (1000,), weight, 1e-6)
        torch.testing.assert_close(rms_norm.rms_norm(x, weight), expected, atol=0.05, rtol=0.02)
        torch.testing.assert_close(rms_norm.rms_norm(x[::2], weight), expected[::2], atol=0.05, rtol=0.02)
