// cat and stack on CUDA: a thread writes a few units of up to 16 bytes of the result, each read from the part that it
// belongs to, whatever the part's strides are.
#include <algorithm>
#include <vector>

#include "cuda/launch.h"
#include "dispatch/registry.h"
#include "iter/cuda_divide.cuh"
#include "iter/cuda_vector.cuh"
#include "ops/copy/waiting_terms.h"
#include "ops/join/join_kernels.h"

namespace vt {
namespace {

constexpr int kParts = 8;
constexpr int kDims = 5;
constexpr int kThreads = 256;
constexpr int kUnroll = 4;

/// Dims from the innermost, the innermost counted in units, as strides are.
struct JoinArguments {
  int ndim, dim;  // dim: the one along which parts follow each other
  cuda::FastDivider dividers[kDims];
  const void* data[kParts];
  uint32_t starts[kParts];  // along dim; of parts that are not there past the end
  uint32_t strides[kParts][kDims];
  uint32_t count;
};

template <typename Unit>
__global__ void __launch_bounds__(kThreads) join_kernel(Unit* out, const __grid_constant__ JoinArguments p) {
  const uint32_t first = blockIdx.x * (kThreads * kUnroll) + threadIdx.x;
  Unit units[kUnroll];
#pragma unroll
  for (int u = 0; u < kUnroll; ++u) {
    uint32_t rest = first + u * kThreads;
    if (rest >= p.count) break;
    uint32_t at[kDims] = {}, along = 0;
#pragma unroll
    for (int d = 0; d < kDims; ++d) {
      if (d == p.ndim) break;
      uint32_t quotient;
      p.dividers[d].split(rest, quotient, at[d]);
      rest = quotient;
      if (d == p.dim) along = at[d];
    }
    int part = 0;
#pragma unroll
    for (int i = 1; i < kParts; ++i) part += along >= p.starts[i] ? 1 : 0;
    uint32_t offset = 0;
#pragma unroll
    for (int d = 0; d < kDims; ++d) {
      if (d < p.ndim) offset += (d == p.dim ? along - p.starts[part] : at[d]) * p.strides[part][d];
    }
    units[u] = static_cast<const Unit*>(p.data[part])[offset];
  }
#pragma unroll
  for (int u = 0; u < kUnroll; ++u) {
    const uint32_t i = first + u * kThreads;
    if (i < p.count) out[i] = units[u];
  }
}

/// Sizes of the result and strides of all parts, outermost first.
struct Walk {
  DimVec sizes;
  std::vector<DimVec> strides;
  size_t dim;

  /// Makes one dim of neighbours that every part steps through as through one; of those along which parts follow each
  /// other none, as that takes another size in each.
  void merge() {
    for (size_t d = sizes.size() - 1; d > 0; --d) {
      const bool keeps = d == dim || d - 1 == dim;
      auto is_one = [&](const DimVec& s) { return s[d - 1] == s[d] * sizes[d]; };
      if (keeps || !std::ranges::all_of(strides, is_one)) continue;
      sizes[d - 1] *= sizes[d];
      sizes.erase(d);
      for (DimVec& s : strides) s.erase(d - 1);
      if (dim > d) --dim;
    }
  }
};

/// The most elements that every part and the result have next to each other, aligned, as one unit of up to 16 bytes.
int64_t unit_of(const Walk& w, TensorSpan parts, const Tensor& out) {
  const auto item = static_cast<int64_t>(out.element_size());
  const size_t last = w.sizes.size() - 1;
  auto fits = [&](int64_t width) {
    if (w.sizes[last] % width != 0 || !cuda::is_aligned(out.data(), static_cast<size_t>(width * item))) return false;
    for (size_t i = 0; i < parts.size(); ++i) {
      const DimVec& strides = w.strides[i];
      if (strides[last] != 1 || !cuda::is_aligned(parts[i].data(), static_cast<size_t>(width * item))) return false;
      if (w.dim == last && parts[i].sizes().back() % width != 0) return false;
      for (size_t d = 0; d < last; ++d) {
        if (strides[d] % width != 0) return false;
      }
    }
    return true;
  };
  int64_t width = 16 / item;
  while (width > 1 && !fits(width)) width /= 2;
  return width;
}

/// Whether neighbours in the result are neighbours in every part, but for steps to the next part: others are read in
/// tiles by copies.
bool reads_in_order(const Walk& w, TensorSpan parts) {
  const size_t last = w.sizes.size() - 1;
  const bool interleaves =
      w.dim == last && std::ranges::all_of(parts, [](const Tensor& t) { return t.sizes().back() == 1; });
  if (interleaves && last == 0) return true;
  const size_t inner = interleaves ? last - 1 : last;
  return std::ranges::all_of(w.strides, [&](const DimVec& s) { return s[inner] == 1 || w.sizes[inner] == 1; });
}

bool join_cuda(TensorSpan parts, const Tensor& out, int64_t dim) {
  if (waiting::wait_to_join(parts, out, dim)) return true;
  if (parts.size() > kParts || out.numel() > INT32_MAX || !out.is_contiguous()) return false;
  Walk w{DimVec(out.sizes()), {}, static_cast<size_t>(dim)};
  for (const Tensor& t : parts) {
    w.strides.emplace_back(t.strides());
    int64_t reach = 0;
    for (int64_t d = 0; d < t.dim(); ++d) reach += (t.size(d) - 1) * t.stride(d);
    if (reach > INT32_MAX) return false;
  }
  w.merge();
  if (w.sizes.size() > kDims || !reads_in_order(w, parts)) return false;
  const int64_t width = unit_of(w, parts, out), unit_bytes = width * static_cast<int64_t>(out.element_size());
  // Long runs of bytes are copied as such, if not by whole vectors here.
  constexpr int64_t kLong = 1 << 20;
  const bool is_flat = w.dim == 0 && std::ranges::all_of(parts, [](const Tensor& t) { return t.is_contiguous(); });
  if (is_flat && unit_bytes < 16 && out.numel() * static_cast<int64_t>(out.element_size()) > kLong) return false;

  JoinArguments p{};
  p.ndim = static_cast<int>(w.sizes.size());
  p.dim = p.ndim - 1 - static_cast<int>(w.dim);
  p.count = static_cast<uint32_t>(out.numel() / width);
  for (int d = 0; d < p.ndim; ++d) {
    const auto from = static_cast<size_t>(p.ndim - 1 - d);
    p.dividers[d] = cuda::FastDivider(static_cast<uint32_t>(w.sizes[from] / (d == 0 ? width : 1)));
    for (size_t i = 0; i < parts.size(); ++i) {
      p.strides[i][d] = static_cast<uint32_t>(w.strides[i][from] / (d == 0 ? 1 : width));
    }
  }
  const StorageImpl* storages[kParts + 1] = {};
  uint32_t start = 0;
  const int64_t step = p.dim == 0 ? width : 1;
  for (int i = 0; i < kParts; ++i) {
    p.starts[i] = start;
    if (i >= static_cast<int>(parts.size())) continue;
    p.data[i] = parts[i].data();
    storages[i] = parts[i].storage().get();
    start += static_cast<uint32_t>(parts[i].size(dim) / step);
  }
  for (int i = static_cast<int>(parts.size()); i < kParts; ++i) p.starts[i] = UINT32_MAX;
  storages[kParts] = out.storage().get();

  const cuda::LaunchConfig config{"cat", cuda::current_stream(out.device().index),
                                  dim3(cuda::blocks_for(p.count, kThreads * kUnroll)), dim3(kThreads)};
  const auto launch = [&]<typename Unit>(TypeTag<Unit>) {
    cuda::launch(config, cuda::StorageSpan(storages, kParts + 1), join_kernel<Unit>, static_cast<Unit*>(out.data()), p);
  };
  switch (unit_bytes) {
    case 1: launch(TypeTag<uint8_t>()); break;
    case 2: launch(TypeTag<uint16_t>()); break;
    case 4: launch(TypeTag<uint32_t>()); break;
    case 8: launch(TypeTag<uint64_t>()); break;
    default: launch(TypeTag<uint4>());
  }
  return true;
}

}  // namespace

void register_join_cuda(Registry&) { join_at_once.cuda(join_cuda); }

}  // namespace vt
