"""Runs one piece of code here and in PyTorch from the same seed and compares bits and what is left of the stream."""

import torch as reference
import vibetensor.torch as ours
from compare import outcome, same, same_bits, theirs_of

FLOATING = ["float16", "bfloat16", "float32", "float64"]
INTEGRAL = ["uint8", "int8", "int16", "int32", "int64"]
REAL = ["bool", *INTEGRAL, *FLOATING]
# below, at and above the block of 16 normals, the vector widths, and the 312 pairs of words of one engine refill
SIZES = [0, 1, 2, 3, 7, 15, 16, 17, 31, 32, 33, 100, 511, 512, 513, 625, 1249, 10007]


def dtype(torch, name):
    return getattr(torch, name)


def assert_same_state(state=None, expected=None):
    state = ours.get_rng_state() if state is None else state
    expected = reference.get_rng_state() if expected is None else expected
    assert bytes(theirs_of(state).numpy()) == bytes(expected.numpy())


def run_both(code, seed=1234):
    """`code(torch)` under both, which must agree in its tensors and in the state it leaves."""
    results = []
    for torch in (ours, reference):
        torch.manual_seed(seed)
        result = code(torch)
        results.append(result if isinstance(result, (tuple, list)) else (result,))
    assert len(results[0]) == len(results[1])
    for got, expected in zip(*results):
        same_bits(got, expected)
    assert_same_state()


def assert_same_error(code):
    """`code(torch)` raises the same type under both; under ours with a message that is not empty."""
    expected, got = outcome(code, reference), outcome(code, ours)
    assert isinstance(expected, Exception), f"PyTorch accepts it: {expected!r}"
    same(got, expected)
    assert str(got)
