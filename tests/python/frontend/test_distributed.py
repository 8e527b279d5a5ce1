"""torch.distributed in a group of one process, beside PyTorch's with gloo; several are in tests/python/distributed."""

import functools
import importlib
import os
import socket
from datetime import timedelta

import pytest
import torch
import torch.distributed
import vibetensor.torch as vt
from compare import outcome, same

SIDES = [vt, torch]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@pytest.fixture
def group():
    for side in SIDES:
        side.distributed.init_process_group("gloo", init_method=f"tcp://127.0.0.1:{free_port()}", world_size=1, rank=0)
    yield
    for side in SIDES:
        if side.distributed.is_initialized():
            side.distributed.destroy_process_group()


def both(program):
    same(outcome(program, vt), outcome(program, torch))


def test_before_there_is_a_group():
    for program in (
        lambda t: t.distributed.is_initialized(),
        lambda t: t.distributed.is_available(),
        lambda t: t.distributed.get_rank(),
        lambda t: t.distributed.get_world_size(),
        lambda t: t.distributed.barrier(),
        lambda t: t.distributed.all_reduce(t.ones(1)),
        lambda t: t.distributed.destroy_process_group(),
        lambda t: t.distributed.group.WORLD,
        lambda t: t.distributed.init_process_group("gloo", init_method="tcp://127.0.0.1:1"),
        lambda t: t.distributed.init_process_group("nobody", rank=0, world_size=1, init_method="tcp://127.0.0.1:1"),
        lambda t: t.nn.parallel.DistributedDataParallel(t.nn.Linear(1, 1)),
    ):
        both(program)


def test_the_environment_says_who_we_are(monkeypatch):
    for name in ("RANK", "WORLD_SIZE", "LOCAL_RANK", "MASTER_ADDR", "MASTER_PORT"):
        monkeypatch.delenv(name, raising=False)
    vt.distributed.init_process_group("gloo")  # where PyTorch raises: the same script is one process without a launcher
    assert vt.distributed.get_world_size() == 1
    vt.distributed.destroy_process_group()
    both(lambda t: t.distributed.get_node_local_rank())
    monkeypatch.setenv("RANK", "0")
    both(lambda t: t.distributed.init_process_group("gloo"))
    monkeypatch.setenv("LOCAL_RANK", "0")
    monkeypatch.setenv("WORLD_SIZE", "1")
    vt.distributed.init_process_group("nccl")
    try:
        assert (vt.distributed.get_rank(), vt.distributed.get_world_size(), vt.distributed.get_backend()) == (
            0,
            1,
            "nccl",
        )
        assert vt.distributed.get_node_local_rank() == 0
    finally:
        vt.distributed.destroy_process_group()
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(NotImplementedError, match="2 processes by 'ucc' are not there yet"):
        vt.distributed.init_process_group("ucc", store=vt.distributed.HashStore(), rank=0, world_size=2)
    if not vt.cuda.is_available():
        with pytest.raises(RuntimeError, match="the backend nccl of 2 processes: "):
            vt.distributed.init_process_group("nccl", store=vt.distributed.HashStore(), rank=0, world_size=2)
    monkeypatch.delenv("MASTER_ADDR", raising=False)
    both(lambda t: t.distributed.init_process_group("gloo"))
    assert os.environ["RANK"] == "0" and not vt.distributed.is_initialized()


COLLECTIVES = [
    lambda d, x, y: d.all_reduce(x),
    lambda d, x, y: d.all_reduce(x, op=d.ReduceOp.AVG),
    lambda d, x, y: d.all_reduce(x, op=d.ReduceOp.MAX, async_op=True).wait(),
    lambda d, x, y: d.reduce(x, 0),
    lambda d, x, y: d.broadcast(x, 0),
    lambda d, x, y: d.broadcast(x, src=1),
    lambda d, x, y: d.all_gather([y], x),
    lambda d, x, y: d.all_gather([], x),
    lambda d, x, y: d.all_gather([y[:2]], x),
    lambda d, x, y: d.all_gather_into_tensor(y, x),
    lambda d, x, y: d.reduce_scatter_tensor(y, x, op=d.ReduceOp.SUM),
    lambda d, x, y: d.gather(x, [y], 0),
    lambda d, x, y: d.gather(x),
    lambda d, x, y: d.scatter(y, [x], 0),
    lambda d, x, y: d.all_to_all_single(y, x),
    lambda d, x, y: d.barrier(),
    lambda d, x, y: d.send(x, 0),
    lambda d, x, y: d.all_reduce([1.0]),
    lambda d, x, y: d.get_process_group_ranks(d.group.WORLD),
    lambda d, x, y: d.get_global_rank(d.group.WORLD, 0),
    lambda d, x, y: [d.get_rank(d.new_group([0])), d.get_world_size(d.new_group())],
    lambda d, x, y: d.new_group([1]),
    lambda d, x, y: d.new_group([0, 0]),
    lambda d, x, y: d.init_process_group("gloo", rank=0, world_size=1, init_method="tcp://127.0.0.1:1"),
    lambda d, x, y: d.get_rank(d.GroupMember.NON_GROUP_MEMBER),
    lambda d, x, y: str(d.get_backend()),
]


@pytest.mark.filterwarnings("ignore::FutureWarning")
@pytest.mark.parametrize("number", range(len(COLLECTIVES)))
def test_collectives(group, number):
    def program(t):
        x, y = t.arange(3.0), t.zeros(3)
        return [COLLECTIVES[number](t.distributed, x, y), x, y]

    both(program)


def test_objects(group):
    def program(t):
        d = t.distributed
        gathered, one, out = [None], ["a"], [None]
        d.all_gather_object(gathered, {"a": [1]})
        d.broadcast_object_list(one, 0)
        d.scatter_object_list(out, [5], 0)
        return [gathered, one, out]

    both(program)


def test_gradients_stay_outside(group):
    x = vt.ones(2, requires_grad=True)
    out = vt.zeros(2)
    vt.distributed.all_gather_into_tensor(out, x)
    assert not out.requires_grad
    summed = importlib.import_module("vibetensor.torch.distributed.nn").all_reduce(x)
    summed.sum().backward()
    same(x.grad, vt.ones(2))


def test_reduce_op_numbers():
    names = [name for name in dir(torch.distributed.ReduceOp) if name.isupper()]
    assert names and all(hasattr(vt.distributed.ReduceOp, name) for name in names)
    assert all(int(getattr(vt.distributed.ReduceOp, n)) == int(getattr(torch.distributed.ReduceOp, n)) for n in names)


def test_bits_of_floats_are_refused(group):
    for side in SIDES:
        with pytest.raises(RuntimeError):
            side.distributed.all_reduce(side.ones(2), op=side.distributed.ReduceOp.BAND)


def test_data_parallel_modules(group):
    def program(t):
        t.manual_seed(0)
        model = t.nn.parallel.DistributedDataParallel(t.nn.Linear(3, 2))
        with model.no_sync():
            model(t.ones(1, 3)).sum().backward()
        model(t.ones(1, 3)).sum().backward()
        return [list(model.state_dict()), model.module.weight.grad, [n for n, _ in model.named_modules()]]

    both(program)
    both(lambda t: t.nn.parallel.DistributedDataParallel(t.nn.ReLU()))
    for side in SIDES:
        with pytest.raises(TypeError, match="must be callable"):
            side.nn.parallel.DistributedDataParallel(side.nn.Linear(1, 1)).register_comm_hook(None, None)


@pytest.mark.skipif(vt.cuda.is_available(), reason="on a GPU DataParallel moves the module there")
def test_data_parallel_without_a_gpu():
    def program(t):
        t.manual_seed(0)
        model = t.nn.DataParallel(t.nn.Linear(3, 2))
        return [model(t.ones(2, 3)), list(model.state_dict())]

    both(program)
    model = vt.nn.Linear(3, 2)
    same(vt.nn.parallel.data_parallel(model, vt.ones(1, 3)), model(vt.ones(1, 3)))


def test_stores():
    def program(t):
        store = t.distributed.PrefixStore("p", t.distributed.HashStore())
        store.set("a", "1")
        return [store.get("a"), store.add("n", 2), store.add("n", 3), store.check(["a"]), store.check(["b"])]

    both(program)
    store = vt.distributed.HashStore()
    store.set("a", "1")
    assert (
        store.compare_set("a", "1", "2") == b"2"
        and store.num_keys() == 1
        and store.delete_key("a")
        and not store.check(["a"])
    )
    store.set_timeout(timedelta(milliseconds=10))
    with pytest.raises(vt.distributed.DistStoreError, match="wait timeout after 10ms, keys: a"):
        store.get("a")


@pytest.mark.parametrize(
    "call",
    [
        lambda d, x: d.broadcast(x),
        lambda d, x: d.reduce(x),
        lambda d, x: d.broadcast(x, 0, group_src=0),
        lambda d, x: d.gather(x, [x]),
        lambda d, x: d.scatter(x, [x]),
        lambda d, x: d.broadcast_object_list([1]),
        lambda d, x: d.all_reduce(x * 1j, d.ReduceOp.MAX),
        lambda d, x: d.all_reduce(x, group="a group"),
        lambda d, x: d.new_group([0], backend="nobody"),
        lambda d, x: d.new_subgroups(1, backend="nobody"),
        lambda d, x: d.get_group_rank(d.new_group([0]), 3),
        lambda d, x: d.get_global_rank(d.new_group([0]), -1),
    ],
)
def test_arguments_are_checked_as_pytorchs(group, call):
    both(lambda t: call(t.distributed, t.ones(2)))


def test_a_factor_beside_a_sum_is_refused(group):
    with pytest.raises(NotImplementedError, match="PREMUL_SUM"):
        vt.distributed.all_reduce(vt.ones(1), vt.distributed.ReduceOp.PREMUL_SUM)


def test_a_destroyed_group_is_none(group):
    def program(t):
        own = t.distributed.new_group([0])
        t.distributed.all_reduce(t.ones(1), group=own)
        t.distributed.destroy_process_group(own)
        again = outcome(lambda t: t.distributed.destroy_process_group(own), t)
        return [type(outcome(lambda t: t.distributed.get_backend(own), t)).__name__, type(again).__name__]

    same(outcome(program, vt), outcome(program, torch))
    with pytest.raises(ValueError, match="does not have this process in it"):
        vt.distributed.all_reduce(vt.ones(1), group=vt.distributed.GroupMember.NON_GROUP_MEMBER)


@pytest.mark.parametrize("backend", ["cpu:gloo", "cpu:gloo,cuda:gloo", "cpu:gloo,xyz", "foo:gloo"])
def test_backends_by_device(backend):
    def program(t):
        t.distributed.init_process_group(backend, init_method=f"tcp://127.0.0.1:{free_port()}", world_size=1, rank=0)
        try:
            return t.distributed.get_backend()
        finally:
            t.distributed.destroy_process_group()

    both(program)


def test_collectives_with_gradients_check_their_parts(group):
    ops = vt.distributed.nn
    x = vt.ones(4)
    with pytest.raises(RuntimeError, match="split sizes"):
        ops.all_to_all_single(x, x, [1, 3])
    with pytest.raises(RuntimeError, match="input tensor list"):
        ops.reduce_scatter(x, [x, x])
    same(ops.reduce_scatter(x, [x.reshape(2, 2)]), x)


def test_meshes_and_placements(group):
    mesh = vt.distributed.init_device_mesh("cpu", (1, 1), mesh_dim_names=("data", "model"))
    theirs = torch.distributed.init_device_mesh("cpu", (1, 1), mesh_dim_names=("data", "model"))
    assert (mesh.ndim, mesh.shape, mesh.size(), mesh.size(0), mesh.get_rank()) == (2, (1, 1), 1, 1, 0)
    assert mesh.shape == tuple(theirs.shape) and mesh.get_local_rank("model") == theirs.get_local_rank("model")
    assert mesh["data"].mesh_dim_names == ("data",) and vt.distributed.get_world_size(mesh.get_group("data")) == 1
    for call in (
        lambda t: t.distributed.init_device_mesh("cpu", (1,), mesh_dim_names=("a", "b")),
        lambda t: t.distributed.init_device_mesh("cpu", (1, 1), mesh_dim_names=("a", "a")),
    ):
        assert type(outcome(call, vt)) is type(outcome(call, torch)) is RuntimeError
    with pytest.raises(RuntimeError, match="should not be bigger"):
        vt.distributed.init_device_mesh("cpu", (2,))
    with pytest.raises(NotImplementedError, match="backend_override"):
        vt.distributed.init_device_mesh("cpu", (1,), backend_override={0: "gloo"})
    with pytest.raises(ValueError, match="Rank 3 is out of range"):
        vt.distributed.DeviceMesh("cpu", [3])
    assert mesh["data"].get_group() is mesh.get_group("data")
    tensor = vt.distributed.tensor
    assert tensor.Shard(1) == tensor.Shard(1) and tensor.Shard(0).is_shard(0) and tensor.Replicate().is_replicate()
    assert tensor.Partial().is_partial("sum") and not isinstance(vt.ones(1), tensor.DTensor)
    with pytest.raises(NotImplementedError, match="is not there yet"):
        vt.distributed.fsdp.FullyShardedDataParallel(vt.nn.Linear(1, 1))


# ---- torch.distributed.algorithms


@pytest.mark.parametrize("impl", ["REENTRANT", "NO_REENTRANT"])
def test_activation_checkpointing(impl):
    def program(t):
        wrapper = importlib.import_module(f"{t.__name__}.distributed.algorithms._checkpoint.checkpoint_wrapper")
        t.manual_seed(0)
        model = t.nn.Sequential(t.nn.Linear(4, 4), t.nn.Sequential(t.nn.Linear(4, 4), t.nn.ReLU()), t.nn.Linear(4, 2))
        names = list(model.state_dict())
        wrap = functools.partial(
            wrapper.checkpoint_wrapper, checkpoint_impl=getattr(wrapper.CheckpointImpl, impl), preserve_rng_state=False
        )
        wrapper.apply_activation_checkpointing(
            model, checkpoint_wrapper_fn=wrap, check_fn=lambda module: isinstance(module, t.nn.Sequential)
        )
        x = t.linspace(-1, 1, 12).view(3, 4).requires_grad_()
        model(x).sum().backward()
        state = model.state_dict()
        assert list(state) == names
        model.load_state_dict(state)
        inside = model[1]
        words = [type(inside).__name__, inside[0].in_features, str(model)]
        words += [[name for name, _ in owner.named_parameters()] for owner in (model, inside)]
        return [*words, x.grad.tolist(), model[1][0].weight.grad.tolist()]

    same(program(vt), program(torch))


def test_join_of_one_process():
    from vibetensor.torch.distributed.algorithms.join import Join, Joinable, JoinHook

    called = []

    class Hook(JoinHook):
        def post_hook(self, is_last_joiner):
            called.append(is_last_joiner)

    class Counter(Joinable):
        join_device = property(lambda self: vt.device("cpu"))
        join_process_group = property(lambda self: vt.distributed.group.WORLD)

        def __init__(self):
            super().__init__()

        def join_hook(self, **kwargs):
            return Hook()

    vt.distributed.init_process_group("gloo", world_size=1, rank=0)
    counter, second = Counter(), Counter()
    assert Join.notify_join_context(counter) is None
    with Join([counter, second]):
        assert Join.notify_join_context(counter).result()[0].tolist() == [1.0]
        assert Join.notify_join_context(second) is None and counter._join_config.enable
    assert not counter._join_config.enable
    with Join([counter], enable=False):
        pass
    assert called == [True, True]
    vt.distributed.destroy_process_group()
    with pytest.raises(ValueError, match="at least one joinable"):
        Join([])
    with pytest.raises(TypeError, match="expected objects of Joinable"):
        Join([1])


def test_policies_of_wrapping():
    def program(t):
        wrap = importlib.import_module(f"{t.__name__}.distributed.fsdp.wrap")
        layer, attention = t.nn.Linear(30, 40), t.nn.MultiheadAttention(4, 2)
        ask = {"nonwrapped_numel": 1200}
        found = [wrap.always_wrap_policy(layer, recurse=False)]
        for module in (layer, attention, t.nn.ModuleList([layer])):
            for recurse in (True, False):
                found += [
                    wrap.size_based_auto_wrap_policy(module, recurse, min_num_params=least, **ask)
                    for least in (1000, 2000)
                ]
                found.append(
                    wrap.transformer_auto_wrap_policy(module, recurse, transformer_layer_cls={t.nn.Linear}, **ask)
                )
                found.append(wrap.lambda_auto_wrap_policy(module, recurse, lambda_fn=lambda m: m is layer, **ask))
                found.append(wrap.ModuleWrapPolicy({t.nn.MultiheadAttention})(module, recurse))
        return found

    same(program(vt), program(torch))
    with pytest.raises(NotImplementedError, match="is not there yet"):
        vt.distributed.fsdp.wrap.wrap(vt.nn.Linear(1, 1))


def test_scaling_in_a_group_of_one(group):
    scaler = importlib.import_module("vibetensor.torch.distributed.fsdp.sharded_grad_scaler").ShardedGradScaler
    x = vt.ones(2, requires_grad=True)
    optimizer = vt.optim.SGD([x], lr=0.5)
    scaling = scaler("cpu", init_scale=8.0, growth_interval=1)
    scaling.scale(x.sum()).backward()
    scaling.step(optimizer)
    scaling.update()
    assert x.tolist() == [0.5, 0.5] and scaling.get_scale() == 16.0


def test_options_that_are_not_there_are_refused(group):
    d = vt.distributed
    with pytest.raises(NotImplementedError, match="pg_options"):
        d.new_group([0], pg_options=object())
    with pytest.raises(NotImplementedError, match="use_local_synchronization"):
        d.new_group([0], use_local_synchronization=True)
    with pytest.raises(NotImplementedError, match="skip_all_reduce_unused_params"):
        vt.nn.parallel.DistributedDataParallel(vt.nn.Linear(1, 1), skip_all_reduce_unused_params=True)


def trained(t):
    model = t.nn.Linear(2, 2)
    optimizer = t.optim.Adam(model.parameters())
    model(t.ones(1, 2)).sum().backward()
    optimizer.step()
    return model, optimizer


def sent(t, change, **options):
    """The keys that are missing and unexpected when the first process's state dict, changed, goes to all."""
    helpers = importlib.import_module(f"{t.__name__}.distributed.checkpoint.state_dict")
    state = t.nn.Linear(2, 2).state_dict()
    change(t, state)
    chosen = helpers.StateDictOptions(broadcast_from_rank0=True, **options)
    keys = helpers.set_model_state_dict(t.nn.Linear(2, 2), state, options=chosen)
    return keys.missing_keys, keys.unexpected_keys


def steps_of_some(t, strict):
    """Gives a state dict of an optimizer back without the state of a parameter."""
    helpers = importlib.import_module(f"{t.__name__}.distributed.checkpoint.state_dict")
    model, optimizer = trained(t)
    state = helpers.get_optimizer_state_dict(model, optimizer)
    del state["state"]["bias"]
    helpers.set_optimizer_state_dict(model, optimizer, state, options=helpers.StateDictOptions(strict=strict))


def written_in_place(t):
    functions = importlib.import_module(f"{t.__name__}.distributed.nn")
    first, second = t.zeros(2), t.zeros(2)
    given = t.ones(2, requires_grad=True)
    (functions.reduce_scatter(first, [given]) * functions.all_to_all_single(second, given * 2)).sum().backward()
    return first.tolist(), second.tolist(), given.grad.tolist()


def reads_another_folder(t, folder):
    checkpoint = importlib.import_module(f"{t.__name__}.distributed.checkpoint")
    for name, value in (("a", 1.0), ("b", 2.0)):
        writer = checkpoint.FileSystemWriter(f"{folder}/none")
        state = {"w": t.full((2,), value)}
        checkpoint.save(state, storage_writer=writer, checkpoint_id=f"{folder}/{t.__name__}{name}")
    state = {"w": t.zeros(2)}
    reader = checkpoint.FileSystemReader(f"{folder}/{t.__name__}a")
    checkpoint.load(state, storage_reader=reader, checkpoint_id=f"{folder}/{t.__name__}b")
    return state["w"].tolist()


def mesh_of_one(t):
    return t.distributed.device_mesh.init_device_mesh("cpu", (1,), mesh_dim_names=("dp",))


PASSED_OVER = {
    "a mesh beside a group": lambda t: t.distributed.device_mesh.DeviceMesh.from_group(
        t.distributed.group.WORLD, "cpu", mesh=[3, 4]
    ),
    "the group's own mesh": lambda t: t.distributed.device_mesh.DeviceMesh.from_group(
        t.distributed.group.WORLD, "cpu", mesh=t.tensor([0])
    ).mesh.tolist(),
    "a name of one dim": lambda t: mesh_of_one(t)._flatten("foo").mesh_dim_names,
    "an output": written_in_place,
    "a missing key": lambda t: sent(t, lambda t, s: s.pop("bias"), full_state_dict=True),
    "an unexpected key": lambda t: sent(t, lambda t, s: s.update(other=t.ones(1)), full_state_dict=True),
    "parts from the first process": lambda t: sent(t, lambda t, s: None),
    "an optimizer's missing state": lambda t: steps_of_some(t, True),
    "an optimizer's missing state, not strict": lambda t: steps_of_some(t, False),
}


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
@pytest.mark.parametrize("name", PASSED_OVER)
def test_arguments_have_their_effect(group, name):
    both(PASSED_OVER[name])


def test_missing_keys_are_named(group):  # PyTorch gives the model's own as the first process's
    assert sent(vt, lambda t, s: s.pop("bias"), full_state_dict=True, strict=False) == (["bias"], [])


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::UserWarning")
def test_a_checkpoint_id_goes_before_a_path(group, tmp_path):
    assert reads_another_folder(vt, tmp_path) == reads_another_folder(torch, tmp_path) == [2.0, 2.0]


def test_strides_that_are_not_there_are_refused(group):
    tensor = vt.distributed.tensor
    with pytest.raises(NotImplementedError, match="contiguous"):
        tensor.DTensor.from_local(vt.ones(2, 3), mesh_of_one(vt), [tensor.Replicate()], shape=(2, 3), stride=(1, 2))
