// What layer norm and RMS norm on CUDA share forward and backward: rows of tensors that are contiguous, input, weight,
// bias and their gradients of one dtype, statistics of its opmath dtype, results in 16 bits beside float32.
#pragma once

#include "core/absent_tensor.h"
#include "iter/cuda_rows.cuh"
#include "ops/copy/kernels.h"
#include "ops/nn/norm.h"

namespace vt::norms {

using cuda::load_vector;
using cuda::RowPlace;
using cuda::RowRegisters;
using cuda::Vector;

/// Values in a 16-bit dtype beside the float32 ones.
struct NarrowOutput {
  uint16_t* data = nullptr;  // null: not wanted
  bool is_bfloat = false;

  __device__ __forceinline__ uint16_t bits_of(float value) const {
    return is_bfloat ? bfloat16(value).bits : float16(value).bits;
  }
  template <int Width>
  __device__ __forceinline__ void store(int64_t at, const Vector<float, Width>& values) const {
    Vector<uint16_t, Width> bits;
#pragma unroll
    for (int v = 0; v < Width; ++v) bits[v] = bits_of(values[v]);
    cuda::store_vector<Width>(data + at, bits);
  }
};

template <typename T, int Width>
__device__ __forceinline__ Vector<T, Width> load_or(const T* from, int64_t i, float value) {
  return from != nullptr ? load_vector<Width>(from + i) : cuda::filled_vector<T, Width>(static_cast<T>(value));
}

template <int Width, int Count>
__device__ __forceinline__ void store_narrow(const NarrowOutput& to, const RowRegisters<float, Width, Count>& x,
                                             int64_t first, int n, const RowPlace& place) {
#pragma unroll
  for (int k = 0; k < Count; ++k) {
    const int i = (k * place.group + place.thread) * Width;
    if (i < n) to.store<Width>(first + i, x.vectors[k]);
  }
}

inline Tensor dense(const Tensor& t) { return t.defined() ? contiguous_data(t) : t; }
inline int64_t rows_of(const Tensor& t, int64_t n) { return n == 0 ? 0 : t.numel() / n; }

inline NarrowOutput narrow_output(const Tensor& t) {
  if (!t.defined()) return {};
  return {static_cast<uint16_t*>(t.data()), t.dtype() == DType::bfloat16};
}

}  // namespace vt::norms
