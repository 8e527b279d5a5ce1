// Covariances and correlations of variables (rows) by their observations (columns).
#include "core/dtype.h"
#include "core/waiting_memory.h"
#include "dispatch/registry.h"
#include "ops/copy/copy.h"
#include "ops/copy/value_range.h"
#include "ops/factory/factory.h"
#include "ops/tensor_operators.h"
#include "ops/typed/copy.h"
#include "ops/typed/factory.h"
#include "ops/typed/linalg.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

void check_weights(const Tensor& weights, const char* name, bool right_dtype, const char* wanted,
                   int64_t observations) {
  VT_CHECK(weights.dim() <= 1, Runtime, "cov(): expected ", name, " to have one or fewer dimensions but got ", name,
           " with ", weights.dim(), " dimensions");
  VT_CHECK(right_dtype, Runtime, "cov(): expected ", name, " to have ", wanted, " dtype but got ", name, " with ",
           weights.dtype(), " dtype");
  VT_CHECK(weights.numel() == observations, Runtime, "cov(): expected ", name, " to have the same numel as there are ",
           "observations in the input but got ", weights.numel(), " != ", observations);
  const bool are_read = weights.numel() > 0 && has_values(weights);
  VT_CHECK(!are_read || value_range(weights)[0].to_double() >= 0, Runtime, "cov(): ", name, " cannot be negative");
}

Tensor cov(const Tensor& self, int64_t correction, const Tensor& fweights, const Tensor& aweights) {
  VT_CHECK(self.dim() <= 2, Runtime, "cov(): expected input to have two or fewer dimensions but got an input with ",
           self.dim(), " dimensions");
  VT_CHECK(self.dtype() != DType::bool_, Runtime, "cov(): bool dtype is not supported for input");
  const Tensor rows = self.dim() < 2 ? ops::reshape(self, DimVec{1, -1}) : self;
  const int64_t observations = rows.size(1);
  Tensor weights;
  if (fweights.defined()) {
    check_weights(fweights, "fweights", is_integral(fweights.dtype()), "integral", observations);
    weights = fweights;
  }
  if (aweights.defined()) {
    check_weights(aweights, "aweights", is_floating(aweights.dtype()), "floating point", observations);
    weights = weights.defined() ? weights * aweights : aweights;
  }
  auto weighted = [&](const Tensor& t) { return weights.defined() ? t * weights : t; };
  const Tensor total =
      weights.defined() ? ops::sum(weights) : ops::filled({}, Scalar(observations), DType::int64, self.device());
  const Tensor means = ops::sum(weighted(rows), DimVec{1}) / total;
  Tensor freedom;  // what the products are divided by
  if (aweights.defined() && correction != 0) {
    freedom = total - Scalar(correction) * ops::sum(weights * aweights) / total;
  } else {
    freedom = total - Scalar(correction);
  }
  const Tensor centred = rows - ops::unsqueeze(means, 1);
  const Tensor products = ops::mm(centred, ops::conj(ops::t(weighted(centred))));
  return ops::squeeze(products / ops::clamp_min(freedom, Scalar(0)));
}

Tensor corrcoef(const Tensor& self) {
  VT_CHECK(self.dim() <= 2, Runtime,
           "corrcoef(): expected input to have two or fewer dimensions but got an input with ", self.dim(),
           " dimensions");
  const Tensor c = cov(self, 1, {}, {});
  if (c.dim() == 0) return c / c;
  const Tensor diagonal = ops::diagonal(c);
  const Tensor spread = ops::sqrt(is_complex(c.dtype()) ? ops::real(diagonal) : diagonal);
  const Tensor r = c / ops::unsqueeze(spread, 1) / ops::unsqueeze(spread, 0);
  if (is_complex(r.dtype())) {
    return ops::complex(ops::clamp(ops::real(r), Scalar(-1), Scalar(1)),
                        ops::clamp(ops::imag(r), Scalar(-1), Scalar(1)));
  }
  return ops::clamp(r, Scalar(-1), Scalar(1));
}

}  // namespace

void register_covariance(Registry& r) {
  r.def("cov(Tensor self, *, int correction=1, Tensor? fweights=None, Tensor? aweights=None) -> Tensor")
      .composite(cov)
      .doc(
          "Covariances of variables (rows) by their observations (columns); fweights: how often each was observed, "
          "aweights: how much each counts.");
  r.def("corrcoef(Tensor self) -> Tensor")
      .composite(corrcoef)
      .doc("Pearson's correlations of variables (rows) by their observations (columns).");
}

}  // namespace vt
