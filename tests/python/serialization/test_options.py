"""What save and load can be told: where storages go, byte orders, mapping, pickle modules; and what a killed save leaves."""

import copy
import io
import mmap
import os
import pickle
import signal
import struct
import subprocess
import sys
import textwrap
import zipfile
from types import SimpleNamespace

import pytest
import torch
import vibetensor.torch as vt
from vibetensor import _C
from vibetensor.torch._serialization import files

from serialization.contents import SAFE, same_content


def written(m, value, **options):
    file = io.BytesIO()
    m.save(value, file, **options)
    file.seek(0)
    return file


MAPS = [
    "cpu",
    b"cpu",
    vt.device("cpu"),
    {"cuda:0": "cpu"},
    {},
    lambda s, where: s,
    lambda s, where: None,
    lambda s, where: s.cpu(),
]


@pytest.mark.parametrize("where", MAPS, ids=str)
def test_map_location(where):
    for file in (written(torch, torch.ones(2)), written(vt, vt.ones(2), _use_new_zipfile_serialization=False)):
        assert vt.load(file, map_location=where).tolist() == [1.0, 1.0]


@pytest.mark.parametrize("form", [{}, {"_use_new_zipfile_serialization": False}], ids=["zip", "legacy"])
def test_map_location_is_asked_once_for_each_storage(form):
    asked = []
    content = {"a": vt.arange(4.0), "b": vt.arange(3, dtype=vt.int8)}
    content["view"] = content["a"][1:]
    vt.load(
        written(vt, content, **form), map_location=lambda s, where: asked.append((s.nbytes(), where, s.device.type))
    )
    assert asked == [(16, "cpu", "cpu"), (3, "cpu", "cpu")]
    replaced = vt.load(written(vt, content), map_location=lambda s, where: s.clone().fill_(0))
    assert replaced["view"].tolist() == [0.0, 0.0, 0.0]
    shapes = vt.load(written(vt, content, **form), map_location="meta")
    assert shapes["view"].is_meta and shapes["view"].shape == (3,) and shapes["view"].storage_offset() == 1
    for wrong in (lambda s, where: 3, 5, 2.5):
        with pytest.raises(TypeError):
            vt.load(written(vt, content), map_location=wrong)


def on_gpu(number):
    """A file whose tensors were on a GPU."""
    file = written(torch, {"a": torch.arange(4.0)})
    out = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            there = f"X\x06\0\0\0cuda:{number}".encode()
            new.writestr(name, data.replace(b"X\x03\0\0\0cpu", there) if name.endswith("data.pkl") else data)
    return io.BytesIO(out.getvalue())


def test_files_of_a_gpu():
    for where in ("cpu", vt.device("cpu"), {"cuda:3": "cpu"}, lambda s, saved_on: s if saved_on == "cuda:3" else None):
        assert vt.load(on_gpu(3), map_location=where)["a"].tolist() == [0.0, 1.0, 2.0, 3.0]
    if not vt.cuda.is_available():
        with pytest.raises(RuntimeError, match=r"Attempting to deserialize object on a CUDA device but .*map_location"):
            vt.load(on_gpu(0))
    with pytest.raises(RuntimeError, match="CUDA device"):
        vt.load(on_gpu(7))


def test_register_package():
    from vibetensor.torch._serialization import location

    before = list(location.registry)
    moved = []

    def restore(storage, where):
        if where.startswith("moon"):
            moved.append(where)
            return storage
        return None

    with pytest.raises(RuntimeError, match=r"don't know how to restore.*moon"):
        vt.load(written(vt, vt.ones(2)), map_location="moon:1")
    vt.serialization.register_package(5, lambda storage: "moon:1" if storage.nbytes() == 12 else None, restore)
    try:
        assert vt.serialization.location_tag(vt.ones(3).untyped_storage()) == "moon:1"
        assert vt.serialization.location_tag(vt.ones(2).untyped_storage()) == "cpu"
        file = written(vt, [vt.ones(3), vt.ones(2)])
        assert b"moon:1" in file.getvalue()
        assert [t.tolist() for t in vt.load(file)] == [[1.0] * 3, [1.0] * 2] and moved == ["moon:1"]
    finally:
        location.registry[:] = before
    storage = vt.ones(2).untyped_storage()
    assert vt.serialization.default_restore_location(storage, "cpu") is storage


def swapped(m, content):
    """The bytes of a file of a machine of the other byte order."""
    file = written(m, content)
    out = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.endswith("byteorder"):
                data = b"big"
            elif "/data/" in name:
                width = {"0": 4, "1": 8, "2": 4, "3": 1, "4": 2}[name.rpartition("/")[2]]
                data = b"".join(data[i : i + width][::-1] for i in range(0, len(data), width))
            new.writestr(name, data)
    return out.getvalue()


def orders(m):
    return [
        m.arange(5.0),
        m.arange(3),
        m.tensor([1 + 2j, 3 - 4j]),
        m.tensor([True, False]),
        m.ones(3, dtype=m.bfloat16),
    ]


def test_files_of_the_other_byte_order():
    data = swapped(torch, orders(torch))
    same_content(orders(vt), vt.load(io.BytesIO(data)))
    same_content(torch.load(io.BytesIO(data)), vt.load(io.BytesIO(data)))
    without = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(without, "w") as new:
        for name in old.namelist():
            if not name.endswith("byteorder"):
                new.writestr(name, old.read(name))
    order = vt.serialization.LoadEndianness
    assert vt.serialization.get_default_load_endianness() is None
    try:
        vt.serialization.set_default_load_endianness(order.BIG)
        same_content(orders(vt), vt.load(io.BytesIO(without.getvalue())))
        for little in (order.LITTLE, order.NATIVE, None):
            vt.serialization.set_default_load_endianness(little)
            assert vt.load(io.BytesIO(without.getvalue()))[1].tolist() == [n << 56 for n in range(3)]
        with pytest.raises(TypeError):
            vt.serialization.set_default_load_endianness("big")
    finally:
        vt.serialization.set_default_load_endianness(None)


def test_old_files_of_the_other_byte_order():
    data = written(torch, {"a": torch.arange(3)}, _use_new_zipfile_serialization=False).getvalue()
    data = data.replace(b"little_endianq\x02\x88", b"little_endianq\x02\x89")
    assert vt.load(io.BytesIO(data))["a"].tolist() == [n << 56 for n in range(3)]


def test_files_without_checksums_and_with_wrong_ones():
    torch.serialization.set_crc32_options(False)
    try:
        file = written(torch, {"a": torch.arange(4.0)})
    finally:
        torch.serialization.set_crc32_options(True)
    assert vt.load(file)["a"].tolist() == [0.0, 1.0, 2.0, 3.0]
    data = written(vt, {"a": vt.arange(4.0)}).getvalue()
    at = data.index(struct.pack("<4f", 0, 1, 2, 3))
    with pytest.raises(RuntimeError, match="checksum"):
        vt.load(io.BytesIO(data[:at] + b"\1" + data[at + 1 :]))
    assert vt.serialization.get_crc32_options()
    vt.serialization.set_crc32_options(True)
    with pytest.raises(NotImplementedError, match="checksums"):
        vt.serialization.set_crc32_options(False)


def test_a_mapped_file(tmp_path):
    path = tmp_path / "c.pt"
    vt.save({"a": vt.arange(4.0), "empty": vt.zeros(0)}, path)
    loaded = vt.load(path, mmap=True)
    loaded["a"].fill_(7.0)
    assert vt.load(path)["a"].tolist() == [0.0, 1.0, 2.0, 3.0]  # private: the file is as it was
    with vt.serialization.set_default_mmap_options(mmap.MAP_SHARED):
        assert vt.serialization.get_default_mmap_options() == mmap.MAP_SHARED
        vt.load(path, mmap=True)["a"][1] = 9.0
    assert vt.serialization.get_default_mmap_options() == mmap.MAP_PRIVATE
    assert vt.load(path, mmap=True)["a"].tolist() == [0.0, 9.0, 2.0, 3.0]
    kept = vt.load(path, mmap=True)["a"]
    vt.save({"a": vt.zeros(4)}, path)  # a new file in its place: what is mapped stays
    assert kept.tolist() == [0.0, 9.0, 2.0, 3.0]
    with pytest.raises(ValueError, match="file path"):
        vt.load(io.BytesIO(path.read_bytes()), mmap=True)
    vt.save([1], path, _use_new_zipfile_serialization=False)
    with pytest.raises(RuntimeError, match="mmap can only be used"):
        vt.load(path, mmap=True)
    with pytest.raises(ValueError):
        vt.serialization.set_default_mmap_options(7)


def test_a_mapped_file_is_not_read(tmp_path):
    vt.save({"a": vt.zeros(50_000_000, dtype=vt.uint8)}, tmp_path / "c.pt")
    code = """
        import sys, resource
        import vibetensor.torch as vt
        vt.load(sys.argv[1], mmap=True)
        def pages():
            return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize()
        before = pages()
        loaded = vt.load(sys.argv[1], mmap=True)
        print(pages() - before, loaded["a"].numel())
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), tmp_path / "c.pt"], capture_output=True, text=True, check=True
    )
    grown, size = map(int, done.stdout.split())
    assert size == 50_000_000 and grown < 5_000_000


def test_storages_are_written_and_read_without_a_copy(tmp_path):
    code = """
        import sys, resource
        import vibetensor.torch as vt
        def peak():
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        value = {"a": vt.ones(100_000_000, dtype=vt.uint8)}
        vt.save({"a": vt.ones(3)}, sys.argv[1])
        vt.load(sys.argv[1])
        start = peak()
        vt.save(value, sys.argv[1])
        saved = peak()
        del value
        loaded = vt.load(sys.argv[1])
        print(saved - start, peak() - saved, int(loaded["a"][-1]))
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), tmp_path / "c.pt"], capture_output=True, text=True, check=True
    )
    saving, loading, last = map(int, done.stdout.split())
    assert last == 1 and saving < 30_000_000 and loading < 30_000_000


class Module:
    """A pickle module whose pickler is written in Python, and counts."""

    pickled = 0
    dumps, loads, Unpickler = staticmethod(pickle.dumps), staticmethod(pickle.loads), pickle.Unpickler

    class Pickler(pickle._Pickler):
        def dump(self, obj):
            Module.pickled += 1
            super().dump(obj)


@pytest.mark.parametrize("form", [{}, {"_use_new_zipfile_serialization": False}], ids=["zip", "legacy"])
def test_pickle_modules(form):
    content = SAFE["a checkpoint"](vt)
    before = Module.pickled
    same_content(content, vt.load(written(vt, content, pickle_module=Module, **form)))
    assert Module.pickled == before + 1
    same_content(content, vt.load(written(vt, content, pickle_module=pickle, **form), pickle_module=pickle))


def test_errors_of_arguments(tmp_path):
    with pytest.raises(AttributeError, match="write"):
        vt.save([1], 3)
    with pytest.raises(AttributeError, match="read"):
        vt.load(None)
    with pytest.raises(FileNotFoundError):
        vt.load(tmp_path / "none.pt")
    with pytest.raises(EOFError):
        vt.load(io.BytesIO())
    with pytest.raises(TypeError):
        vt.load(written(vt, [1]), nonsense=3)
    with pytest.raises(NotImplementedError, match="skip_data"):
        vt.serialization.skip_data()
    for weights_only in (False, True):
        loaded = vt.load(written(torch, torch.ones(2).to_sparse()), weights_only=weights_only)
        assert loaded.layout == vt.sparse_coo and loaded.to_dense().tolist() == [1.0, 1.0]
    quantized = torch.quantize_per_tensor(torch.ones(2), 1.0, 0, torch.qint8)
    with pytest.raises(pickle.UnpicklingError, match="quantized"):
        vt.load(written(torch, quantized))
    with pytest.raises(NotImplementedError, match=r"torch\.jit"):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as out:
            out.writestr("m/data.pkl", b"")
            out.writestr("m/constants.pkl", b"")
        vt.load(io.BytesIO(file.getvalue()))


def test_a_name_that_is_nowhere_is_said():
    file = written(torch, torch.nn.Linear, pickle_protocol=2)
    with zipfile.ZipFile(file) as archive:
        pickled = archive.read("archive/data.pkl").replace(b"Linear", b"Linaer")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as new:
        new.writestr("archive/data.pkl", pickled)
    with pytest.raises(NotImplementedError, match=r"torch\.nn\.modules\.linear\.Linaer.*neither here nor in PyTorch"):
        vt.load(io.BytesIO(out.getvalue()), weights_only=False)


def test_storages():
    tensor = vt.arange(6, dtype=vt.int16)
    storage = tensor[2:].untyped_storage()
    assert storage is tensor.untyped_storage() and storage.nbytes() == len(storage) == 12 and storage[2] == 1
    assert storage.data_ptr() == tensor.data_ptr() and storage.device.type == "cpu" and not storage.is_cuda
    storage[2] = 5
    assert tensor[1] == 5 and storage.tolist() == list(tensor.numpy().tobytes())
    clone = storage.clone()
    storage.fill_(0)
    assert tensor.tolist() == [0] * 6 and clone[2] == 5 and storage.copy_(clone)[2] == 5
    assert (
        storage.cpu() is storage
        and storage.to("meta").device.type == "meta"
        and copy.deepcopy(storage).tolist() == storage.tolist()
    )
    typed = tensor.storage()
    assert (
        typed.dtype == vt.int16 and typed.size() == len(typed) == 6 and typed[1] == 5 and list(typed) == tensor.tolist()
    )
    typed[0] = 3
    assert tensor[0] == 3 and isinstance(typed, vt.ShortStorage) and not isinstance(typed, vt.FloatStorage)
    assert isinstance(typed, vt.TypedStorage) and typed.untyped() is storage and typed.nbytes() == 12
    assert vt.is_storage(typed) and vt.is_storage(storage) and not vt.is_storage(tensor)
    assert vt.UntypedStorage(4).nbytes() == 4 and vt.UntypedStorage(4, device="meta").device.type == "meta"
    assert repr(storage) == repr(torch.arange(6, dtype=torch.int16).untyped_storage()).rpartition("\n")[2]
    assert vt.serialization.storage_to_tensor_type(typed) is vt.ShortTensor


class KilledFile:
    """An AtomicFile whose process dies at the call of that number."""

    calls = 0

    def __init__(self, path):
        self.count()
        self.file = _C.AtomicFile(path)

    def count(self):
        KilledFile.calls -= 1
        if KilledFile.calls == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def write(self, data):
        self.count()
        return self.file.write(data)

    def __enter__(self):
        return self

    def __exit__(self, kind, *rest):
        self.count()
        if kind is None:
            self.file.commit()
        self.count()


def saved_by_a_child(value, path, calls):
    """How a process ends that saves and is killed at that call."""
    child = os.fork()
    if child == 0:
        try:
            KilledFile.calls = calls
            files._C = SimpleNamespace(AtomicFile=KilledFile)
            vt.save(value, path)
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_a_save_killed_between_any_two_calls_leaves_the_old_file_or_the_new_one(tmp_path):
    """System calls that fail are interop/atomic_file's own test."""
    path = tmp_path / "c.pt"
    old, new = ({"x": vt.full((1000,), value), "y": vt.ones(10)} for value in (1.0, 2.0))
    seen, status, step = set(), None, 0
    while status != 0:
        step += 1
        vt.save(old, path)
        status = saved_by_a_child(new, path, step)
        assert status in (0, -signal.SIGKILL)
        loaded = vt.load(path)
        assert loaded["x"].unique().tolist() in ([1.0], [2.0]) and loaded["y"].tolist() == [1.0] * 10
        seen.add(loaded["x"][0].item())
        assert os.listdir(tmp_path) == ["c.pt"]
    assert seen == {1.0, 2.0} and step > 15


def test_sizes_of_64_bits(monkeypatch, tmp_path):
    from vibetensor.torch._serialization import archive

    monkeypatch.setattr(archive, "LARGE", 10)
    content = SAFE["a checkpoint"](vt)
    vt.save(content, tmp_path / "c.pt")
    with zipfile.ZipFile(tmp_path / "c.pt") as file:
        assert file.testzip() is None
    for load in (vt.load, torch.load):
        for options in ({}, {"mmap": True}):
            same_content(content, load(tmp_path / "c.pt", **options))


@pytest.mark.skipif("VT_LARGE_FILES" not in os.environ, reason="writes 4.4 GB; VT_LARGE_FILES=1 asks for it")
def test_more_than_four_gigabytes(tmp_path):
    path, at = tmp_path / "c.pt", 4_300_000_000
    for save, m in ((vt.save, vt), (torch.save, torch)):
        large = m.zeros(4_400_000_000, dtype=m.uint8)
        large[at] = 7
        save({"large": large, "after": m.arange(7.0)}, path)
        del large
        for load in (vt.load, torch.load):
            for options in ({}, {"mmap": True}):
                loaded = load(path, **options)
                assert int(loaded["large"][at]) == 7 and loaded["after"].tolist() == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
                del loaded
