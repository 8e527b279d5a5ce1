"""Kullback-Leibler divergences, by the types of both distributions.

Most pairs of different families are cross entropies less an entropy: KL(p || q) = -H(p) - E_p[log q]. What log q needs of
p (a mean, the expectation of a logarithm, a Laplace transform) stands once per family here, so that a pair is a row.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import vibetensor.torch as torch
from vibetensor.torch.distributions.bernoulli import Bernoulli
from vibetensor.torch.distributions.beta import Beta
from vibetensor.torch.distributions.binomial import Binomial
from vibetensor.torch.distributions.categorical import Categorical
from vibetensor.torch.distributions.cauchy import Cauchy
from vibetensor.torch.distributions.continuous_bernoulli import ContinuousBernoulli
from vibetensor.torch.distributions.dirichlet import Dirichlet
from vibetensor.torch.distributions.distribution import Distribution
from vibetensor.torch.distributions.exp_family import ExponentialFamily
from vibetensor.torch.distributions.exponential import Exponential
from vibetensor.torch.distributions.gamma import Gamma
from vibetensor.torch.distributions.geometric import Geometric
from vibetensor.torch.distributions.gumbel import Gumbel
from vibetensor.torch.distributions.half_normal import HalfNormal
from vibetensor.torch.distributions.independent import Independent
from vibetensor.torch.distributions.laplace import Laplace
from vibetensor.torch.distributions.lowrank_multivariate_normal import LowRankMultivariateNormal
from vibetensor.torch.distributions.multivariate_normal import MultivariateNormal, squared_length
from vibetensor.torch.distributions.normal import Normal
from vibetensor.torch.distributions.one_hot_categorical import OneHotCategorical
from vibetensor.torch.distributions.pareto import Pareto
from vibetensor.torch.distributions.poisson import Poisson
from vibetensor.torch.distributions.transformed_distribution import TransformedDistribution
from vibetensor.torch.distributions.uniform import Uniform
from vibetensor.torch.distributions.utils import euler_constant, sum_rightmost
from vibetensor.torch.nn import functional as F

__all__ = ["kl_divergence", "register_kl"]

Formula = Callable[[Any, Any], Any]

_registry: dict[tuple[type, type], Formula] = {}
_found: dict[tuple[type, type], Formula | None] = {}  # what the registry gave for pairs of types that were asked for


def register_kl(type_p: type, type_q: type) -> Callable[[Formula], Formula]:
    """A decorator that registers a function of (p, q) for two types of distributions and what derives from them.

    The most specific of several that fit is used; where two are, the one that fits p better, with a warning.
    """
    for kind in (type_p, type_q):
        if not isinstance(kind, type):  # libraries register classes that their distributions derive from
            raise TypeError(f"Expected type_{'p' if kind is type_p else 'q'} to be a type but got {kind}")

    def register(formula: Formula) -> Formula:
        _registry[type_p, type_q] = formula
        _found.clear()
        return formula

    return register


def _lookup(type_p: type, type_q: type) -> Formula | None:
    fitting = [pair for pair in _registry if issubclass(type_p, pair[0]) and issubclass(type_q, pair[1])]
    if not fitting:
        return None

    def closeness(first: int) -> tuple[type, type]:
        kinds = (type_p, type_q)
        order = (first, 1 - first)
        return min(fitting, key=lambda pair: tuple(kinds[i].__mro__.index(pair[i]) for i in order))

    by_p, by_q = closeness(0), closeness(1)
    if _registry[by_p] is not _registry[by_q]:
        warnings.warn(
            f"Ambiguous kl_divergence({type_p.__name__}, {type_q.__name__}). Please register_kl({by_p[0].__name__}, "
            f"{by_q[1].__name__})",
            RuntimeWarning,
            stacklevel=3,
        )
    return _registry[by_p]


def kl_divergence(p: Distribution, q: Distribution) -> Any:
    """KL(p || q), the expectation under p of log p - log q, of the batch shape; NotImplementedError for types that have
    no formula.

    >>> from vibetensor.torch.distributions import Normal, kl_divergence
    >>> kl_divergence(Normal(0.0, 1.0), Normal(1.0, 1.0))
    tensor(0.5000)
    """
    types = type(p), type(q)
    if types not in _found:
        _found[types] = _lookup(*types)
    formula = _found[types]
    if formula is None:
        raise NotImplementedError(
            f"No KL(p || q) is implemented for p type {types[0].__name__} and q type {types[1].__name__}"
        )
    return formula(p, q)


# ---- one family


@register_kl(Bernoulli, Bernoulli)
def _bernoulli(p: Any, q: Any) -> Any:
    yes = p.probs * (F.softplus(-q.logits) - F.softplus(-p.logits))
    no = (1 - p.probs) * (F.softplus(q.logits) - F.softplus(p.logits))
    return _weighted(yes, p.probs == 0, q.probs == 0) + _weighted(no, p.probs == 1, q.probs == 1)


def _weighted(term: Any, unused: Any, impossible: Any) -> Any:
    """A term that is 0 where p does not have the event, infinite where q alone does not."""
    return torch.where(unused, 0.0, torch.where(impossible, math.inf, term))


@register_kl(Beta, Beta)
def _beta(p: Any, q: Any) -> Any:
    return _dirichlet(p._dirichlet, q._dirichlet)


@register_kl(Binomial, Binomial)
def _binomial(p: Any, q: Any) -> Any:
    if bool((p.total_count < q.total_count).any()):
        raise NotImplementedError("KL between Binomials where q.total_count > p.total_count is not implemented")
    each = p.probs * (p.logits - q.logits) + (-p.probs).log1p() - (-q.probs).log1p()
    return torch.where(p.total_count > q.total_count, math.inf, p.total_count * each)


@register_kl(Categorical, Categorical)
def _categorical(p: Any, q: Any) -> Any:
    return _weighted(p.probs * (p.logits - q.logits), p.probs == 0, q.probs == 0).sum(-1)


@register_kl(OneHotCategorical, OneHotCategorical)
def _one_hot(p: Any, q: Any) -> Any:
    return _categorical(p._categorical, q._categorical)


@register_kl(ContinuousBernoulli, ContinuousBernoulli)
def _continuous_bernoulli(p: Any, q: Any) -> Any:
    own = p._cont_bern_log_norm() + torch.log1p(-p.probs)
    return p.mean * (p.logits - q.logits) + own - (q._cont_bern_log_norm() + torch.log1p(-q.probs))


@register_kl(Dirichlet, Dirichlet)
def _dirichlet(p: Any, q: Any) -> Any:
    a, b = p.concentration, q.concentration
    normalizers = torch.lgamma(a.sum(-1)) - torch.lgamma(b.sum(-1)) - (a.lgamma() - b.lgamma()).sum(-1)
    log_means = a.digamma() - a.sum(-1, keepdim=True).digamma()
    return normalizers + ((a - b) * log_means).sum(-1)


@register_kl(Exponential, Exponential)
def _exponential(p: Any, q: Any) -> Any:
    ratio = q.rate / p.rate
    return -ratio.log() + ratio - 1


@register_kl(ExponentialFamily, ExponentialFamily)
def _exponential_family(p: Any, q: Any) -> Any:
    if type(p) is not type(q):
        raise NotImplementedError(
            "The cross KL-divergence between different exponential families cannot be computed using Bregman divergences"
        )
    normalizer, params, means = p._vt_normalizer_and_means()
    others = q._natural_params
    result = q._log_normalizer(*others) - normalizer
    for own, other, mean in zip(params, others, means, strict=True):
        result = result - sum_rightmost((other - own) * mean, len(q.event_shape))
    return result


@register_kl(Gamma, Gamma)
def _gamma(p: Any, q: Any) -> Any:
    a, b = p.concentration, q.concentration
    by_rate = b * (p.rate / q.rate).log() + (q.rate - p.rate) * (a / p.rate)
    return by_rate + torch.lgamma(b) - torch.lgamma(a) + (a - b) * torch.digamma(a)


@register_kl(Geometric, Geometric)
def _geometric(p: Any, q: Any) -> Any:
    return -p.entropy() - torch.log1p(-q.probs) / p.probs - q.logits


@register_kl(Gumbel, Gumbel)
def _gumbel(p: Any, q: Any) -> Any:
    ratio, shift = p.scale / q.scale, (p.loc - q.loc) / q.scale
    transform = torch.exp((1 + ratio).lgamma() - shift)
    return -ratio.log() + shift + ratio * euler_constant + transform - (1 + euler_constant)


@register_kl(Normal, Normal)
def _normal(p: Any, q: Any) -> Any:
    ratio = (p.scale / q.scale).pow(2)
    return 0.5 * (ratio + ((p.loc - q.loc) / q.scale).pow(2) - 1 - ratio.log())


@register_kl(HalfNormal, HalfNormal)
def _half_normal(p: Any, q: Any) -> Any:
    return _normal(p.base_dist, q.base_dist)


@register_kl(Laplace, Laplace)
def _laplace(p: Any, q: Any) -> Any:
    ratio, distance = p.scale / q.scale, (p.loc - q.loc).abs()
    return -ratio.log() + distance / q.scale + ratio * torch.exp(-distance / p.scale) - 1


@register_kl(Cauchy, Cauchy)
def _cauchy(p: Any, q: Any) -> Any:
    return ((p.scale + q.scale).pow(2) + (p.loc - q.loc).pow(2)).log() - (4 * p.scale * q.scale).log()


@register_kl(Pareto, Pareto)
def _pareto(p: Any, q: Any) -> Any:
    ratio = q.alpha / p.alpha
    inside = q.alpha * (p.scale / q.scale).log() - ratio.log() + ratio - 1
    return torch.where(p.scale < q.scale, math.inf, inside)


@register_kl(Poisson, Poisson)
def _poisson(p: Any, q: Any) -> Any:
    return p.rate * (p.rate.log() - q.rate.log()) - (p.rate - q.rate)


@register_kl(Uniform, Uniform)
def _uniform(p: Any, q: Any) -> Any:
    inside = ((q.high - q.low) / (p.high - p.low)).log()
    return torch.where((q.low > p.low) | (q.high < p.high), math.inf, inside)


@register_kl(TransformedDistribution, TransformedDistribution)
def _transformed(p: Any, q: Any) -> Any:
    if p.transforms != q.transforms or p.event_shape != q.event_shape:
        raise NotImplementedError(
            "the divergence of two transformed distributions is there for equal transforms and event shapes"
        )
    return kl_divergence(p.base_dist, q.base_dist)


@register_kl(Independent, Independent)
def _independent(p: Any, q: Any) -> Any:
    if p.reinterpreted_batch_ndims != q.reinterpreted_batch_ndims:
        raise NotImplementedError("the divergence of Independents is there for equal reinterpreted_batch_ndims")
    return sum_rightmost(kl_divergence(p.base_dist, q.base_dist), p.reinterpreted_batch_ndims)


# ---- normal vectors: (log det Cq / det Cp + tr(Cq^-1 Cp) + |mean difference|^2 by Cq^-1 - n) / 2


def _check_event_shapes(p: Any, q: Any) -> None:
    if p.event_shape != q.event_shape:
        raise ValueError(
            f"KL-divergence between two (Low Rank) Multivariate Normals with different event shapes cannot be computed: "
            f"{p.event_shape} and {q.event_shape}"
        )


def _squares(matrix: Any) -> Any:
    return matrix.pow(2).sum((-2, -1))


def _covariance_factors(p: Any) -> list[Any]:
    """Matrices whose products with their own transposes sum up to the covariance."""
    if isinstance(p, LowRankMultivariateNormal):
        return [p._unbroadcasted_cov_factor, torch.diag_embed(p._unbroadcasted_cov_diag.sqrt())]
    return [p._unbroadcasted_scale_tril]


def _log_det(p: Any) -> Any:
    return p.log_det if isinstance(p, LowRankMultivariateNormal) else 2 * p._half_log_det


def _trace(q: Any, factor: Any) -> Any:
    """tr(Cq^-1 F F^T)."""
    solve = torch.linalg.solve_triangular
    if isinstance(q, LowRankMultivariateNormal):
        d = q._unbroadcasted_cov_diag
        inner = torch.matmul(q._unbroadcasted_cov_factor.mT / d.unsqueeze(-2), factor)
        return _squares(factor * d.rsqrt().unsqueeze(-1)) - _squares(solve(q._capacitance_tril, inner, upper=False))
    batch = torch.broadcast_shapes(q._unbroadcasted_scale_tril.shape[:-2], factor.shape[:-2])
    expanded = [t.expand((*batch, *t.shape[-2:])) for t in (q._unbroadcasted_scale_tril, factor)]
    return _squares(solve(*expanded, upper=False))


@register_kl(MultivariateNormal, MultivariateNormal)
@register_kl(MultivariateNormal, LowRankMultivariateNormal)
@register_kl(LowRankMultivariateNormal, MultivariateNormal)
@register_kl(LowRankMultivariateNormal, LowRankMultivariateNormal)
def _normal_vectors(p: Any, q: Any) -> Any:
    _check_event_shapes(p, q)
    difference = q.loc - p.loc
    if isinstance(q, LowRankMultivariateNormal):
        distance = q.squared_length(difference)
    else:
        distance = squared_length(q._unbroadcasted_scale_tril, difference)
    trace = sum(_trace(q, factor) for factor in _covariance_factors(p))
    return 0.5 * (_log_det(q) - _log_det(p) + trace + distance - p.event_shape[0])


# ---- different families, by -E_p[log q]


def _mean_log(p: Any) -> Any:
    """The expectation of log x."""
    if isinstance(p, Beta):
        return p.concentration1.digamma() - (p.concentration1 + p.concentration0).digamma()
    if isinstance(p, Exponential):
        return -euler_constant - p.rate.log()
    if isinstance(p, Pareto):
        return p.scale.log() + p.alpha.reciprocal()
    return _mean_log_between(p.low, p.high)


def _mean_log_between(low: Any, high: Any) -> Any:
    """The expectation of log x of a number anywhere between two."""
    return (torch.xlogy(high, high) - torch.xlogy(low, low)) / (high - low) - 1


def _laplace_transform(p: Any, s: Any) -> Any:
    """The expectation of exp(-s x)."""
    if isinstance(p, Exponential):
        return p.rate / (p.rate + s)
    if isinstance(p, Gamma):
        return (1 + s / p.rate).pow(-p.concentration)
    if isinstance(p, Normal):
        return torch.exp(-p.loc * s + 0.5 * (p.scale * s).pow(2))
    return (torch.exp(-p.low * s) - torch.exp(-p.high * s)) / (s * (p.high - p.low))


def _leaves(p: Any, low: float, high: float) -> Any:
    """Where a uniform p reaches beyond an interval."""
    return (p.low < low) | (p.high > high)


def _cross_normal(p: Any, q: Any) -> Any:
    variance = q.scale.pow(2)
    return 0.5 * (2 * math.pi * variance).log() + (p.variance + (p.mean - q.loc).pow(2)) / (2 * variance)


def _cross_exponential(p: Any, q: Any) -> Any:
    return -q.rate.log() + q.rate * p.mean


def _cross_gamma(p: Any, q: Any) -> Any:
    a = q.concentration
    return a.lgamma() - a * q.rate.log() - (a - 1) * _mean_log(p) + q.rate * p.mean


def _cross_gumbel(p: Any, q: Any) -> Any:
    s = q.scale.reciprocal()
    return q.scale.log() + (p.mean - q.loc) * s + torch.exp(q.loc * s) * _laplace_transform(p, s)


def _cross_continuous_bernoulli(p: Any, q: Any) -> Any:
    return -p.mean * q.logits - torch.log1p(-q.probs) - q._cont_bern_log_norm()


def _cross_uniform_of_unit(p: Any, q: Any) -> Any:
    return torch.where((q.low > 0) | (q.high < 1), math.inf, (q.high - q.low).log())


def _cross_laplace_of_normal(p: Any, q: Any) -> Any:
    shift = p.loc - q.loc
    z = shift / p.scale
    distance = math.sqrt(2 / math.pi) * p.scale * torch.exp(-0.5 * z.pow(2)) + shift * torch.erf(math.sqrt(0.5) * z)
    return (2 * q.scale).log() + distance / q.scale


def _cross_beta_of_uniform(p: Any, q: Any) -> Any:
    a, b = q.concentration1, q.concentration0
    log_beta = a.lgamma() + b.lgamma() - (a + b).lgamma()
    by_log = (a - 1) * _mean_log(p) + (b - 1) * _mean_log_between(1 - p.high, 1 - p.low)
    return log_beta - by_log


def _cross_pareto_of_uniform(p: Any, q: Any) -> Any:
    inside = (q.alpha + 1) * _mean_log(p) - q.alpha.log() - q.alpha * q.scale.log()
    return torch.where(p.low < q.scale, math.inf, inside)


def _cross_poisson_of_bernoulli(p: Any, q: Any) -> Any:
    return q.rate - p.probs * q.rate.log()


CROSS_ENTROPIES: tuple[tuple[Formula, tuple[type, ...], type], ...] = (
    (_cross_normal, (Beta, ContinuousBernoulli, Exponential, Gamma, Gumbel, Laplace, Pareto, Uniform), Normal),
    (_cross_exponential, (Beta, ContinuousBernoulli, Gamma, Pareto, Uniform), Exponential),
    (_cross_gamma, (Beta, Exponential, Pareto, Uniform), Gamma),
    (_cross_gumbel, (Exponential, Gamma, Normal, Uniform), Gumbel),
    (_cross_continuous_bernoulli, (Beta, Uniform), ContinuousBernoulli),
    (_cross_uniform_of_unit, (Beta, ContinuousBernoulli), Uniform),
    (_cross_laplace_of_normal, (Normal,), Laplace),
    (_cross_beta_of_uniform, (Uniform,), Beta),
    (_cross_pareto_of_uniform, (Uniform,), Pareto),
    (_cross_poisson_of_bernoulli, (Bernoulli,), Poisson),
)
# Where a uniform p reaches beyond what q has a density on.
ENDS = {
    Exponential: (0.0, math.inf),
    Gamma: (0.0, math.inf),
    Beta: (0.0, 1.0),
    ContinuousBernoulli: (0.0, 1.0),
}
# p reaches where q has no density, whatever their parameters.
INFINITE: tuple[tuple[tuple[type, ...], tuple[type, ...]], ...] = (
    ((Beta, ContinuousBernoulli), (Pareto,)),
    ((Exponential, Gamma, Gumbel, Laplace, Normal), (Beta, ContinuousBernoulli, Pareto, Uniform)),
    ((Gumbel, Laplace, Normal), (Exponential, Gamma)),
    ((Pareto,), (Beta, ContinuousBernoulli, Uniform)),
    ((Poisson,), (Bernoulli, Binomial)),
)


def _register_cross(cross: Formula, type_p: type, type_q: type) -> None:
    ends = ENDS.get(type_q) if type_p is Uniform else None

    @register_kl(type_p, type_q)
    def divergence(p: Any, q: Any) -> Any:
        result = -p.entropy() + cross(p, q)
        return result if ends is None else torch.where(_leaves(p, *ends), math.inf, result)


def _infinite(p: Any, q: Any) -> Any:
    shape = torch.broadcast_shapes(p.batch_shape, q.batch_shape)
    like = p.mean
    return torch.full(shape, math.inf, dtype=like.dtype, device=like.device)


for _cross, _types, _type_q in CROSS_ENTROPIES:
    for _type_p in _types:
        _register_cross(_cross, _type_p, _type_q)
for _types, _type_qs in INFINITE:
    for _type_p in _types:
        for _type_q in _type_qs:
            register_kl(_type_p, _type_q)(_infinite)
