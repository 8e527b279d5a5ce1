"""PyTorch's own samples of its layers (module_db): outputs, gradients, repr and state dicts are equal here."""

import sys
import types
import unittest

import pytest
import torch
import vibetensor.torch as vt
from compare import ours_of, same
from vibetensor.torch.nn.modules import _refused_layers

# PyTorch's samples import a package of its own test suite, of which they use nothing but this name
sys.modules.setdefault("expecttest", types.ModuleType("expecttest")).TestCase = unittest.TestCase
from torch.testing._internal.common_modules import module_db  # noqa: E402


def ours(value):
    """The same argument on our side."""
    if isinstance(value, torch.Tensor):
        return ours_of(value.detach()).requires_grad_(value.requires_grad)
    if isinstance(value, torch.dtype | torch.memory_format):
        return getattr(vt, str(value).removeprefix("torch."))
    if isinstance(value, torch.device):
        return vt.device(str(value))
    if isinstance(value, dict):
        return {k: ours(v) for k, v in value.items()}
    if isinstance(value, list | tuple) and type(value) in (list, tuple):
        return type(value)(ours(v) for v in value)
    if type(value).__module__.startswith("torch.nn.modules"):
        made = getattr(vt.nn, type(value).__name__)()
        made.__dict__.update({k: v for k, v in value.__dict__.items() if k in made.__dict__ and not k.startswith("_")})
        return made
    if callable(value):
        return getattr(vt.nn.functional, value.__name__, value)
    return value


def tensors_in(value):
    if isinstance(value, torch.Tensor | vt.Tensor):
        return [value]
    if isinstance(value, dict):
        return [t for v in value.values() for t in tensors_in(v)]
    if isinstance(value, list | tuple):
        return [t for v in value for t in tensors_in(v)]
    return []


# arguments that are not there, and layers made of a layer that has weights of its own
ABSENT = {"LinearCrossEntropyOptions", "TransformerEncoderLayer"}


def can_be_made(sample):
    given = [*sample.constructor_input.args, *sample.constructor_input.kwargs.values()]
    return not any(type(value).__name__ in ABSENT for value in given)


def public_name(info):
    return info.module_cls.__name__


INFOS = [
    info
    for info in module_db
    if hasattr(torch.nn, public_name(info))
    and hasattr(vt.nn, public_name(info))
    and not issubclass(getattr(vt.nn, public_name(info)), _refused_layers.RefusedLayer)
    and public_name(info) != "TransformerEncoder"
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("info", INFOS, ids=public_name)
def test_samples(info, training):
    dtype = torch.float64 if torch.float64 in info.dtypes else info.dtypes[0]
    samples = info.module_inputs_func(info, device="cpu", dtype=dtype, requires_grad=True, training=training)
    cls = getattr(vt.nn, public_name(info))
    compared = 0
    for sample in filter(can_be_made, samples):
        made, given = sample.constructor_input, sample.forward_input
        torch.manual_seed(5)
        theirs = info.module_cls(*made.args, **made.kwargs).to(dtype)
        vt.manual_seed(5)
        mine = cls(*ours(tuple(made.args)), **ours(dict(made.kwargs))).to(ours(dtype))
        assert repr(mine) == repr(theirs), sample.desc
        theirs.train(training)
        mine.train(training)
        if given is None:
            compared += 1
            continue
        args, kwargs = ours(tuple(given.args)), ours(dict(given.kwargs))
        if not any(torch.nn.parameter.is_lazy(p) for p in theirs.parameters()):
            mine.load_state_dict({k: ours_of(v) for k, v in theirs.state_dict().items()})
        torch.manual_seed(6)
        wanted = tensors_in(theirs(*given.args, **given.kwargs))
        vt.manual_seed(6)
        found = tensors_in(mine(*args, **kwargs))
        assert len(found) == len(wanted)
        for f, w in zip(found, wanted, strict=True):
            same(f, w, sample.desc, rtol=1e-7, atol=1e-8)
            compared += 1
        if not any(w.requires_grad for w in wanted):
            continue
        sum(w.double().square().sum() for w in wanted if w.requires_grad).backward()
        sum(f.double().square().sum() for f in found if f.requires_grad).backward()
        leaves = [*tensors_in(args), *tensors_in(kwargs), *mine.parameters()]
        their_leaves = [*tensors_in(tuple(given.args)), *tensors_in(dict(given.kwargs)), *theirs.parameters()]
        for f, w in zip(leaves, their_leaves, strict=True):
            if not w.is_leaf:
                continue
            if w.grad is None:
                assert f.grad is None or not f.grad.any()
            else:
                same(f.grad, w.grad, f"{sample.desc}: gradient", rtol=1e-6, atol=1e-7)
                compared += 1
    assert compared


def test_most_layers_are_compared():
    assert len(INFOS) >= 60
