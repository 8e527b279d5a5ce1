"""Probability distributions: draws, densities, entropies, divergences, and transforms between constrained spaces.

Draws are PyTorch's for the same seed on the CPU. `has_rsample` says which have gradients by their parameters.

>>> import vibetensor.torch as torch
>>> from vibetensor.torch.distributions import Normal, kl_divergence
>>> loc = torch.zeros(2, requires_grad=True)
>>> Normal(loc, 1.0).rsample((3,)).sum().backward()
>>> loc.grad
tensor([3., 3.])
"""

from vibetensor.torch._not_there import module_getattr
from vibetensor.torch.distributions import constraints, transforms
from vibetensor.torch.distributions.bernoulli import Bernoulli
from vibetensor.torch.distributions.beta import Beta
from vibetensor.torch.distributions.binomial import Binomial
from vibetensor.torch.distributions.categorical import Categorical
from vibetensor.torch.distributions.cauchy import Cauchy
from vibetensor.torch.distributions.chi2 import Chi2
from vibetensor.torch.distributions.constraint_registry import biject_to, transform_to
from vibetensor.torch.distributions.continuous_bernoulli import ContinuousBernoulli
from vibetensor.torch.distributions.dirichlet import Dirichlet
from vibetensor.torch.distributions.distribution import Distribution
from vibetensor.torch.distributions.exp_family import ExponentialFamily
from vibetensor.torch.distributions.exponential import Exponential
from vibetensor.torch.distributions.fishersnedecor import FisherSnedecor
from vibetensor.torch.distributions.gamma import Gamma
from vibetensor.torch.distributions.generalized_pareto import GeneralizedPareto
from vibetensor.torch.distributions.geometric import Geometric
from vibetensor.torch.distributions.gumbel import Gumbel
from vibetensor.torch.distributions.half_cauchy import HalfCauchy
from vibetensor.torch.distributions.half_normal import HalfNormal
from vibetensor.torch.distributions.independent import Independent
from vibetensor.torch.distributions.inverse_gamma import InverseGamma
from vibetensor.torch.distributions.kl import kl_divergence, register_kl
from vibetensor.torch.distributions.kumaraswamy import Kumaraswamy
from vibetensor.torch.distributions.laplace import Laplace
from vibetensor.torch.distributions.lkj_cholesky import LKJCholesky
from vibetensor.torch.distributions.log_normal import LogNormal
from vibetensor.torch.distributions.logistic_normal import LogisticNormal
from vibetensor.torch.distributions.lowrank_multivariate_normal import LowRankMultivariateNormal
from vibetensor.torch.distributions.mixture_same_family import MixtureSameFamily
from vibetensor.torch.distributions.multinomial import Multinomial
from vibetensor.torch.distributions.multivariate_normal import MultivariateNormal
from vibetensor.torch.distributions.negative_binomial import NegativeBinomial
from vibetensor.torch.distributions.normal import Normal
from vibetensor.torch.distributions.one_hot_categorical import OneHotCategorical, OneHotCategoricalStraightThrough
from vibetensor.torch.distributions.pareto import Pareto
from vibetensor.torch.distributions.poisson import Poisson
from vibetensor.torch.distributions.relaxed_bernoulli import RelaxedBernoulli
from vibetensor.torch.distributions.relaxed_categorical import RelaxedOneHotCategorical
from vibetensor.torch.distributions.studentT import StudentT
from vibetensor.torch.distributions.transformed_distribution import TransformedDistribution
from vibetensor.torch.distributions.transforms import *  # noqa: F403
from vibetensor.torch.distributions.uniform import Uniform
from vibetensor.torch.distributions.von_mises import VonMises
from vibetensor.torch.distributions.weibull import Weibull
from vibetensor.torch.distributions.wishart import Wishart

__all__ = [
    "Bernoulli",
    "Beta",
    "Binomial",
    "Categorical",
    "Cauchy",
    "Chi2",
    "ContinuousBernoulli",
    "Dirichlet",
    "Distribution",
    "Exponential",
    "ExponentialFamily",
    "FisherSnedecor",
    "Gamma",
    "GeneralizedPareto",
    "Geometric",
    "Gumbel",
    "HalfCauchy",
    "HalfNormal",
    "Independent",
    "InverseGamma",
    "Kumaraswamy",
    "LKJCholesky",
    "Laplace",
    "LogNormal",
    "LogisticNormal",
    "LowRankMultivariateNormal",
    "MixtureSameFamily",
    "Multinomial",
    "MultivariateNormal",
    "NegativeBinomial",
    "Normal",
    "OneHotCategorical",
    "OneHotCategoricalStraightThrough",
    "Pareto",
    "Poisson",
    "RelaxedBernoulli",
    "RelaxedOneHotCategorical",
    "StudentT",
    "TransformedDistribution",
    "Uniform",
    "VonMises",
    "Weibull",
    "Wishart",
    "biject_to",
    "constraints",
    "kl_divergence",
    "register_kl",
    "transform_to",
    "transforms",
]
__all__ += transforms.__all__
__getattr__ = module_getattr(__name__)
