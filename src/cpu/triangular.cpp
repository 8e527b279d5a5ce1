#include "cpu/triangular.h"

#include <algorithm>
#include <utility>

#include "cpu/gemm.h"
#include "cpu/thread_pool.h"
#include "cpu/triangular_lanes.h"

namespace vt::cpu {
namespace {

// M Y = R, where M is op(A) and Y is B, or for X op(A) = B the transposes of both. Element (i, s) of R is
// b[i * step + s * pitch]; element (i, j) of M is a[i * row + j * column].
template <class T>
struct System {
  const T* a;
  int64_t row, column;
  T* b;
  int64_t step, pitch, sides;
  bool lower, unit;

  System part(int64_t first) const {
    System s = *this;
    s.a += first * (row + column);
    s.b += first * step;
    return s;
  }
};

template <class T>
void solve_block(const System<T>& s, int64_t n) {
  // In the order of solving, so that M is lower.
  alignas(64) T factor[kTriangle * kTriangle], inverse[kTriangle];
  const auto at = [&](int64_t i) { return s.lower ? i : n - 1 - i; };
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j < i; ++j) factor[i * kTriangle + j] = s.a[at(i) * s.row + at(j) * s.column];
    inverse[i] = s.unit ? T(1) : T(1) / s.a[at(i) * (s.row + s.column)];
  }
  const auto solve = VT_SIMD_PICK(solve_lanes, T);
  const int64_t groups = (s.sides + kSides - 1) / kSides;
  parallel_for(0, groups, 1 + 16384 / (n * n * kSides), [&](int64_t begin, int64_t end) {
    alignas(64) T lanes[kTriangle * kSides];
    for (int64_t g = begin; g < end; ++g) {
      T* b = s.b + g * kSides * s.pitch;
      const int64_t count = std::min<int64_t>(kSides, s.sides - g * kSides);
      const auto move = [&](auto copy) {
        if (s.pitch == 1) {
          for (int64_t i = 0; i < n; ++i) {
            for (int64_t e = 0; e < count; ++e) copy(lanes[i * kSides + e], b[at(i) * s.step + e]);
          }
        } else {
          for (int64_t e = 0; e < count; ++e) {
            for (int64_t i = 0; i < n; ++i) copy(lanes[i * kSides + e], b[at(i) * s.step + e * s.pitch]);
          }
        }
      };
      if (count < kSides) std::fill_n(lanes, n * kSides, T(0));
      move([](T& lane, const T& from) { lane = from; });
      solve(factor, inverse, n, lanes);
      move([](const T& lane, T& to) { to = lane; });
    }
  });
}

// r (count, sides) of rows `to` on -= M(to, from) r of rows `from`.
template <class T>
void subtract_product(const System<T>& s, int64_t to, int64_t from, int64_t rows, int64_t terms) {
  const T* block = s.a + to * s.row + from * s.column;
  const bool stands = s.row == 1;  // in memory the transpose of what a row-major product reads
  const int64_t lda = stands ? s.column : s.row;
  const T* known = s.b + from * s.step;
  T* rest = s.b + to * s.step;
  if (s.pitch == 1) {  // rows of R are rows in memory
    gemm<T>(stands, false, rows, s.sides, terms, opmath_t<T>(-1), block, lda, known, s.step, opmath_t<T>(1), rest,
            s.step);
  } else {
    gemm<T>(false, !stands, s.sides, rows, terms, opmath_t<T>(-1), known, s.pitch, block, lda, opmath_t<T>(1), rest,
            s.pitch);
  }
}

template <class T>
void solve_system(const System<T>& s, int64_t n) {
  if (n <= kTriangle) return solve_block(s, n);
  const int64_t half = (n / 2 + kTriangle - 1) / kTriangle * kTriangle;
  const int64_t first = s.lower ? 0 : half, second = half - first;
  const int64_t known = s.lower ? half : n - half;
  solve_system(s.part(first), known);
  subtract_product(s, second, first, n - known, known);
  solve_system(s.part(second), n - known);
}

}  // namespace

template <class T>
void solve_triangular(bool left, bool upper, bool transposed, bool unit, int64_t m, int64_t n, const T* a, int64_t lda,
                      T* b, int64_t ldb) {
  const bool rows_step = transposed != left;  // M(i, j) lies at i + j * lda
  const int64_t row = rows_step ? 1 : lda, column = rows_step ? lda : 1;
  const bool lower = upper != rows_step;
  const System<T> s = left ? System<T>{a, row, column, b, 1, ldb, n, lower, unit}
                           : System<T>{a, row, column, b, ldb, 1, m, lower, unit};
  const int64_t size = left ? m : n;
  if (size > 0 && s.sides > 0) solve_system(s, size);
}

template <class T>
void solve_factored(bool transposed, int64_t n, int64_t k, const T* lu, int64_t lda, const int32_t* pivots, T* b,
                    int64_t ldb) {
  const auto swap_rows = [&](bool back) {
    parallel_for(0, k, 1 + 16384 / (n + 1), [&](int64_t begin, int64_t end) {
      for (int64_t c = begin; c < end; ++c) {
        T* column = b + c * ldb;
        for (int64_t i = 0; i < n; ++i) {
          const int64_t at = back ? n - 1 - i : i;
          std::swap(column[at], column[pivots[at] - 1]);
        }
      }
    });
  };
  if (!transposed) {
    swap_rows(false);
    solve_triangular(true, false, false, true, n, k, lu, lda, b, ldb);
    solve_triangular(true, true, false, false, n, k, lu, lda, b, ldb);
  } else {
    solve_triangular(true, true, true, false, n, k, lu, lda, b, ldb);
    solve_triangular(true, false, true, true, n, k, lu, lda, b, ldb);
    swap_rows(true);
  }
}

#define VT_TRIANGULAR_OF(T)                                                                                 \
  template void solve_triangular(bool, bool, bool, bool, int64_t, int64_t, const T*, int64_t, T*, int64_t); \
  template void solve_factored(bool, int64_t, int64_t, const T*, int64_t, const int32_t*, T*, int64_t);
VT_TRIANGULAR_OF(float)
VT_TRIANGULAR_OF(double)
VT_TRIANGULAR_OF(complex<float>)
VT_TRIANGULAR_OF(complex<double>)
#undef VT_TRIANGULAR_OF

}  // namespace vt::cpu
