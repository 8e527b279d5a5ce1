"""Triton's kernels on our tensors and our current stream, without PyTorch.

Importing this module makes Triton launch through us: `@triton.jit` and `@triton.autotune` kernels work as they are. A
program that imports vibetensor.torch and then triton need not import it. `op` makes an op with a derivative of a kernel,
`wrap` a launcher that costs a few microseconds, and `jit` kernels that also run where Triton is not installed, from the
machine code that an earlier run kept (docs/kernels.md).
"""

from __future__ import annotations

from typing import Any

from vibetensor.torch._on_import import when_imported
from vibetensor.triton.kernel import Kernel, TunedKernel, jit, wrap
from vibetensor.triton.op import op

__all__ = ["Kernel", "TunedKernel", "activate", "jit", "language", "op", "wrap"]


def activate() -> None:
    """Returns None; Triton launches on our tensors and streams from now on. ImportError if Triton is not installed.

    Importing vibetensor.triton does it too; this is for a program that gave Triton another driver in between.
    """
    from triton.runtime import driver as drivers

    from vibetensor.triton.driver import driver, without_pytorch

    without_pytorch()
    drivers.set_active(driver)


def __getattr__(name: str) -> Any:
    if name == "language":
        from vibetensor.triton.stand_in import language

        return language()
    raise AttributeError(f"module 'vibetensor.triton' has no attribute {name!r}")


when_imported("triton", lambda module: activate())
