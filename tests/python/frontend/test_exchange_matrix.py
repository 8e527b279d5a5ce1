"""Arrays to and from NumPy and PyTorch: each dtype, layout and way, with values, shared memory and lifetime checked."""

from __future__ import annotations

import gc

import numpy as np
import pytest
import torch
import vibetensor.torch as vt

NUMBERS = ["bool", "uint8", "int8", "int16", "int32", "int64", "uint16", "uint32", "uint64"]
NUMBERS += ["float16", "float32", "float64", "complex64", "complex128"]
BY_TORCH_ALONE = ["bfloat16", "float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz", "float8_e8m0fnu"]

# From a (4, 6) array whose elements lie one after the other.
LAYOUTS = {
    "contiguous": lambda a: a,
    "transposed": lambda a: a.T,
    "every other": lambda a: a[::2, 1::2],
    "one column": lambda a: a[:, 2],
    "0-dim": lambda a: a[1, 3, ...],
    "no elements": lambda a: a[:, 3:3],
    "no rows": lambda a: a[4:],
    "one element": lambda a: a[2:3, 5:6],
}


def values(dtype: str) -> np.ndarray:
    numbers = np.arange(24).reshape(4, 6)
    return numbers % 2 == 1 if dtype == "bool" else numbers.astype(dtype)


def repeated(a):
    return np.broadcast_to(a[:1], (3, 6)) if isinstance(a, np.ndarray) else a[:1].expand(3, 6)


def bits(t):
    """Values that compare: PyTorch's float8 and ours have no equality of their own."""
    return t.view(
        {1: "uint8", 2: "int16"}[t.element_size()]
        if isinstance(t, np.ndarray)
        else getattr(torch if isinstance(t, torch.Tensor) else vt, {1: "uint8", 2: "int16"}[t.element_size()])
    )


def steps(t) -> list[int]:
    """The strides that are ever taken."""
    return [stride for stride, size in zip(t.stride(), t.shape, strict=True) if size > 1]


def shares(a, b) -> bool:
    address = lambda t: t.__array_interface__["data"][0] if isinstance(t, np.ndarray) else t.data_ptr()  # noqa: E731
    return address(a) == address(b)


FROM_NUMPY = {
    "from_numpy": vt.from_numpy,
    "from_dlpack": vt.from_dlpack,
    "as_tensor": vt.as_tensor,
    "asarray": vt.asarray,
}
TO_NUMPY = {
    "numpy()": lambda t: t.numpy(),
    "np.asarray": np.asarray,
    "np.from_dlpack": np.from_dlpack,
    "__array__": lambda t: t.__array__(),
}


@pytest.mark.parametrize("dtype", NUMBERS)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("way", FROM_NUMPY)
def test_numpy_to_ours(dtype, layout, way):
    array = LAYOUTS[layout](values(dtype))
    if not isinstance(array, np.ndarray):
        pytest.skip("NumPy makes a number of it")
    tensor = FROM_NUMPY[way](array)
    assert str(tensor.dtype) == f"torch.{dtype}" and tuple(tensor.shape) == array.shape
    assert tensor.tolist() == array.tolist()
    if not array.size:
        return
    assert shares(tensor, array)
    array[...] = 1
    assert np.array(tensor.tolist()).all()
    before = array.copy()
    del array
    gc.collect()
    assert tensor.tolist() == before.tolist()


@pytest.mark.parametrize("dtype", NUMBERS)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("way", TO_NUMPY)
def test_ours_to_numpy(dtype, layout, way):
    tensor = LAYOUTS[layout](vt.tensor(values(dtype)))
    array = TO_NUMPY[way](tensor)
    assert array.dtype == dtype and array.shape == tuple(tensor.shape) and array.tolist() == tensor.tolist()
    if not tensor.numel():
        return
    assert shares(tensor, array) and array.flags.writeable
    array[...] = 1
    assert np.array(tensor.tolist()).all()
    before = tensor.tolist()
    del tensor
    gc.collect()
    assert array.tolist() == before


@pytest.mark.parametrize("dtype", NUMBERS + BY_TORCH_ALONE)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_torch_both_ways(dtype, layout):
    source = torch.from_numpy(values("float32" if dtype in BY_TORCH_ALONE else dtype)).to(getattr(torch, dtype))
    theirs = LAYOUTS[layout](source)
    mine = vt.from_dlpack(theirs)
    assert str(mine.dtype) == f"torch.{dtype}" and tuple(mine.shape) == tuple(theirs.shape)
    back = torch.from_dlpack(mine)
    assert back.dtype == theirs.dtype and back.shape == theirs.shape
    if theirs.numel():
        assert steps(mine) == steps(theirs) == steps(back) and shares(mine, theirs) and shares(back, theirs)
    if dtype in BY_TORCH_ALONE:
        assert bits(mine).tolist() == bits(theirs).tolist() == bits(back).tolist()
    else:
        assert mine.tolist() == theirs.tolist() == back.tolist()
    expected = back.clone()
    del source, theirs, mine
    gc.collect()
    assert (bits(back) == bits(expected)).all() if dtype in BY_TORCH_ALONE else torch.equal(back, expected)


@pytest.mark.parametrize("dtype", NUMBERS)
def test_elements_that_repeat(dtype):
    theirs = repeated(torch.from_numpy(values(dtype)))
    mine = vt.from_dlpack(theirs)
    assert mine.stride() == (0, 1) and mine.tolist() == theirs.tolist() and shares(mine, theirs)
    array = repeated(values(dtype))  # NumPy's is read-only
    for tensor in (vt.from_numpy(array), vt.from_dlpack(array)):
        assert tensor.stride() == (0, 1) and tensor.tolist() == array.tolist()
        with pytest.raises(RuntimeError, match="read-only"):
            tensor.zero_()


@pytest.mark.parametrize("dtype", NUMBERS)
@pytest.mark.parametrize("way", FROM_NUMPY)
def test_read_only_arrays_stay_read_only(dtype, way):
    array = values(dtype)
    array.flags.writeable = False
    tensor = FROM_NUMPY[way](array)
    for view in (tensor, tensor[1:], tensor.t(), tensor.detach(), tensor.view(-1)):
        with pytest.raises(RuntimeError, match="read-only"):
            view.zero_()
    for back in TO_NUMPY.values():
        assert not back(tensor).flags.writeable
    assert not np.any(tensor.clone().zero_().tolist()) and tensor.tolist() == array.tolist()


def test_array_takes_a_dtype_and_says_whether_it_copies():
    tensor = vt.arange(4.0)
    assert tensor.__array__("float32").base is not None and shares(tensor.__array__("float32", copy=False), tensor)
    assert tensor.__array__("int64").dtype == "int64" and not shares(np.array(tensor, copy=True), tensor)
    assert not shares(tensor.__array__(copy=True), tensor) and shares(np.array(tensor, copy=False), tensor)
    with pytest.raises(ValueError, match="Unable to avoid copy"):
        np.array(tensor, dtype="int64", copy=False)


def test_no_tensor_is_left_over():
    from vibetensor import _C

    gc.collect()
    live = _C.live_counters()
    for _ in range(100):
        t = vt.ones(3)
        np.from_dlpack(t), torch.from_dlpack(t), vt.from_dlpack(torch.ones(2)), np.asarray(t)
    del t
    gc.collect()
    assert _C.live_counters() == live


@pytest.mark.parametrize("dtype", [*NUMBERS, "bfloat16", "float8_e4m3fn", "float8_e5m2"])
@pytest.mark.parametrize("shape", [(4, 6), (), (0, 3), (5,)])
def test_jax_both_ways(dtype, shape):
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    theirs = jax.numpy.ones(shape, dtype)
    mine = vt.from_dlpack(theirs)
    assert str(mine.dtype) == f"torch.{dtype}" and tuple(mine.shape) == shape
    back = jax.numpy.from_dlpack(mine)
    assert back.dtype == theirs.dtype and back.shape == shape and bool((back == theirs).all())
    if mine.numel():
        assert mine.data_ptr() == theirs.unsafe_buffer_pointer() == back.unsafe_buffer_pointer()
    del theirs, mine
    gc.collect()
    assert bool((back == jax.numpy.ones(shape, dtype)).all())


ml_dtypes = pytest.mark.parametrize(
    "dtype", ["bfloat16", "float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz", "float8_e8m0fnu"]
)


@ml_dtypes
@pytest.mark.parametrize("layout", LAYOUTS)
def test_dtypes_of_ml_dtypes(dtype, layout):
    package = pytest.importorskip("ml_dtypes")
    array = LAYOUTS[layout](np.arange(24.0).reshape(4, 6).astype(getattr(package, dtype)))
    if not isinstance(array, np.ndarray):
        pytest.skip("NumPy makes a number of it")
    tensor = vt.from_numpy(array)
    assert str(tensor.dtype) == f"torch.{dtype}" and tuple(tensor.shape) == array.shape
    np.testing.assert_array_equal(tensor.to(vt.float32).numpy(), array.astype("float32"))
    back = tensor.numpy()
    assert back.dtype == array.dtype
    np.testing.assert_array_equal(back.astype("float32"), array.astype("float32"))
    if array.size:
        assert shares(tensor, array) and shares(back, array)


@ml_dtypes
def test_without_ml_dtypes_the_reason_is_given(dtype, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "ml_dtypes", None)
    with pytest.raises(TypeError, match=r"unsupported ScalarType.*ml_dtypes"):
        vt.zeros(2, dtype=vt.float32).to(getattr(vt, dtype)).numpy()
