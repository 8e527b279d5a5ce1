"""Layers, losses and nn.functional: values and gradients against PyTorch's."""

import pytest
import torch
import vibetensor.torch as vt
from compare import copy_weights, ours_of, same, theirs_of


def check(function, *inputs, tolerance=None):
    """function(nn.functional of one side, that side, tensors) agrees in value and in every gradient."""
    ours_in = [ours_of(x) for x in inputs]
    theirs_in = [x.clone().detach().requires_grad_(x.requires_grad) for x in inputs]
    a = function(vt.nn.functional, vt, *ours_in)
    b = function(torch.nn.functional, torch, *theirs_in)
    tolerance = tolerance or {}
    same(a, b, **tolerance)
    if b.requires_grad:
        seed = torch.rand(b.shape, dtype=b.dtype)
        a.backward(ours_of(seed))
        b.backward(seed)
        for x, y in zip(ours_in, theirs_in, strict=True):
            if y.requires_grad:
                same(x.grad, y.grad, **tolerance)


ACTIVATIONS = {
    "relu": {},
    "relu6": {},
    "gelu": {},
    "gelu tanh": {"approximate": "tanh"},
    "silu": {},
    "mish": {},
    "leaky_relu": {"negative_slope": 0.2},
    "elu": {"alpha": 1.5},
    "selu": {},
    "celu": {"alpha": 0.7},
    "hardtanh": {"min_val": -0.5, "max_val": 0.7},
    "hardswish": {},
    "hardsigmoid": {},
    "softplus": {"beta": 2.0, "threshold": 3.0},
    "logsigmoid": {},
    "softsign": {},
    "tanhshrink": {},
    "softshrink": {"lambd": 0.3},
    "hardshrink": {"lambd": 0.3},
    "threshold": {"threshold": 0.1, "value": 0.5},
    "glu": {"dim": 1},
    "softmax": {"dim": -1},
    "softmin": {"dim": 0},
    "log_softmax": {"dim": 1},
    "tanh": {},
    "sigmoid": {},
}


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("scale", [1.0, 30.0])
def test_activations(name, scale):
    torch.manual_seed(0)
    x = (torch.randn(3, 4, 6, dtype=torch.float64) * scale).requires_grad_()
    check(lambda f, t, x: getattr(f, name.split()[0])(x, **ACTIVATIONS[name]), x)


def test_prelu_and_inplace_forms():
    x = torch.randn(2, 3, 4, requires_grad=True)
    check(lambda f, t, x, w: f.prelu(x, w), x, torch.rand(3, requires_grad=True))
    check(lambda f, t, x, w: f.prelu(x, w), x, torch.rand(1, requires_grad=True))
    for name in ("relu", "relu6", "leaky_relu", "elu", "hardtanh", "silu"):
        y = vt.tensor([-1.0, 2.0, 9.0])
        expected = getattr(vt.nn.functional, name)(y)
        assert getattr(vt.nn.functional, name)(y, inplace=True) is y
        assert y.tolist() == expected.tolist()


@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
def test_elementwise_losses(reduction):
    torch.manual_seed(1)
    x, y = torch.randn(4, 5, requires_grad=True), torch.randn(4, 5, requires_grad=True)
    for name, options in [
        ("mse_loss", {}),
        ("l1_loss", {}),
        ("smooth_l1_loss", {"beta": 0.5}),
        ("huber_loss", {"delta": 0.7}),
    ]:
        check(lambda f, t, x, y, n=name, o=options: getattr(f, n)(x, y, reduction=reduction, **o), x, y)
    sign = torch.tensor([[1.0, -1.0, 1.0, 1.0, -1.0]]).expand(4, 5).contiguous()
    check(lambda f, t, x, s: f.soft_margin_loss(x, s, reduction=reduction), x, sign)
    check(lambda f, t, x, s: f.hinge_embedding_loss(x, s, reduction=reduction), x, sign)
    check(lambda f, t, x, y, s: f.margin_ranking_loss(x, y, s, margin=0.2, reduction=reduction), x, y, sign)
    check(
        lambda f, t, x, y, s: f.cosine_embedding_loss(x, y, s[:, 0], margin=0.1, reduction=reduction),
        x,
        y,
        torch.tensor([[1.0], [-1.0], [-1.0], [1.0]]),
    )
    check(
        lambda f, t, x, y, z: f.triplet_margin_loss(x, y, z, swap=True, reduction=reduction),
        x,
        y,
        torch.randn(4, 5, requires_grad=True),
    )


@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
def test_binary_losses(reduction):
    torch.manual_seed(2)
    p = torch.rand(4, 3, dtype=torch.float64)
    p[0, 0], p[0, 1], p[1, 1] = 0.0, 1.0, 0.0
    p.requires_grad_()
    y = torch.rand(4, 3, dtype=torch.float64).round()
    w = torch.rand(4, 3, dtype=torch.float64)
    check(lambda f, t, p, y, w: f.binary_cross_entropy(p, y, w, reduction=reduction), p, y, w)
    x = (torch.randn(4, 3, dtype=torch.float64) * 30).requires_grad_()
    with torch.no_grad():
        x[0, 0] = 0.0
    check(
        lambda f, t, x, y, w: f.binary_cross_entropy_with_logits(x, y, w, reduction=reduction, pos_weight=w[0]), x, y, w
    )


@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
@pytest.mark.parametrize("shape", [(7, 5), (3, 5, 4), (5,)])
def test_cross_entropy(reduction, shape):
    torch.manual_seed(3)
    x = torch.randn(shape, requires_grad=True)
    rest = (shape[0], *shape[2:]) if len(shape) > 1 else ()
    target = torch.randint(0, 5, rest)
    w = torch.rand(5)
    check(lambda f, t, x, y: f.cross_entropy(x, y, reduction=reduction), x, target)
    check(lambda f, t, x, y, w: f.cross_entropy(x, y, w, reduction=reduction, label_smoothing=0.1), x, target, w)
    check(
        lambda f, t, x, y, w: f.nll_loss(f.log_softmax(x, 1 if x.dim() > 1 else 0), y, w, reduction=reduction),
        x,
        target,
        w,
    )
    if rest:
        target.view(-1)[0] = 2
        check(lambda f, t, x, y: f.cross_entropy(x, y, ignore_index=2, reduction=reduction), x, target)
    probabilities = torch.softmax(torch.randn(shape), 1 if len(shape) > 1 else 0)
    check(lambda f, t, x, y: f.cross_entropy(x, y, reduction=reduction), x, probabilities)


def test_kl_div():
    x = torch.log_softmax(torch.randn(3, 4), 1).requires_grad_()
    y = torch.softmax(torch.randn(3, 4), 1)
    y[0, 0] = 0.0
    for reduction in ("batchmean", "sum", "none"):
        check(lambda f, t, x, y, r=reduction: f.kl_div(x, y, reduction=r), x, y)
        check(lambda f, t, x, y, r=reduction: f.kl_div(x, y, reduction=r, log_target=True), x, (y + 0.1).log())


@pytest.mark.filterwarnings("ignore")
def test_loss_layers_pass_their_options_on():
    x, y = torch.rand(4, 3), torch.rand(4, 3)
    classes = torch.tensor([0, 2, 1, 1])
    for name, options, target in [
        ("CrossEntropyLoss", {"label_smoothing": 0.2, "ignore_index": 1, "reduction": "sum"}, classes),
        ("NLLLoss", {"ignore_index": 1}, classes),
        ("MSELoss", {"reduction": "sum"}, y),
        ("L1Loss", {"reduction": "none"}, y),
        ("SmoothL1Loss", {"beta": 0.1}, y),
        ("HuberLoss", {"delta": 0.1}, y),
        ("BCELoss", {}, y),
        ("BCEWithLogitsLoss", {}, y),
        ("KLDivLoss", {"reduction": "batchmean"}, y),
        ("SoftMarginLoss", {}, y),
        ("HingeEmbeddingLoss", {"margin": 0.3}, (y > 0.5) * 2.0 - 1),
    ]:
        ours, theirs = getattr(vt.nn, name)(**options), getattr(torch.nn, name)(**options)
        assert repr(ours) == repr(theirs)
        same(ours(ours_of(x), ours_of(target)), theirs(x, target))


def test_legacy_reduction_arguments():
    x, y = vt.ones(2), vt.zeros(2)
    assert vt.nn.functional.mse_loss(x, y, reduce=False).shape == (2,)
    assert vt.nn.functional.mse_loss(x, y, size_average=False).item() == 2.0
    with pytest.raises(ValueError):
        vt.nn.functional.mse_loss(x, y, reduction="average")


def test_linear_algebra_layers():
    x = torch.randn(2, 3, 4, requires_grad=True)
    w, b = torch.randn(5, 4, requires_grad=True), torch.randn(5, requires_grad=True)
    check(lambda f, t, x, w, b: f.linear(x, w, b), x, w, b, tolerance={"rtol": 1e-5, "atol": 1e-5})
    check(
        lambda f, t, x, y, w, b: f.bilinear(x, y, w, b),
        x,
        torch.randn(2, 3, 2, requires_grad=True),
        torch.randn(5, 4, 2, requires_grad=True),
        b,
        tolerance={"rtol": 1e-5, "atol": 1e-5},
    )


def test_embedding_and_one_hot():
    w = torch.randn(6, 3, requires_grad=True)
    i = torch.tensor([[0, 5, 2], [2, 2, 1]])
    check(lambda f, t, i, w: f.embedding(i, w), i, w)
    check(lambda f, t, i, w: f.embedding(i, w, padding_idx=-4), i, w)
    check(lambda f, t, i: f.one_hot(i), i)
    check(lambda f, t, i: f.one_hot(i, 9), i)
    with pytest.raises(RuntimeError):
        vt.nn.functional.one_hot(ours_of(i), 3)
    check(lambda f, t, i, w: f.embedding(i, w, sparse=True), i, w)
    pretrained = vt.nn.Embedding.from_pretrained(ours_of(w.detach()))
    assert not pretrained.weight.requires_grad


def test_norms():
    x = torch.randn(2, 3, 4, requires_grad=True)
    w, b = torch.rand(4, requires_grad=True), torch.rand(4, requires_grad=True)
    check(lambda f, t, x, w, b: f.layer_norm(x, (4,), w, b), x, w, b)
    check(lambda f, t, x: f.layer_norm(x, (3, 4)), x)
    check(lambda f, t, x, w: f.rms_norm(x, (4,), w), x, w)
    check(lambda f, t, x: f.rms_norm(x, (4,), eps=0.1), x)
    check(lambda f, t, x: f.normalize(x, dim=1), x)
    check(lambda f, t, x, y: f.cosine_similarity(x, y, dim=2), x, torch.randn(2, 3, 4, requires_grad=True))
    check(lambda f, t, x, y: f.pairwise_distance(x, y), x, torch.randn(2, 3, 4, requires_grad=True))


def test_pad():
    x = torch.randn(2, 3, 4, requires_grad=True)
    check(lambda f, t, x: f.pad(x, (1, 2)), x)
    check(lambda f, t, x: f.pad(x, (-1, 2, 0, 3, 1, -1), value=1.5), x)
    check(lambda f, t, x: f.pad(x, (1, 2), mode="reflect"), x)
    with pytest.raises(NotImplementedError):
        vt.nn.functional.pad(ours_of(x), (1, 1), mode="mirror")


@pytest.mark.parametrize("causal", [False, True])
def test_attention(causal):
    q = torch.randn(2, 3, 5, 4, requires_grad=True)
    k = torch.randn(2, 3, 5, 4, requires_grad=True)
    v = torch.randn(2, 3, 5, 6, requires_grad=True)
    check(lambda f, t, *x: f.scaled_dot_product_attention(*x, is_causal=causal), q, k, v)
    if not causal:
        mask = torch.rand(5, 5) > 0.3
        mask[:, 0] = True
        check(lambda f, t, m, *x: f.scaled_dot_product_attention(*x, attn_mask=m, scale=0.3), mask, q, k, v)
        bias = torch.randn(3, 5, 5)
        check(lambda f, t, m, *x: f.scaled_dot_product_attention(*x, attn_mask=m), bias, q, k, v)


@pytest.mark.parametrize("cut", ["unbind", "split"])
def test_gradients_of_a_packed_projection_are_joined_where_they_lie(cut):
    """Attention writes them as the slices that the queries, keys and values were; they belong to nobody else."""
    packed = vt.randn(2, 5, 96, requires_grad=True)
    if cut == "unbind":
        parts = packed.view(2, 5, 3, 4, 8).permute(2, 0, 3, 1, 4).unbind(0)
    else:
        parts = [p.view(2, 5, 4, 8).transpose(1, 2) for p in packed.split(32, dim=2)]
    whole = []
    packed.register_hook(whole.append)
    for p in parts:
        p.retain_grad()
    grad = vt.randn(2, 4, 5, 8)
    vt.nn.functional.scaled_dot_product_attention(*parts, is_causal=True).backward(grad)
    assert [p.grad.data_ptr() - whole[0].data_ptr() for p in parts] == [0, 128, 256]
    assert whole[0].is_contiguous()

    apart = [p.detach().clone().requires_grad_(True) for p in parts]
    vt.nn.functional.scaled_dot_product_attention(*apart, is_causal=True).backward(grad)
    joined = vt.cat([p.grad.transpose(1, 2).reshape(2, 5, 32) for p in apart], 2)
    assert vt.equal(packed.grad, joined)
    packed.grad.zero_()
    assert all(vt.equal(p.grad, q.grad) for p, q in zip(parts, apart))


@pytest.mark.parametrize(
    "options",
    [{}, {"batch_first": True}, {"bias": False, "kdim": 3, "vdim": 5}, {"add_bias_kv": True, "add_zero_attn": True}],
)
@pytest.mark.parametrize("need_weights", [True, False])
def test_multihead_attention(options, need_weights):
    torch.manual_seed(4)
    theirs = torch.nn.MultiheadAttention(8, 2, **options)
    ours = vt.nn.MultiheadAttention(8, 2, **options)
    copy_weights(ours, theirs)
    q, k, v = torch.randn(3, 3, 8), torch.randn(3, 3, options.get("kdim", 8)), torch.randn(3, 3, options.get("vdim", 8))
    padding = torch.tensor([[False, True, False]] * 3)
    masks = [
        {},
        {"key_padding_mask": padding},
        {"attn_mask": torch.tensor([[False, True, True], [False, False, True], [False, False, False]])},
        {"attn_mask": torch.randn(6, 3, 3)},
    ]
    for mask in masks:
        a = ours(
            ours_of(q), ours_of(k), ours_of(v), need_weights=need_weights, **{n: ours_of(m) for n, m in mask.items()}
        )
        b = theirs(q, k, v, need_weights=need_weights, **mask)
        same(a, b, rtol=1e-5, atol=1e-5)
    a = ours(ours_of(q[0]), ours_of(k[0]), ours_of(v[0]), average_attn_weights=False)
    b = theirs(q[0], k[0], v[0], average_attn_weights=False)
    same(a, b, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("norm_first", [False, True])
def test_transformer_encoder(norm_first):
    def build(nn):
        layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, activation="gelu", norm_first=norm_first)
        return nn.TransformerEncoder(layer, 2, norm=nn.LayerNorm(8), enable_nested_tensor=False)

    theirs, ours = build(torch.nn), build(vt.nn)
    copy_weights(ours, theirs)
    x = torch.randn(5, 3, 8)
    same(ours(ours_of(x)), theirs(x), rtol=1e-5, atol=1e-5)


def test_dropout_draws_as_pytorch_and_stops_in_eval():
    for build in (lambda nn: nn.Dropout(0.3), lambda nn: nn.Dropout1d(0.5), lambda nn: nn.Dropout2d(0.5)):
        theirs, ours = build(torch.nn), build(vt.nn)
        x = torch.ones(4, 5, 3) if "2d" not in repr(ours) else torch.ones(4, 5, 3, 2)
        torch.manual_seed(7)
        expected = theirs(x)
        vt.manual_seed(7)
        same(ours(ours_of(x)), expected)
        assert ours.eval()(ours_of(x)).tolist() == x.tolist()
    with pytest.raises(ValueError):
        vt.nn.Dropout(1.5)


def test_shape_layers():
    x = vt.arange(24).reshape(2, 3, 4)
    assert vt.nn.Flatten()(x).shape == (2, 12)
    assert vt.nn.Unflatten(1, (3, 1))(x).shape == (2, 3, 1, 4)
    assert vt.nn.Identity(3, key=1)(x) is x


ACTIVATION_LAYERS = [
    "ReLU", "ReLU6", "GELU", "SiLU", "Mish", "LeakyReLU", "ELU", "CELU", "SELU", "Tanh", "Sigmoid", "LogSigmoid",
    "Softplus", "Softsign", "Tanhshrink", "Softshrink", "Hardshrink", "Hardsigmoid", "Hardswish", "Hardtanh", "GLU",
]  # fmt: skip


def test_activation_layers():
    x = torch.randn(3, 4)
    for name in ACTIVATION_LAYERS:
        ours, theirs = getattr(vt.nn, name)(), getattr(torch.nn, name)()
        assert repr(ours) == repr(theirs)
        same(ours(ours_of(x)), theirs(x), rtol=1e-5, atol=1e-6)
    for build in (
        lambda nn: nn.Softmax(dim=1),
        lambda nn: nn.LogSoftmax(-1),
        lambda nn: nn.Softmin(0),
        lambda nn: nn.ReLU(True),
        lambda nn: nn.GELU("tanh"),
        lambda nn: nn.LeakyReLU(0.3, inplace=True),
        lambda nn: nn.Threshold(0.1, 2.0),
    ):
        assert repr(build(vt.nn)) == repr(build(torch.nn))
        same(build(vt.nn)(ours_of(x)), build(torch.nn)(x.clone()), rtol=1e-5, atol=1e-6)
    with pytest.raises(TypeError):
        vt.nn.ReLU(True, True)


def test_clipping():
    for norm in (2.0, 1.0, float("inf")):
        theirs, ours = torch.nn.Linear(3, 4), vt.nn.Linear(3, 4)
        copy_weights(ours, theirs)
        ours(vt.ones(1, 3)).sum().backward()
        theirs(torch.ones(1, 3)).sum().backward()
        same(
            vt.nn.utils.clip_grad_norm_(ours.parameters(), 0.5, norm),
            torch.nn.utils.clip_grad_norm_(theirs.parameters(), 0.5, norm),
        )
        same([p.grad for p in ours.parameters()], [p.grad for p in theirs.parameters()])
        vt.nn.utils.clip_grad_value_(ours.parameters(), 0.01)
        torch.nn.utils.clip_grad_value_(theirs.parameters(), 0.01)
        same([p.grad for p in ours.parameters()], [p.grad for p in theirs.parameters()])
    ours.weight.grad.fill_(float("nan"))
    with pytest.raises(RuntimeError, match="non-finite"):
        vt.nn.utils.clip_grad_norm_(ours.parameters(), 1.0, error_if_nonfinite=True)
    assert vt.nn.utils.clip_grad_norm_([], 1.0).item() == 0.0


def test_parameters_as_a_vector():
    ours = vt.nn.Linear(3, 2)
    vector = vt.nn.utils.parameters_to_vector(ours.parameters())
    assert vector.shape == (8,)
    vt.nn.utils.vector_to_parameters(vt.arange(8.0), ours.parameters())
    assert ours.weight.tolist() == [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]] and ours.bias.tolist() == [6.0, 7.0]


def test_half_precision_stays_finite():
    x = vt.tensor([-60000.0, -30.0, 0.0, 30.0, 60000.0], dtype=vt.float16)
    for name in ("softplus", "logsigmoid", "mish"):
        same(getattr(vt.nn.functional, name)(x), getattr(torch.nn.functional, name)(theirs_of(x)))
