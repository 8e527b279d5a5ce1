"""Names that programs only import, decorate with or ask: they pass through, or raise with the way round."""

import importlib
import typing

import pytest
import torch
import vibetensor.torch as vt
from compare import outcome, same

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
    same(first, flex.flex_attention(x, x, x))
