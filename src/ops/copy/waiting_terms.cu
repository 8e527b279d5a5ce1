#include "ops/copy/waiting_terms.h"

#include <algorithm>
#include <type_traits>
#include <vector>

#include "cuda/launch.h"
#include "iter/cuda_divide.cuh"
#include "iter/cuda_vector.cuh"

namespace vt::waiting {
namespace {

using ::vt::cuda::Vector;

constexpr int kDims = kMostTermDims;
constexpr int kOperands = 4;  // x and y of two terms
constexpr int kThreads = 256;
constexpr int kVector = 4;
constexpr int kUnroll = 2;

/// Dims from the innermost of out on; the innermost counted in units.
struct PlaceArguments {
  int ndim;
  ::vt::cuda::FastDivider dividers[kDims];
  float* out;
  uint32_t out_strides[kDims];
  const float* data[kOperands];  // null: there is none
  uint32_t strides[kOperands][kDims];
  bool negative[2];
  bool onto_zero;
  uint32_t count;  // of units
};

template <int Places>
struct TermArguments {
  PlaceArguments places[Places];
};

__device__ __forceinline__ uint32_t offset_of(const PlaceArguments& p, const uint32_t (&strides)[kDims], int width,
                                              const uint32_t (&at)[kDims]) {
  uint32_t offset = at[0] * static_cast<uint32_t>(width) * strides[0];
#pragma unroll
  for (int d = 1; d < kDims; ++d) {
    if (d < p.ndim) offset += at[d] * strides[d];
  }
  return offset;
}

template <int Width>
using Operands = Vector<float, Width>[kOperands];

template <int Width>
__device__ __forceinline__ void load_operands(const PlaceArguments& p, const uint32_t (&at)[kDims],
                                              Operands<Width>& to) {
#pragma unroll
  for (int o = 0; o < kOperands; ++o) {
    if (p.data[o] == nullptr) continue;
    const float* from = p.data[o] + offset_of(p, p.strides[o], Width, at);
    if (Width > 1 && p.strides[o][0] == 1) {
      to[o] = ::vt::cuda::load_vector<Width>(from);
    } else {
      to[o] = ::vt::cuda::filled_vector<float, Width>(*from);
    }
  }
}

template <int Width>
__device__ __forceinline__ Vector<float, Width> term_of(const PlaceArguments& p, int term,
                                                        const Operands<Width>& operands) {
  Vector<float, Width> x = operands[2 * term];
#pragma unroll
  for (int v = 0; v < Width; ++v) x[v] = p.negative[term] ? -x[v] : x[v];
  if (p.data[2 * term + 1] == nullptr) return x;
#pragma unroll
  for (int v = 0; v < Width; ++v) x[v] = __fmul_rn(x[v], operands[2 * term + 1][v]);
  return x;
}

template <int Width>
__device__ __forceinline__ Vector<float, Width> sum_of(const PlaceArguments& p, const Operands<Width>& operands) {
  Vector<float, Width> sum = term_of<Width>(p, 0, operands);
  if (p.data[2] != nullptr) {
    const Vector<float, Width> second = term_of<Width>(p, 1, operands);
#pragma unroll
    for (int v = 0; v < Width; ++v) sum[v] = __fadd_rn(sum[v], second[v]);
  }
  if (p.onto_zero) {
#pragma unroll
    for (int v = 0; v < Width; ++v) sum[v] = __fadd_rn(0.0f, sum[v]);
  }
  return sum;
}

template <int Width, int Places>
__global__ void __launch_bounds__(kThreads) sum_terms(const __grid_constant__ TermArguments<Places> all) {
  const PlaceArguments& p = all.places[Places == 1 ? 0 : blockIdx.y];
  const uint32_t first = blockIdx.x * (kThreads * kUnroll) + threadIdx.x;
  if (first >= p.count) return;
  Operands<Width> operands[kUnroll];  // all of them on their way at once
  uint32_t to[kUnroll];
#pragma unroll
  for (int u = 0; u < kUnroll; ++u) {
    uint32_t rest = min(first + u * kThreads, p.count - 1);
    uint32_t at[kDims] = {};
#pragma unroll
    for (int d = 0; d < kDims; ++d) {
      if (d >= p.ndim) break;
      uint32_t quotient;
      p.dividers[d].split(rest, quotient, at[d]);
      rest = quotient;
    }
    to[u] = offset_of(p, p.out_strides, Width, at);
    load_operands<Width>(p, at, operands[u]);
  }
#pragma unroll
  for (int u = 0; u < kUnroll; ++u) {
    if (first + u * kThreads < p.count) ::vt::cuda::store_vector<Width>(p.out + to[u], sum_of<Width>(p, operands[u]));
  }
}

// Steps of a tensor along the dims of a place that it expands to.
DimVec expanded_strides(const Tensor& t, size_t ndim) {
  DimVec strides(ndim, 0);
  const size_t missing = ndim - static_cast<size_t>(t.dim());
  for (size_t d = missing; d < ndim; ++d) {
    if (t.sizes()[d - missing] != 1) strides[d] = t.strides()[d - missing];
  }
  return strides;
}

/// A place as it lies: sizes and steps from the innermost dim of out on, with dims that are one to all made one.
struct Walk {
  static constexpr int kSides = kOperands + 1;  // out comes last

  int ndim = 0;
  int64_t sizes[kDims] = {1};
  const Tensor* operands[kOperands] = {};
  int64_t steps[kSides][kDims] = {};

  Walk(const Place& place, const Tensor& out) {
    const size_t dims = place.sizes.size();
    DimVec all[kSides];
    for (size_t t = 0; t < place.terms.size(); ++t) {
      operands[2 * t] = &place.terms[t].x;
      if (place.terms[t].y.defined()) operands[2 * t + 1] = &place.terms[t].y;
    }
    for (int o = 0; o < kOperands; ++o) all[o] = operands[o] ? expanded_strides(*operands[o], dims) : DimVec(dims, 0);
    all[kOperands] = DimVec(out.strides());
    std::vector<size_t> order;
    for (size_t d = 0; d < dims; ++d) {
      if (place.sizes[d] != 1) order.push_back(d);
    }
    std::ranges::sort(order, {}, [&](size_t d) { return out.strides()[d]; });
    for (const size_t d : order) {
      // A dim that every side steps through as through more of the one before is that.
      const int last = ndim - 1;
      bool joins = last >= 0;
      for (int o = 0; o < kSides && joins; ++o) joins = all[o][d] == steps[o][last] * sizes[last];
      if (joins) {
        sizes[last] *= place.sizes[d];
        continue;
      }
      VT_ASSERT(ndim < kDims, "a place of ", place.sizes, " waits, which has too many dims");
      sizes[ndim] = place.sizes[d];
      for (int o = 0; o < kSides; ++o) steps[o][ndim] = all[o][d];
      ++ndim;
    }
    if (ndim == 0) steps[kOperands][0] = 1;
    ndim = std::max(ndim, 1);
  }

  /// Whether all sides can be read and written by vectors, but for those that stay at one element.
  bool has_vectors(const float* to) const {
    if (sizes[0] % kVector != 0 || !is_vector(kOperands, to)) return false;
    for (int o = 0; o < kOperands; ++o) {
      if (operands[o] && steps[o][0] != 0 && !is_vector(o, operands[o]->data<float>())) return false;
    }
    return true;
  }

 private:
  bool is_vector(int side, const float* data) const {
    bool fits = steps[side][0] == 1 && ::vt::cuda::is_aligned(data, 16);
    for (int d = 1; d < ndim; ++d) fits = fits && steps[side][d] % kVector == 0;
    return fits;
  }
};

PlaceArguments arguments_of(const Place& place, const Walk& w, float* to, int64_t width) {
  PlaceArguments p{};
  p.ndim = w.ndim;
  p.out = to;
  int64_t count = 1;
  for (int d = 0; d < w.ndim; ++d) {
    count *= w.sizes[d];
    p.dividers[d] = ::vt::cuda::FastDivider(static_cast<uint32_t>(d == 0 ? w.sizes[0] / width : w.sizes[d]));
    p.out_strides[d] = static_cast<uint32_t>(w.steps[kOperands][d]);
    for (int o = 0; o < kOperands; ++o) p.strides[o][d] = static_cast<uint32_t>(w.steps[o][d]);
  }
  for (int o = 0; o < kOperands; ++o) p.data[o] = w.operands[o] ? w.operands[o]->data<float>() : nullptr;
  for (size_t t = 0; t < place.terms.size(); ++t) p.negative[t] = place.terms[t].negative;
  p.onto_zero = place.onto_zero;
  p.count = static_cast<uint32_t>(count / width);
  return p;
}

}  // namespace

void give_places(::vt::cuda::Stream stream, const std::vector<PlaceOf>& places) {
  std::vector<Walk> walks;
  std::vector<float*> to;
  std::vector<const StorageImpl*> storages;
  bool vectors = true;
  for (const auto& [place, out] : places) {
    const Walk& w = walks.emplace_back(place, out);
    int64_t offset = 0;
    for (size_t d = 0; d < place.start.size(); ++d) offset += place.start[d] * out.strides()[d];
    to.push_back(out.data<float>() + offset);
    vectors = vectors && w.has_vectors(to.back());
    storages.push_back(out.storage().get());
    for (const Tensor* t : w.operands) {
      if (t) storages.push_back(t->storage().get());
    }
  }
  const auto launch = [&]<int Places>(std::integral_constant<int, Places>) {
    TermArguments<Places> p{};
    uint32_t most = 0;
    for (size_t i = 0; i < places.size(); ++i) {
      p.places[i] = arguments_of(places[i].place, walks[i], to[i], vectors ? kVector : 1);
      most = std::max(most, p.places[i].count);
    }
    const dim3 blocks(::vt::cuda::blocks_for(most, kThreads * kUnroll), static_cast<unsigned>(places.size()));
    ::vt::cuda::launch({"sum of products", stream, blocks, dim3(kThreads)},
                       ::vt::cuda::StorageSpan(storages.data(), storages.size()),
                       vectors ? sum_terms<kVector, Places> : sum_terms<1, Places>, p);
  };
  places.size() == 1 ? launch(std::integral_constant<int, 1>()) : launch(std::integral_constant<int, kMostPlaces>());
}

}  // namespace vt::waiting
