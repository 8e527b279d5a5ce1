"""torch.utils.dlpack: memory shared both ways, and capsules of others checked field by field."""

from __future__ import annotations

import ctypes
import gc
import weakref

import numpy as np
import pytest
import torch
import vibetensor.torch as vt


def test_memory_is_shared_both_ways():
    theirs = torch.arange(6.0).reshape(2, 3)
    mine = vt.utils.dlpack.from_dlpack(theirs)
    mine[0, 1] = 7.0
    assert theirs[0, 1] == 7.0
    back = torch.utils.dlpack.from_dlpack(vt.utils.dlpack.to_dlpack(mine.t()))
    back[2, 1] = -1.0
    assert theirs[1, 2] == -1.0


DTYPES = "bool uint8 int8 int16 int32 int64 float16 bfloat16 float32 float64 complex64 complex128"


@pytest.mark.parametrize("dtype", DTYPES.split())
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 3), (2, 3)])
def test_every_dtype_and_shape_both_ways(dtype, shape):
    mine = vt.from_dlpack(torch.ones(shape, dtype=getattr(torch, dtype)))
    assert mine.dtype == getattr(vt, dtype) and mine.shape == shape
    theirs = torch.from_dlpack(mine)
    assert theirs.dtype == getattr(torch, dtype) and theirs.shape == shape and theirs.tolist() == mine.tolist()


def test_a_capsule_is_used_once():
    capsule = vt.utils.dlpack.to_dlpack(vt.ones(3))
    assert vt.utils.dlpack.from_dlpack(capsule).tolist() == [1.0, 1.0, 1.0]
    with pytest.raises(RuntimeError, match="only once"):
        vt.utils.dlpack.from_dlpack(capsule)
    with pytest.raises((TypeError, RuntimeError), match="from_dlpack"):
        vt.utils.dlpack.from_dlpack(object())


class DLTensor(ctypes.Structure):
    _fields_ = [
        ("data", ctypes.c_void_p),
        ("device_type", ctypes.c_int32),
        ("device_id", ctypes.c_int32),
        ("ndim", ctypes.c_int32),
        ("code", ctypes.c_uint8),
        ("bits", ctypes.c_uint8),
        ("lanes", ctypes.c_uint16),
        ("shape", ctypes.POINTER(ctypes.c_int64)),
        ("strides", ctypes.POINTER(ctypes.c_int64)),
        ("byte_offset", ctypes.c_uint64),
    ]


DELETER = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


class Managed(ctypes.Structure):
    _fields_ = [("tensor", DLTensor), ("context", ctypes.c_void_p), ("deleter", DELETER)]


class Versioned(ctypes.Structure):
    _fields_ = [
        ("major", ctypes.c_uint32),
        ("minor", ctypes.c_uint32),
        ("context", ctypes.c_void_p),
        ("deleter", DELETER),
        ("flags", ctypes.c_uint64),
        ("tensor", DLTensor),
    ]


CAPSULE_DESTRUCTOR = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
api = ctypes.pythonapi
api.PyCapsule_New.restype = ctypes.py_object
api.PyCapsule_New.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
api.PyCapsule_IsValid.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
api.PyCapsule_GetPointer.restype = ctypes.c_void_p
api.PyCapsule_GetPointer.argtypes = [ctypes.py_object, ctypes.c_char_p]


KEPT = []  # functions that C calls outlive what calls them


class Producer:
    """A library of arrays that exports twelve floats, with some fields other than they should be."""

    def __init__(
        self, versioned=False, name=None, version=(1, 0), flags=0, deleter=True, shape=(3, 4), strides=None, **fields
    ):
        self.memory = (ctypes.c_float * 12)(*range(12))
        self.deleted = 0
        self.name = name or (b"dltensor_versioned" if versioned else b"dltensor")
        self.shape = None if shape is None else (ctypes.c_int64 * max(1, len(shape)))(*shape)
        self.strides = None if strides is None else (ctypes.c_int64 * len(strides))(*strides)
        known = {"data": ctypes.addressof(self.memory), "device_type": 1, "ndim": 2 if shape is None else len(shape), "code": 2,
                 "bits": 32, "lanes": 1, "byte_offset": 0, "device_id": 0}  # fmt: skip
        tensor = DLTensor(**{**known, **fields})
        for name_, values in (("shape", self.shape), ("strides", self.strides)):
            if values is not None:
                setattr(tensor, name_, ctypes.cast(values, ctypes.POINTER(ctypes.c_int64)))
        self.deleter = DELETER(self.delete) if deleter else DELETER(0)
        if versioned:
            self.managed = Versioned(*version, None, self.deleter, flags, tensor)
        else:
            self.managed = Managed(tensor, None, self.deleter)

        @CAPSULE_DESTRUCTOR
        def destructor(capsule):
            if api.PyCapsule_IsValid(capsule, self.name) and deleter:
                self.deleter(ctypes.addressof(self.managed))

        self.destructor = destructor
        KEPT.append(self)

    def delete(self, managed):
        assert managed == ctypes.addressof(self.managed)
        self.deleted += 1

    def capsule(self):
        return api.PyCapsule_New(
            ctypes.addressof(self.managed), self.name, ctypes.cast(self.destructor, ctypes.c_void_p)
        )

    def take(self):
        capsule = self.capsule()  # a destructor written in Python does not run well while an error is on its way
        return vt.from_dlpack(capsule)


BOTH = pytest.mark.parametrize("versioned", [False, True], ids=["first protocol", "versioned"])

GOOD = {
    "as it is": ({}, [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]),
    "strides": ({"shape": (2, 3), "strides": (1, 4)}, [[0, 4, 8], [1, 5, 9]]),
    "repeated": ({"shape": (2, 2), "strides": (0, 1)}, [[0, 1], [0, 1]]),
    "a place further on": ({"shape": (2,), "byte_offset": 8}, [2, 3]),
    "a scalar": ({"shape": ()}, 0),
    "a scalar without shape": ({"shape": None, "ndim": 0}, 0),
    "no elements and no data": ({"shape": (0, 3), "data": None}, []),
    "no elements and odd strides": ({"shape": (0, 3), "strides": (-7, 2**62)}, []),
    "one element and an odd stride": ({"shape": (1, 2), "strides": (-(2**62), 1)}, [[0, 1]]),
    "no deleter": ({"deleter": False, "shape": (1,)}, [0]),
    "pinned memory": ({"device_type": 3, "shape": (1,)}, [0]),
}


@BOTH
@pytest.mark.parametrize("name", GOOD)
def test_what_the_specification_allows(versioned, name):
    options, expected = GOOD[name]
    producer = Producer(versioned, **options)
    tensor = producer.take()
    assert tensor.tolist() == expected
    gc.collect()
    assert producer.deleted == 0
    del tensor
    gc.collect()
    assert producer.deleted == options.get("deleter", True)


BAD = {
    "no shape": {"shape": None},
    "negative ndim": {"ndim": -1},
    "too many dims": {"shape": (1,) * 65},
    "ndim of 2^31 - 1": {"ndim": 2**31 - 1},
    "negative size": {"shape": (-1, 3)},
    "sizes overflow": {"shape": (2**62, 4)},
    "bytes overflow": {"shape": (2**61,)},
    "strides overflow": {"shape": (3, 4), "strides": (2**62, 2**62)},
    "negative stride": {"shape": (3,), "strides": (-1,)},
    "no data": {"data": None},
    "no data at an offset": {"data": None, "byte_offset": 64},
    "offset past the end of all memory": {"byte_offset": 2**64 - 4},
    "extent past the end of all memory": {"data": 2**64 - 16},
    "misaligned offset": {"byte_offset": 1, "shape": (2,)},
    "misaligned data": {"data": 4097, "shape": (2,)},
    "misaligned doubles": {"bits": 64, "data": 4100, "shape": (2,)},
    "misaligned complex": {"code": 5, "bits": 128, "data": 4100, "shape": (2,)},
    "complex between": {"code": 5, "bits": 128, "data": 4104, "shape": (2,)},
    "no device": {"device_type": 0},
    "a device of others": {"device_type": 8},
    "a device type of 2^31 - 1": {"device_type": 2**31 - 1},
    "a negative device": {"device_id": -1},
    "no lanes": {"lanes": 0},
    "four lanes": {"lanes": 4},
    "an unknown code": {"code": 17},
    "opaque": {"code": 3, "bits": 64},
    "no bits": {"bits": 0},
    "floats of 8 bits": {"bits": 8},
    "bits of 4": {"code": 0, "bits": 4},
    "a bool of 32 bits": {"code": 6},
}


@BOTH
@pytest.mark.parametrize("name", BAD)
def test_what_is_refused_stays_the_producers(versioned, name):
    producer = Producer(versioned, **BAD[name])
    capsule = producer.capsule()
    with pytest.raises(BufferError, match="DLPack"):
        vt.from_dlpack(capsule)
    assert producer.deleted == 0
    assert api.PyCapsule_GetPointer(capsule, producer.name) == ctypes.addressof(producer.managed)
    del capsule
    gc.collect()
    assert producer.deleted == 1


@pytest.mark.parametrize("device", [0, 1, 127, 128, 300, 2**31 - 1])
def test_a_gpu_that_is_not_there(device):
    if vt.cuda.is_available() and device < vt.cuda.device_count():
        pytest.skip("it is there")
    with pytest.raises((BufferError, RuntimeError), match=r"CUDA|cuda"):
        Producer(device_type=2, device_id=device).take()


@pytest.mark.parametrize("version", [(0, 8), (2, 0), (2**32 - 1, 0)])
def test_another_major_version_is_not_looked_into(version):
    producer = Producer(True, version=version, data=None, ndim=-1)
    with pytest.raises(BufferError, match="expected major version 1"):
        producer.take()


def test_a_newer_minor_version_is_read():
    assert Producer(True, version=(1, 99), flags=1 << 40).take()[2, 3] == 11.0


WRITES = {
    "fill_": lambda t: t.fill_(0),
    "item": lambda t: t.__setitem__(0, 1.0),
    "copy_": lambda t: t.copy_(vt.zeros(3, 4)),
    "add_": lambda t: t.add_(1),
    "out": lambda t: vt.add(t, t, out=t),
    "a view": lambda t: t[1].zero_(),
    "detached": lambda t: t.detach().mul_(2),
    "data": lambda t: t.data.mul_(2),
    "random": lambda t: t.normal_(),
    "numpy": lambda t: t.numpy().__setitem__(0, 1.0),
    "index_put_": lambda t: t.index_put_((vt.tensor([0]),), vt.tensor(1.0)),
    "foreach": lambda t: vt._foreach_add_([t], 1.0),
    "resize_": lambda t: t.resize_(100),
}


@pytest.mark.parametrize("name", WRITES)
def test_read_only_memory_stays_read_only(name):
    if name == "foreach" and not hasattr(vt, "_foreach_add_"):
        pytest.skip("no foreach ops of that name")
    producer = Producer(True, flags=1)
    tensor = producer.take()
    with pytest.raises((RuntimeError, ValueError, BufferError), match="read-only"):
        WRITES[name](tensor)
    assert list(producer.memory) == list(range(12)) and (tensor + 1)[0, 0] == 1.0


def test_read_only_arrays_of_numpy():
    array = np.arange(3.0)
    array.flags.writeable = False
    tensor = vt.from_dlpack(array)
    assert tensor.tolist() == [0.0, 1.0, 2.0]
    with pytest.raises(RuntimeError, match="read-only"):
        tensor.fill_(1.0)
    back = np.from_dlpack(tensor)
    assert not back.flags.writeable and back.tolist() == [0.0, 1.0, 2.0]
    with pytest.raises(BufferError, match="read-only"):
        tensor.__dlpack__()
    assert np.from_dlpack(vt.ones(2)).flags.writeable


def test_what_is_exported():
    tensor = vt.arange(6.0).reshape(2, 3).t()
    capsule = tensor.__dlpack__(max_version=(1, 1))
    managed = Versioned.from_address(api.PyCapsule_GetPointer(capsule, b"dltensor_versioned"))
    t = managed.tensor
    assert (managed.major, managed.minor, managed.flags) == (1, 3, 0)
    assert (t.data, t.ndim, t.code, t.bits, t.lanes, t.byte_offset) == (tensor.data_ptr(), 2, 2, 32, 1, 0)
    assert list(t.shape[:2]) == [3, 2] and list(t.strides[:2]) == [1, 3]
    copied = tensor.__dlpack__(max_version=(1, 0), copy=True)
    managed = Versioned.from_address(api.PyCapsule_GetPointer(copied, b"dltensor_versioned"))
    assert managed.flags == 2 and managed.tensor.data != tensor.data_ptr()
    for old in (tensor.__dlpack__(), tensor.__dlpack__(max_version=(0, 8)), tensor.__dlpack__(max_version=None)):
        assert api.PyCapsule_GetPointer(old, b"dltensor")


def test_exports_that_are_refused():
    tensor = vt.ones(2)
    with pytest.raises(BufferError, match="require gradient"):
        vt.ones(2, requires_grad=True).__dlpack__()
    with pytest.raises(BufferError, match="meta"):
        vt.ones(2, device="meta").__dlpack__()
    with pytest.raises(BufferError, match="meta"):
        vt.ones(2, device="meta").__dlpack_device__()
    with pytest.raises(BufferError, match="type 8"):
        tensor.__dlpack__(dl_device=(8, 0))
    with pytest.raises(BufferError, match="copy=False"):
        tensor.__dlpack__(dl_device=(2, 0), copy=False)
    with pytest.raises(BufferError, match="on no stream"):
        tensor.__dlpack__(stream=1)
    assert tensor.__dlpack__(stream=-1) and tensor.__dlpack__(stream=None)
    for options in ({"dl_device": 1}, {"dl_device": (1,)}, {"dl_device": ("cpu", 0)}, {"max_version": 1},
                    {"max_version": ("1", 0)}, {"copy": 1}, {"stream": "0"}):  # fmt: skip
        with pytest.raises(TypeError):
            tensor.__dlpack__(**options)


def test_an_export_nobody_takes_is_freed():
    owned = (ctypes.c_float * 2)()
    freed = weakref.ref(owned)
    tensor = vt.frombuffer(owned, dtype=vt.float32)
    capsules = [tensor.__dlpack__(), tensor.__dlpack__(max_version=(1, 0))]
    del tensor, owned
    gc.collect()
    assert freed() is not None
    capsules.clear()
    gc.collect()
    assert freed() is None


def test_a_producer_of_the_first_protocol_is_asked_without_a_version():
    class Old:
        asked = 0

        def __dlpack__(self, stream=None):
            self.asked += 1
            return torch.ones(2).__dlpack__()

        def __dlpack_device__(self):
            return (1, 0)

    assert vt.from_dlpack(Old()).tolist() == [1.0, 1.0]
    with pytest.raises(TypeError, match="unexpected keyword"):
        vt.from_dlpack(Old(), copy=True)


def test_device_and_copy_reach_the_producer():
    theirs = torch.zeros(2)
    copied = vt.from_dlpack(theirs, device="cpu", copy=True)
    copied.fill_(1.0)
    assert theirs.tolist() == [0.0, 0.0]
    vt.from_dlpack(theirs, copy=False).fill_(2.0)
    assert theirs.tolist() == [2.0, 2.0]
    with pytest.raises(ValueError, match="capsule"):
        vt.from_dlpack(theirs.__dlpack__(), copy=True)


def test_producers_that_return_something_else():
    class Wrong:
        def __init__(self, capsule):
            self.capsule = capsule

        def __dlpack__(self, **options):
            return self.capsule

    other = Producer(name=b"other").capsule()
    for value, kind in ((None, TypeError), (3, TypeError), (other, RuntimeError)):
        with pytest.raises(kind, match="capsule"):
            vt.from_dlpack(Wrong(value))
    used = Producer(name=b"used_dltensor")
    with pytest.raises(RuntimeError, match="invalid capsule"):
        used.take()


# --- the C table of DLPack 1.3 ---
class Exchange(ctypes.Structure):
    _fields_ = [
        ("major", ctypes.c_uint32),
        ("minor", ctypes.c_uint32),
        ("previous", ctypes.c_void_p),
        ("allocate", ctypes.c_void_p),
        ("from_object", ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.py_object, ctypes.POINTER(ctypes.c_void_p))),
        ("to_object", ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(ctypes.c_void_p))),
        ("look", ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.py_object, ctypes.POINTER(DLTensor))),
        ("stream", ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_int32, ctypes.c_int32, ctypes.POINTER(ctypes.c_void_p))),
    ]


api.PyCapsule_GetPointer.restype = ctypes.c_void_p
api.PyErr_Occurred.restype = ctypes.c_void_p


def exchange_of(kind):
    return Exchange.from_address(api.PyCapsule_GetPointer(kind.__dlpack_c_exchange_api__, b"dlpack_exchange_api"))


def adopted(pointer):
    """The object at an owned reference."""
    value = ctypes.cast(pointer, ctypes.py_object).value
    ctypes.pythonapi.Py_DecRef(ctypes.py_object(value))
    return value


def test_the_table_is_where_consumers_look_for_it():
    table = exchange_of(vt.Tensor)
    assert (table.major, table.minor, table.previous) == (1, 3, None)
    assert table.allocate and table.from_object and table.to_object and table.look and table.stream
    assert exchange_of(vt.nn.Parameter).major == 1


def test_the_table_looks_at_a_tensor_in_place():
    tensor, seen = vt.arange(6.0).reshape(2, 3).t(), DLTensor()
    assert exchange_of(vt.Tensor).look(tensor, seen) == 0
    assert (seen.data, seen.ndim, seen.shape[:2], seen.strides[:2]) == (tensor.data_ptr(), 2, [3, 2], [1, 3])
    with pytest.raises(BufferError, match="require gradient"):
        exchange_of(vt.Tensor).look(vt.ones(2, requires_grad=True), seen)
    with pytest.raises(TypeError, match="must be Tensor"):
        exchange_of(vt.Tensor).look(3, seen)


def test_the_table_takes_over_and_gives_away():
    table, out = exchange_of(vt.Tensor), ctypes.c_void_p()
    tensor = vt.arange(3)
    assert table.from_object(tensor, out) == 0
    back = ctypes.c_void_p()
    assert table.to_object(out, back) == 0
    again = adopted(back)
    again[0] = 7
    assert tensor.tolist() == [7, 1, 2] and again.dtype == vt.int64


@pytest.mark.parametrize("name", [*BAD, "another version"])
def test_what_the_table_refuses_is_freed_once(name):
    producer = Producer(True, **BAD.get(name, {"version": (2, 0)}))
    with pytest.raises(BufferError, match="DLPack"):
        exchange_of(vt.Tensor).to_object(ctypes.addressof(producer.managed), ctypes.c_void_p())
    assert producer.deleted == 1


def test_the_table_knows_streams():
    table, out = exchange_of(vt.Tensor), ctypes.c_void_p(1)
    assert table.stream(1, 0, out) == 0 and out.value is None
    with pytest.raises(BufferError, match="devices of type 8"):
        table.stream(8, 0, out)


def test_pytorchs_table_is_used_and_ours_by_pytorch():
    class Watched(torch.Tensor):
        def __dlpack__(self, **options):
            raise AssertionError("the table comes first")

    theirs = torch.arange(4.0).as_subclass(Watched)
    assert vt.from_dlpack(theirs).tolist() == [0.0, 1.0, 2.0, 3.0]
    with pytest.raises(BufferError, match="require gradient"):
        vt.from_dlpack(torch.ones(2, requires_grad=True))


def test_a_table_of_another_version_is_passed_over():
    table = Exchange(9, 0, None)
    api.PyCapsule_New.restype = ctypes.py_object
    capsule = api.PyCapsule_New(ctypes.addressof(table), b"dlpack_exchange_api", None)

    class Newer:
        __dlpack_c_exchange_api__ = capsule

        def __dlpack__(self, **options):
            return torch.ones(2).__dlpack__()

    assert vt.from_dlpack(Newer()).tolist() == [1.0, 1.0]


@pytest.mark.parametrize("version", [(), (1,), (1, 0, 0), [1, 0], 1, "1.0"])
def test_a_version_that_is_none(version):
    with pytest.raises(TypeError) as caught:
        vt.ones(1).__dlpack__(max_version=version)
    assert str(caught.value).endswith(f"'max_version' must be a tuple of 2 ints, (major, minor), not {version!r}")
