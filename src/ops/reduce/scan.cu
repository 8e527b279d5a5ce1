// Running sums, products and extrema along a dim on CUDA: a block per line, its total carried from step to step. Long
// lines that are few are cut into parts, whose totals are scanned first. Lines side by side go to a thread each.
#include <algorithm>

#include "core/math.h"
#include "cuda/launch.h"
#include "iter/cuda_block.cuh"
#include "iter/cuda_vector.cuh"
#include "ops/reduce/fold.h"
#include "ops/reduce/scan.h"

namespace vt::reduce {
namespace {

constexpr int kThreads = 256;
constexpr int kMaxDims = 12;
constexpr int64_t kPart = kThreads * 16;   // of a line, for one block, where there are few lines
constexpr int64_t kManyColumns = 1 << 17;  // threads that keep the device busy
constexpr int64_t kManyLines = 512;        // from here on a block per line keeps the device busy

struct Lines {
  int ndim = 0;  // dims other than the scanned one, innermost first
  int64_t sizes[kMaxDims], in_strides[kMaxDims], out_strides[kMaxDims];
  int64_t count = 1, length = 1, in_step = 1, out_step = 1;
};

template <class Fold, class Acc>
__device__ Acc scan_warp(Acc value) {
  const int lane = threadIdx.x % 32;
  for (int distance = 1; distance < 32; distance *= 2) {
    const Acc other = cuda::shuffle_up(value, distance);
    if (lane >= distance) value = Fold::template combine<Acc>(other, value);
  }
  return value;
}

// Folds `carry` with elements [begin, end) of a line, a vector of them to a thread at a time, and writes each result if
// `out` is not null. Every thread of the block gets the last one.
template <class T, class Fold, class Acc>
__device__ Acc scan_span(const T* in, int64_t in_step, T* out, int64_t out_step, int64_t begin, int64_t end, Acc carry,
                         Acc* warps) {
  constexpr int kEach = cuda::kVectorWidth<T> < 4 ? cuda::kVectorWidth<T> : 4;
  const auto is_vector = [&](const T* data, int64_t step) {
    return step == 1 && reinterpret_cast<uintptr_t>(data + begin) % (sizeof(T) * kEach) == 0;
  };
  const bool reads_vectors = is_vector(in, in_step), writes_vectors = out != nullptr && is_vector(out, out_step);
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  for (int64_t base = begin; base < end; base += kThreads * kEach) {
    const int64_t first = base + threadIdx.x * kEach;
    const bool whole = first + kEach <= end;
    Acc value[kEach];  // of this thread's elements up to each
    if (reads_vectors && whole) {
      const auto read = cuda::load_vector<kEach>(in + first);
#pragma unroll
      for (int e = 0; e < kEach; ++e) value[e] = static_cast<Acc>(read[e]);
    } else {
#pragma unroll
      for (int e = 0; e < kEach; ++e) {
        value[e] = first + e < end ? static_cast<Acc>(in[(first + e) * in_step]) : Fold::template identity<Acc>();
      }
    }
#pragma unroll
    for (int e = 1; e < kEach; ++e) value[e] = Fold::template combine<Acc>(value[e - 1], value[e]);
    const Acc of_warp = scan_warp<Fold>(value[kEach - 1]);
    const Acc of_lanes_before = cuda::shuffle_up(of_warp, 1);
    if (lane == 31) warps[warp] = of_warp;
    __syncthreads();
    if (out != nullptr) {
      Acc before = carry;
      for (int w = 0; w < warp; ++w) before = Fold::template combine<Acc>(before, warps[w]);
      if (lane > 0) before = Fold::template combine<Acc>(before, of_lanes_before);
      cuda::Vector<T, kEach> results;
#pragma unroll
      for (int e = 0; e < kEach; ++e) results[e] = static_cast<T>(Fold::template combine<Acc>(before, value[e]));
      if (writes_vectors && whole) {
        cuda::store_vector<kEach>(out + first, results);
      } else {
#pragma unroll
        for (int e = 0; e < kEach; ++e) {
          if (first + e < end) out[(first + e) * out_step] = results[e];
        }
      }
    }
    for (int w = 0; w < kThreads / 32; ++w) carry = Fold::template combine<Acc>(carry, warps[w]);
    __syncthreads();
  }
  return carry;
}

__device__ __forceinline__ void find_line(const Lines& lines, int64_t line, int64_t& in, int64_t& out) {
  in = out = 0;
  for (int d = 0; d < lines.ndim; ++d) {
    const int64_t index = line % lines.sizes[d];
    line /= lines.sizes[d];
    in += index * lines.in_strides[d];
    out += index * lines.out_strides[d];
  }
}

template <class T, class Fold>
__global__ void __launch_bounds__(kThreads) scan_lines(const T* in, T* out, Lines lines) {
  using Acc = opmath_t<T>;
  __shared__ alignas(16) char memory[kThreads / 32 * sizeof(Acc)];
  for (int64_t line = blockIdx.x; line < lines.count; line += gridDim.x) {
    int64_t x, y;
    find_line(lines, line, x, y);
    scan_span<T, Fold, Acc>(in + x, lines.in_step, out + y, lines.out_step, 0, lines.length,
                            Fold::template identity<Acc>(), reinterpret_cast<Acc*>(memory));
  }
}

// Blocks are (part, line). First pass, `out` null: what each part comes to, to `folds` (lines, parts). Second pass: the
// results, where `folds` are the running ones.
template <class T, class Fold>
__global__ void __launch_bounds__(kThreads) scan_parts(const T* in, T* out, opmath_t<T>* folds, Lines lines) {
  using Acc = opmath_t<T>;
  __shared__ alignas(16) char memory[kThreads / 32 * sizeof(Acc)];
  int64_t x, y;
  find_line(lines, blockIdx.y, x, y);
  const int64_t begin = static_cast<int64_t>(blockIdx.x) * kPart;
  const int64_t end = begin + kPart < lines.length ? begin + kPart : lines.length;
  Acc* fold = folds + static_cast<int64_t>(blockIdx.y) * gridDim.x + blockIdx.x;
  const Acc before = out != nullptr && blockIdx.x > 0 ? fold[-1] : Fold::template identity<Acc>();
  const Acc after = scan_span<T, Fold, Acc>(in + x, lines.in_step, out != nullptr ? out + y : nullptr, lines.out_step,
                                            begin, end, before, reinterpret_cast<Acc*>(memory));
  if (out == nullptr && threadIdx.x == 0) *fold = after;
}

// Lines that lie side by side: a thread each, so that a warp reads neighbours. Blocks are (lines, part); the passes are
// those of scan_parts, with `folds` (parts, lines).
template <class T, class Fold>
__global__ void __launch_bounds__(kThreads)
    scan_columns(const T* __restrict__ in, T* __restrict__ out, opmath_t<T>* folds, Lines lines, int64_t part) {
  using Acc = opmath_t<T>;
  constexpr int kUnroll = 8;
  const int64_t line = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (line >= lines.count) return;
  int64_t x, y;
  find_line(lines, line, x, y);
  const int64_t begin = blockIdx.y * part, end = begin + part < lines.length ? begin + part : lines.length;
  const bool carried = out != nullptr && blockIdx.y > 0;
  Acc fold = carried ? folds[(blockIdx.y - 1) * lines.count + line] : Fold::template identity<Acc>();
  auto step = [&](T value, int64_t i) {
    fold = Fold::template combine<Acc>(fold, static_cast<Acc>(value));
    if (out != nullptr) out[y + i * lines.out_step] = static_cast<T>(fold);
  };
  int64_t i = begin;
  for (; i + kUnroll <= end; i += kUnroll) {
    T values[kUnroll];
#pragma unroll
    for (int u = 0; u < kUnroll; ++u) values[u] = in[x + (i + u) * lines.in_step];
#pragma unroll
    for (int u = 0; u < kUnroll; ++u) step(values[u], i + u);
  }
  for (; i < end; ++i) step(in[x + i * lines.in_step], i);
  if (out == nullptr) folds[blockIdx.y * lines.count + line] = fold;
}

template <class T, class Fold>
void launch_columns(const char* name, const Tensor& in, const Tensor& out, const Lines& lines) {
  using Acc = opmath_t<T>;
  const auto* from = static_cast<const T*>(in.data());
  auto* to = static_cast<T*>(out.data());
  const int64_t wanted = std::clamp<int64_t>(kManyColumns / lines.count, 1, (lines.length + 31) / 32);
  const int64_t part = (lines.length + wanted - 1) / wanted, parts = (lines.length + part - 1) / part;
  cuda::LaunchConfig one{name, cuda::current_stream(in.device().index), dim3(cuda::blocks_for(lines.count, kThreads)),
                         dim3(kThreads)};
  if (parts == 1) {
    cuda::launch(one, {in.storage().get(), out.storage().get()}, scan_columns<T, Fold>, from, to, nullptr, lines, part);
    return;
  }
  const Tensor folds = empty(DimVec{parts, lines.count}, dtype_of<Acc>, in.device()), running = empty_like(folds);
  Lines of_folds;
  of_folds.length = parts;
  of_folds.in_step = of_folds.out_step = of_folds.count = of_folds.sizes[0] = lines.count;
  of_folds.ndim = 1;
  of_folds.in_strides[0] = of_folds.out_strides[0] = 1;
  cuda::LaunchConfig by_part = one;
  by_part.grid.y = static_cast<unsigned>(parts);
  auto* first = static_cast<Acc*>(folds.data());
  auto* second = static_cast<Acc*>(running.data());
  cuda::launch(by_part, {in.storage().get(), folds.storage().get()}, scan_columns<T, Fold>, from, nullptr, first, lines,
               part);
  cuda::launch(one, {folds.storage().get(), running.storage().get()}, scan_columns<Acc, Fold>, first, second, nullptr,
               of_folds, parts);
  cuda::launch(by_part, {in.storage().get(), out.storage().get(), running.storage().get()}, scan_columns<T, Fold>, from,
               to, second, lines, part);
}

template <class T, class Fold>
void launch_scan(const char* name, const Tensor& in, const Tensor& out, const Lines& lines) {
  using Acc = opmath_t<T>;
  const bool side_by_side = lines.ndim > 0 && lines.in_strides[0] == 1 && lines.in_step != 1 && lines.sizes[0] >= 32;
  if (side_by_side) return launch_columns<T, Fold>(name, in, out, lines);
  const auto* from = static_cast<const T*>(in.data());
  auto* to = static_cast<T*>(out.data());
  cuda::LaunchConfig config{name, cuda::current_stream(in.device().index),
                            dim3(cuda::blocks_for(lines.count, 1, 1 << 20)), dim3(kThreads)};
  const int64_t parts = (lines.length + kPart - 1) / kPart;
  if (parts == 1 || lines.count >= kManyLines) {
    cuda::launch(config, {in.storage().get(), out.storage().get()}, scan_lines<T, Fold>, from, to, lines);
    return;
  }
  const Tensor folds = empty(DimVec{lines.count, parts}, dtype_of<Acc>, in.device());
  Lines of_folds;
  of_folds.length = parts;
  of_folds.ndim = 1;
  of_folds.sizes[0] = of_folds.count = lines.count;
  of_folds.in_strides[0] = of_folds.out_strides[0] = parts;
  cuda::LaunchConfig by_part = config;
  by_part.grid = dim3(static_cast<unsigned>(parts), static_cast<unsigned>(lines.count));
  auto* running = static_cast<Acc*>(folds.data());
  cuda::launch(by_part, {in.storage().get(), folds.storage().get()}, scan_parts<T, Fold>, from, nullptr, running,
               lines);
  cuda::launch(config, {folds.storage().get()}, scan_lines<Acc, Fold>, running, running, of_folds);
  cuda::launch(by_part, {in.storage().get(), out.storage().get(), folds.storage().get()}, scan_parts<T, Fold>, from, to,
               running, lines);
}

}  // namespace

void scan_cuda(Scan scan, const Tensor& in, int64_t dim, const Tensor& out) {
  Lines lines;
  for (int64_t d = in.dim() - 1; d >= 0; --d) {
    if (d == dim) {
      lines.length = in.sizes()[d];
      lines.in_step = in.strides()[d];
      lines.out_step = out.strides()[d];
      continue;
    }
    if (in.sizes()[d] == 1) continue;
    VT_CHECK(lines.ndim < kMaxDims, NotImplemented, scan_name(scan), " on CUDA over more than ", kMaxDims + 1,
             " dims is not implemented");
    lines.sizes[lines.ndim] = in.sizes()[d];
    lines.in_strides[lines.ndim] = in.strides()[d];
    lines.out_strides[lines.ndim++] = out.strides()[d];
    lines.count *= in.sizes()[d];
  }
  visit_scan(scan, in.dtype(), [&](auto fold, auto tag) {
    launch_scan<typename decltype(tag)::type, typename decltype(fold)::type>(scan_name(scan), in, out, lines);
  });
}

}  // namespace vt::reduce
