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

template <typename T, bool Root>
struct VarianceOp {
  // Sums around the first element that a thread meets, or after a combination around the mean: there equal elements
  // give 0 exactly, and an offset that all have in common costs no digits.
  struct Acc {
    double around, sum, squares;
    int64_t count;

    // Makes `around` the mean.
    __device__ void centre() {
      const double shift = sum / static_cast<double>(count);
      const double left = squares - sum * shift;
      squares = left < 0 ? 0 : left;  // a NaN stays
      around += shift;
      sum = 0;
    }
  };
  static constexpr bool kOrdered = false;
  T* out;
  double divisor;

  __device__ Acc identity() const { return {0, 0, 0, 0}; }
  __device__ Acc reduce(Acc a, T element, int64_t) const {
    const auto x = static_cast<double>(static_cast<opmath_t<T>>(element));
    if (a.count == 0) a.around = x;
    const double distance = x - a.around;
    a.sum += distance;
    a.squares += distance * distance;
    a.count += 1;
    return a;
  }
  __device__ Acc combine(Acc a, Acc b) const {
    if (b.count == 0) return a;
    if (a.count == 0) return b;
    a.centre();
    b.centre();
    const auto count = static_cast<double>(a.count), other = static_cast<double>(b.count);
    const double distance = b.around - a.around, share = other / (count + other);
    return {a.around + distance * share, 0, a.squares + b.squares + distance * distance * count * share,
            a.count + b.count};
  }
  __device__ void write(int64_t i, Acc a) const {
    if (a.count > 0) a.centre();
    const double variance = a.squares / divisor;
    out[i] = static_cast<T>(static_cast<opmath_t<T>>(Root ? sqrt(variance) : variance));
  }
};

}  // namespace

Tensor variance_cuda(bool root, const Tensor& self, const DimVec& dims, double divisor) {
  const Tensor out = empty(reduced_sizes(self, dims, true), self.dtype(), self.device());
  const auto stream = cuda::current_stream(self.device().index);
  visit_dtype<kFloatingSet>(self.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    auto launch = [&](const auto& op) {
      cuda::launch_reduce<T>(root ? "std" : "var", stream, self, dims, op, out.storage().get());
    };
    if (root) {
      launch(VarianceOp<T, true>{out.data<T>(), divisor});
    } else {
      launch(VarianceOp<T, false>{out.data<T>(), divisor});
    }
  });
  return out;
}

}  // namespace vt::reduce
