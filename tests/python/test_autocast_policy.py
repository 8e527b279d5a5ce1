"""The autocast column against PyTorch: on the CPU by what its ops do with the sample rows, on CUDA by its list."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import torch as reference
import vibetensor.torch as vt
from compare import dtype_name
from op_checks import Arguments, flatten, our_function, reference_function, seed_both
from samples import Call, Sample, all_samples
from vibetensor import _C

REGISTRY = {row["name"]: row for row in _C.registry() if "functional" in row["tags"]}
PUBLIC = {name.partition(".")[0] for name, row in REGISTRY.items() if row["places"] and name[0] != "_"}
SAMPLES = [s for s in all_samples() if "float32" in s.dtypes and s.op in PUBLIC]


# What PyTorch makes of ops that have policies of their own, or of others than ours does.
OTHER_PARTS = {
    "einsum": "which of its products are matrix products",
    "lstm": "in PyTorch another kernel, with dtypes of its own, where oneDNN takes the call",
    "pad": "an op per mode, of which some go to float32",
    "mse_loss": "a weight is multiplied in Python",
    "l1_loss": "a weight is multiplied in Python",
    "varlen_attention": "in PyTorch a function over an op that takes 16-bit numbers only; ours goes as attention does",
}


def result_dtypes(t: Any, function: Any, arguments: tuple[list[Any], dict[str, Any]], autocast: bool) -> Any:
    """The dtypes of the results on the CPU, or that it raised."""
    args, kwargs = arguments
    seed_both()
    try:
        with t.autocast("cpu", dtype=t.bfloat16, enabled=autocast):
            results = flatten(function(*args, **kwargs))
    except (RuntimeError, TypeError, ValueError, IndexError, NotImplementedError):
        return "raises"
    return [dtype_name(r) for r in results if isinstance(r, (reference.Tensor, vt.Tensor))]


def mixed(arguments: Arguments) -> None:
    """Makes every second floating-point tensor float16."""
    count = 0

    def half(value: Any) -> Any:
        nonlocal count
        if isinstance(value, (list, tuple)):
            return type(value)(half(v) for v in value)
        if not isinstance(value, (reference.Tensor, vt.Tensor)) or not value.is_floating_point():
            return value
        count += 1
        return value.half() if count % 2 else value

    for side in ("theirs", "ours"):
        count = 0
        args, kwargs = getattr(arguments, side)
        setattr(arguments, side, ([half(a) for a in args], {k: half(v) for k, v in kwargs.items()}))


def differences(sample: Sample) -> tuple[int, list[str]]:
    """How many calls were compared, and those whose results have other dtypes than PyTorch's."""
    compared, different = 0, []
    for call in sample.calls:
        for dtype in ("float32", "bfloat16", None):

            def dtypes(autocast: bool, call: Call = call, dtype: str | None = dtype) -> tuple[Any, Any]:
                arguments = Arguments(call, dtype or "float32")
                if dtype is None:
                    mixed(arguments)
                expected = result_dtypes(reference, reference_function(sample), arguments.theirs, autocast)
                return result_dtypes(vt, our_function(sample), arguments.ours, autocast), expected

            without_autocast, wanted = dtypes(False)
            found, expected = dtypes(True)
            if expected == "raises" or without_autocast != wanted:
                continue  # it is not autocast that tells them apart
            compared += 1
            if found != expected:
                different.append(f"({call}) of {dtype or 'mixed dtypes'}: {found}, not {expected}")
    return compared, different


REGULAR = [s for s in SAMPLES if s.op not in OTHER_PARTS]


@pytest.mark.parametrize("sample", REGULAR, ids=[f"{s.op}-{i}" for i, s in enumerate(REGULAR)])
def test_on_the_cpu_as_pytorch_does(sample: Sample) -> None:
    compared, different = differences(sample)
    assert compared > 0 and different == []


@pytest.mark.parametrize("op", OTHER_PARTS)
def test_an_exception_is_one(op: str) -> None:
    assert any(differences(sample)[1] for sample in SAMPLES if sample.op == op)


LISTS = {
    "AT_FORALL_LOWER_PRECISION_FP": "lower",
    "AT_FORALL_FP32": "float32",
    "AT_FORALL_FP32_SET_OPT_DTYPE": "float32",
    "AT_FORALL_PROMOTE": "promote",
}


def cuda_lists() -> dict[str, str]:
    """PyTorch's policies by op, out of the header that its kernels are registered from."""
    header = (Path(reference.__file__).parent / "include" / "ATen" / "autocast_mode.h").read_text()
    policies = {"binary_cross_entropy": "refuse"}  # banned in the source, not in the header
    for macro, policy in LISTS.items():
        body = re.search(rf"#define {macro}\(_\)((?:.*\\\n)+.*\n)", header)
        assert body, macro
        for name, overload in re.findall(r"_\((\w+)(?:, (\w+))?\)", body[1]):
            policies[f"{name}.{overload}" if overload else name] = policy
    return policies


def test_on_cuda_as_pytorchs_list_says():
    theirs = cuda_lists()
    ours = {name: row["autocast"]["cuda"] for name, row in REGISTRY.items()}
    shared = {name: policy for name, policy in theirs.items() if name in ours}
    assert len(shared) > 50
    assert {name: ours[name] for name in shared} == shared
    # An op that PyTorch's list does not have goes as its parts there do.
    added = {name for name, policy in ours.items() if policy != "none" and name not in theirs}
    assert added - OTHER_PARTS.keys() == set()
