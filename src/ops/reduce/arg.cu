// The extreme elements along a dim and their places, on CUDA.
#include "core/math.h"
#include "cuda/stream.h"
#include "dispatch/registry.h"
#include "iter/cuda_reduce.cuh"
#include "ops/reduce/extrema.h"
#include "ops/reduce/scan.h"

namespace vt::reduce {
namespace {

template <class In, bool largest>
struct ArgReducer {
  using Value = opmath_t<In>;
  struct Acc {
    Value value;
    int64_t index;  // -1: nothing yet
  };
  static constexpr bool kOrdered = true;
  In* values;
  int64_t* indices;

  __device__ Acc identity() const { return {Value(0), -1}; }
  __device__ Acc reduce(Acc a, In x, int64_t index) const { return combine(a, {static_cast<Value>(x), index}); }
  __device__ Acc combine(Acc a, Acc b) const {
    if (b.index < 0) return a;
    if (a.index < 0) return b;
    const bool a_nan = m::isnan(a.value), b_nan = m::isnan(b.value);
    if (a_nan != b_nan) return a_nan ? a : b;
    if (a_nan || a.value == b.value) return a.index < b.index ? a : b;
    return (largest ? a.value > b.value : a.value < b.value) ? a : b;
  }
  __device__ void write(int64_t i, Acc a) const {
    if (values) values[i] = static_cast<In>(a.value);
    indices[i] = a.index;
  }
};

}  // namespace

void arg_reduce_cuda(bool largest, const Tensor& self, int64_t dim, const Tensor& values, const Tensor& indices) {
  if (indices.numel() == 0) return;
  const auto stream = cuda::current_stream(self.device().index);
  const DimVec dims = self.dim() ? DimVec{dim} : DimVec{};
  visit_dtype<kRealSet>(self.dtype(), [&](auto tag) {
    using In = typename decltype(tag)::type;
    auto* v = values.defined() ? static_cast<In*>(values.data()) : nullptr;
    const StorageImpl* second = values.defined() ? values.storage().get() : nullptr;
    if (largest) {
      cuda::launch_reduce<In>("max", stream, self, dims, ArgReducer<In, true>{v, indices.data<int64_t>()},
                              indices.storage().get(), second);
    } else {
      cuda::launch_reduce<In>("min", stream, self, dims, ArgReducer<In, false>{v, indices.data<int64_t>()},
                              indices.storage().get(), second);
    }
  });
}

}  // namespace vt::reduce

namespace vt {

void register_reduce_cuda(Registry&) {
  reduce::arg_reduce.cuda(reduce::arg_reduce_cuda);
  reduce::scan_along.cuda(reduce::scan_cuda);
}

}  // namespace vt
