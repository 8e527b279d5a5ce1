"""__torch_function__ of subclasses and of modes: who is asked, of what, and what comes back, beside PyTorch."""

import copy
import io
import os
import subprocess
import sys

import pytest
import torch
import vibetensor.torch as vt

BOTH = pytest.mark.parametrize("t", [vt, torch], ids=["vibetensor", "torch"])

OPERATORS = """
x+1 1+x 1-x x-1 1/x x/1 x//1 1//x x%2 2%x x**2 2**x x@x y@x y-x x==x x!=x x<1 1<x x>=x -x abs(x) +x ~(x>0) i<<1
1<<i i>>1 1>>i i&1 1&i i|1 i^1 1^i x[0] x[0,1] y[i] y[:i] x.__setitem__(0,1) y.clone().__setitem__(0,x[0])
x.__iadd__(1) x.__imul__(1) i.__iand__(1) x.__itruediv__(2) x.__ifloordiv__(2) x.__ipow__(2) len(x) bool(i)
int(i) float(i) [1,2][i] reversed(x)
"""
MEMBERS = """
x.shape x.T x.mT x.grad x.numel() x.size() x.size(0) x.tolist() i.item() x.is_contiguous() x.norm() x.detach()
x.clone() x.to(t.float64) x.data x.unbind() x.split(1) x.unique() repr(x) x.dim() x.device x.dtype
x.new_zeros(2) x.cpu() x.is_leaf x.grad_fn x.mean() x.max(0) x.type() x.data_ptr()*0 x.ndim x.H x.real x.is_cuda
x.type_as(x) x.contiguous() x.add_(1) x.float() x.expand(2,2) x.view(-1) x.flatten() x.stride() x.chunk(2)
x.requires_grad x.requires_grad_() x.numpy() x.masked_fill(x>0,0) x.permute(1,0) x.any() 1-in-x
"""
FUNCTIONS = """
t.cat([x,x]) t.stack([x,y]) F.relu(x) F.mse_loss(x,x) F.linear(x,x) F.pad(x,(1,1)) F.dropout(x) t.matmul(y,x)
t.topk(x,1) t.einsum("ij->i",x) t.add(y,x,alpha=2) t.where(x>0,x,y) t.linalg.norm(x) t.linalg.svd(x)
t.fft.fft(x) t.special.expit(x) t.broadcast_tensors(x,y) t.meshgrid(x[0],x[0],indexing="ij") t.nonzero(x)
t.numel(x) t.zeros_like(x) t.sum(x,dim=0) t.is_tensor(x) t.nn.Linear(2,2)(x) t.nn.Parameter(x)
t.nn.init.zeros_(x) t.isnan(x) t.equal(x,x) t.split(x,1) F.scaled_dot_product_attention(x[None],x[None],x[None])
F.one_hot(i)
"""


def asked(t, code):
    """The names of what a subclass is asked when `code` runs, and the types of what comes back."""
    names = []

    class Logs(t.Tensor):
        @classmethod
        def __torch_function__(cls, func, types, args=(), kwargs=None):
            assert cls in types
            names.append(t.overrides.resolve_name(func))
            return super().__torch_function__(func, types, args, kwargs)

    x, i = t.ones(2, 2).as_subclass(Logs), t.tensor(1).as_subclass(Logs)
    places = {"t": t, "F": t.nn.functional, "x": x, "i": i, "y": t.eye(2)}
    t.manual_seed(0)
    result = eval(code.replace("-in-", " in "), places)
    kinds = [type(r).__name__ for r in (result if isinstance(result, tuple | list) else [result])]
    return [n and n.replace("torch.functional.", "torch.").replace("torch.nn.init.", "") for n in names], kinds


@pytest.mark.parametrize("code", (OPERATORS + MEMBERS + FUNCTIONS).split())
def test_what_is_asked(code):
    ours, theirs = asked(vt, code), asked(torch, code)
    if "init" in code:  # it has no name in PyTorch's resolve_name
        ours, theirs = ours[1:], theirs[1:]
    assert ours == theirs and ours[-1]


@BOTH
def test_results_are_of_the_subclass(t):
    class Plain(t.Tensor):
        pass

    x = t.arange(6.0).view(2, 3).as_subclass(Plain).requires_grad_()
    y = (x * 2).sum(0)
    assert type(y) is Plain and type(x[0]) is Plain and [type(v) for v in x.max(1)] == [Plain, Plain]
    assert type(t.nn.functional.softmax(x, -1)) is Plain and type(t.nn.Linear(3, 2)(x)) is Plain
    assert isinstance(x.max(1), tuple) and type(x.tolist()) is list and type(x.shape) is t.Size
    y.sum().backward()
    assert x.grad.tolist() == [[2.0] * 3] * 2 and y.grad_fn is not None
    with t.no_grad():
        assert x.add_(1) is x
    assert type(t.nn.Parameter(t.ones(2)) * 1) is t.Tensor  # a Parameter is not asked
    kept = copy.deepcopy(x.detach().as_subclass(Plain)) if t is vt else x.detach()
    assert type(kept) is Plain


class Saved(vt.Tensor):
    """A subclass that pickle finds."""

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        raise AssertionError("a file has what is there")


def test_saved_without_asking():
    file = io.BytesIO()
    vt.save(vt.Tensor._make_subclass(Saved, vt.ones(2)), file)
    file.seek(0)
    loaded = vt.load(file, weights_only=False)
    assert type(loaded) is Saved and vt.Tensor._make_subclass(vt.Tensor, loaded).tolist() == [1.0, 1.0]


@BOTH
def test_a_table_of_functions(t):
    """As PyTorch's notes on extending have it: a wrapper that is no tensor, with functions of its own."""
    table = {}

    def implements(function):
        def register(own):
            table[function] = own
            return own

        return register

    class Diagonal:
        def __init__(self, n, value):
            self.n, self.value = n, value

        @classmethod
        def __torch_function__(cls, func, types, args=(), kwargs=None):
            if func not in table or not all(issubclass(kind, (t.Tensor, cls)) for kind in types):
                return NotImplemented
            return table[func](*args, **(kwargs or {}))

    @implements(t.mean)
    def mean(d):
        return d.value / d.n

    @implements(t.add)
    def add(a, b):
        return Diagonal(a.n, a.value + b.value)

    d = Diagonal(4, 2.0)
    assert t.mean(d) == 0.5 and t.add(d, d).value == 4.0
    with pytest.raises(TypeError, match=r"'torch.mul'.*NotImplemented"):
        t.mul(d, t.ones(1))


@BOTH
def test_order_of_types(t):
    seen = []

    def kind(name, base, answer):
        def __torch_function__(cls, func, types, args=(), kwargs=None):
            seen.append((name, [k.__name__ for k in types]))
            return answer

        return type(name, (base,), {"__torch_function__": classmethod(__torch_function__)})

    A = kind("A", t.Tensor, NotImplemented)
    B = kind("B", A, NotImplemented)
    C = kind("C", t.Tensor, "C's")
    a, b, c = (t.ones(1).as_subclass(k) for k in (A, B, C))
    assert t.cat([a, b, c]) == "C's"
    assert [name for name, _ in seen] == ["B", "A", "C"] and seen[0][1] == ["B", "A", "C"]
    with pytest.raises(TypeError, match="NotImplemented"):
        t.add(a, b)


@BOTH
def test_attributes_of_a_subclass(t):
    class Units(t.Tensor):
        """Keeps an attribute through what is computed."""

        def __new__(cls, data, unit=None):
            return t.as_tensor(data).as_subclass(cls)

        def __init__(self, data, unit=None):
            self.unit = unit

        @classmethod
        def __torch_function__(cls, func, types, args=(), kwargs=None):
            result = super().__torch_function__(func, types, args, kwargs)
            units = {a.unit for a in args if isinstance(a, cls)}
            if isinstance(result, cls):
                result.unit = units.pop() if len(units) == 1 else None
            return result

    metres = Units([1.0, 2.0], "m")
    assert (metres + 1).unit == "m" and (metres * Units([1.0, 1.0], "s")).unit is None
    assert metres[0].unit == "m" and metres.sum().unit == "m" and (1 - metres).unit == "m"


@BOTH
def test_modes(t):
    names = []

    class Logs(t.overrides.TorchFunctionMode):
        def __init__(self, label):
            super().__init__()
            self.label = label

        def __torch_function__(self, func, types, args=(), kwargs=None):
            names.append((self.label, getattr(func, "__name__", "?")))
            return func(*args, **(kwargs or {}))

    x = t.ones(2)
    with Logs("outer"), Logs("inner"):
        y = t.zeros(2) + x
        t.nn.functional.softmax(y, 0)
        y[0] = 3
        t.tensor(1.0)
    assert y.tolist() == [3.0, 1.0]
    expected = ["zeros", "add", "softmax"]
    inner = [name for label, name in names if label == "inner"]
    assert [name for name in inner if name in expected] == expected and "__setitem__" in inner
    assert [name for label, name in names if label == "outer"] == inner
    count = len(names)
    t.zeros(2) + x
    assert len(names) == count

    class Doubles(t.overrides.TorchFunctionMode):
        def __torch_function__(self, func, types, args=(), kwargs=None):
            result = func(*args, **(kwargs or {}))
            return result * 2 if func is t.add else result

    with Doubles():
        assert t.add(x, x).tolist() == [4.0, 4.0]
        with t._C.DisableTorchFunction():
            assert t.add(x, x).tolist() == [2.0, 2.0]
        with pytest.raises(RuntimeError):
            t.add(t.ones(2), t.ones(3))
    assert t.add(x, x).tolist() == [2.0, 2.0] and t.overrides._len_torch_function_stack() == 0


@BOTH
def test_a_mode_makes_tensors_elsewhere(t):
    class Meta(t.overrides.TorchFunctionMode):
        def __torch_function__(self, func, types, args=(), kwargs=None):
            kwargs = kwargs or {}
            if func in (t.zeros, t.empty, t.tensor):
                kwargs = {**kwargs, "device": "meta"}
            return func(*args, **kwargs)

    with Meta():
        assert t.zeros(3).is_meta and t.tensor([1.0]).is_meta and not t.ones(3).is_meta
    assert not t.zeros(3).is_meta


def test_modes_are_of_their_thread():
    from threading import Thread

    seen = []

    class Logs(vt.overrides.TorchFunctionMode):
        def __torch_function__(self, func, types, args=(), kwargs=None):
            seen.append(func.__name__)
            return func(*args, **(kwargs or {}))

    with Logs():
        thread = Thread(target=lambda: vt.ones(2) + 1)
        thread.start()
        thread.join()
    assert not seen


@BOTH
def test_parameters_of_a_subclass(t):
    class Quantised(t.Tensor):
        @classmethod
        def __torch_function__(cls, func, types, args=(), kwargs=None):
            if func is t.nn.functional.linear:
                return "by the subclass"
            return super().__torch_function__(func, types, args, kwargs)

    layer = t.nn.Linear(2, 2)
    layer.weight = t.nn.Parameter(t.ones(2, 2).as_subclass(Quantised), requires_grad=False)
    assert isinstance(layer.weight, t.nn.Parameter) and type(layer.weight) is Quantised
    assert len(list(layer.parameters())) == 2 and layer(t.ones(1, 2)) == "by the subclass"
    assert not isinstance(t.ones(1), t.nn.Parameter) and isinstance(layer.bias, t.nn.Parameter)


def test_names_of_the_protocol():
    assert vt.add in vt.overrides.get_overridable_functions()[vt]
    assert vt.nn.functional.softmax in vt.overrides.get_overridable_functions()[vt.nn.functional]
    assert vt.manual_seed in vt.overrides.get_ignored_functions()
    assert vt.Tensor.grad.__get__ in vt.overrides.get_default_nowrap_functions()
    assert not vt.overrides.has_torch_function((vt.ones(1), vt.nn.Parameter(vt.ones(1)), 1, None))
    with pytest.raises(NotImplementedError, match="does not say"), vt.overrides.TorchFunctionMode():
        vt.ones(1)


def test_programs_without_subclasses_are_left_alone():
    """Functions written in Python keep their code until there is somebody to ask."""
    code = """
import vibetensor.torch as torch, sys
before = torch.nn.functional.relu.__code__
torch.nn.functional.relu(torch.nn.Parameter(torch.ones(1)))
assert torch.nn.functional.relu.__code__ is before and "vibetensor.torch.overrides" not in sys.modules
class Kind(torch.Tensor):
    pass
assert torch.nn.functional.relu.__code__ is before
class Asked(torch.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        return super().__torch_function__(func, types, args, kwargs)
import inspect
assert torch.nn.functional.relu.__code__ is not before
assert list(inspect.signature(torch.nn.functional.relu).parameters) == ["input", "inplace"]
"""
    subprocess.run([sys.executable, "-c", code], check=True, env=os.environ)


@BOTH
def test_leaving_a_mode_that_is_not_entered(t):
    class Silent(t.overrides.TorchFunctionMode):
        def __torch_function__(self, func, types, args=(), kwargs=None):
            return func(*args, **(kwargs or {}))

    mode = Silent()
    with pytest.raises(RuntimeError, match="trying to pop from empty mode stack"), mode:
        mode.__exit__(None, None, None)
    assert t.overrides._len_torch_function_stack() == 0


@BOTH
def test_names_that_are_not_there_are_no_calls(t):
    seen = []

    class Watches(t.overrides.TorchFunctionMode):
        def __torch_function__(self, func, types, args=(), kwargs=None):
            seen.append(func)
            return func(*args, **(kwargs or {}))

    with Watches():
        assert not hasattr(t.nn.functional, "nothing") and not hasattr(t.fft, "nothing")
    assert seen == []
