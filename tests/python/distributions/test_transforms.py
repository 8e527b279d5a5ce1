"""Transforms, constraints and the registry between them, beside PyTorch's."""

import copy

import pytest
import torch
import vibetensor.torch as vt
from compare import ours_of, same

# how to make one, and the shape of an x
TRANSFORMS = {
    "Abs": (lambda d, v: d.AbsTransform(), (5,)),
    "Affine": (lambda d, v: d.AffineTransform(v([1.0, 2.0, 3.0]), v([2.0, -3.0, 0.5])), (4, 3)),
    "Affine of numbers": (lambda d, v: d.AffineTransform(1.0, -2.0), (4, 3)),
    "Affine of events": (lambda d, v: d.AffineTransform(0.5, v([2.0, -3.0, 0.5]), event_dim=1), (4, 3)),
    "Exp": (lambda d, v: d.ExpTransform(), (4, 3)),
    "Exp inverse": (lambda d, v: d.ExpTransform().inv.inv, (4, 3)),
    "Power": (lambda d, v: d.ComposeTransform([d.ExpTransform(), d.PowerTransform(v([2.0, -0.5, 0.3]))]), (4, 3)),
    "Sigmoid": (lambda d, v: d.SigmoidTransform(), (4, 3)),
    "Softplus": (lambda d, v: d.SoftplusTransform(), (4, 3)),
    "Tanh": (lambda d, v: d.TanhTransform(), (4, 3)),
    "Softmax": (lambda d, v: d.SoftmaxTransform(), (4, 3)),
    "StickBreaking": (lambda d, v: d.StickBreakingTransform(), (4, 3)),
    "CorrCholesky": (lambda d, v: d.CorrCholeskyTransform(), (4, 6)),
    "LowerCholesky": (lambda d, v: d.LowerCholeskyTransform(), (2, 3, 3)),
    "PositiveDefinite": (lambda d, v: d.PositiveDefiniteTransform(), (2, 3, 3)),
    "Reshape": (lambda d, v: d.ReshapeTransform((3, 4), (2, 6)), (5, 3, 4)),
    "Independent": (lambda d, v: d.IndependentTransform(d.ExpTransform(), 1), (4, 3)),
    "Compose": (
        lambda d, v: d.ComposeTransform([d.TanhTransform(), d.AffineTransform(1.0, 2.0), d.StickBreakingTransform()]),
        (4, 3),
    ),
    "Compose of none": (lambda d, v: d.ComposeTransform([]), (4, 3)),
    "Cat": (lambda d, v: d.CatTransform([d.ExpTransform(), d.TanhTransform()], -1, [2, 1]), (4, 3)),
    "Cat of rows": (lambda d, v: d.CatTransform([d.ExpTransform(), d.TanhTransform()], 0, [3, 1]), (4, 3)),
    "Stack": (lambda d, v: d.StackTransform([d.ExpTransform(), d.AffineTransform(1.0, 2.0)], 1), (4, 2)),
    "CumulativeDistribution": (
        lambda d, v: d.CumulativeDistributionTransform(d.Normal(v([0.0, 1.0, 2.0]), 2.0)),
        (4, 3),
    ),
}
CLOSE = {"rtol": 1e-8, "atol": 1e-8}


def pair(name):
    make, shape = TRANSFORMS[name]
    made = [make(t.distributions, lambda n, t=t: t.tensor(n, dtype=t.float64)) for t in (vt, torch)]
    torch.manual_seed(3)
    return (*made, torch.randn(shape, dtype=torch.float64))


def outcome(fn):
    try:
        return fn()
    except (NotImplementedError, ValueError) as e:
        return e


def test_every_transform_of_pytorch_is_tested():
    names = {n.removesuffix("Transform") for n in torch.distributions.transforms.__all__} - {"", "identity_transform"}
    assert names == {n.split()[0] for n in TRANSFORMS}
    assert set(vt.distributions.transforms.__all__) == set(torch.distributions.transforms.__all__)


@pytest.mark.parametrize("name", TRANSFORMS)
def test_values_inverses_and_jacobians(name):
    ours, theirs, x = pair(name)
    y = theirs(x)
    same(ours(ours_of(x)), y, **CLOSE)
    same(ours.inv(ours_of(y)), theirs.inv(y), **CLOSE)
    for read in (
        lambda t, of: t.log_abs_det_jacobian(of(x), of(y)),
        lambda t, of: t.inv.log_abs_det_jacobian(of(y), of(x)),
        lambda t, of: t.sign,
    ):
        expected, got = outcome(lambda: read(theirs, lambda a: a)), outcome(lambda: read(ours, ours_of))  # noqa: B023
        if isinstance(expected, torch.Tensor):
            same(got, expected, **CLOSE)
        else:
            assert type(got) is type(expected) and (isinstance(expected, Exception) or got == expected)
    assert ours.bijective == theirs.bijective
    for side in ("domain", "codomain"):
        assert repr(getattr(ours, side)) == repr(getattr(theirs, side)), side
    shape = tuple(x.shape)
    assert tuple(ours.forward_shape(shape)) == tuple(theirs.forward_shape(shape))
    assert tuple(ours.inverse_shape(tuple(y.shape))) == tuple(theirs.inverse_shape(tuple(y.shape)))
    assert repr(ours) == repr(theirs)


@pytest.mark.parametrize("name", TRANSFORMS)
def test_gradients(name):
    ours, theirs, x = pair(name)
    gradients = []
    for t, transform, own in ((vt, ours, ours_of(x)), (torch, theirs, x.clone())):
        own.requires_grad_()
        y = transform(own)
        total = (y * y).sum()
        jacobian = outcome(lambda: transform.log_abs_det_jacobian(own, y))  # noqa: B023
        if not isinstance(jacobian, Exception) and jacobian.requires_grad:
            total = total + jacobian.sum()
        total.backward()
        gradients.append(own.grad)
        del t
    same(*gradients, **CLOSE)


@pytest.mark.parametrize("name", TRANSFORMS)
def test_cache_and_copies(name):
    ours, _, x = pair(name)
    if name.startswith("Exp inverse"):
        return
    cached = ours.with_cache(1)
    x = ours_of(x)
    y = cached(x)
    if not name.startswith(("Compose", "Power", "Independent")):
        assert cached(x) is y and cached.inv(y) is x
    same(cached(x), ours(x), rtol=0, atol=0)
    same(copy.deepcopy(cached)(x), ours(x), rtol=0, atol=0)
    assert ours.with_cache(0) is ours
    with pytest.raises(ValueError):
        vt.distributions.ExpTransform(cache_size=2)


def test_equality():
    d = vt.distributions
    assert d.ExpTransform() == d.ExpTransform() and d.ExpTransform() != d.TanhTransform()
    assert d.ExpTransform().inv == d.ExpTransform().inv and d.AffineTransform(1, 2) == d.AffineTransform(1, 2)
    assert d.AffineTransform(1, 2) != d.AffineTransform(1, 3)
    assert d.ComposeTransform([d.ExpTransform()]) == d.ComposeTransform([d.ExpTransform()])
    assert d.PowerTransform(2.0) == d.PowerTransform(2.0) != d.PowerTransform(3.0)
    assert hash(d.ExpTransform()) is not None


BAD = [
    lambda t, d: d.ReshapeTransform((3,), (2,)),
    lambda t, d: d.ReshapeTransform((3, 2), (6,)).forward_shape((3,)),
    lambda t, d: d.ReshapeTransform((3, 2), (6,)).forward_shape((2, 3)),
    lambda t, d: d.StickBreakingTransform().forward_shape(()),
    lambda t, d: d.CorrCholeskyTransform().forward_shape((4,)),
    lambda t, d: d.CorrCholeskyTransform().inverse_shape((4, 3)),
    lambda t, d: d.CatTransform([d.ExpTransform()], 0, [2])(t.ones(3)),
    lambda t, d: d.CatTransform([3]),
    lambda t, d: d.StackTransform([d.ExpTransform()], 4)(t.ones(3)),
    lambda t, d: d.IndependentTransform(d.ExpTransform(), 2)(t.ones(3)),
    lambda t, d: (
        d.StickBreakingTransform().event_dim + d.SoftmaxTransform().inv.event_dim + d.CorrCholeskyTransform().event_dim
    ),
    lambda t, d: d.Transform()(t.ones(1)),
]


@pytest.mark.parametrize("build", BAD)
def test_bad_input_raises_as_pytorchs(build):
    with pytest.raises(Exception) as theirs:
        build(torch, torch.distributions)
    with pytest.raises(theirs.type):
        build(vt, vt.distributions)


def matrices(t):
    return t.tensor(
        [[[2.0, 0.5], [0.5, 1.0]], [[1.0, 2.0], [2.0, 1.0]], [[1.0, 0.5], [0.0, 1.0]], [[1.0, 1.0], [1.0, 1.0]]]
    )


def triangles(t):
    return t.tensor(
        [[[1.0, 0.0], [0.6, 0.8]], [[-1.0, 0.0], [0.6, 0.8]], [[1.0, 0.1], [0.6, 0.8]], [[2.0, 0.0], [0.5, 1.0]]]
    )


def numbers(t):
    return t.tensor([-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0, float("inf"), float("nan")])


def rows(t):
    return t.tensor([[0.5, 0.5], [1.0, 0.0], [0.0, 1.0], [2.0, 1.0], [-1.0, 2.0], [0.5, 0.6]])


CONSTRAINTS = {
    "boolean": (lambda c: c.boolean, numbers),
    "real": (lambda c: c.real, numbers),
    "positive": (lambda c: c.positive, numbers),
    "nonnegative": (lambda c: c.nonnegative, numbers),
    "unit_interval": (lambda c: c.unit_interval, numbers),
    "interval": (lambda c: c.interval(-1.0, 2.0), numbers),
    "half_open_interval": (lambda c: c.half_open_interval(-1.0, 2.0), numbers),
    "greater_than": (lambda c: c.greater_than(1.0), numbers),
    "greater_than_eq": (lambda c: c.greater_than_eq(1.0), numbers),
    "less_than": (lambda c: c.less_than(1.0), numbers),
    "integer_interval": (lambda c: c.integer_interval(-1, 2), numbers),
    "nonnegative_integer": (lambda c: c.nonnegative_integer, numbers),
    "positive_integer": (lambda c: c.positive_integer, numbers),
    "real_vector": (lambda c: c.real_vector, rows),
    "independent": (lambda c: c.independent(c.positive, 1), rows),
    "simplex": (lambda c: c.simplex, rows),
    "one_hot": (lambda c: c.one_hot, rows),
    "multinomial": (lambda c: c.multinomial(2), rows),
    "lower_triangular": (lambda c: c.lower_triangular, triangles),
    "lower_cholesky": (lambda c: c.lower_cholesky, triangles),
    "corr_cholesky": (lambda c: c.corr_cholesky, triangles),
    "square": (lambda c: c.square, triangles),
    "symmetric": (lambda c: c.symmetric, matrices),
    "positive_definite": (lambda c: c.positive_definite, lambda t: matrices(t)[:2]),
    "positive_semidefinite": (lambda c: c.positive_semidefinite, lambda t: matrices(t)[:2]),
    "cat": (lambda c: c.cat([c.positive, c.real], 0, [4, 6]), numbers),
    "stack": (lambda c: c.stack([c.positive, c.real], -1), rows),
    "MixtureSameFamilyConstraint": (lambda c: c.MixtureSameFamilyConstraint(c.positive), numbers),
}


def test_every_constraint_of_pytorch_is_tested():
    names = set(torch.distributions.constraints.__all__)
    assert names == set(vt.distributions.constraints.__all__)
    assert names - {"Constraint", "dependent", "dependent_property", "is_dependent"} == set(CONSTRAINTS)


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_constraints_match(name):
    make, values = CONSTRAINTS[name]
    ours, theirs = make(vt.distributions.constraints), make(torch.distributions.constraints)
    same(ours.check(values(vt)), theirs.check(values(torch)))
    assert repr(ours) == repr(theirs) and (ours.is_discrete, ours.event_dim) == (theirs.is_discrete, theirs.event_dim)


def test_dependent_constraints():
    for c in (vt.distributions.constraints, torch.distributions.constraints):
        assert c.is_dependent(c.dependent) and not c.is_dependent(c.real)
        with pytest.raises(ValueError):
            c.dependent.check(1)
        for name in ("is_discrete", "event_dim"):
            with pytest.raises(NotImplementedError):
                getattr(c.dependent, name)
        known = c.dependent(is_discrete=True, event_dim=2)
        assert known.is_discrete and known.event_dim == 2

        class Box:
            high = 3.0

            @c.dependent_property(is_discrete=False, event_dim=0)
            def support(self):
                return c.interval(0.0, self.high)  # noqa: B023

        assert c.is_dependent(Box.support) and Box.support.event_dim == 0
        assert repr(Box().support) == "Interval(lower_bound=0.0, upper_bound=3.0)"


REGISTERED = sorted(set(CONSTRAINTS) - {"MixtureSameFamilyConstraint"})


@pytest.mark.parametrize("registry", ["biject_to", "transform_to"])
@pytest.mark.parametrize("name", REGISTERED)
def test_registry(name, registry):
    make, _ = CONSTRAINTS[name]
    theirs = outcome(lambda: getattr(torch.distributions, registry)(make(torch.distributions.constraints)))
    ours = outcome(lambda: getattr(vt.distributions, registry)(make(vt.distributions.constraints)))
    if isinstance(theirs, Exception):
        assert type(ours) is type(theirs) and str(ours) == str(theirs)
        return
    assert repr(ours) == repr(theirs)
    torch.manual_seed(2)
    x = torch.randn({"cat": (10, 2), "corr_cholesky": (4, 3)}.get(name, (4, 2, 2)), dtype=torch.float64)
    y = theirs(x)
    same(ours(ours_of(x)), y, **CLOSE)
    assert bool(ours.codomain.check(ours(ours_of(x))).all())


def test_registering():
    d = vt.distributions
    registry = type(d.biject_to)()

    class Mine(type(d.constraints.real)):
        pass

    @registry.register(Mine)
    def _(constraint):
        return d.ExpTransform()

    assert isinstance(registry(Mine()), d.ExpTransform)
    registry.register(d.constraints.real, lambda c: d.TanhTransform())
    assert isinstance(registry(d.constraints.real), d.TanhTransform)
    with pytest.raises(TypeError, match="Constraint"):
        registry.register(int, lambda c: None)


@pytest.mark.parametrize("diag", [-2, -1, 0, 1])
def test_triangles_as_vectors(diag):
    utils, theirs = vt.distributions.utils, torch.distributions.utils
    mat = torch.randn(2, 4, 4).tril(diag)
    vec = theirs.tril_matrix_to_vec(mat, diag)
    same(utils.tril_matrix_to_vec(ours_of(mat), diag), vec)
    same(utils.vec_to_tril_matrix(ours_of(vec), diag), mat)
    with pytest.raises(ValueError):
        utils.tril_matrix_to_vec(ours_of(mat), 4)
    with pytest.raises(ValueError):
        utils.vec_to_tril_matrix(vt.ones(5))


def test_what_is_missing_is_named():
    d = vt.distributions
    if not hasattr(getattr(vt, "special", None), "gammainc"):
        with pytest.raises(NotImplementedError, match="gammainc is not there yet"):
            d.Gamma(1.0, 1.0).cdf(vt.tensor(1.0))
