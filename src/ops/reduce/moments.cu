// var and std on CUDA, in one pass over the elements and in double, as on the CPU: squares of what float32 holds leave
// its range. The GPUs that kernels are compiled for do half or a quarter as many operations in double as in float,
// which stays below what memory delivers.
#include "ops/reduce/moments_cuda.h"

#include "core/dtype.h"
#include "cuda/stream.h"
#include "iter/cuda_reduce.cuh"
#include "ops/reduce/engine.h"

namespace vt::reduce {
namespace {

// Sums around the first element, which all parts of a result share, so that they combine by addition alone: equal
// elements give 0 exactly, and an offset that all have in common costs no digits. What taking the mean out of the
// squares cancels is bounded, since (first - mean)^2 is one of the count terms of their sum around the mean.
template <typename T, bool Root>
struct VarianceOp {
  struct Acc {
    double around, sum, squares;
  };
  static constexpr bool kOrdered = false;
  T* out;
  double count, divisor;

  static __device__ double widen(T element) { return static_cast<double>(static_cast<opmath_t<T>>(element)); }
  __device__ Acc identity() const { return {0, 0, 0}; }
  __device__ Acc start(T first) const { return {widen(first), 0, 0}; }
  __device__ Acc reduce(Acc a, T element, int64_t) const {
    const double distance = widen(element) - a.around;
    return {a.around, a.sum + distance, a.squares + distance * distance};
  }
  __device__ Acc combine(Acc a, Acc b) const { return {a.around, a.sum + b.sum, a.squares + b.squares}; }
  __device__ void write(int64_t i, Acc a) const {
    double squares = a.squares;
    if (count > 0) squares -= a.sum * (a.sum / count);
    if (squares < 0) squares = 0;  // a NaN stays
    const double variance = squares / divisor;
    out[i] = static_cast<T>(static_cast<opmath_t<T>>(Root ? sqrt(variance) : variance));
  }
};

}  // namespace

Tensor variance_cuda(bool root, const Tensor& self, const DimVec& dims, double divisor) {
  const Tensor out = empty(reduced_sizes(self, dims, true), self.dtype(), self.device());
  const auto stream = cuda::current_stream(self.device().index);
  double count = 1;
  for (const int64_t d : dims) count *= static_cast<double>(self.sizes()[d]);
  visit_dtype<kFloatingSet>(self.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    auto launch = [&](const auto& op) {
      cuda::launch_reduce<T>(root ? "std" : "var", stream, self, dims, op, out.storage().get());
    };
    if (root) {
      launch(VarianceOp<T, true>{out.data<T>(), count, divisor});
    } else {
      launch(VarianceOp<T, false>{out.data<T>(), count, divisor});
    }
  });
  return out;
}

}  // namespace vt::reduce
