#include "cuda/small_product.h"

#include "cuda/launch.h"

namespace vt::cuda {
namespace {

constexpr int kDepth = 8;  // of k between two barriers
constexpr int kPad = 4;    // floats after a row of a panel

struct Arguments {
  const float* a;
  const float* b;
  float* c;
  int64_t stride_a, stride_b, stride_c, outer_a, outer_b;
  int inner;  // matrices from one step of outer_a to the next
  int lda, ldb, ldc;
  int m, n, k;
  int tiles, tiles_across;  // of a matrix, and beside each other
  float alpha, beta;
};

__device__ __forceinline__ float4 read4(const float* from) { return *reinterpret_cast<const float4*>(from); }
__device__ __forceinline__ void write4(float* to, const float4& x) { *reinterpret_cast<float4*>(to) = x; }
/// `i` must be known to the compiler.
__device__ __forceinline__ float element(const float4& x, int i) {
  return i == 0 ? x.x : i == 1 ? x.y : i == 2 ? x.z : x.w;
}

/// Sizes of a tile, of what a thread sums of it (in groups of four rows and four columns), and how the factors lie.
template <int Rows, int Cols, int ThreadCols, bool TransposeA, bool TransposeB>
struct Config {
  static constexpr int kRows = Rows, kCols = Cols;
  static constexpr int kThreadRows = 8, kThreadCols = ThreadCols;
  static constexpr int kAcross = Cols / ThreadCols;  // threads beside each other
  static constexpr int kThreads = kAcross * (Rows / kThreadRows);
  static constexpr int kTogether =
      (ThreadCols > 4 ? 384 : 640) / ((kThreads + 31) / 32 * 32);  // blocks of a multiprocessor at once
  static constexpr bool kTransposeA = TransposeA, kTransposeB = TransposeB;
};

/// kDepth of k by `Extent` rows of A or columns of B, on the way from memory to shared memory, where k comes first.
/// `AlongK`: neighbours in memory are neighbours in k.
template <int Extent, int Threads, bool AlongK>
struct Panel {
  static constexpr int kPitch = Extent + kPad;
  static constexpr int kVectors = Extent * kDepth / 4;
  static constexpr int kLoads = (kVectors + Threads - 1) / Threads;
  static constexpr int kPerLine = (AlongK ? kDepth : Extent) / 4;  // vectors that lie in one line of memory

  const float* data;
  int ld;
  int first, limit;  // of the extent
  int depth;         // k
  float4 held[kLoads];

  __device__ __forceinline__ void fetch(int k) {
#pragma unroll
    for (int i = 0; i < kLoads; ++i) {
      const int v = static_cast<int>(threadIdx.x) + i * Threads;
      const int line = v / kPerLine, along = v % kPerLine * 4;
      const int at = first + (AlongK ? line : along), depth_at = k + (AlongK ? along : line);
      const bool inside = (kVectors % Threads == 0 || v < kVectors) && at < limit && depth_at < depth;
      held[i] = inside ? read4(data + (AlongK ? at * ld + depth_at : depth_at * ld + at)) : float4{0, 0, 0, 0};
    }
  }
  __device__ __forceinline__ void store(float* to) const {
#pragma unroll
    for (int i = 0; i < kLoads; ++i) {
      const int v = static_cast<int>(threadIdx.x) + i * Threads;
      if (kVectors % Threads != 0 && v >= kVectors) break;
      const int line = v / kPerLine, along = v % kPerLine * 4;
      if constexpr (AlongK) {
#pragma unroll
        for (int e = 0; e < 4; ++e) to[(along + e) * kPitch + line] = element(held[i], e);
      } else {
        write4(to + line * kPitch + along, held[i]);
      }
    }
  }
};

/// Where group `g` of four of a thread's rows or columns begins; `Count` threads take four each, and then again.
template <int Count>
__device__ __forceinline__ int group_start(int thread, int g) {
  return g * Count * 4 + thread * 4;
}

template <class C>
__global__ void __launch_bounds__(C::kThreads, C::kTogether) multiply_small(const Arguments p) {
  using PanelA = Panel<C::kRows, C::kThreads, !C::kTransposeA>;
  using PanelB = Panel<C::kCols, C::kThreads, C::kTransposeB>;
  __shared__ alignas(16) float shared_a[2][kDepth * PanelA::kPitch];
  __shared__ alignas(16) float shared_b[2][kDepth * PanelB::kPitch];
  const int matrix = static_cast<int>(blockIdx.x) / p.tiles, tile = static_cast<int>(blockIdx.x) % p.tiles;
  const int row = tile / p.tiles_across * C::kRows, col = tile % p.tiles_across * C::kCols;
  const int outer = matrix / p.inner, inner = matrix % p.inner;
  PanelA a{p.a + outer * p.outer_a + inner * p.stride_a, p.lda, row, p.m, p.k, {}};
  PanelB b{p.b + outer * p.outer_b + inner * p.stride_b, p.ldb, col, p.n, p.k, {}};
  constexpr int kDown = C::kRows / C::kThreadRows;
  const int x = static_cast<int>(threadIdx.x) % C::kAcross, y = static_cast<int>(threadIdx.x) / C::kAcross;
  float sums[C::kThreadRows][C::kThreadCols] = {};

  a.fetch(0);
  b.fetch(0);
  a.store(shared_a[0]);
  b.store(shared_b[0]);
  __syncthreads();
  int now = 0;
  for (int k = 0; k < p.k; k += kDepth, now ^= 1) {
    const bool more = k + kDepth < p.k;
    if (more) {
      a.fetch(k + kDepth);
      b.fetch(k + kDepth);
    }
#pragma unroll
    for (int d = 0; d < kDepth; ++d) {
      float4 of_a[C::kThreadRows / 4], of_b[C::kThreadCols / 4];
#pragma unroll
      for (int g = 0; g < C::kThreadRows / 4; ++g) {
        of_a[g] = read4(shared_a[now] + d * PanelA::kPitch + group_start<kDown>(y, g));
      }
#pragma unroll
      for (int g = 0; g < C::kThreadCols / 4; ++g) {
        of_b[g] = read4(shared_b[now] + d * PanelB::kPitch + group_start<C::kAcross>(x, g));
      }
#pragma unroll
      for (int i = 0; i < C::kThreadRows; ++i) {
#pragma unroll
        for (int j = 0; j < C::kThreadCols; ++j) {
          sums[i][j] = fmaf(element(of_a[i / 4], i % 4), element(of_b[j / 4], j % 4), sums[i][j]);
        }
      }
    }
    if (more) {
      a.store(shared_a[now ^ 1]);
      b.store(shared_b[now ^ 1]);
      __syncthreads();
    }
  }

  float* c = p.c + matrix * p.stride_c;
#pragma unroll
  for (int i = 0; i < C::kThreadRows; ++i) {
    const int at = row + group_start<kDown>(y, i / 4) + i % 4;
    if (at >= p.m) continue;
#pragma unroll
    for (int g = 0; g < C::kThreadCols / 4; ++g) {
      const int first = col + group_start<C::kAcross>(x, g);
      if (first >= p.n) continue;
      float* to = c + at * p.ldc + first;
      float out[4];
#pragma unroll
      for (int e = 0; e < 4; ++e) out[e] = p.alpha * sums[i][4 * g + e];
      if (p.beta != 0) {
        const float4 before = read4(to);
#pragma unroll
        for (int e = 0; e < 4; ++e) out[e] = fmaf(p.beta, element(before, e), out[e]);
      }
      write4(to, {out[0], out[1], out[2], out[3]});
    }
  }
}

int tiles_of(int64_t size, int tile) { return static_cast<int>((size + tile - 1) / tile); }
// Of 64 and 80 the size whose tiles reach less far past the end.
int tile_of(int64_t size) { return tiles_of(size, 80) * 80 < tiles_of(size, 64) * 64 ? 80 : 64; }

constexpr int64_t kMostSide = 256, kMostDepth = 512, kLeastBatch = 32;
constexpr int64_t kMostLd = INT32_MAX / (2 * kMostDepth);  // so that places in a matrix are counted in 32 bits

bool reads_by_vectors(const void* data, int64_t ld, int64_t stride, int64_t length) {
  return ld <= kMostLd && reinterpret_cast<uintptr_t>(data) % 16 == 0 && ld % 4 == 0 && stride % 4 == 0 &&
         length % 4 == 0;
}

// Calls f with the configuration for this product.
template <class F>
void with_config(const GemmArgs& g, const F& f) {
  const auto with_tile = [&]<bool TransposeA, bool TransposeB>() {
    const bool large = tile_of(g.m) == 80;
    if (g.n <= 32) {
      large ? f(Config<80, 32, 4, TransposeA, TransposeB>()) : f(Config<64, 32, 4, TransposeA, TransposeB>());
    } else {
      large ? f(Config<80, 80, 8, TransposeA, TransposeB>()) : f(Config<64, 64, 8, TransposeA, TransposeB>());
    }
  };
  if (g.transpose_a) return with_tile.template operator()<true, false>();
  g.transpose_b ? with_tile.template operator()<false, true>() : with_tile.template operator()<false, false>();
}

}  // namespace

bool is_small(const GemmArgs& g) {
  const Float32Products how = float32_products();
  if (g.dtype != DType::float32 || g.out_dtype != DType::float32 || g.epilogue != GemmEpilogue::None) return false;
  if (how != Float32Products::Float32 && how != Float32Products::Fma) return false;
  if (g.transpose_a && g.transpose_b) return false;
  if (g.m > kMostSide || g.n > kMostSide || g.k > kMostDepth || g.batch < kLeastBatch) return false;
  if (g.batch * tiles_of(g.m, 64) * tiles_of(g.n, 32) > INT32_MAX) return false;
  return reads_by_vectors(g.a, g.lda, g.stride_a, g.transpose_a ? g.m : g.k) &&
         reads_by_vectors(g.b, g.ldb, g.stride_b, g.transpose_b ? g.k : g.n) &&
         reads_by_vectors(g.c, g.ldc, g.stride_c, g.n);
}

bool is_small(const GemmArgs& g, const HeadStrides& heads) {
  return is_small(g) && heads.outer_a % 4 == 0 && heads.outer_b % 4 == 0;
}

void small_product(const GemmArgs& g, Stream stream) {
  small_product(g, {1, g.batch > 1 ? g.stride_a : 0, g.batch > 1 ? g.stride_b : 0}, stream);
}

void small_product(const GemmArgs& g, const HeadStrides& heads, Stream stream) {
  Arguments p;
  p.a = static_cast<const float*>(g.a);
  p.b = static_cast<const float*>(g.b);
  p.c = static_cast<float*>(g.c);
  p.stride_a = g.stride_a;
  p.stride_b = g.stride_b;
  p.stride_c = g.stride_c;
  p.inner = static_cast<int>(heads.inner);
  p.outer_a = heads.outer_a;
  p.outer_b = heads.outer_b;
  p.lda = static_cast<int>(g.lda);
  p.ldb = static_cast<int>(g.ldb);
  p.ldc = static_cast<int>(g.ldc);
  p.m = static_cast<int>(g.m);
  p.n = static_cast<int>(g.n);
  p.k = static_cast<int>(g.k);
  p.alpha = static_cast<float>(g.alpha);
  p.beta = static_cast<float>(g.beta);
  with_config(g, [&]<class C>(C) {
    p.tiles_across = tiles_of(g.n, C::kCols);
    p.tiles = tiles_of(g.m, C::kRows) * p.tiles_across;
    const LaunchConfig config{"matrix product", stream, dim3(static_cast<unsigned>(g.batch * p.tiles)),
                              dim3(C::kThreads)};
    launch(config, {}, multiply_small<C>, p);
  });
}

}  // namespace vt::cuda
