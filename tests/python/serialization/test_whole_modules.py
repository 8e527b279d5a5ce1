"""Whole modules, optimizers and hooks in files: PyTorch runs ours, and we run PyTorch's, with the same results."""

import copy
import io

import pytest
import torch
import vibetensor.torch as vt

WAYS = {"ours to PyTorch": (vt, torch), "PyTorch's to us": (torch, vt)}
ARGUMENTS = ((), (4,), (4, 4), (4, 4, 2), (2, 4), (0.1, 0.5), (4, 4, 4))
LAYERS = [
    name
    for name in dir(torch.nn)
    if isinstance(getattr(torch.nn, name), type) and issubclass(getattr(torch.nn, name), torch.nn.Module)
]
SPECIAL = {
    "MultiheadAttention": lambda nn: nn.MultiheadAttention(4, 2, batch_first=True),
    "TransformerEncoderLayer": lambda nn: nn.TransformerEncoderLayer(4, 2, 8, batch_first=True),
    "TransformerEncoder": lambda nn: nn.TransformerEncoder(
        nn.TransformerEncoderLayer(4, 2, 8, batch_first=True, activation="gelu"), 2
    ),
    "ModuleList": lambda nn: nn.ModuleList([nn.Linear(4, 4)]),
    "ModuleDict": lambda nn: nn.ModuleDict({"a": nn.Linear(4, 4)}),
}
RANDOM = ("RReLU", "Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout", "FeatureAlphaDropout")


def built(m, name):
    if name in SPECIAL:
        return SPECIAL[name](m.nn)
    for arguments in ARGUMENTS:
        try:
            return getattr(m.nn, name)(*arguments)
        except NotImplementedError:
            pytest.skip(f"{name} is not there yet")
        except (TypeError, ValueError, RuntimeError, AssertionError, AttributeError, IndexError):
            continue
    pytest.skip(f"{name} takes other arguments")


def through_a_file(value, source, target):
    file = io.BytesIO()
    source.save(value, file)
    file.seek(0)
    return target.load(file, weights_only=False)


def result(m, layer):
    """What a layer makes of some input that it takes; None of a layer that takes none of these."""
    x = m.arange(16.0).view(1, 4, 4) / 16
    image = m.arange(64.0).view(1, 4, 4, 4) / 64
    for inputs in ((x,), (x, x), (x, x, x), (x[0], x[0]), (x.long(),), (image,), (image.unsqueeze(4),)):
        try:
            out = layer.eval()(*inputs)
        except (TypeError, ValueError, RuntimeError, IndexError, NotImplementedError, AssertionError, AttributeError):
            continue
        return (out[0] if isinstance(out, tuple) else out).tolist()
    return None


def flat(value):
    return [x for item in value for x in flat(item)] if isinstance(value, list) else [value]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", sorted({*LAYERS, *SPECIAL}))
def test_every_layer(name, way):
    source, target = WAYS[way]
    if not hasattr(vt.nn, name):
        pytest.skip(f"{name} is not there yet")
    built(vt, name)
    layer = built(source, name)
    loaded = through_a_file(layer, source, target)
    assert type(loaded) is getattr(target.nn, name) and loaded.training
    assert list(loaded.state_dict()) == list(layer.state_dict())
    lazy = hasattr(layer, "cls_to_become")
    expected, got = result(source, layer), result(target, loaded)
    if lazy:  # each has drawn weights of its own for its first input
        assert type(loaded) is getattr(target.nn, name.removeprefix("Lazy")) and expected is not None
        loaded.load_state_dict(through_a_file(layer.state_dict(), source, target))
        expected, got = result(source, layer), result(target, loaded)
    assert (expected is None) == (got is None)
    if expected is not None:
        assert flat(got) == pytest.approx(flat(expected), abs=1e-5, nan_ok=True)


def test_most_layers_are_compared():
    there = [name for name in LAYERS if hasattr(vt.nn, name) and not getattr(getattr(vt.nn, name), "refusal", None)]
    assert len(there) > 60


OPTIMIZERS = ["Adadelta", "Adagrad", "Adam", "AdamW", "Adamax", "ASGD", "NAdam", "RAdam", "RMSprop", "Rprop", "SGD"]


def step(m, model, optimizer):
    optimizer.zero_grad()
    (model(m.ones(2, 3)) ** 2).sum().backward()
    optimizer.step()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_training_goes_on_in_the_other(name, way):
    source, target = WAYS[way]
    model = source.nn.Linear(3, 3)
    optimizer = getattr(source.optim, name)(model.parameters(), lr=0.1)
    step(source, model, optimizer)
    other, other_optimizer = through_a_file((model, optimizer), source, target)
    assert other_optimizer.param_groups[0]["params"][0] is other.weight
    for _ in range(3):
        step(source, model, optimizer)
        step(target, other, other_optimizer)
    assert flat(other.weight.tolist()) == pytest.approx(flat(model.weight.tolist()), abs=1e-5)


def double(module, args, output):
    return output * 2


def keep(module, grad_input, grad_output):
    return tuple(None if g is None else g * 3 for g in grad_input)


@pytest.mark.parametrize("way", WAYS)
def test_hooks_and_their_handles(way):
    source, target = WAYS[way]
    layer = source.nn.Linear(2, 2)
    layer.handle = layer.register_forward_hook(double)
    layer.register_full_backward_hook(keep)
    loaded = through_a_file(layer, source, target)
    assert flat(loaded(target.ones(1, 2)).tolist()) == pytest.approx(flat(layer(source.ones(1, 2)).tolist()))
    grads = []
    for m, module in ((source, layer), (target, loaded)):
        x = m.ones(1, 2, requires_grad=True)
        module(x).sum().backward()
        grads.append(flat(x.grad.tolist()))
    assert grads[0] == pytest.approx(grads[1])
    loaded.handle.remove()
    assert len(loaded._forward_hooks) == 0


def halve(module, state_dict, prefix, *rest):
    module.halved = state_dict
    state_dict[prefix + "weight"] = state_dict[prefix + "weight"] / 2


@pytest.mark.parametrize("way", WAYS)
def test_hooks_of_loading_get_the_module_that_was_loaded(way):
    source, target = WAYS[way]
    layer = source.nn.Linear(2, 2)
    layer.register_load_state_dict_pre_hook(halve)
    for m, loaded in ((target, through_a_file(layer, source, target)), (source, copy.deepcopy(layer))):
        loaded.load_state_dict({"weight": m.ones(2, 2), "bias": m.ones(2)})
        assert loaded.weight.tolist() == [[0.5, 0.5]] * 2 and "weight" in loaded.halved
    assert not hasattr(layer, "halved")


class Net(vt.nn.Module):
    """A program's own module, whose class both sides find."""

    def __init__(self):
        super().__init__()
        self.body = vt.nn.ModuleDict({"a": vt.nn.Linear(2, 2), "b": vt.nn.Sequential(vt.nn.ReLU(), vt.nn.Linear(2, 1))})
        self.body["b"][1].weight.requires_grad_(False)
        self.register_buffer("scale", vt.full((1,), 2.0), persistent=False)
        self.tied = self.body["a"].weight

    def forward(self, x):
        return self.body["b"](self.body["a"](x)) * self.scale


def test_a_programs_own_module():
    net = Net()
    loaded = through_a_file(net, vt, vt)
    assert type(loaded) is Net and loaded.tied is loaded.body["a"].weight and "scale" not in loaded.state_dict()
    assert [p.requires_grad for p in loaded.parameters()] == [p.requires_grad for p in net.parameters()]
    assert loaded(vt.ones(3, 2)).tolist() == net(vt.ones(3, 2)).tolist()
