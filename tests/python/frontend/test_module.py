"""nn.Module: registration, traversal, state dicts, hooks, conversion and text, compared with PyTorch's."""

import copy
import pickle
from collections import OrderedDict

import pytest
import torch
import vibetensor.torch as vt
from compare import copy_weights, identical, ours_of, same


def both(build):
    """The module that `build` makes on either side, with equal weights."""
    theirs, ours = build(torch, torch.nn), build(vt, vt.nn)
    copy_weights(ours, theirs)
    return ours, theirs


def tree(t, nn):
    class Leaf(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(t.ones(2, 3))
            self.register_buffer("count", t.zeros(1))
            self.register_buffer("scratch", t.zeros(2), persistent=False)
            self.register_parameter("bias", None)

        def forward(self, x):
            return x @ self.weight

    class Root(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = Leaf()
            self.scale = nn.Parameter(t.ones(3))
            self.second = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
            self.shared = self.first
            self.lists = nn.ModuleList([nn.Linear(2, 2), nn.Identity()])
            self.dicts = nn.ModuleDict({"a": nn.Linear(2, 1), "b": nn.LayerNorm(2)})

        def forward(self, x):
            return self.dicts["a"](self.lists[0](self.second(self.first(x) * self.scale)))

    return Root()


def test_names_and_order_match():
    ours, theirs = both(tree)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    assert [n for n, _ in ours.named_parameters()] == [n for n, _ in theirs.named_parameters()]
    assert [n for n, _ in ours.named_buffers()] == [n for n, _ in theirs.named_buffers()]
    assert [n for n, _ in ours.named_modules()] == [n for n, _ in theirs.named_modules()]
    assert [n for n, _ in ours.named_children()] == [n for n, _ in theirs.named_children()]
    assert [n for n, _ in ours.named_parameters(remove_duplicate=False)] == [
        n for n, _ in theirs.named_parameters(remove_duplicate=False)
    ]
    assert [n for n, _ in ours.named_parameters("p", recurse=False)] == ["p.scale"]
    assert ours.state_dict()._metadata == theirs.state_dict()._metadata
    assert len(list(ours.modules())) == len(list(theirs.modules()))


def test_repr_matches():
    ours, theirs = both(tree)
    assert repr(ours) == repr(theirs)


def test_forward_and_gradients_match():
    ours, theirs = both(tree)
    x = torch.randn(5, 2)
    a, b = ours(ours_of(x)), theirs(x)
    same(a, b)
    a.sum().backward()
    b.sum().backward()
    for (name, p), (_, q) in zip(ours.named_parameters(), theirs.named_parameters(), strict=True):
        assert (p.grad is None) == (q.grad is None), name
        if q.grad is not None:
            same(p.grad, q.grad)


def test_state_dict_shares_memory_and_detaches():
    layer = vt.nn.Linear(2, 2)
    state = layer.state_dict()
    assert not state["weight"].requires_grad
    with vt.no_grad():
        layer.weight.fill_(7.0)
    assert state["weight"].tolist() == [[7.0, 7.0], [7.0, 7.0]]
    assert layer.state_dict(keep_vars=True)["weight"] is layer.weight
    assert list(layer.state_dict(prefix="x.")) == ["x.weight", "x.bias"]


def errors(nn, t, change, **options):
    layer = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 1))
    state = OrderedDict(layer.state_dict())
    change(state, t)
    with pytest.raises(RuntimeError) as caught:
        layer.load_state_dict(state, **options)
    return str(caught.value)


@pytest.mark.parametrize(
    "change",
    [
        lambda s, t: s.pop("0.weight"),
        lambda s, t: s.update(extra=t.zeros(1)),
        lambda s, t: s.update({"0.deep.er": t.zeros(1)}),
        lambda s, t: s.update({"1.bias": t.zeros(5)}),
        lambda s, t: (s.pop("1.bias"), s.update({"2.bias": t.zeros(1)}), s.update({"0.weight": t.zeros(1, 1)})),
    ],
)
def test_load_errors_read_as_pytorchs(change):
    assert errors(vt.nn, vt, change) == errors(torch.nn, torch, change)


def test_load_not_strict_reports_keys():
    layer = vt.nn.Linear(2, 1)
    result = layer.load_state_dict({"weight": vt.ones(1, 2), "other": vt.ones(1)}, strict=False)
    assert result.missing_keys == ["bias"] and result.unexpected_keys == ["other"]
    assert str(layer.load_state_dict(layer.state_dict())) == "<All keys matched successfully>"


def test_load_assign_takes_the_tensors():
    layer = vt.nn.Linear(2, 1)
    weight = vt.ones(1, 2)
    layer.load_state_dict({"weight": weight, "bias": vt.zeros(1)}, assign=True)
    assert isinstance(layer.weight, vt.nn.Parameter) and layer.weight.requires_grad
    weight.fill_(3.0)
    assert layer.weight.tolist() == [[3.0, 3.0]]


def test_extra_state_and_state_dict_hooks():
    class Extra(vt.nn.Module):
        def __init__(self):
            super().__init__()
            self.number = 1

        def get_extra_state(self):
            return {"number": self.number}

        def set_extra_state(self, state):
            self.number = state["number"]

    source, target = vt.nn.Sequential(Extra()), vt.nn.Sequential(Extra())
    source[0].number = 5
    target.load_state_dict(source.state_dict())
    assert target[0].number == 5

    layer = vt.nn.Linear(1, 1)
    calls = []
    layer.register_state_dict_pre_hook(lambda m, prefix, keep: calls.append(("pre", prefix)))
    handle = layer.register_state_dict_post_hook(lambda m, state, prefix, meta: calls.append(("post", list(state))))
    layer.register_load_state_dict_pre_hook(lambda m, state, prefix, *rest: state.pop("stray", None) and None)
    layer.register_load_state_dict_post_hook(lambda m, keys: calls.append(("loaded", list(keys.missing_keys))))
    state = layer.state_dict()
    state["stray"] = 1
    layer.load_state_dict(state)
    handle.remove()
    layer.state_dict()
    assert calls == [("pre", ""), ("post", ["weight", "bias"]), ("loaded", []), ("pre", "")]


def hook_log(nn, t):
    log = []
    layer = nn.Sequential(nn.Linear(2, 2, bias=False), nn.ReLU())
    with t.no_grad():
        layer[0].weight.copy_(t.tensor([[1.0, 2.0], [-3.0, 4.0]]))
    layer.register_forward_pre_hook(lambda m, args: (args[0] * 2,))
    layer.register_forward_pre_hook(lambda m, args: log.append("early"), prepend=True)
    layer.register_forward_hook(lambda m, args, out: out + 1)
    layer.register_forward_hook(lambda m, args, kw, out: log.append((len(args), kw)), with_kwargs=True)
    layer[0].register_full_backward_hook(lambda m, gi, go: log.append((gi[0].tolist(), go[0].tolist())))
    layer[0].register_full_backward_pre_hook(lambda m, go: (go[0] * 10,))
    x = t.ones(1, 2, requires_grad=True)
    out = layer(x)
    out.sum().backward()
    return log, out.tolist(), x.grad.tolist(), layer[0].weight.grad.tolist()


def test_hooks_match():
    assert hook_log(vt.nn, vt) == hook_log(torch.nn, torch)


def test_backward_hook_without_input_gradient():
    layer = vt.nn.Linear(2, 2)
    seen = []
    layer.register_full_backward_hook(lambda m, gi, go: seen.append((gi, go[0].tolist())))
    layer(vt.ones(1, 2)).sum().backward()
    assert seen == [((None,), [[1.0, 1.0]])]


def test_hooks_that_always_run_and_removal():
    class Fails(vt.nn.Module):
        def forward(self, x):
            raise KeyError("inside")

    seen = []
    module = Fails()
    module.register_forward_hook(lambda m, args, out: seen.append(out), always_call=True)
    module.register_forward_hook(lambda m, args, out: seen.append("never"))
    with pytest.raises(KeyError):
        module(1)
    assert seen == [None]
    with module.register_forward_pre_hook(lambda m, args: seen.append("pre")), pytest.raises(KeyError):
        module(1)
    with pytest.raises(KeyError):
        module(1)
    assert seen == [None, "pre", None, None]


def test_conversion_and_modes():
    ours, theirs = both(tree)
    ours.double(), theirs.double()
    assert {str(p.dtype) for p in ours.parameters()} == {"torch.float64"}
    ours.to(vt.bfloat16), theirs.to(torch.bfloat16)
    same(ours.state_dict(), dict(theirs.state_dict()))
    weight = ours.scale
    ours.float()
    assert ours.scale is weight and weight.dtype == vt.float32
    assert not ours.eval().training and not ours.second[1].training and ours.train().second.training
    ours.requires_grad_(False)
    assert not any(p.requires_grad for p in ours.parameters())
    with pytest.raises(TypeError):
        ours.to(vt.int64)
    assert {str(t.dtype) for t in ours.type(vt.float16).state_dict().values()} == {"torch.float16"}
    assert ours.to("cpu", vt.float32).scale.dtype == vt.float32 and ours.half().scale.dtype == vt.float16


def test_zero_grad_and_gradients_follow_conversion():
    layer = vt.nn.Linear(2, 1)
    layer(vt.ones(1, 2)).sum().backward()
    layer.double()
    assert layer.weight.grad.dtype == vt.float64
    layer.zero_grad(set_to_none=False)
    assert layer.weight.grad.tolist() == [[0.0, 0.0]]
    layer.zero_grad()
    assert layer.weight.grad is None


def test_apply_visits_children_first():
    order = []
    module = vt.nn.Sequential(vt.nn.Linear(1, 1), vt.nn.Sequential(vt.nn.ReLU()))
    assert module.apply(lambda m: order.append(type(m).__name__)) is module
    assert order == ["Linear", "ReLU", "Sequential", "Sequential"]


def test_lookup_by_path():
    ours, _ = both(tree)
    assert ours.get_submodule("second.0") is ours.second[0]
    assert ours.get_parameter("second.0.weight") is ours.second[0].weight
    assert ours.get_buffer("first.count") is ours.first.count
    for lookup, path in [(ours.get_submodule, "second.9"), (ours.get_parameter, "first.count"), (ours.get_buffer, "x")]:
        with pytest.raises(AttributeError):
            lookup(path)


def attribute_errors(nn, t):
    """What assignments that make no sense raise."""
    found = []

    def attempt(action):
        try:
            action()
            found.append("fine")
        except Exception as error:
            found.append(type(error).__name__)

    module = nn.Linear(2, 2)
    attempt(lambda: setattr(module, "weight", t.ones(2, 2)))
    attempt(lambda: setattr(module, "bias", None))
    attempt(lambda: module.register_parameter("a.b", None))
    attempt(lambda: module.register_parameter("weight", None))
    attempt(lambda: module.register_parameter("forward", None))
    attempt(lambda: module.register_buffer("", t.ones(1)))
    attempt(lambda: module.register_buffer("b", 3))
    attempt(lambda: module.register_parameter("p", t.ones(1)))
    attempt(lambda: module.add_module("m", 3))
    attempt(lambda: module.missing)
    attempt(lambda: delattr(module, "weight"))
    attempt(lambda: module.weight)
    attempt(lambda: module.train(1))

    class Early(nn.Module):
        def __init__(self):
            self.weight = nn.Parameter(t.ones(1))

    attempt(Early)
    return found


def test_bad_attributes_raise_as_pytorchs():
    assert attribute_errors(vt.nn, vt) == attribute_errors(torch.nn, torch)


def test_attributes_change_kind():
    module = vt.nn.Module()
    module.x = 3
    module.x = vt.nn.Parameter(vt.ones(1))
    assert "x" in module._parameters and "x" not in module.__dict__
    module.y = vt.nn.Buffer(vt.ones(1), persistent=False)
    assert "y" in module._buffers and list(module.state_dict()) == ["x"]
    module.y = vt.zeros(1)
    assert module._buffers["y"].tolist() == [0.0] and list(module.state_dict()) == ["x"]
    module.m = vt.nn.ReLU()
    module.m = None
    assert module._modules == {"m": None} and "m" in dir(module)


def test_deepcopy_and_pickle():
    ours, _ = both(tree)
    for copied in (copy.deepcopy(ours.second), pickle.loads(pickle.dumps(ours.second))):
        assert copied[0].weight is not ours.second[0].weight
        assert isinstance(copied[0].weight, vt.nn.Parameter) and copied[0].weight.requires_grad
        assert copied[0].weight.tolist() == ours.second[0].weight.tolist()
        with vt.no_grad():
            copied[0].weight.zero_()
        assert ours.second[0].weight.abs().sum().item() > 0
    tied = vt.nn.Sequential(vt.nn.Linear(2, 2), vt.nn.Linear(2, 2))
    tied[1].weight = tied[0].weight
    assert copy.deepcopy(tied)[0].weight is not tied[0].weight
    again = copy.deepcopy(tied)
    assert again[0].weight is again[1].weight


def container_log(nn, t):
    items = nn.ModuleList([nn.Linear(1, i + 1) for i in range(4)])
    log = [repr(items), repr(items[1:3]), len(items)]
    del items[1]
    items.insert(0, nn.ReLU())
    items.append(nn.Tanh())
    items.extend([nn.ReLU(), nn.ReLU()])
    items[-1] = nn.Sigmoid()
    items.pop(0)
    joined = items + [nn.ReLU()]  # noqa: RUF005 - the operator is what is tested
    log += [repr(items), list(items.state_dict()), repr(joined)]
    sequence = nn.Sequential(OrderedDict(a=nn.Linear(1, 2), b=nn.ReLU()))
    log += [repr(sequence), repr(sequence[:1]), repr(sequence + nn.Sequential(nn.ReLU())), repr(sequence * 2)]
    named = nn.ModuleDict({"x": nn.ReLU()})
    named.update({"y": nn.Linear(1, 1)})
    log += [repr(named), list(named), "x" in named, list(named.keys()), repr(named.pop("x"))]
    parameters = nn.ParameterList([t.zeros(2, 3), nn.Parameter(t.ones(1))])
    parameters.append(t.zeros(4))
    log += [repr(parameters), list(parameters.state_dict()), len(parameters[1:])]
    table = nn.ParameterDict({"left": t.zeros(1), "right": t.ones(2)})
    log += [repr(table), list(table.state_dict()), sorted(table.keys()), table["right"].tolist(), "left" in table]
    for bad in (lambda: items[99], lambda: nn.Sequential()[0], lambda: nn.ModuleList([3]), lambda: table["none"]):
        try:
            bad()
            log.append("fine")
        except Exception as error:
            log.append(type(error).__name__)
    return log


def test_containers_match():
    assert container_log(vt.nn, vt) == container_log(torch.nn, torch)


def test_parameter_repr_and_type():
    ours, theirs = vt.nn.Parameter(vt.ones(2)), torch.nn.Parameter(torch.ones(2))
    assert repr(ours) == repr(theirs)
    assert isinstance(ours, vt.Tensor) and type(ours * 2) is vt.Tensor
    assert not vt.nn.Parameter(vt.ones(1, dtype=vt.int64), requires_grad=False).requires_grad


LAYERS = [
    lambda nn: nn.Linear(7, 5),
    lambda nn: nn.Linear(3, 2, bias=False),
    lambda nn: nn.Bilinear(3, 4, 5),
    lambda nn: nn.Embedding(11, 3, padding_idx=2),
    lambda nn: nn.LayerNorm((3, 2)),
    lambda nn: nn.RMSNorm(4),
    lambda nn: nn.PReLU(3),
    lambda nn: nn.MultiheadAttention(8, 2),
    lambda nn: nn.MultiheadAttention(8, 2, kdim=3, vdim=5, add_bias_kv=True),
    lambda nn: nn.TransformerEncoderLayer(8, 2, 16),
    lambda nn: nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 2),
]


@pytest.mark.parametrize("build", LAYERS)
def test_starting_weights_are_bit_equal(build):
    torch.manual_seed(5)
    theirs, next_draw = build(torch.nn), torch.rand(3)
    vt.manual_seed(5)
    ours = build(vt.nn)
    assert repr(ours) == repr(theirs)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    for name, value in theirs.state_dict().items():
        identical(ours.state_dict()[name], value)
    # and the stream goes on from the same place
    identical(vt.rand(3), next_draw)


BASES = ["nn.Module", "nn.Sequential", "nn.ModuleList", "nn.Conv2d", "nn.ConvTranspose2d", "nn.MaxPool2d", "nn.LSTM"]
BASES += ["nn.TransformerEncoderLayer", "nn.ReflectionPad2d", "nn.HingeEmbeddingLoss", "nn.GELU", "nn.LSTMCell"]
BASES += ["optim.Optimizer", "optim.Adam", "optim.SGD", "optim.lr_scheduler.LRScheduler", "distributions.Distribution"]
# read by programs of ours under this name, or what PyTorch's objects have too
SHARED = {"_flat_weights", "_flat_weights_names", "num_directions", "_is_full_backward_hook", "_step_count"}
SHARED |= {"_step_supports_amp_scaling", "transposed"}
SHARED |= {"load_safetensors"}  # public and ours: files of weights straight into a module


@pytest.mark.parametrize("path", BASES)
def test_names_that_a_subclass_may_use(path):
    """A program derives from these and has attributes of its own: none of ours is in the way, `_vt_` names apart."""

    def names(t):
        owner = t
        for part in path.split("."):
            owner = getattr(owner, part)
        return {name for cls in owner.__mro__ for name in vars(cls) if not name.startswith("__")}

    ours = {name for name in names(vt) - names(torch) - SHARED if not name.startswith("_vt_")}
    assert ours == set()


def test_a_module_with_attributes_named_like_ours_were():
    def program(t):
        class Metric(t.nn.Module):
            def __init__(self):
                super().__init__()
                self._persistent, self._forget, self._check_name = {}, 1, 2
                self.register_buffer("total", t.ones(2))

        model = t.nn.ModuleDict({"m": Metric()})
        return sorted(model.state_dict()), sorted(name for name, _ in model.named_parameters())

    assert program(vt) == program(torch)
