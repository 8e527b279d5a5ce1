"""torch.compile and the names around it: eager results, PyTorch's shape and PyTorch's refusals."""

import copy
import importlib
import pickle

import pytest
import torch
import vibetensor.torch as vt
from compare import ours_of, outcome, same


def error_of(call):
    with pytest.raises(Exception) as raised:
        call()
    return type(raised.value).__name__, str(raised.value)


OPTIONS = [
    {},
    {"mode": "reduce-overhead"},
    {"mode": "max-autotune", "fullgraph": True, "dynamic": False},
    {"options": {"epilogue_fusion": True, "max-autotune": True}},
    {"backend": "eager", "mode": "nobody checks this"},
    {"backend": "aot_eager"},
    {"disable": True},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_functions_and_modules_give_eager_results(options):
    weight = torch.randn(3, 4)
    x = ours_of(torch.randn(2, 4)).requires_grad_()
    model = vt.nn.Linear(4, 3)
    model.load_state_dict({"weight": ours_of(weight), "bias": vt.zeros(3)})
    expected = model(x)
    function = vt.compile(lambda x, *, scale=1: model(x) * scale, **options)
    same(function(x, scale=2), expected * 2)
    compiled = vt.compile(model, **options)
    same(compiled(x), expected)
    compiled(x).sum().backward()
    assert x.grad is not None and model.weight.grad is not None
    assert (compiled is model) == bool(options.get("disable"))
    same(vt.compile(**options)(model.forward)(x), expected)


@pytest.mark.parametrize(
    "options",
    [
        {"mode": "fast"},
        {"mode": "default", "options": {"epilogue_fusion": True}},
        {"options": {"epilogue_fusion": "yes"}},
        {"backend": "nobody"},
        {"dynamic": "yes"},
        {"speed": 3},
    ],
    ids=str,
)
def test_arguments_that_pytorch_refuses(options):
    function = lambda x: x  # noqa: E731
    assert error_of(lambda: vt.compile(function, **options)) == error_of(lambda: torch.compile(function, **options))


def test_arguments_that_have_work_to_do():
    kind, text = error_of(lambda: vt.compile(lambda x: x, options={"nobody": 1}))
    assert kind == "RuntimeError" and text.startswith("Unexpected optimization option nobody, known options are")
    with pytest.raises(NotImplementedError, match=r"torch\.fx"):
        vt.compile(lambda x: x, backend=lambda graph, inputs: graph)
    assert error_of(lambda: vt.compile(3))[0] == error_of(lambda: torch.compile(3))[0] == "AssertionError"


def program(side):
    """What a compiled module shows of itself and of the module inside."""
    model = side.nn.Sequential(side.nn.Linear(2, 3), side.nn.ReLU())
    compiled = side.compile(model, backend="eager")
    compiled.note = "kept"
    model[0].weight.data.fill_(0.5)
    seen = [
        type(compiled).__name__,
        list(compiled.state_dict()),
        [name for name, _ in compiled.named_modules()],
        repr(compiled),
        model.note,
        compiled.training,
        len(compiled),
        bool(compiled),
        compiled._orig_mod is model,
        [tuple(p.shape) for p in compiled.parameters()],
        compiled[0] is model[0] if hasattr(type(compiled), "__getitem__") else None,
    ]
    compiled.eval()
    seen += [model.training, compiled.training, model[0].training]
    compiled.train()
    seen += [model.training, compiled.training]
    compiled.load_state_dict({name: value * 0 for name, value in compiled.state_dict().items()})
    seen += [float(model[0].weight.abs().sum()), float(compiled(side.ones(1, 2)).sum())]
    return seen


def test_a_compiled_module_looks_like_pytorchs():
    assert program(vt) == program(torch)


def test_a_compiled_module_can_be_copied():
    compiled = vt.compile(vt.nn.Linear(2, 2))
    for copied in (copy.deepcopy(compiled), pickle.loads(pickle.dumps(compiled))):
        assert copied._orig_mod is not compiled._orig_mod
        same(copied(vt.ones(1, 2)), compiled(vt.ones(1, 2)))


def test_module_compile_is_in_place():
    model = vt.nn.Linear(2, 2)
    before = model(vt.ones(1, 2))
    assert model.compile(mode="max-autotune") is None and list(model.state_dict()) == ["weight", "bias"]
    same(model(vt.ones(1, 2)), before)
    with pytest.raises(RuntimeError, match="Unrecognized mode"):
        model.compile(mode="fast")


def test_nothing_is_compiling():
    assert not vt.compiler.is_compiling() and not vt._dynamo.is_compiling() and not vt.compiler.is_exporting()
    assert vt.compiler.list_backends() == torch.compiler.list_backends()
    assert set(vt._dynamo.list_backends(None)) <= set(torch._dynamo.list_backends(None))


@pytest.mark.parametrize("mode", [None, "", "default", "lite", "reduce-overhead", "max-autotune", "fast"])
def test_options_of_a_mode(mode):
    program = lambda t: t._inductor.list_mode_options(mode)  # noqa: E731
    same(outcome(program, vt), outcome(program, torch))


def test_what_a_polyfill_stands_for_runs():
    for t in (vt, torch):
        decorated = t.compiler.substitute_in_graph(SUBSTITUTED[t])(lambda x: x + 1000)
        assert decorated(1) == 2


SUBSTITUTED = {t: lambda x: x + 1 for t in (vt, torch)}


def test_functions_for_a_compiler_to_call_are_refused():
    config = vt._inductor.config
    with pytest.raises(NotImplementedError, match="post_grad_custom_pre_pass is a function"):
        vt.compile(len, options={"post_grad_custom_pre_pass": print})
    with pytest.raises(NotImplementedError, match="post_grad_custom_pre_pass is a function"):
        config.post_grad_custom_pre_pass = print
    with pytest.raises(NotImplementedError, match="post_grad_custom_pre_pass is a function"):
        config.patch(post_grad_custom_pre_pass=print).__enter__()
    assert config.post_grad_custom_pre_pass is None


def test_arguments_that_nobody_has_are_refused():
    with pytest.raises(TypeError):
        vt._dynamo.mark_dynamic(vt.ones(2), 0, minimum=2)
    with pytest.raises(TypeError):
        vt._dynamo.optimize("eager", True)
    for t in (vt, torch):
        with pytest.raises(RuntimeError, match="force_backend"):
            t.compiler.set_stance("force_eager", force_backend="eager")


def test_decorators_give_back_what_they_are_given():
    function = lambda x: x + 1  # noqa: E731
    for decorate in (
        vt.compiler.disable,
        vt.compiler.disable(recursive=False),
        vt.compiler.allow_in_graph,
        vt.compiler.assume_constant_result,
        vt.compiler.nested_compile_region,
        vt._dynamo.disable,
        vt._dynamo.disable(),
        vt._dynamo.allow_in_graph,
        vt._dynamo.decorators.disallow_in_graph,
    ):
        assert decorate(function) is function
    assert vt._dynamo.optimize("eager", nopython=True)(function)(1) == 2
    assert vt.compiler.set_stance("force_eager")(function)(1) == 2
    with vt.compiler.set_stance("fail_on_recompile"):
        assert function(1) == 2
    with pytest.raises(RuntimeError, match=r"invalid torch\.compile stance"):
        vt.compiler.set_stance("sitting")
    with pytest.raises(AssertionError):
        vt._dynamo.allow_in_graph(3)


@pytest.mark.parametrize("name", ["_dynamo.config", "_inductor.config"])
def test_settings_are_pytorchs(name):
    ours, theirs = (importlib.import_module(f"{side}.{name}") for side in ("vibetensor.torch", "torch"))
    wanted = theirs.get_config_copy()
    settings = ours.get_config_copy()
    assert set(wanted) <= set(settings) and len(wanted) > 100
    plain = {key for key, value in wanted.items() if isinstance(value, (bool, int, float))}
    assert {key: settings[key] for key in plain} == {key: wanted[key] for key in plain}
    for side in (ours, theirs):
        with pytest.raises(AttributeError, match="does not exist"):
            side.no_such_setting = 1
        with pytest.raises(AttributeError, match="does not exist"):
            _ = side.no_such_setting


def test_settings_are_kept_and_patched():
    config = vt._dynamo.config
    before = config.suppress_errors
    config.suppress_errors = not before
    assert vt.compiler.config.suppress_errors is (not before)
    config.suppress_errors = before
    with (
        config.patch(suppress_errors=not before),
        config.patch("verbose", True),
        config.patch({"cache_size_limit": 99}),
    ):
        assert (config.suppress_errors, config.verbose, config.cache_size_limit) == (not before, True, 99)
    assert (config.suppress_errors, config.verbose) == (before, False)
    inductor = importlib.import_module("vibetensor.torch._inductor.config")
    inductor.triton.unique_kernel_names = False
    assert inductor.get_config_copy()["triton.unique_kernel_names"] is False and "triton" in dir(inductor)
    inductor.triton.unique_kernel_names = True
    with pytest.raises(AttributeError):
        inductor.triton.no_such_setting = 1
    with pytest.raises(AttributeError), config.patch(no_such_setting=1):
        pass


def test_what_needs_a_compiler_says_so():
    for refused in (vt._dynamo.explain, vt._dynamo.export, vt.compiler.wrap_numpy, vt._inductor.aot_compile):
        with pytest.raises(NotImplementedError, match="is not there yet"):
            refused(lambda x: x)
