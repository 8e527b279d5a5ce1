"""Names that programs only import, decorate with or ask: they pass through, or raise with the way round."""

import copy
import importlib
import pickle
import typing

import pytest
import torch
import vibetensor.torch as vt
from compare import outcome, same
from vibetensor.torch._not_there import refusal

# ---- torch.jit


def test_jit_decorators_pass_through():
    @vt.jit.script
    def double(x: vt.Tensor) -> vt.Tensor:
        return x + x

    @vt.jit.script
    class Pair:
        pass

    class Model(vt.nn.Module):
        size: vt.jit.Final[int] = 3

        @vt.jit.ignore
        def first(self):
            return 1

        @vt.jit.ignore(drop=True)
        def second(self):
            return 2

        @vt.jit.unused
        def third(self):
            return 3

        @vt.jit.export
        def fourth(self):
            return 4

        @vt.jit.script_if_tracing
        def fifth(self):
            return 5

    model = Model()
    same(double(vt.ones(2)), vt.full((2,), 2.0))
    assert [model.first(), model.second(), model.third(), model.fourth(), model.fifth(), Pair.__name__] == [
        1,
        2,
        3,
        4,
        5,
        "Pair",
    ]
    assert not vt.jit.is_scripting() and not vt.jit.is_tracing() and vt.jit.annotate(typing.List[int], [1]) == [1]  # noqa: UP006
    assert vt.jit.wait(vt.jit.fork(lambda x: x + 1, 2)) == 3
    from vibetensor.torch.jit.annotations import BroadcastingList2

    assert BroadcastingList2[int] is None
    with vt.jit.fuser("fuser1"), vt.jit.optimized_execution(False), vt.jit.strict_fusion():
        pass


def test_jit_settings_are_kept():
    def program(t):
        seen = [t.jit.set_fusion_strategy([("STATIC", 1)]), t.jit.set_fusion_strategy([("STATIC", 2), ("DYNAMIC", 10)])]
        seen.append(type(outcome(lambda t: t.jit.set_fusion_strategy([("OFTEN", 1)]), t)).__name__)
        for enabled in (True, False):
            t.jit.enable_onednn_fusion(enabled)
            seen.append(t.jit.onednn_fusion_enabled())
        return seen

    same(outcome(program, vt), outcome(program, torch))


def test_jit_refuses_what_would_be_a_compiled_program():
    model = vt.nn.Linear(1, 1)
    with pytest.raises(NotImplementedError, match=r"torch\.compile takes it as it is"):
        vt.jit.script(model)
    for refused in (vt.jit.freeze, vt.jit.run_frozen_optimizations, vt.jit.optimize_for_inference):
        with pytest.raises(NotImplementedError, match=r"torch\.jit\.\w+.* is not there yet: "):
            refused(model)
    assert not isinstance(model, vt.jit.ScriptModule) and not isinstance(len, vt.jit.ScriptFunction)
    with pytest.raises(NotImplementedError):
        vt.jit.ScriptModule()
    with pytest.raises(TypeError):
        vt.jit.script(3)


@pytest.mark.parametrize(
    "value, kind",
    [
        ([1, 2], typing.List[int]),  # noqa: UP006
        ([1, "a"], typing.List[int]),  # noqa: UP006
        ({"a": 1}, typing.Dict[str, int]),  # noqa: UP006
        ({"a": "b"}, typing.Dict[str, int]),  # noqa: UP006
        ((1, "a"), typing.Tuple[int, str]),  # noqa: UP006
        ((1,), typing.Tuple[int, str]),  # noqa: UP006
        (None, typing.Optional[int]),  # noqa: UP045
        (1, typing.Optional[int]),  # noqa: UP045
        ("a", typing.Optional[int]),  # noqa: UP045
        (1, (int, str)),
        (1, typing.Union[str, float]),  # noqa: UP007
    ],
)
def test_jit_isinstance(value, kind):
    assert vt.jit.isinstance(value, kind) == torch.jit.isinstance(value, kind)


# ---- torch.fx, torch.onnx, torch.hub


def test_fx():
    @vt.fx.wrap
    def function(x):
        return x

    assert function(1) == 1
    for t in (vt, torch):
        with pytest.raises(RuntimeError):
            t.fx.wrap(3)
        with pytest.raises(NotImplementedError):
            t.fx.wrap("len")  # where modules are written only
    assert not isinstance(1, (vt.fx.Proxy, vt.fx.Node)) and not vt.fx._symbolic_trace.is_fx_tracing()
    model = vt.nn.Sequential(vt.nn.Linear(1, 1))
    target = vt.nn.Module()
    importlib.import_module("vibetensor.torch.fx.graph_module")._copy_attr(model, target, "0.weight")
    assert getattr(target, "0").weight is model[0].weight


def test_onnx():
    assert not vt.onnx.is_in_onnx_export()
    assert [int(vt.onnx.OperatorExportTypes.ONNX_FALLTHROUGH), int(vt.onnx.TrainingMode.TRAINING)] == [3, 2]
    with pytest.raises(NotImplementedError, match="in PyTorch and export it there"):
        vt.onnx.export(vt.nn.Linear(1, 1), (vt.ones(1),), "x.onnx")
    vt.onnx.register_custom_op_symbolic("mine::op", lambda g: g, 11)
    with pytest.raises(ValueError, match="domain::name"):
        vt.onnx.register_custom_op_symbolic("op", lambda g: g, 11)
    assert importlib.import_module("vibetensor.torch.onnx.symbolic_helper").parse_args("v")(len) is len
    same(importlib.import_module("vibetensor.torch.onnx.operators").shape_as_tensor(vt.ones(2, 3)), vt.tensor([2, 3]))


@pytest.fixture
def hub_home(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "home"))
    return tmp_path


def test_hub_reads_a_folder(hub_home):
    (hub_home / "parts.py").write_text("SIZE = 3\n")
    (hub_home / "hubconf.py").write_text(
        "dependencies = ['json']\nfrom parts import SIZE\n\n"
        "def model(size=SIZE, bias=True):\n    'A layer.'\n    import vibetensor.torch as t\n"
        "    return t.nn.Linear(size, 1, bias)\n"
        "def _hidden():\n    pass\n"
    )
    assert vt.hub.list(str(hub_home), source="local") == ["model"]
    assert vt.hub.help(str(hub_home), "model", source="local") == "A layer."
    assert vt.hub.load(str(hub_home), "model", source="local", bias=False, trust_repo=True).bias is None
    for call, error in (
        (lambda: vt.hub.load(str(hub_home), "nothing", source="local"), RuntimeError),
        (lambda: vt.hub.load(str(hub_home), "model", source="moon"), ValueError),
        (lambda: vt.hub.load("owner/name", "model"), NotImplementedError),
    ):
        with pytest.raises(error):
            call()
    (hub_home / "hubconf.py").write_text("dependencies = ['no_such_module_anywhere']\n")
    with pytest.raises(RuntimeError, match="Missing dependencies: no_such_module_anywhere"):
        vt.hub.list(str(hub_home), source="local")


def test_hub_asks_and_never_downloads(hub_home, monkeypatch):
    folder = hub_home / "home/hub/owner_name_main"
    folder.mkdir(parents=True)
    (folder / "hubconf.py").write_text("def model():\n    return 3\n")
    assert vt.hub.load("owner/name", "model") == 3 and vt.hub.list("owner/name") == ["model"]
    asked = []
    monkeypatch.setattr("builtins.input", lambda question: asked.append(question) or "n")
    with pytest.raises(Exception, match="Untrusted repository"):
        vt.hub.load("owner/name", "model", trust_repo=False)
    assert len(asked) == 1 and "owner/name" in asked[0]
    for reload in (
        lambda: vt.hub.load("owner/name", "model", force_reload=True),
        lambda: vt.hub.list("owner/name", True),
        lambda: vt.hub.help("owner/name", "model", True),
    ):
        with pytest.raises(NotImplementedError, match="force_reload"):
            reload()
    with pytest.raises(TypeError):
        vt.hub.list("owner/name", sauce="local")


def test_hub_reads_what_was_downloaded_before(hub_home):
    assert vt.hub.get_dir() == torch.hub.get_dir() == str(hub_home / "home/hub")
    folder = hub_home / "home/hub/checkpoints"
    url = "https://example.org/files/weights-00.pth?download=1"
    with pytest.raises(NotImplementedError, match=str(folder / "weights-00.pth")):
        vt.hub.load_state_dict_from_url(url)
    folder.mkdir(parents=True)
    vt.save({"weight": vt.ones(2)}, folder / "weights-00.pth")
    same(vt.utils.model_zoo.load_url(url)["weight"], vt.ones(2))
    with pytest.raises(RuntimeError, match="invalid hash value"):
        vt.hub.load_state_dict_from_url(url.replace("00", "0123abcd"), file_name="weights-00.pth", check_hash=True)
        vt.hub.load_state_dict_from_url(url, check_hash=True)
    with pytest.raises(NotImplementedError, match="nothing is downloaded"):
        vt.hub.download_url_to_file(url, "x")
    assert [n for n in vt.hub.tqdm(range(3), disable=True)] == [0, 1, 2]  # noqa: C416


def test_progress_without_tqdm(capsys):
    from vibetensor.torch.hub import PlainProgress

    assert list(PlainProgress([1, 2], desc="read", total=2)) == [1, 2]
    with PlainProgress(total=10) as progress:
        progress.update(4)
    assert capsys.readouterr().err == "\rread: 1/2\rread: 2/2\n\r4/10\n"


# ---- assertions, variables, settings


@pytest.mark.parametrize(
    "call",
    [
        lambda t: t._assert(True, "no"),
        lambda t: t._assert(False, "no"),
        lambda t: t._assert(t.tensor(0), "no"),
        lambda t: t._check(True),
        lambda t: t._check(False, lambda: f"said {1}"),
        lambda t: t._check(3),
        lambda t: t._check(False, "text"),
        lambda t: t._check_index(False, lambda: "no"),
        lambda t: t._check_value(False),
        lambda t: t._check_type(False),
        lambda t: t._check_not_implemented(False),
        lambda t: t._check_is_size(-1),
        lambda t: t._check_is_size(3),
        lambda t: t._check_tensor_all(t.tensor([True, False])),
        lambda t: t._check_tensor_all(t.tensor([True])),
        lambda t: t._check_tensor_all(t.tensor([1])),
    ],
)
def test_checks(call):
    same(outcome(call, vt), outcome(call, torch))


def variables(t):
    leaf = t.ones(2, requires_grad=True)
    made = t.autograd.Variable(leaf * 2)
    wanted = t.autograd.Variable(t.ones(2), requires_grad=True)
    (wanted * 3).sum().backward()
    seen = [
        made.requires_grad,
        made.grad_fn is None,
        wanted.is_leaf,
        wanted.grad,
        isinstance(leaf, t.autograd.Variable),
    ]
    return [*seen, isinstance(3, t.autograd.Variable)]


def test_variable():
    same(variables(vt), variables(torch))
    with pytest.raises(NotImplementedError, match="no_grad"):
        vt.autograd.Variable(vt.ones(1), volatile=True)
    with pytest.raises(TypeError):
        vt.autograd.Variable([1.0])


def symbolic(t):
    return [
        t.sym_int(2.7),
        t.sym_float(2),
        t.sym_max(2, 3.0),
        t.sym_min(2, 3),
        t.sym_not(True),
        t.sym_ite(False, 1, 2),
        t.sym_sum([1, 2]),
    ]


def test_symbolic_numbers_are_numbers():
    same(symbolic(vt), symbolic(torch))
    assert not isinstance(1, (vt.SymInt, vt.SymFloat, vt.SymBool))


def settings(t):
    seen = []
    t.use_deterministic_algorithms(True, warn_only=True)
    seen += [
        t.are_deterministic_algorithms_enabled(),
        t.is_deterministic_algorithms_warn_only_enabled(),
        t.get_deterministic_debug_mode(),
    ]
    t.set_deterministic_debug_mode("default")
    seen += [t.are_deterministic_algorithms_enabled(), t.get_deterministic_debug_mode()]
    t.set_default_tensor_type(t.DoubleTensor)
    seen.append(str(t.ones(1).dtype))
    t.set_default_tensor_type("torch.FloatTensor")
    seen += [
        str(t.ones(1).dtype),
        str(t.get_autocast_cpu_dtype()),
        t.is_autocast_cpu_enabled(),
        t.amp.is_autocast_available("cpu"),
    ]
    with t.autocast("cpu"):
        seen.append(t.is_autocast_cpu_enabled())
    return seen


def test_settings():
    try:
        same(settings(vt), settings(torch))
    finally:
        for side in (vt, torch):
            side.set_default_dtype(side.float32)
            side.use_deterministic_algorithms(False)
    for call in (
        lambda t: t.set_default_tensor_type(t.IntTensor),
        lambda t: t.set_deterministic_debug_mode("loud"),
        lambda t: t.set_num_interop_threads(0),
    ):
        assert type(outcome(call, vt)) is type(outcome(call, torch))
    with pytest.raises(NotImplementedError):
        vt.set_num_interop_threads(2)


def test_devices_that_are_not_there():
    for name in ("xpu", "mps", "mtia"):
        module = getattr(vt, name)
        assert not module.is_available() and module.device_count() == 0 and module.manual_seed(1) is None
        with pytest.raises(AssertionError, match="there is no"):
            module.get_device_properties(0)
    assert (
        vt.cpu.is_available() and vt.cpu.device_count() == 1 and vt.cpu.current_device() == torch.cpu.current_device()
    )
    assert vt.get_device_module("cpu") is vt.cpu and vt.get_device_module("cuda") is vt.cuda
    with pytest.raises(RuntimeError):
        vt.get_device_module("hpu")


# ---- layers and functions that are not there


def test_tuples_of_sizes():
    from torch.nn.modules import utils as theirs
    from vibetensor.torch.nn.modules import utils as ours

    for call in (
        lambda u: (u._pair(3), u._triple([1, 2, 3]), u._single(1), u._reverse_repeat_tuple((1, 2), 2)),
        lambda u: u._list_with_default([None, 3], [5, 6, 7]),
        lambda u: u._list_with_default([None, 3], [5]),
    ):
        same(outcome(call, ours), outcome(call, theirs))
    state = {"module.a": 1, "b": 2}
    ours.consume_prefix_in_state_dict_if_present(state, "module.")
    assert state == {"b": 2, "a": 1}


# ---- attention


def test_sdpa_kernel():
    from vibetensor.torch.nn.attention import SDPBackend, sdpa_kernel

    theirs = torch.nn.attention.SDPBackend
    assert {name: int(getattr(theirs, name)) for name in SDPBackend.__members__} == {b.name: int(b) for b in SDPBackend}
    x = vt.randn(1, 1, 4, 8)
    with sdpa_kernel([SDPBackend.MATH, SDPBackend.EFFICIENT_ATTENTION]):
        first = vt.nn.functional.scaled_dot_product_attention(x, x, x)
    same(first, vt.nn.functional.scaled_dot_product_attention(x, x, x))
    with pytest.raises(AssertionError), sdpa_kernel("math"):
        pass
    flex = importlib.import_module("vibetensor.torch.nn.attention.flex_attention")
    with pytest.raises(NotImplementedError, match="scaled_dot_product_attention"):
        flex.flex_attention(x, x, x)


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
    with pytest.raises(NotImplementedError, match=r"torch\.save writes whole"):
        vt.distributed.checkpoint.save(state)


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
    with pytest.raises(NotImplementedError, match="one process"):
        rpc.init_rpc("a")
    assert str(vt.ops.aten._pin_memory.default) == "aten._pin_memory"
    with pytest.raises(NotImplementedError):
        vt.ops.aten._pin_memory(vt.ones(1))


def test_what_ignite_and_gpytorch_import():
    from vibetensor.torch.distributed.optim import ZeroRedundancyOptimizer
    from vibetensor.torch.distributions.utils import _standard_normal, _sum_rightmost
    from vibetensor.torch.serialization import MAP_LOCATION

    assert not isinstance(vt.optim.SGD([vt.ones(1)], lr=1), ZeroRedundancyOptimizer) and MAP_LOCATION is not None
    with pytest.raises(NotImplementedError, match="one process"):
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
