"""Names of PyTorch's that Lightning, torchmetrics and other libraries import: helpers, dtypes, layers and state dicts."""

import copy
import importlib
import pickle

import pytest
import torch
import vibetensor.torch as vt
from compare import outcome, same
from vibetensor.torch._not_there import refusal

# ---- helpers of PyTorch's that libraries import


def flattened(t):
    from_utils = importlib.import_module(f"{t.__name__}._utils")
    tensors = [t.arange(6.0).reshape(2, 3), t.ones(2), t.zeros(())]
    flat = from_utils._flatten_dense_tensors(tensors)
    parts = from_utils._unflatten_dense_tensors(flat, tensors)
    groups = list(from_utils._take_tensors([*tensors, t.ones(3, dtype=t.int64)], 26))
    return [flat, list(parts), [[list(x.shape) for x in group] for group in groups]]


def test_dense_tensors():
    same(flattened(vt), flattened(torch))


def test_an_exception_travels():
    for side in (vt, torch):
        utils = importlib.import_module(f"{side.__name__}._utils")
        for kind in (ValueError, KeyError):
            try:
                raise kind("inner")
            except kind:
                wrapper = utils.ExceptionWrapper(where="in thread 3")
            with pytest.raises(kind, match=rf"Caught {kind.__name__} in thread 3.\nOriginal Traceback"):
                wrapper.reraise()


def test_overrides():
    assert vt.overrides.is_tensor_like(vt.ones(1)) and not vt.overrides.is_tensor_like(3)
    assert not vt.overrides.has_torch_function((vt.ones(1),)) and not vt.overrides.has_torch_function_unary(3)


@pytest.mark.parametrize(
    "function",
    [
        lambda t: t.add,
        lambda t: t.Tensor.add,
        lambda t: t.nn.functional.relu,
        lambda t: t.relu,
        lambda t: len,
        lambda t: 3,
        lambda t: t.special.entr,
    ],
)
def test_names_of_functions(function):
    assert vt.overrides.resolve_name(function(vt)) == torch.overrides.resolve_name(function(torch))


def test_private_names():
    private = importlib.import_module("vibetensor.torch._C")
    assert vt._C is private and private.Generator is vt.Generator and private._get_tracing_state() is None
    assert [private._jit_set_profiling_executor(flag) for flag in (False, True)] == [True, False]
    private._jit_override_can_fuse_on_cpu(True)
    assert private._jit_can_fuse_on_cpu() and not private._jit_can_fuse_on_gpu()
    private._jit_override_can_fuse_on_cpu(False)
    keys = private.DispatchKeySet(private.DispatchKey.AutocastCPU) | private.DispatchKeySet(
        private.DispatchKey.AutocastXPU
    )
    with vt.autocast("cpu", dtype=vt.bfloat16):
        with private._ExcludeDispatchKeyGuard(keys):
            assert (vt.ones(2, 2) @ vt.ones(2, 2)).dtype == vt.float32
        assert (vt.ones(2, 2) @ vt.ones(2, 2)).dtype == vt.bfloat16
    with pytest.raises(NotImplementedError):
        private._ExcludeDispatchKeyGuard(private.DispatchKeySet(private.DispatchKey.CPU))


def test_futures():
    for t in (vt, torch):
        future = t.futures.Future()
        chained = future.then(lambda f: f.value() + 1)
        failed = future.then(lambda f: 1 / 0)
        future.set_result(3)
        assert chained.wait() == 4 and future.done() and t.futures.wait_all([future, chained]) == [3, 4]
        with pytest.raises((ZeroDivisionError, RuntimeError)):
            failed.wait()
        with pytest.raises(RuntimeError):
            future.set_result(4)


def test_all_of_several_futures():
    def program(t):
        first, second, failing = t.futures.Future(), t.futures.Future(), t.futures.Future()
        both, three = t.futures.collect_all([first, second]), t.futures.collect_all([first, failing, second])
        seen = [both.done()]
        second.set_result(2)
        seen += [both.done(), three.done()]
        failing.set_exception(ValueError("no"))
        first.set_result(1)
        seen += [both.done(), three.done(), [future.wait() for future in both.wait()]]
        return [*seen, t.futures.collect_all([]).done(), type(outcome(lambda t: three.wait(), t)).__name__]

    same(outcome(program, vt), outcome(program, torch))
    with pytest.raises(NotImplementedError, match="devices"):
        vt.futures.Future(devices=["cuda:0"])


# ---- dtypes that no tensor can have yet


@pytest.mark.parametrize("name", ["qint8", "quint8", "qint32", "quint4x2", "quint2x4"])
def test_quantized_dtypes_have_names(name):
    ours, theirs = getattr(vt, name), getattr(torch, name)
    assert (repr(ours), ours.itemsize, ours.is_floating_point) == (repr(theirs), theirs.itemsize, False)
    assert refusal(ours) and pickle.loads(pickle.dumps(ours)) is ours and ours != vt.int8
    with pytest.raises(TypeError, match=f"torch.{name}, which is not there yet"):
        vt.ones(2).to(ours)


@pytest.mark.parametrize("name", ["complex32"])
def test_a_dtype_that_is_not_there_can_be_compared(name):
    ours, theirs = getattr(vt, name), getattr(torch, name)
    facts = [
        [repr(d), d.itemsize, d.is_floating_point, d.is_complex, d.is_signed, d == d, {d: 1}[d]] for d in (ours, theirs)
    ]
    assert facts[0] == facts[1] and ours != vt.float32 and vt.ones(1).dtype != ours and refusal(ours)
    assert pickle.loads(pickle.dumps(ours)) is ours and copy.deepcopy(ours) is ours
    for call in (lambda: vt.ones(2, dtype=ours), lambda: vt.ones(2).to(ours)):
        with pytest.raises(TypeError, match=f"torch.{name}, which is not there yet"):
            call()
    limits = "bits min max eps smallest_normal tiny dtype".split()  # noqa: SIM905
    for read in (
        lambda t: [getattr(t.finfo(getattr(t, name)), n) for n in limits],
        lambda t: [getattr(t.iinfo(getattr(t, name)), n) for n in ("bits", "min", "max", "dtype")],
    ):
        same(outcome(read, vt), outcome(read, torch))


def test_limits_are_of_one_type():
    assert isinstance(vt.finfo(vt.float8_e5m2), vt.finfo) and isinstance(vt.finfo(), vt.finfo) and vt.finfo().bits == 32
    assert isinstance(vt.iinfo(vt.uint32), vt.iinfo) and isinstance(vt.iinfo(vt.int8), vt.iinfo)
    assert not isinstance(vt.iinfo(vt.int8), vt.finfo)


# ---- tensors of other kinds


def test_tensors_of_other_kinds():
    def program(t):
        x = t.ones(2)
        names = ("is_xpu", "is_mps", "is_xla", "is_ipu", "is_mtia", "is_maia", "is_vulkan")
        return [[getattr(x, name) for name in names], x.is_distributed()]

    same(program(vt), program(torch))


def test_as_subclass():
    class Kind(vt.Tensor):
        pass

    x = vt.ones(2, requires_grad=True)
    made = x.as_subclass(Kind)
    assert type(made) is Kind and made.requires_grad and made.data_ptr() == x.data_ptr()
    with pytest.raises(TypeError):
        x.as_subclass(int)

    doubled = (x * 2).as_subclass(Kind)
    assert type(doubled) is Kind and doubled.grad_fn is not None


def test_old_types_in_annotations_and_on_cuda():
    assert vt.FloatTensor | None == vt.Tensor | None and None | vt.LongTensor == None | vt.Tensor
    half = vt.cuda.HalfTensor
    assert (
        half is vt.cuda.HalfTensor
        and repr(half) == repr(torch.cuda.HalfTensor)
        and not isinstance(vt.ones(1).half(), half)
    )
    assert pickle.loads(pickle.dumps(half)) is half
    same(vt.ones(2).type(vt.DoubleTensor), torch.ones(2).type(torch.DoubleTensor))
    if not vt.cuda.is_available():
        with pytest.raises(RuntimeError):
            vt.ones(2).type("torch.cuda.FloatTensor")


# ---- layers with a normalisation multiplied in


@pytest.mark.parametrize("transpose", [False, True])
def test_fusion(transpose):
    def program(t):
        fusion = importlib.import_module(f"{t.__name__}.nn.utils.fusion")
        weight, bias = t.arange(24.0).reshape(2, 3, 2, 2), t.arange(3.0 if transpose else 2.0)
        mean, var = bias + 1, bias + 2
        conv = fusion.fuse_conv_bn_weights(weight, None, mean, var, 1e-5, var * 2, bias, transpose)
        linear = fusion.fuse_linear_bn_weights(
            t.arange(6.0).reshape(2, 3), t.ones(2), t.ones(2), t.full((2,), 4.0), 0.0, t.ones(2), t.ones(2)
        )
        return [p.detach() for p in (*conv, *linear)]

    same(program(vt), program(torch))


def test_whole_layers_are_fused():
    class Norm(vt.nn.Module):
        num_features, eps = 3, 1e-5

        def __init__(self):
            super().__init__()
            self.weight, self.bias = vt.nn.Parameter(vt.rand(3)), vt.nn.Parameter(vt.rand(3))
            self.running_mean, self.running_var = vt.rand(3), vt.rand(3)

        def forward(self, x):
            return (x - self.running_mean) / (self.running_var + self.eps).sqrt() * self.weight + self.bias

    fuse = importlib.import_module("vibetensor.torch.nn.utils.fusion").fuse_linear_bn_eval
    linear, norm = vt.nn.Linear(4, 3).eval(), Norm().eval()
    x = vt.rand(2, 4)
    same(fuse(linear, norm)(x), norm(linear(x)))
    with pytest.raises(AssertionError):
        fuse(linear.train(), norm)


# ---- state dicts of several processes, and names of quantization


def test_state_dicts_of_one_process():
    functions = importlib.import_module("vibetensor.torch.distributed.checkpoint.state_dict")
    model = vt.nn.Linear(2, 2)
    model.bias.requires_grad_(False)
    state = functions.get_model_state_dict(model)
    assert list(state) == ["weight", "bias"]
    frozen = functions.StateDictOptions(ignore_frozen_params=True, cpu_offload=True)
    assert list(functions.get_model_state_dict(model, options=frozen)) == ["weight"]
    assert functions.set_model_state_dict(model, state).missing_keys == []
    with pytest.raises(NotImplementedError, match="when the files are written"):
        vt.distributed.checkpoint.async_save(state)


def test_quantization_says_so():
    ao, quantized = vt.ao.quantization, vt.nn.quantized
    for refused in (ao.QuantStub, ao.QConfig, ao.prepare, quantized.FloatFunctional):
        with pytest.raises(NotImplementedError, match="run the model as it is"):
            refused()
    version = vt.ones(1)
    before = version._version
    vt.autograd.graph.increment_version(version)
    assert version._version == before + 1


# ---- names that Lightning and torchmetrics look for


def test_arguments_of_to_as_the_binary_part_reads_them():
    def program(t):
        read = t._C._nn._parse_to
        seen = [
            read("cpu"),
            read(t.float64),
            read("cpu", t.float16, True),
            read(t.ones(1).double()),
            read(dtype=t.bfloat16),
        ]
        return [[str(part) for part in parts] for parts in seen]

    same(program(vt), program(torch))
    assert isinstance(vt.Tensor, vt._C._TensorMeta)


def test_node_types_of_pytrees():
    from collections import namedtuple

    import torch.utils._pytree as theirs
    import vibetensor.torch.utils._pytree as ours

    Pair = namedtuple("Pair", "a b")
    for value in ([1], (1,), {"a": 1}, 3):
        assert ours._get_node_type(value) is theirs._get_node_type(value)
    assert ours._get_node_type(Pair(1, 2)) in ours.SUPPORTED_NODES and ours._get_node_type(Pair(1, 2)) is not Pair


def test_names_of_archives_scripts_and_counters():
    from vibetensor.torch.distributed.constants import default_pg_timeout
    from vibetensor.torch.utils.flop_counter import FlopCounterMode

    assert default_pg_timeout == importlib.import_module("torch.distributed.constants").default_pg_timeout
    assert vt.ScriptModule is vt.jit.ScriptModule and not isinstance(vt.nn.Linear(1, 1), vt.ScriptModule)
    with pytest.raises(NotImplementedError, match=r"torch\._C\.PyTorchFileReader is not there yet: torch\.load"):
        vt.PyTorchFileReader("x.pt")
    assert not {"PyTorchFileReader"} & set(dir(vt))
    counter = FlopCounterMode(display=False)
    assert counter.get_total_flops() == 0 and counter.get_flop_counts() == {}


def test_what_torch_geometric_and_kornia_import():
    from vibetensor.torch._subclasses.fake_tensor import FakeTensor, is_fake
    from vibetensor.torch._tensor_str import PRINT_OPTS, _tensor_str
    from vibetensor.torch.distributed import rpc

    assert vt.torch is vt and not is_fake(vt.ones(1)) and not isinstance(vt.ones(1), FakeTensor)
    vt.set_printoptions(threshold=7)
    assert PRINT_OPTS.threshold == 7
    vt.set_printoptions(profile="default")
    assert _tensor_str(vt.ones(2), 0) == torch._tensor_str._tensor_str(torch.ones(2), 0)
    assert vt._C._disabled_torch_function_impl(max, (), (1, 2)) == 2
    with pytest.raises(NotImplementedError, match="multiprocessing"):
        rpc.init_rpc("a")
    assert str(vt.ops.aten._pin_memory.default) == "aten._pin_memory.default"
    with pytest.raises(NotImplementedError):
        vt.ops.aten._pin_memory(vt.ones(1))


def test_what_ignite_and_gpytorch_import():
    from vibetensor.torch.distributed.optim import ZeroRedundancyOptimizer
    from vibetensor.torch.distributions.utils import _standard_normal, _sum_rightmost
    from vibetensor.torch.serialization import MAP_LOCATION

    assert not isinstance(vt.optim.SGD([vt.ones(1)], lr=1), ZeroRedundancyOptimizer) and MAP_LOCATION is not None
    with pytest.raises(ValueError, match="init_process_group"):
        ZeroRedundancyOptimizer([vt.ones(1)], vt.optim.SGD)
    draws = []
    for t, draw in ((vt, _standard_normal), (torch, torch.distributions.utils._standard_normal)):
        t.manual_seed(0)
        draws.append(draw((3,), t.float32, "cpu").tolist())
    assert draws[0] == draws[1] and _sum_rightmost(vt.ones(2, 3), 1).tolist() == [3.0, 3.0]


def test_weak_dictionaries_know_tensors_by_identity():
    for t in (vt, torch):
        weak = importlib.import_module(f"{t.__name__}.utils.weak")
        a, b = t.ones(2), t.ones(2)
        kept = weak.WeakTensorKeyDictionary({a: 1})
        kept[b] = 2
        assert kept[a] == 1 and kept[b] == 2 and len(kept) == 2 and a in kept and t.ones(2) not in kept
        assert {id(key) for key in kept} == {id(a), id(b)} and kept.pop(a) == 1
        del b
        assert len(kept) == 0 and weak.WeakIdRef(a) == weak.WeakIdRef(a) and weak.TensorWeakRef(a)() is a


@pytest.mark.parametrize("t", [vt, torch], ids=["vibetensor", "torch"])
def test_private_names_of_tensordict(t):
    of = importlib.import_module(f"{t.__name__}.nn.utils._named_member_accessor")
    layer, w = t.nn.Linear(2, 2), t.ones(2, 2)
    before = layer.weight
    assert of.swap_tensor(layer, "weight", w) is before and layer.weight is w
    with pytest.raises(AttributeError, match="no attribute `none`"):
        of.swap_tensor(layer, "none", w)
    context = importlib.import_module(f"{t.__name__}.utils._contextlib")

    class Counts(context._NoParamDecoratorContextManager):
        entered = 0

        def __enter__(self):
            Counts.entered += 1

        def __exit__(self, *exc):
            pass

    @Counts
    def function(x):
        return x + 1

    assert [function(1), function(2)] == [2, 3] and Counts.entered == 2
    inside = importlib.import_module(f"{t.__name__}._C._functorch") if t is vt else t._C._functorch
    seen = []
    t.vmap(lambda x: seen.append((inside.is_batchedtensor(x), t._C._are_functorch_transforms_active())) or x)(w)
    assert seen == [(True, True)] and not t._C._are_functorch_transforms_active()
    pytree = importlib.import_module(f"{t.__name__}.utils._pytree")
    assert pytree.is_structseq_instance(w.max(0)) and not pytree.is_structseq_instance((1, 2))


def test_names_of_functorch_and_others():
    deprecated = importlib.import_module("vibetensor.torch._functorch.deprecated")
    assert deprecated.vmap is vt.func.vmap and refusal(deprecated.make_functional) is not None
    assert importlib.import_module("vibetensor.torch._functorch.python_key").make_fx is not None
    with getattr(vt.backends, "__allow_nonbracketed_mutation")():
        vt.backends.cudnn.benchmark = vt.backends.cudnn.benchmark
    assert vt.futures.Future[vt.Tensor].__origin__ is vt.futures.Future
    warn_once = importlib.import_module("vibetensor.torch._dynamo.utils").warn_once
    with pytest.warns(UserWarning, match="said once") as found:
        warn_once("said once")
        warn_once("said once")
    assert len(found) == 1


def test_states_of_checkpoints():
    module = importlib.import_module("vibetensor.torch.utils.checkpoint")
    assert module.get_device_states(vt.ones(1), [vt.ones(1)], 3) == ([], [])
    (x,) = module.detach_variable((vt.ones(1, requires_grad=True) * 2,))
    assert x.requires_grad and x.is_leaf
    with pytest.warns(UserWarning, match="None of the inputs have requires_grad=True"):
        module.check_backward_validity([vt.ones(1)])


def test_modules_whose_names_only_raise():
    """What torchao and others import of PyTorch's compiler: there once it is imported, and it says why it does nothing."""
    meta = importlib.import_module("vibetensor.torch.sparse._triton_ops_meta")
    with pytest.raises(NotImplementedError, match=r"torch\.sparse._triton_ops_meta\.get_meta is not there yet: Triton"):
        meta.get_meta()
    observer = importlib.import_module("vibetensor.torch.ao.quantization.observer")
    assert (
        not isinstance(vt.ones(1), observer.ObserverBase) and vt.ao.quantization.ObserverBase is observer.ObserverBase
    )
    with pytest.raises(NotImplementedError, match="ObserverBase is not there yet"):
        observer.ObserverBase()
    with pytest.raises(ModuleNotFoundError, match="neither here nor in PyTorch"):
        importlib.import_module("vibetensor.torch.sparse.no_such_module")
    assert "get_meta" not in dir(vt.sparse) and not hasattr(vt, "export_nothing")


def test_names_that_torchao_imports():
    common = importlib.import_module("vibetensor.torch._prims_common")
    theirs = importlib.import_module("torch._prims_common")
    for shape in ((2, 3, 4), (0, 3), (5,), ()):
        for row_major in (True, False):
            args = (shape, row_major)
            assert common.make_contiguous_strides_for(*args) == theirs.make_contiguous_strides_for(*args)
    for t, module in ((vt, common), (torch, theirs)):
        x = t.ones(2, 3, 4, 5)
        assert module.suggest_memory_format(x) is t.contiguous_format
        assert module.suggest_memory_format(x.to(memory_format=t.channels_last)) is t.channels_last
    ordered = importlib.import_module("vibetensor.torch.utils._ordered_set").OrderedSet
    assert list(ordered([3, 1, 3]).union([1, 2])) == [3, 1, 2] and ordered([1, 2]) == {2, 1}
    a = vt.full((2, 2), 100, dtype=vt.int8)
    product = importlib.import_module("vibetensor.torch._higher_order_ops").out_dtype(
        vt.ops.aten.mm.default, vt.int32, a, a
    )
    assert product.dtype == vt.int32 and product.tolist() == [[20000, 20000]] * 2
    assert isinstance(vt.ops.aten.add.Tensor, vt._ops.OpOverload) and vt.Tag.pointwise.name == "pointwise"
    with pytest.raises(NotImplementedError, match="it is a name"):
        vt.ops.aten._efficient_attention_forward.default(vt.ones(1))
    with pytest.raises(AttributeError, match="no_such_op"):
        vt.ops.aten.no_such_op  # noqa: B018
    assert repr(vt.uint4) == "torch.uint4" and refusal(vt.uint4) is not None
    rules = importlib.import_module("vibetensor.torch._inductor.decomposition")
    assert rules.register_decomposition([vt.ops.aten.mm])(max) is max and rules.decompositions[vt.ops.aten.mm] is max


@pytest.mark.parametrize("t", [vt, torch], ids=["vibetensor", "torch"])
def test_hooks_of_registrations(t):
    module = importlib.import_module(f"{t.__name__}.nn.modules.module")
    seen = []
    handles = [
        register(lambda owner, name, value: seen.append((type(owner).__name__, name)))
        for register in (
            module.register_module_parameter_registration_hook,
            module.register_module_buffer_registration_hook,
            module.register_module_module_registration_hook,
        )
    ]
    model = t.nn.Sequential(t.nn.Linear(1, 1, bias=False))
    model.register_buffer("b", None)
    model.child = t.nn.ReLU()
    for handle in handles:
        handle.remove()
    model.other = t.nn.ReLU()
    assert seen == [("Linear", "weight"), ("Sequential", "0"), ("Sequential", "b"), ("Sequential", "child")]


@pytest.mark.parametrize("t", [vt, torch], ids=["vibetensor", "torch"])
def test_batches_cut_up_and_put_together(t):
    module = importlib.import_module(f"{t.__name__}.nn.parallel.scatter_gather")
    batch = t.arange(6.0).view(3, 2)
    if t is vt:  # PyTorch's own needs GPUs for this
        parts = module.scatter({"x": batch, "y": [batch, 7]}, ["cpu", "cpu"])
        assert [part["x"].tolist() for part in parts] == [batch[:2].tolist(), batch[2:].tolist()]
        assert [part["y"][1] for part in parts] == [7, 7]
        args, kwargs = module.scatter_kwargs((batch,), {"a": 1}, ["cpu", "cpu"])
        assert len(args) == len(kwargs) == 2 and kwargs[1] == {"a": 1}
        assert t.equal(module.gather([part["x"] for part in parts], "cpu"), batch)
        assert module.gather([{"a": t.tensor(1.0)}, {"a": t.tensor(2.0)}], -1)["a"].tolist() == [1.0, 2.0]
    assert module.is_namedtuple(t.max(batch, 0)) or not module.is_namedtuple((1,))


def test_old_ways_to_make_and_to_divide():
    def program(t):
        x = t.ones(2, dtype=t.float64)
        found = [x.new([1, 2]), x.new(2, 3).shape, x.new().shape, x.new(t.Size([1])).shape, x.new(x)]
        return [*found, (x / 2).__div__(2)]

    same(program(vt), program(torch))


def test_dtypes_as_safe_globals():
    with vt.serialization.safe_globals([(vt.uint1, "torch.uint1"), (vt.float16, "torch.float16")]):
        assert vt.serialization.get_safe_globals()
    with pytest.raises(TypeError, match="expected a class or function"):
        vt.serialization.add_safe_globals([(3, "three")])


def test_products_of_integers():
    def program(t):
        t.manual_seed(0)
        a, b = t.randint(-128, 128, (17, 24), dtype=t.int8), t.randint(-128, 128, (24, 8), dtype=t.int8)
        return t._int_mm(a, b)

    same(program(vt), program(torch))
    with pytest.raises(RuntimeError, match="Expected mat2 dtype to be of type int8"):
        vt._int_mm(vt.ones(2, 2, dtype=vt.int8), vt.ones(2, 2))


def test_numpy_of_what_requires_a_gradient():
    def program(t):
        x = t.ones(2, requires_grad=True)
        with t.no_grad():
            return x.numpy().tolist()

    assert program(vt) == program(torch) == [1.0, 1.0]
    with pytest.raises(RuntimeError, match="requires grad"):
        vt.ones(2, requires_grad=True).numpy()


def test_factories_that_write():
    def program(t):
        found = []
        for name, args in (
            ("zeros", ((2, 3),)),
            ("ones", (2, 3)),
            ("full", ((2,), 3.0)),
            ("eye", (3,)),
            ("eye", (2, 3)),
            ("arange", (4,)),
            ("arange", (1, 4)),
            ("linspace", (0, 1, 3)),
            ("logspace", (0, 1, 3)),
        ):
            for dtype in (t.float32, t.float64, t.int64):
                out = t.empty(0, dtype=dtype)
                assert getattr(t, name)(*args, out=out) is out
                found.append(out)
        return found

    same(program(vt), program(torch))


def test_a_subclass_is_given_up():
    """as_subclass asks nobody: what a subclass makes of it would be of the subclass again."""
    for t in (vt, torch):

        class Kind(t.Tensor):
            @classmethod
            def __torch_function__(cls, func, types, args=(), kwargs=None):
                return super().__torch_function__(func, types, args, kwargs or {})

        assert type(t.ones(1).as_subclass(Kind).as_subclass(t.Tensor)) is t.Tensor


def names_of_devices(t):
    found = []
    for name in ("mps", "xpu:1", "hpu", "xla", "privateuseone", "cpu", "meta"):
        device = t.device(name)
        found.append([str(device), repr(device), device.type, device.index, device == t.device(name)])
        found.append([hash(device) == hash(t.device(device)), device in {t.device(name)}, device == t.device("cpu")])
    return [*found, repr(t.device("mps", 3)), t.ones(1).device != t.device("mps")]


def test_devices_of_other_types():
    """They can be named and compared; nothing can be put there."""
    same(names_of_devices(vt), names_of_devices(torch))
    for call in (
        lambda: vt.ones(1, device=vt.device("mps")),
        lambda: vt.ones(1).to(vt.device("xpu")),
        lambda: vt.ones(1).to("mps"),
        lambda: vt.device("mps").__enter__(),
        lambda: vt.device("nonsense"),
        lambda: vt.device("mps:x"),
        lambda: vt.device("mps:0", 1),
    ):
        with pytest.raises(RuntimeError):
            call()
    assert vt.ones(1).device == vt.device("cpu")


def test_every_refused_module_imports():
    from vibetensor.torch import _refused_modules

    names = 0
    for modules in _refused_modules.TABLE.values():
        for module, of_module in modules.items():
            imported = importlib.import_module(f"vibetensor.torch.{module}")
            for name in of_module.split():
                getattr(imported, name)
                names += 1
    assert names > 60


def test_old_names_of_distributed_tensors():
    for module in ("api", "placement_types"):
        old = importlib.import_module(f"vibetensor.torch.distributed._tensor.{module}")
        new = importlib.import_module("vibetensor.torch.distributed.tensor")
        assert old.__all__ and all(getattr(old, name) is getattr(new, name) for name in old.__all__)


def per_sample(t):
    t.manual_seed(0)
    wrap = importlib.import_module(f"{t.__name__}.nn.utils._per_sample_grad").call_for_per_sample_grads
    nn, found = t.nn, []
    for module, x in (
        (nn.Linear(4, 2), t.randn(3, 4)),
        (nn.Sequential(nn.Conv2d(1, 2, 3), nn.GroupNorm(1, 2), nn.Flatten(), nn.Linear(8, 2)), t.randn(3, 1, 4, 4)),
        (nn.Embedding(5, 2), t.randint(0, 5, (3, 4))),
    ):
        for reduction in ("sum", "mean"):
            losses = wrap(module, loss_reduction=reduction)(x).pow(2).flatten(1).sum(1)
            getattr(losses, reduction)().backward()
            found += [[p.grad_sample, p.grad] for p in module.parameters()]
            for p in module.parameters():
                p.grad_sample = None
    return found


def test_gradients_per_sample():
    same(per_sample(vt), per_sample(torch))
    wrap = importlib.import_module("vibetensor.torch.nn.utils._per_sample_grad").call_for_per_sample_grads
    layer, used = vt.nn.Linear(2, 2), vt.nn.Linear(2, 2)
    call = wrap(used)
    (call(vt.ones(3, 2)).sum() + call(vt.ones(3, 2)).sum()).backward()
    assert used.weight.grad_sample.tolist() == vt.full((3, 2, 2), 2.0).tolist() and used.weight.grad is None
    for message, call in (
        ("sum or mean", lambda: wrap(layer, loss_reduction="none")),
        ("must be nn.Module", lambda: wrap(vt.nn.functional.relu)),
        ("None or an integer", lambda: wrap(layer, batch_size=2.0)),
        ("must be positive", lambda: wrap(layer, batch_size=0)),
        ("Unable to find a tensor", lambda: wrap(layer)(3)),
        ("has a grad_sample already", lambda: wrap(used)),
    ):
        with pytest.raises(RuntimeError, match=message):
            call()


def test_what_is_said_of_triton(monkeypatch):
    from vibetensor.torch.utils import _triton

    for capability, installed, found in (((9, 0), True, (True, True)), ((7, 5), True, (True, False)),
                                         ((9, 0), False, (False, False)), (None, True, (False, False))):  # fmt: skip
        monkeypatch.setattr(vt.cuda, "is_available", lambda c=capability: c is not None)
        monkeypatch.setattr(vt.cuda, "get_device_capability", lambda c=capability: c)
        monkeypatch.setattr(_triton, "has_triton_package", lambda i=installed: i)
        assert (_triton.has_triton(), _triton.has_triton_stable_tma_api()) == found
    monkeypatch.setattr(_triton, "version", lambda name: "3.8.0+git1")
    assert _triton.get_triton_version() == (3, 8) and not _triton.has_triton_tma()
    monkeypatch.setattr(_triton, "version", lambda name: "dev")
    assert _triton.get_triton_version((1, 2)) == (1, 2)
