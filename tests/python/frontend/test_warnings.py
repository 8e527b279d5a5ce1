"""What PyTorch warns of, we warn of: the same category, the words that filters look for, at the program's own line."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch as theirs
import vibetensor.torch as ours


def optimizer(t: Any) -> Any:
    return t.optim.SGD([t.ones(1, requires_grad=True)], lr=0.1)


def gradient_of_a_result(t: Any, retained: bool) -> Any:
    y = t.ones(2, requires_grad=True) * 2
    if retained:
        y.retain_grad()
    y.sum().backward()
    return y.grad


def steps_to_an_epoch(t: Any) -> None:
    o = optimizer(t)
    schedule = t.optim.lr_scheduler.StepLR(o, 1)
    o.step()
    schedule.step(3)


def steps_before_the_optimizer(t: Any) -> None:
    o = optimizer(t)
    schedule = t.optim.lr_scheduler.StepLR(o, 1)
    schedule.step()
    o.step()


def rate_outside_a_step(t: Any, schedule: str, *arguments: Any) -> None:
    o = optimizer(t)
    made = getattr(t.optim.lr_scheduler, schedule)(o, *arguments)
    o.step()
    made.step()
    made.get_lr()


def backward_hook_without_inputs(t: Any) -> None:
    layer = t.nn.Linear(2, 2)
    layer.register_full_backward_hook(lambda *given: None)
    layer(t.ones(1, 2)).sum().backward()


def attention_with_masks_of_two_kinds(t: Any) -> None:
    x = t.ones(3, 2, 4)
    forbidden = t.zeros(2, 3, dtype=t.bool)
    t.nn.MultiheadAttention(4, 1)(x, x, x, key_padding_mask=forbidden, attn_mask=t.zeros(3, 3))


def autocast_off(t: Any) -> Any:
    with t.autocast("cuda"):
        return t.is_autocast_enabled("cuda")


# name: program, and the beginning of what is said; None where nothing is
PROGRAMS: dict[str, tuple[Callable[[Any], Any], str | None]] = {
    **{
        f"{loss} of two shapes": (
            lambda t, loss=loss: getattr(t.nn.functional, loss)(t.ones(3, 1), t.ones(3)),
            "Using a target size (torch.Size([3])) that is different to the input size (torch.Size([3, 1])).",
        )
        for loss in ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss")
    },
    "gradient of a result": (lambda t: gradient_of_a_result(t, False), "The .grad attribute of a Tensor that is not a"),
    "retained gradient of a result": (lambda t: gradient_of_a_result(t, True), None),
    "gradient of a leaf": (lambda t: t.ones(2, requires_grad=True).grad, None),
    "schedule before optimizer": (steps_before_the_optimizer, "Detected call of `lr_scheduler.step()` before"),
    "schedule by epoch": (
        steps_to_an_epoch,
        "The epoch parameter in `scheduler.step()` was not necessary",
    ),
    **{
        f"get_lr of {name}": (
            lambda t, name=name, arguments=arguments: rate_outside_a_step(t, name, *arguments),
            "To get the last learning rate computed by the scheduler, please use `get_last_lr()`.",
        )
        for name, arguments in {
            "StepLR": (1,),
            "ExponentialLR": (0.9,),
            "CosineAnnealingLR": (3,),
            "CosineAnnealingWarmRestarts": (3,),
            "LambdaLR": (lambda epoch: 0.5,),
            "OneCycleLR": (0.1, 5),
            "CyclicLR": (0.1, 0.2),
        }.items()
    },
    "size_average": (
        lambda t: t.nn.functional.mse_loss(t.ones(3), t.ones(3), size_average=False),
        "size_average and reduce args will be deprecated, please use reduction='sum' instead.",
    ),
    "reduce": (
        lambda t: t.nn.CrossEntropyLoss(reduce=False),
        "size_average and reduce args will be deprecated, please use reduction='none' instead.",
    ),
    "size_average of a layer": (
        lambda t: t.nn.L1Loss(size_average=True),
        "size_average and reduce args will be deprecated, please use reduction='mean' instead.",
    ),
    "softmax of no dim": (lambda t: t.nn.functional.softmax(t.ones(2, 2)), "Implicit dimension choice for softmax has"),
    "copy of a tensor": (lambda t: t.tensor(t.ones(2)), "To copy construct from a tensor, it is recommended to use"),
    "new_tensor of a tensor": (
        lambda t: t.ones(1).new_tensor(t.ones(2)),
        "To copy construct from a tensor, it is recommended to use",
    ),
    "a tensor of a list of tensors": (lambda t: t.tensor([t.tensor(1.0), t.tensor(2.0)]), None),
    "a tensor of an array": (lambda t: t.tensor(np.ones(2)), None),
    "out of another shape": (
        lambda t: t.add(t.ones(2), t.ones(2), out=t.ones(3)),
        "An output with one or more elements was resized since it had shape [3], which does not match the required "
        "output shape [2]",
    ),
    "out of another shape, structured": (
        lambda t: t.cumsum(t.ones(3), 0, out=t.ones(2)),
        "An output with one or more elements was resized since it had shape [2], which does not match the required "
        "output shape [3]",
    ),
    "empty out": (lambda t: t.add(t.ones(2), t.ones(2), out=t.ones(0)), None),
    "out of the shape": (lambda t: t.add(t.ones(2), t.ones(2), out=t.ones(2)), None),
    "mask of bytes": (
        lambda t: t.ones(3)[t.tensor([1, 0, 1], dtype=t.uint8)],
        "indexing with dtype torch.uint8 is now deprecated, please use a dtype torch.bool instead",
    ),
    "mask": (lambda t: t.ones(3)[t.tensor([True, False, True])], None),
    **{
        f"{f} of one": (
            lambda t, f=f: getattr(t, f)(t.ones(1)),
            f"{f}(): degrees of freedom is <= 0. Correction should be strictly less than",
        )
        for f in ("std", "var", "std_mean", "var_mean")
    },
    "var of rows of one": (lambda t: t.ones(2, 1).var(1), "var(): degrees of freedom is <= 0."),
    "var without correction": (lambda t: t.ones(1).var(correction=0), None),
    "std of two": (lambda t: t.ones(2).std(), None),
    "graph of a gradient": (
        lambda t: (t.ones(1, requires_grad=True) ** 2).sum().backward(create_graph=True),
        "Using backward() with create_graph=True will create a reference cycle between the parameter and its gradient",
    ),
    "backward hook": (backward_hook_without_inputs, "Full backward hook is firing when gradients are computed with"),
    "two kinds of masks": (
        attention_with_masks_of_two_kinds,
        "Support for mismatched key_padding_mask and attn_mask is deprecated. Use same type for both instead.",
    ),
    "old scaler": (lambda t: t.cuda.amp.GradScaler(enabled=False), "`torch.cuda.amp.GradScaler(args...)` is"),
    "old autocast": (lambda t: t.cuda.amp.autocast(enabled=False), "`torch.cuda.amp.autocast(args...)` is"),
    "old draws": (lambda t: t.distributions.Normal(0.0, 1.0).sample_n(2), "`sample_n(n)` will be deprecated."),
    "mean of a divergence": (
        lambda t: t.nn.functional.kl_div(t.zeros(2, 2), t.ones(2, 2)),
        "reduction: 'mean' divides the total loss by both the batch size and the support size.",
    ),
    "meshgrid": (lambda t: t.meshgrid(t.arange(2), t.arange(2)), "torch.meshgrid: in an upcoming release"),
    "a number without gradients": (lambda t: number_of_loss(t), None),
    "two-dim dropout": (lambda t: t.nn.functional.dropout2d(t.ones(2, 2), 0.0), "dropout2d: Received a 2-D input"),
}


def number_of_loss(t: Any) -> float:
    """What LBFGS does with the loss of its closure."""
    with t.no_grad():
        return float(t.ones(1, requires_grad=True))


def said(program: Callable[[Any], Any], t: Any) -> list[warnings.WarningMessage]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        program(t)
    return caught


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_is_said(name: str) -> None:
    program, expected = PROGRAMS[name]
    ours_said, theirs_said = said(program, ours), said(program, theirs)
    assert [w.category for w in ours_said] == [w.category for w in theirs_said]
    assert len(ours_said) == (expected is not None)
    if expected is not None:
        assert str(ours_said[0].message).startswith(expected) and str(theirs_said[0].message).startswith(expected)
        assert ours_said[0].filename == __file__


# Said once by a process, whatever the filters: each in a fork of one that has said nothing.
ONCE = {
    "t.ones(2, 3, 4).T": "The use of `x.T` on tensors of dimension other than 2 to reverse their shape is deprecated",
    "t.ones(2, dtype=t.cfloat).to(t.float)": "Casting complex values to real discards the imaginary part",
    "float(t.ones(1, requires_grad=True))": "Converting a tensor with requires_grad=True to a scalar",
    "[t.set_default_tensor_type(t.FloatTensor) for _ in range(2)]": (
        "torch.set_default_tensor_type() is deprecated as of PyTorch 2.1, please use torch.set_default_dtype()"
    ),
    "int(t.ones(1, requires_grad=True))": None,
    "t.ones(1, requires_grad=True).item()": None,
    "float(t.ones(1))": None,
    "t.ones(2, 3).T": None,
    "t.ones(2, dtype=t.cfloat).to(t.bool)": None,
}
SCRIPT = """
import json, os, sys, warnings
import torch, vibetensor.torch
for source in sys.argv[1:]:
    child = os.fork()
    if child == 0:
        found = []
        for t in (torch, vibetensor.torch):
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                eval(source)
            found.append([(w.category.__name__, str(w.message), w.filename) for w in caught])
        print(json.dumps(found), flush=True)
        os._exit(0)
    if os.waitpid(child, 0)[1] != 0:
        sys.exit(f"{source} failed")
"""


@pytest.fixture(scope="module")
def said_once() -> dict[str, Any]:
    done = subprocess.run([sys.executable, "-c", SCRIPT, *ONCE], capture_output=True, text=True, check=True)
    return {source: json.loads(line) for source, line in zip(ONCE, done.stdout.splitlines())}


@pytest.mark.parametrize("source", ONCE)
def test_what_is_said_once(said_once: dict[str, Any], source: str) -> None:
    of_theirs, of_ours = said_once[source]
    assert [category for category, *_ in of_ours] == [category for category, *_ in of_theirs]
    expected = ONCE[source]
    assert len(of_ours) == (expected is not None)
    if expected is not None:
        assert of_ours[0][1].startswith(expected) and of_theirs[0][1].startswith(expected)
        assert of_ours[0][2] == "<string>"


def test_warnings_as_errors_leave_nothing_behind() -> None:
    x, out = ours.ones(2), ours.ones(3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UserWarning, match="was resized"):
            ours.add(x, x, out=out)
        with pytest.raises(UserWarning, match="degrees of freedom"):
            ours.ones(1).std()
    assert out.tolist() == [1, 1, 1]


def test_autocast_is_off_without_a_gpu() -> None:
    if ours.cuda.is_available():
        pytest.skip("there is a GPU")
    with pytest.warns(UserWarning, match="CUDA is not available"):
        assert not autocast_off(ours)
    with pytest.warns(UserWarning, match="CUDA is not available"):
        assert not autocast_off(theirs)
