"""Divergences of every pair of families that PyTorch has, beside its values."""

import math

import pytest
import torch
import vibetensor.torch as vt
from compare import same

D = {
    "Bernoulli": lambda d, v: d.Bernoulli(v([0.0, 0.3, 1.0])),
    "Bernoulli too": lambda d, v: d.Bernoulli(v([0.4, 0.0, 1.0])),
    "Beta": lambda d, v: d.Beta(v([0.5, 2.0, 3.0]), v([1.0, 4.0, 0.3])),
    "Beta too": lambda d, v: d.Beta(v([1.5, 1.0, 3.5]), v([2.0, 2.0, 1.3])),
    "Binomial": lambda d, v: d.Binomial(30, v([0.2, 0.5, 0.9])),
    "Binomial too": lambda d, v: d.Binomial(v([30.0, 20.0, 10.0]), v([0.3, 0.5, 0.4])),
    "Categorical": lambda d, v: d.Categorical(v([[0.2, 0.8, 0.0], [0.5, 0.2, 0.3]])),
    "Categorical too": lambda d, v: d.Categorical(v([[0.6, 0.1, 0.3], [0.0, 0.7, 0.3]])),
    "OneHotCategorical": lambda d, v: d.OneHotCategorical(v([0.2, 0.8, 0.0])),
    "OneHotCategorical too": lambda d, v: d.OneHotCategorical(v([0.6, 0.1, 0.3])),
    "Cauchy": lambda d, v: d.Cauchy(v([0.0, 1.0]), v([1.0, 3.0])),
    "Cauchy too": lambda d, v: d.Cauchy(v([0.5, -1.0]), v([2.0, 1.0])),
    "ContinuousBernoulli": lambda d, v: d.ContinuousBernoulli(v([0.2, 0.5, 0.7])),
    "ContinuousBernoulli too": lambda d, v: d.ContinuousBernoulli(v([0.3, 0.6, 0.5])),
    "Dirichlet": lambda d, v: d.Dirichlet(v([[0.5, 2.0, 1.0], [3.0, 1.0, 1.0]])),
    "Dirichlet too": lambda d, v: d.Dirichlet(v([[1.5, 1.0, 4.0], [0.3, 1.0, 2.0]])),
    "Exponential": lambda d, v: d.Exponential(v([0.5, 2.0, 3.0])),
    "Exponential too": lambda d, v: d.Exponential(v([1.5, 0.2, 1.0])),
    "Gamma": lambda d, v: d.Gamma(v([0.5, 2.0, 3.0]), v([1.5, 0.5, 1.0])),
    "Gamma too": lambda d, v: d.Gamma(v([1.5, 0.2, 1.0]), v([0.5, 2.5, 1.0])),
    "Geometric": lambda d, v: d.Geometric(v([0.5, 0.2])),
    "Geometric too": lambda d, v: d.Geometric(v([0.3, 0.9])),
    "Gumbel": lambda d, v: d.Gumbel(v([0.0, 1.0, -1.0]), v([1.0, 3.0, 0.5])),
    "Gumbel too": lambda d, v: d.Gumbel(v([0.5, -1.0, 0.0]), v([2.0, 1.0, 1.5])),
    "HalfNormal": lambda d, v: d.HalfNormal(v([0.5, 2.0])),
    "HalfNormal too": lambda d, v: d.HalfNormal(v([1.5, 1.0])),
    "Laplace": lambda d, v: d.Laplace(v([0.0, 1.0, -1.0]), v([1.0, 3.0, 0.5])),
    "Laplace too": lambda d, v: d.Laplace(v([0.5, -1.0, 0.0]), v([2.0, 1.0, 1.5])),
    "Normal": lambda d, v: d.Normal(v([0.0, 1.0, -1.0]), v([1.0, 3.0, 0.5])),
    "Normal too": lambda d, v: d.Normal(v([0.5, -1.0, 0.0]), v([2.0, 1.0, 1.5])),
    "Pareto": lambda d, v: d.Pareto(v([1.0, 2.0, 3.0]), v([2.5, 4.0, 1.0])),
    "Pareto too": lambda d, v: d.Pareto(v([0.5, 2.5, 1.0]), v([1.5, 1.0, 3.0])),
    "Poisson": lambda d, v: d.Poisson(v([1.0, 5.0, 3.0])),
    "Poisson too": lambda d, v: d.Poisson(v([2.0, 3.0, 0.5])),
    # not [0, 1] itself, which PyTorch takes to reach beyond [0, 1]
    "Uniform": lambda d, v: d.Uniform(v([0.1, 0.25, -1.0]), v([0.9, 0.5, 3.0])),
    "Uniform too": lambda d, v: d.Uniform(v([-0.5, 0.5, -2.0]), v([2.0, 1.5, 4.0])),
    "MultivariateNormal": lambda d, v: d.MultivariateNormal(v([0.5, -1.0]), v([[2.0, 0.5], [0.5, 1.0]])),
    "MultivariateNormal too": lambda d, v: d.MultivariateNormal(
        v([[0.0, 1.0]] * 3), scale_tril=v([[1.0, 0.0], [-0.5, 2.0]])
    ),
    "LowRankMultivariateNormal": lambda d, v: d.LowRankMultivariateNormal(
        v([0.0, 1.0]), v([[1.0], [0.5]]), v([0.5, 2.0])
    ),
    "LowRankMultivariateNormal too": lambda d, v: d.LowRankMultivariateNormal(
        v([[0.5, 0.0]] * 3), v([[0.3], [-0.5]]), v([1.5, 1.0])
    ),
    "Independent": lambda d, v: d.Independent(d.Normal(v([0.0, 1.0]), 1.0), 1),
    "Independent too": lambda d, v: d.Independent(d.Normal(v([1.0, 1.0]), 2.0), 1),
    "TransformedDistribution": lambda d, v: d.LogNormal(v([0.0, 1.0]), 1.0),
    "TransformedDistribution too": lambda d, v: d.LogNormal(v([1.0, 1.0]), 2.0),
    "ExponentialFamily": lambda d, v: d.Exponential(v([0.5, 2.0])),
    "ExponentialFamily too": lambda d, v: d.Exponential(v([1.5, 0.2])),
}
PAIRS = sorted((p.__name__, q.__name__) for p, q in torch.distributions.kl._KL_REGISTRY)


def test_the_pairs_are_pytorchs():
    from vibetensor.torch.distributions import kl

    assert len(PAIRS) > 80 and sorted((p.__name__, q.__name__) for p, q in kl._registry) == PAIRS


@pytest.mark.parametrize("names", PAIRS, ids="-".join)
def test_divergences_match(names):
    compared = 0
    for first, second in ((names[0], f"{names[1]} too"), (f"{names[0]} too", names[1])):
        values = []
        for t in (vt, torch):
            p, q = (D[name](t.distributions, lambda n, t=t: t.tensor(n, dtype=t.float64)) for name in (first, second))
            if "ExponentialFamily" in names:
                kl = t.distributions.kl
                values.append((kl._exponential_family if t is vt else kl._kl_expfamily_expfamily)(p, q))
                continue
            if names == ("Binomial", "Binomial") and first.endswith("too"):
                with pytest.raises(NotImplementedError):
                    t.distributions.kl_divergence(p, q)
                continue
            values.append(t.distributions.kl_divergence(p, q))
        if values:
            compared += same(*values, rtol=1e-8, atol=1e-9)
    assert compared


@pytest.mark.parametrize("name", [n for n in D if not n.endswith("too") and n not in ("Cauchy", "Independent")])
def test_of_itself_it_is_zero(name):
    d = D[name](vt.distributions, lambda n: vt.tensor(n, dtype=vt.float64))
    same(vt.distributions.kl_divergence(d, d), vt.zeros(d.batch_shape, dtype=vt.float64), rtol=0, atol=1e-9)


def test_gradients_flow_to_both():
    leaves = []
    for t in (vt, torch):
        a, b = t.tensor([1.0, 2.0], requires_grad=True), t.tensor([0.5, 3.0], requires_grad=True)
        d = t.distributions
        (
            d.kl_divergence(d.Gamma(a, b), d.Gamma(b, a)) + d.kl_divergence(d.Normal(a, b), d.Normal(b, a))
        ).sum().backward()
        leaves.append((a.grad, b.grad))
    same(*leaves, rtol=1e-4, atol=1e-5)


def test_what_is_not_there_says_so():
    d = vt.distributions
    with pytest.raises(NotImplementedError, match="p type Normal and q type Cauchy"):
        d.kl_divergence(d.Normal(0.0, 1.0), d.Cauchy(0.0, 1.0))
    with pytest.raises(NotImplementedError):
        d.kl_divergence(d.LogNormal(0.0, 1.0), d.Gumbel(0.0, 1.0))
    with pytest.raises(TypeError):
        d.register_kl("Normal", d.Normal)


def test_own_types():
    d = vt.distributions

    class Mine(d.Normal):
        pass

    class Yours(d.Normal):
        pass

    assert d.kl_divergence(Mine(0.0, 1.0), Yours(1.0, 1.0)).item() == pytest.approx(0.5)
    before = dict(d.kl._registry)
    try:
        d.register_kl(Mine, d.Normal)(lambda p, q: "by p")
        assert d.kl_divergence(Mine(0.0, 1.0), Yours(1.0, 1.0)) == "by p"
        d.register_kl(d.Normal, Yours)(lambda p, q: "by q")
        with pytest.warns(RuntimeWarning, match="Ambiguous"):
            assert d.kl_divergence(Mine(0.0, 1.0), Yours(1.0, 1.0)) == "by p"
    finally:
        d.kl._registry.clear()
        d.kl._registry.update(before)
        d.kl._found.clear()


def test_a_sampled_divergence_agrees():
    d = vt.distributions
    vt.manual_seed(0)
    for p, q in (
        (d.Gumbel(0.5, 1.0), d.Normal(0.0, 2.0)),
        (d.Beta(2.0, 3.0), d.Gamma(2.0, 2.0)),
        (d.Uniform(0.2, 0.9), d.Beta(2.0, 3.0)),
    ):
        x = p.sample((200000,))
        assert (p.log_prob(x) - q.log_prob(x)).mean().item() == pytest.approx(d.kl_divergence(p, q).item(), abs=0.02)
    assert d.kl_divergence(d.Uniform(-1.0, 1.0), d.Exponential(1.0)).item() == math.inf
