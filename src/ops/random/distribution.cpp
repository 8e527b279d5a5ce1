#include "ops/random/distribution.h"

#include "cpu/random/fill.h"
#include "ops/random/memory_order.h"
#include "ops/typed/view.h"

namespace vt::random {

constinit BackendTable<void(const Tensor&, const Tensor&, Generator*, const Distribution&)> fill_drawn{"random"};
constinit BackendTable<void(const Tensor&, const Tensor&, Generator*)> fill_bernoulli{"bernoulli_"};

namespace {

using Kind = Distribution::Kind;

void draw_cpu(const Tensor& dense, const Tensor& self, Generator* generator, const Distribution& d) {
  CpuGenerator& g = cpu_generator_or_default(generator);
  const std::lock_guard lock(g.mutex());
  const DType dtype = dense.dtype();
  void* out = dense.data();
  const int64_t n = dense.numel();
  // Normals of 16 and more contiguous elements come by the block, others one by one: different streams.
  constexpr int64_t kBlock = 16;
  switch (d.kind) {
    case Kind::Uniform: return cpu::fill_uniform(g, dtype, out, n, d.a, d.b);
    case Kind::Normal:
      return self.is_contiguous() && n >= kBlock ? cpu::fill_normal_blocks(g, dtype, out, n, d.a, d.b)
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

void bernoulli_cpu(const Tensor& dense, const Tensor& p, Generator* generator) {
  CpuGenerator& g = cpu_generator_or_default(generator);
  const std::lock_guard lock(g.mutex());
  cpu::fill_bernoulli(g, dense.dtype(), dense.data(), dense.numel(), p.dtype(), p.data());
}

}  // namespace

Tensor draw(const Tensor& self, Generator* generator, const Distribution& distribution) {
  const Tensor dense = begin_fill(self);
  fill_drawn(self.device(), dense, self, generator, distribution);
  end_fill(self, dense);
  return self;
}

Tensor draw_bernoulli(const Tensor& self, const Tensor& p, Generator* generator) {
  const Tensor dense = begin_fill(self);
  fill_bernoulli(self.device(), dense, packed(ops::expand(p, self.sizes()), dense.strides()), generator);
  end_fill(self, dense);
  return self;
}

void register_distributions() {
  fill_drawn.cpu(draw_cpu).cuda(draw_cuda);
  fill_bernoulli.cpu(bernoulli_cpu).cuda(bernoulli_cuda);
}

}  // namespace vt::random
