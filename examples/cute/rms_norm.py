"""RMS norm of rows in CUTLASS' DSL (nvidia-cutlass-dsl): a block for each row, its sum through warps and shared memory.

python examples/cute/rms_norm.py                      on a GPU
python examples/cute/rms_norm.py rms_norm.kernel      writes the machine code for $CUTE_DSL_ARCH (sm_90a)
"""

import sys
from functools import cache
from tempfile import TemporaryDirectory
from typing import Any

import cuda.bindings.driver as driver
import cutlass
import cutlass.cute as cute
import vibetensor.torch as torch
from cutlass.cute.runtime import from_dlpack
from vibetensor import cubin

try:
    from cutlass.memory import SmemAllocator
except ImportError:  # before 4.8
    from cutlass.utils import SmemAllocator

THREADS = 256
WARPS = THREADS // 32
SHARED_BYTES = 4 * WARPS


@cute.kernel
def rms_norm_kernel(x: cute.Tensor, weight: cute.Tensor, y: cute.Tensor, eps: cutlass.Float32):
    thread, _, _ = cute.arch.thread_idx()
    row, _, _ = cute.arch.block_idx()
    columns = x.shape[1]
    total = cutlass.Float32(0.0)
    for i in range(thread, columns, THREADS):
        value = x[row, i].to(cutlass.Float32)
        total += value * value
    for step in cutlass.range_constexpr(5):
        total += cute.arch.shuffle_sync_bfly(total, offset=1 << step)
    sums = SmemAllocator().allocate_tensor(cutlass.Float32, cute.make_layout(WARPS))
    if thread % 32 == 0:
        sums[thread // 32] = total
    cute.arch.sync_threads()
    whole = cutlass.Float32(0.0)
    for warp in cutlass.range_constexpr(WARPS):
        whole += sums[warp]
    scale = cute.math.rsqrt(whole / columns + eps)
    for i in range(thread, columns, THREADS):
        normal = x[row, i].to(cutlass.Float32) * scale * weight[i].to(cutlass.Float32)
        y[row, i] = normal.to(y.element_type)


@cute.jit
def launch(x: cute.Tensor, weight: cute.Tensor, y: cute.Tensor, eps: cutlass.Float32, stream: driver.CUstream):
    rms_norm_kernel(x, weight, y, eps).launch(
        grid=(x.shape[0], 1, 1), block=(THREADS, 1, 1), smem=SHARED_BYTES, stream=stream
    )


def arguments(x: torch.Tensor, weight: torch.Tensor, y: torch.Tensor, eps: float, stream: int) -> tuple[Any, ...]:
    """The same as CUTLASS takes them: tensors through DLPack, sizes and strides of rows as numbers of the call."""
    tensors = [from_dlpack(t.detach()).mark_layout_dynamic(leading_dim=t.dim() - 1) for t in (x, weight, y)]
    return (*tensors, cutlass.Float32(eps), driver.CUstream(stream))


@cache
def compiled(dtype: Any, **options: str) -> Any:
    device = "cuda" if torch.cuda.is_available() else "cpu"
    x, weight = torch.empty(2, 2, dtype=dtype, device=device), torch.empty(2, dtype=dtype, device=device)
    return cute.compile(launch, *arguments(x, weight, x, 0.0, 0), **options)


def rms_norm(x: torch.Tensor, weight: torch.Tensor, eps: float = 1e-6) -> torch.Tensor:
    """RMS norm of the rows of a matrix, by the kernel that CUTLASS has just compiled for its dtype."""
    y = torch.empty_like(x)
    compiled(x.dtype)(*arguments(x, weight, y, eps, torch.cuda.current_stream().cuda_stream))
    return y


def machine_code(dtype: Any = torch.bfloat16) -> cubin.Cubin:
    """The kernel as a Cubin. Its tensors are structs: of a matrix an address, two sizes and the stride of rows."""
    with TemporaryDirectory() as folder:
        done = compiled(dtype, options=f"--keep-cubin --dump-dir={folder}")
        image, (name,) = done.artifacts.CUBIN, done.kernel_info
    matrix = "{0}:ptr {0}.size(0):i32 {0}.size(1):i32 {0}.stride(0):i64"
    return cubin.Cubin(
        name=name,
        image=image,
        arguments=("x", "weight", "y", "eps"),
        parameters=(matrix.format("x"), "weight:ptr weight.size(0):i32", matrix.format("y"), "eps:fp32"),
        threads=(THREADS, 1, 1),
        shared_bytes=SHARED_BYTES,
    )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        machine_code().save(sys.argv[1])
    else:
        x, weight = (torch.randn(*shape, device="cuda").to(torch.bfloat16) for shape in ((512, 1000), (1000,)))
        expected = torch.nn.functional.rms_norm(x, (1000,), weight, 1e-6)
        print("largest difference from F.rms_norm:", (rms_norm(x, weight) - expected).abs().max().item())
