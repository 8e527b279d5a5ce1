// Gamma and binomial numbers on CUDA: one thread an element, which rejects on its own Philox blocks.
#include "ops/random/element_units.cuh"
#include "ops/random/fill.cuh"
#include "ops/random/memory_order.h"
#include "ops/random/random.h"
#include "ops/random/rejection.h"
#include "ops/typed/view.h"

namespace vt::random {

namespace {

constexpr int kThreads = 256;

template <class T>
struct Gamma {
  const T* shape;
  __device__ T operator()(ElementSource& source, int64_t i) const {
    const T drawn = static_cast<T>(gamma_variate(source, shape[i]));
    constexpr T kTiny = std::numeric_limits<T>::min();
    return drawn > kTiny ? drawn : kTiny;
  }
};

template <class T>
struct Binomial {
  const T* count;
  const T* p;
  __device__ T operator()(ElementSource& source, int64_t i) const { return binomial_variate(source, count[i], p[i]); }
};

template <class T, class Draw>
__global__ void __launch_bounds__(kThreads) draw_kernel(T* out, int64_t n, PhiloxPosition position, Draw draw) {
  const cuda::PhiloxReader reader(position);
  const int64_t step = static_cast<int64_t>(gridDim.x) * kThreads;
  for (int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x; i < n; i += step) {
    ElementUnits units{reader, static_cast<uint64_t>(i)};
    ElementSource source{units};
    out[i] = draw(source, i);
  }
}

template <class Draw>
void launch_draw(const char* op, Generator* generator, Tensor& out, std::initializer_list<const StorageImpl*> storages,
                 const Draw& draw) {
  using T = decltype(draw(std::declval<ElementSource&>(), 0));
  const int device = out.device().index;
  CudaGenerator& g = cuda_generator_or_default(generator, device);
  PhiloxPosition position;
  {
    std::lock_guard lock(g.mutex());
    position = g.take(4 * ElementUnits::kMostBlocks);
  }
  const cuda::LaunchConfig config{op, cuda::current_stream(device),
                                  dim3(cuda::blocks_for(out.numel(), kThreads, cuda::kMostFillBlocks)), dim3(kThreads)};
  cuda::launch(config, storages, draw_kernel<T, Draw>, out.data<T>(), out.numel(), position, draw);
}

void standard_gamma_cuda(const Tensor& self, Generator* generator, Tensor& out) {
  if (out.numel() == 0) return;
  const Tensor shapes = packed(self, out.strides());
  visit_dtype<kFloatSet>(out.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    launch_draw("_standard_gamma", generator, out, {shapes.storage().get(), out.storage().get()},
                Gamma<T>{static_cast<const T*>(shapes.data())});
  });
}

void binomial_cuda(const Tensor& count, const Tensor& prob, Generator* generator, Tensor& out) {
  if (out.numel() == 0) return;
  const Tensor counts = packed(ops::expand(count, out.sizes()), out.strides());
  const Tensor probs = packed(ops::expand(prob, out.sizes()), out.strides());
  visit_dtype<kFloatSet>(out.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    launch_draw("binomial", generator, out, {counts.storage().get(), probs.storage().get(), out.storage().get()},
                Binomial<T>{static_cast<const T*>(counts.data()), static_cast<const T*>(probs.data())});
  });
}

}  // namespace
}  // namespace vt::random

void vt::register_variates_cuda(Registry& r) {
  r.at("_standard_gamma").cuda(random::standard_gamma_cuda);
  r.at("binomial").cuda(random::binomial_cuda);
}
