"""__torch_dispatch__ of modes and of tensors that are made of others: what is asked, and what comes back, beside PyTorch."""

import copy
import io

import pytest
import torch
import torch.utils._python_dispatch
import vibetensor.torch as vt

BOTH = pytest.mark.parametrize("t", [vt, torch], ids=["vibetensor", "torch"])


def dispatch_of(t):
    return t.utils._python_dispatch


def names_in(t, program):
    """The overloads that reach a mode while `program` runs, without those by which PyTorch detaches what it keeps."""
    seen = []

    class Names(dispatch_of(t).TorchDispatchMode):
        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            assert func.overloadpacket is getattr(t.ops.aten, str(func).split(".")[1])
            numbers = [a for a in args if isinstance(a, int | float | list) and not isinstance(a, bool)]
            numbers = [a for a in numbers if not isinstance(a, list) or all(isinstance(i, int) for i in a)]
            if str(func) != "aten.detach.default":
                seen.append((str(func), numbers))
            return func(*args, **(kwargs or {}))

    with Names():
        program()
    return seen


PROGRAMS = {
    "pointwise": lambda t, x: ((x * 3 - 1).exp() + x.clone()).relu().neg_(),
    "numbers": lambda t, x: (x > 0, x == 1, x**2, x / 2, x.remainder(2)),
    "linear": lambda t, x: t.nn.functional.linear(x, t.ones(5, 4), t.zeros(5)),
    "backward": lambda t, x: (t.nn.functional.softmax(x.requires_grad_(), -1) * 2).tanh().sum().backward,
    "matmul": lambda t, x: x @ x.t(),
    "views": lambda t, x: x.view(4, 3).transpose(0, 1)[1].expand(2, 4).unsqueeze(0),
    "reductions": lambda t, x: (x.sum(), x.sum(0), x.mean(1, keepdim=True), x.amax(0), x.argmax()),
    "factories": lambda t, x: (t.zeros(2), t.ones_like(x), t.arange(3), t.full((2,), 3.0)),
    "functions": lambda t, x: (
        t.nn.functional.layer_norm(x, (4,)),
        t.nn.functional.gelu(x),
        t.nn.functional.gelu(x, approximate="tanh"),
        x.clamp(0, 1),
        x.masked_fill(x > 0, 0.0),
        t.cat([x, x]),
        x.square(),
        x.index_select(0, t.arange(2)),
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_mode_sees_what_it_sees_in_pytorch(name):
    ours, theirs = (names_in(t, lambda t=t: PROGRAMS[name](t, t.linspace(-1, 1, 12).view(3, 4))) for t in (vt, torch))
    assert ours == theirs


@BOTH
def test_a_mode_sees_backward_and_stands_below_autograd(t):
    x = t.ones(3, requires_grad=True)
    seen = names_in(t, lambda: (x.exp() * 2).sum().backward())
    assert [name for name, _ in seen].count("aten.mul.Tensor") >= 3  # forward, and the derivatives of both
    assert x.grad.tolist() == pytest.approx([2 * 2.718281828] * 3)


@BOTH
def test_modes_are_asked_from_the_inside(t):
    order = []

    class Mode(dispatch_of(t).TorchDispatchMode):
        def __init__(self, name):
            super().__init__()
            self.name = name

        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            order.append(self.name)
            result = func(*args, **(kwargs or {}))
            order.append(f"/{self.name}")
            return result

    with Mode("outer"), Mode("inner") as inner:
        t.zeros(2)
        assert dispatch_of(t)._get_current_dispatch_mode() is inner
        with dispatch_of(t)._disable_current_modes() as modes:
            t.zeros(2)
            assert len(modes) == 2
    assert order == ["inner", "outer", "/outer", "/inner"]
    assert dispatch_of(t)._get_current_dispatch_mode() is None


@BOTH
def test_a_mode_answers(t):
    class Halved(dispatch_of(t).TorchDispatchMode):
        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            if func is t.ops.aten.exp.default:
                return args[0] / 2
            return func(*args, **(kwargs or {}))

    x = t.tensor([4.0], requires_grad=True)
    with Halved():
        y = x.exp()
        z = t.nn.Linear(1, 1)(x)
    assert y.item() == 2.0 and y.requires_grad and z.shape == (1,)
    y.backward()
    assert x.grad.item() == 2.0  # exp's derivative, of what was answered


@BOTH
def test_what_is_answered_has_to_fit(t):
    class Wrong(dispatch_of(t).TorchDispatchMode):
        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            return NotImplemented

    with pytest.raises(TypeError, match="returned NotImplemented"), Wrong():
        t.zeros(1)

    class Fails(dispatch_of(t).TorchDispatchMode):
        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"), Fails():
        t.zeros(1)
    assert t.zeros(1).item() == 0


def pair_of(t):
    """A tensor that is two, whose every op is made of both."""

    class Pair(t.Tensor):
        @staticmethod
        def __new__(cls, a, b):
            return t.Tensor._make_wrapper_subclass(
                cls, a.shape, strides=a.stride(), dtype=a.dtype, device=a.device, requires_grad=a.requires_grad
            )

        def __init__(self, a, b):
            self.a, self.b = a, b

        def __tensor_flatten__(self):
            return ["a", "b"], None

        @staticmethod
        def __tensor_unflatten__(inner, context, size, stride):
            return Pair(inner["a"], inner["b"])

        def __repr__(self):
            return f"Pair({self.a}, {self.b})"

        __torch_function__ = t._C._disabled_torch_function_impl

        @classmethod
        def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
            kwargs = kwargs or {}
            assert set(types) == {Pair}

            def half(which):
                take = lambda v: getattr(v, which) if isinstance(v, Pair) else v  # noqa: E731
                lists = lambda v: [take(i) for i in v] if isinstance(v, list | tuple) else take(v)  # noqa: E731
                return func(*map(lists, args), **{key: lists(v) for key, v in kwargs.items()})

            a, b = half("a"), half("b")
            out = Pair(a, b) if isinstance(a, t.Tensor) else a
            if isinstance(a, list | tuple):
                out = type(a)(Pair(p, q) if isinstance(p, t.Tensor) else p for p, q in zip(a, b, strict=True))
            return dispatch_of(t).return_and_correct_aliasing(func, args, kwargs, out)

    return Pair


def halves(pair):
    return pair.a.tolist(), pair.b.tolist()


@BOTH
def test_a_wrapper_computes_by_its_parts(t):
    Pair = pair_of(t)
    x = Pair(t.ones(2, 3), t.full((2, 3), 2.0))
    assert x.shape == (2, 3) and x.dtype == t.float32 and not x.requires_grad
    for y, (a, b) in (
        (x * 3 + 1, (4.0, 7.0)),
        (x.exp().log(), (1.0, 2.0)),
        (t.nn.functional.relu(x - 1.5), (0.0, 0.5)),
        (x.view(3, 2).t(), (1.0, 2.0)),
        (t.cat([x, x])[1:3], (1.0, 2.0)),
    ):
        assert type(y) is Pair and y.shape == (2, 3)
        assert y.a.flatten().tolist() == pytest.approx([a] * 6) and y.b.flatten().tolist() == pytest.approx([b] * 6)
    same = x.add_(1)
    assert same is x and halves(x)[0][0] == [2.0] * 3 and x._version == 1


@BOTH
def test_a_wrapper_is_differentiated(t):
    Pair = pair_of(t)
    x = Pair(t.ones(2), t.full((2,), 3.0)).requires_grad_()
    (x * x).sum().backward()
    assert type(x.grad) is Pair and halves(x.grad) == ([2.0, 2.0], [6.0, 6.0])
    y = x.exp()  # whose result is kept for backward
    (g,) = t.autograd.grad(y.sum(), x)
    assert type(g) is Pair and halves(g) == (y.a.tolist(), y.b.tolist())
    assert type(x.detach()) is Pair and not x.detach().requires_grad


@BOTH
def test_parameters_of_wrappers_are_trained(t):
    Pair = pair_of(t)
    layer = t.nn.Linear(2, 2)
    layer.weight = t.nn.Parameter(Pair(t.eye(2), 2 * t.eye(2)))
    layer.bias = t.nn.Parameter(Pair(t.zeros(2), t.ones(2)))
    assert isinstance(layer.weight, t.nn.Parameter) and type(layer.weight) is Pair
    for optimizer in (t.optim.SGD(layer.parameters(), 0.1, momentum=0.9), t.optim.AdamW(layer.parameters(), 0.1)):
        layer.zero_grad()
        layer(t.ones(1, 2)).sum().backward()
        before = layer.weight.a.clone()
        optimizer.step()
        assert not t.equal(layer.weight.a, before)
    layer.double()
    assert layer.weight.dtype == t.float64 and layer.weight.a.dtype == t.float64 and type(layer.weight) is Pair
    other = copy.deepcopy(layer)
    assert halves(other.weight) == halves(layer.weight) and other.weight.a is not layer.weight.a
    assert dispatch_of(t).is_traceable_wrapper_subclass(layer.weight)
    doubled = dispatch_of(t).transform_subclass(layer.weight.detach(), lambda name, inner: inner * 2)
    assert doubled.a.tolist() == (2 * layer.weight.a).tolist()


@BOTH
def test_a_tensor_with_memory_that_answers(t):
    seen = []

    class Logged(t.Tensor):
        @classmethod
        def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
            seen.append(str(func))
            return super().__torch_dispatch__(func, types, args, kwargs or {})

    x = t.ones(2).as_subclass(Logged)
    seen.clear()
    y = x + 1
    assert seen.count("aten.add.Tensor") == 1 and y.tolist() == [2.0, 2.0] and type(y) is t.Tensor
    with t._C._DisableTorchDispatch():
        x + 1
    assert seen.count("aten.add.Tensor") == 1


class Saved(vt.Tensor):
    @staticmethod
    def __new__(cls, inner):
        return vt.Tensor._make_wrapper_subclass(cls, inner.shape, dtype=inner.dtype)

    def __init__(self, inner):
        self.inner = inner

    @classmethod
    def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
        return NotImplemented


def test_wrappers_are_saved():
    file = io.BytesIO()
    vt.save({"w": Saved(vt.arange(3.0))}, file)
    file.seek(0)
    back = vt.load(file, weights_only=False)["w"]
    assert type(back) is Saved and back.shape == (3,) and back.inner.tolist() == [0.0, 1.0, 2.0]
    with pytest.raises(TypeError, match="returned NotImplemented"):
        back + 1


@BOTH
def test_ops_of_programs_are_asked_about(t):
    name = "asked_about"

    @t.library.custom_op(f"{name}_{t.__name__[0]}::twice", mutates_args=())
    def twice(x: t.Tensor) -> t.Tensor:
        return x * 2

    seen = names_in_own(t, lambda: twice(t.ones(2)))
    assert f"{name}_{t.__name__[0]}::twice" in seen and "aten::mul.Tensor" not in seen


def names_in_own(t, program):
    seen = []

    class Names(dispatch_of(t).TorchDispatchMode):
        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            seen.append(func.name())
            return func(*args, **(kwargs or {}))

    with Names():
        program()
    return seen


def test_what_a_wrapper_cannot_be():
    with pytest.raises(NotImplementedError, match="dispatch_sizes_strides_policy"):
        vt.Tensor._make_wrapper_subclass(Saved, (2,), dispatch_sizes_strides_policy="sizes")
    with pytest.raises(RuntimeError, match="no memory"):
        Saved(vt.ones(2)).numpy()


@BOTH
def test_swapped_tensors(t):
    a, b = t.nn.Parameter(t.ones(2)), t.nn.Parameter(t.zeros(3))
    a.note = "a"
    t.utils.swap_tensors(a, b)
    assert a.tolist() == [0.0] * 3 and b.tolist() == [1.0] * 2 and b.note == "a" and not hasattr(a, "note")


@BOTH
def test_overloads_are_found_by_name(t):
    add = t.ops.aten.add
    assert add.Tensor is add.Tensor and add.Tensor.overloadpacket is add and "Tensor" in add.overloads()
    assert str(add.Tensor) == "aten.add.Tensor" and add.Tensor.name() == "aten::add.Tensor"
    assert add.Tensor(t.ones(1), 2).item() == 3 and add(t.ones(1), 2).item() == 3
    assert t.ops.aten.relu_.default._schema.is_mutable and not t.ops.aten.relu.default._schema.is_mutable
    assert [a.name for a in add.Tensor._schema.arguments] == ["self", "other", "alpha"]
    assert copy.deepcopy({add.Tensor: 1}) == {add.Tensor: 1}


def test_answers_that_are_no_tensors():
    """Whatever is answered, inner calls of an op do not go on with nothing."""
    answers = (None, 3, (1, 2), [], vt.ones(9, 9), vt.ones(2, device="meta"), object())
    calls = (
        lambda w: w.sin(),
        lambda w: w + 1,
        lambda w: w.to_sparse(),
        lambda w: w.split(1),
        lambda w: w.max(0),
        lambda w: vt.linalg.svd(w),
        lambda w: vt.nn.functional.linear(w, w),
        lambda w: w.share_memory_(),
        lambda w: w.untyped_storage().tolist(),
        lambda w: repr(w),
        lambda w: w.nonzero(),
    )
    raised = 0
    for answer in answers:

        class Wrapper(vt.Tensor):
            @classmethod
            def __torch_dispatch__(cls, func, types, args=(), kwargs=None, answer=answer):
                return answer

        for call in calls:
            tensor = vt.Tensor._make_wrapper_subclass(Wrapper, (3, 3), dtype=vt.float32)
            try:
                call(tensor)
            except (RuntimeError, TypeError, ValueError, IndexError, NotImplementedError, AttributeError):
                raised += 1
    assert raised > 40
    with pytest.raises(RuntimeError, match=r"Unable to cast NoneType to Tensor: a function for sin"):

        class Nothing(vt.Tensor):
            @classmethod
            def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
                return None

        vt.Tensor._make_wrapper_subclass(Nothing, (3,)).sin()
