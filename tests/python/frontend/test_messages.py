"""What a new user is told: whose tensor it is, which one, in which line, and what is not there yet."""

import importlib
import importlib.util
import subprocess
import sys
import textwrap
import warnings

import numpy
import pytest
import torch
import vibetensor.torch as vt

F = vt.nn.functional
THEIRS = torch.ones(2)
OURS = vt.ones(2)

FOREIGN = {
    "function": lambda: vt.add(OURS, THEIRS),
    "method": lambda: OURS.mul_(THEIRS),
    "operator": lambda: OURS + THEIRS,
    "operator, theirs first": lambda: THEIRS - OURS,
    "matrix product": lambda: vt.ones(2, 2) @ torch.ones(2, 2),
    "comparison": lambda: OURS == THEIRS,
    "list": lambda: vt.cat([OURS, THEIRS]),
    "module": lambda: vt.nn.Linear(2, 2)(THEIRS),
    "target": lambda: F.cross_entropy(vt.ones(2, 2), THEIRS.long()),
    "out": lambda: vt.add(OURS, 1, out=THEIRS),
    "overloads": lambda: vt.where(vt.tensor([True, False]), THEIRS, 0.0),
    "index": lambda: vt.ones(3)[torch.tensor([0, 1])],
    "parameter": lambda: vt.nn.Parameter(THEIRS),
    "buffer": lambda: vt.nn.Linear(1, 1).register_buffer("x", THEIRS),
    "attribute": lambda: setattr(vt.nn.Linear(1, 1), "weight", THEIRS),
    "optimizer": lambda: vt.optim.SGD([THEIRS], lr=1.0),
    "gradient": lambda: vt.ones(2, requires_grad=True).sum().backward([torch.tensor(1.0)]),
    "grad": lambda: setattr(vt.ones(2, requires_grad=True), "grad", THEIRS),
    "data": lambda: setattr(vt.ones(2), "data", THEIRS),
    "state": lambda: vt.nn.Linear(2, 1, bias=False).load_state_dict({"weight": torch.ones(1, 2)}),
    "save": lambda: vt.save({"x": THEIRS}, "/dev/null"),
    "einsum": lambda: vt.einsum("i,i", OURS, THEIRS),
    "collate": lambda: vt.utils.data.default_collate([THEIRS, THEIRS]),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_tensor_of_pytorch_is_called_that_and_the_way_is_shown(name):
    with pytest.raises((TypeError, RuntimeError, NotImplementedError), match=r"PyTorch's Tensor.*from_dlpack"):
        FOREIGN[name]()


def test_other_things_of_pytorch_are_called_that():
    for call in (
        lambda: vt.ones(2, dtype=torch.float32),
        lambda: vt.ones(2, device=torch.device("cpu")),
        lambda: OURS.to(torch.float32),
        lambda: vt.rand(2, generator=torch.Generator()),
    ):
        with pytest.raises(TypeError, match=r"PyTorch's (dtype|device|Generator)"):
            call()


def test_ours_and_numpys_keep_their_plain_names():
    with pytest.raises(TypeError, match=r"must be Tensor, not ndarray$"):
        vt.add(OURS, numpy.ones(2, dtype="O"))
    with pytest.raises(TypeError, match=r"must be torch.dtype, not Tensor$"):
        vt.ones(2, dtype=OURS)


def test_the_input_without_a_gradient_is_named():
    a, b, c = (vt.ones(n, requires_grad=True) for n in (1, 2, 3))
    with pytest.raises(RuntimeError, match=r"at index 1 \(float32\[2\] cpu\) appears to not have been used"):
        vt.autograd.grad((a * c).sum(), [a, b, c])
    with pytest.raises(RuntimeError, match=r"does not require grad: the one at index 2 \(float32\[4\] cpu\)"):
        vt.autograd.grad((a * c).sum(), [a, c, vt.ones(4)])


def test_the_operand_of_einsum_is_named():
    with pytest.raises(RuntimeError, match=r"subscript k has size 6 for operand 2 .* previously seen size 5"):
        vt.einsum("ij,jk,kl->il", vt.ones(2, 3), vt.ones(3, 5), vt.ones(6, 2))


def test_an_op_is_named_once():
    calls = [
        lambda: vt.einsum("ij->ik", vt.ones(2, 3)),
        lambda: vt.ones(3).gather(0, vt.ones(1)),
        lambda: vt.take(vt.ones(3), vt.ones(1)),
        lambda: vt.ones(3).index_select(0, vt.ones(1)),
    ]
    for call in calls:
        with pytest.raises(RuntimeError) as caught:
            call()
        name = str(caught.value).partition("(")[0]
        assert str(caught.value).count(name + "(") == 1 and not str(caught.value).startswith(name + ":")


def test_an_op_of_a_module_is_called_as_it_is_there():
    for call, name in (
        (lambda: vt.fft.rfft(vt.ones(0)), "fft.rfft"),
        (lambda: vt.special.i0e(vt.ones(2, dtype=vt.complex64)), "special.i0e"),
        (lambda: vt.linalg.cross(vt.ones(2), vt.ones(2)), "linalg.cross"),
    ):
        with pytest.raises((RuntimeError, NotImplementedError)) as caught:
            call()
        assert str(caught.value).startswith(name)


COMPOSITE = {
    "cross_entropy": (lambda: F.cross_entropy(vt.ones(2, 3), vt.ones(3).long()), "nll|log_softmax"),
    "matmul": (lambda: vt.ones(2, 3) @ vt.ones(2, 3), r"\bmm\b|addmm"),
    "linear": (lambda: F.linear(vt.ones(2, 4), vt.ones(2, 3)), r"matmul|addmm|\bmm\b"),
    "layer_norm": (lambda: F.layer_norm(vt.ones(2, 4), (3,)), "native"),
    "mse_loss": (lambda: F.mse_loss(vt.ones(2), vt.ones(3)), r"\bsub\b|square"),
    "scaled_dot_product_attention": (
        lambda: F.scaled_dot_product_attention(vt.ones(1, 2, 3), vt.ones(1, 2, 4), vt.ones(1, 2, 3)),
        "baddbmm|bmm|softmax",
    ),
}


@pytest.mark.parametrize("name", COMPOSITE)
def test_the_users_op_stands_first_and_no_inner_one(name):
    import re

    call, inner = COMPOSITE[name]
    with pytest.raises((RuntimeError, ValueError)) as caught:
        call()
    text = str(caught.value)
    assert text.startswith(name) and not re.search(inner, text.partition("(")[0])


def test_every_dtype_that_is_taken_is_named():
    F.cross_entropy(vt.ones(2, 3), vt.ones(2, dtype=vt.uint8))
    for function in (F.cross_entropy, F.nll_loss):
        with pytest.raises(RuntimeError, match=r"expected target dtype to be Long or Byte.*int64 or uint8.*float32"):
            function(vt.ones(2, 3), vt.ones(2))


def modified_in_place():
    a = vt.ones(2, requires_grad=True)
    b = a.exp()
    c = b.sum()
    b.add_(1.0)
    return c + (b * b).sum()


def test_a_saved_tensor_that_was_written_points_to_anomaly_mode():
    a, w = vt.ones(2, requires_grad=True), vt.ones(2)
    product = a * w
    w.add_(1.0)
    with pytest.raises(RuntimeError, match=r"which is an input of MulBackward0, .*set_detect_anomaly\(True"):
        product.sum().backward()
    b = a.exp()
    b.add_(1.0)
    with pytest.raises(RuntimeError, match=r"which is output 0 of ExpBackward0, .*Hint: enable anomaly detection"):
        b.sum().backward()


def test_anomaly_mode_shows_the_line_of_the_forward_call():
    with vt.autograd.set_detect_anomaly(True, check_nan=False):
        a = vt.ones(2, requires_grad=True)
        b = a.exp()  # the line to be found
        b.add_(1.0)
        with (
            pytest.warns(
                UserWarning, match=r"(?s)Error detected in ExpBackward0.*b = a.exp\(\)  # the line to be found"
            ),
            pytest.raises(RuntimeError, match="the backtrace further above"),
        ):
            b.sum().backward()
    assert not vt.is_anomaly_enabled()


def test_anomaly_mode_finds_nan():
    x = vt.tensor([-1.0, 4.0], requires_grad=True)
    vt.sqrt(x).sum().backward()
    with pytest.warns(UserWarning, match="Anomaly Detection has been enabled"):
        mode = vt.autograd.detect_anomaly()
    with mode:
        assert vt.is_anomaly_enabled() and vt.is_anomaly_check_nan_enabled()
        with (
            pytest.warns(UserWarning, match=r"(?s)Error detected in SqrtBackward0.*vt.sqrt\(x\)"),
            pytest.raises(RuntimeError, match=r"Function 'SqrtBackward0' returned nan values in its 0th output."),
        ):
            vt.sqrt(x).sum().backward()
    assert not vt.is_anomaly_enabled()


def test_anomaly_mode_finds_functions_of_the_user_and_earlier_graphs():
    class Fails(vt.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, grad):
            raise ValueError("mine")

    x = vt.ones(1, requires_grad=True)
    before = Fails.apply(x)
    vt.autograd.set_detect_anomaly(True)
    try:
        with (
            pytest.warns(UserWarning, match=r"(?s)FailsBackward.*Fails.apply\(x\)"),
            pytest.raises(ValueError, match="mine"),
        ):
            Fails.apply(x).backward()
        with pytest.warns(UserWarning, match="No forward pass information"), pytest.raises(ValueError, match="mine"):
            before.backward()
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a warning that cannot be given does not hide the error
            with pytest.raises(ValueError, match="mine"):
                Fails.apply(x).backward()
    finally:
        vt.autograd.set_detect_anomaly(False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ValueError, match="mine"):
            Fails.apply(x).backward()


def test_a_function_of_the_old_style_is_told_the_new_one():
    class Old(vt.autograd.Function):
        def forward(self, x):
            return x

    with pytest.warns(DeprecationWarning, match=r"should not be instantiated.*Old.apply"):
        old = Old()
    with pytest.raises(RuntimeError, match=r"Legacy autograd function .*@staticmethod, called as Old.apply"):
        old(vt.ones(1))


def test_what_pytorch_has_is_not_called_unknown():
    for name in ("_prims", "_refs", "contrib", "export", "monitor", "miopen_rnn", "Tensor.map2_"):
        owner = vt
        *path, last = name.split(".")
        for part in path:
            owner = getattr(owner, part)
        with pytest.raises(AttributeError, match=rf"{last} is not there yet: PyTorch has it"):
            getattr(owner, last)
        assert not hasattr(owner, last)
    with pytest.raises(AttributeError, match="neither here nor in PyTorch"):
        _ = vt.nonsense


IMPORTS = {
    "from vibetensor.torch.nn.functional import grouped_mm": "torch.nn.functional.grouped_mm is not there yet",
    "from vibetensor.torch import miopen_rnn": "torch.miopen_rnn is not there yet",
    "from vibetensor.torch import export": "torch.export is not there yet",
    "from vibetensor.torch import ones, miopen_rnn as rnn": "torch.miopen_rnn is not there yet",
    "import vibetensor.torch.export": "torch.export is not there yet",
    "import vibetensor.torch.distributed.pipelining": "torch.distributed.pipelining is not there yet",
    "from vibetensor.torch.utils.mobile_optimizer import optimize_for_mobile": "torch.utils.mobile_optimizer is not there yet",
    "from vibetensor.torch.nn import Nonsense": "'Nonsense', neither here nor in PyTorch",
    "import vibetensor.torch.nonsense": "neither here nor in PyTorch",
}


@pytest.mark.parametrize("line", IMPORTS)
def test_imports_say_what_is_not_there_yet(line):
    with pytest.raises(ImportError, match=IMPORTS[line]) as caught:
        exec(line, {})
    assert isinstance(caught.value, ModuleNotFoundError) == ("mobile_optimizer" in line or line[0] == "i")
    assert caught.value.name.startswith("vibetensor.torch")


def test_asking_for_a_module_is_no_error():
    assert importlib.util.find_spec("vibetensor.torch.export") is None
    assert importlib.util.find_spec("vibetensor.torch.nn") is not None
    assert getattr(vt, "miopen_rnn", None) is None
    with pytest.raises(ModuleNotFoundError, match="not there yet"):
        importlib.import_module("vibetensor.torch.export")


def test_a_key_error_of_a_worker_can_be_read():
    code = """
        import vibetensor.torch as torch

        class Rows(torch.utils.data.Dataset):
            def __len__(self):
                return 1
            def __getitem__(self, i):
                return {}["missing"]

        list(torch.utils.data.DataLoader(Rows(), num_workers=1))
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True)
    lines = done.stderr.rstrip().splitlines()
    assert "\\n" not in done.stderr and lines[-1] == "KeyError: 'missing'"
    assert any(line.endswith("Caught KeyError in DataLoader worker process 0.") for line in lines)
