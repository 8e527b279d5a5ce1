"""Every distribution beside PyTorch's: draws of the same seed, densities, moments, gradients, expansion, bad input."""

import copy
import inspect

import pytest
import torch
import vibetensor.torch as vt
from compare import ours_of, same, same_bits, theirs_of
from rows import ROWS

CASES = [pytest.param(row, make, id=f"{row.name}-{i}") for row in ROWS for i, make in enumerate(row.makes)]
KINDS = [
    pytest.param(row, make, kind, id=f"{row.name}-{i}-{kind}")
    for row in ROWS
    for i, make in enumerate(row.makes)
    for kind in row.kinds
]
ACCURATE = {torch.float32: {"rtol": 3e-5, "atol": 3e-5}, torch.float64: {"rtol": 1e-9, "atol": 1e-9}}


def near(ours, theirs, what=""):
    """As equal as elementary functions of two libraries are."""
    return same(ours, theirs, what, **ACCURATE.get(theirs.dtype, {"rtol": 0, "atol": 0}))


def pair(make, kind="float32", grad=False):
    """The distribution on both sides, with parameters of the dtype, and the parameters."""
    made, leaves = [], []
    for t in (vt, torch):
        own = []

        def tensor(numbers, t=t, own=own):
            own.append(t.tensor(numbers, dtype=getattr(t, kind)).requires_grad_(grad))
            return own[-1]

        made.append(make(t, tensor))
        leaves.append(own)
    return (*made, *leaves)


def draws(ours, theirs, shape, method="sample", seed=5):
    results = []
    for t, d in ((vt, ours), (torch, theirs)):
        t.manual_seed(seed)
        results.append(getattr(d, method)(shape))
    return results


def alike(row, ours, theirs):
    if row.bits:
        same_bits(ours.detach(), theirs.detach())
    else:
        rtol = 1e-11 if theirs.dtype == torch.float64 else row.draw_rtol
        same(ours.detach(), theirs.detach(), rtol=rtol, atol=rtol)


def attempt(fn):
    try:
        return fn()
    except (NotImplementedError, ValueError, AttributeError, RuntimeError) as e:
        return e


def test_every_distribution_of_pytorch_has_a_row():
    kinds = torch.distributions.Distribution
    names = {n for n, k in vars(torch.distributions).items() if inspect.isclass(k) and issubclass(k, kinds)}
    assert names - {"Distribution", "ExponentialFamily"} == {row.name for row in ROWS}


def test_the_namespace_is_pytorchs():
    assert set(torch.distributions.__all__) <= set(vt.distributions.__all__)
    for name in torch.distributions.__all__:
        assert getattr(vt.distributions, name) is not None


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_signature_is_pytorchs(row):
    def parameters(kind):
        return [(p.name, p.default, p.kind) for p in inspect.signature(kind.__init__).parameters.values()]

    assert parameters(getattr(vt.distributions, row.name)) == parameters(getattr(torch.distributions, row.name))


@pytest.mark.parametrize("row, make, kind", KINDS)
def test_draws_of_a_seed(row, make, kind):
    ours, theirs, *_ = pair(make, kind)
    methods = ["sample", *(["rsample"] if theirs.has_rsample else [])]
    for method in methods:
        for shape in ((), (3,), (2, 17), (0,)):
            if shape == (0,) and isinstance(attempt(lambda: theirs.sample((0,))), Exception):
                continue  # of numbers drawn by weights there is at least one
            alike(row, *draws(ours, theirs, shape, method))
            assert bytes(theirs_of(vt.get_rng_state()).numpy()) == bytes(torch.get_rng_state().numpy())
    assert not ours.sample().requires_grad


@pytest.mark.parametrize("row, make, kind", KINDS)
def test_what_is_known(row, make, kind):
    ours, theirs, *_ = pair(make, kind)
    assert tuple(ours.batch_shape) == tuple(theirs.batch_shape) and tuple(ours.event_shape) == tuple(theirs.event_shape)
    assert type(ours.batch_shape) is vt.Size
    assert repr(ours) == repr(theirs)
    assert ours.has_rsample == theirs.has_rsample and ours.has_enumerate_support == theirs.has_enumerate_support
    assert {k: repr(c) for k, c in ours.arg_constraints.items()} == {
        k: repr(c) for k, c in theirs.arg_constraints.items()
    }
    assert repr(ours.support) == repr(theirs.support)
    assert ours.support.event_dim == theirs.support.event_dim
    assert ours.support.is_discrete == theirs.support.is_discrete
    for name in (
        "mean",
        "variance",
        "stddev",
        "mode",
        "param_shape",
        "df",
        "covariance_matrix",
        "precision_matrix",
        "scale_tril",
    ):
        if (row.name, name) in (("Kumaraswamy", "mode"), ("Geometric", "param_shape")):
            continue  # PyTorch's formula gives NaN; PyTorch has none
        compare_outcomes(lambda d: getattr(d, name), ours, theirs, name)  # noqa: B023
    for name in row.parameters:
        compare_outcomes(lambda d: getattr(d, name), ours, theirs, name)  # noqa: B023


def compare_outcomes(read, ours, theirs, what):
    expected, got = attempt(lambda: read(theirs)), attempt(lambda: read(ours))
    if isinstance(expected, Exception):
        assert type(got) is type(expected), f"{what}: {got!r} for {expected!r}"
    elif isinstance(expected, torch.Tensor):
        near(got, expected, what)
    else:
        assert tuple(got) == tuple(expected) if isinstance(expected, tuple) else got == expected
    return expected


@pytest.mark.parametrize("row, make, kind", KINDS)
def test_densities(row, make, kind):
    ours, theirs, *_ = pair(make, kind)
    torch.manual_seed(11)
    x = theirs.sample((9,))
    x = row.values(x) if row.values else x
    near(ours.log_prob(ours_of(x)), theirs.log_prob(x))
    for name in ("cdf", "entropy", "perplexity"):
        arguments = (x,) if name == "cdf" else ()
        if row.name in ("Gamma", "Chi2", "InverseGamma", "Independent", "MixtureSameFamily") and name == "cdf":
            outcome = attempt(lambda: ours.cdf(ours_of(x)))
            if isinstance(outcome, NotImplementedError):
                continue  # of the incomplete gamma function: test_what_is_missing_is_named
        compare_outcomes(
            lambda d: getattr(d, name)(*(ours_of(a) if d is ours else a for a in arguments)),  # noqa: B023
            ours,
            theirs,
            name,
        )
    shape = (7, *theirs.batch_shape) if not theirs.event_shape else (7, *theirs.batch_shape, *theirs.event_shape)
    u = torch.rand(shape, dtype=getattr(torch, kind)) * 0.9 + 0.05
    compare_outcomes(lambda d: d.icdf(ours_of(u) if d is ours else u), ours, theirs, "icdf")
    for expand in (True, False):
        compare_outcomes(lambda d: d.enumerate_support(expand), ours, theirs, "enumerate_support")  # noqa: B023


@pytest.mark.parametrize("row, make", [case for case in CASES if case.values[0].name != "Wishart"])
def test_gradients_of_densities(row, make):
    ours, theirs, mine, yours = pair(make, row.kinds[-1], grad=True)
    torch.manual_seed(11)
    x = theirs.sample((9,))
    x = row.values(x) if row.values else x
    terms = [d.log_prob(ours_of(x) if d is ours else x) for d in (ours, theirs)]
    compared = 0
    for t, term, leaves in ((vt, terms[0], mine), (torch, terms[1], yours)):
        if leaves and term.requires_grad:
            t.where(t.isfinite(term), term, 0.0).sum().backward()
    for a, b in zip(mine, yours, strict=True):
        assert (a.grad is None) == (b.grad is None)
        if b.grad is not None:
            compared += same(
                a.grad,
                b.grad,
                **({"rtol": 1e-7, "atol": 1e-7} if b.dtype == torch.float64 else {"rtol": 1e-4, "atol": 1e-4}),
            )
    assert compared or not yours or not terms[1].requires_grad


# PyTorch's Wishart and ours give no gradient of draws that NumPy factored
REPARAMETRIZED = [case for case in CASES if case.values[0].name != "Wishart"]


@pytest.mark.parametrize("row, make", REPARAMETRIZED)
def test_gradients_of_draws(row, make):
    ours, theirs, mine, yours = pair(make, row.kinds[-1], grad=True)
    if not theirs.has_rsample:
        with pytest.raises(NotImplementedError):
            ours.rsample()
        return
    a, b = draws(ours, theirs, (50,), "rsample")
    weights = torch.linspace(1, 2, b.numel(), dtype=b.dtype).reshape(b.shape)
    if yours:
        (a * ours_of(weights)).sum().backward()
        (b * weights).sum().backward()
    for p, q in zip(mine, yours, strict=True):
        assert (p.grad is None) == (q.grad is None)
        if q.grad is not None:
            same(p.grad, q.grad, rtol=row.gradient_rtol, atol=row.gradient_rtol)


@pytest.mark.parametrize("row, make", CASES)
def test_expanded(row, make):
    ours, theirs, *_ = pair(make)
    shape = (4, 2, *theirs.batch_shape)
    a, b = ours.expand(shape), theirs.expand(shape)
    assert type(a) is type(ours) and tuple(a.batch_shape) == shape and tuple(a.event_shape) == tuple(b.event_shape)
    alike(row, *draws(a, b, (3,)))
    torch.manual_seed(11)
    x = b.sample((2,))
    x = row.values(x) if row.values else x
    near(a.log_prob(ours_of(x)), b.log_prob(x))
    compare_outcomes(lambda d: d.mean, a, b, "mean")
    assert tuple(ours.batch_shape) == tuple(theirs.batch_shape)
    copied = copy.deepcopy(a)
    alike(row, *draws(copied, b, (3,)))


BAD = [pytest.param(make, id=f"{row.name}-{i}") for row in ROWS for i, make in enumerate(row.bad)]


@pytest.mark.parametrize("make", BAD)
def test_bad_parameters_are_refused_as_pytorchs(make):
    with pytest.raises(Exception) as theirs:
        make(torch, torch.tensor)
    with pytest.raises(theirs.type) as ours:
        make(vt, vt.tensor)
    if theirs.type is ValueError:
        assert str(ours.value).split("but found")[0] == str(theirs.value).split("but found")[0]


BAD_VALUES = [
    (lambda d: d.Normal(0.0, 1.0), lambda t: t.tensor(float("nan"))),
    (lambda d: d.Normal(0.0, 1.0), lambda t: 1.0),
    (lambda d: d.Exponential(1.0), lambda t: t.tensor(-1.0)),
    (lambda d: d.Uniform(0.0, 1.0), lambda t: t.tensor(1.5)),
    (lambda d: d.Bernoulli(0.5), lambda t: t.tensor(0.5)),
    (lambda d: d.Poisson(2.0), lambda t: t.tensor(1.5)),
    (lambda d: d.Beta(1.0, 1.0), lambda t: t.tensor(1.5)),
    (lambda d: d.Geometric(0.5), lambda t: t.tensor(-1.0)),
    (lambda d: d.HalfNormal(1.0), lambda t: t.tensor(-1.0)),
    (lambda d: d.LogNormal(0.0, 1.0), lambda t: t.tensor(-1.0)),
    (lambda d: d.Independent(d.Normal(0.0, 1.0).expand((3,)), 1), lambda t: t.ones(2)),
    (lambda d: d.Normal(0.0, 1.0).expand((3,)), lambda t: t.ones(2)),
]


@pytest.mark.parametrize("build, value", BAD_VALUES)
def test_bad_values_are_refused_as_pytorchs(build, value):
    with pytest.raises(ValueError) as theirs:
        build(torch.distributions).log_prob(value(torch))
    with pytest.raises(ValueError) as ours:
        build(vt.distributions).log_prob(value(vt))
    assert str(ours.value).split("but found")[0] == str(theirs.value).split("but found")[0]


def test_checks_can_be_turned_off():
    d = vt.distributions
    assert d.Normal(0.0, -1.0, validate_args=False).scale.item() == -1.0
    assert d.Exponential(1.0, validate_args=False).log_prob(vt.tensor(-1.0)).item() == 1.0
    assert d.Exponential(1.0, validate_args=False).expand((2,)).log_prob(vt.tensor(-1.0)).tolist() == [1.0, 1.0]
    before = d.Distribution._validate_args
    try:
        d.Distribution.set_default_validate_args(False)
        assert d.Uniform(2.0, 1.0).low.item() == 2.0
    finally:
        d.Distribution.set_default_validate_args(before)
    with pytest.raises(ValueError):
        d.Uniform(2.0, 1.0)


def test_types_of_a_program():
    class Shifted(vt.distributions.Normal):
        def __init__(self, by):
            super().__init__(by, 1.0)

    with pytest.raises(NotImplementedError, match="custom"):
        Shifted(vt.tensor(1.0)).expand((3,))

    class Constant(vt.distributions.Distribution):
        def __init__(self, value):
            self.value = value
            super().__init__(value.shape, validate_args=False)

        def rsample(self, sample_shape=()):
            return self.value.expand(self._extended_shape(sample_shape))

    assert Constant(vt.tensor([2.0])).sample((3,)).tolist() == [[2.0]] * 3
    with pytest.raises(NotImplementedError):
        Constant(vt.tensor([2.0])).log_prob(vt.tensor(1.0))
    with pytest.warns(FutureWarning, match="sample_n"):
        assert Constant(vt.tensor([2.0])).sample_n(2).tolist() == [[2.0]] * 2


def test_singular_wishart_draws_are_made_again(monkeypatch):
    d = vt.distributions.Wishart(vt.tensor(3.0), scale_tril=vt.eye(2))
    calls = []

    def sampled(shape):
        calls.append(shape)
        # one of four is singular at first
        return vt.stack([vt.eye(2) * (0.0 if len(calls) == 2 and i == 1 else len(calls)) for i in range(shape[0])])

    monkeypatch.setattr(d, "_bartlett_sampling", sampled)
    drawn = d.rsample((4,))
    assert drawn[:, 0, 0].tolist() == [2.0, 3.0, 2.0, 2.0] and [tuple(shape) for shape in calls] == [(4,), (4,), (1,)]
