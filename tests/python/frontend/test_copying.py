"""copy, deepcopy and pickle: what shares memory goes on sharing it, nothing is spread out, and geometry stays."""

import copy
import pickle
import warnings
from collections import OrderedDict

import pytest
import torch
import vibetensor.torch as vt


def pickled(value, protocol=pickle.DEFAULT_PROTOCOL):
    return pickle.loads(pickle.dumps(value, protocol))


WAYS = {
    "deepcopy": copy.deepcopy,
    **{f"pickle {n}": lambda v, n=n: pickled(v, n) for n in range(pickle.HIGHEST_PROTOCOL + 1)},
}


@pytest.fixture(params=WAYS)
def again(request):
    return WAYS[request.param]


def test_tensors_of_one_storage_share_it_afterwards(again):
    base = vt.zeros(4, 6)
    a, b, row, column, flat = again((base, base.detach(), base[1], base[:, 2], base.view(-1)))
    a.fill_(1.0)
    assert base.sum() == 0.0
    for other in (b, row, column, flat):
        assert bool((other == 1.0).all())


def test_an_expanded_tensor_stays_as_small_as_it_is(again):
    huge = again(vt.ones(1).expand(10**10))
    assert huge.shape == (10**10,) and huge.stride() == (0,) and huge[7].item() == 1.0
    assert len(pickle.dumps(vt.ones(1).expand(10**10))) < 1000


@pytest.mark.parametrize(
    "view", [lambda t: t.t(), lambda t: t.t()[::2], lambda t: t[1:, 2:], lambda t: t[1:, :0], lambda t: t[0, 0]]
)
def test_geometry_is_pytorchs(again, view):
    ours, theirs = again(view(vt.arange(24.0).reshape(4, 6))), again(view(torch.arange(24.0).reshape(4, 6)))
    assert ours.stride() == theirs.stride() and ours.storage_offset() == theirs.storage_offset()
    assert ours.tolist() == theirs.tolist() and ours.dtype == vt.float32


def test_dtypes_of_one_storage_share_it(again):
    bits = vt.zeros(4, dtype=vt.int32)
    number, real = vt.zeros(2, dtype=vt.complex64), None
    real = vt.view_as_real(number)
    a, b = again((number, real))
    a.fill_(1 + 2j)
    assert b.tolist() == [[1.0, 2.0], [1.0, 2.0]]
    assert again(bits).dtype == vt.int32


def test_copy_shares_memory():
    for tensor in (vt.zeros(3), vt.nn.Parameter(vt.zeros(3)), vt.zeros(3, requires_grad=True), vt.zeros(6)[::2]):
        tensor.tag = ["kept"]
        shallow = copy.copy(tensor)
        assert shallow is not tensor and type(shallow) is type(tensor)
        assert shallow.data_ptr() == tensor.data_ptr() and shallow.stride() == tensor.stride()
        assert shallow.requires_grad == tensor.requires_grad and shallow.grad is None and shallow.tag is tensor.tag


def test_parameters_and_modules_keep_what_is_tied(again):
    weight = vt.zeros(2, 2)
    one, two = vt.nn.Parameter(weight), vt.nn.Parameter(weight.t())
    a, b = again([one, two])
    a.data.fill_(1.0)
    assert type(b) is vt.nn.Parameter and b.tolist() == [[1.0, 1.0], [1.0, 1.0]]

    model = vt.nn.Sequential(vt.nn.Linear(2, 2), vt.nn.Linear(2, 2))
    model[1].weight = model[0].weight
    optimizer = vt.optim.AdamW(model.parameters())
    model(vt.ones(1, 2)).sum().backward()
    optimizer.step()
    other, stepping, state = again((model, optimizer, model.state_dict()))
    assert other[0].weight is other[1].weight is stepping.param_groups[0]["params"][0]
    assert next(iter(stepping.state)) is other[0].weight
    assert state["0.weight"].data_ptr() == state["1.weight"].data_ptr() == other[0].weight.data_ptr()
    assert type(state) is OrderedDict and state._metadata == model.state_dict()._metadata


@pytest.mark.parametrize("module", [torch, vt], ids=["torch", "vibetensor"])
def test_gradients_flags_and_attributes_go_where_they_go_in_pytorch(module):
    leaf, parameter = module.zeros(3).requires_grad_(), module.nn.Parameter(module.zeros(3))
    for tensor in (leaf, parameter):
        tensor.grad, tensor.tag = module.ones(3), "tag"
    deep = copy.deepcopy(leaf)
    assert deep.requires_grad and deep.grad.tolist() == [1.0] * 3 and deep.grad is not leaf.grad and deep.tag == "tag"
    deep = copy.deepcopy(parameter)
    assert deep.requires_grad and deep.grad is None and not hasattr(deep, "tag")
    for tensor in (leaf, parameter):
        loaded = pickled(tensor)
        assert loaded.requires_grad and loaded.grad is None and loaded.tag == "tag"
    frozen = copy.deepcopy(module.nn.Parameter(module.zeros(1), requires_grad=False))
    assert not frozen.requires_grad
    with pytest.raises(RuntimeError, match=r"Only Tensors created explicitly by the user .*weight_norm"):
        copy.deepcopy(leaf * 2)
    shallow = copy.copy(leaf * 2)
    assert shallow.is_leaf and shallow.requires_grad


@pytest.mark.parametrize("module", [torch, vt], ids=["torch", "vibetensor"])
def test_hooks_are_lost_with_a_warning(module):
    tensor = module.ones(2, requires_grad=True)
    handle = tensor.register_hook(print)
    with pytest.warns(UserWarning, match="backward hook <built-in function print> on tensor will not be serialized"):
        pickled(tensor)

    @module.utils.hooks.unserializable_hook
    def known(grad):
        return grad

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        copy.deepcopy(tensor)
        handle.remove()
        tensor.register_hook(known)
        pickled(tensor)


def ignore(*args):
    return None


@pytest.mark.parametrize("module", [torch, vt], ids=["torch", "vibetensor"])
def test_handles_go_with_the_module_that_they_are_of(module, again):
    layer = module.nn.Linear(2, 2)
    layer.handle = layer.register_forward_hook(ignore)
    other = again(layer)
    assert list(other._forward_hooks.values()) == [ignore]
    other.handle.remove()
    assert not other._forward_hooks and len(layer._forward_hooks) == 1
    alone = pickled(layer.handle)
    alone.remove()
    assert len(layer._forward_hooks) == 1


class Slotted(vt.Tensor):
    __slots__ = ("place",)


def test_subclasses_keep_type_attributes_and_slots(again):
    tensor = vt.Tensor._make_subclass(Slotted, vt.arange(3.0))
    tensor.place, tensor.names = "slot", ["a"]
    for other in (again(tensor), copy.copy(tensor)):
        assert type(other) is Slotted and other.place == "slot" and other.names == ["a"]
        assert other.tolist() == [0.0, 1.0, 2.0]


SMALL = [
    vt.device("cpu"), vt.device("cuda"), vt.device("cuda:1"), vt.device("meta"), vt.float32, vt.bool, vt.complex128,
    vt.contiguous_format, vt.preserve_format, vt.channels_last, vt.strided, vt.Size([2, 3]), vt.Size([]),
    vt.Tensor, vt.Size, vt.dtype, vt.device, vt.Generator, vt.layout, vt.memory_format, vt.OutOfMemoryError,
    vt.AcceleratorError, vt.FloatTensor, vt.LongTensor, vt.nn.Parameter,
]  # fmt: skip


@pytest.mark.parametrize("value", SMALL, ids=repr)
def test_small_types(value, again):
    for other in (again(value), copy.copy(value)):
        assert other == value and type(other) is type(value) and repr(other) == repr(value)
        if isinstance(value, vt.dtype | vt.memory_format | vt.layout | type):
            assert other is value


def test_errors_can_be_sent(again):
    error = again(vt.OutOfMemoryError("no more"))
    assert type(error) is vt.OutOfMemoryError and str(error) == "no more"


def test_generators_continue_where_they_were(again):
    generator = vt.Generator().manual_seed(5)
    vt.rand(3, generator=generator)
    other, same = again((generator, generator))
    assert other is same and other is not generator and other.initial_seed() == 5
    assert vt.rand(3, generator=other).tolist() == vt.rand(3, generator=generator).tolist()


def test_meta_tensors_have_their_shape_only(again):
    tensor = vt.ones(3, 2, device="meta").t().requires_grad_()
    other = again(tensor)
    assert other.device.type == "meta" and other.shape == (2, 3) and other.stride() == (1, 2) and other.requires_grad
    assert again(vt.empty(10**15, device="meta")).shape == (10**15,)


def test_a_resized_tensor_is_pickled_whole():
    tensor = vt.zeros(2)
    kept = pickle.dumps((tensor, tensor))
    tensor.resize_(100).fill_(2.0)
    assert pickled(tensor).tolist() == [2.0] * 100 and pickle.loads(kept)[0].tolist() == [0.0, 0.0]


def test_bytes_out_of_band():
    buffers = []
    data = pickle.dumps(vt.zeros(1000), protocol=5, buffer_callback=buffers.append)
    assert len(data) < 500 and len(buffers) == 1
    assert pickle.loads(data, buffers=buffers).tolist() == [0.0] * 1000


def test_read_only_memory_is_copied_into_memory_that_may_be_written():
    tensor = vt.frombuffer(b"\x01\x02", dtype=vt.uint8)
    for other in (copy.deepcopy(tensor), pickled(tensor)):
        other.fill_(3)
        assert other.tolist() == [3, 3] and tensor.tolist() == [1, 2]
