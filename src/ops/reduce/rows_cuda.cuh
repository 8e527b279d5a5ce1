// Compiles the rows of the .def file that follows into CUDA kernels: include this in a .cu, then the table.
// Accumulators are float for the 16-bit floats and float32, else the type itself; the order of combination is fixed.
#pragma once

#include "core/math.h"
#include "core/unsigned.h"
#include "cuda/stream.h"
#include "iter/cuda_reduce.cuh"
#include "iter/cuda_stored.cuh"
#include "ops/reduce/fold.h"

namespace vt::reduce {
namespace {

template <template <class> class RowOf, class In>
struct Reducer {
  using R = RowOf<opmath_t<In>>;
  using Fold = typename R::Fold;
  using Acc = typename R::Acc;
  static constexpr bool kOrdered = false;
  char* out;
  DType out_dtype;
  int64_t out_item;
  double count;
  double p;

  __device__ Acc identity() const { return Fold::template identity<Acc>(); }
  __device__ Acc reduce(Acc acc, In x, int64_t) const {
    return Fold::template combine<Acc>(acc, Acc(R::map(static_cast<opmath_t<In>>(x), p)));
  }
  __device__ Acc combine(Acc a, Acc b) const { return Fold::template combine<Acc>(a, b); }
  __device__ void write(int64_t i, Acc acc) const {
    using Out = typename R::Out;
    cuda::store_converted<Out>(out + i * out_item, out_dtype, R::finish(acc, count, p));
  }
};

template <template <class> class RowOf, DTypeRule r>
void run(const char* name, const Tensor& in, IntSpan dims, const Tensor& out, double p) {
  if (out.numel() == 0) return;
  const auto stream = cuda::current_stream(in.device().index);
  constexpr unsigned kIntegers = (r.domain & (kBoolSet | kIntegralSet)) != 0 ? 1u : 0u;
  auto launch = [&](auto tag) {
    using In = typename decltype(tag)::type;
    const Reducer<RowOf, In> op{static_cast<char*>(out.data()), bits_dtype(out.dtype()),
                                static_cast<int64_t>(size_of(out.dtype())),
                                static_cast<double>(in.numel()) / static_cast<double>(out.numel()), p};
    cuda::launch_reduce<In>(name, stream, in, dims, op, out.storage().get());
  };
  if constexpr (kIntegers) {
    if (in.dtype() == DType::int64) return launch(TypeTag<int64_t>{});
  }
  visit_dtype<r.domain & kFloatingOrComplexSet>(in.dtype(), launch);
}

}  // namespace

}  // namespace vt::reduce

#define VT_REDUCE(id, rule_, fold, map_, finish_)                               \
  namespace vt::reduce {                                                        \
  namespace {                                                                   \
  VT_REDUCE_STRUCT(id, rule_, fold, map_, finish_)                              \
  }                                                                             \
  void id##_cuda(const Tensor& in, IntSpan dims, const Tensor& out, double p) { \
    run<id##_row, rule::rule_>(#id, in, dims, out, p);                          \
  }                                                                             \
  }
