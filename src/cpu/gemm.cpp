#include "cpu/gemm.h"

#include <unistd.h>

#include <algorithm>
#include <type_traits>

#include "cpu/gemm_generic.h"
#include "cpu/gemm_kernels.h"
#include "cpu/scratch.h"
#include "cpu/thread_pool.h"

namespace vt::cpu {
namespace {

constexpr int64_t kScratchColumns = 512;       // of C, where a float scratch stands in for a 16-bit C
constexpr int64_t kPackedBytes = 32 << 20;     // of B at a time
constexpr int64_t kSerialWork = 96 * 96 * 96;  // m n k below which one thread is faster
constexpr int64_t kBatchWork = 1 << 18;        // m n k per chunk of a batch, at least
constexpr int64_t kSetBytes = 4096;            // rows at multiples of this distance compete for the same lines of L1

int64_t l2_bytes() {
  static const int64_t bytes = [] {
    const int64_t reported = sysconf(_SC_LEVEL2_CACHE_SIZE);
    return reported > 0 ? reported : int64_t{1} << 20;
  }();
  return bytes;
}

int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }
int64_t round_up(int64_t a, int64_t b) { return ceil_div(a, b) * b; }

template <class F>
void maybe_parallel(bool parallel, int64_t count, const F& f) {
  if (parallel) parallel_for(0, count, 1, f);
  else f(0, count);
}

// The i-th of `parts` even pieces of [0, n).
struct Piece {
  int64_t begin, size;
  Piece(int64_t n, int64_t parts, int64_t i) {
    const int64_t base = n / parts, extra = n % parts;
    begin = i * base + std::min(i, extra);
    size = base + (i < extra ? 1 : 0);
  }
};

// Note [When a matrix is read where it lies]
// Packing costs two passes over a matrix, and buys reads that are contiguous (B, transposed A) or at a distance that
// spreads over the cache's sets (A). A tile of a transposed A reads a cache line per step, which is worth a copy if
// many panels of B meet it. One of an A that is not transposed reads along its rows, which is as good as packed unless
// they compete for the same sets. B is read in place if it stays in L2, or if only one or two panels of A meet it.

// See Note [Shape of a GEMM]. `out_bytes` is the size of an element of C; `as_is` means that A and B need no
// conversion.
class PackedGemm {
 public:
  PackedGemm(const GemmKernels& kernels, int64_t m, int64_t n, int64_t k, const GemmOperand& a, const GemmOperand& b,
             const GemmTarget& target, int64_t out_bytes, bool as_is)
      : kernels_(kernels), m_(m), n_(n), k_(k), a_(a), b_(b), target_(target), out_bytes_(out_bytes) {
    parallel_ = get_num_threads() > 1 && !in_parallel_region() && m * n * k > kSerialWork;
    slices_ = ceil_div(k, kernels.kc);
    kc_ = std::min<int64_t>(k, round_up(ceil_div(k, slices_), std::max(kernels.step, 4)));
    slices_ = ceil_div(k, kc_);
    // See Note [When a matrix is read where it lies]
    direct_a_ = as_is && (n <= kernels.nr * 16 || (!a.transposed && !aliases(a)));
    direct_b_ = as_is && !b.transposed && n >= kernels.nr &&
                (m <= kernels.mr * 2 || k * b.ld * kernels.packed_size <= (aliases(b) ? l2_bytes() / 2 : l2_bytes()));
    // Two thirds of L2 for a block of A, the rest for the panels of B and the lines of C that pass by.
    const int64_t slice_bytes = kernels.kc / kernels.step * kernels.packed_size;
    block_rows_ = std::max<int64_t>(1, l2_bytes() * 2 / 3 / slice_bytes / kernels.mr) * kernels.mr;
  }

  void run() {
    const int64_t slice_bytes = slice_elements() * slices_ * kernels_.packed_size;
    const int64_t panels = ceil_div(n_, kernels_.nr);
    const int64_t at_once = std::clamp<int64_t>(kPackedBytes / std::max<int64_t>(slice_bytes, 1), 1, panels);
    Scratch packed(direct_b_ ? slice_bytes : at_once * slice_bytes);
    packed_b_ = packed.as<char>();
    for (int64_t first = 0; first < panels; first += at_once) {
      first_column_ = first * kernels_.nr;
      columns_ = std::min(n_ - first_column_, at_once * kernels_.nr);
      pack();
      multiply();
      if (direct_b_) break;
    }
  }

 private:
  bool aliases(const GemmOperand& x) const { return x.ld * kernels_.packed_size % kSetBytes == 0; }
  int64_t steps(int64_t kc) const { return ceil_div(kc, kernels_.step); }
  int64_t slice_elements() const { return steps(kc_) * kernels_.nr; }  // of one panel of B
  int64_t a_ld() const { return direct_a_ ? a_.ld : 0; }
  int64_t a_offset(int64_t row, int64_t k) const { return a_.transposed ? k * a_.ld + row : row * a_.ld + k; }
  int64_t slice_k(int64_t slice) const { return std::min(kc_, k_ - slice * kc_); }

  // Panels lie [slice][panel]: what one pass over a slice reads is contiguous.
  char* packed_panel(int64_t slice, int64_t panel, int64_t panels) const {
    return packed_b_ + (slice * panels + panel) * slice_elements() * kernels_.packed_size;
  }

  void pack() {
    if (direct_b_) {
      first_column_ = 0;
      columns_ = n_;
      tail_ = n_ % kernels_.nr;  // the last, narrow panel: a tile would read past the row
      if (tail_ == 0) return;
      for (int64_t s = 0; s < slices_; ++s) {
        kernels_.pack_b(b_, s * kc_, slice_k(s), n_ - tail_, tail_, n_, packed_panel(s, 0, 1));
      }
      return;
    }
    const int64_t panels = ceil_div(columns_, kernels_.nr);
    maybe_parallel(parallel_, panels, [&](int64_t begin, int64_t end) {
      for (int64_t s = 0; s < slices_; ++s) {
        for (int64_t p = begin; p < end; ++p) {
          const int64_t column = first_column_ + p * kernels_.nr;
          kernels_.pack_b(b_, s * kc_, slice_k(s), column, std::min<int64_t>(kernels_.nr, n_ - column), n_,
                          packed_panel(s, p, panels));
        }
      }
    });
  }

  void multiply() {
    const int64_t threads = parallel_ ? get_num_threads() : 1;
    int64_t row_blocks = ceil_div(m_, block_rows_);
    if (row_blocks % threads != 0) row_blocks = std::min(round_up(row_blocks, threads), ceil_div(m_, kernels_.mr));
    const int64_t panels = ceil_div(columns_, kernels_.nr);
    int64_t column_blocks = ceil_div(threads, row_blocks);
    const bool scratch = target_.output != GemmOutput::Same && slices_ > 1;
    if (scratch) column_blocks = std::max(column_blocks, ceil_div(columns_, kScratchColumns));
    column_blocks = std::min(column_blocks, panels);
    maybe_parallel(parallel_, row_blocks * column_blocks, [&](int64_t begin, int64_t end) {
      const int64_t most_rows = ceil_div(m_, row_blocks);
      Scratch packed_a(direct_a_ ? 0 : ceil_div(most_rows, kernels_.mr) * kernels_.panel_a * kernels_.packed_size);
      for (int64_t task = begin; task < end; ++task) {
        const Piece rows(m_, row_blocks, task / column_blocks);
        const Piece block(panels, column_blocks, task % column_blocks);
        const int64_t column = block.begin * kernels_.nr;
        const int64_t width = std::min(block.size * kernels_.nr, columns_ - column);
        if (scratch) multiply_through_scratch(packed_a.as<char>(), rows, block.begin, column, width);
        else multiply_block(packed_a.as<char>(), rows, block.begin, column, width, target_, target_.c, target_.ldc);
      }
    });
  }

  void multiply_block(char* packed_a, const Piece& rows, int64_t panel, int64_t column, int64_t width,
                      GemmTarget target, void* c, int64_t ldc) const {
    const int64_t size = target.output == GemmOutput::Same && out_bytes_ < 4 ? 4 : out_bytes_;
    const bool whole = c == target_.c;
    target.c = static_cast<char*>(c) + (whole ? rows.begin * ldc + first_column_ + column : 0) * size;
    target.ldc = ldc;
    const char* bias = target.bias ? static_cast<const char*>(target.bias) + (first_column_ + column) * size : nullptr;
    for (int64_t s = 0; s < slices_; ++s) {
      const int64_t kc = slice_k(s);
      const char* a = packed_a;
      if (direct_a_) a = static_cast<const char*>(a_.data) + a_offset(rows.begin, s * kc_) * kernels_.packed_size;
      else kernels_.pack_a(a_, rows.begin, rows.size, m_, s * kc_, kc, packed_a);
      target.bias = s + 1 == slices_ ? bias : nullptr;
      if (direct_b_) multiply_direct(a, rows, s, column, width, target, size);
      else {
        kernels_.multiply(rows.size, width, kc, a, a_.transposed, a_ld(),
                          packed_panel(s, panel, ceil_div(columns_, kernels_.nr)), kernels_.nr, slice_elements(),
                          target);
      }
      target.beta = 1.0;
    }
  }

  void multiply_direct(const char* a, const Piece& rows, int64_t slice, int64_t column, int64_t width,
                       GemmTarget target, int64_t size) const {
    const bool has_tail = column + width == n_ && tail_ != 0;
    const int64_t whole = width - (has_tail ? tail_ : 0);
    const char* b = static_cast<const char*>(b_.data) + (slice * kc_ * b_.ld + column) * kernels_.packed_size;
    if (whole > 0)
      kernels_.multiply(rows.size, whole, slice_k(slice), a, a_.transposed, a_ld(), b, b_.ld, kernels_.nr, target);
    if (!has_tail) return;
    target.c = static_cast<char*>(target.c) + whole * size;
    if (target.bias) target.bias = static_cast<const char*>(target.bias) + whole * size;
    kernels_.multiply(rows.size, tail_, slice_k(slice), a, a_.transposed, a_ld(), packed_panel(slice, 0, 1),
                      kernels_.nr, slice_elements(), target);
  }

  // Several slices of a 16-bit C are summed in float.
  void multiply_through_scratch(char* packed_a, const Piece& rows, int64_t panel, int64_t column, int64_t width) const {
    Scratch sums(rows.size * width * static_cast<int64_t>(sizeof(float)));
    GemmTarget target = target_;
    target.alpha = 1.0;
    target.beta = 0.0;
    target.bias = nullptr;
    target.output = GemmOutput::Same;
    multiply_block(packed_a, rows, panel, column, width, target, sums.as<char>(), width);
    target = target_;
    target.c = static_cast<char*>(target_.c) + (rows.begin * target_.ldc + first_column_ + column) * out_bytes_;
    if (target_.bias) target.bias = static_cast<const char*>(target_.bias) + (first_column_ + column) * out_bytes_;
    kernels_.finish(sums.as<char>(), rows.size, width, target);
  }

  const GemmKernels& kernels_;
  int64_t m_, n_, k_;
  GemmOperand a_, b_;
  GemmTarget target_;
  int64_t out_bytes_;
  bool parallel_, direct_a_, direct_b_;
  int64_t slices_, kc_, block_rows_;
  int64_t tail_ = 0;
  int64_t first_column_ = 0, columns_ = 0;  // of B that are packed now
  char* packed_b_ = nullptr;
};

template <class T>
const GemmKernels& packed_kernels() {
  if constexpr (std::is_same_v<T, float>) return *gemm_kernels_f32();
  else if constexpr (std::is_same_v<T, double>) return *gemm_kernels_f64();
  else if constexpr (std::is_same_v<T, float16>) return *gemm_kernels_f32_from_f16();
  else return simd_has_bf16() ? *gemm_kernels_bf16_dot() : *gemm_kernels_f32_from_bf16();
}

template <class T>
constexpr GemmOutput output_of() {
  if constexpr (std::is_same_v<T, bfloat16>) return GemmOutput::Bfloat16;
  else if constexpr (std::is_same_v<T, float16>) return GemmOutput::Float16;
  else return GemmOutput::Same;
}

template <class T>
const MatrixKernels<T>& matrix_kernels() {
  return *pick_simd(&v2::matrix_kernels<T>, &v3::matrix_kernels<T>, &v4::matrix_kernels<T>)();
}

// C = beta * C + bias, for products without terms.
template <class T, class S>
void scale(int64_t m, int64_t n, S beta, T* c, int64_t ldc, const T* bias) {
  for (int64_t i = 0; i < m; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      S value = beta == S(0) ? S(0) : static_cast<S>(beta * static_cast<S>(c[i * ldc + j]));
      if (bias) value = static_cast<S>(value + static_cast<S>(bias[j]));
      c[i * ldc + j] = static_cast<T>(value);
    }
  }
}

template <class T>
T* copy_transposed(const T* from, int64_t rows, int64_t columns, int64_t ld, T* to) {
  constexpr int64_t kTile = 16;
  for (int64_t i0 = 0; i0 < rows; i0 += kTile) {
    for (int64_t j = 0; j < columns; ++j) {
      for (int64_t i = i0; i < std::min(i0 + kTile, rows); ++i) to[j * rows + i] = from[i * ld + j];
    }
  }
  return to;
}

// One row or one column of C: the matrix is read once, by rows or by columns as it lies.
template <class T>
void gemv(bool matrix_transposed, int64_t outputs, int64_t k, const T* matrix, int64_t ld, const T* x, int64_t stride_x,
          const GemvTarget<T>& target) {
  const MatrixKernels<T>& kernels = matrix_kernels<T>();
  const int64_t grain = std::max<int64_t>(1, kSerialWork / 4 / std::max<int64_t>(k, 1));
  if (!matrix_transposed) {  // element (i, p) at i * ld + p: dot products
    Scratch contiguous(stride_x == 1 ? 0 : k * static_cast<int64_t>(sizeof(T)));
    if (stride_x != 1) {
      T* copy = contiguous.as<T>();
      for (int64_t p = 0; p < k; ++p) copy[p] = x[p * stride_x];
      x = copy;
    }
    parallel_for(0, outputs, grain, [&](int64_t b, int64_t e) { kernels.gemv_rows(b, e, k, matrix, ld, x, target); });
  } else {
    parallel_for(0, outputs, std::max<int64_t>(grain, 256),
                 [&](int64_t b, int64_t e) { kernels.gemv_columns(b, e, k, matrix, ld, x, stride_x, target); });
  }
}

}  // namespace

template <class T>
void gemm(bool trans_a, bool trans_b, int64_t m, int64_t n, int64_t k, opmath_t<T> alpha, const T* a, int64_t lda,
          const T* b, int64_t ldb, opmath_t<T> beta, T* c, int64_t ldc, const T* bias) {
  using S = opmath_t<T>;
  if (m <= 0 || n <= 0) return;
  if (k <= 0 || alpha == S(0)) return scale<T, S>(m, n, beta, c, ldc, bias);
  if (m == 1) return gemv<T>(!trans_b, n, k, b, ldb, a, trans_a ? lda : 1, {c, 1, alpha, beta, bias, 1});
  if (n == 1) return gemv<T>(trans_a, m, k, a, lda, b, trans_b ? 1 : ldb, {c, ldc, alpha, beta, bias, 0});
  if constexpr (kHasPackedGemm<T>) {
    const GemmTarget target{c, ldc, static_cast<double>(alpha), static_cast<double>(beta), bias, output_of<T>()};
    constexpr bool kPackedAsIs = std::is_same_v<T, float> || std::is_same_v<T, double>;
    PackedGemm(packed_kernels<T>(), m, n, k, {a, lda, trans_a}, {b, ldb, trans_b}, target, sizeof(T), kPackedAsIs)
        .run();
  } else {
    Scratch transposed(trans_b ? k * n * static_cast<int64_t>(sizeof(T)) : 0);
    if (trans_b) {
      b = copy_transposed(b, n, k, ldb, transposed.as<T>());
      ldb = n;
    }
    const int64_t grain = std::max<int64_t>(1, kSerialWork / 4 / std::max<int64_t>(n * k, 1));
    parallel_for(0, m, grain, [&](int64_t begin, int64_t end) {
      matrix_kernels<T>().multiply_rows(begin, end, n, k, alpha, a, trans_a ? 1 : lda, trans_a ? lda : 1, b, ldb, beta,
                                        c, ldc, bias);
    });
  }
}

template <class T>
void gemm_batched(bool trans_a, bool trans_b, int64_t batch, int64_t m, int64_t n, int64_t k, opmath_t<T> alpha,
                  const T* a, int64_t lda, int64_t stride_a, const T* b, int64_t ldb, int64_t stride_b,
                  opmath_t<T> beta, T* c, int64_t ldc, int64_t stride_c) {
  if (batch > 1 && stride_b == 0 && !trans_a && stride_a == m * lda && stride_c == m * ldc) {
    return gemm<T>(false, trans_b, batch * m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);  // one tall product
  }
  auto run = [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      gemm<T>(trans_a, trans_b, m, n, k, alpha, a + i * stride_a, lda, b + i * stride_b, ldb, beta, c + i * stride_c,
              ldc);
    }
  };
  // A few large products share the threads one after the other, many products are spread over them.
  if (batch < get_num_threads() * 2 && m * n * k > kSerialWork * 8) run(0, batch);
  else parallel_for(0, batch, std::max<int64_t>(1, kBatchWork / std::max<int64_t>(m * n * k, 1)), run);
}

#define VT_GEMM_INSTANTIATE(T)                                                                                    \
  template void gemm<T>(bool, bool, int64_t, int64_t, int64_t, opmath_t<T>, const T*, int64_t, const T*, int64_t, \
                        opmath_t<T>, T*, int64_t, const T*);                                                      \
  template void gemm_batched<T>(bool, bool, int64_t, int64_t, int64_t, int64_t, opmath_t<T>, const T*, int64_t,   \
                                int64_t, const T*, int64_t, int64_t, opmath_t<T>, T*, int64_t, int64_t);
VT_GEMM_INSTANTIATE(float)
VT_GEMM_INSTANTIATE(double)
VT_GEMM_INSTANTIATE(float16)
VT_GEMM_INSTANTIATE(bfloat16)
VT_GEMM_INSTANTIATE(uint8_t)
VT_GEMM_INSTANTIATE(int8_t)
VT_GEMM_INSTANTIATE(int16_t)
VT_GEMM_INSTANTIATE(int32_t)
VT_GEMM_INSTANTIATE(int64_t)
VT_GEMM_INSTANTIATE(complex<float>)
VT_GEMM_INSTANTIATE(complex<double>)
#undef VT_GEMM_INSTANTIATE

}  // namespace vt::cpu
