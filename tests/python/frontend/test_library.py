"""torch.library and torch.ops: a program's own ops, beside PyTorch's."""

import importlib

import pytest
import torch
import vibetensor.torch as vt
from compare import outcome, same

SIDES = [vt, torch]


def both(program):
    same(outcome(program, vt), outcome(program, torch))


def numpy_like_double(t, name):
    """double(x) computed without the ops of `t`, with a derivative of its own."""

    def double(x, times=1):
        return t.tensor([2.0 * times * v for v in x.tolist()])

    double.__annotations__ = {"x": t.Tensor, "times": int, "return": t.Tensor}
    return t.library.custom_op(f"tests_vt::{name}", mutates_args=())(double)


def test_custom_op():
    def program(t):
        op = numpy_like_double(t, "double")
        x = t.ones(2, requires_grad=True)
        plain = [op(t.ones(2)), t.ops.tests_vt.double(t.ones(2), times=2), t.ops.tests_vt.double.default(t.ones(2), 3)]
        without = outcome(lambda t: op(x).sum().backward(), t)

        def setup(ctx, inputs, output):
            ctx.times = inputs[1]

        op.register_autograd(lambda ctx, grad: (grad * 2 * ctx.times, None), setup_context=setup)
        op(x, 5).sum().backward()
        op(x, times=4).sum().backward()
        op.register_fake(lambda x, times=1: t.empty_like(x))
        return [plain, without, x.grad, list(op(t.ones(4, device="meta")).shape)]

    both(program)


def test_arguments_by_keyword_only():
    def program(t):
        def scale(x, *, by=2.0):
            return t.tensor([by * v for v in x.tolist()])

        scale.__annotations__ = {"x": t.Tensor, "by": float, "return": t.Tensor}
        op = t.library.custom_op("tests_vt::scale", mutates_args=())(scale)

        def setup(ctx, inputs, keyword_only_inputs, output):
            ctx.by = keyword_only_inputs["by"]

        op.register_autograd(lambda ctx, grad: grad * ctx.by, setup_context=setup)
        x = t.ones(2, requires_grad=True)
        (op(x, by=3.0) + op(x)).sum().backward()
        return x.grad

    both(program)


def test_kernels_by_device():
    def program(t):
        library = t.library.Library("tests_vt2", "DEF")
        library.define("half(Tensor x) -> Tensor")
        seen = [type(outcome(lambda t: t.ops.tests_vt2.half(t.ones(2)), t)).__name__]
        library.impl("half", lambda x: x / 2, "CPU")
        t.library.register_fake("tests_vt2::half", lambda x: t.empty_like(x))
        seen += [t.ops.tests_vt2.half(t.ones(2)), list(t.ops.tests_vt2.half(t.ones(3, device="meta")).shape)]
        library.define("third(Tensor x) -> Tensor")
        library.impl("third", lambda x: x / 3, "CompositeImplicitAutograd")
        x = t.ones(2, requires_grad=True)
        t.ops.tests_vt2.third(x).sum().backward()
        return [*seen, x.grad]

    both(program)


@pytest.mark.parametrize(
    "call",
    [
        lambda t: t.library.custom_op("noname", lambda x: x, mutates_args=()),
        lambda t: t.library.Library("x", "OTHER"),
        lambda t: t.library.define("tests_vt3::op", "no schema"),
        lambda t: t.library.Library("tests_vt3", "FRAGMENT").impl("op", 3),
        lambda t: t.library.infer_schema(lambda x: x, mutates_args=()),
        lambda t: t.ops.tests_vt3.nothing,
        lambda t: t.ops.load_library("/no/such/library.so"),
        lambda t: t.ops.aten.no_such_op,
    ],
)
def test_refusals(call):
    assert type(outcome(call, vt)) is type(outcome(call, torch))


def test_schemas_are_pytorchs():
    def program(t):
        def f(
            x: t.Tensor, sizes: list[int], scale: float = 1.0, name: str = "a", *, flag: bool = True
        ) -> tuple[t.Tensor, t.Tensor]:
            return x, x

        def g(x: t.Tensor, bias: t.Tensor | None = None) -> None:
            return None

        return [t.library.infer_schema(f, mutates_args=()), t.library.infer_schema(g, mutates_args={"x"})]

    import typing

    assert typing.get_type_hints(program) == {}
    both(program)


@pytest.mark.parametrize("mutates", [{"z"}, {"n"}, "unknown", ()])
def test_schemas_of_what_is_changed(mutates):
    def program(t):
        def f(x: t.Tensor, n: int, kind: t.dtype = t.float32, by: float | None = None) -> t.Tensor:
            return x

        return t.library.infer_schema(f, mutates_args=mutates)

    both(program)


def test_types_that_schemas_do_not_have():
    def program(t):
        def f(x: dict) -> t.Tensor:
            return x

        return t.library.infer_schema(f, mutates_args=())

    both(program)
    assert isinstance(outcome(program, vt), ValueError)


def test_backward_notices_what_an_op_has_changed():
    def program(t):
        def fill(x, value):
            x.numpy()[:] = value

        fill.__annotations__ = {"x": t.Tensor, "value": float, "return": None}
        op = t.library.custom_op("tests_vt::fill", mutates_args={"x"})(fill)
        x, w = t.ones(2), t.ones(2, requires_grad=True)
        y = x * w
        before = x._version
        op(x, 3.0)
        return [x, x._version - before, outcome(lambda t: y.sum().backward(), t)]

    both(program)


def test_a_function_for_autograd_comes_before_that_of_a_device():
    for t in SIDES:
        library = t.library.Library(f"tests_vt_grad_{t.__name__.replace('.', '_')}", "DEF")
        library.define("twice(Tensor x) -> Tensor")
        op = getattr(t.ops, library.ns).twice
        library.impl("twice", lambda x: x * 2, "CPU")
        library.impl("twice", lambda x: x * 3, "Autograd")
        x = t.ones(1, requires_grad=True)
        op(x).backward()
        assert x.grad.tolist() == [3.0]


def test_a_library_takes_back_its_own_alone():
    def program(t):
        first, second = (t.library.Library("tests_vt_scope", kind) for kind in ("DEF", "FRAGMENT"))
        first.define("one(Tensor x) -> Tensor")
        first.impl("one", lambda x: x + 1, "CPU")
        second.define("two(Tensor x) -> Tensor")
        second._destroy()
        seen = [t.ops.tests_vt_scope.one(t.ones(1)), hasattr(t.ops.tests_vt_scope, "two")]
        first._destroy()
        return seen

    both(program)
    with pytest.raises(NotImplementedError, match="with_keyset"):
        vt.library.Library("tests_vt_keys", "DEF").impl("op", len, with_keyset=True)


def test_a_derivative_needs_an_op():
    with pytest.raises(RuntimeError, match="there is no op tests_vt::never"):
        vt.library.register_autograd("tests_vt::never", lambda ctx, grad: grad)


def test_an_op_that_changes_its_argument_in_inference_mode():
    op = vt.library.custom_op("tests_vt::clear", mutates_args={"x"}, schema="(Tensor(a!) x) -> ()")(
        lambda x: x.zero_() and None
    )
    with vt.inference_mode():
        x = vt.ones(1)
        op(x)
    assert x.tolist() == [0.0]


def test_aten_ops():
    both(
        lambda t: [
            t.ops.aten.add.Tensor(t.ones(2), t.ones(2)),
            t.ops.aten.relu(t.ones(1)),
            t.ops.aten.sum.default(t.ones(3)),
        ]
    )


def test_a_library_compiled_for_pytorch_is_refused_op_by_op(tmp_path):
    path = tmp_path / "speech_c" / "lib.so"
    path.parent.mkdir()
    path.touch()
    vt.ops.load_library(str(path))
    with pytest.raises(
        NotImplementedError, match=r"torch.ops.speech_c.decode is not there: it is compiled for PyTorch, in "
    ):
        vt.ops.speech_c.decode(vt.ones(1))
    # what its Python side registers for its ops finds them, and they are still refused
    vt.library.register_autograd("speech_c::encode", lambda ctx, grad: grad)
    vt.library.register_fake("speech_c::encode", lambda x: x)
    with pytest.raises(NotImplementedError, match=r"torch.ops.speech_c.encode is not there"):
        vt.ops.speech_c.encode(vt.ones(1))
    with pytest.raises(RuntimeError, match="there is no op speech_d::encode"):
        vt.library.register_autograd("speech_d::encode", lambda ctx, grad: grad)


# ---- ops of torchvision


def reference_nms(boxes, scores, threshold):
    """Greedy suppression by the definition, in plain numbers."""
    area = lambda b: (b[2] - b[0]) * (b[3] - b[1])  # noqa: E731

    def overlap(a, b):
        common = max(0, min(a[2], b[2]) - max(a[0], b[0])) * max(0, min(a[3], b[3]) - max(a[1], b[1]))
        return common / (area(a) + area(b) - common)

    kept = []
    for i in sorted(range(len(boxes)), key=lambda i: -scores[i]):
        if all(overlap(boxes[i], boxes[k]) <= threshold for k in kept):
            kept.append(i)
    return kept


@pytest.fixture
def torchvision_ops():
    importlib.import_module("vibetensor.torch._torchvision_ops")
    return vt.ops.torchvision


@pytest.mark.parametrize("threshold", [0.0, 0.3, 0.7])
def test_nms(torchvision_ops, threshold):
    vt.manual_seed(0)
    boxes = vt.rand(60, 4) * 10
    boxes[:, 2:] += 5
    boxes[:, 2:] += boxes[:, :2]
    scores = vt.rand(60)
    kept = torchvision_ops.nms(boxes, scores, threshold)
    assert kept.tolist() == reference_nms(boxes.tolist(), scores.tolist(), threshold) and 1 <= len(kept) < 60
    assert torchvision_ops.nms(vt.zeros(0, 4), vt.zeros(0), 0.5).shape == (0,)
    with pytest.raises(RuntimeError):
        torchvision_ops.nms(vt.ones(3, 5), vt.ones(3), 0.5)


def reference_roi_align(image, roi, scale, height, width, ratio, aligned):
    """One region of one channel by the definition, in plain numbers."""
    x1, y1, x2, y2 = (v * scale - (0.5 if aligned else 0.0) for v in roi)
    w, h = x2 - x1, y2 - y1
    if not aligned:
        w, h = max(w, 1.0), max(h, 1.0)
    rows, columns = len(image), len(image[0])

    def at(y, x):
        if y < -1 or y > rows or x < -1 or x > columns:
            return 0.0
        y, x = min(max(y, 0.0), rows - 1.0), min(max(x, 0.0), columns - 1.0)
        i, j = int(y), int(x)
        i1, j1 = min(i + 1, rows - 1), min(j + 1, columns - 1)
        dy, dx = y - i, x - j
        top = image[i][j] * (1 - dx) + image[i][j1] * dx
        return top * (1 - dy) + (image[i1][j] * (1 - dx) + image[i1][j1] * dx) * dy

    down, across = (ratio, ratio) if ratio > 0 else (-int(-h // height), -int(-w // width))
    cells = []
    for r in range(height):
        for c in range(width):
            points = [
                at(y1 + (r + (a + 0.5) / down) * h / height, x1 + (c + (b + 0.5) / across) * w / width)
                for a in range(down)
                for b in range(across)
            ]
            cells.append(sum(points) / len(points))
    return cells


@pytest.mark.parametrize("aligned", [False, True])
@pytest.mark.parametrize("ratio", [2, -1])
def test_roi_align(torchvision_ops, aligned, ratio):
    vt.manual_seed(1)
    x = vt.randn(2, 3, 8, 9, dtype=vt.float64)
    rois = vt.tensor([[0, 1.0, 2, 9, 8], [1, -3.0, 0, 30, 30], [1, 3, 3, 5.5, 6]], dtype=vt.float64)
    got = torchvision_ops.roi_align(x, rois, 0.5, 3, 4, ratio, aligned)
    expected = [
        [reference_roi_align(x[int(roi[0])][c].tolist(), roi[1:], 0.5, 3, 4, ratio, aligned) for c in range(3)]
        for roi in rois.tolist()
    ]
    same(got.reshape(3, 3, 12), vt.tensor(expected, dtype=vt.float64))
    assert vt.autograd.gradcheck(
        lambda x: torchvision_ops.roi_align(x, rois, 0.5, 2, 2, ratio, aligned), [x.requires_grad_()]
    )
    assert torchvision_ops.roi_align(x, rois[:0], 1.0, 2, 2, 1, False).shape == (0, 3, 2, 2)


# What PyTorch takes and what it refuses.
SCHEMAS = [
    "(Tensor x) -> Tensor",
    "() -> ()",
    "(Tensor x, *, int n=1) -> (Tensor, Tensor)",
    "(Tensor[] x, float? y=None) -> Tensor[]",
    "(Tensor(a!)[] x) -> ()",
    "(Tensor(a) x) -> Tensor(a)",
    '(Tensor x, str s="hi", bool b=True) -> int',
    "(int[2] a=1) -> int",
    "(SymInt[] s) -> SymInt",
    "(Tensor x) -> (Tensor a, Tensor b)",
    "(ScalarType d, Device dev, Layout l, MemoryFormat m, Generator? g=None) -> Tensor",
    "(Tensor x, float e=1e-5, float m=-0.1) -> Tensor",
    "(int[] dims=[0, 1]) -> Tensor",
    "(Dict(str, int) d) -> Tensor",
    "(Tensor x, ...) -> Tensor",
    "((Tensor, int) x) -> Tensor",
    "(Tensor(a -> *) x) -> Tensor",
    "(complex c=1j) -> ()",
    "(str s='a') -> ()",
    "(ScalarType d=float32) -> ()",
    "(Scalar? a=None, Scalar[] b) -> ()",
    "(Tensor x) -> Tensr",
    "(Tensr x) -> Tensor",
    "(Tensor) -> Tensor",
    "(Tensor x y) -> Tensor",
    "(Tensor x,) -> Tensor",
    "(, Tensor x) -> Tensor",
    "(Tensor x -> Tensor",
    "(Tensor x) Tensor",
    "(Tensor x) ->",
    "Tensor x -> Tensor",
    "(Tensor x)->Tensor",
    "(Tensor x) -> Tensor junk junk",
    "(Tensor x) -> (Tensor",
    "(Tensor x) -> Tensor)",
    "(Tensor x) -> Tensor -> Tensor",
    "(int n=x) -> int",
    "(int n = ) -> ()",
    "(int[] n=1) -> ()",
    "(int[] n=[1,]) -> ()",
    "(int[] n=[1.5]) -> ()",
    "(Tensor x=1) -> ()",
    "(Tensor 1x) -> ()",
    "(Tensor(a x) -> ()",
    "(Tensor(a!! x) -> ()",
    "(tensor x) -> ()",
    "(double d) -> ()",
    "(List[int] x) -> ()",
    "(x: Tensor) -> Tensor",
    "(str s=hi) -> ()",
    '(str s="a) -> ()',
    "(Tensor[ x) -> ()",
    "(Tensor x;) -> ()",
    "(Tensor x, int for) -> ()",
    "(int a, int b=1, int c) -> ()",
    "(bool b=true) -> ()",
    "(float f=inf) -> ()",
]


@pytest.mark.parametrize("schema", SCHEMAS)
def test_schemas_that_are_malformed(schema):
    number = SCHEMAS.index(schema)

    def defined(t):
        try:
            t.library.define(f"tests_vt4::op{number}", schema)
        except (RuntimeError, ValueError) as error:
            return type(error)
        return None

    outcomes = [defined(t) for t in SIDES]
    assert outcomes[0] == outcomes[1]
    if outcomes[0] is not None:  # and nothing was made
        with pytest.raises((AttributeError, RuntimeError)):
            vt.library.impl(f"tests_vt4::op{number}", "cpu", lambda x: x)


@pytest.mark.parametrize(
    "line",
    [
        "f(Tensor x) -> Tensor",
        "f.a(Tensor x)->Tensor",
        "_f() -> ()",
        "f",
        "f b(Tensor x) -> Tensor",
        "1f(Tensor x) -> Tensor",
        "f-g(Tensor x) -> ()",
        "f.(Tensor x) -> ()",
        "f.default(Tensor x) -> ()",
        "f.a.b(Tensor x) -> ()",
        "(Tensor x) -> Tensor",
    ],
)
def test_names_in_schemas(line):
    def defined(t):
        try:
            t.library.Library(f"tests_vt5_{t.__name__[0]}{abs(hash(line))}", "DEF").define(line)
        except RuntimeError as error:
            return type(error)
        return None

    assert defined(vt) == defined(torch)


def test_a_malformed_schema_is_shown_with_the_place():
    with pytest.raises(RuntimeError, match=r"Unknown type specifier:\nop\(Tensr x\) -> Tensor\n   ~ <--- HERE"):
        vt.library.define("tests_vt6::op", "(Tensr x) -> Tensor")


def both_libraries(run):
    """What `run(library)` gives with PyTorch and with ours, as lists."""
    return run(torch).tolist(), run(vt).tolist()


def scaled_op(library, name):
    @library.library.custom_op(f"vmapped::{name}", mutates_args=())
    def scaled(x: library.Tensor, y: library.Tensor, n: float) -> library.Tensor:
        assert x.dim() == y.dim() == 1, "examples alone"
        return x * y.sum() * n

    return scaled


def rule(info, in_dims, x, y, n):
    assert info.batch_size == 3 and info.randomness == "error"
    x_dim, y_dim, n_dim = in_dims
    assert n_dim is None
    x = x.movedim(x_dim, 0) if x_dim is not None else x.expand(info.batch_size, *x.shape)
    y = y.movedim(y_dim, 0).sum(-1, keepdim=True) if y_dim is not None else y.sum()
    return (x * y * n).t(), 1


def test_a_rule_of_register_vmap_computes_all_examples_at_once():
    def run(library, in_dims):
        op = scaled_op(library, "scaled")
        op.register_vmap(rule)
        x = library.arange(12.0).reshape(3, 4) if in_dims[0] == 0 else library.arange(4.0)
        y = library.arange(15.0).reshape(5, 3) if in_dims[1] == 1 else library.arange(5.0)
        return library.vmap(lambda x, y: op(x, y, 2.0) + 1, in_dims)(x, y)

    for in_dims in ((0, 1), (0, None), (None, 1)):
        theirs, mine = both_libraries(lambda library, in_dims=in_dims: run(library, in_dims))
        assert mine == theirs


def test_what_a_rule_returns_is_checked():
    op = scaled_op(vt, "wrong")
    vt.library.register_vmap("vmapped::wrong")(lambda info, in_dims, x, y, n: x)
    with pytest.raises(RuntimeError, match=r"expected the rule to return \(output, out_dims\)"):
        vt.vmap(lambda x: op(x, vt.ones(2), 1.0))(vt.ones(3, 2))
    assert op(vt.ones(2), vt.ones(2), 1.0).tolist() == [2.0, 2.0]


@pytest.mark.parametrize(
    "wrong", [lambda a: (a.sum(), 0), lambda a: (a[:1], 0), lambda a: (a, 5), lambda a: (a, 1), lambda a: ("x", 0)]
)
def test_vmap_rules_that_give_no_batch_are_refused(wrong):
    @vt.library.custom_op("vt_test::no_batch", mutates_args=())
    def op(a: vt.Tensor) -> vt.Tensor:
        return a.sin()

    vt.library.register_vmap("vt_test::no_batch", lambda info, dims, a: wrong(a))
    with pytest.raises(RuntimeError, match="register_vmap: expected 2 examples along dim"):
        vt.vmap(op)(vt.ones(2, 3))
