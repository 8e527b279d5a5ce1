#include "ops/random/distribution.h"

#include "cpu/random/fill.h"
#include "ops/random/memory_order.h"
#include "ops/view/view.h"

namespace vt::random {

namespace {

using Kind = Distribution::Kind;

void draw_cpu(CpuGenerator& g, DType dtype, void* out, int64_t n, bool contiguous, const Distribution& d) {
  // Normals of 16 and more contiguous elements come by the block, others one by one: different streams.
  constexpr int64_t kBlock = 16;
  switch (d.kind) {
    case Kind::Uniform: return cpu::fill_uniform(g, dtype, out, n, d.a, d.b);
    case Kind::Normal:
      return contiguous && n >= kBlock ? cpu::fill_normal_blocks(g, dtype, out, n, d.a, d.b)
                                       : cpu::fill_normal(g, dtype, out, n, d.a, d.b);
    case Kind::LogNormal: return cpu::fill_log_normal(g, dtype, out, n, d.a, d.b);
    case Kind::Exponential: return cpu::fill_exponential(g, dtype, out, n, d.a);
    case Kind::Cauchy: return cpu::fill_cauchy(g, dtype, out, n, d.a, d.b);
    case Kind::Geometric: return cpu::fill_geometric(g, dtype, out, n, d.a);
    case Kind::Bernoulli: return cpu::fill_bernoulli(g, dtype, out, n, d.a);
    case Kind::Integers: return cpu::fill_integers(g, dtype, out, n, d.range, d.base);
    case Kind::Int64Range: return cpu::fill_int64_range(g, dtype, out, n);
    case Kind::Random: return cpu::fill_random(g, dtype, out, n);
  }
}

}  // namespace

Tensor draw(const Tensor& self, Generator* generator, const Distribution& distribution) {
  const Tensor dense = begin_fill(self);
  if (self.is_cpu()) {
    CpuGenerator& g = cpu_generator_or_default(generator);
    std::lock_guard lock(g.mutex());
    draw_cpu(g, dense.dtype(), dense.data(), dense.numel(), self.is_contiguous(), distribution);
  } else {
    draw_cuda(dense, cuda_generator_or_default(generator, self.device().index), distribution);
  }
  end_fill(self, dense);
  return self;
}

Tensor draw_bernoulli(const Tensor& self, const Tensor& p, Generator* generator) {
  const Tensor dense = begin_fill(self);
  const Tensor probabilities = packed(ops::expand(p, self.sizes()), dense.strides());
  if (self.is_cpu()) {
    CpuGenerator& g = cpu_generator_or_default(generator);
    std::lock_guard lock(g.mutex());
    cpu::fill_bernoulli(g, dense.dtype(), dense.data(), dense.numel(), p.dtype(), probabilities.data());
  } else {
    bernoulli_cuda(dense, probabilities, cuda_generator_or_default(generator, self.device().index));
  }
  end_fill(self, dense);
  return self;
}

}  // namespace vt::random
