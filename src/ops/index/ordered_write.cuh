// Writes by index in an order that is the same in every run.
//
// Note [Ordered writes]
// Kernels that write where an index says race where it says the same place twice: a sum is rounded in another order
// every run, of two stored values another one stays. Where results have to be the same in every run
// (core/determinism.h) such a kernel gets a Write that only notes place and value; the places are sorted, which keeps
// the order of equal ones, and one thread joins what goes to a place, in the order of the index.
#pragma once

#include <bit>

#include "core/determinism.h"
#include "cuda/copy.h"
#include "ops/index/index_cuda.cuh"
#include "ops/sort/radix_sort.h"

namespace vt::cuda {

// A Write of the kernels here is called with the place, the value and the element's number in the index.
template <class T>
struct NoteElement {
  T* base;
  uint64_t* places;
  int32_t* order;
  T* values;
  __device__ void operator()(T* to, T value, int64_t i) const {
    places[i] = static_cast<uint64_t>(to - base);
    order[i] = static_cast<int32_t>(i);
    values[i] = value;
  }
};

// How values for one place are joined; sums are kept in Acc<T> between them.
struct JoinLast {
  template <class T>
  using Acc = T;
  template <class T>
  __device__ T operator()(T, T value) const {
    return value;
  }
};
struct JoinSum {
  template <class T>
  using Acc = opmath_t<T>;
  template <class A>
  __device__ A operator()(A sum, A value) const {
    return sum + value;
  }
};
struct JoinProduct {
  template <class T>
  using Acc = opmath_t<T>;
  template <class A>
  __device__ A operator()(A product, A value) const {
    return product * value;
  }
};

inline constexpr uint64_t kNoPlace = ~uint64_t{0};  // of an element whose index was refused

template <class T, class Join>
__global__ void join_in_order(T* base, const uint64_t* places, const int32_t* order, const T* values, int64_t n,
                              Join join) {
  using Acc = typename Join::template Acc<T>;
  const int64_t step = static_cast<int64_t>(gridDim.x) * blockDim.x;
  for (int64_t i = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < n; i += step) {
    const uint64_t place = places[i];
    if (place == kNoPlace || (i > 0 && places[i - 1] == place)) continue;
    auto joined = static_cast<Acc>(base[place]);
    for (int64_t j = i; j < n && places[j] == place; ++j) joined = join(joined, static_cast<Acc>(values[order[j]]));
    base[place] = static_cast<T>(joined);
  }
}

/// Calls move(write), which launches a kernel over `n` elements that go to `to`, with a Write that notes them, and
/// joins them. T is the type that the kernel moves, of to's element size.
template <class T, class Join, class Move>
void write_in_order(const char* op, const Tensor& to, int64_t n, Join join, const Move& move) {
  VT_CHECK(n <= INT32_MAX, NotImplemented, op, " of more than 2^31 elements in deterministic mode is not implemented");
  const Stream stream = current_stream(to.device().index);
  SortPairs pairs{empty(DimVec{n}, DType::int64, to.device()), empty(DimVec{n}, DType::int32, to.device())};
  const Tensor values = empty(DimVec{n}, to.dtype(), to.device());
  fill_bytes(pairs.keys.data(), 0xff, static_cast<size_t>(n) * sizeof(uint64_t), stream, {pairs.keys.storage().get()});
  auto* base = static_cast<T*>(to.data());
  move(NoteElement<T>{base, reinterpret_cast<uint64_t*>(pairs.keys.data()), pairs.payload.data<int32_t>(),
                      static_cast<T*>(values.data())});
  uint64_t last_place = 0;
  for (int64_t d = 0; d < to.dim(); ++d) last_place += static_cast<uint64_t>((to.size(d) - 1) * to.stride(d));
  pairs = radix_sort_cuda(std::move(pairs), 1, n, std::bit_width(last_place + 1));
  launch(index_launch(op, to, n),
         {to.storage().get(), pairs.keys.storage().get(), pairs.payload.storage().get(), values.storage().get()},
         join_in_order<T, Join>, base, reinterpret_cast<const uint64_t*>(pairs.keys.data()),
         static_cast<const int32_t*>(pairs.payload.data<int32_t>()), static_cast<const T*>(values.data()), n, join);
}

}  // namespace vt::cuda
