"""The torch namespace: what is there, what is not there yet and says so, and torch-level functions."""

import importlib
import pickle

import pytest
import torch
import vibetensor.torch as vt
from compare import ours_of, same


@pytest.mark.parametrize(
    "owner, name",
    [
        ("", "miopen_rnn"),
        ("nn", "qat"),
        ("nn.functional", "grouped_mm"),
        ("utils.data", "graph_settings"),
        ("cuda", "nccl"),
        ("distributed", "BuiltinCommHookType"),
        ("autograd.profiler", "EnforceUnique"),
        ("testing", "make_tensor"),
        ("backends", "miopen"),
    ],
)
def test_missing_names_say_so(owner, name):
    module = importlib.import_module("vibetensor.torch" + ("." + owner if owner else ""))
    assert not hasattr(module, name)
    with pytest.raises(AttributeError, match=rf"{name} is not there yet"):
        getattr(module, name)
    with pytest.raises(AttributeError, match="neither here nor in PyTorch"):
        _ = module.no_such_name


def test_missing_methods_say_so():
    with pytest.raises(AttributeError, match=r"Tensor\.to_mkldnn is not there yet"):
        vt.ones(1).to_mkldnn()
    assert not hasattr(vt.ones(1), "to_mkldnn")
    with pytest.raises(AttributeError):
        _ = vt.ones(1).no_such_name


def test_dtypes_and_aliases():
    for ours, alias in [("float32", "float"), ("int64", "long"), ("float16", "half"), ("complex64", "cfloat")]:
        assert getattr(vt, alias) is getattr(vt, ours)
        assert repr(getattr(vt, alias)) == repr(getattr(torch, alias))
    assert vt.is_tensor(vt.ones(1)) and not vt.is_tensor(1)
    assert vt.is_floating_point(vt.ones(1)) and not vt.is_complex(vt.ones(1)) and vt.numel(vt.ones(2, 3)) == 6
    assert vt.inf == float("inf") and vt.pi == torch.pi


def test_settings():
    with pytest.raises(TypeError):
        vt.set_default_dtype(vt.int64)
    before = vt.get_num_threads()
    vt.set_num_threads(1)
    assert vt.get_num_threads() == 1
    vt.set_num_threads(before)
    with pytest.raises(RuntimeError):
        vt.set_num_threads(0)
    try:
        vt.backends.cuda.matmul.allow_tf32 = True
        assert vt.get_float32_matmul_precision() == "high"
        vt.set_float32_matmul_precision("highest")
        assert not vt.backends.cuda.matmul.allow_tf32
    finally:
        vt.backends.cuda.matmul.allow_tf32 = False
    with pytest.raises(RuntimeError):
        vt.set_float32_matmul_precision("low")


def test_precision_of_float32_products():
    matmul = vt.backends.cuda.matmul
    assert matmul.fp32_precision == "none"
    try:
        for name in ("tf32", "ieee", "split"):
            matmul.fp32_precision = name
            assert matmul.fp32_precision == name
            assert matmul.allow_tf32 == (name == "tf32")
            vt.set_float32_matmul_precision("highest")  # only ends TF32
            assert matmul.fp32_precision == ("none" if name == "tf32" else name)
        vt.set_float32_matmul_precision("medium")
        assert matmul.fp32_precision == "tf32"
        with pytest.raises(RuntimeError, match="bf16"):
            matmul.fp32_precision = "bf16"
        assert matmul.fp32_precision == "tf32"
    finally:
        matmul.fp32_precision = "none"


def test_without_a_gpu():
    if vt.cuda.is_available():
        pytest.skip("there is a GPU")
    assert vt.cuda.device_count() == 0 and vt.cuda.get_arch_list() == []
    vt.cuda.manual_seed(1), vt.cuda.manual_seed_all(1), vt.cuda.empty_cache()
    for action in (vt.cuda.current_device, vt.cuda.synchronize, vt.cuda.get_device_name, vt.cuda.init):
        with pytest.raises(RuntimeError, match="CUDA"):
            action()
    with pytest.raises(RuntimeError):
        vt.ones(1).cuda()


EQUATIONS = [
    ("ij,jk->ik", [(2, 3), (3, 4)]),
    ("bij,bjk->bik", [(5, 2, 3), (5, 3, 4)]),
    ("ij->ji", [(2, 3)]),
    ("ii->i", [(3, 3)]),
    ("ii", [(3, 3)]),
    ("ij->", [(2, 3)]),
    ("i,j->ij", [(2,), (3,)]),
    ("bhqd,bhkd->bhqk", [(2, 3, 4, 5), (2, 3, 6, 5)]),
    ("...ij,...jk->...ik", [(2, 3, 4), (2, 4, 5)]),
    ("...ij,jk", [(2, 3, 4), (4, 5)]),
    ("ij,jk,kl->il", [(2, 3), (3, 4), (4, 5)]),
    ("ij,ij->ij", [(2, 3), (2, 3)]),
    ("ij,kj->ik", [(2, 1), (4, 3)]),
    ("ba,bc->", [(2, 3), (2, 4)]),
    ("b i , i -> b", [(2, 3), (3,)]),
]


@pytest.mark.parametrize("equation, shapes", EQUATIONS)
def test_einsum(equation, shapes):
    operands = [torch.randn(shape) for shape in shapes]
    same(vt.einsum(equation, *map(ours_of, operands)), torch.einsum(equation, *operands), rtol=1e-5, atol=1e-5)
    same(vt.einsum(equation, list(map(ours_of, operands))), torch.einsum(equation, operands), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    "equation, shapes",
    [
        ("ij,jk", [(2, 3)]),
        ("ij", [(2,)]),
        ("ij->k", [(2, 3)]),
        ("i,i", [(2,), (3,)]),
        ("i.j", [(2, 3)]),
        ("i1", [(2, 3)]),
    ],
)
def test_einsum_errors(equation, shapes):
    with pytest.raises(Exception) as theirs:
        torch.einsum(equation, *[torch.ones(s) for s in shapes])
    with pytest.raises((ValueError, RuntimeError)) as ours:
        vt.einsum(equation, *[vt.ones(s) for s in shapes])
    assert "einsum" in str(ours.value) and issubclass(theirs.type, ValueError | RuntimeError)


def test_norms():
    x = torch.randn(3, 4)
    y = ours_of(x)
    for options in ({}, {"p": 1}, {"p": float("inf"), "dim": 0}, {"p": 3, "dim": (0, 1)}, {"dim": 1, "keepdim": True}):
        same(vt.norm(y, **options), torch.norm(x, **options))
        same(y.norm(**options), x.norm(**options))
    same(vt.linalg.vector_norm(y, ord=1, dim=1), torch.linalg.vector_norm(x, ord=1, dim=1))
    same(y.norm("nuc"), x.norm("nuc"))


def test_types():
    assert vt.promote_types(vt.int8, vt.float16) == vt.float16 and vt.can_cast(vt.int8, vt.float32)
    assert vt.ones(1).type() == "torch.FloatTensor" and vt.ones(1).type(vt.int64).dtype == vt.int64
    assert vt.ones(1).type("torch.HalfTensor").dtype == vt.float16
    with pytest.raises(ValueError):
        vt.ones(1).type("torch.Float")
    assert vt.accelerator.is_available() == vt.cuda.is_available()
    assert issubclass(vt.AcceleratorError, RuntimeError)


@pytest.mark.parametrize("a", ["bool", "int8", "int64", "float16", "float32", "complex64", 1, 2.0, True, 1j])
@pytest.mark.parametrize("b", ["int32", "float64", 3, 0.5])
@pytest.mark.parametrize("shape", [(), (2,)])
def test_result_type(a, b, shape):
    def of(torch):
        return torch.result_type(
            *(torch.ones(shape, dtype=getattr(torch, x)) if isinstance(x, str) else x for x in (a, b))
        )

    assert str(of(vt)) == str(of(torch))


def test_where_is_a_method():
    x = vt.arange(4)
    assert x.where(x > 1, -x).tolist() == [0, -1, 2, 3] and x.where(x > 1, 7).tolist() == [7, 7, 2, 3]


def test_shape_functions():
    a, b = torch.arange(3.0), torch.arange(4.0)
    for indexing in ("ij", "xy"):
        same(vt.meshgrid(ours_of(a), ours_of(b), indexing=indexing), torch.meshgrid(a, b, indexing=indexing))
    same(vt.cartesian_prod(ours_of(a), ours_of(b)), torch.cartesian_prod(a, b))
    assert vt.broadcast_shapes((2, 1), (3,), 1) == (2, 3)
    with pytest.raises(RuntimeError):
        vt.broadcast_shapes((2,), (3,))
    same(vt.broadcast_tensors(ours_of(a), vt.ones(2, 1)), torch.broadcast_tensors(a, torch.ones(2, 1)))
    x, y = torch.randn(2, 3, 4), torch.randn(4, 3, 5)
    same(
        vt.tensordot(ours_of(x), ours_of(y), ([1, 2], [1, 0])),
        torch.tensordot(x, y, ([1, 2], [1, 0])),
        rtol=1e-5,
        atol=1e-5,
    )
    same(vt.tensordot(ours_of(x), ours_of(y), 1), torch.tensordot(x, y, 1), rtol=1e-5, atol=1e-5)
    same(vt.split(ours_of(x), 2, dim=2), torch.split(x, 2, dim=2))
    same(vt.split(ours_of(x), [1, 3], dim=2), torch.split(x, [1, 3], dim=2))
    assert 2.0 in vt.arange(3.0) and 5.0 not in vt.arange(3.0)


def test_assert_close():
    close = vt.testing.assert_close
    close(vt.ones(2), vt.ones(2) + 1e-7)
    close({"a": [1.0, vt.ones(1)]}, {"a": [1.0 + 1e-9, vt.ones(1)]})
    close(vt.tensor(float("nan")), vt.tensor(float("nan")), equal_nan=True)
    close(vt.tensor(float("inf")), vt.tensor(float("inf")))
    close(1, 1)
    for bad in (
        (vt.ones(2), vt.ones(2) + 1e-3),
        (vt.ones(2), vt.ones(3)),
        (vt.ones(2), vt.ones(2, dtype=vt.float64)),
        (vt.tensor(float("nan")), vt.tensor(float("nan"))),
        (vt.tensor(float("inf")), vt.tensor(1.0)),
        (vt.tensor([1, 2]), vt.tensor([1, 3])),
        ([1, 2], [1, 2, 3]),
        ({"a": 1}, {"b": 1}),
        (1, 1.0),
        (True, False),
    ):
        with pytest.raises(AssertionError):
            close(*bad)
    with pytest.raises(AssertionError, match=r"Mismatched elements: 1 / 2 \(50.0%\)"):
        close(vt.tensor([1.0, 2.0]), vt.tensor([1.0, 3.0]))
    with pytest.raises(AssertionError, match=r"item \['a'\]\[1\]"):
        close({"a": [0, 1]}, {"a": [0, 2]})
    with pytest.raises(AssertionError, match="mine"):
        close(1, 2, msg="mine")
    with pytest.raises(TypeError):
        close(object(), object())
    with pytest.raises(ValueError):
        close(1.0, 1.0, rtol=0.1)


def test_ops_are_pickled_by_name():
    for function in (vt.add, vt.nn.functional.linear, vt.nn.functional.logsigmoid):
        assert pickle.loads(pickle.dumps(function)) is function
