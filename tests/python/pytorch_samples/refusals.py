"""What PyTorch's samples say must be refused: op_db's and module_db's error inputs, ours beside PyTorch's types."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import torch
import vibetensor.torch as vt
from torch.testing._internal.common_modules import ModuleErrorEnum

from pytorch_samples import layers, ops
from pytorch_samples.across import Across
from pytorch_samples.verdict import Wrong, failed

# where ours differs, and why
KNOWN = {
    **dict.fromkeys(
        ["ops.cat", "ops.gather", "ops.kthvalue", "ops.masked_select", "ops.take"],
        "an out= that is read too, or is wider than the result, gets the right values",
    ),
    **dict.fromkeys(["ops.complex", "ops.multinomial"], "an out= of a dtype that holds the result gets it"),
    **dict.fromkeys(
        ["ops.linspace", "ops.linspace.tensor_overload", "ops.logspace", "ops.logspace.tensor_overload"],
        "ends are numbers here, of which a tensor with dims is none: TypeError",
    ),
    **dict.fromkeys(["ops.empty_permuted", "ops.narrow_copy"], "IndexError for a dim that is not there, as elsewhere"),
    **dict.fromkeys(["ops.aminmax", "ops.amax", "ops.amin"], "there are no tensors of more than 64 dims"),
    **dict.fromkeys(["ops.jiterator_binary", "ops.jiterator_binary_return_by_ref"], "is not there"),
    "ops.gradient": "its inputs are on meta, and are not carried over",
    "ops.__rdiv__": "an int has no reciprocal: PyTorch's AttributeError",
    "layers.LinearCrossEntropyLoss": "a target of more dims is named as such",
}

# PyTorch's list says that these are refused, on all devices, and PyTorch takes them on the CPU
ACCEPTED_BY_PYTORCH = {
    *(f"ops.{name}" for name in ("add", "mul", "sub", "true_divide", "floor_divide", "median", "T", "where")),
    *(f"ops.div.{way}" for way in ("no_rounding_mode", "trunc_rounding", "floor_rounding")),
    *(f"ops.__{name}__" for name in ("rmod", "rpow", "rsub")),
}


def infos() -> dict[str, Any]:
    """What has error inputs, by name: "ops.add", "layers.RNNCell"."""
    of_ops = {f"ops.{name}": info for name, info in ops.infos().items() if info.error_inputs_func is not None}
    of_layers = {f"layers.{name}": info for name, info in layers.infos().items() if info.module_error_inputs_func}
    return {**of_ops, **of_layers}


def error_of(call: Callable[[], Any]) -> Exception | None:
    """What a call raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            call()
        except Exception as error:
            return error
    return None


def calls_of_op(info: Any) -> Iterator[tuple[str, Callable[[], Any], Callable[[], Any]]]:
    """For each error input: what it is, our call of it and PyTorch's."""
    for error in info.error_inputs("cpu"):
        sample, across = error.sample_input, Across()
        given = (sample.input, tuple(sample.args), dict(sample.kwargs))
        ours, theirs = across.ours(given), across.theirs(given)
        yield (
            sample.summary(),
            lambda ours=ours, across=across: ops.seeded_call(vt, across.function(info.op), ours),
            lambda theirs=theirs: ops.seeded_call(torch, info.op, theirs),
        )


def calls_of_layer(name: str) -> Iterator[tuple[str, Callable[[], Any], Callable[[], Any]]]:
    info = layers.infos()[name]
    for training in (True, False):
        for error in info.module_error_inputs_func(
            info, device="cpu", dtype=torch.float64, requires_grad=False, training=training
        ):
            made, given = error.module_error_input.constructor_input, error.module_error_input.forward_input
            runs = error.error_on is ModuleErrorEnum.FORWARD_ERROR

            def run(
                cls: Any, side: Callable[[Any], Any], made: Any = made, given: Any = given, runs: bool = runs
            ) -> Any:
                module = cls(*side(tuple(made.args)), **side(dict(made.kwargs)))
                return module(*side(tuple(given.args)), **side(dict(given.kwargs))) if runs else module

            across = Across()
            yield (
                f"{made.args} {made.kwargs}",
                lambda run=run, across=across: run(getattr(vt.nn, name), across.ours),
                lambda run=run, across=across: run(info.module_cls, across.theirs),
            )


def check_refusal(ours: Exception | None, theirs: Exception) -> None:
    """Raises Wrong unless ours is of the type of PyTorch's, or of a narrower one."""
    wanted = type(theirs).__name__.lstrip("_")
    if ours is None:
        raise Wrong("refusal", f"nothing is refused, expected {wanted}: {str(theirs).splitlines()[0][:80]}")
    if wanted not in [t.__name__.lstrip("_") for t in type(ours).__mro__]:
        raise Wrong("refusal", f"{type(ours).__name__}: {str(ours)[:60]}, expected {wanted}: {str(theirs)[:60]}")


def run_refusals(name: str) -> dict[str, Any]:
    """As `ops.run_op`: of the error inputs of an op or a layer, those that PyTorch refuses on the CPU."""
    kind, _, short = name.partition(".")
    calls = calls_of_op(infos()[name]) if kind == "ops" else calls_of_layer(short)
    result: dict[str, Any] = {"samples": 0, "compared": 0}
    for described, ours, theirs in calls:
        result["samples"] += 1
        found, wanted = error_of(ours), error_of(theirs)
        if wanted is None:
            continue
        try:
            check_refusal(found, wanted)
            result["compared"] += 1
        except Wrong as wrong:
            failed(result, wrong, described)
    return result
