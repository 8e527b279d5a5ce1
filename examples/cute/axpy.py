"""y = a x + y in CUTLASS' DSL (nvidia-cutlass-dsl), called as it is compiled; ops.py has it as an op from its machine code.

python examples/cute/axpy.py                   on a GPU
python examples/cute/axpy.py axpy.kernel       writes the machine code for $CUTE_DSL_ARCH (sm_90a), also without a GPU
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

THREADS = 256


@cute.kernel
def axpy_kernel(x: cute.Tensor, y: cute.Tensor, factor: cutlass.Float32):
    thread, _, _ = cute.arch.thread_idx()
    block, _, _ = cute.arch.block_idx()
    i = block * THREADS + thread
    if i < x.shape[0]:
        y[i] = x[i] * factor + y[i]


@cute.jit
def axpy(x: cute.Tensor, y: cute.Tensor, factor: cutlass.Float32, stream: driver.CUstream):
    blocks = (x.shape[0] + THREADS - 1) // THREADS
    axpy_kernel(x, y, factor).launch(grid=(blocks, 1, 1), block=(THREADS, 1, 1), stream=stream)


def arguments(x: torch.Tensor, y: torch.Tensor, factor: float, stream: int) -> tuple[Any, ...]:
    """The same as CUTLASS takes them: tensors through DLPack, sizes as numbers of the call."""
    tensors = [from_dlpack(t.detach()).mark_layout_dynamic() for t in (x, y)]
    return (*tensors, cutlass.Float32(factor), driver.CUstream(stream))


@cache
def compiled(**options: str) -> Any:
    x = torch.empty(1, device="cuda" if torch.cuda.is_available() else "cpu")
    return cute.compile(axpy, *arguments(x, x, 1.0, 0), **options)


def axpy_(x: torch.Tensor, y: torch.Tensor, factor: float) -> torch.Tensor:
    """y, to which factor times x was added by the kernel that CUTLASS has just compiled; both one-dimensional float32."""
    compiled()(*arguments(x, y, factor, torch.cuda.current_stream().cuda_stream))
    return y


def machine_code() -> cubin.Cubin:
    """The kernel as a Cubin. Its tensors are structs of an address and, of a contiguous vector, one size."""
    with TemporaryDirectory() as folder:
        done = compiled(options=f"--keep-cubin --dump-dir={folder}")
        image, (name,) = done.artifacts.CUBIN, done.kernel_info
    return cubin.Cubin(
        name=name,
        image=image,
        arguments=("x", "y", "factor"),
        parameters=("x:ptr x.size(0):i32", "y:ptr y.size(0):i32", "factor:fp32"),
        threads=(THREADS, 1, 1),
    )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        machine_code().save(sys.argv[1])
    else:
        x, y = (torch.randn(1000, device="cuda") for _ in range(2))
        print("largest difference:", (axpy_(x, y.clone(), 2.0) - (2 * x + y)).abs().max().item())
