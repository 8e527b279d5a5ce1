"""torch.masked: reductions and normalizations of what a mask leaves, beside PyTorch's."""

import pytest
import torch
import vibetensor.torch as vt
from compare import as_ours, as_theirs, outcome, same

MASKS = [
    None,
    torch.tensor([[True, False, True], [False, False, False]]),
    torch.tensor([True, True, False]),
    torch.tensor([[1], [0]]),
]
FLOAT = torch.tensor([[1.0, -2.0, 3.5], [0.5, 0.25, -1.0]])
INTEGER = torch.tensor([[3, -2, 7], [1, 5, -4]], dtype=torch.int32)
REDUCTIONS = ["sum", "prod", "amax", "amin", "mean", "logsumexp", "norm", "var", "std"]
OVER = [{"dim": None}, {"dim": 1, "keepdim": True}, {"dim": (0, 1)}]
ALONG = ["cumsum", "cumprod", "softmax", "log_softmax", "softmin", "median"]
CALLS = [
    *((name, options) for name in REDUCTIONS for options in OVER),
    *((name, {"dim": dim}) for name in ("argmax", "argmin") for dim in (None, 0)),
    *((name, {"dim": dim}) for name in ALONG for dim in (0, -1)),
    ("norm", {"ord": float("-inf"), "dim": 1}),
    ("normalize", {"ord": 2.0, "dim": 1}),
    ("var", {"dim": 0, "correction": 0}),
    ("std", {"dim": 1, "unbiased": False}),
    ("sum", {"dim": 1, "dtype": torch.float64}),
    ("sum", {"dim": 2}),
    ("sum", {"dim": (1, -1)}),
]


def run(side, name, x, mask, options):
    if side is vt and "dtype" in options:
        options = {**options, "dtype": vt.float64}
    return getattr(side.masked, name)(x, mask=mask, **options)


@pytest.mark.parametrize(("name", "options"), CALLS, ids=str)
@pytest.mark.parametrize("mask", MASKS, ids=lambda m: "none" if m is None else f"{m.dtype}{list(m.shape)}")
def test_is_pytorchs(name, options, mask):
    compared = 0
    for x in (FLOAT, INTEGER):
        ours = outcome(lambda _, x=x: run(vt, name, as_ours(x), as_ours(mask), options), vt)
        theirs = outcome(lambda _, x=x: run(torch, name, x, mask, options), torch)
        compared += same(ours, theirs, name)
    assert compared == 2


def test_logaddexp_and_gradients():
    for mask in MASKS[1:3]:
        same(
            vt.masked.logaddexp(as_ours(FLOAT), as_ours(-FLOAT), input_mask=as_ours(mask)),
            torch.masked.logaddexp(FLOAT, -FLOAT, input_mask=mask),
        )
        x, y = as_ours(FLOAT).requires_grad_(), FLOAT.clone().requires_grad_()
        vt.masked.var(x, 1, mask=as_ours(mask)).nansum().backward()
        torch.masked.var(y, 1, mask=mask).nansum().backward()
        same(x.grad, y.grad, "gradient")


def test_masks_of_more_dims_are_refused_and_masked_tensors_are_not_there():
    with pytest.raises(IndexError, match="broadcastable mask"):
        vt.masked.sum(vt.ones(2), mask=vt.ones(1, 2, dtype=vt.bool))
    with pytest.raises(AttributeError, match="MaskedTensor is not there yet"):
        _ = vt.masked.MaskedTensor
    assert as_theirs(vt.masked.sum(vt.ones(2))).item() == 2
