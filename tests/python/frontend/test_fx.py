"""torch.fx beside PyTorch's: the same code and graphs, and the programs that are made of them."""

import copy
import io
import math
import operator
import pickle

import pytest
import torch
import torch.fx.passes.shape_prop
import vibetensor.torch as vt
import vibetensor.torch.fx.passes.shape_prop
from compare import ours_of, same


def net(t):
    F = t.nn.functional

    class Net(t.nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.bn = t.nn.Conv2d(3, 8, 3, padding=1), t.nn.BatchNorm2d(8)
            self.fc = t.nn.Sequential(t.nn.Linear(8, 16), t.nn.ReLU(), t.nn.Linear(16, 4))
            self.w = t.nn.Parameter(t.ones(4))
            self.register_buffer("buf", t.arange(4.0))

        def forward(self, x, scale: float = 2.0, *, flag=None):
            y = F.relu(self.bn(self.conv(x)), inplace=False)
            y = F.dropout(F.max_pool2d(y, 2), 0.5, self.training)
            b, c, h, w = y.shape
            z = self.fc(y.view(b, c, h * w).mean(-1)) * self.w + self.buf
            z = t.cat([z, -z], dim=1)[:, 1:3] / math.sqrt(2.0)
            z = z.flatten(1).softmax(dim=-1)
            z + 1
            return {"out": z + t.tensor([1.0, 2.0]), "list": [x, z.size(0)], "eq": z == 1}

    t.manual_seed(0)
    return Net().eval()


def functions(t):
    F = t.nn.functional

    def fn(a, *args, k=1, **kw):
        s = t.einsum("ij,jk->ik", a, kw["m"])
        u, v = t.split(s, 2, dim=1)
        total = t.stack((u, v)).sum() + t.norm(s) + kw["z"] + k
        total = total + F.interpolate(a[None, None], scale_factor=2.0).sum() + F.layer_norm(a, (4,)).sum()
        total = total + (3 - a).sum() + t.ones(4, 4).matmul(a).sum() + abs(a).max(dim=1)[0].sum()
        total = total + t.where(a > 0, a, 0.0).sum()
        total = total + F.cross_entropy(a, t.tensor([0, 1, 2, 3])) + t.arange(4.0)[a.long() % 4].sum()
        return total * 2**0.5 - ~(a > 1) + a @ a % 3 // 2

    return fn


def arguments(t):
    return lambda x, y=3, *, z=None, **rest: (z is None, x, y, [x, {"a": x, "b": slice(0, y)}], float("inf"), None)


PROGRAMS = {"a net": net, "functions": functions, "arguments": arguments}


@pytest.mark.parametrize("name", PROGRAMS)
def test_code_and_graph(name):
    ours, theirs = (t.fx.symbolic_trace(PROGRAMS[name](t)) for t in (vt, torch))

    # where PyTorch has a function written in C under another name
    def as_ours(text):
        return text.replace("torch._C._nn.", "torch.nn.functional.").replace("torch.functional.", "torch.")

    expected = as_ours(theirs.code)
    assert ours.code == expected
    names = lambda graph: [(n.op, n.name, len(n.users)) for n in graph.nodes]  # noqa: E731
    assert names(ours.graph) == names(theirs.graph)
    assert str(ours.graph) == as_ours(str(theirs.graph))


def test_results():
    ours, theirs = net(vt), net(torch)
    x = torch.randn(2, 3, 8, 8)
    traced = vt.fx.symbolic_trace(ours)
    expected = theirs(x)["out"]
    for run in (ours, traced, vt.fx.Interpreter(traced).run, copy.deepcopy(traced), pickle.loads(pickle.dumps(traced))):
        same(run(ours_of(x))["out"], expected, rtol=1e-5, atol=1e-5)
    file = io.BytesIO()
    vt.save(traced, file)
    file.seek(0)
    loaded = vt.load(file, weights_only=False)
    assert loaded.code == traced.code and type(loaded).__name__ == type(traced).__name__
    same(loaded(ours_of(x))["out"], expected, rtol=1e-5, atol=1e-5)
    traced(ours_of(x))["out"].sum().backward()
    assert ours.conv.weight.grad is not None  # the parameters are the module's own
    assert sorted(traced.state_dict()) == sorted(torch.fx.symbolic_trace(theirs).state_dict())


def test_changing_a_graph():
    def program(t):
        traced = t.fx.symbolic_trace(lambda x: t.relu(x) + t.relu(x * 2))
        for node in traced.graph.nodes:
            if node.op == "call_function" and node.target is t.relu:
                with traced.graph.inserting_after(node):
                    new = traced.graph.call_function(t.sigmoid, node.args, node.kwargs)
                    node.replace_all_uses_with(new)
                traced.graph.erase_node(node)
        traced.graph.lint()
        traced.recompile()
        return traced.code, str(traced.graph), traced(t.tensor([1.0, -1.0])).tolist()

    assert program(vt)[:2] == program(torch)[:2] and program(vt)[2] == pytest.approx(program(torch)[2])


def test_nodes():
    def program(t):
        graph = t.fx.Graph()
        x = graph.placeholder("x")
        y = graph.call_function(operator.add, (x, 1))
        z = graph.call_method("sum", (y,), {"dim": 0})
        graph.output((z, [y]))
        said = [y.prev.name, y.next.name, [n.name for n in z.all_input_nodes], [n.name for n in y.users], x < z, z > x]
        z.update_kwarg("dim", -1)
        y.update_arg(1, 2)
        z.insert_arg(1, 0)
        z.args = (y,)
        said += [str(graph), len(graph.nodes), [n.name for n in reversed(graph.nodes)], graph.output_node().args]
        said += [[n.name for n in graph.find_nodes(op="call_function", target=operator.add)], z.kwargs]
        with pytest.raises(RuntimeError):
            graph.erase_node(y)
        with pytest.raises(TypeError):
            z.kwargs["dim"] = 1
        with pytest.raises((RuntimeError, AssertionError)):
            graph.create_node("call", y, (), {})
        dead = graph.call_function(operator.neg, (x,))
        y.append(dead)
        said += [graph.eliminate_dead_code(), str(graph)]
        return said[:-6] + [str(s) for s in said[-6:]]

    assert [str(s) for s in program(vt)] == [str(s) for s in program(torch)]


def test_replace_pattern():
    def program(t):
        traced = t.fx.symbolic_trace(lambda x: t.relu(x) * 2 + t.relu(x + 1) * 2)
        matches = t.fx.replace_pattern(traced, lambda x: t.relu(x) * 2, lambda x: t.sigmoid(x))
        return len(matches), sorted(n.op + n.name for n in traced.graph.nodes), traced(t.tensor([0.5, -2.0])).tolist()

    (count, nodes, values), expected = program(vt), program(torch)
    assert (count, nodes) == expected[:2] and values == pytest.approx(expected[2])


def test_transformer_and_shapes():
    def program(t, shapes):
        traced = t.fx.symbolic_trace(net(t))

        class Gelu(t.fx.Transformer):
            def call_function(self, target, args, kwargs):
                if target is t.nn.functional.relu:
                    return super().call_function(t.sigmoid, args, {})
                return super().call_function(target, args, kwargs)

        shapes.ShapeProp(traced).propagate(t.ones(2, 3, 8, 8))
        found = {n.name: tuple(n.meta["tensor_meta"].shape) for n in traced.graph.nodes if n.op == "call_module"}
        return Gelu(traced).transform().code, found

    ours = program(vt, vibetensor.torch.fx.passes.shape_prop)
    assert ours == program(torch, torch.fx.passes.shape_prop)


def leaf(x, n):
    if x.sum() > 0:
        return x * n
    return x - n


vt.fx.wrap("leaf")


def test_leaves():
    traced = vt.fx.symbolic_trace(lambda x: leaf(x, 2) + math.floor(x.sum()))
    assert "leaf" in traced.code and "floor" in traced.code
    assert traced(vt.ones(2)).tolist() == [4.0, 4.0] and leaf(vt.ones(1), 3).tolist() == [3.0]

    class Whole(vt.fx.Tracer):
        def is_leaf_module(self, m, module_qualified_name):
            return module_qualified_name == "fc" or super().is_leaf_module(m, module_qualified_name)

    graph = Whole().trace(net(vt))
    assert [n.target for n in graph.nodes if n.op == "call_module"] == ["conv", "bn", "fc"]
    assert not vt.fx._symbolic_trace.is_fx_tracing() and vt.nn.functional.relu(vt.tensor(-1.0)).item() == 0


@pytest.mark.parametrize(
    "program",
    [lambda x: x if x.sum() > 0 else -x, lambda x: list(x), lambda x: len(x), lambda x: range(x.shape[0])],
    ids=["a branch", "a loop", "len", "range"],
)
def test_what_no_graph_can_say(program):
    raised = []
    for t in (vt, torch):
        with pytest.raises(Exception) as error:
            t.fx.symbolic_trace(program)
        raised.append((error.type.__name__, str(error.value)[:40]))
    assert raised[0] == raised[1]


def test_concrete_arguments():
    def fn(x, double, n=1):
        return x * 2 if double else x + n

    for t in (vt, torch):
        traced = t.fx.symbolic_trace(fn, concrete_args={"double": True})
        assert traced(t.ones(1), True).tolist() == [2.0]
        with pytest.raises(AssertionError):
            traced(t.ones(1), False)


def test_stand_ins():
    """Any type with __torch_function__ is asked where it stands for a tensor, also in lists and by name."""

    class Named:
        def __init__(self, name):
            self.name = name

        @classmethod
        def __torch_function__(cls, func, types, args=(), kwargs=None):
            return func.__name__, types == (cls,), len(args), sorted(kwargs or {})

    def program(t):
        a, x = Named("a"), t.ones(2)
        said = [t.add(a, 1), t.add(x, a), t.cat([x, a]), t.sum(a, dim=0), x.mul(a), t.softmax(a, -1), x[a]]
        return [list(s) for s in said]

    ours, theirs = program(vt), program(torch)
    ours[-1][0] = theirs[-1][0]  # the name of the subscript's function
    assert ours == theirs
    for t in (vt, torch):
        with pytest.raises(TypeError):
            t.add(object(), 1)
    assert vt.overrides.has_torch_function((Named("a"),)) and not vt.overrides.has_torch_function((vt.ones(1),))
    assert vt.overrides.handle_torch_function(vt.add, (Named("a"),), Named("a"), 1)[0] == "add"


def test_a_folder(tmp_path):
    traced = vt.fx.symbolic_trace(vt.nn.Sequential(vt.nn.Linear(2, 3), vt.nn.ReLU()))
    traced.to_folder(tmp_path / "made", "Made")
    assert "class Made" in (tmp_path / "made" / "module.py").read_text()
    assert "def forward" in traced.print_readable(print_output=False)
    assert traced.add_submodule("a.b", vt.nn.ReLU()) and traced.delete_submodule("a.b")
    traced.delete_all_unused_submodules()
    assert not hasattr(traced, "a") and traced(vt.ones(1, 2)).shape == (1, 3)
