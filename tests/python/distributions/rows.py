"""Rows of the distributions: how to make some of each, on either side, and what is known of their draws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Make = Callable[[Any, Any], Any]  # of torch (either side) and a function from a list of numbers to a tensor


@dataclass(frozen=True)
class Row:
    name: str
    makes: tuple[Make, ...]
    # Draws that are one op of ours and arithmetic have PyTorch's bits; where an elementary function comes after, its last
    # bits are ours.
    bits: bool = True
    parameters: tuple[str, ...] = ()  # that draws or densities have gradients by
    draw_rtol: float = 2e-6  # of draws that are not bit-equal
    gradient_rtol: float = 1e-4  # of draws
    kinds: tuple[str, ...] = ("float32", "float64")  # dtypes that PyTorch's takes
    values: Callable[[Any], Any] | None = None  # draws to values that densities are compared at
    bad: tuple[Make, ...] = ()


ROWS = [
    Row(
        "Normal",
        (
            lambda t, v: t.distributions.Normal(v([0.5, -1.0, 3.0]), v([1.0, 0.2, 4.0])),
            lambda t, v: t.distributions.Normal(0.5, 2.0),
            lambda t, v: t.distributions.Normal(v([[0.0], [1.0]]), v([1.0, 2.0, 3.0])),
        ),
        parameters=("loc", "scale"),
        bad=(
            lambda t, v: t.distributions.Normal(0.0, -1.0),
            lambda t, v: t.distributions.Normal(v([0.0, float("nan")]), 1.0),
            lambda t, v: t.distributions.Normal("a", 1.0),
        ),
    ),
    Row(
        "Laplace",
        (
            lambda t, v: t.distributions.Laplace(v([0.5, -1.0, 3.0]), v([1.0, 0.2, 4.0])),
            lambda t, v: t.distributions.Laplace(0.5, 2.0),
        ),
        bits=False,
        parameters=("loc", "scale"),
        bad=(lambda t, v: t.distributions.Laplace(0.0, 0.0),),
    ),
    Row(
        "Cauchy",
        (
            lambda t, v: t.distributions.Cauchy(v([0.5, -1.0, 3.0]), v([1.0, 0.2, 4.0])),
            lambda t, v: t.distributions.Cauchy(0.5, 2.0),
        ),
        parameters=("loc", "scale"),
        bad=(lambda t, v: t.distributions.Cauchy(0.0, -2.0),),
    ),
    Row(
        "Uniform",
        (
            lambda t, v: t.distributions.Uniform(v([0.5, -1.0, 3.0]), v([1.0, 0.2, 4.0])),
            lambda t, v: t.distributions.Uniform(0.0, 1.0),
        ),
        parameters=("low", "high"),
        bad=(lambda t, v: t.distributions.Uniform(2.0, 1.0),),
    ),
    Row(
        "Exponential",
        (
            lambda t, v: t.distributions.Exponential(v([0.5, 1.0, 3.0])),
            lambda t, v: t.distributions.Exponential(2.0),
        ),
        parameters=("rate",),
        bad=(lambda t, v: t.distributions.Exponential(v([1.0, -1.0])),),
    ),
    Row(
        "Gamma",
        (
            lambda t, v: t.distributions.Gamma(v([0.5, 1.0, 30.0]), v([1.0, 0.2, 4.0])),
            lambda t, v: t.distributions.Gamma(2.0, 3.0),
        ),
        parameters=("concentration", "rate"),
        gradient_rtol=5e-3,
        bad=(lambda t, v: t.distributions.Gamma(0.0, 1.0),),
    ),
    Row(
        "Chi2",
        (lambda t, v: t.distributions.Chi2(v([0.5, 1.0, 30.0])), lambda t, v: t.distributions.Chi2(3.0)),
        gradient_rtol=5e-3,
        bad=(lambda t, v: t.distributions.Chi2(v([-1.0])),),
    ),
    Row(
        "InverseGamma",
        (
            lambda t, v: t.distributions.InverseGamma(v([0.5, 1.5, 30.0]), v([1.0, 0.2, 4.0])),
            lambda t, v: t.distributions.InverseGamma(2.5, 3.0),
        ),
        bits=False,
        gradient_rtol=5e-3,
        bad=(lambda t, v: t.distributions.InverseGamma(1.0, 0.0),),
    ),
    Row(
        "Beta",
        (
            lambda t, v: t.distributions.Beta(v([0.5, 1.5, 30.0]), v([1.0, 0.6, 4.0])),
            lambda t, v: t.distributions.Beta(2.5, 3.0),
            lambda t, v: t.distributions.Beta(v([1.5, 2.0]), 3.0),
        ),
        gradient_rtol=5e-3,
        bad=(lambda t, v: t.distributions.Beta(1.0, -1.0),),
    ),
    Row(
        "Dirichlet",
        (
            lambda t, v: t.distributions.Dirichlet(v([0.5, 1.5, 30.0])),
            lambda t, v: t.distributions.Dirichlet(v([[1.5, 1.5], [0.3, 8.0]])),
            lambda t, v: t.distributions.Dirichlet(v([0.5, 0.4, 0.9])),
        ),
        parameters=("concentration",),
        gradient_rtol=5e-3,
        bad=(lambda t, v: t.distributions.Dirichlet(v([1.0, 0.0])), lambda t, v: t.distributions.Dirichlet(v(1.0))),
    ),
    Row(
        "StudentT",
        (
            lambda t, v: t.distributions.StudentT(v([0.5, 1.5, 30.0]), v([1.0, 0.6, 4.0]), 2.0),
            lambda t, v: t.distributions.StudentT(2.5),
        ),
        bits=False,
        parameters=("df", "loc", "scale"),
        gradient_rtol=1e-2,
        bad=(lambda t, v: t.distributions.StudentT(0.0),),
    ),
    Row(
        "FisherSnedecor",
        (
            lambda t, v: t.distributions.FisherSnedecor(v([0.5, 3.5, 30.0]), v([1.0, 5.6, 4.5])),
            lambda t, v: t.distributions.FisherSnedecor(2.5, 3.0),
        ),
        parameters=("df1", "df2"),
        gradient_rtol=1e-2,
        bad=(lambda t, v: t.distributions.FisherSnedecor(1.0, 0.0),),
    ),
    Row(
        "GeneralizedPareto",
        (
            lambda t, v: t.distributions.GeneralizedPareto(
                v([0.5, -1.0, 3.0]), v([1.0, 0.2, 4.0]), v([0.4, -0.5, 0.0])
            ),
            lambda t, v: t.distributions.GeneralizedPareto(0.0, 1.0, 1.5),
        ),
        bits=False,
        draw_rtol=2e-5,
        kinds=("float32",),
        parameters=("loc", "scale", "concentration"),
        bad=(lambda t, v: t.distributions.GeneralizedPareto(0.0, 0.0, 1.0),),
    ),
    Row(
        "HalfNormal",
        (
            lambda t, v: t.distributions.HalfNormal(v([0.5, 1.0, 3.0])),
            lambda t, v: t.distributions.HalfNormal(2.0),
        ),
        bad=(lambda t, v: t.distributions.HalfNormal(-1.0),),
    ),
    Row(
        "HalfCauchy",
        (
            lambda t, v: t.distributions.HalfCauchy(v([0.5, 1.0, 3.0])),
            lambda t, v: t.distributions.HalfCauchy(2.0),
        ),
        bad=(lambda t, v: t.distributions.HalfCauchy(-1.0),),
    ),
    Row(
        "LogNormal",
        (
            lambda t, v: t.distributions.LogNormal(v([0.5, -1.0, 3.0]), v([1.0, 0.2, 1.5])),
            lambda t, v: t.distributions.LogNormal(0.5, 1.0),
        ),
        bits=False,
        bad=(lambda t, v: t.distributions.LogNormal(0.0, -1.0),),
    ),
    Row(
        "LogisticNormal",
        (
            lambda t, v: t.distributions.LogisticNormal(v([0.5, -1.0, 1.0]), v([1.0, 0.2, 1.5])),
            lambda t, v: t.distributions.LogisticNormal(v([[0.5, 0.1], [0.3, 0.0]]), 1.0),
            lambda t, v: t.distributions.LogisticNormal(v(0.5), 1.0),
        ),
        bits=False,
        bad=(lambda t, v: t.distributions.LogisticNormal(v([0.0]), -1.0),),
    ),
    Row(
        "Gumbel",
        (
            lambda t, v: t.distributions.Gumbel(v([0.5, -1.0, 3.0]), v([1.0, 0.2, 4.0])),
            lambda t, v: t.distributions.Gumbel(0.5, 2.0),
        ),
        bits=False,
        draw_rtol=2e-5,
        parameters=("loc", "scale"),
        bad=(lambda t, v: t.distributions.Gumbel(0.0, -1.0),),
    ),
    Row(
        "Pareto",
        (
            lambda t, v: t.distributions.Pareto(v([0.5, 1.0, 3.0]), v([1.0, 2.2, 4.0])),
            lambda t, v: t.distributions.Pareto(1.5, 3.0),
        ),
        bits=False,
        draw_rtol=2e-5,
        parameters=("scale", "alpha"),
        bad=(lambda t, v: t.distributions.Pareto(1.0, 0.0),),
    ),
    Row(
        "Weibull",
        (
            lambda t, v: t.distributions.Weibull(v([0.5, 1.0, 3.0]), v([1.0, 2.2, 4.0])),
            lambda t, v: t.distributions.Weibull(1.5, 3.0),
        ),
        bits=False,
        parameters=("scale", "concentration"),
        bad=(lambda t, v: t.distributions.Weibull(1.0, 0.0),),
    ),
    Row(
        "Kumaraswamy",
        (
            lambda t, v: t.distributions.Kumaraswamy(v([0.5, 1.0, 3.0]), v([1.0, 2.2, 4.0])),
            lambda t, v: t.distributions.Kumaraswamy(1.5, 3.0),
        ),
        bits=False,
        draw_rtol=2e-5,
        parameters=("concentration1", "concentration0"),
        bad=(lambda t, v: t.distributions.Kumaraswamy(1.0, 0.0),),
    ),
    Row(
        "VonMises",
        (
            lambda t, v: t.distributions.VonMises(v([0.5, -1.0, 3.0]), v([1.0, 0.2, 40.0])),
            lambda t, v: t.distributions.VonMises(v(0.5), v(2.0)),
        ),
        bits=False,
        parameters=("loc", "concentration"),
        bad=(lambda t, v: t.distributions.VonMises(v(0.5), v(0.0)),),
    ),
    Row(
        "Bernoulli",
        (
            lambda t, v: t.distributions.Bernoulli(v([0.2, 0.5, 1.0])),
            lambda t, v: t.distributions.Bernoulli(logits=v([0.2, -3.5])),
            lambda t, v: t.distributions.Bernoulli(0.3),
        ),
        bad=(
            lambda t, v: t.distributions.Bernoulli(1.5),
            lambda t, v: t.distributions.Bernoulli(),
            lambda t, v: t.distributions.Bernoulli(0.5, 0.5),
        ),
    ),
    Row(
        "ContinuousBernoulli",
        (
            lambda t, v: t.distributions.ContinuousBernoulli(v([0.2, 0.5, 0.9, 0.4995])),
            lambda t, v: t.distributions.ContinuousBernoulli(logits=v([0.2, -3.5])),
            lambda t, v: t.distributions.ContinuousBernoulli(0.3),
        ),
        bits=False,
        draw_rtol=2e-4,
        bad=(lambda t, v: t.distributions.ContinuousBernoulli(1.5, validate_args=True),),
    ),
    Row(
        "Geometric",
        (
            lambda t, v: t.distributions.Geometric(v([0.2, 0.5, 0.9])),
            lambda t, v: t.distributions.Geometric(logits=v([0.2, -3.5])),
            lambda t, v: t.distributions.Geometric(0.3),
        ),
        bad=(lambda t, v: t.distributions.Geometric(0.0), lambda t, v: t.distributions.Geometric(1.5)),
    ),
    Row(
        "Binomial",
        (
            lambda t, v: t.distributions.Binomial(5, v([0.2, 0.5, 0.9])),
            lambda t, v: t.distributions.Binomial(40, logits=v([0.2, -3.5])),
            lambda t, v: t.distributions.Binomial(v([3.0, 100.0, 0.0]), v([0.4, 0.3, 0.5])),
        ),
        bad=(
            lambda t, v: t.distributions.Binomial(-1, v([0.5])),
            lambda t, v: t.distributions.Binomial(3, v([1.5])),
        ),
    ),
    Row(
        "NegativeBinomial",
        (
            lambda t, v: t.distributions.NegativeBinomial(5, v([0.2, 0.5, 0.9])),
            lambda t, v: t.distributions.NegativeBinomial(v([4.0, 7.5]), logits=v([0.2, -1.5])),
        ),
        bad=(
            lambda t, v: t.distributions.NegativeBinomial(-1, v([0.5])),
            lambda t, v: t.distributions.NegativeBinomial(3, v([1.0])),
        ),
    ),
    Row(
        "Poisson",
        (
            lambda t, v: t.distributions.Poisson(v([0.2, 5.0, 90.0])),
            lambda t, v: t.distributions.Poisson(3.0),
            lambda t, v: t.distributions.Poisson(3),
        ),
        bad=(lambda t, v: t.distributions.Poisson(-1.0),),
    ),
    Row(
        "Categorical",
        (
            lambda t, v: t.distributions.Categorical(v([0.2, 5.0, 2.0])),
            lambda t, v: t.distributions.Categorical(logits=v([[0.2, -1.0, 2.0], [1.0, 1.0, 1.0]])),
            lambda t, v: t.distributions.Categorical(v([[0.2, 0.0, 2.0], [1.0, 1.0, 1.0]])),
        ),
        bad=(
            lambda t, v: t.distributions.Categorical(),
            lambda t, v: t.distributions.Categorical(v(1.0)),
            lambda t, v: t.distributions.Categorical(v([1.0, float("nan")])),
        ),
    ),
    Row(
        "OneHotCategorical",
        (
            lambda t, v: t.distributions.OneHotCategorical(v([0.2, 5.0, 2.0])),
            lambda t, v: t.distributions.OneHotCategorical(logits=v([[0.2, -1.0, 2.0], [1.0, 1.0, 1.0]])),
        ),
        bad=(lambda t, v: t.distributions.OneHotCategorical(),),
    ),
    Row(
        "OneHotCategoricalStraightThrough",
        (
            lambda t, v: t.distributions.OneHotCategoricalStraightThrough(v([0.2, 5.0, 2.0])),
            lambda t, v: t.distributions.OneHotCategoricalStraightThrough(
                logits=v([[0.2, -1.0, 2.0], [1.0, 1.0, 1.0]])
            ),
        ),
        bits=False,
        values=lambda x: x.round(),
    ),
    Row(
        "Multinomial",
        (
            lambda t, v: t.distributions.Multinomial(10, v([0.2, 5.0, 2.0])),
            lambda t, v: t.distributions.Multinomial(3, logits=v([[0.2, -1.0, 2.0], [1.0, 1.0, 1.0]])),
        ),
        bad=(
            lambda t, v: t.distributions.Multinomial(v([1.0]), v([0.5])),
            lambda t, v: t.distributions.Multinomial(3),
        ),
    ),
    Row(
        "RelaxedBernoulli",
        (
            lambda t, v: t.distributions.RelaxedBernoulli(v(0.5), v([0.2, 0.5, 0.9])),
            lambda t, v: t.distributions.RelaxedBernoulli(v([0.5, 2.0]), logits=v([0.2, -0.5])),
        ),
        bits=False,
        draw_rtol=2e-5,
        bad=(lambda t, v: t.distributions.RelaxedBernoulli(v(0.5), v([1.5])),),
    ),
    Row(
        "RelaxedOneHotCategorical",
        (
            lambda t, v: t.distributions.RelaxedOneHotCategorical(v(0.5), v([0.2, 0.5, 0.9])),
            lambda t, v: t.distributions.RelaxedOneHotCategorical(v(2.0), logits=v([[0.2, -0.5], [0.0, 1.0]])),
        ),
        bits=False,
        draw_rtol=2e-5,
        bad=(lambda t, v: t.distributions.RelaxedOneHotCategorical(v(0.5)),),
    ),
    Row(
        "LKJCholesky",
        (
            lambda t, v: t.distributions.LKJCholesky(3, v([0.5, 1.0, 4.0])),
            lambda t, v: t.distributions.LKJCholesky(4),
        ),
        bits=False,
        draw_rtol=2e-5,
        parameters=("concentration",),
        bad=(lambda t, v: t.distributions.LKJCholesky(1), lambda t, v: t.distributions.LKJCholesky(3, -1.0)),
    ),
    Row(
        "MultivariateNormal",
        (
            lambda t, v: t.distributions.MultivariateNormal(v([0.5, -1.0]), scale_tril=v([[1.0, 0.0], [0.5, 2.0]])),
            lambda t, v: t.distributions.MultivariateNormal(v([[0.5, -1.0]] * 3), v([[1.0, 0.5], [0.5, 2.0]])),
            lambda t, v: t.distributions.MultivariateNormal(
                v([0.5, -1.0]), precision_matrix=v([[[1.0, 0.5], [0.5, 2.0]], [[2.0, 0.0], [0.0, 1.0]]])
            ),
        ),
        bits=False,
        draw_rtol=1e-5,
        parameters=("loc",),
        bad=(
            lambda t, v: t.distributions.MultivariateNormal(v([0.5, -1.0])),
            lambda t, v: t.distributions.MultivariateNormal(v(0.5), v([[1.0]])),
            lambda t, v: t.distributions.MultivariateNormal(v([0.5, 1.0]), scale_tril=v([[1.0, 0.3], [0.5, 2.0]])),
            lambda t, v: t.distributions.MultivariateNormal(v([0.5, 1.0]), v([[1.0, 2.0], [2.0, 1.0]])),
        ),
    ),
    Row(
        "LowRankMultivariateNormal",
        (
            lambda t, v: t.distributions.LowRankMultivariateNormal(
                v([0.5, -1.0, 2.0]), v([[1.0], [0.5], [-1.0]]), v([1.0, 2.0, 0.5])
            ),
            lambda t, v: t.distributions.LowRankMultivariateNormal(
                v([[0.5, -1.0]] * 3), v([[1.0, 0.2], [0.5, 1.0]]), v([1.0, 2.0])
            ),
        ),
        bits=False,
        draw_rtol=1e-5,
        parameters=("loc", "cov_factor", "cov_diag"),
        bad=(
            lambda t, v: t.distributions.LowRankMultivariateNormal(v([0.5]), v([1.0]), v([1.0])),
            lambda t, v: t.distributions.LowRankMultivariateNormal(v([0.5]), v([[1.0], [1.0]]), v([1.0])),
        ),
    ),
    Row(
        "Wishart",
        (
            lambda t, v: t.distributions.Wishart(v(4.0), scale_tril=v([[1.0, 0.0], [0.5, 2.0]])),
            lambda t, v: t.distributions.Wishart(v([4.0, 5.5]), v([[1.0, 0.5], [0.5, 2.0]])),
            lambda t, v: t.distributions.Wishart(v(4.0), precision_matrix=v([[1.0, 0.5], [0.5, 2.0]])),
        ),
        bits=False,
        draw_rtol=1e-5,
        gradient_rtol=1e-2,
        parameters=("df",),
        bad=(
            lambda t, v: t.distributions.Wishart(v(0.5), scale_tril=v([[1.0, 0.0], [0.5, 2.0]])),
            lambda t, v: t.distributions.Wishart(v(4.0), v([1.0])),
        ),
    ),
    Row(
        "Independent",
        (
            lambda t, v: t.distributions.Independent(t.distributions.Normal(v([[0.5, -1.0]] * 3), 1.0), 1),
            lambda t, v: t.distributions.Independent(t.distributions.Bernoulli(v([[0.5, 0.1]] * 3)), 2),
            lambda t, v: t.distributions.Independent(t.distributions.Gamma(v([1.0, 2.0]), 1.0), 0),
        ),
        bad=(lambda t, v: t.distributions.Independent(t.distributions.Normal(0.0, 1.0), 1),),
    ),
    Row(
        "MixtureSameFamily",
        (
            lambda t, v: t.distributions.MixtureSameFamily(
                t.distributions.Categorical(v([1.0, 2.0, 3.0])), t.distributions.Normal(v([0.0, 5.0, -5.0]), 1.0)
            ),
            lambda t, v: t.distributions.MixtureSameFamily(
                t.distributions.Categorical(v([[1.0, 2.0], [1.0, 1.0]])),
                t.distributions.Independent(t.distributions.Normal(v([[[0.0, 5.0], [1.0, 2.0]]] * 2), 1.0), 1),
            ),
            lambda t, v: t.distributions.MixtureSameFamily(
                t.distributions.Categorical(v([1.0, 2.0])), t.distributions.Poisson(v([1.0, 5.0]))
            ),
        ),
        bad=(
            lambda t, v: t.distributions.MixtureSameFamily(
                t.distributions.Categorical(v([1.0, 2.0])), t.distributions.Poisson(v([1.0, 5.0, 2.0]))
            ),
            lambda t, v: t.distributions.MixtureSameFamily(
                t.distributions.Normal(0.0, 1.0), t.distributions.Poisson(v([1.0, 5.0, 2.0]))
            ),
        ),
    ),
    Row(
        "TransformedDistribution",
        (
            lambda t, v: t.distributions.TransformedDistribution(
                t.distributions.Normal(v([0.0, 1.0]), 1.0),
                [t.distributions.AffineTransform(1.0, -2.0), t.distributions.TanhTransform(cache_size=1)],
            ),
            lambda t, v: t.distributions.TransformedDistribution(
                t.distributions.Uniform(v([0.0, 0.0, 0.0]), 1.0), t.distributions.SigmoidTransform().inv
            ),
            lambda t, v: t.distributions.TransformedDistribution(
                t.distributions.Normal(v([[0.0, 1.0, 2.0]] * 2), 1.0), t.distributions.StickBreakingTransform()
            ),
            lambda t, v: t.distributions.TransformedDistribution(t.distributions.Normal(v([0.0]), 1.0), []),
        ),
        bits=False,
        draw_rtol=2e-5,
        bad=(
            lambda t, v: t.distributions.TransformedDistribution(t.distributions.Normal(0.0, 1.0), 3),
            lambda t, v: t.distributions.TransformedDistribution(
                t.distributions.Normal(0.0, 1.0), t.distributions.StickBreakingTransform()
            ),
        ),
    ),
]
