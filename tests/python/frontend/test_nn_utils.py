"""nn.utils: parametrizations, pruning, normed weights, packed sequences, stateless calls, lazy modules; against PyTorch."""

import copy
import io
import pickle
import warnings

import pytest
import torch
import vibetensor.torch as vt
from compare import same, theirs_of
from torch.nn.utils import parametrizations as their_parametrizations
from torch.nn.utils import parametrize as their_parametrize
from torch.nn.utils import prune as their_prune
from vibetensor.torch.nn.utils import parametrizations, parametrize, prune

SIDES = (
    (torch, their_parametrizations, their_parametrize, their_prune),
    (vt, parametrizations, parametrize, prune),
)
pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning")


def on_both(program):
    """program(torch, parametrizations, parametrize, prune) of each side, from one seed: numbers and words agree."""
    found = []
    for side in SIDES:
        side[0].manual_seed(3)
        found.append(program(*side))
    assert len(found[0]) == len(found[1]) > 0
    for theirs, ours in zip(*found, strict=True):
        if isinstance(theirs, torch.Tensor):
            same(ours, theirs, rtol=1e-5, atol=1e-6)
        else:
            assert ours == theirs


# Normed weights
# ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dim", [0, 1, None])
def test_weight_norm(dim):
    def old(t, *_):
        layer = t.nn.utils.weight_norm(t.nn.Linear(4, 5), dim=dim)
        out = layer(t.ones(2, 4))
        out.sum().backward()
        state = layer.state_dict()
        t.nn.utils.remove_weight_norm(layer)
        parts = [out, *state.values(), layer.weight, str(layer), list(state), list(layer.state_dict())]
        return [*parts, len(layer._forward_pre_hooks)]

    def new(t, parametrizations, *_):
        layer = parametrizations.weight_norm(t.nn.Linear(4, 5), dim=dim)
        before = layer.weight.detach().clone()
        layer.weight = before * 2
        out = layer(t.ones(2, 4))
        out.sum().backward()
        originals = layer.parametrizations.weight
        grads = [originals.original0.grad, originals.original1.grad]
        return [out, layer.weight, *grads, str(layer), list(layer.state_dict())]

    on_both(old)
    on_both(new)


def test_weight_norm_of_old_state_dicts():
    old = vt.nn.utils.weight_norm(vt.nn.Linear(3, 2))
    new = parametrizations.weight_norm(vt.nn.Linear(3, 2))
    new.load_state_dict(old.state_dict())
    same(new.weight, theirs_of(old.weight))
    with pytest.raises(RuntimeError, match="two weight_norm hooks"):
        vt.nn.utils.weight_norm(old)
    with pytest.raises(ValueError, match="not found"):
        vt.nn.utils.remove_weight_norm(new)


def test_spectral_norm():
    def old(t, *_):
        layer = t.nn.utils.spectral_norm(t.nn.Linear(4, 5), n_power_iterations=2)
        first, second = layer(t.ones(2, 4)), layer(t.ones(2, 4))
        (first.sum() - second.square().sum()).backward()
        state = layer.state_dict()
        other = t.nn.utils.spectral_norm(t.nn.Linear(4, 5))
        other.load_state_dict(state)
        layer.eval()
        fixed = layer(t.ones(2, 4))
        grad = layer.weight_orig.grad
        t.nn.utils.remove_spectral_norm(layer)
        hooks = [len(h) for h in (layer._forward_pre_hooks, layer._state_dict_hooks)]
        names = [str(layer), list(state), dict(state._metadata), list(layer.state_dict()), hooks]
        return [first, second, fixed, grad, *state.values(), layer.weight, other(t.ones(2, 4)), *names]

    def new(t, parametrizations, *_):
        layer = parametrizations.spectral_norm(t.nn.Linear(4, 5))
        out = layer(t.ones(2, 4))
        out.sum().backward()
        original = layer.parametrizations.weight.original
        bias = parametrizations.spectral_norm(t.nn.Linear(4, 5), "bias").bias
        return [out, original.grad, original, *layer.state_dict().values(), bias, str(layer), list(layer.state_dict())]

    on_both(old)
    on_both(new)


@pytest.mark.parametrize("trivial", [True, False])
@pytest.mark.parametrize("kind", [None, "matrix_exp", "cayley", "householder"])
@pytest.mark.parametrize("sizes", [(4, 4), (3, 5), (5, 3)])
def test_orthogonal(sizes, kind, trivial):
    assigns = trivial or kind == "householder" or (kind is None and sizes != (4, 4))

    def program(t, parametrizations, *_):
        layer = parametrizations.orthogonal(
            t.nn.Linear(*sizes, dtype=t.float64), "weight", kind, use_trivialization=trivial
        )
        optimizer = t.optim.SGD(layer.parameters(), lr=0.1)
        seen = [layer.weight]
        for _ in range(3):
            optimizer.zero_grad()
            (layer(t.ones(2, sizes[0], dtype=t.float64)) ** 2).sum().backward()
            optimizer.step()
            seen += [layer.weight, *(p.grad.clone() for p in layer.parameters())]
        with t.no_grad():
            if assigns:
                given = t.linspace(-1, 1, layer.weight.numel(), dtype=t.float64).view_as(layer.weight)
                layer.weight = given + t.eye(*layer.weight.shape, dtype=t.float64)
        words = [str(layer), list(layer.state_dict())]
        other = parametrizations.orthogonal(
            t.nn.Linear(*sizes, dtype=t.float64), "weight", kind, use_trivialization=trivial
        )
        other.load_state_dict(layer.state_dict())
        t.nn.utils.parametrize.remove_parametrizations(layer, "weight")
        return [*seen, other.weight, layer.weight, *words]

    on_both(program)


def test_orthogonal_of_batches_and_complex():
    def program(t, parametrizations, *_):
        module = t.nn.Module()
        module.weight = t.nn.Parameter(t.randn(2, 4, 3, dtype=t.float64))
        parametrizations.orthogonal(module)
        unitary = t.nn.Module()
        unitary.weight = t.nn.Parameter(t.randn(3, 3, dtype=t.complex128))
        parametrizations.orthogonal(unitary)
        return [module.weight, module.weight.mT @ module.weight, unitary.weight, unitary.weight.mH @ unitary.weight]

    on_both(program)
    for arguments, text in (
        ({"orthogonal_map": "gram"}, "orthogonal_map has to be one of"),
        ({"name": "bias"}, "Expected a matrix"),
        ({"name": "no"}, "no parameter or buffer"),
    ):
        with pytest.raises(ValueError, match=text):
            parametrizations.orthogonal(vt.nn.Linear(2, 2), **arguments)
    fixed = parametrizations.orthogonal(vt.nn.Linear(2, 2), use_trivialization=False)
    with pytest.raises(NotImplementedError, match="It is not possible to assign"):
        fixed.weight = vt.eye(2)
    module = vt.nn.Linear(2, 3, dtype=vt.complex64)
    with pytest.raises(ValueError, match="does not support complex"):
        parametrizations.orthogonal(module, orthogonal_map="householder")


# parametrize
# ----------------------------------------------------------------------------------------------------------------------


def symmetric(t):
    class Symmetric(t.nn.Module):
        def forward(self, x):
            return x.triu() + x.triu(1).transpose(-1, -2)

        def right_inverse(self, a):
            return a.triu()

    return Symmetric()


def scaled(t, by):
    class Scaled(t.nn.Module):
        def forward(self, x):
            return x * by

        def right_inverse(self, x):
            return x / by

    return Scaled()


def test_parametrizations_in_a_chain():
    def program(t, _, parametrize, __):
        layer = t.nn.Linear(3, 3)
        before = layer.weight
        parametrize.register_parametrization(layer, "weight", symmetric(t))
        parametrize.register_parametrization(layer, "weight", scaled(t, 2.0))
        kept = layer.parametrizations.weight.original is before
        out = layer(t.ones(1, 3))
        out.sum().backward()
        copied = copy.deepcopy(layer)
        with parametrize.cached():
            again = layer.weight is layer.weight
        words = [str(layer), type(layer).__name__, list(layer.state_dict()), kept, again, layer.weight is layer.weight]
        layer.weight = t.ones(3, 3) * 6
        values = [out, before.grad, layer.weight, layer.parametrizations.weight.original, copied.weight]
        words += [parametrize.is_parametrized(layer), parametrize.is_parametrized(layer, "bias")]
        words += [parametrize.type_before_parametrizations(layer).__name__]
        parametrize.remove_parametrizations(layer, "weight")
        words += [
            str(layer),
            list(layer.state_dict()),
            isinstance(layer.weight, t.nn.Parameter),
            layer.weight is before,
        ]
        return [*values, layer.weight, *words]

    on_both(program)


def test_parametrizations_left_and_transferred():
    def program(t, _, parametrize, __):
        layer = t.nn.Linear(3, 3)
        parametrize.register_parametrization(layer, "weight", symmetric(t))
        other = t.nn.Linear(3, 3)
        parametrize.transfer_parametrizations_and_params(layer, other)
        original = layer.parametrizations.weight.original.detach().clone()
        parametrize.remove_parametrizations(layer, "weight", leave_parametrized=False)
        layer.register_buffer("b", t.ones(2, 2))
        parametrize.register_parametrization(layer, "b", scaled(t, 3.0))
        layer.b = t.ones(2, 2) * 9
        return [layer.weight, original, other.weight, layer.b, list(layer.state_dict()), list(other.state_dict())]

    on_both(program)


def test_parametrizations_that_do_not_fit():
    class Wider(vt.nn.Module):
        def forward(self, x):
            return vt.cat([x, x])

    layer = vt.nn.Linear(2, 2)
    with pytest.raises(ValueError, match="may not change the shape"):
        parametrize.register_parametrization(layer, "weight", Wider())
    assert list(layer.state_dict()) == ["weight", "bias"] and type(layer) is vt.nn.Linear
    with pytest.raises(ValueError, match="does not have a parameter"):
        parametrize.register_parametrization(layer, "nothing", Wider())
    parametrize.register_parametrization(layer, "bias", Wider(), unsafe=True)
    assert layer.bias.shape == (4,)
    with pytest.raises(RuntimeError, match="does not implement right_inverse"):
        layer.bias = vt.ones(2)
    with pytest.raises(RuntimeError, match="only supported through state_dict"):
        pickle.dumps(layer)
    with pytest.raises(ValueError, match="does not have a parametrization on weight"):
        parametrize.remove_parametrizations(layer, "weight")


# Pruning
# ----------------------------------------------------------------------------------------------------------------------


def test_pruning():
    def program(t, _, __, prune):
        layer = t.nn.Linear(4, 5)
        prune.l1_unstructured(layer, "weight", 0.3)
        prune.random_unstructured(layer, "weight", 3)
        prune.ln_structured(layer, "weight", 1, 2, 0)
        prune.random_structured(layer, "weight", 0.25, -1)
        prune.custom_from_mask(layer, "bias", t.tensor([1.0, 0.0, 1.0, 1.0, 0.0]))
        out = layer(t.ones(2, 4))
        out.sum().backward()
        values = [out, layer.weight_mask, layer.weight_orig.grad, layer.bias_mask, layer.weight]
        words = [list(layer.state_dict()), [type(h).__name__ for h in layer._forward_pre_hooks.values()]]
        words += [prune.is_pruned(layer), sorted(n for n, _ in layer.named_parameters())]
        prune.remove(layer, "weight")
        words += [list(layer.state_dict()), isinstance(layer.weight, t.nn.Parameter), prune.is_pruned(layer)]
        prune.remove(layer, "bias")
        prune.identity(layer, "weight")
        return [*values, layer.weight, layer.weight_mask, *words, len(layer._forward_pre_hooks)]

    on_both(program)


def test_pruning_by_scores_and_of_all():
    def program(t, _, __, prune):
        net = t.nn.Sequential(t.nn.Linear(4, 3), t.nn.Linear(3, 2))
        pairs = [(net[0], "weight"), (net[1], "weight")]
        prune.global_unstructured(pairs, prune.L1Unstructured, amount=0.4)
        first = [net[0].weight_mask.clone(), net[1].weight_mask.clone()]
        scores = {(net[1], "weight"): t.arange(6.0).reshape(2, 3)}
        prune.global_unstructured(pairs, prune.L1Unstructured, importance_scores=scores, amount=3)
        layer = t.nn.Linear(2, 3)
        prune.l1_unstructured(layer, "weight", 2, importance_scores=t.arange(6.0).reshape(3, 2))
        pruned = prune.LnStructured(1, 1, dim=0).prune(t.arange(6.0).reshape(3, 2))
        return [*first, net[0].weight_mask, net[1].weight_mask, layer.weight_mask, pruned]

    on_both(program)


def test_pruning_that_does_not_fit():
    layer = vt.nn.Linear(2, 2)
    for amount, error in ((1.5, ValueError), (-1, ValueError), ("a", TypeError)):
        with pytest.raises(error, match="amount"):
            prune.l1_unstructured(layer, "weight", amount)
    with pytest.raises(ValueError, match="should be smaller than"):
        prune.l1_unstructured(layer, "weight", 5)
    with pytest.raises(ValueError, match="multidimensional"):
        prune.random_structured(layer, "bias", 1, 0)
    assert list(layer.state_dict()) == ["weight", "bias"] or sorted(layer.state_dict()) == ["bias", "weight"]
    with pytest.raises(ValueError, match="has to be pruned"):
        prune.remove(layer, "weight")


# Sequences
# ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("batch_first", [False, True])
@pytest.mark.parametrize("lengths", [[4, 2, 1], [1, 4, 2]])
def test_packed_sequences(batch_first, lengths):
    def program(t, *_):
        x = t.arange(24.0).reshape(4, 3, 2)
        x = (x.transpose(0, 1).contiguous() if batch_first else x).requires_grad_()
        packed = t.nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first, enforce_sorted=False)
        padded, found = t.nn.utils.rnn.pad_packed_sequence(packed, batch_first, -1.0, 5)
        (padded * 2).sum().backward()
        each = t.nn.utils.rnn.unpack_sequence(packed)
        return [
            packed.data,
            packed.batch_sizes,
            packed.sorted_indices,
            packed.unsorted_indices,
            padded,
            found,
            x.grad,
            *each,
        ]

    on_both(program)


def test_sequences_of_different_lengths():
    def program(t, *_):
        rnn = t.nn.utils.rnn
        sequences = [t.arange(3.0), t.arange(2.0), t.arange(1.0)]
        padded = rnn.pad_sequence(sequences, padding_value=-1)
        packed = rnn.pack_sequence(sequences)
        again = rnn.PackedSequence(packed.data.double(), packed.batch_sizes)
        back = rnn.unpad_sequence(padded.clone(), t.tensor([3, 2, 1]))  # PyTorch transposes its argument
        left = rnn.pad_sequence(sequences, True, 0.0, "left")
        inverse = rnn.invert_permutation(t.tensor([2, 0, 1]))
        words = [str(again.data.dtype), packed.unsorted_indices is None, packed.half().data.dtype == t.float16]
        return [padded, packed.data, packed.batch_sizes, *back, left, inverse, *words]

    on_both(program)
    with pytest.raises(RuntimeError, match="sorted in decreasing order"):
        vt.nn.utils.rnn.pack_padded_sequence(vt.ones(3, 2), [1, 3])
    with pytest.raises(RuntimeError, match="greater than 0"):
        vt.nn.utils.rnn.pack_padded_sequence(vt.ones(3, 2), [3, 0])
    with pytest.raises(ValueError, match="total_length"):
        packed = vt.nn.utils.rnn.pack_sequence([vt.ones(3)])
        vt.nn.utils.rnn.pad_packed_sequence(packed, total_length=2)
    same_packed = pickle.loads(pickle.dumps(packed))
    same(same_packed.data, theirs_of(packed.data))


# Stateless calls
# ----------------------------------------------------------------------------------------------------------------------


def test_functional_call():
    def program(t, *_):
        net = t.nn.Sequential(t.nn.Linear(2, 2), t.nn.Linear(2, 2))
        net[1].weight = net[0].weight
        x = t.ones(1, 2)
        w = t.full((2, 2), 0.5, requires_grad=True)
        tied = t.func.functional_call(net, {"0.weight": w}, (x,))
        untied = t.func.functional_call(net, {"0.weight": w}, x, tie_weights=False)
        both = t.func.functional_call(net, ({"0.weight": w}, {"0.bias": t.zeros(2)}), x)
        tied.sum().backward()
        return [tied, untied, both, w.grad, net[0].weight, net[1].weight is net[0].weight]

    on_both(program)


def test_functional_call_refuses():
    layer = vt.nn.Linear(2, 2)
    call = vt.func.functional_call
    with pytest.raises(RuntimeError, match=r"Missing key\(s\): bias"):
        call(layer, {"weight": layer.weight}, vt.ones(1, 2), strict=True)
    with pytest.raises(ValueError, match="multiple dictionaries"):
        call(layer, ({"weight": layer.weight}, {"weight": layer.weight}), vt.ones(1, 2))
    with pytest.raises(RuntimeError):
        call(layer, {"weight": vt.ones(3, 3)}, vt.ones(1, 2))
    assert layer.weight.shape == (2, 2)  # put back after the error


def test_stack_module_state():
    def program(t, *_):
        models = [t.nn.Linear(2, 3) for _ in range(3)]
        parameters, buffers = t.func.stack_module_state(models)
        return [*parameters.values(), list(parameters), buffers, all(p.requires_grad for p in parameters.values())]

    on_both(program)
    with pytest.raises(RuntimeError, match="same class"):
        vt.func.stack_module_state([vt.nn.Linear(1, 1), vt.nn.ReLU()])


def test_skip_init_and_formats():
    layer = vt.nn.utils.skip_init(vt.nn.Linear, 3, 4, dtype=vt.float64)
    assert layer.weight.shape == (4, 3) and layer.weight.dtype == vt.float64 and layer.weight.device.type == "cpu"
    with pytest.raises(RuntimeError, match="Expected a Module"):
        vt.nn.utils.skip_init(dict)
    net = vt.nn.Sequential(vt.nn.Linear(2, 2))
    net.register_buffer("images", vt.ones(1, 3, 4, 4))
    net.to(memory_format=vt.channels_last)
    assert net.images.is_contiguous(memory_format=vt.channels_last) and not net.images.is_contiguous()
    assert vt.nn.utils.convert_conv2d_weight_memory_format(net, vt.channels_last) is net


# Lazy modules
# ----------------------------------------------------------------------------------------------------------------------


def test_lazy_linear():
    def program(t, *_):
        layer = t.nn.LazyLinear(3)
        words = [str(layer), list(layer.state_dict()), layer.has_uninitialized_params()]
        words += [type(layer.weight).__name__, repr(layer.weight), t.nn.parameter.is_lazy(layer.bias)]
        copied = copy.deepcopy(layer).double()
        out = layer(t.ones(2, 4))
        out.sum().backward()
        words += [
            str(layer),
            type(layer).__name__,
            len(layer._forward_pre_hooks),
            len(layer._load_state_dict_pre_hooks),
        ]
        loaded = t.nn.LazyLinear(3)
        loaded.load_state_dict(layer.state_dict())
        again = loaded(t.ones(2, 4))
        words += [str(loaded), str(copied(t.ones(1, 2, dtype=t.float64)).dtype)]
        return [out, layer.weight.grad, again, *words]

    on_both(program)


@pytest.mark.parametrize("kind", ["Batch", "Instance"])
@pytest.mark.parametrize("options", [{}, {"affine": False}, {"bias": False}, {"track_running_stats": False}])
def test_lazy_norms(kind, options):
    def program(t, *_):
        seen, words = [], []
        for dims in (1, 2, 3):
            layer = getattr(t.nn, f"Lazy{kind}Norm{dims}d")(**options)
            words += [str(layer), layer.has_uninitialized_params(), list(layer.state_dict())]
            x = t.linspace(-1, 1, 2 * 3 * 4**dims).view(2, 3, *[4] * dims).sin().requires_grad_()
            out = layer(x)
            (out**2).mean().backward()
            words += [str(layer), type(layer).__name__, list(layer.state_dict())]
            seen += [out, x.grad, *layer.state_dict().values()]
            if kind == "Batch" or t is vt:  # PyTorch's LazyInstanceNorm does not know its size from a state_dict
                loaded = getattr(t.nn, f"Lazy{kind}Norm{dims}d")(**options)
                loaded.load_state_dict(layer.state_dict())
                again = loaded.eval()(x)
                assert type(loaded) is type(layer) and t.equal(again, layer.eval()(x))
        return [*seen, *words]

    on_both(program)


def test_lazy_modules_say_what_is_wrong():
    layer = vt.nn.LazyLinear(3)
    with pytest.raises(RuntimeError, match="has no shape yet"):
        _ = layer.weight.shape
    with pytest.raises(RuntimeError):
        vt.nn.Linear(2, 3).load_state_dict(layer.state_dict())

    class Unfinished(vt.nn.modules.lazy.LazyModuleMixin, vt.nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = vt.nn.UninitializedParameter()

        def forward(self, x):
            return x

    with pytest.raises(NotImplementedError, match="initialize_parameters is not implemented for Unfinished"):
        Unfinished()(vt.ones(1))
    loaded = pickle.loads(pickle.dumps(vt.nn.LazyLinear(2, bias=False)))
    assert loaded(vt.ones(1, 3)).shape == (1, 2)
    file = io.BytesIO()
    vt.save(vt.nn.LazyLinear(2).state_dict(), file)


def test_clip_grad_norm_under_its_old_name():
    x = vt.nn.Parameter(vt.zeros(2))
    x.grad = vt.tensor([3.0, 4.0])
    with pytest.warns(FutureWarning, match="clip_grad_norm_"):
        assert vt.nn.utils.clip_grad_norm([x], 1.0).item() == 5.0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        vt.nn.utils.clip_grad_norm_([x], 1.0)
