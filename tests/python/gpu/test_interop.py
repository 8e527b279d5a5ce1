"""Memory shared with PyTorch on a GPU, and files that are read there."""

from __future__ import annotations

import gc

import pytest
import torch
import vibetensor.torch as vt
from vibetensor import safetensors as st

pytestmark = [
    pytest.mark.cuda,
    pytest.mark.skipif(
        not (vt.cuda.is_available() and torch.cuda.is_available()), reason="needs a GPU and a PyTorch that uses it"
    ),
]

DTYPES = ["bool", "uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32", "float64"]
DTYPES += ["complex64", "complex128", "uint16", "uint32", "uint64", "float8_e4m3fn", "float8_e5m2"]
LAYOUTS = {
    "contiguous": lambda a: a,
    "transposed": lambda a: a.t(),
    "every other": lambda a: a[::2, 1::2],
    "0-dim": lambda a: a[1, 3],
    "no elements": lambda a: a[:, 3:3],
    "repeated": lambda a: a[:1].expand(3, 6),
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_torch_both_ways(dtype, layout):
    theirs = LAYOUTS[layout](torch.arange(24, device="cuda").reshape(4, 6).to(getattr(torch, dtype)))
    mine = vt.from_dlpack(theirs)
    back = torch.from_dlpack(mine)
    assert str(mine.dtype) == str(theirs.dtype) and mine.device.type == "cuda" and back.dtype == theirs.dtype
    if theirs.numel():
        assert mine.data_ptr() == theirs.data_ptr() == back.data_ptr()
    expected = theirs.cpu().float() if not theirs.is_complex() else theirs.cpu()
    del theirs
    gc.collect()
    got = back.cpu().float() if not back.is_complex() else back.cpu()
    assert torch.equal(got, expected)


@pytest.mark.parametrize("dtype", DTYPES[:10] + DTYPES[10:12])
def test_cupy_both_ways(dtype):
    cupy = pytest.importorskip("cupy")
    if dtype == "bfloat16":
        pytest.skip("CuPy has none")
    theirs = cupy.arange(24).reshape(4, 6).astype(dtype)[::2]
    mine = vt.from_dlpack(theirs)
    assert str(mine.dtype) == f"torch.{dtype}" and mine.data_ptr() == theirs.data.ptr and mine.stride() == (12, 1)
    back = cupy.from_dlpack(mine)
    assert back.dtype == theirs.dtype and back.data.ptr == theirs.data.ptr and bool((back == theirs).all())


def test_the_consumers_stream_waits_for_ours():
    side = torch.cuda.Stream()
    for _ in range(20):
        x = vt.zeros(1 << 24, device="cuda")
        for _ in range(10):
            x += 1.0
        with torch.cuda.stream(side):
            theirs = torch.from_dlpack(x)
            total = theirs.sum()
        side.synchronize()
        assert total.item() == 10.0 * (1 << 24)


def test_our_stream_waits_for_the_producers():
    side, mine = torch.cuda.Stream(), vt.cuda.Stream()
    for _ in range(20):
        with torch.cuda.stream(side):
            theirs = torch.zeros(1 << 24, device="cuda")
            for _ in range(10):
                theirs += 1.0
            with vt.cuda.stream(mine):
                total = vt.from_dlpack(theirs).sum().item()
        assert total == 10.0 * (1 << 24)


class Described:
    """An array of a library that knows the CUDA array interface alone."""

    def __init__(self, tensor, **other):
        self.tensor, self.other = tensor, other

    @property
    def __cuda_array_interface__(self):
        return {**self.tensor.__cuda_array_interface__, **self.other}


def test_the_cuda_array_interface_both_ways():
    for theirs in (torch.arange(12.0, device="cuda").reshape(3, 4), torch.ones(4, 6, device="cuda").t()[::2]):
        mine = vt.as_tensor(Described(theirs))
        assert mine.data_ptr() == theirs.data_ptr() and mine.tolist() == theirs.tolist()
        assert mine.stride() == theirs.stride()
        back = torch.as_tensor(Described(mine), device="cuda")
        assert back.data_ptr() == mine.data_ptr() and back.tolist() == mine.tolist()
    described = vt.ones(2, 3, device="cuda").__cuda_array_interface__
    assert described["version"] == 3 and described["stream"] == 1 and described["strides"] is None
    with pytest.raises(RuntimeError, match="read-only"):
        vt.as_tensor(Described(mine, data=(mine.data_ptr(), True))).zero_()
    host = vt.ones(3)
    wrong = ({"data": (host.data_ptr(), False)}, {"typestr": ">f4"}, {"typestr": "<f3"}, {"mask": 1}, {"version": 1},
             {"stream": 0}, {"shape": (-1,)}, {"data": (mine.data_ptr() + 1, False)}, {"strides": (3, 5)})  # fmt: skip
    for other in wrong:
        with pytest.raises(BufferError):
            vt.as_tensor(Described(torch.ones(3, 2, device="cuda"), **other))


def test_files_are_read_to_the_gpu(tmp_path):
    tensors = {f"t{i}": vt.arange(i * 100_003, dtype=vt.int32) for i in range(12)}
    tensors |= {"flags": vt.arange(1000) % 3 == 0, "empty": vt.ones(0, 3), "half": vt.ones(7, dtype=vt.bfloat16)}
    st.save_file(tensors, tmp_path / "m", max_shard_size="8MB")
    seen = []
    with vt.cuda.stream(vt.cuda.Stream()):
        loaded = st.load_file(tmp_path / "m", device="cuda", progress=lambda done, total: seen.append((done, total)))
        sums = {name: t.sum() for name, t in loaded.items()}
    for name, tensor in tensors.items():
        assert loaded[name].device.type == "cuda" and loaded[name].dtype == tensor.dtype
        assert bool((loaded[name].cpu() == tensor).all()) and sums[name].item() == tensor.sum().item()
    assert seen[-1][0] == seen[-1][1] == sum(t.numel() * t.element_size() for t in tensors.values())
    st.save_file(loaded, tmp_path / "again", max_shard_size=None)
    assert sorted(st.load_file(tmp_path / "again")) == sorted(tensors)
    with st.safe_open(tmp_path / "m", device="cuda") as f:
        assert f.get_tensor("t3").device.type == "cuda" and f.get_slice("t3")[5:7].tolist() == [5, 6]


def test_a_module_on_the_meta_device_is_read_to_the_gpu(tmp_path):
    source = vt.nn.Sequential(vt.nn.Linear(30, 20), vt.nn.LayerNorm(20))
    st.save_file(source.state_dict(), tmp_path / "m")
    target = vt.nn.Sequential(vt.nn.Linear(30, 20, device="meta"), vt.nn.LayerNorm(20, device="meta"))
    target.load_safetensors(tmp_path / "m", device="cuda")
    x = vt.ones(2, 30)
    assert vt.allclose(target(x.cuda()).cpu(), source(x), atol=1e-5)
