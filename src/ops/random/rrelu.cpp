// rrelu: leaky_relu with slopes that are drawn while training.
#include <cmath>
#include <mutex>

#include "cpu/random/fill.h"
#include "ops/copy/kernels.h"
#include "ops/random/random.h"
#include "ops/tensor_operators.h"
#include "ops/typed/copy.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/random.h"

namespace vt::random {

namespace {

TensorSpec rrelu_slopes_meta(const Tensor& self, double& lower, double& upper, Generator*&) {
  VT_CHECK(is_floating(self.dtype()), NotImplemented, "expected a tensor of a floating-point dtype, got ", self);
  VT_CHECK(lower <= upper, Runtime, "Lower bound should be less than or equal to the upper bound");
  VT_CHECK(std::isfinite(lower) && std::isfinite(upper), Runtime, "expected finite bounds, got ", lower, " and ",
           upper);
  return {DimVec(self.sizes()), self.dtype(), self.device(), {}};
}

// A draw, in double, for each element that is not positive, in order.
void rrelu_slopes_cpu(const Tensor& self, double lower, double upper, Generator* generator, Tensor& out) {
  if (out.numel() == 0) return;
  CpuGenerator& g = cpu_generator_or_default(generator);
  const Tensor dense = contiguous_data(self);
  std::lock_guard lock(g.mutex());
  visit_dtype<kFloatingSet>(self.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* x = dense.data<T>();
    T* slope = out.data<T>();
    for (int64_t i = 0; i < out.numel(); ++i) {
      double drawn = 1;
      if (static_cast<opmath_t<T>>(x[i]) <= 0) cpu::fill_uniform(g, DType::float64, &drawn, 1, lower, upper);
      slope[i] = static_cast<T>(static_cast<opmath_t<T>>(drawn));
    }
  });
}
// A draw for each element.
void rrelu_slopes_cuda(const Tensor& self, double lower, double upper, Generator* generator, Tensor& out) {
  if (out.numel() == 0) return;
  uniform_(out, lower, upper, generator);
  ops::copy_(out, ops::where(self <= Scalar(0), out, wrapped_number(1.0)));
}

struct Slopes {
  double low, high;
};
Slopes slopes_between(const Scalar& lower, const Scalar& upper) {
  const Slopes s{lower.to_double(), upper.to_double()};
  VT_CHECK(!(s.low > s.high), Runtime, "Lower bound should be less than or equal to the upper bound, got ", s.low,
           " and ", s.high);
  return s;
}

Tensor rrelu(const Tensor& self, const Scalar& lower, const Scalar& upper, bool training, Generator* generator) {
  const auto [low, high] = slopes_between(lower, upper);
  if (training) return self * ops::_rrelu_slopes(self, low, high, generator);
  return ops::leaky_relu(self, Scalar((low + high) / 2));
}
Tensor rrelu_(const Tensor& self, const Scalar& lower, const Scalar& upper, bool training, Generator* generator) {
  const auto [low, high] = slopes_between(lower, upper);
  if (training) return ops::mul_(self, ops::_rrelu_slopes(self, low, high, generator));
  return ops::leaky_relu_(self, Scalar((low + high) / 2));
}

}  // namespace

void register_rrelu(Registry& r) {
  r.def("_rrelu_slopes(Tensor self, float lower, float upper, Generator? generator=None) -> Tensor")
      .meta(rrelu_slopes_meta)
      .cpu(rrelu_slopes_cpu)
      .cuda(rrelu_slopes_cuda)
      .random()
      .out(false)
      .internal()
      .not_differentiable();
  r.def(
       "rrelu(Tensor self, Scalar lower=0.125, Scalar upper=0.3333333333333333, bool training=False, Generator? generator=None) -> Tensor")
      .composite(rrelu)
      .random()
      .function_only()
      .doc("self where positive, elsewhere times a slope: drawn from [lower, upper) while training, else their mean.");
  r.def(
       "rrelu_(Tensor(a!) self, Scalar lower=0.125, Scalar upper=0.3333333333333333, bool training=False, Generator? generator=None) -> Tensor(a!)")
      .composite(rrelu_)
      .random()
      .surface(kFunction | kFunctional);
}

}  // namespace vt::random
