"""vibetensor.safetensors: round trips, exchange with the safetensors package, and files that must be refused."""

import io
import json
import struct
from collections import OrderedDict, defaultdict

import pytest
import torch
import vibetensor.torch as vt
from compare import same
from vibetensor import safetensors as st

DTYPES = "bool uint8 int8 int16 int32 int64 float16 bfloat16 float32 float64 complex64 complex128"


def round_trip(value, **options):
    file = io.BytesIO()
    st.save(value, file)
    file.seek(0)
    return st.load(file, **options)


@pytest.mark.parametrize("dtype", DTYPES.split())
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3)])
def test_every_dtype_survives(dtype, shape):
    tensor = vt.ones(shape, dtype=getattr(vt, dtype))
    loaded = round_trip({"x": tensor})["x"]
    assert loaded.dtype == tensor.dtype and loaded.shape == tensor.shape and loaded.tolist() == tensor.tolist()


def test_views_are_saved_as_they_look():
    base = vt.arange(12).reshape(3, 4)
    loaded = round_trip([base.t(), base[1:, ::2], base[:, :1].expand(3, 5)])
    assert [t.tolist() for t in loaded] == [t.tolist() for t in (base.t(), base[1:, ::2], base[:, :1].expand(3, 5))]


def test_structures_survive():
    value = {
        "list": [1, 2.5, None, True, "text", [vt.ones(1)]],
        "tuple": (1, (2, vt.zeros(2))),
        3: {"set": {1, 2}, (1, 2): "key"},
        "odd floats": [float("inf"), float("-inf")],
        "ordered": OrderedDict(b=1, a=2),
        "size": vt.ones(2, 3).shape,
        "dtype": vt.bfloat16,
        "device": vt.device("cpu"),
        "bytes": b"\x00\xff",
        "complex": 1 + 2j,
        "big": 2**100,
        "a.b": vt.ones(1),
        "a": {"b": vt.zeros(1)},
    }
    loaded = round_trip(value)
    assert list(loaded) == list(value)
    assert loaded["list"][:5] == value["list"][:5] and loaded["list"][5][0].tolist() == [1.0]
    assert loaded["tuple"][0] == 1 and loaded["tuple"][1][1].tolist() == [0.0, 0.0]
    for key in (3, "odd floats", "ordered", "size", "dtype", "device", "bytes", "complex", "big"):
        assert loaded[key] == value[key] and type(loaded[key]) is type(value[key])
    assert loaded["a.b"].tolist() == [1.0] and loaded["a"]["b"].tolist() == [0.0]
    assert round_trip(float("nan")) != round_trip(float("nan"))


def test_shared_tensors_stay_shared():
    layer = vt.nn.Linear(2, 2)
    loaded = round_trip({"a": layer.weight.detach(), "b": layer.weight.detach(), "c": layer.weight.detach()[0]})
    loaded["a"].fill_(5.0)
    assert loaded["b"].tolist() == [[5.0, 5.0], [5.0, 5.0]] and loaded["c"].tolist() == [5.0, 5.0]


SHARED = {
    "rows of a whole": lambda t: [t, t[1], t[2:, 3]],
    "a whole that comes last": lambda t: [t[1], t.t(), t],
    "no whole": lambda t: [t.view(-1)[2:10], t.view(-1)[5:20]],
    "columns that overlap": lambda t: [t[:, :3], t[:, 2:]],
    "the real part of complex numbers": lambda t: [vt.view_as_complex(t.view(-1, 2)), t],
    "bits of another dtype": lambda t: [t, vt.view_as_real(vt.view_as_complex(t.view(-1, 2)))[:, 0]],
    "one tensor twice": lambda t: [t, t],
    "windows": lambda t: [t.as_strided((5, 3), (2, 1), 1)],
}


@pytest.mark.parametrize("name", SHARED)
def test_whatever_shares_elements_shares_them_again(name):
    values = SHARED[name](vt.arange(24.0).reshape(4, 6))
    loaded = round_trip(values)
    for before, after in zip(values, loaded, strict=True):
        assert after.tolist() == before.tolist() and after.stride() == before.stride()
    # a write through one shows in the others as it does in what was saved
    for write in range(len(values)):
        values[write].fill_(-1.0 - write)
        loaded[write].fill_(-1.0 - write)
        assert [t.tolist() for t in loaded] == [t.tolist() for t in values]


def test_a_tensor_is_loaded_as_the_one_object_that_it_was():
    tensor, parameter = vt.zeros(2), vt.nn.Parameter(vt.zeros(2))
    loaded = round_trip({"a": tensor, "b": [tensor, parameter], "c": parameter})
    assert loaded["a"] is loaded["b"][0] and loaded["c"] is loaded["b"][1]


def test_expanded_tensors_take_the_room_of_what_they_repeat():
    file = io.BytesIO()
    st.save({"ones": vt.ones(1).expand(10**10), "rows": vt.arange(3).expand(10**6, 3)}, file)
    assert len(file.getvalue()) < 2000
    file.seek(0)
    loaded = st.load(file)
    assert loaded["ones"].shape == (10**10,) and loaded["ones"].stride() == (0,) and loaded["ones"][-1] == 1.0
    assert loaded["rows"].stride() == (0, 1) and loaded["rows"][999_999].tolist() == [0, 1, 2]


def test_the_order_of_dims_in_memory_survives():
    tensor = vt.arange(24).reshape(2, 3, 4).permute(2, 0, 1)
    loaded = round_trip(tensor)
    assert loaded.stride() == tensor.stride() and loaded.tolist() == tensor.tolist()


def test_tensors_that_share_a_storage_but_no_elements_are_stored_each_under_its_name():
    safetensors = pytest.importorskip("safetensors.torch")
    whole = vt.arange(24.0).reshape(4, 6)
    file = io.BytesIO()
    st.save({"q": whole[:, :3], "k": whole[:, 3:], "t": whole.t().clone().t()}, file)
    loaded = safetensors.load(file.getvalue())
    assert sorted(loaded) == ["k", "q", "t"]
    same(whole[:, :3], loaded["q"])
    same(whole[:, 3:], loaded["k"])
    same(whole, loaded["t"])


def test_meta_tensors_are_saved_as_shapes():
    model = vt.nn.Linear(2, 3, device="meta")
    loaded = round_trip({**model.state_dict(keep_vars=True), "huge": vt.empty(10**12, device="meta").expand(2, 10**12)})
    assert isinstance(loaded["weight"], vt.nn.Parameter) and loaded["weight"].shape == (3, 2)
    assert loaded["huge"].device.type == "meta" and loaded["huge"].stride() == (0, 1)


@pytest.mark.parametrize("key", ["nul\0name", "lone \udc80", "", "__metadata__", "\n"])
def test_any_key_can_be_saved(key):
    loaded = round_trip({key: vt.ones(1), key + "_": vt.zeros(1)})
    assert list(loaded) == [key, key + "_"] and loaded[key].tolist() == [1.0] and loaded[key + "_"].tolist() == [0.0]


def test_parameters_and_gradients():
    loaded = round_trip([vt.nn.Parameter(vt.ones(2)), vt.ones(2, requires_grad=True), vt.ones(2)])
    assert isinstance(loaded[0], vt.nn.Parameter) and loaded[0].requires_grad
    assert type(loaded[1]) is vt.Tensor and loaded[1].requires_grad and not loaded[2].requires_grad


def test_training_goes_on_from_a_checkpoint(tmp_path):
    def build():
        model = vt.nn.Linear(3, 1)
        return model, vt.optim.AdamW(model.parameters(), lr=0.1)

    def step(model, optimizer):
        optimizer.zero_grad()
        model(vt.ones(2, 3)).sum().backward()
        optimizer.step()

    model, optimizer = build()
    step(model, optimizer)
    st.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": 1}, tmp_path / "c.safetensors")
    other, other_optimizer = build()
    state = st.load(tmp_path / "c.safetensors")
    other.load_state_dict(state["model"])
    other_optimizer.load_state_dict(state["optimizer"])
    for _ in range(3):
        step(model, optimizer)
        step(other, other_optimizer)
    assert other.weight.tolist() == model.weight.tolist() and state["step"] == 1


def test_the_safetensors_package_reads_ours(tmp_path):
    safetensors = pytest.importorskip("safetensors.torch")
    model = vt.nn.Sequential(vt.nn.Linear(3, 2), vt.nn.LayerNorm(2))
    state = {**model.state_dict(), "half": vt.ones(3, dtype=vt.bfloat16), "flag": vt.tensor([True])}
    st.save(state, tmp_path / "m.safetensors")
    loaded = safetensors.load_file(tmp_path / "m.safetensors")
    assert sorted(loaded) == sorted(state)
    for name, tensor in state.items():
        same(tensor, loaded[name])


def test_we_read_the_safetensors_packages(tmp_path):
    safetensors = pytest.importorskip("safetensors.torch")
    tensors = {"b": torch.randn(3, 2), "a": torch.arange(5), "h": torch.ones(2, dtype=torch.bfloat16)}
    safetensors.save_file(tensors, tmp_path / "m.safetensors", metadata={"who": "them"})
    loaded = st.load(tmp_path / "m.safetensors")
    assert sorted(loaded) == sorted(tensors)
    for name in tensors:
        same(loaded[name], tensors[name])


def test_map_location():
    tensor = vt.ones(2)
    for where in ("cpu", vt.device("cpu"), {"cuda:0": "cpu"}, lambda t, saved_on: t, lambda t, saved_on: None):
        assert round_trip(tensor, map_location=where).tolist() == [1.0, 1.0]
    with pytest.raises(TypeError):
        round_trip(tensor, map_location=lambda t, saved_on: 3)


def test_what_cannot_be_saved_says_where():
    with pytest.raises(NotImplementedError, match=r"model\.inner is a vibetensor.*Linear.*state_dict"):
        st.save({"model": {"inner": vt.nn.Linear(1, 1)}}, io.BytesIO())
    deep = []
    for _ in range(500):
        deep = [deep]
    with pytest.raises(ValueError, match="nesting"):
        st.save(deep, io.BytesIO())


def test_a_header_length_is_not_taken_for_a_pickle(tmp_path):
    path = tmp_path / "x.pt"
    for n in range(1, 300):
        st.save({"k" * n: vt.ones(1)}, path)
        if path.read_bytes()[0] == 0x80:
            break
    assert path.read_bytes()[0] == 0x80
    assert st.load(path)["k" * n].item() == vt.load(path)["k" * n].item() == 1


def container(header, data=b"", length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text) if length is None else length) + text + data


ENTRY = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
FLAGS = {"dtype": "BOOL", "shape": [2], "data_offsets": [0, 2]}
HOSTILE = {
    "space before the header": container(b" {}"),
    "NaN in the header": container(b'{"x": NaN}'),
    "a number of 5000 digits": container(b'{"x": ' + b"1" * 5000 + b"}"),
    "name with NUL": container({"a\0b": ENTRY}, b"8" * 8),
    "a bool of 2": container({"x": FLAGS}, b"\x01\x02"),
    "a bool of 255": container({"x": FLAGS}, b"\xff\x00"),
    "empty": b"",
    "short": b"\x01\x02",
    "header longer than the file": container({}, length=1000),
    "header of 2^63": container({}, length=2**63),
    "not json": container(b"{nope"),
    "not an object": container(b"[]"),
    "not utf-8": container(b'{"\xff": 1}'),
    "entry is a number": container({"x": 1}),
    "entry lacks a shape": container({"x": {"dtype": "F32", "data_offsets": [0, 4]}}, b"1234"),
    "unknown dtype": container({"x": {**ENTRY, "dtype": "F31"}}, b"8" * 8),
    "dtype is a list": container({"x": {**ENTRY, "dtype": ["F32"]}}, b"8" * 8),
    "negative size": container({"x": {**ENTRY, "shape": [-2]}}, b"8" * 8),
    "size is a float": container({"x": {**ENTRY, "shape": [2.0]}}, b"8" * 8),
    "size is true": container({"x": {**ENTRY, "shape": [True, 2]}}, b"8" * 8),
    "sizes overflow": container({"x": {**ENTRY, "shape": [2**62, 2**62]}}, b"8" * 8),
    "huge but empty file": container({"x": {**ENTRY, "shape": [2**40], "data_offsets": [0, 2**42]}}),
    "end before begin": container({"x": {**ENTRY, "data_offsets": [8, 0]}}, b"8" * 8),
    "one offset": container({"x": {**ENTRY, "data_offsets": [8]}}, b"8" * 8),
    "offsets past the end": container({"x": ENTRY}, b"1234"),
    "bytes left over": container({"x": ENTRY}, b"8" * 9),
    "gap": container({"x": ENTRY, "y": {**ENTRY, "data_offsets": [12, 20]}}, b"8" * 20),
    "overlap": container({"x": ENTRY, "y": {**ENTRY, "data_offsets": [4, 12]}}, b"8" * 12),
    "name twice": container(b'{"x":%s,"x":%s}' % ((json.dumps(ENTRY).encode(),) * 2), b"8" * 8),
    "metadata is a list": container({"__metadata__": []}),
    "metadata of numbers": container({"__metadata__": {"a": 1}}),
    "very deep json": container(b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused(name):
    with pytest.raises(ValueError):
        st.load(io.BytesIO(HOSTILE[name]))


STRUCTURES = {
    "not json": "{",
    "tensor that is not there": '{"tensor":"y"}',
    "unknown kind": '{"code":"import os"}',
    "two kinds": '{"list":[],"tuple":[]}',
    "bare list": "[1]",
    "not pairs": '{"dict":[1]}',
    "unhashable key": '{"dict":[[{"list":[]},1]]}',
    "unknown dtype": '{"dtype":"OutOfMemoryError"}',
    "bad bytes": '{"bytes":"zz"}',
    "complex of one": '{"complex":["a"]}',
    "bad device": '{"device":"moon"}',
    "view as complex of an odd shape": '{"tensor":"x","complex":true}',
    "very deep": '{"list":[' * 5000 + "]}" * 5000,
    "view past the end": '{"tensor":"x","view":["float32",[4],[1],0]}',
    "view before the start": '{"tensor":"x","view":["float32",[1],[1],-1]}',
    "view of a negative stride": '{"tensor":"x","view":["float32",[2],[-1],1]}',
    "view whose sizes overflow": '{"tensor":"x","view":["float32",[4611686018427387904,4],[0,0],0]}',
    "view of three": '{"tensor":"x","view":["float32",[1],[1]]}',
    "view of an unknown dtype": '{"tensor":"x","view":["ops",[1],[1],0]}',
    "view of text": '{"tensor":"x","view":["float32",["1"],[1],0]}',
    "strides with gaps": '{"tensor":"x","stride":[1000000000000]}',
    "strides that repeat": '{"tensor":"x","stride":[0]}',
    "too many strides": '{"tensor":"x","stride":[1,1]}',
    "again before it comes": '{"list":[{"again":0},{"tensor":"x"}]}',
    "again of a negative": '{"list":[{"tensor":"x"},{"again":-1}]}',
    "again of text": '{"list":[{"tensor":"x"},{"again":"0"}]}',
    "meta of two": '{"meta":["float32",[1]]}',
    "meta whose sizes overflow": '{"meta":["float32",[4611686018427387904,4],[1,1]]}',
}


@pytest.mark.parametrize("name", STRUCTURES)
def test_hostile_structures_are_refused(name):
    entry = {"dtype": "F32", "shape": [3], "data_offsets": [0, 12]}
    header = {"__metadata__": {"vibetensor.structure": STRUCTURES[name]}, "x": entry}
    with pytest.raises((ValueError, RuntimeError)):
        st.load(io.BytesIO(container(header, b"8" * 12)))


def test_an_odd_place_in_the_file_is_read_right():
    header = {
        "a": {"dtype": "U8", "shape": [1], "data_offsets": [0, 1]},
        "b": {"dtype": "F64", "shape": [2], "data_offsets": [1, 17]},
        "c": {"dtype": "BOOL", "shape": [3], "data_offsets": [17, 20]},
    }
    loaded = st.load(io.BytesIO(container(header, b"\x07" + struct.pack("<2d", 1.5, -2.5) + b"\x00\x01\x01")))
    assert loaded["a"].tolist() == [7] and loaded["b"].tolist() == [1.5, -2.5] and loaded["b"].data_ptr() % 8 == 0
    assert loaded["c"].tolist() == [False, True, True] and int(loaded["c"].sum()) == 2


def test_truncated_files_are_refused():
    file = io.BytesIO()
    st.save({"a": vt.arange(10), "b": [vt.ones(3)]}, file)
    whole = file.getvalue()
    for cut in range(0, len(whole), 7):
        with pytest.raises(ValueError):
            st.load(io.BytesIO(whole[:cut]))


def test_a_defaultdict_stays_one():
    file = io.BytesIO()
    st.save({"made": defaultdict(list, a=[1]), "nothing": defaultdict(None, b=2)}, file)
    file.seek(0)
    loaded = st.load(file)
    assert (
        type(loaded["made"]) is defaultdict and loaded["made"].default_factory is list and loaded["made"] == {"a": [1]}
    )
    assert loaded["nothing"].default_factory is None
    with pytest.raises(NotImplementedError, match="defaultdict of"):
        st.save(defaultdict(lambda: 1), io.BytesIO())


def test_torch_load_reads_safetensors_too(tmp_path):
    st.save({"a": vt.ones(2), "step": 3}, tmp_path / "m.safetensors")
    loaded = vt.load(tmp_path / "m.safetensors", map_location="cpu")
    assert loaded["step"] == 3 and loaded["a"].tolist() == [1.0, 1.0]
