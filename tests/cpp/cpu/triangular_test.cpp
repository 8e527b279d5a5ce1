// Triangular systems of every kind, larger than a block too, beside what they should give.
#include "cpu/triangular.h"

#include <doctest/doctest.h>

#include <cmath>
#include <utility>
#include <vector>

#include "core/dtype.h"

using namespace vt;

namespace {

uint32_t g_random = 4711;
double next_random() {
  g_random = g_random * 1664525u + 1013904223u;
  return static_cast<double>(g_random >> 8) / (1 << 24) - 0.5;
}
template <class T>
T random_value() {
  if constexpr (is_complex_v<T>) return T(next_random(), next_random());
  else return static_cast<T>(next_random());
}
template <class T>
double size_of(T x) {
  if constexpr (is_complex_v<T>) return std::hypot(static_cast<double>(x.re), static_cast<double>(x.im));
  else return std::fabs(static_cast<double>(x));
}

// Column-major, with a leading dimension that is larger than its rows.
template <class T>
struct Matrix {
  Matrix(int64_t m, int64_t n) : rows(m), columns(n), leading(m + 3), data(static_cast<size_t>(leading * n + 1)) {
    for (T& x : data) x = random_value<T>();
  }
  T& operator()(int64_t i, int64_t j) { return data[static_cast<size_t>(j * leading + i)]; }
  int64_t rows, columns, leading;
  std::vector<T> data;
};

template <class T>
void check(bool left, bool upper, bool transposed, bool unit, int64_t m, int64_t n) {
  const int64_t size = left ? m : n;
  Matrix<T> a(size, size), b(m, n);
  for (int64_t i = 0; i < size; ++i) {
    a(i, i) = a(i, i) + T(2);
    for (int64_t j = 0; j < size; ++j) {
      if (i != j) a(i, j) = a(i, j) * T(4.0 / static_cast<double>(size));
    }
  }
  Matrix<T> x = b;
  cpu::solve_triangular<T>(left, upper, transposed, unit, m, n, a.data.data(), a.leading, x.data.data(), x.leading);
  const auto op = [&](int64_t i, int64_t j) {
    if (transposed) std::swap(i, j);
    if (i == j) return unit ? T(1) : a(i, i);
    return (i < j) == upper ? a(i, j) : T(0);
  };
  double worst = 0;
  for (int64_t i = 0; i < m; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      T sum = T(0);
      for (int64_t k = 0; k < size; ++k) sum += left ? op(i, k) * x(k, j) : x(i, k) * op(k, j);
      worst = std::fmax(worst, size_of(sum - b(i, j)));
    }
  }
  const bool wide = sizeof(T) == (is_complex_v<T> ? 16 : 8);
  CHECK(worst < (wide ? 1e-12 : 2e-4));
  for (int64_t j = 0; j < n; ++j) {
    for (int64_t i = m; i < b.leading; ++i) CHECK(size_of(x(i, j) - b(i, j)) == 0);
  }
}

template <class T>
void check_all() {
  for (int flags = 0; flags < 16; ++flags) {
    for (const auto& [m, n] : {std::pair<int64_t, int64_t>{1, 1}, {3, 20}, {32, 5}, {33, 17}, {150, 40}, {20, 97}}) {
      CAPTURE(flags);
      CAPTURE(m);
      check<T>(flags & 1, flags & 2, flags & 4, flags & 8, m, n);
    }
  }
}

}  // namespace

TEST_CASE("triangular systems") {
  check_all<float>();
  check_all<double>();
  check_all<complex<float>>();
  check_all<complex<double>>();
}

TEST_CASE("systems from factors with swapped rows") {
  for (const bool transposed : {false, true}) {
    const int64_t n = 70, k = 9;
    Matrix<double> lu(n, n), b(n, k);
    std::vector<int32_t> pivots;
    for (int64_t i = 0; i < n; ++i) {
      lu(i, i) += 3;
      pivots.push_back(static_cast<int32_t>(i + 1 + (i * 7) % (n - i)));
    }
    // A = P L U: the swaps undone, last first.
    Matrix<double> a(n, n);
    for (int64_t i = 0; i < n; ++i) {
      for (int64_t j = 0; j < n; ++j) {
        double sum = 0;
        for (int64_t t = 0; t <= std::min(i, j); ++t) sum += (t == i ? 1 : lu(i, t)) * lu(t, j);
        a(i, j) = sum;
      }
    }
    for (int64_t i = n; i-- > 0;) {
      for (int64_t j = 0; j < n; ++j) std::swap(a(i, j), a(pivots[static_cast<size_t>(i)] - 1, j));
    }
    Matrix<double> x = b;
    cpu::solve_factored<double>(transposed, n, k, lu.data.data(), lu.leading, pivots.data(), x.data.data(), x.leading);
    double worst = 0, largest = 0;
    for (int64_t i = 0; i < n; ++i) {
      for (int64_t j = 0; j < k; ++j) {
        double sum = 0;
        for (int64_t t = 0; t < n; ++t) sum += (transposed ? a(t, i) : a(i, t)) * x(t, j);
        worst = std::fmax(worst, std::fabs(sum - b(i, j)));
        largest = std::fmax(largest, std::fabs(x(i, j)));
      }
    }
    CHECK(worst < 1e-10 * (1 + largest));
  }
}
