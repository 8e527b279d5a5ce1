"""save_file, load_file, safe_open and load_safetensors: beside the format's own package, in shards, in parts, mapped."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest
import torch
import vibetensor.torch as vt
from vibetensor import safetensors as st

package = pytest.importorskip("safetensors.torch")
safetensors = pytest.importorskip("safetensors")

DTYPES = ["bool", "uint8", "int8", "int16", "int32", "int64", "uint16", "uint32", "uint64", "float16", "bfloat16"]
DTYPES += ["float32", "float64", "complex64", "float8_e4m3fn", "float8_e5m2", "float8_e8m0fnu", "float8_e4m3fnuz"]
DTYPES += ["float8_e5m2fnuz"]


def zoo(library):
    rng = np.random.default_rng(0)
    out = {}
    for i, dtype in enumerate(DTYPES):
        for j, shape in enumerate([(), (3,), (0, 2), (2, 3)]):
            numbers = torch.from_numpy(rng.integers(0, 2, shape).astype("float32").reshape(shape))
            theirs = numbers.to(getattr(torch, dtype))
            out[f"{'zyx'[i % 3]}.{dtype}.{j}"] = theirs if library is torch else vt.from_dlpack(theirs)
    return out


def test_the_same_bytes_as_the_formats_package(tmp_path):
    for metadata in (None, {"format": "pt"}, {'"quoted"\n\x01': "\u00e9\u2028\U0001f600\\"}):
        package.save_file(zoo(torch), tmp_path / "theirs", metadata)
        st.save_file(zoo(vt), tmp_path / "ours", metadata)
        assert (tmp_path / "ours").read_bytes() == (tmp_path / "theirs").read_bytes()


@pytest.mark.parametrize("mmap", [False, True])
def test_both_packages_read_both_files(tmp_path, mmap):
    package.save_file(zoo(torch), tmp_path / "theirs")
    loaded = st.load_file(tmp_path / "theirs", mmap=mmap)
    for name, theirs in zoo(torch).items():
        mine = loaded[name]
        assert str(mine.dtype) == str(theirs.dtype) and tuple(mine.shape) == tuple(theirs.shape)
        assert torch.equal(torch.from_dlpack(mine.clone()).reshape(-1).view(torch.uint8) if mine.numel() else torch.ones(0),
                           theirs.reshape(-1).view(torch.uint8) if mine.numel() else torch.ones(0))  # fmt: skip
    st.save_file(loaded, tmp_path / "ours")
    assert (tmp_path / "ours").read_bytes() == (tmp_path / "theirs").read_bytes()
    assert sorted(package.load_file(tmp_path / "ours")) == sorted(loaded)


def test_mapped_tensors_are_read_only_and_keep_the_file(tmp_path):
    path = tmp_path / "m.safetensors"
    st.save_file({"a": vt.arange(6).reshape(2, 3), "b": vt.ones(0)}, path)
    loaded = st.load_file(path, mmap=True)
    os.unlink(path)
    assert loaded["a"].tolist() == [[0, 1, 2], [3, 4, 5]] and loaded["b"].shape == (0,)
    with pytest.raises(RuntimeError, match="read-only"):
        loaded["a"].zero_()
    loaded["a"].clone().zero_()
    with pytest.raises(ValueError, match="on the CPU"):
        st.load_file(path if path.exists() else _again(path), device="meta", mmap=True)


def _again(path):
    st.save_file({"a": vt.ones(1)}, path)
    return path


INDICES = [
    np.s_[...], np.s_[1], np.s_[-1], np.s_[0:2], np.s_[:, 1:3], np.s_[:, :, 2], np.s_[1, ..., 3], np.s_[::2, 1:4:2, -2:],
    np.s_[2:1], np.s_[5:9], np.s_[:, -2:], np.s_[0, 1, 2], np.s_[..., None:None], np.s_[-2:, 0],
]  # fmt: skip


@pytest.mark.parametrize("index", INDICES, ids=str)
def test_parts_of_a_tensor(tmp_path, index):
    whole = torch.arange(4 * 5 * 6).reshape(4, 5, 6)
    package.save_file({"first": torch.ones(3), "x": whole}, tmp_path / "m")
    with st.safe_open(tmp_path / "m", framework="pt") as f:
        part = f.get_slice("x")
        assert part.get_shape() == [4, 5, 6] and part.get_dtype() == "I64"
        assert part[index].tolist() == whole[index].tolist() and tuple(part[index].shape) == tuple(whole[index].shape)


def test_what_an_index_may_not_be(tmp_path):
    st.save_file({"x": vt.arange(6).reshape(2, 3), "scalar": vt.tensor(2.5)}, tmp_path / "m")
    with st.safe_open(tmp_path / "m") as f:
        part = f.get_slice("x")
        for index in (2, -3, (0, 0, 0), (..., ...)):
            with pytest.raises(IndexError):
                part[index]
        with pytest.raises(ValueError, match="step"):
            part[::-1]
        with pytest.raises(TypeError):
            part["a"]
        assert f.get_slice("scalar")[...].item() == 2.5
        with pytest.raises(st.FormatError, match="no tensor"):
            f.get_tensor("y")
    with pytest.raises(st.FormatError, match="closed"):
        f.keys()
    with pytest.raises(ValueError, match="framework"):
        st.safe_open(tmp_path / "m", framework="tf")
    with pytest.raises(FileNotFoundError):
        st.safe_open(tmp_path / "n")


def test_an_open_file_says_what_it_holds_as_the_formats_package_does(tmp_path):
    package.save_file({"b": torch.ones(2, dtype=torch.int8), "a": torch.ones(3)}, tmp_path / "m", {"who": "them"})
    with st.safe_open(tmp_path / "m", "pt") as mine, safetensors.safe_open(tmp_path / "m", "pt") as theirs:
        assert sorted(mine.keys()) == sorted(theirs.keys()) and mine.metadata() == theirs.metadata()
        assert mine.offset_keys() == theirs.offset_keys()
        assert mine.get_tensor("b").tolist() == theirs.get_tensor("b").tolist()
    st.save_file({}, tmp_path / "empty")
    with st.safe_open(tmp_path / "empty") as f:
        assert f.keys() == [] and f.metadata() is None


def test_what_cannot_be_written(tmp_path):
    whole = vt.arange(6.0).reshape(2, 3)
    cases = [
        ({"a": whole, "b": whole[0]}, RuntimeError, "a, b share memory"),
        ({"a": vt.ones(1, dtype=vt.complex128)}, NotImplementedError, "a has complex128"),
        ({"a": vt.ones(1, device="meta")}, NotImplementedError, "no memory"),
        ({"__metadata__": whole}, ValueError, "cannot be called"),
        ({"a\0b": whole}, ValueError, "without NUL"),
        ({"\udc80": whole}, ValueError, "surrogates"),
        ({1: whole}, TypeError, "names to be str"),
        ({"a": 1}, TypeError, "must be Tensor"),
    ]
    st.save_file({"old": vt.ones(1)}, tmp_path / "m")
    for tensors, kind, text in cases:
        with pytest.raises(kind, match=text):
            st.save_file(tensors, tmp_path / "m")
        assert list(st.load_file(tmp_path / "m")) == ["old"] and os.listdir(tmp_path) == ["m"]
    with pytest.raises(TypeError, match="metadata"):
        st.save_file({"a": whole}, tmp_path / "m", {"a": 1})
    st.save_file({"left": whole[:, :1], "right": whole[:, 1:]}, tmp_path / "m")
    assert st.load_file(tmp_path / "m")["right"].tolist() == [[1.0, 2.0], [4.0, 5.0]]


@pytest.mark.parametrize(
    "index",
    [
        "True",
        "[0, 2]",
        "None",
        "(slice(None), [1, 0])",
        "t.tensor([0, 2])",
        "t.tensor([True, False, True])",
        "t.tensor(True)",
        "t.tensor(1)",
        "(..., t.tensor([3]))",
        "()",
    ],
)
def test_indices_that_pick_elements(index, tmp_path):
    package.save_file({"x": torch.arange(12).reshape(3, 4)}, tmp_path / "m")
    with st.safe_open(tmp_path / "m") as f:
        ours = f.get_slice("x")[eval(index, {"t": vt})]
    with safetensors.safe_open(tmp_path / "m", framework="pt") as f:
        theirs = f.get_slice("x")[eval(index, {"t": torch})]
    assert ours.tolist() == theirs.tolist() and ours.shape == theirs.shape


def test_a_checkpoint_in_shards(tmp_path):
    tensors = {f"layer.{i}": vt.full((100,), float(i)) for i in range(7)}
    st.save_file(tensors, tmp_path / "model.safetensors", {"format": "pt"}, max_shard_size="1KB")
    names = sorted(os.listdir(tmp_path))
    assert names == [*(f"model-{i:05}-of-00004.safetensors" for i in range(1, 5)), "model.safetensors.index.json"]
    index = json.loads((tmp_path / names[-1]).read_text())
    assert index["metadata"]["total_size"] == 2800 and sorted(index["weight_map"]) == sorted(tensors)
    for path in (tmp_path / names[-1], tmp_path / "model.safetensors"):
        loaded = st.load_file(path)
        assert {n: t.tolist() for n, t in loaded.items()} == {n: t.tolist() for n, t in tensors.items()}
    for name, file in index["weight_map"].items():
        assert package.load_file(tmp_path / file)[name].tolist() == tensors[name].tolist()
    with st.safe_open(tmp_path / "model.safetensors") as f:
        assert f.get_tensor("layer.6").tolist() == [6.0] * 100
    st.save_file(tensors, tmp_path / "one.safetensors", max_shard_size=10**6)
    assert (tmp_path / "one.safetensors").exists() and not (tmp_path / "one.safetensors.index.json").exists()
    for size in ("0GB", "1 parsec", -1, "GB"):
        with pytest.raises(ValueError, match="max_shard_size"):
            st.save_file(tensors, tmp_path / "m", max_shard_size=size)


INDEXES = {
    "no weight_map": {"metadata": {}},
    "a file elsewhere": {"weight_map": {"x": "../m.safetensors"}},
    "a whole path": {"weight_map": {"x": "/etc/passwd"}},
    "a tensor that is not there": {"weight_map": {"x": "m.safetensors", "y": "m.safetensors"}},
    "a tensor too few": {"weight_map": {"z": "m.safetensors"}},
    "no files": {"weight_map": {}},
    "a weight_map of numbers": {"weight_map": {"x": 1}},
    "a list": [],
}


@pytest.mark.parametrize("name", INDEXES)
def test_indexes_that_are_refused(tmp_path, name):
    st.save_file({"x": vt.ones(1)}, tmp_path / "m.safetensors")
    (tmp_path / "a.index.json").write_text(json.dumps(INDEXES[name]))
    with pytest.raises(st.FormatError):
        st.load_file(tmp_path / "a.index.json")


def test_progress_is_told_and_may_stop_it(tmp_path):
    tensors = {"a": vt.ones(10**6), "b": vt.zeros(3)}
    seen = []
    st.save_file(tensors, tmp_path / "m", progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (4 * 10**6 + 12, 4 * 10**6 + 12)
    seen.clear()
    st.load_file(tmp_path / "m", progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (4 * 10**6 + 12, 4 * 10**6 + 12) and seen == sorted(seen)

    def stop(done, total):
        raise KeyError("enough")

    with pytest.raises(KeyError, match="enough"):
        st.load_file(tmp_path / "m", progress=stop)
    with pytest.raises(KeyError, match="enough"):
        st.save_file({"c": vt.ones(1)}, tmp_path / "m", progress=stop)
    assert sorted(st.load_file(tmp_path / "m")) == ["a", "b"] and os.listdir(tmp_path) == ["m"]


def test_many_threads_read_a_large_file(tmp_path):
    numbers = vt.arange(10**7)
    st.save_file({"n": numbers, "f": vt.ones(5, dtype=vt.bool)}, tmp_path / "m")
    loaded = st.load_file(tmp_path / "m")
    assert bool((loaded["n"] == numbers).all()) and loaded["f"].all()
    with open(tmp_path / "m", "r+b") as file:
        file.seek(-1, 2)
        file.write(b"\x02")
    for mmap in (False, True):
        with pytest.raises(st.FormatError, match="neither 0 nor 1"):
            st.load_file(tmp_path / "m", mmap=mmap)


class Tied(vt.nn.Module):
    def __init__(self, device=None):
        super().__init__()
        self.embed = vt.nn.Embedding(5, 3, device=device)
        self.norm = vt.nn.BatchNorm1d(3, device=device)
        self.out = vt.nn.Linear(3, 5, bias=False, device=device)
        self.out.weight = self.embed.weight


@pytest.mark.parametrize("device", ["cpu", "meta"])
def test_a_module_reads_its_file(tmp_path, device):
    source = Tied()
    state = source.state_dict()
    del state["out.weight"]
    st.save_file(state, tmp_path / "m")
    target = Tied(device)
    before = target.embed.weight
    keys = target.load_safetensors(tmp_path / "m")
    assert str(keys) == "<All keys matched successfully>"
    assert target.embed.weight is target.out.weight and isinstance(target.out.weight, vt.nn.Parameter)
    assert (target.embed.weight is before) == (device == "cpu") and target.embed.weight.requires_grad
    for name, tensor in source.state_dict().items():
        assert target.state_dict()[name].tolist() == tensor.tolist()
    st.save_file({**state, "more": vt.ones(1)}, tmp_path / "m")
    with pytest.raises(RuntimeError, match="Unexpected key"):
        Tied(device).load_safetensors(tmp_path / "m")
    assert Tied(device).load_safetensors(tmp_path / "m", strict=False).unexpected_keys == ["more"]


def test_an_unaligned_header_is_refused_with_the_reason(tmp_path):
    text = b'{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}'
    (tmp_path / "m").write_bytes(len(text).to_bytes(8, "little") + text + b"1")
    with pytest.raises(st.FormatError, match="no multiple of 8"):
        st.load_file(tmp_path / "m")


def test_a_pipe_is_refused_at_once(tmp_path):
    pipe = tmp_path / "pipe.safetensors"
    os.mkfifo(pipe)
    with pytest.raises(OSError, match="expected a regular file"):
        st.load_file(pipe)
