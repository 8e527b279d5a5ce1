"""What happens after a failure that the device does not recover from, and in a forked child."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

pytestmark = pytest.mark.cuda

# A tensor over an address that no allocation backs, made the way another library would hand it over.
WILD = """
import ctypes

class DLDevice(ctypes.Structure):
    _fields_ = [("type", ctypes.c_int32), ("id", ctypes.c_int32)]

class DLDataType(ctypes.Structure):
    _fields_ = [("code", ctypes.c_uint8), ("bits", ctypes.c_uint8), ("lanes", ctypes.c_uint16)]

class DLTensor(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("device", DLDevice), ("ndim", ctypes.c_int32), ("dtype", DLDataType),
                ("shape", ctypes.POINTER(ctypes.c_int64)), ("strides", ctypes.POINTER(ctypes.c_int64)),
                ("byte_offset", ctypes.c_uint64)]

class DLManagedTensor(ctypes.Structure):
    _fields_ = [("dl_tensor", DLTensor), ("manager_ctx", ctypes.c_void_p), ("deleter", ctypes.c_void_p)]

shape = (ctypes.c_int64 * 1)(1024)
managed = DLManagedTensor(DLTensor(0x10000, DLDevice(2, 0), 1, DLDataType(2, 32, 1), shape, None, 0), None, None)
capsule_new = ctypes.pythonapi.PyCapsule_New
capsule_new.restype, capsule_new.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]

def wild():
    return torch.utils.dlpack.from_dlpack(capsule_new(ctypes.addressof(managed), b"dltensor", None))
"""


def run(program: str) -> subprocess.CompletedProcess[str]:
    text = "import vibetensor.torch as torch\n" + WILD + textwrap.dedent(program)
    return subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, timeout=120)


def test_an_illegal_access_poisons_the_device():
    done = run(
        """
        x = torch.ones(1024, device="cuda")
        side = torch.cuda.Stream()
        y = x * 2
        y.record_stream(side)
        torch.cuda.synchronize()
        bad = wild() + 1
        texts = []
        for attempt in (torch.cuda.synchronize, lambda: x + 1, lambda: x.cpu(), torch.cuda.synchronize):
            try:
                attempt()
            except RuntimeError as error:
                texts.append(str(error))
        print(len(texts))
        print(texts[0])
        print(len({text[text.index("CUDA error"):text.index("can no longer")] for text in texts}))
        del x, y, bad                       # frees do nothing, without an error
        print((torch.ones(3) + 1).tolist())  # the CPU goes on
        """
    )
    assert done.returncode == 0, done.stderr
    count, text, distinct, cpu = done.stdout.splitlines()
    assert (count, distinct, cpu) == ("4", "1", "[2.0, 2.0, 2.0]")
    assert "llegal" in text and "add" in text and "no longer use the device" in text
    assert done.stderr == ""


def test_a_forked_child_is_told_and_its_cpu_works():
    done = run(
        """
        import os
        x = torch.ones(1024, device="cuda")
        a = torch.rand(300, 300)
        expected = (a @ a).sum().item()
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                x + 1
            except RuntimeError as error:
                os.write(writer, str(error).encode() + b"\\n")
            same = (a @ a).sum().item() == expected
            del x
            os.write(writer, f"{same}\\n".encode())
            sys_exit = __import__("sys").exit
            sys_exit(0)
        _, status = os.waitpid(child, 0)
        os.close(writer)
        print(os.read(reader, 10000).decode(), end="")
        print(status, (x + 1).sum().item())
        """
    )
    assert done.returncode == 0, done.stderr
    error, same, parent = done.stdout.splitlines()
    assert "forked" in error and "spawn" in error
    assert same == "True"
    assert parent == "0 2048.0"


def test_threads_allocate_launch_and_free():
    import threading

    import vibetensor.torch as torch

    failures: list[BaseException] = []

    def work(seed: int) -> None:
        try:
            stream = torch.cuda.Stream()
            with torch.cuda.stream(stream):
                for i in range(200):
                    n = 1 + (seed * 7919 + i * 104729) % 5000
                    x = torch.full((n,), float(seed), device="cuda")
                    y = x * 2 + 1
                    if i % 20 == 0:
                        assert y.sum().item() == n * (2.0 * seed + 1)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
