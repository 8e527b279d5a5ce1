"""Layers over spatial dims beside PyTorch's: pooling, and the norms of channels in training and evaluation."""

import pytest
import torch
import vibetensor.torch as vt
from compare import copy_weights, ours_of, same

POOLS = [
    ("MaxPool1d", (2,), {}, (2, 3, 9)),
    ("MaxPool2d", (3, 2), {"padding": 1, "return_indices": True}, (2, 3, 8, 7)),
    ("MaxPool3d", (2,), {"ceil_mode": True}, (1, 2, 5, 5, 5)),
    ("AvgPool1d", (3,), {"stride": 2, "count_include_pad": False, "padding": 1}, (2, 3, 9)),
    ("AvgPool2d", ((3, 2),), {"divisor_override": 5}, (2, 3, 8, 7)),
    ("AvgPool3d", (2,), {}, (1, 2, 4, 5, 6)),
    ("AdaptiveAvgPool1d", (4,), {}, (2, 3, 9)),
    ("AdaptiveAvgPool2d", ((None, 3),), {}, (2, 3, 8, 7)),
    ("AdaptiveAvgPool3d", (2,), {}, (2, 3, 4, 5, 6)),
    ("AdaptiveMaxPool1d", (4,), {"return_indices": True}, (3, 9)),
    ("AdaptiveMaxPool2d", ((5, None),), {}, (2, 3, 8, 7)),
    ("AdaptiveMaxPool3d", ((1, 2, 3),), {}, (2, 3, 4, 5, 6)),
    ("LPPool1d", (2, 3), {}, (2, 3, 9)),
    ("LPPool2d", (2, 3), {"stride": 2}, (2, 3, 8, 7)),
    ("LPPool3d", (2, 2), {}, (2, 3, 4, 4, 4)),
    ("LocalResponseNorm", (3,), {"alpha": 0.1}, (2, 5, 4, 4)),
]


@pytest.mark.parametrize("name, arguments, options, shape", POOLS, ids=[p[0] for p in POOLS])
def test_pool(name, arguments, options, shape):
    theirs, ours = (getattr(t.nn, name)(*arguments, **options) for t in (torch, vt))
    assert repr(ours) == repr(theirs)
    x = torch.randn(shape, requires_grad=True)
    x_ours = ours_of(x)
    out, out_ours = theirs(x), ours(x_ours)
    assert same(out_ours, out)
    first, first_ours = (out[0], out_ours[0]) if isinstance(out, tuple) else (out, out_ours)
    first.square().sum().backward()
    first_ours.square().sum().backward()
    assert same(x_ours.grad, x.grad)


@pytest.mark.parametrize("dims", [1, 2, 3])
def test_max_pool_and_back(dims):
    x = torch.randn(2, 3, *(8, 6, 4)[:dims])
    sides = []
    for t, value in ((torch, x), (vt, ours_of(x))):
        pool = getattr(t.nn, f"MaxPool{dims}d")(2, stride=2, return_indices=True)
        unpool = getattr(t.nn, f"MaxUnpool{dims}d")(2, stride=2)
        out, indices = pool(value)
        sides.append((unpool(out, indices, output_size=value.size()), unpool(out, indices), repr(unpool)))
        with pytest.raises(ValueError, match="invalid output_size"):
            unpool(out, indices, output_size=(50,) * dims)
    assert same(sides[1], sides[0])


def test_ties_nan_and_infinities_of_max_pool():
    nan, inf = float("nan"), float("inf")
    x = torch.tensor([[[1.0, 1.0, nan, 0.0, -inf, -inf, 2.0, nan]]], requires_grad=True)
    x_ours = ours_of(x)
    out, out_ours = (t.nn.functional.max_pool1d(v, 2, return_indices=True) for t, v in ((torch, x), (vt, x_ours)))
    assert same(out_ours, out)
    out[0].sum().backward()
    out_ours[0].sum().backward()
    assert same(x_ours.grad, x.grad)


BAD_POOLS = {
    "padding": lambda t: t.nn.functional.max_pool2d(t.ones(1, 1, 4, 4), 2, padding=2),
    "negative padding": lambda t: t.nn.functional.avg_pool2d(t.ones(1, 1, 4, 4), 2, padding=-1),
    "too small": lambda t: t.nn.functional.max_pool2d(t.ones(1, 1, 2, 2), 3),
    "no kernel": lambda t: t.nn.functional.avg_pool2d(t.ones(1, 1, 4, 4), 0),
    "no stride": lambda t: t.nn.functional.max_pool2d(t.ones(1, 1, 4, 4), 2, stride=0),
    "rank": lambda t: t.nn.functional.max_pool2d(t.ones(4, 4), 2),
    "empty": lambda t: t.nn.functional.max_pool2d(t.ones(1, 1, 0, 4), 2),
    "list": lambda t: t.nn.functional.max_pool2d(t.ones(1, 1, 4, 4), (2, 2, 2)),
    "divisor": lambda t: t.nn.functional.avg_pool2d(t.ones(1, 1, 4, 4), 2, divisor_override=0),
    "adaptive": lambda t: t.nn.functional.adaptive_avg_pool2d(t.ones(1, 1, 4, 4), (-2, 1)),
    "integers": lambda t: t.nn.functional.adaptive_avg_pool2d(t.ones(1, 1, 4, 4, dtype=t.int32), 2),
    "one value": lambda t: t.nn.BatchNorm1d(3)(t.ones(1, 3)),
    "batch norm rank": lambda t: t.nn.BatchNorm2d(3)(t.ones(1, 3)),
    "batch norm channels": lambda t: t.nn.BatchNorm2d(3)(t.ones(2, 4, 2, 2)),
    "groups": lambda t: t.nn.GroupNorm(3, 4),
    "group norm channels": lambda t: t.nn.functional.group_norm(t.ones(2, 4, 3), 3),
    "instance": lambda t: t.nn.InstanceNorm1d(3)(t.ones(2, 3, 1)),
}


@pytest.mark.parametrize("what", BAD_POOLS)
def test_refused(what):
    kinds = []
    for t in (torch, vt):
        with pytest.raises(Exception) as error:
            BAD_POOLS[what](t)
        kinds.append(error.type)
    assert kinds[1] is kinds[0]


NORMS = [
    ("BatchNorm1d", (5,), {}, (6, 5)),
    ("BatchNorm1d", (5,), {"momentum": None}, (6, 5, 3)),
    ("BatchNorm2d", (4,), {"affine": False}, (3, 4, 5, 6)),
    ("BatchNorm2d", (4,), {"track_running_stats": False, "eps": 1e-2}, (3, 4, 5, 6)),
    ("BatchNorm3d", (2,), {"momentum": 0.4}, (3, 2, 3, 4, 5)),
    ("InstanceNorm1d", (4,), {"affine": True}, (3, 4, 7)),
    ("InstanceNorm2d", (4,), {"track_running_stats": True}, (3, 4, 5, 6)),
    ("InstanceNorm3d", (4,), {}, (4, 3, 4, 5)),
    ("GroupNorm", (2, 4), {}, (3, 4, 5)),
    ("GroupNorm", (4, 4), {"affine": False}, (3, 4, 5, 2)),
]


@pytest.mark.parametrize("name, arguments, options, shape", NORMS, ids=[f"{n[0]}-{i}" for i, n in enumerate(NORMS)])
def test_norm(name, arguments, options, shape):
    theirs, ours = (getattr(t.nn, name)(*arguments, **options) for t in (torch, vt))
    assert repr(ours) == repr(theirs)
    for p in theirs.parameters():
        p.data.uniform_(0.5, 1.5)
    copy_weights(ours, theirs)
    for step in range(3):
        x = (torch.randn(shape) * 2 + 3).requires_grad_()
        x_ours = ours_of(x)
        weight = torch.randn(shape)
        (theirs(x) * weight).sum().backward()
        (ours(x_ours) * ours_of(weight)).sum().backward()
        assert same(x_ours.grad, x.grad, f"step {step}", rtol=1e-4, atol=1e-5)
    near = {"rtol": 1e-5, "atol": 1e-5}
    assert list(ours.state_dict()) == list(theirs.state_dict())
    for key, value in theirs.state_dict().items():
        assert same(ours.state_dict()[key], value, key, **near)
    for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert same(a.grad, b.grad, rtol=1e-4, atol=1e-4)
    theirs.eval()
    ours.eval()
    x = torch.randn(shape)
    assert same(ours(ours_of(x)), theirs(x), **near)


def test_equal_and_huge_elements():
    """Sums are in double: equal elements have no variance, and large ones a right one."""
    for value in (0.1, 1e30, -3e38):
        x = torch.full((4, 2, 3), value)
        assert same(vt.nn.functional.batch_norm(ours_of(x), None, None, training=True), torch.zeros(4, 2, 3))
    x = torch.randn(64, 3, 7) + 1e4
    expected = torch.nn.functional.batch_norm(x.double(), None, None, training=True).float()
    assert same(vt.nn.functional.batch_norm(ours_of(x), None, None, training=True), expected, rtol=1e-3, atol=1e-3)


def test_mixed_precision():
    x = torch.randn(4, 3, 5).bfloat16()
    theirs, ours = (t.nn.BatchNorm1d(3) for t in (torch, vt))
    assert same(ours(ours_of(x)), theirs(x), rtol=1.6e-2, atol=2e-2)
    assert same(ours.running_var, theirs.running_var, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("function", ["batch_norm", "group_norm", "max_pool2d", "avg_pool2d", "adaptive_avg_pool2d"])
def test_channels_last_stays(function):
    strides = []
    for t in (torch, vt):
        x = t.ones(2, 4, 6, 6).to(memory_format=t.channels_last)
        calls = {
            "batch_norm": lambda x, f=t.nn.functional: f.batch_norm(x, None, None, training=True),
            "group_norm": lambda x, f=t.nn.functional: f.group_norm(x, 2),
            "max_pool2d": lambda x, f=t.nn.functional: f.max_pool2d(x, 2),
            "avg_pool2d": lambda x, f=t.nn.functional: f.avg_pool2d(x, 2),
            "adaptive_avg_pool2d": lambda x, f=t.nn.functional: f.adaptive_avg_pool2d(x, 3),
        }
        strides.append(calls[function](x).stride())
    assert strides[0] == strides[1]


def test_sync_batch_norm_of_one_process():
    model = vt.nn.Sequential(vt.nn.Conv2d(2, 3, 1), vt.nn.BatchNorm2d(3))
    before = dict(model.state_dict())
    converted = vt.nn.SyncBatchNorm.convert_sync_batchnorm(model)
    assert isinstance(converted[1], vt.nn.SyncBatchNorm) and list(converted.state_dict()) == list(before)
    x = vt.randn(2, 2, 3, 3)
    assert converted(x).shape == (2, 3, 3, 3) and int(converted[1].num_batches_tracked) == 1


def test_old_states_have_no_count():
    states = []
    for t in (torch, vt):
        norm = t.nn.BatchNorm1d(2)
        state = norm.state_dict()
        del state["num_batches_tracked"]
        state._metadata[""]["version"] = 1
        t.nn.BatchNorm1d(2).load_state_dict(state)
        states.append(sorted(state))
    assert states[0] == states[1]


def test_a_small_network_learns():
    """Conv, batch norm, pooling and dropout together: the same losses as PyTorch's over ten steps."""
    losses = []
    for t in (torch, vt):
        t.manual_seed(0)
        nn = t.nn
        model = nn.Sequential(
            nn.Conv2d(1, 8, 3, padding=1),
            nn.BatchNorm2d(8),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(8, 16, 3, stride=2),
            nn.GroupNorm(4, 16),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Dropout(0.1),
            nn.Linear(16, 10),
        )
        optimizer = t.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
        x, y = t.randn(16, 1, 14, 14), t.randint(0, 10, (16,))
        seen = []
        for _ in range(10):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
            seen.append(loss.item())
        losses.append(seen)
    assert losses[1][-1] < losses[1][0]
    assert same(losses[1], losses[0], rtol=2e-4, atol=0)
