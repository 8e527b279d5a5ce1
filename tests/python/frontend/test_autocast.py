"""autocast and GradScaler."""

import pytest
import torch
import vibetensor.torch as vt
from compare import ours_of, same


def losses(f):
    """Losses and distances of two equal shapes."""
    sign = lambda loss: lambda x, y: loss(x, y, y[:, 0].sign())  # noqa: E731
    names = "l1_loss smooth_l1_loss huber_loss soft_margin_loss hinge_embedding_loss binary_cross_entropy_with_logits"
    return [
        *(getattr(f, name) for name in names.split()),
        *(f.cosine_similarity, f.pairwise_distance, sign(f.cosine_embedding_loss)),
        lambda x, y: f.kl_div(x, y, reduction="sum"),
        lambda x, y: f.margin_ranking_loss(x, x, y),
        lambda x, y: f.triplet_margin_loss(x, x, x),
    ]


def dtypes(t, dtype):
    """The dtypes of results under autocast on the CPU."""
    a, b = t.randn(4, 4), t.randn(4, 4)
    layer = t.nn.Linear(4, 4)
    log = []
    with t.autocast("cpu", dtype=dtype):
        log += [(a @ b).dtype, layer(a).dtype, (a + b).dtype, t.nn.functional.gelu(layer(a)).dtype]
        log += [t.nn.functional.softmax(layer(a), dim=-1).dtype, t.nn.functional.log_softmax(layer(a), dim=-1).dtype]
        log += [t.nn.functional.layer_norm(layer(a), (4,)).dtype, t.nn.functional.mse_loss(layer(a), b).dtype]
        log += [t.nn.functional.cross_entropy(layer(a), t.tensor([0, 1, 2, 3])).dtype, (a.double() @ b.double()).dtype]
        log += [loss(layer(a), b).dtype for loss in losses(t.nn.functional)]
        log += [t.einsum("ij,jk", a, b).dtype, t.tensordot(a, b, 1).dtype, t.bilinear(a, b, t.randn(2, 4, 4)).dtype]
        with t.autocast("cpu", enabled=False):
            log.append((a @ b).dtype)
        log.append((a @ b).dtype)
    log.append((a @ b).dtype)
    return [str(d) for d in log]


@pytest.mark.parametrize("name", ["bfloat16", "float16"])
def test_dtypes_match(name):
    assert dtypes(vt, getattr(vt, name)) == dtypes(torch, getattr(torch, name))


def test_values_and_gradients_match():
    torch.manual_seed(0)
    theirs = torch.nn.Sequential(torch.nn.Linear(8, 16), torch.nn.GELU(), torch.nn.Linear(16, 4))
    ours = vt.nn.Sequential(vt.nn.Linear(8, 16), vt.nn.GELU(), vt.nn.Linear(16, 4))
    ours.load_state_dict({k: ours_of(v) for k, v in theirs.state_dict().items()})
    x, y = torch.randn(5, 8), torch.tensor([0, 3, 1, 2, 2])
    losses = []
    for t, model, inputs, targets in ((vt, ours, ours_of(x), ours_of(y)), (torch, theirs, x, y)):
        with t.autocast("cpu", dtype=t.bfloat16):
            loss = t.nn.functional.cross_entropy(model(inputs), targets)
        loss.backward()
        losses.append(loss)
    same(losses[0], losses[1], rtol=1e-2, atol=1e-2)
    for p, q in zip(ours.parameters(), theirs.parameters(), strict=True):
        same(p.grad, q.grad, rtol=5e-2, atol=1e-2)


def test_state_is_restored_and_read():
    assert not vt.is_autocast_enabled("cpu")
    with vt.autocast("cpu", dtype=vt.float16):
        assert vt.is_autocast_enabled("cpu") and vt.get_autocast_dtype("cpu") == vt.float16
        with pytest.raises(KeyError), vt.autocast("cpu", dtype=vt.bfloat16):
            raise KeyError
        assert vt.get_autocast_dtype("cpu") == vt.float16
    assert not vt.is_autocast_enabled("cpu") and vt.get_autocast_dtype("cpu") == vt.bfloat16


def test_as_a_decorator():
    @vt.autocast("cpu", dtype=vt.bfloat16)
    def product(a, b):
        return a @ b

    assert product(vt.ones(2, 2), vt.ones(2, 2)).dtype == vt.bfloat16


def test_bad_arguments():
    with pytest.raises(RuntimeError):
        vt.autocast("moon")
    with pytest.raises(ValueError):
        vt.autocast(3)
    with pytest.warns(UserWarning, match="not supported"):
        vt.autocast("cpu", dtype=vt.float64)


def test_custom_functions_follow_autocast():
    class Product(vt.autograd.Function):
        @staticmethod
        @vt.amp.custom_fwd(device_type="cpu")
        def forward(ctx, a, b):
            ctx.save_for_backward(a, b)
            return a @ b

        @staticmethod
        @vt.amp.custom_bwd(device_type="cpu")
        def backward(ctx, grad):
            a, b = ctx.saved_tensors
            seen.append(vt.is_autocast_enabled("cpu"))
            return grad @ b.t(), a.t() @ grad

    seen = []
    a = vt.ones(2, 2, requires_grad=True)
    with vt.autocast("cpu", dtype=vt.bfloat16):
        out = Product.apply(a, vt.ones(2, 2))
    assert out.dtype == vt.bfloat16
    out.float().sum().backward()
    assert seen == [True]


def scaled_training(t):
    """What a scaler does over steps of which one has an infinite gradient."""
    p = t.nn.Parameter(t.tensor([1.0, 2.0]))
    optimizer = t.optim.SGD([p], lr=0.5)
    scaler = t.amp.GradScaler("cpu", init_scale=8.0, growth_interval=2)
    log = []
    for factor in (1.0, 1.0, float("inf"), 1.0, 1.0, 1.0):
        optimizer.zero_grad()
        scaler.scale((p * factor).sum()).backward()
        scaler.unscale_(optimizer)
        log.append(p.grad.tolist())
        scaler.step(optimizer)
        scaler.update()
        log.append([p.tolist(), scaler.get_scale()])
    restored = t.amp.GradScaler("cpu")
    restored.load_state_dict(scaler.state_dict())
    log += [restored.get_scale(), scaler.state_dict()]
    return log


def test_grad_scaler_matches():
    assert scaled_training(vt) == scaled_training(torch)


def test_grad_scaler_misuse():
    p = vt.nn.Parameter(vt.ones(1))
    optimizer = vt.optim.SGD([p], lr=0.1)
    scaler = vt.amp.GradScaler("cpu")
    with pytest.raises(AssertionError):
        scaler.step(optimizer)
    scaler = vt.amp.GradScaler("cpu")
    scaler.scale(p.sum()).backward()
    scaler.unscale_(optimizer)
    with pytest.raises(RuntimeError, match="already been called"):
        scaler.unscale_(optimizer)
    scaler.step(optimizer)
    with pytest.raises(RuntimeError, match="already been called"):
        scaler.step(optimizer)
    off = vt.amp.GradScaler("cpu", enabled=False)
    assert off.scale(p) is p and off.get_scale() == 1.0 and off.state_dict() == {}


@pytest.mark.parametrize("name", ["bfloat16", "float16"])
def test_norms_after_a_layer(name):
    """Under autocast the norms get 16-bit inputs and float32 parameters."""
    torch.manual_seed(0)
    x = torch.randn(5, 8)
    results = []
    for t, inputs in ((vt, ours_of(x)), (torch, x)):
        t.manual_seed(1)
        model = t.nn.Sequential(t.nn.Linear(8, 8), t.nn.LayerNorm(8), t.nn.Linear(8, 8), t.nn.RMSNorm(8), t.nn.GELU())
        with t.autocast("cpu", dtype=getattr(t, name)):
            out = model(inputs)
        out.float().pow(2).sum().backward()
        results.append([out.detach(), *(p.grad for p in model.parameters())])
    same(*results, rtol=5e-2, atol=5e-2)


@pytest.mark.parametrize("name", ["bfloat16", "float16"])
def test_norm_of_mixed_dtypes_rounds_once(name):
    torch.manual_seed(0)
    x, w, b = torch.randn(5, 8).to(getattr(torch, name)), torch.randn(8), torch.randn(8)
    for bias in (None, b):
        theirs = torch.nn.functional.layer_norm(x, (8,), w, bias)
        ours = vt.nn.functional.layer_norm(ours_of(x), (8,), ours_of(w), None if bias is None else ours_of(bias))
        same(ours, theirs, rtol=8e-3 if name == "bfloat16" else 1e-3, atol=1e-3)
    with pytest.raises(RuntimeError):
        vt.nn.functional.layer_norm(ours_of(x), (8,), ours_of(w.to(x.dtype)), ours_of(b))


@pytest.mark.parametrize("device", ["mps", "xpu", "hpu", "mtia", "xla"])
def test_devices_that_are_not_supported_have_no_autocast(device):
    assert vt.is_autocast_enabled(device) is torch.is_autocast_enabled(device) is False
    with vt.autocast("cpu"):
        assert vt.is_autocast_enabled("cpu") and not vt.is_autocast_enabled() and not vt.is_autocast_enabled(device)
    with pytest.raises(RuntimeError):
        vt.is_autocast_enabled("nothing")
