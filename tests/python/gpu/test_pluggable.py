"""Memory from the functions of a shared object, in a process of its own, as the choice is for good."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from .process import output_of

pytestmark = pytest.mark.cuda

# The driver's calls are looked up by name, so that compiling this needs no CUDA.
SOURCE = """
#include <dlfcn.h>
#include <stddef.h>
#include <sys/types.h>

typedef int (*Allocate)(unsigned long long *, size_t);
typedef int (*Free)(unsigned long long);
long held = 0, allocations = 0;

static void *driver(const char *name) { return dlsym(dlopen("libcuda.so.1", RTLD_NOW), name); }

void *my_alloc(ssize_t size, int device, void *stream) {
  unsigned long long data = 0;
  if (((Allocate)driver("cuMemAlloc_v2"))(&data, (size_t)size) != 0) return NULL;
  held += size;
  allocations++;
  return (void *)data;
}

void my_free(void *data, ssize_t size, int device, void *stream) {
  ((Free)driver("cuMemFree_v2"))((unsigned long long)data);
  held -= size;
}
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("no C compiler")
    folder = tmp_path_factory.mktemp("pluggable")
    (folder / "mine.c").write_text(SOURCE)
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-o", str(folder / "mine.so"), str(folder / "mine.c"), "-ldl"], check=True
    )
    return folder / "mine.so"


def test_training_in_plugged_memory(library: Path):
    program = """
        import ctypes, gc, sys
        mine = torch.cuda.memory.CUDAPluggableAllocator(sys.argv[1], "my_alloc", "my_free")
        torch.cuda.memory.change_current_allocator(mine)
        counts = ctypes.CDLL(sys.argv[1])
        held = lambda: ctypes.c_long.in_dll(counts, "held").value
        torch.manual_seed(0)
        model = torch.nn.Linear(64, 1).cuda()
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
        x = torch.randn(512, 64, device="cuda")
        losses = []
        for _ in range(50):
            loss = torch.nn.functional.mse_loss(model(x), x.sum(1, keepdim=True))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        print(losses[-1] < losses[0], held() > 0, ctypes.c_long.in_dll(counts, "allocations").value > 50)
        other = torch.cuda.Stream()
        other.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(other):
            doubled = x * 2
        x.record_stream(other)
        before, size = held(), x.numel() * 4
        expected = float(x.sum() * 2)
        del x, loss
        gc.collect()
        torch.cuda.synchronize()
        print(held() <= before - size, abs(float(doubled.sum()) - expected) < 1)
        for call in (torch.cuda.memory_allocated, torch.cuda.memory_snapshot, torch.cuda.CUDAGraph().capture_begin):
            try:
                with torch.cuda.stream(other):
                    call()
            except NotImplementedError as error:
                print("pluggable" in str(error))
        try:
            torch.ones(1 << 50, device="cuda", dtype=torch.uint8)
        except torch.cuda.OutOfMemoryError:
            print("out of memory")
        print(torch.cuda.get_allocator_backend())
    """
    out = output_of(program, str(library))
    expected = ["True True True", "True True", "True", "True", "True", "out of memory", "pluggable"]
    assert out.splitlines() == expected
