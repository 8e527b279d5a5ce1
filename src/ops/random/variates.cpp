// Numbers by rejection with parameters per element: gamma, Dirichlet and binomial.
#include <algorithm>
#include <limits>

#include "cpu/random/fill.h"
#include "cpu/random/words.h"
#include "ops/copy/copy.h"
#include "ops/random/memory_order.h"
#include "ops/random/random.h"
#include "ops/random/rejection.h"
#include "ops/tensor_operators.h"
#include "ops/typed/copy.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/random.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt::random {

namespace {

struct EngineSource {
  CpuGenerator& generator;
  double unit() { return cpu::unit_double(generator.engine().next64()); }
  double normal() {
    double value;
    cpu::fill_normal(generator, DType::float64, &value, 1, 0, 1);
    return value;
  }
};

// The smallest number that a gamma variate is given as, so that its logarithm is finite.
template <class T>
T at_least_tiny(double value) {
  return std::max(std::numeric_limits<T>::min(), static_cast<T>(value));
}

void check_wide(const Tensor& t) {
  VT_CHECK(t.dtype() == DType::float32 || t.dtype() == DType::float64, NotImplemented,
           "expected float32 or float64, got ", t);
}

TensorSpec same_meta(const Tensor& self, Generator*&) {
  check_wide(self);
  return {DimVec(self.sizes()), self.dtype(), self.device(), {}};
}

void standard_gamma_cpu(const Tensor& self, Generator* generator, Tensor& out) {
  if (out.numel() == 0) return;
  CpuGenerator& g = cpu_generator_or_default(generator);
  const Tensor shapes = packed(self, out.strides());
  const std::lock_guard lock(g.mutex());
  EngineSource source{g};
  visit_dtype<kFloatSet>(out.dtype(), [&]<class T>(TypeTag<T>) {
    const T* shape = static_cast<const T*>(shapes.data());
    T* to = out.data<T>();
    for (int64_t i = 0; i < out.numel(); ++i) to[i] = at_least_tiny<T>(gamma_variate(source, shape[i]));
  });
}

void standard_gamma_backward(GradContext& ctx) {
  ctx.set(0, ctx.grad() * ops::_standard_gamma_grad(ctx.saved(0), ctx.saved_result()));
}

// Additions in the order of PyTorch's reduction of one row (four vectors of four, then what is left), so that float64
// draws end in the same bits. Rows of more than 256 may differ in the last one.
double row_sum(const double* row, int64_t n) {
  constexpr int64_t kLanes = 4, kVectors = 4;
  double total = 0;
  if (n < kLanes) {
    for (int64_t i = 0; i < n; ++i) total += row[i];
    return total;
  }
  double sums[kVectors][kLanes] = {};
  const int64_t vectors = n / kLanes, whole = vectors / kVectors * kVectors;
  for (int64_t v = 0; v < vectors; ++v) {
    double* into = sums[v < whole ? v % kVectors : 0];
    for (int64_t i = 0; i < kLanes; ++i) into[i] += row[v * kLanes + i];
  }
  for (int64_t v = 1; v < kVectors; ++v) {
    for (int64_t i = 0; i < kLanes; ++i) sums[0][i] += sums[v][i];
  }
  for (int64_t i = vectors * kLanes; i < n; ++i) total += row[i];
  for (const double lane : sums[0]) total += lane;
  return total;
}

void sample_dirichlet_cpu(const Tensor& self, Generator* generator, Tensor& out) {
  if (out.numel() == 0) return;
  CpuGenerator& g = cpu_generator_or_default(generator);
  const Tensor shapes = packed(self, out.strides());
  const int64_t categories = self.dim() == 0 ? 1 : self.size(-1);
  std::vector<double> gammas(out.numel());
  visit_dtype<kFloatSet>(out.dtype(), [&]<class T>(TypeTag<T>) {
    const T* shape = static_cast<const T*>(shapes.data());
    {
      const std::lock_guard lock(g.mutex());
      EngineSource source{g};
      for (size_t i = 0; i < gammas.size(); ++i) {
        gammas[i] = at_least_tiny<double>(gamma_variate(source, static_cast<double>(shape[i])));
      }
    }
    // Inside the open interval, where the log density is finite.
    const T most = std::nextafter(T(1), T(0));
    T* to = out.data<T>();
    for (int64_t row = 0; row < out.numel(); row += categories) {
      const double sum = row_sum(gammas.data() + row, categories);
      for (int64_t i = row; i < row + categories; ++i) to[i] = std::min(most, at_least_tiny<T>(gammas[i] / sum));
    }
  });
}

// On CUDA, from gamma numbers by other ops.
void sample_dirichlet_cuda(const Tensor& self, Generator* generator, Tensor& out) {
  if (out.numel() == 0) return;
  const Tensor gammas = ops::_standard_gamma(ops::as_dtype(self, DType::float64), generator);
  const Tensor shares = ops::as_dtype(gammas / ops::sum(gammas, DimVec{-1}, true), out.dtype());
  const bool wide = out.dtype() == DType::float64;
  const double least = wide ? std::numeric_limits<double>::min() : std::numeric_limits<float>::min();
  const double most = wide ? std::nextafter(1.0, 0.0) : std::nextafter(1.0f, 0.0f);
  ops::copy_(out, ops::clamp(shares, Scalar(least), Scalar(most)));
}

// One share moves by _dirichlet_grad (1 - x) for its concentration, the others make room in proportion.
void sample_dirichlet_backward(GradContext& ctx) {
  const Tensor concentration = ctx.saved(0), x = ctx.saved_result();
  const DimVec last{-1};
  const Tensor total = ops::expand(ops::sum(concentration, last, true), concentration.sizes());
  const Tensor mean = ops::sum(x * ctx.grad(), last, true);
  ctx.set(0, ops::_dirichlet_grad(x, concentration, total) * (ctx.grad() - mean));
}

TensorSpec binomial_meta(const Tensor& count, const Tensor& prob, Generator*&) {
  for (const Tensor* t : {&count, &prob}) {
    VT_CHECK(is_floating(t->dtype()), Value, "expected a floating-point dtype, got ", *t);
    check_wide(*t);
  }
  VT_CHECK(count.dtype() == prob.dtype(), Runtime, "expected count and prob of one dtype, got ", count.dtype(), " and ",
           prob.dtype());
  return {broadcast_sizes(count.sizes(), prob.sizes()), count.dtype(), count.device(), {}};
}

void binomial_cpu(const Tensor& count, const Tensor& prob, Generator* generator, Tensor& out) {
  if (out.numel() == 0) return;
  CpuGenerator& g = cpu_generator_or_default(generator);
  const Tensor counts = packed(ops::expand(count, out.sizes()), out.strides());
  const Tensor probs = packed(ops::expand(prob, out.sizes()), out.strides());
  const std::lock_guard lock(g.mutex());
  EngineSource source{g};
  visit_dtype<kFloatSet>(out.dtype(), [&]<class T>(TypeTag<T>) {
    const T* n = static_cast<const T*>(counts.data());
    const T* p = static_cast<const T*>(probs.data());
    T* to = out.data<T>();
    for (int64_t i = 0; i < out.numel(); ++i) to[i] = binomial_variate(source, n[i], p[i]);
  });
}

void zero_gradients(GradContext& ctx) {
  set_zero_gradient(ctx, 0);
  set_zero_gradient(ctx, 1);
}

}  // namespace

void register_variates(Registry& r) {
  r.def("_standard_gamma(Tensor self, Generator? generator=None) -> Tensor")
      .meta(same_meta)
      .cpu(standard_gamma_cpu)
      .random()
      .out(false)
      .function_only()
      .backward(keep::self | keep::result, standard_gamma_backward);
  r.def("_sample_dirichlet(Tensor self, Generator? generator=None) -> Tensor")
      .meta(same_meta)
      .cpu(sample_dirichlet_cpu)
      .cuda(sample_dirichlet_cuda)
      .random()
      .out(false)
      .function_only()
      .backward(keep::self | keep::result, sample_dirichlet_backward);
  r.def("binomial(Tensor count, Tensor prob, Generator? generator=None) -> Tensor")
      .meta(binomial_meta)
      .cpu(binomial_cpu)
      .random()
      .out(false)
      .function_only()
      .backward(keep::none, zero_gradients);
}

}  // namespace vt::random
