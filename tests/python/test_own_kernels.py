"""Kernels of a program's own where there is neither a GPU nor Triton: parameters, files, the cache, ops on meta."""

from __future__ import annotations

import struct
import sys
import types
import zipfile

import pytest
import vibetensor.torch as torch
from vibetensor import _C, cubin
from vibetensor import triton as vt_triton
from vibetensor.triton import cache, compiled, source, stand_in

IMAGE = b"\x7fELF and so on"


def pack(text, *values):
    names = [f"a{i}" for i in range(len(values))]
    (found,) = _C.KernelParameters(names, [text]).pack(*values)
    return found


@pytest.mark.parametrize(
    "kind, value, code",
    [
        ("i8", -128, "b"),
        ("u8", 255, "B"),
        ("i16", -(2**15), "h"),
        ("u16", 2**16 - 1, "H"),
        ("i32", 2**31 - 1, "i"),
        ("u32", 2**32 - 1, "I"),
        ("i64", -(2**63), "q"),
        ("u64", 2**64 - 1, "Q"),
        ("fp32", 0.1, "f"),
        ("fp64", 0.1, "d"),
        ("fp16", 0.1, "e"),
        ("fp32", 3, "f"),
        ("u1", True, "?"),
        ("i1", False, "?"),
    ],
)
def test_numbers(kind, value, code):
    assert pack(f"a0:{kind}", value) == struct.pack(code, value)


def test_numbers_of_numpy_and_bfloat16():
    numpy = pytest.importorskip("numpy")
    assert pack("a0:i32", numpy.int64(7)) == struct.pack("i", 7)
    assert pack("a0:fp32", numpy.float32(0.5)) == struct.pack("f", 0.5)
    assert pack("a0:bf16", 1.00390625) == struct.pack("<H", 0x3F80)  # half way: to even
    assert pack("a0:bf16", 1.01171875) == struct.pack("<H", 0x3F82)


@pytest.mark.parametrize(
    "text, value, error",
    [
        ("a0:i8", 128, OverflowError),
        ("a0:u8", -1, OverflowError),
        ("a0:i64", 2**63, OverflowError),
        ("a0:u64", 2**64, OverflowError),
        ("a0:i64", -(2**63) - 1, OverflowError),
        ("a0:i32", 1.0, TypeError),
        ("a0:i32", "1", TypeError),
        ("a0:fp32", "1", TypeError),
        ("a0:i32", torch.tensor(1), TypeError),
        ("a0:ptr", 1.5, TypeError),
        ("a0:ptr", torch.empty(2, device="meta"), RuntimeError),
        ("a0.size(0):i32", 3, TypeError),
        ("a0.size(1):i32", torch.empty(3), IndexError),
        ("a0:tma", b"short", ValueError),
    ],
    ids=lambda value: type(value).__name__,
)
def test_arguments_that_do_not_fit(text, value, error):
    with pytest.raises(error):
        pack(text, value)


def test_tensors_and_what_points_to_them():
    x = torch.arange(12, dtype=torch.float32).reshape(3, 4)[:, 1:]
    assert pack("a0:ptr a0.size(0):i32 a0.size(1):i32 a0.stride(0):i64", x) == struct.pack(
        "Qiiq", x.data_ptr(), 3, 3, 4
    )
    assert pack("a0:ptr", None) == bytes(8)
    assert pack("a0:ptr", 4096) == struct.pack("Q", 4096)
    assert pack("a0:ptr", types.SimpleNamespace(base=x)) == struct.pack("Q", x.data_ptr())
    assert pack("a0:ptr", types.SimpleNamespace(data_ptr=lambda: 64)) == struct.pack("Q", 64)
    assert pack("a0:u1 a1:ptr =7:i32", 1, 8) == struct.pack("?QiI", True, 8, 7, 0)
    assert pack("a0:tma", bytes(range(128))) == bytes(range(128))


def test_errors_name_the_argument():
    layout = _C.KernelParameters(["x", "n"], ["x:ptr", "n:i32"])
    with pytest.raises(TypeError, match="argument n: expected a whole number, got str"):
        layout.pack(None, "a")
    with pytest.raises(ValueError, match="there is no argument m"):
        _C.KernelParameters(["x", "n"], ["m:i32"])
    with pytest.raises(TypeError, match="2 arguments"):
        layout.pack(None)


def kernel(**other):
    return cubin.Cubin("scale", IMAGE, ("x", "y", "n", "factor"), ("x:ptr", "y:ptr", "n:i32", "factor:fp32"), **other)


def test_files(tmp_path):
    path = tmp_path / "scale.kernel"
    made = kernel(threads=(64, 2, 1), shared_bytes=100, cluster=(2, 1, 1), cooperative=True, about={"arch": 90})
    made.save(path)
    assert cubin.load(path) == made
    assert list(tmp_path.iterdir()) == [path]
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match="not a kernel that"):
        cubin.load(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("kernel.json", '{"format": 99}')
        archive.writestr("kernel.cubin", IMAGE)
    with pytest.raises(ValueError, match="another format"):
        cubin.load(path)
    for damaged in ("[" * 100_000, "[1]", '{"format": 1, "name": "scale"}', "\xff"):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("kernel.json", damaged)
            archive.writestr("kernel.cubin", IMAGE)
        with pytest.raises(ValueError, match="not a kernel that"):
            cubin.load(path)
    with pytest.raises(FileNotFoundError):
        cubin.load(tmp_path / "none")


@pytest.mark.parametrize(
    "wrong",
    [{"threads": t} for t in ((0, 1, 1), (1, 1), (1, 1, 2**40), "abc", (1, 1, True), None)]
    + [{"cluster": (-1, 1, 1)}, {"shared_bytes": -1}, {"shared_bytes": 2**70}, {"shared_bytes": "x"}],
)
def test_impossible_sizes(wrong):
    with pytest.raises(ValueError, match="expected"):
        kernel(**wrong)


def test_cubin_op_on_meta():
    scale = cubin.op(
        "tests::cubin_scale",
        kernel(),
        schema="(Tensor x, float factor) -> Tensor",
        results={"y": lambda x, factor: torch.empty_like(x)},
        numbers={"n": lambda x, factor: x.numel()},
        grid=lambda x, factor: (1,),
    )
    assert torch.ops.tests.cubin_scale(torch.empty(3, 2, device="meta"), 2.0).shape == (3, 2)
    with pytest.raises(NotImplementedError, match="vmap of tests::cubin_scale"):
        torch.vmap(lambda row: scale(row, 2.0))(torch.ones(3, 4))
    with pytest.raises(ValueError, match="takes n, which neither"):
        cubin.op("tests::other", kernel(), schema="(Tensor x, float factor) -> Tensor", results={"y": None}, grid=None)


HELPERS = "STEP = 2\nSCALE = tl.constexpr(3)\n"
KERNEL = """
@jit
def inner(x):
    return x * STEP

@jit
def outer(x, n, mode="a", BLOCK: tl.constexpr = 16):
    return inner(x) + SCALE
"""


def module(tmp_path, text, name):
    (tmp_path / f"{name}.py").write_text("from vibetensor.triton import jit, language as tl\n" + text)
    sys.path.insert(0, str(tmp_path))
    try:
        return __import__(name)
    finally:
        sys.path.remove(str(tmp_path))


def test_source_tells_kernels_apart(tmp_path):
    texts = [HELPERS + KERNEL, HELPERS.replace("2", "4") + KERNEL, HELPERS.replace("3", "4") + KERNEL]
    texts += [HELPERS + KERNEL.replace("x * STEP", "x + STEP"), HELPERS + KERNEL]
    found = [source.whole_text(module(tmp_path, text, f"kernels_{i}").outer.fn) for i, text in enumerate(texts)]
    assert len(set(found)) == 4 and found[0] == found[4]


def test_kernel_without_a_gpu(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "triton", None)
    outer = module(tmp_path, HELPERS + KERNEL, "kernels_of_a_test").outer
    assert outer.kinds == "sssc" and outer.names == ("x", "n", "mode", "BLOCK")
    assert outer[(1,)](torch.empty(3, device="meta"), 3) is None
    with pytest.raises(TypeError, match="outer got argument x twice"):
        outer[(1,)](torch.empty(3, device="meta"), 3, x=1)
    with pytest.raises(TypeError, match="outer needs an argument n"):
        outer[(1,)](torch.empty(3, device="meta"))
    with pytest.raises(TypeError, match="outer takes 4 arguments, got 5"):
        outer[(1,)](1, 2, 3, 4, 5)
    with pytest.raises(RuntimeError, match="outer: Triton is not installed"):
        outer.compile({}, {})
    assert vt_triton.wrap(outer) is outer
    assert repr(stand_in.language().float32) == "triton.language.float32"


def test_kinds_of_arguments():
    asked = []

    def compile(arguments, options):
        asked.append((arguments, options))
        return NotImplemented

    def otherwise(grid, *args, **options):
        return grid, args, options

    launch = _C.kernel_variants("k", ("x", "n", "B"), "ssc", (4,), compile, otherwise, skips_meta=False)
    x = torch.ones(3)
    assert launch((2,), x, (1, 2)) == ((2,), (x, (1, 2)), {}) and asked == []  # only Triton knows tuples
    assert launch((2,), meta := torch.empty(1, device="meta"), 1) == ((2,), (meta, 1), {}) and asked == []
    if torch.cuda.is_available():
        assert launch((2,), x, n=5, num_warps=8) == ((2,), (x,), {"n": 5, "num_warps": 8})
        assert asked == [({"x": x, "n": 5, "B": 4}, {"num_warps": 8})]
    else:
        with pytest.raises(RuntimeError, match="NVIDIA driver"):
            launch((2,), x, n=5)
    assert launch.kernels == {}


def test_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("VIBETENSOR_KERNEL_CACHE", str(tmp_path / "kernels"))
    monkeypatch.setattr(cache, "installed_version", lambda: "3.6.0")
    key = cache.key_of("source", "kinds")
    assert key != cache.key_of("source", "kind", "s") and cache.find("k", key) is None
    cache.keep(kernel(), "k", key)
    assert cache.find("k", key) == kernel() and cache.find("k", cache.key_of("other")) is None
    monkeypatch.setattr(cache, "installed_version", lambda: "3.10.0")
    assert cache.find("k", key) is None  # compiled anew by another version
    cache.keep(kernel(shared_bytes=8), "k", key)
    monkeypatch.setattr(cache, "installed_version", lambda: None)
    assert cache.find("k", key).shared_bytes == 8  # the newest, where none is installed
    for path in (tmp_path / "kernels").iterdir():
        path.write_bytes(b"damaged")
    assert cache.find("k", key) is None and list((tmp_path / "kernels").iterdir()) == []
    monkeypatch.setenv("VIBETENSOR_KERNEL_CACHE", "")
    assert cache.folder() is None
    cache.keep(kernel(), "k", key)
    monkeypatch.delenv("VIBETENSOR_KERNEL_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache.folder() == tmp_path / "vibetensor" / "kernels"


def test_cache_that_cannot_be_written(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("VIBETENSOR_KERNEL_CACHE", str(tmp_path / "file" / "kernels"))
    monkeypatch.setattr(cache, "installed_version", lambda: "3.6.0")
    cache.keep(kernel(), "k", "0")
    assert cache.find("k", "0") is None


def test_what_triton_compiled(monkeypatch):
    monkeypatch.setitem(sys.modules, "triton", types.SimpleNamespace(__version__="3.6.0"))
    metadata = types.SimpleNamespace(
        name="k", num_warps=4, shared=64, num_ctas=2, global_scratch_size=0, profile_scratch_size=16,
        launch_pdl=True, target=types.SimpleNamespace(arch=90),
    )  # fmt: skip
    signature = {"x": "*bf16", "pair": ("i32", "*fp32"), "n": "constexpr", "flag": "u1"}
    found = compiled.cubin_of(signature, metadata, IMAGE)
    assert found.arguments == ("x", "pair_0", "pair_1", "n", "flag", "profile_scratch")
    assert found.parameters == ("x:ptr", "pair_0:i32", "pair_1:ptr", "flag:u1", "=0:u64", "profile_scratch:ptr")
    assert (found.threads, found.cluster, found.overlapping) == ((128, 1, 1), (2, 1, 1), True)
    with pytest.raises(compiled.HostDescriptor):
        compiled.cubin_of({"x": "tensordesc<bf16[64, 64]>"}, metadata, IMAGE)


def test_torch_library():
    @torch.library.triton_op("tests::as_triton", mutates_args={})
    def as_triton(x: torch.Tensor) -> torch.Tensor:
        return torch.empty_like(x)

    assert as_triton(torch.empty(3, device="meta")).shape == (3,)
    with pytest.raises(NotImplementedError, match="vmap of tests::as_triton"):
        torch.vmap(as_triton)(torch.ones(2, 3))
    with pytest.raises(RuntimeError, match="wrap_triton only works"):
        torch.library.wrap_triton(lambda: None)


def test_op_with_a_derivative_and_a_rule_for_vmap():
    def rule(info, in_dims, x):
        return x * 2, in_dims[0]

    @vt_triton.op("tests::doubled", backward=lambda ctx, grad: grad * 2, vmap=rule)
    def doubled(x: torch.Tensor) -> torch.Tensor:
        return x.detach() * 2

    x = torch.ones(3, requires_grad=True)
    doubled(x).sum().backward()
    assert x.grad.tolist() == [2, 2, 2]
    assert torch.vmap(doubled)(torch.ones(2, 3)).tolist() == [[2.0] * 3] * 2


def test_what_waits_for_an_import_is_not_lost_by_a_question(tmp_path, monkeypatch):
    from importlib import import_module
    from importlib.util import find_spec

    from vibetensor.torch._on_import import when_imported

    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "asked_for_first.py").write_text("")
    seen = []
    for _ in range(2):
        when_imported("asked_for_first", seen.append)
    assert find_spec("asked_for_first") is not None and seen == []
    found = import_module("asked_for_first")
    assert seen == [found, found]
    del sys.modules["asked_for_first"]
    import_module("asked_for_first")
    assert len(seen) == 2
