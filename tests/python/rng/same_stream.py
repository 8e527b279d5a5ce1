"""Runs one piece of code here and in PyTorch from the same seed and compares bits and what is left of the stream."""

import pytest
import torch as reference
import vibetensor.torch as ours

FLOATING = ["float16", "bfloat16", "float32", "float64"]
INTEGRAL = ["uint8", "int8", "int16", "int32", "int64"]
REAL = ["bool", *INTEGRAL, *FLOATING]
# below, at and above the block of 16 normals, the vector widths, and the 312 pairs of words of one engine refill
SIZES = [0, 1, 2, 3, 7, 15, 16, 17, 31, 32, 33, 100, 511, 512, 513, 625, 1249, 10007]


def dtype(torch, name):
    return getattr(torch, name)


def as_reference(tensor):
    """The tensor as PyTorch's, to compare; strides are kept."""
    return reference.from_dlpack(tensor.detach())


def bits(tensor):
    return tensor.flatten().clone(memory_format=reference.contiguous_format).view(reference.uint8)


def strides_that_matter(tensor):
    return [stride for stride, size in zip(tensor.stride(), tensor.shape) if size > 1]


def assert_same_bits(got, expected):
    got = as_reference(got)
    assert got.dtype == expected.dtype
    assert got.shape == expected.shape
    if got.numel() > 0:
        assert strides_that_matter(got) == strides_that_matter(expected)
    if not reference.equal(bits(got), bits(expected)):
        differs = (got != expected).flatten().nonzero().flatten()
        first = int(differs[0]) if len(differs) else -1
        pytest.fail(
            f"{len(differs)} of {got.numel()} differ, "
            f"first at {first}: {got.flatten()[first]} for {expected.flatten()[first]}"
        )


def assert_same_state(state=None, expected=None):
    state = ours.get_rng_state() if state is None else state
    expected = reference.get_rng_state() if expected is None else expected
    assert bytes(as_reference(state).numpy()) == bytes(expected.numpy())


def run_both(code, seed=1234):
    """`code(torch)` under both, which must agree in its tensors and in the state it leaves."""
    results = []
    for torch in (ours, reference):
        torch.manual_seed(seed)
        result = code(torch)
        results.append(result if isinstance(result, (tuple, list)) else (result,))
    assert len(results[0]) == len(results[1])
    for got, expected in zip(*results):
        assert_same_bits(got, expected)
    assert_same_state()


def assert_same_error(code):
    """`code(torch)` raises the same type under both; under ours with a message that is not empty."""
    with pytest.raises(Exception) as expected:
        code(reference)
    with pytest.raises(Exception) as got:
        code(ours)
    assert got.type is expected.type, f"{got.value!r} for {expected.value!r}"
    assert str(got.value)
