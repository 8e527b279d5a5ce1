// Products of integer matrices on CUDA: tiles of both operands in shared memory, plain multiply and add.
#include "core/unsigned.h"
#include "cuda/launch.h"
#include "ops/linalg/product_kernels.h"

namespace vt::linalg {
namespace {

constexpr int kTile = 32;  // rows and columns of C per block, and steps along k at a time
constexpr int kRows = 8;   // threads along a tile's rows: each gives kTile / kRows elements of C

// Steps between the matrices, rows and columns of op(X).
template <class T>
struct Strided {
  const T* data;
  int64_t batch, row, column;

  explicit Strided(const Matrix& x)
      : data(static_cast<const T*>(x.data)),
        batch(x.batch_stride),
        row(x.transposed ? 1 : x.ld),
        column(x.transposed ? x.ld : 1) {}
};

template <class T>
struct Arguments {
  ProductShape shape;
  Strided<T> a, b;
  T* c;           // (batch, m, n)
  const T* bias;  // (n), null for none
  wrapping_t<T> alpha, beta;
};

// tile[r][c] = the matrix at (row + r, column + c), 0 outside. Threads side by side read along the dense dim.
template <class T>
__device__ __forceinline__ void load_tile(wrapping_t<T> (&tile)[kTile][kTile + 1], const Strided<T>& x, int64_t batch,
                                          int64_t row, int64_t column, int64_t rows, int64_t columns) {
  const T* from = x.data + batch * x.batch + row * x.row + column * x.column;
  const bool along_rows = x.column == 1;
  for (int y = threadIdx.y; y < kTile; y += kRows) {
    const int r = along_rows ? y : static_cast<int>(threadIdx.x), c = along_rows ? static_cast<int>(threadIdx.x) : y;
    const bool inside = row + r < rows && column + c < columns;
    tile[r][c] = inside ? static_cast<wrapping_t<T>>(from[r * x.row + c * x.column]) : 0;
  }
}

template <class T>
__global__ void __launch_bounds__(kTile* kRows) multiply(Arguments<T> p) {
  using W = wrapping_t<T>;
  __shared__ W left[kTile][kTile + 1], right[kTile][kTile + 1];
  const auto [batch, m, n, k] = p.shape;
  const int64_t down = (m + kTile - 1) / kTile, across = (n + kTile - 1) / kTile;
  for (int64_t at = blockIdx.x; at < batch * down * across; at += gridDim.x) {
    const int64_t matrix = at / (down * across), row = at / across % down * kTile, column = at % across * kTile;
    W sums[kTile / kRows] = {};
    for (int64_t step = 0; step < k; step += kTile) {
      load_tile(left, p.a, matrix, row, step, m, k);
      load_tile(right, p.b, matrix, step, column, k, n);
      __syncthreads();
      for (int i = 0; i < kTile; ++i) {
        const W factor = right[i][threadIdx.x];
        for (int r = 0; r < kTile / kRows; ++r) sums[r] += left[threadIdx.y + r * kRows][i] * factor;
      }
      __syncthreads();
    }
    const int64_t j = column + threadIdx.x;
    if (j >= n) continue;
    for (int r = 0; r < kTile / kRows; ++r) {
      const int64_t i = row + threadIdx.y + r * kRows;
      if (i >= m) break;
      T& out = p.c[(matrix * m + i) * n + j];
      W value = p.alpha * sums[r];
      if (p.beta != 0) value += p.beta * static_cast<W>(out);
      if (p.bias != nullptr) value += static_cast<W>(p.bias[j]);
      out = static_cast<T>(value);
    }
  }
}

}  // namespace

void integer_product_cuda(const ProductShape& s, const Matrix& a, const Matrix& b, const Tensor& out,
                          const Scalar& alpha, const Scalar& beta, const Tensor& bias) {
  visit_dtype<kIntegralSet>(bits_dtype(out.dtype()), [&]<class T>(TypeTag<T>) {
    const Arguments<T> arguments{s,
                                 Strided<T>(a),
                                 Strided<T>(b),
                                 static_cast<T*>(out.data()),
                                 bias.defined() ? static_cast<const T*>(bias.data()) : nullptr,
                                 static_cast<wrapping_t<T>>(alpha.to<T>()),
                                 static_cast<wrapping_t<T>>(beta.to<T>())};
    const int64_t tiles = s.batch * ((s.m + kTile - 1) / kTile) * ((s.n + kTile - 1) / kTile);
    const cuda::LaunchConfig config{"mm", cuda::current_stream(out.device().index), dim3(cuda::blocks_for(tiles, 1)),
                                    dim3(kTile, kRows)};
    cuda::launch(config,
                 {out.storage().get(), a.holder.storage().get(), b.holder.storage().get(),
                  bias.defined() ? bias.storage().get() : nullptr},
                 multiply<T>, arguments);
  });
}

}  // namespace vt::linalg
