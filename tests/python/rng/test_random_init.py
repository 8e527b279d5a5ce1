"""nn.init fills parameters with PyTorch's starting values."""

import pytest
import torch as reference
import vibetensor.torch as ours
from same_stream import FLOATING, assert_same_error, dtype, run_both

SHAPES = [(20, 30), (3,), (4, 5, 3), (6, 4, 3, 3), (2, 2, 2, 2, 2)]
NONLINEARITIES = ["linear", "conv2d", "conv_transpose3d", "sigmoid", "tanh", "relu", "leaky_relu", "selu"]

FILLS = {
    "uniform": lambda init, x: init.uniform_(x, -1, 3),
    "normal": lambda init, x: init.normal_(x, 1, 0.02),
    "trunc_normal": lambda init, x: init.trunc_normal_(x),
    "trunc_normal_narrow": lambda init, x: init.trunc_normal_(x, 0, 0.02),
    "trunc_normal_tight": lambda init, x: init.trunc_normal_(x, 0.5, 1, 0, 1.2),
    "constant": lambda init, x: init.constant_(x, 0.3),
    "ones": lambda init, x: init.ones_(x),
    "zeros": lambda init, x: init.zeros_(x),
}
WEIGHT_FILLS = {
    "xavier_uniform": lambda init, x: init.xavier_uniform_(x, 1.7),
    "xavier_normal": lambda init, x: init.xavier_normal_(x),
    "kaiming_uniform": lambda init, x: init.kaiming_uniform_(x, 5**0.5),
    "kaiming_normal_out": lambda init, x: init.kaiming_normal_(x, mode="fan_out", nonlinearity="relu"),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", FLOATING)
@pytest.mark.parametrize("name", FILLS)
def test_fills(name, kind, shape):
    run_both(lambda torch: FILLS[name](torch.nn.init, torch.empty(shape, dtype=dtype(torch, kind)).zero_()))


@pytest.mark.parametrize("shape", [s for s in SHAPES if len(s) > 1])
@pytest.mark.parametrize("kind", FLOATING)
@pytest.mark.parametrize("name", WEIGHT_FILLS)
def test_weights(name, kind, shape):
    run_both(lambda torch: WEIGHT_FILLS[name](torch.nn.init, torch.zeros(shape, dtype=dtype(torch, kind))))


@pytest.mark.parametrize("mode", ["fan_in", "fan_out"])
@pytest.mark.parametrize("nonlinearity", NONLINEARITIES)
def test_kaiming(nonlinearity, mode):
    run_both(
        lambda torch: [
            torch.nn.init.kaiming_uniform_(torch.zeros(6, 9), 0.2, mode, nonlinearity),
            torch.nn.init.kaiming_normal_(torch.zeros(6, 9, 3), 0.2, mode, nonlinearity),
        ]
    )


def test_unlikely_interval():
    # the acceptance test takes a logarithm, which is not PyTorch's to the last bit
    for torch in (ours, reference):
        torch.manual_seed(3)
        x = torch.nn.init.trunc_normal_(torch.zeros(20000), 0, 1, 1.5, 4)
        assert float(x.min()) >= 1.5
        assert float(x.max()) <= 4
        assert abs(float(x.mean()) - 1.9387) < 0.02


@pytest.mark.parametrize("name", ["zeros_", "ones_", "eye_"])
def test_shaped(name):
    run_both(lambda torch: getattr(torch.nn.init, name)(torch.rand(4, 6)))


@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("shape", [(4, 2, 3), (6, 3, 3, 3), (4, 4, 1, 2, 3)])
def test_dirac(shape, groups):
    run_both(lambda torch: torch.nn.init.dirac_(torch.rand(shape), groups))


def test_sparse():
    run_both(lambda torch: torch.nn.init.sparse_(torch.rand(10, 4), 0.35))


def test_own_generator():
    def code(torch):
        g = torch.Generator().manual_seed(8)
        init = torch.nn.init
        fills = (
            init.uniform_,
            init.normal_,
            init.trunc_normal_,
            init.xavier_uniform_,
            init.xavier_normal_,
            init.kaiming_uniform_,
            init.kaiming_normal_,
        )
        return [fill(torch.zeros(5, 7), generator=g) for fill in fills]

    run_both(code)


def test_parameters_are_filled_without_a_record():
    def code(torch):
        x = torch.zeros(4, 4, requires_grad=True)
        assert torch.nn.init.kaiming_uniform_(x) is x
        assert x.is_leaf
        assert x.requires_grad
        return x.detach()

    run_both(code)


@pytest.mark.parametrize("arguments", [(n,) for n in NONLINEARITIES] + [("leaky_relu", 0.2), ("leaky_relu", 1)])
def test_gains(arguments):
    assert ours.nn.init.calculate_gain(*arguments) == reference.nn.init.calculate_gain(*arguments)


BAD = {
    "gain_name": lambda torch: torch.nn.init.calculate_gain("cubic"),
    "gain_slope": lambda torch: torch.nn.init.calculate_gain("leaky_relu", "steep"),
    "mode": lambda torch: torch.nn.init.kaiming_uniform_(torch.zeros(2, 2), mode="fan"),
    "fan_of_vector": lambda torch: torch.nn.init.xavier_uniform_(torch.zeros(3)),
    "eye_of_vector": lambda torch: torch.nn.init.eye_(torch.zeros(3)),
    "dirac_of_matrix": lambda torch: torch.nn.init.dirac_(torch.zeros(3, 3)),
    "dirac_groups": lambda torch: torch.nn.init.dirac_(torch.zeros(3, 3, 3), 2),
    "sparse_of_vector": lambda torch: torch.nn.init.sparse_(torch.zeros(3), 0.1),
    "integers": lambda torch: torch.nn.init.uniform_(torch.zeros(3, dtype=torch.int64)),
    "orthogonal_vector": lambda torch: torch.nn.init.orthogonal_(torch.zeros(3)),
}


@pytest.mark.parametrize("case", BAD)
def test_same_exception_type(case):
    assert_same_error(BAD[case])


@pytest.mark.parametrize("shape", [(4, 5), (17, 33), (64, 8), (70, 70), (3, 4, 5), (1, 9)], ids=str)
@pytest.mark.parametrize("name", ["float32", "float64"])
def test_orthogonal(shape, name):
    """The same draws; Q of PyTorch's float32 decomposition is off in the last digits."""
    results = []
    for torch in (ours, reference):
        torch.manual_seed(5)
        weight = torch.nn.init.orthogonal_(torch.empty(shape, dtype=getattr(torch, name)), gain=1.5)
        results.append((weight.reshape(shape[0], -1).tolist(), torch.rand(3).tolist()))
    (mine, after), (wanted, after_too) = results
    tolerance = 2e-4 if name == "float32" else 1e-10
    for row, row_too in zip(mine, wanted, strict=True):
        assert row == pytest.approx(row_too, abs=tolerance)
    assert after == after_too
    matrix = reference.tensor(mine, dtype=reference.float64)
    product = matrix @ matrix.T if matrix.shape[0] <= matrix.shape[1] else matrix.T @ matrix
    worst = (product - 2.25 * reference.eye(product.shape[0], dtype=reference.float64)).abs().max().item()
    assert worst < (1e-5 if name == "float32" else 1e-12)


def test_empty_weights_and_old_names_warn():
    with pytest.warns(UserWarning, match="zero-element"):
        ours.nn.init.kaiming_normal_(ours.zeros(0, 3))
    with pytest.warns(FutureWarning, match="uniform_"):
        ours.nn.init.uniform(ours.zeros(3))
