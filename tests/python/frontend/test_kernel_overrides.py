"""Functions of Python in the place of kernels of built-in ops, beside PyTorch's: which calls get them, and for how long."""

from __future__ import annotations

import gc
import threading
import warnings

import pytest
import torch
import vibetensor.torch as vt
from compare import outcome
from vibetensor import _C

pytestmark = pytest.mark.filterwarnings("ignore:Warning only once")


def library(t, name, fn, key, **options):
    made = t.library.Library("aten", "IMPL")
    made.impl(name, fn, key, **options)
    return made


def same(program):
    ours, theirs = program(vt), program(torch)
    assert ours == theirs
    return ours


def test_a_function_takes_the_place_of_a_kernel_while_its_library_lives():
    def program(t):
        x, seen = t.ones(3) * 3, []
        scope = library(t, "add.Tensor", lambda a, b, *, alpha=1: a * b * alpha, "CPU")
        seen += [(x + x).tolist(), t.add(x, x, alpha=2).tolist(), x.add(x).tolist(), (x * x).tolist()]
        seen.append(t.add(t.tensor([1, 2]), t.tensor([3, 4])).tolist())
        del scope
        gc.collect()
        seen += [(x + x).tolist()]
        scope = library(t, "aten::add.Tensor", lambda a, b, *, alpha=1: a - b, "CPU")
        seen.append((x + x).tolist())
        scope._destroy()
        return [*seen, (x + x).tolist()]

    assert same(program)[0] == [9.0] * 3


def test_gradients_of_an_overridden_kernel_are_the_ops_own():
    def program(t):
        scope = library(t, "mul.Tensor", lambda a, b: t.add(a, b), "CPU")
        x = t.ones(2, requires_grad=True)
        y = x * t.full((2,), 5.0)
        scope._destroy()
        y.sum().backward()
        return y.tolist(), x.grad.tolist(), y.requires_grad

    assert same(program) == ([6.0, 6.0], [5.0, 5.0], True)


def test_a_kernel_that_was_there_is_called_past_the_override():
    def program(t):
        native = t.library.get_kernel("aten::sin", "CPU")

        def sin(keys, x):
            return native.call_boxed(keys, x) + 1 if bool((x >= 0).all()) else t.zeros_like(x)

        scope = library(t, "sin", sin, "CPU", with_keyset=True)
        seen = [t.sin(t.zeros(2)).tolist(), t.sin(t.tensor([-1.0])).tolist()]
        scope._destroy()
        keys = t._C.DispatchKeySet(t._C.DispatchKey.CPU)
        return [*seen, t.sin(t.zeros(2)).tolist(), native.call_boxed(keys, t.zeros(1)).tolist()]

    assert same(program)[:2] == [[1.0, 1.0], [0.0]]


def test_kernels_for_autograd_see_the_calls_that_are_recorded():
    def program(t):
        seen = []

        def mul(keys, a, b):
            seen.append(keys.has(t._C.DispatchKey.AutogradCPU))
            with t._C._AutoDispatchBelowAutograd():
                return t.ops.aten.mul.Tensor(a, b) + 7

        scope = library(t, "mul.Tensor", mul, "AutogradCPU", with_keyset=True)
        y = t.ones(2, requires_grad=True) * 2
        scope._destroy()
        return seen, y.tolist(), y.requires_grad

    assert same(program) == ([True], [9.0, 9.0], False)


def test_redispatch_goes_on_with_the_keys_that_are_left():
    calls = []

    def exp(keys, x):
        calls.append(sorted(keys))
        return vt.ops.aten.exp.redispatch(keys & vt._C._after_autograd_keyset, x) + 1

    scope = library(vt, "exp", exp, "Autograd", with_keyset=True)
    x = vt.zeros(2, requires_grad=True)
    assert vt.exp(x).tolist() == [2.0, 2.0] and vt.exp(x.detach()).tolist() == [1.0, 1.0]
    assert calls == [["AutogradCPU", "CPU"]]
    scope._destroy()
    assert vt.exp(x).requires_grad


def test_falling_through():
    scope = library(vt, "cos", vt.library.fallthrough_kernel, "Autograd")
    assert not vt.cos(vt.zeros(2, requires_grad=True)).requires_grad
    scope._destroy()
    assert vt.cos(vt.zeros(2, requires_grad=True)).requires_grad
    with pytest.raises(NotImplementedError):
        vt.library.fallthrough_kernel()


def test_several_libraries_are_taken_back_in_any_order():
    x = vt.ones(1)
    first = library(vt, "neg", lambda a: a * 10, "CPU")
    second = library(vt, "neg", lambda a: a * 20, "CPU")
    native = vt.library.get_kernel("aten::neg", "CPU")  # what stands there now
    assert (-x).item() == 20
    first._destroy()
    assert (-x).item() == 20 and native.call_boxed(vt._C.DispatchKeySet(), x).item() == 20
    second._destroy()
    assert (-x).item() == -1
    with pytest.raises(RuntimeError, match="already a kernel"):
        held = library(vt, "neg", lambda a: a, "CPU")
        library(vt, "neg", lambda a: a, "CPU", allow_override=False)
    held._destroy()


def test_results_of_every_kind():
    def program(t):
        seen = []
        for name, fn, call in (
            (
                "sort",
                lambda x, dim=-1, descending=False: (x * 2, t.zeros(3, dtype=t.int64)),
                lambda x: t.sort(x)[0].tolist(),
            ),
            ("add_.Tensor", lambda x, other, *, alpha=1: x.mul_(5), lambda x: x.clone().add_(1).tolist()),
            ("full_like", lambda x, value, **options: t.ones_like(x) * 9, lambda x: t.full_like(x, 2).tolist()),
            ("cat", lambda tensors, dim=0: tensors[0], lambda x: t.cat([x, x]).tolist()),
            (
                "sum.dim_IntList",
                lambda x, dim, keepdim=False, *, dtype=None: x * len(dim),
                lambda x: t.sum(x, (0,)).tolist(),
            ),
        ):
            scope = library(t, name, fn, "CPU")
            seen.append(call(t.ones(3)))
            scope._destroy()
        return seen

    assert same(program)[0] == [2.0, 2.0, 2.0]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda t: library(t, "neg", 3, "CPU"),
        lambda t: t.library.get_kernel(3, "CPU"),
        lambda t: t.library.get_kernel("aten::no_such_op", "CPU"),
        lambda t: (lambda scope: t.neg(t.ones(1)))(library(t, "neg", lambda x: "text", "CPU")),
        lambda t: (lambda scope: t.neg(t.ones(1)))(library(t, "neg", lambda: 1, "CPU")),
        lambda t: (lambda scope: t.sort(t.ones(1)))(library(t, "sort", lambda *a, **k: (a[0],), "CPU")),
    ],
)
def test_mistakes(wrong):
    ours, theirs = outcome(wrong, vt), outcome(wrong, torch)
    assert isinstance(ours, Exception) and type(ours) is type(theirs)
    del ours, theirs  # their tracebacks hold the libraries
    gc.collect()
    assert vt.neg(vt.ones(1)).item() == -1


def test_what_is_not_there_says_so():
    for call in (
        lambda: library(vt, "neg", len, "CompositeImplicitAutograd"),
        lambda: library(vt, "neg", len, "AutocastCPU"),
    ):
        with pytest.raises(NotImplementedError, match="AutogradCUDA"):
            call()
    with pytest.raises(RuntimeError, match=r"no_such\.op"):
        library(vt, "no_such.op", len, "CPU")


def test_the_first_override_of_a_process_warns():
    from vibetensor.torch import _kernel_overrides

    _kernel_overrides.warned.clear()
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        library(vt, "neg", lambda x: x, "CPU")._destroy()
        library(vt, "cos", lambda x: x, "CPU")._destroy()
    assert len(seen) == 1 and "operator: aten::neg" in str(seen[0].message) and seen[0].filename == __file__


def test_other_threads_and_errors_leave_nothing_behind():
    live = _C.live_counters()
    scope = library(vt, "neg", lambda x: x + x, "CPU")  # a number's tensor would stay in the pool of such
    results = []
    threads = [threading.Thread(target=lambda: results.append((-vt.ones(100_000)).sum().item())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    scope._destroy()

    def failing(x):
        raise KeyError("mine")

    scope = library(vt, "neg", failing, "CPU")
    with pytest.raises(KeyError, match="mine"):
        -vt.ones(2)
    scope._destroy()
    assert results == [200_000.0] * 4
    gc.collect()
    assert _C.live_counters() == live
