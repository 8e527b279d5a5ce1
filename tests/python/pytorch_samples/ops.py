"""The samples of op_db: each op's first twenty, forward and backward, ours beside PyTorch's."""

from __future__ import annotations

import functools
import warnings
from itertools import islice
from typing import Any

import torch
import vibetensor.torch as vt
from torch.testing._internal.common_methods_invocations import op_db
from torch.testing._internal.opinfo.core import DecorateInfo

from pytorch_samples.across import Across
from pytorch_samples.verdict import Wrong, check, failed, flat

SAMPLES = 20
# what they return is not set to anything, in whole or where it grew
UNSET = {
    "empty",
    "empty_like",
    "empty_permuted",
    "empty_strided",
    "new_empty",
    "new_empty_strided",
    "resize_",
    "resize_as_",
}
OTHER_DTYPES = (torch.complex64, torch.int64, torch.bool, torch.float16, torch.bfloat16)

# what they return is determined up to signs and phases, which the sample's own function takes away
UP_TO_SIGNS = {"linalg.eig", "linalg.eigh", "linalg.qr", "linalg.svd", "pca_lowrank", "qr", "svd", "svd_lowrank"}

# what PyTorch's tests make of an input before they look at its gradient: Hermitian or triangular, as the op takes it to be
PROJECTED = {
    "gradcheck_wrapper_hermitian_input",
    "gradcheck_wrapper_triangular_input",
    "gradcheck_wrapper_triangular_input_real_positive_diagonal",
}


def name_of(info: Any) -> str:
    return f"{info.name}.{info.variant_test_name}" if info.variant_test_name else info.name


@functools.cache
def infos() -> dict[str, Any]:
    """What op_db has, by name."""
    return {name_of(info): info for info in op_db}


def dtype_of(info: Any) -> torch.dtype | None:
    """float32, or what the op has instead; None if it has nothing on the CPU."""
    has = info.supported_dtypes("cpu")
    return next((dtype for dtype in (torch.float32, *OTHER_DTYPES) if dtype in has), None)


def samples_of(info: Any, most: int) -> list[Any]:
    dtype = dtype_of(info)
    differentiable = info.supports_autograd and (dtype.is_floating_point or dtype.is_complex)
    return list(islice(info.sample_inputs("cpu", dtype, requires_grad=differentiable), most))


def leaves_of(value: Any) -> list[Any]:
    return [t for t in flat(value) if isinstance(t, torch.Tensor | vt.Tensor) and t.requires_grad]


def run_sample(info: Any, sample: Any, device: str, wide: bool = False) -> int:
    """Compare one sample; returns how many results and gradients there were, 0 if PyTorch itself refuses it."""
    across = Across(device, wide)
    given = (sample.input, tuple(sample.args), dict(sample.kwargs))
    ours = across.ours(given)  # first: ops may write to what they are given
    theirs = across.theirs(given)
    try:
        wanted = seeded_call(torch, info.op, theirs)
    except Exception:
        return 0
    values = info.name not in UNSET
    if device != "cpu" and values:
        values = not is_random(info, theirs, wanted)
    found = seeded_call(vt, across.function(info.op), ours)
    outputs, mine = wanted, found
    if info.supports_autograd:
        outputs = sample.output_process_fn_grad(wanted)
        mine = across.function(sample.output_process_fn_grad)(found)
    count = check(found, wanted, "value", values and info.name not in UP_TO_SIGNS) + check(
        mine, outputs, "value", values
    )
    if not (info.supports_autograd and values and gradients_are_known(info)):
        return count
    if {info.gradcheck_wrapper.__name__, *info.gradcheck_wrapper.__code__.co_names} & PROJECTED:
        op = functools.partial(info.gradcheck_wrapper, info.op)
        outputs = sample.output_process_fn_grad(seeded_call(torch, op, theirs))
        mine = across.function(sample.output_process_fn_grad)(seeded_call(vt, across.function(op), ours))
    return count + run_gradients(across, (mine, leaves_of(ours)), (outputs, leaves_of(theirs)))


def seeded_call(side: Any, op: Any, given: tuple[Any, Any, Any]) -> Any:
    side.manual_seed(7)
    return op(given[0], *given[1], **given[2])


def gradients_are_known(info: Any) -> bool:
    """False where PyTorch's own tests say that its gradient of the op is wrong."""
    return not any(
        isinstance(decorator, DecorateInfo)
        and decorator.is_active("TestBwdGradients", "test_fn_grad", "cpu", torch.float64, {})
        for decorator in info.decorators
        if getattr(decorator, "test_name", None) == "test_fn_grad"
    )


def run_gradients(across: Across, ours: tuple[Any, list[Any]], theirs: tuple[Any, list[Any]]) -> int:
    """Compare the gradients of (results, leaves); returns how many there were."""
    roots, leaves = leaves_of(theirs[0]), theirs[1]
    if not roots or not leaves:
        return 0
    generator = torch.Generator().manual_seed(3)
    seeds = [torch.randn(w.shape, generator=generator, dtype=w.dtype) for w in roots]
    try:
        gradients = torch.autograd.grad(roots, leaves, seeds, allow_unused=True)
    except RuntimeError:
        return 0  # PyTorch has no derivative here
    pairs = zip(flat(ours[0]), flat(theirs[0]), strict=True)
    our_roots = [m for m, w in pairs if isinstance(w, torch.Tensor) and w.requires_grad]
    if not all(m.requires_grad for m in our_roots):
        raise Wrong("gradient", "a result has no gradient")
    our_seeds = [across.ours(seed) for seed in seeds]
    found = vt.autograd.grad(our_roots, ours[1], our_seeds, allow_unused=True)
    for m, w in zip(found, gradients, strict=True):
        if m is None or w is None:  # a gradient that is not there is zero
            present = m if w is None else w
            if present is not None and present.count_nonzero().item():
                raise Wrong("gradient", "none, expected one" if m is None else "one, expected none")
        else:
            check(m, w, "gradient")
    return len(gradients)


def is_random(info: Any, given: Any, first: Any) -> bool:
    """Whether another seed gives another result."""
    torch.manual_seed(8)
    second = info.op(given[0], *given[1], **given[2])
    pairs = zip(flat(first), flat(second), strict=True)
    return any(isinstance(a, torch.Tensor) and not torch.equal(a.nan_to_num(), b.nan_to_num()) for a, b in pairs)


def run_op(name: str, device: str = "cpu", most: int = SAMPLES) -> dict[str, Any]:
    """{"samples", "compared"}, and where something failed {"failed", "kind", "reason", "sample"} of the first."""
    info = infos()[name]
    if dtype_of(info) is None:
        return {"samples": 0, "compared": 0, "failed": 1, "kind": "none", "reason": "PyTorch has it on no CPU"}
    result: dict[str, Any] = {"samples": 0, "compared": 0}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for sample in samples_of(info, most):
            result["samples"] += 1
            try:
                result["compared"] += compared(info, sample, device)
            except Exception as error:
                failed(result, error, sample.summary())
    if not result["compared"] and "failed" not in result:
        result |= {"failed": 1, "kind": "none", "reason": "PyTorch refuses its own samples here"}
    return result


def compared(info: Any, sample: Any, device: str) -> int:
    """`run_sample`; what float32 leaves open is asked of float64."""
    try:
        return run_sample(info, sample, device)
    except Wrong as wrong:
        if not wrong.rounding:
            raise
        if not run_sample(info, sample, device, wide=True):
            raise
        return 1
