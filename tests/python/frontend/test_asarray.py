"""Tensors over memory that is there already: asarray, from_file and parts of storages, as in PyTorch."""

import array

import numpy
import pytest
import torch
import vibetensor.torch as vt

OBJECTS = {
    "bytearray": lambda: bytearray(b"abcdefgh"),
    "array": lambda: array.array("f", [1, 2]),
    "memoryview": lambda: memoryview(bytearray(8))[4:],
    "ndarray": lambda: numpy.arange(3),
    "strided": lambda: numpy.arange(6, dtype=numpy.int16).reshape(2, 3).T,
    "list": lambda: [1, 2],
    "float": lambda: 2.5,
}


def outcome(t, make, **options):
    """What asarray makes of an object: dtype, values and whether it wrote through to it; or the error's type."""
    try:
        options = {key: getattr(t, value) if key == "dtype" else value for key, value in options.items()}
        obj = make()
        found = t.asarray(obj, **options)
    except (TypeError, ValueError) as error:
        return type(error)
    values = found.tolist()
    if not isinstance(obj, list | float):
        found.detach().fill_(7)
        first = numpy.asarray(obj).reshape(-1).tobytes()
        return str(found.dtype).split(".")[1], values, first
    return str(found.dtype).split(".")[1], values


@pytest.mark.parametrize("name", OBJECTS)
@pytest.mark.parametrize("dtype", [None, "uint8", "int32"])
@pytest.mark.parametrize("copy", [None, True, False])
def test_asarray_takes_what_pytorch_takes(name, dtype, copy):
    options = {"copy": copy, **({"dtype": dtype} if dtype else {})}
    assert outcome(vt, OBJECTS[name], **options) == outcome(torch, OBJECTS[name], **options)


def test_asarray_of_a_number_of_numpys():
    assert vt.asarray(numpy.float32(3)).dtype == vt.float32 and vt.asarray(numpy.float64(3)).dtype == vt.float64
    assert vt.asarray(numpy.float32(3), dtype=vt.int32).tolist() == 3
    with pytest.raises(ValueError, match="can't alias"):
        vt.asarray(numpy.float32(3), copy=False)


@pytest.mark.parametrize("copy", [None, True])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("requires_grad", [False, True])
@pytest.mark.parametrize("recorded", [False, True])
def test_asarray_of_a_tensor(copy, dtype, requires_grad, recorded):
    def facts(t):
        x = t.ones(2, requires_grad=recorded)
        y = t.asarray(x, copy=copy, dtype=getattr(t, dtype), requires_grad=requires_grad)
        same = y is x if requires_grad or not recorded else None  # PyTorch detaches what it was given in place
        return y.requires_grad, y.is_leaf, same, y.data_ptr() == x.data_ptr(), y.tolist()

    assert facts(vt) == facts(torch)


def test_asarray_refuses_to_copy():
    x = vt.ones(2)
    for options in ({"dtype": vt.float64}, {"device": "meta"}):
        with pytest.raises(ValueError, match="can't alias"):
            vt.asarray(x, copy=False, **options)
    assert vt.asarray(x, copy=False) is x


def test_parts_of_storages_share_its_bytes():
    def seen(t):
        storage = t.arange(10, dtype=t.uint8).untyped_storage()
        part = storage[2:6]
        t.asarray(part, dtype=t.uint8)[0] = 77
        words = t.asarray(part, dtype=t.int16)
        sizes = [len(storage[a:b]) for a, b in ((0, 0), (5, 2), (-3, None), (8, 99))]
        return storage.tolist(), part.tolist(), words.tolist(), part.data_ptr() - storage.data_ptr(), sizes

    assert seen(vt) == seen(torch)
    with pytest.raises(RuntimeError, match="step of 2"):
        vt.ones(3).untyped_storage()[::2]
    part = vt.arange(10, dtype=vt.uint8).untyped_storage()[2:6]
    assert part.clone().tolist() == [2, 3, 4, 5] and len(part.clone()) == 4


def test_files_as_storages_and_tensors(tmp_path):
    path = tmp_path / "numbers"
    path.write_bytes(numpy.arange(6, dtype=numpy.float32).tobytes())

    def seen(t):
        private = t.UntypedStorage.from_file(str(path), False, 8)
        private[0] = 255
        tensor = t.from_file(str(path), size=5, dtype=t.float32)
        tensor[1] = -1
        return private.tolist(), tensor.tolist(), path.read_bytes()

    assert seen(vt) == seen(torch)
    shared = vt.from_file(str(path), shared=True, size=7)
    shared[6] = 3
    assert numpy.fromfile(path, dtype=numpy.float32).tolist() == [0, 1, 2, 3, 4, 5, 3]
    made = vt.from_file(str(tmp_path / "new"), shared=True, size=3, dtype=vt.int16)
    made.copy_(vt.tensor([1, 2, 3]))
    assert (tmp_path / "new").read_bytes() == b"\1\0\2\0\3\0"
    with pytest.raises(RuntimeError, match="28 bytes, fewer than 400"):
        vt.from_file(str(path), size=100)
    with pytest.raises(FileNotFoundError):
        vt.from_file(str(tmp_path / "none"), size=1)


@pytest.mark.parametrize("make", ["as_tensor", "asarray", "from_numpy"])
def test_what_shares_memory_refuses_negative_strides(make):
    for t in (vt, torch):
        with pytest.raises(ValueError, match=r"stride.*negative"):
            getattr(t, make)(numpy.arange(4)[::-1])
    assert vt.tensor(numpy.arange(4)[::-1]).tolist() == [3, 2, 1, 0]


def test_arguments_that_sharing_has_no_use_for():
    for t in (vt, torch):
        with pytest.raises(TypeError, match="requires_grad"):
            t.as_tensor([1.0], requires_grad=True)
        assert t.frombuffer(bytearray(8), dtype=t.float32, requires_grad=True).requires_grad
        with pytest.raises(RuntimeError, match="floating point"):
            t.frombuffer(bytearray(8), dtype=t.int32, requires_grad=True)


def between(count):
    """complex128 numbers in memory that begins 8 bytes past a multiple of 16."""
    bytes_ = numpy.zeros(16 * count + 24, dtype=numpy.uint8)
    begin = (8 - bytes_.ctypes.data) % 16
    return bytes_[begin : begin + 16 * count]


def test_complex_numbers_between_the_places_that_they_are_moved_by():
    bytes_ = between(4)
    numbers = bytes_.view(numpy.complex128)
    for share in (
        lambda: vt.from_numpy(numbers),
        lambda: vt.as_tensor(numbers),
        lambda: vt.frombuffer(memoryview(bytes_), dtype=vt.complex128),
        lambda: vt.from_numpy(bytes_).view(vt.complex128),
        lambda: vt.view_as_complex(vt.from_numpy(bytes_.view(numpy.float64)).view(-1, 2)),
        lambda: vt.asarray(vt.from_numpy(bytes_).untyped_storage(), dtype=vt.complex128),
    ):
        with pytest.raises(ValueError, match="complex128 have to lie at multiples of 16 bytes"):
            share()
    assert vt.tensor(numbers).tolist() == [0, 0, 0, 0]
    assert vt.from_numpy(between(4).view(numpy.complex64)).sum().item() == 0
    assert vt.from_numpy(numbers[:0]).shape == (0,)
