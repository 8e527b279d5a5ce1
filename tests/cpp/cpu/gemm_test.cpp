#include "cpu/gemm.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "cpu/simd_dispatch.h"
#include "cpu/thread_pool.h"

using namespace vt;

namespace {

uint32_t g_random = 12345;
uint32_t next_random() { return g_random = g_random * 1664525u + 1013904223u; }

template <class T>
T random_value() {
  const int small = static_cast<int>(next_random() >> 24) - 128;
  if constexpr (is_complex_v<T>) return T(small / 64.0, (static_cast<int>(next_random() >> 24) - 128) / 64.0);
  else if constexpr (std::is_integral_v<T>) return static_cast<T>(small);
  else return T(static_cast<float>(small) / 64.0f);
}

template <class T>
double size_of_error(acc_t<T> x) {
  if constexpr (is_complex_v<T>) return std::hypot(x.re, x.im);
  else return std::fabs(static_cast<double>(x));
}

/// A matrix, or its transpose, row after row in the type that sums are made in.
template <class T>
std::vector<acc_t<T>> widened(const std::vector<T>& from, bool transposed, int64_t rows, int64_t columns, int64_t ld) {
  std::vector<acc_t<T>> wide(static_cast<size_t>(rows * columns));
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < columns; ++j) {
      wide[static_cast<size_t>(i * columns + j)] =
          acc_t<T>(from[static_cast<size_t>(transposed ? j * ld + i : i * ld + j)]);
    }
  }
  return wide;
}

template <class T>
void check_gemm(bool trans_a, bool trans_b, int64_t m, int64_t n, int64_t k, double alpha_value, double beta_value,
                bool with_bias, int64_t padding = 3) {
  using S = opmath_t<T>;
  using W = acc_t<T>;
  const int64_t lda = (trans_a ? m : k) + padding, ldb = (trans_b ? k : n) + padding, ldc = n + padding;
  // Exactly as large as the matrices, so that a sanitizer sees a read beyond them.
  auto last = [&](int64_t rows, int64_t columns, int64_t ld) {
    return static_cast<size_t>(rows == 0 ? 0 : (rows - 1) * ld + columns);
  };
  std::vector<T> a(last(trans_a ? k : m, trans_a ? m : k, lda)), b(last(trans_b ? n : k, trans_b ? k : n, ldb));
  std::vector<T> c(last(m, n, ldc)), bias(static_cast<size_t>(n));
  for (T& x : a) x = random_value<T>();
  for (T& x : b) x = random_value<T>();
  for (T& x : bias) x = random_value<T>();
  for (T& x : c) {
    if constexpr (std::is_integral_v<T>) x = random_value<T>();
    else x = beta_value == 0 ? T(std::numeric_limits<float>::quiet_NaN()) : random_value<T>();
  }
  const std::vector<T> before = c;
  const S alpha = S(alpha_value), beta = S(beta_value);
  cpu::gemm<T>(trans_a, trans_b, m, n, k, alpha, a.data(), lda, b.data(), ldb, beta, c.data(), ldc,
               with_bias ? bias.data() : nullptr);
  const std::vector<W> wide_a = widened(a, trans_a, m, k, lda), wide_b = widened(b, trans_b, k, n, ldb);
  std::vector<W> sums(static_cast<size_t>(n));
  double worst = 0;
  for (int64_t i = 0; i < m; ++i) {
    sums.assign(sums.size(), W(0));
    for (int64_t p = 0; p < k; ++p) {
      const W factor = wide_a[static_cast<size_t>(i * k + p)];
      const W* row = wide_b.data() + p * n;
      for (int64_t j = 0; j < n; ++j) sums[static_cast<size_t>(j)] = sums[static_cast<size_t>(j)] + factor * row[j];
    }
    for (int64_t j = 0; j < n; ++j) {
      const auto at = static_cast<size_t>(i * ldc + j);
      W expected = W(alpha) * sums[static_cast<size_t>(j)];
      if (beta_value != 0) expected = expected + W(beta) * W(before[at]);
      if (with_bias) expected = expected + W(bias[static_cast<size_t>(j)]);
      if constexpr (std::is_integral_v<T>) {
        worst += static_cast<T>(expected) != c[at];
      } else {
        const double error =
            size_of_error<T>(W(c[at]) - expected) / (size_of_error<T>(expected) + std::sqrt(double(k)) + 1);
        if (!(error <= worst)) worst = error;
      }
    }
    for (int64_t j = n; j < ldc && i + 1 < m; ++j) {  // between the rows nothing is written
      const auto at = static_cast<size_t>(i * ldc + j);
      REQUIRE(std::memcmp(&c[at], &before[at], sizeof(T)) == 0);
    }
  }
  double tolerance = 1e-5;
  if (sizeof(S) >= 8 && !is_complex_v<T>) tolerance = 1e-14;
  if (std::is_same_v<T, float16>) tolerance = 1e-3;
  if (std::is_same_v<T, bfloat16>) tolerance = 8e-3;
  if (std::is_integral_v<T>) tolerance = 0;
  CAPTURE(trans_a);
  CAPTURE(trans_b);
  CAPTURE(m);
  CAPTURE(n);
  CAPTURE(k);
  CAPTURE(alpha_value);
  CAPTURE(beta_value);
  CHECK(worst <= tolerance);
}

template <class T>
void check_all() {
  for (int threads : {1, 3}) {
    const int before = get_num_threads();
    set_num_threads(threads);
    for (int trans = 0; trans < 4; ++trans) {
      const bool ta = trans & 1, tb = trans & 2;
      for (int64_t m : {1, 2, 13, 15, 29, 67}) {
        if (threads > 1) break;  // too small to be spread
        for (int64_t n : {1, 7, 16, 31, 33, 65}) {
          for (int64_t k : {1, 3, 16, 33}) check_gemm<T>(ta, tb, m, n, k, 1, 0, (m + n) % 2 == 0);
        }
      }
      check_gemm<T>(ta, tb, 20, 40, 10, 2, 3, true);
      check_gemm<T>(ta, tb, 5, 70, 1000, 1, 1, true);
      check_gemm<T>(ta, tb, 200, 130, 900, 1, 1, true);
      check_gemm<T>(ta, tb, 400, 50, 1601, 1, 0, false, 0);
      check_gemm<T>(ta, tb, 9, 11, 0, 1, 2, true);
      check_gemm<T>(ta, tb, 9, 11, 4, 0, 2, false);
      check_gemm<T>(ta, tb, 0, 11, 4, 1, 0, false);
      check_gemm<T>(ta, tb, 1, 600, 333, 2, 1, true);
      check_gemm<T>(ta, tb, 600, 1, 333, 2, 1, true);
    }
    set_num_threads(before);
  }
}

}  // namespace

TEST_CASE("float") { check_all<float>(); }
TEST_CASE("double") { check_all<double>(); }
TEST_CASE("bfloat16") { check_all<bfloat16>(); }
TEST_CASE("float16") { check_all<float16>(); }
TEST_CASE("complex64") { check_all<complex<float>>(); }
TEST_CASE("complex128") { check_all<complex<double>>(); }
TEST_CASE("integers wrap around") {
  check_all<int8_t>();
  check_all<uint8_t>();
  check_all<int16_t>();
  check_all<int32_t>();
  check_all<int64_t>();
}

TEST_CASE("batched products, strides of zero and shared matrices") {
  for (bool tb : {false, true}) {
    const int64_t batch = 5, m = 6, n = 7, k = 8;
    std::vector<float> a(batch * m * k), b(batch * k * n);
    for (float& x : a) x = random_value<float>();
    for (float& x : b) x = random_value<float>();
    for (int64_t stride_a : {int64_t{0}, m * k}) {
      for (int64_t stride_b : {int64_t{0}, k * n}) {
        std::vector<float> got(batch * m * n), expected(batch * m * n);
        cpu::gemm_batched<float>(false, tb, batch, m, n, k, 1, a.data(), k, stride_a, b.data(), tb ? k : n, stride_b, 0,
                                 got.data(), n, m * n);
        for (int64_t i = 0; i < batch; ++i) {
          cpu::gemm<float>(false, tb, m, n, k, 1, a.data() + i * stride_a, k, b.data() + i * stride_b, tb ? k : n, 0,
                           expected.data() + i * m * n, n);
        }
        for (size_t i = 0; i < got.size(); ++i) REQUIRE(got[i] == doctest::Approx(expected[i]));
      }
    }
  }
}

// Note [When a matrix is read where it lies]: many columns, few or many rows, and rows that compete for sets or do not.
TEST_CASE("matrices too wide to be read in place, and leading dimensions of whole pages") {
  for (int trans = 0; trans < 4; ++trans) {
    const bool ta = trans & 1, tb = trans & 2;
    for (int64_t padding : {3, 494}) {  // 494: leading dimensions of 1024
      for (int64_t m : {20, 45}) check_gemm<float>(ta, tb, m, 800, 530, 1, 1, true, padding);
      check_gemm<double>(ta, tb, 45, 420, 530, 2, 0, false, padding);
    }
  }
}

TEST_CASE_TEMPLATE("a few rows or columns", T, float, double, bfloat16, float16) {
  for (int trans = 0; trans < 4; ++trans) {
    const bool ta = trans & 1, tb = trans & 2;
    for (int64_t few : {2, 3, 8, 9, 27}) {
      for (int64_t many : {47, 48, 50, 97}) {
        check_gemm<T>(ta, tb, few, many, 129, 2, 3, true);
        check_gemm<T>(ta, tb, many, few, 128, 1, 0, true);
      }
      check_gemm<T>(ta, tb, few, 70, 4097, 1, 0, false);
      check_gemm<T>(ta, tb, 70, few, 8300, 1, 1, true);
    }
    check_gemm<T>(ta, tb, 5, 301, 1100, 1, 0, true, 0);  // a B too large to be read in place in whole slices
    check_gemm<T>(ta, tb, 28, 1000, 2000, 1, 1, false, 24);
  }
}

TEST_CASE_TEMPLATE("more of B than is packed at a time", T, float, bfloat16) {
  for (int trans = 0; trans < 4; ++trans) {
    const bool ta = trans & 1, tb = trans & 2;
    check_gemm<T>(ta, tb, 33, 1000, 5000, 1, 1, true);  // several passes over k
    check_gemm<T>(ta, tb, 33, 4200, 520, 1, 0, true);   // several ranges of columns
  }
}

// Note [Long sums of a small C] in gemm_packed.cpp
TEST_CASE_TEMPLATE("long sums of a small C", T, float, bfloat16) {
  for (int trans = 0; trans < 4; ++trans) check_gemm<T>(trans & 1, trans & 2, 17, 40, 33001, 1, 1, true);
}

TEST_CASE_TEMPLATE("NaN and infinity stay in their rows and columns", T, float, bfloat16) {
  for (int trans = 0; trans < 4; ++trans) {
    const bool ta = trans & 1, tb = trans & 2;
    for (auto [m, n, k] : {std::array<int64_t, 3>{5, 61, 133}, {61, 5, 133}, {33, 61, 133}, {33, 61, 40000}}) {
      std::vector<T> a(static_cast<size_t>(m * k), T(1)), b(static_cast<size_t>(k * n), T(1));
      std::vector<T> c(static_cast<size_t>(m * n));
      const int64_t lda = ta ? m : k, ldb = tb ? k : n, last = k - 1;
      a[static_cast<size_t>(ta ? last * lda + 2 : 2 * lda + last)] = T(std::numeric_limits<float>::quiet_NaN());
      b[static_cast<size_t>(tb ? 3 * ldb + last : last * ldb + 3)] = T(std::numeric_limits<float>::infinity());
      cpu::gemm<T>(ta, tb, m, n, k, 1, a.data(), lda, b.data(), ldb, 0, c.data(), n);
      int64_t wrong = 0;
      for (int64_t i = 0; i < m; ++i) {
        for (int64_t j = 0; j < n; ++j) {
          const auto got = static_cast<float>(c[static_cast<size_t>(i * n + j)]);
          wrong += i == 2 ? !std::isnan(got) : j == 3 ? !std::isinf(got) : got != static_cast<float>(T(float(k)));
        }
      }
      CHECK(wrong == 0);
    }
  }
}

template <class T>
void check_bits(int64_t m, int64_t n, int64_t k) {
  std::vector<T> a(m * k), b(k * n), one(m * n), three(m * n);
  for (T& x : a) x = random_value<T>();
  for (T& x : b) x = random_value<T>();
  for (int trans = 0; trans < 4; ++trans) {
    const bool ta = trans & 1, tb = trans & 2;
    for (int threads : {1, 3}) {
      const int before = get_num_threads();
      set_num_threads(threads);
      cpu::gemm<T>(ta, tb, m, n, k, 1, a.data(), ta ? m : k, b.data(), tb ? k : n, 0,
                   (threads == 1 ? one : three).data(), n);
      set_num_threads(before);
    }
    CHECK(std::memcmp(one.data(), three.data(), one.size() * sizeof(T)) == 0);
  }
}

TEST_CASE("the number of threads does not change a bit") {
  for (auto [m, n, k] : {std::array<int64_t, 3>{700, 333, 1100},
                         {6, 1001, 1100},
                         {1001, 6, 1100},
                         {25, 1001, 1100},
                         {33, 1000, 5000},
                         {17, 40, 33001}}) {
    check_bits<float>(m, n, k);
    check_bits<double>(m, n, k);
    check_bits<bfloat16>(m, n, k);
  }
}

// Panels of 32 rows and columns, chunks of 32 k's, slices of 1024: whole ones, read where they lie or packed, and
// rests.
TEST_CASE("bfloat16 tiles") {
  for (int trans = 0; trans < 4; ++trans) {
    const bool ta = trans & 1, tb = trans & 2;
    for (int64_t padding : {0, 3}) {
      for (int64_t m : {16, 17, 32, 50, 97}) {
        check_gemm<bfloat16>(ta, tb, m, 33, 64, 1, 0, false, padding);
        check_gemm<bfloat16>(ta, tb, m, 80, 2048, 1, 1, true, padding);
        check_gemm<bfloat16>(ta, tb, m, 49, 1057, 2, 0, true, padding);
      }
      check_gemm<bfloat16>(ta, tb, 200, 600, 1024, 1, 0, false, padding);  // rows that compete for sets are packed
      check_gemm<bfloat16>(ta, tb, 200, 300, 96, 1, 0, true, padding);
    }
  }
}

// v4 is AVX-512 without AMX, which the machine's own level has on top of it where there is any.
TEST_CASE("every SIMD level gives the right products") {
  if (std::getenv("VIBETENSOR_SIMD")) return;
  for (const char* level : {"v2", "v3", "v4"}) {
    const std::string command =
        std::string("VIBETENSOR_SIMD=") + level + " /proc/" + std::to_string(getpid()) + "/exe > /dev/null";
    CHECK(std::system(command.c_str()) == 0);
  }
}
