"""The samples of module_db: each layer made with the same weights, forward and backward, in training and not."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Iterator
from typing import Any

import torch
import vibetensor.torch as vt
from compare import ours_of, same
from torch.testing._internal.common_modules import module_db

import pytorch_samples  # noqa: F401  before what needs its stand-in
from pytorch_samples.across import Across
from pytorch_samples.verdict import failed, flat


def name_of(info: Any) -> str:
    return info.module_cls.__name__


@functools.cache
def infos() -> dict[str, Any]:
    """What module_db has of PyTorch's public layers, by name."""
    return {name_of(info): info for info in module_db if hasattr(torch.nn, name_of(info))}


def lacks(name: str) -> bool:
    """Whether we have no such layer."""
    return not hasattr(vt.nn, name)


def samples_of(name: str, training: bool) -> Iterator[Any]:
    info = infos()[name]
    dtype = torch.float64 if torch.float64 in info.dtypes else info.dtypes[0]
    for sample in info.module_inputs_func(info, device="cpu", dtype=dtype, requires_grad=True, training=training):
        yield sample, dtype


def run_sample(name: str, sample: Any, dtype: Any, training: bool) -> int:
    """Compare one sample: repr, outputs and gradients; returns how many of them."""
    across = Across()
    made, given = sample.constructor_input, sample.forward_input
    their_options = across.theirs(tuple(made.args)), across.theirs(dict(made.kwargs))
    our_options = across.ours(tuple(made.args)), across.ours(dict(made.kwargs))
    torch.manual_seed(5)
    theirs = infos()[name].module_cls(*their_options[0], **their_options[1]).to(dtype)
    vt.manual_seed(5)
    mine = getattr(vt.nn, name)(*our_options[0], **our_options[1]).to(across.ours(dtype))
    assert repr(mine) == repr(theirs), sample.desc
    theirs.train(training)
    mine.train(training)
    if given is None:
        return 1
    if not any(torch.nn.parameter.is_lazy(p) for p in theirs.parameters()):
        mine.load_state_dict({k: ours_of(v) for k, v in theirs.state_dict().items()})
    args, kwargs = across.ours(tuple(given.args)), across.ours(dict(given.kwargs))
    their_args, their_kwargs = across.theirs(tuple(given.args)), across.theirs(dict(given.kwargs))
    torch.manual_seed(6)
    wanted = tensors_in(theirs(*their_args, **their_kwargs))
    vt.manual_seed(6)
    found = tensors_in(mine(*args, **kwargs))
    assert len(found) == len(wanted)
    compared = 0
    for f, w in zip(found, wanted, strict=True):
        compared += same(f, w, sample.desc, rtol=1e-7, atol=1e-8)
    if not any(w.requires_grad for w in wanted):
        return compared
    sum(w.double().square().sum() for w in wanted if w.requires_grad).backward()
    sum(f.double().square().sum() for f in found if f.requires_grad).backward()
    leaves = [*tensors_in([args, kwargs]), *mine.parameters()]
    their_leaves = [*tensors_in([their_args, their_kwargs]), *theirs.parameters()]
    for f, w in zip(leaves, their_leaves, strict=True):
        if w.grad is None:
            assert f.grad is None or not f.grad.any(), f"{sample.desc}: a gradient, expected none"
        else:
            compared += same(f.grad, w.grad, f"{sample.desc}: gradient", rtol=1e-6, atol=1e-7)
    return compared


def tensors_in(value: Any) -> list[Any]:
    return [t for t in flat(value) if isinstance(t, torch.Tensor | vt.Tensor)]


def run_layer(name: str) -> dict[str, Any]:
    """As `ops.run_op`."""
    if lacks(name):
        return {"samples": 0, "compared": 0, "failed": 1, "kind": "missing", "reason": f"torch.nn.{name}"}
    result: dict[str, Any] = {"samples": 0, "compared": 0}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for training in (True, False):
            for sample, dtype in samples_of(name, training):
                result["samples"] += 1
                try:
                    result["compared"] += run_sample(name, sample, dtype, training)
                except Exception as error:
                    failed(result, error, sample.desc)
    return result
