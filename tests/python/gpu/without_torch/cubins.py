"""Machine code that others compiled, launched and as ops: of CUTLASS' DSL from examples/cute, and of nvcc."""

from __future__ import annotations

import shutil
import subprocess

import cubin_ops
import pytest
import vibetensor.torch as torch
from vibetensor import cubin

from .conftest import ROOT

KERNELS = ROOT / "examples" / "cute" / "sm90a"
SOURCE = """
struct Matrix { float* data; int rows; int columns; long long row; };
extern "C" __global__ void scale_rows(Matrix x, const float* factors, unsigned char twice, double shift) {
  const int column = blockIdx.x * blockDim.x + threadIdx.x, row = blockIdx.y;
  if (column >= x.columns || row >= x.rows) return;
  float& value = x.data[row * x.row + column];
  value = value * factors[row] * (twice ? 2 : 1) + static_cast<float>(shift);
}
extern "C" __global__ void sum_in_shared(const float* x, float* out, int n) {
  extern __shared__ float values[];
  for (int i = threadIdx.x; i < n; i += blockDim.x) values[i] = x[i];
  __syncthreads();
  if (threadIdx.x != 0) return;
  float sum = 0;
  for (int i = 0; i < n; ++i) sum += values[i];
  *out = sum;
}
"""
MATRIX = "x:ptr x.size(0):i32 x.size(1):i32 x.stride(0):i64"

hopper = pytest.mark.skipif(torch.cuda.get_device_capability()[0] != 9, reason="the files are for sm_90a")


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    if shutil.which("nvcc") is None:
        pytest.skip("no nvcc")
    folder = tmp_path_factory.mktemp("cubin")
    (folder / "rows.cu").write_text(SOURCE)
    major, minor = torch.cuda.get_device_capability()
    command = ["nvcc", "-cubin", f"-arch=sm_{major}{minor}", "rows.cu", "-o", "rows.cubin"]
    subprocess.run(command, cwd=folder, check=True)
    return (folder / "rows.cubin").read_bytes()


def scale_rows(image, parameters=(MATRIX, "factors:ptr", "twice:u1", "shift:fp64")):
    arguments = ("x", "factors", "twice", "shift")
    return cubin.Cubin("scale_rows", image, arguments, parameters, threads=(32, 1, 1))


def test_struct_of_a_matrix(image):
    x, factors = torch.randn(5, 70, device="cuda")[:, 3:], torch.randn(5, device="cuda")
    for twice in (True, False):
        expected = x * factors[:, None] * (2 if twice else 1) + 0.5
        scale_rows(image)[3, 5](x, factors, twice, 0.5)
        torch.testing.assert_close(x, expected)


def test_shared_memory_beyond_48_kib(image):
    n = 50_000
    kernel = cubin.Cubin("sum_in_shared", image, ("x", "out", "n"), ("x:ptr", "out:ptr", "n:i32"), (256, 1, 1), 4 * n)
    x, out = torch.ones(n, device="cuda"), torch.zeros(1, device="cuda")
    kernel[1,](x, out, n)
    assert out.item() == n


def test_refusals(image):
    x, factors = torch.randn(5, 70, device="cuda"), torch.randn(5, device="cuda")
    with pytest.raises(ValueError, match="scale_rows takes parameters of these bytes: 24 at 0"):
        scale_rows(image, ("x:ptr", "factors:ptr", "twice:u1", "shift:fp64")).on(0)
    with pytest.raises(RuntimeError, match="no kernel of this name"):
        cubin.Cubin("other", image, (), ()).on(0)
    with pytest.raises(RuntimeError, match="neither a cubin"):
        cubin.Cubin("scale_rows", b"\x7fELF nothing", (), ()).on(0)
    with pytest.raises(RuntimeError, match="can have"):
        cubin.Cubin("sum_in_shared", image, ("x", "n"), ("x:ptr", "x:ptr", "n:i32"), threads=(2048, 1, 1)).on(0)
    for wrong, text in (((x, factors, True, "a"), "must be real"), ((x.cpu(), factors, True, 0.0), "argument x")):
        with pytest.raises((TypeError, ValueError), match=text):
            scale_rows(image)[1,](*wrong)
    with pytest.raises(TypeError, match="4 arguments"):
        scale_rows(image)[1,](x)


def test_ptx_is_compiled_by_the_driver():
    ptx = b""".version 8.0
.target sm_80
.address_size 64
.visible .entry store(.param .u64 out, .param .u32 value) {
  .reg .b64 %rd<2>; .reg .b32 %r<1>;
  ld.param.u64 %rd0, [out]; ld.param.u32 %r0, [value];
  cvta.to.global.u64 %rd1, %rd0; st.global.u32 [%rd1], %r0; ret;
}"""
    out = torch.zeros(1, dtype=torch.int32, device="cuda")
    cubin.Cubin("store", ptx, ("out", "value"), ("out:ptr", "value:u32"), (1, 1, 1))[1,](out, 42)
    assert out.item() == 42


@hopper
def test_cute_kernels_as_ops():
    axpy = cubin_ops.axpy_op(KERNELS / "axpy.kernel")
    x, y = (torch.randn(1000, device="cuda", requires_grad=True) for _ in range(2))
    found = torch.ops.examples.axpy(x, y, 2.0)
    torch.testing.assert_close(found, 2 * x + y)
    found.sum().backward()
    assert (x.grad == 2).all().item() and (y.grad == 1).all().item()
    assert axpy(torch.empty(4, device="meta"), torch.empty(4, device="meta"), 1.0).shape == (4,)
    with pytest.raises(NotImplementedError, match="vmap of examples::axpy"):
        torch.vmap(lambda row: axpy(row, row, 2.0))(torch.ones(3, 4, device="cuda"))

    rms_norm = cubin_ops.rms_norm_op(KERNELS / "rms_norm.kernel")
    x, weight = (
        torch.randn(513, 1000, device="cuda").to(torch.bfloat16),
        torch.randn(1000, device="cuda").to(torch.bfloat16),
    )
    expected = torch.nn.functional.rms_norm(x, (1000,), weight, 1e-6)
    torch.testing.assert_close(rms_norm(x, weight, 1e-6), expected, atol=0.05, rtol=0.02)
    torch.testing.assert_close(rms_norm(x[::2], weight, 1e-6), expected[::2], atol=0.05, rtol=0.02)

    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        captured = rms_norm(x, weight, 1e-6)
    x.copy_(torch.randn(513, 1000, device="cuda"))
    graph.replay()
    expected = torch.nn.functional.rms_norm(x, (1000,), weight, 1e-6)
    torch.testing.assert_close(captured, expected, atol=0.05, rtol=0.02)
