#include <doctest/doctest.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

#include "core/dtype.h"
#include "cpu/kernels/cross_entropy.h"
#include "cpu/kernels/norm.h"
#include "cpu/kernels/optim.h"
#include "cpu/kernels/softmax.h"

using namespace vt;

namespace {

uint32_t g_random = 4711;
double next_random() {  // in [-2, 2)
  g_random = g_random * 1664525u + 1013904223u;
  return static_cast<double>(g_random >> 8) / (1 << 22) - 2.0;
}

template <class T>
std::vector<T> random_vector(int64_t n) {
  std::vector<T> v(static_cast<size_t>(n));
  for (T& x : v) x = T(static_cast<float>(next_random()));
  return v;
}

template <class T>
double tolerance() {
  return dtype_of<T> == DType::float64   ? 1e-12
         : dtype_of<T> == DType::float32 ? 6e-6
         : dtype_of<T> == DType::float16 ? 2e-3
                                         : 1.6e-2;
}

template <class T>
void check_close(const char* what, const std::vector<T>& got, const std::vector<double>& expected, double factor = 1) {
  REQUIRE(got.size() == expected.size());
  double worst = 0;
  for (size_t i = 0; i < got.size(); ++i) {
    const double error = std::fabs(static_cast<double>(got[i]) - expected[i]) / (1 + std::fabs(expected[i]));
    if (!(error <= worst)) worst = error;
  }
  CAPTURE(std::string(what));
  CHECK(worst <= tolerance<T>() * factor);
}

template <class T>
void check_softmax(int64_t rows, int64_t columns) {
  const auto x = random_vector<T>(rows * columns), grad = random_vector<T>(rows * columns);
  for (bool log : {false, true}) {
    std::vector<T> y(x.size()), dx(x.size());
    cpu::softmax_rows<T>(x.data(), y.data(), rows, columns, log);
    cpu::softmax_rows_backward<T>(grad.data(), y.data(), dx.data(), rows, columns, log);
    std::vector<double> expected(x.size()), expected_dx(x.size());
    for (int64_t r = 0; r < rows; ++r) {
      double sum = 0, dot = 0;
      for (int64_t i = r * columns; i < (r + 1) * columns; ++i) sum += std::exp(static_cast<double>(x[i]));
      for (int64_t i = r * columns; i < (r + 1) * columns; ++i) {
        const double p = std::exp(static_cast<double>(x[i])) / sum;
        expected[i] = log ? std::log(p) : p;
        dot += static_cast<double>(grad[i]) * (log ? 1 : static_cast<double>(y[i]));
      }
      for (int64_t i = r * columns; i < (r + 1) * columns; ++i) {
        const double g = grad[i], v = y[i];
        expected_dx[i] = log ? g - std::exp(v) * dot : v * (g - dot);
      }
    }
    check_close("softmax", y, expected);
    check_close("softmax backward", dx, expected_dx);
  }
}

template <class T>
void check_causal(int64_t batch, int64_t queries, int64_t keys) {
  auto x = random_vector<T>(batch * queries * keys);
  std::vector<T> y(x.size(), T(7.0f));
  std::vector<double> expected(x.size());
  for (int64_t r = 0; r < batch * queries; ++r) {
    const int64_t visible = std::min(keys, r % queries + 1);
    double sum = 0;
    for (int64_t j = 0; j < visible; ++j) sum += std::exp(0.3 * static_cast<double>(x[r * keys + j]));
    for (int64_t j = 0; j < visible; ++j)
      expected[r * keys + j] = std::exp(0.3 * static_cast<double>(x[r * keys + j])) / sum;
    for (int64_t j = visible; j < keys; ++j)
      x[r * keys + j] = T(std::numeric_limits<float>::quiet_NaN());  // never read
  }
  cpu::softmax_causal<T>(x.data(), y.data(), batch, queries, keys, 0.3);
  check_close("causal", y, expected);
}

template <class T>
void check_norm(bool center, bool with_weight, bool with_bias, int64_t rows, int64_t columns) {
  using A = opmath_t<T>;
  const auto x = random_vector<T>(rows * columns), grad = random_vector<T>(rows * columns);
  const auto weight = random_vector<T>(columns), bias = random_vector<T>(columns);
  const T* w = with_weight ? weight.data() : nullptr;
  const T* b = with_bias && center ? bias.data() : nullptr;
  std::vector<T> y(x.size()), dx(x.size()), dw(weight.size()), db(weight.size());
  std::vector<A> mean(static_cast<size_t>(rows)), rstd(static_cast<size_t>(rows));
  const double eps = 1e-3;
  if (center) {
    cpu::layer_norm<T>(x.data(), w, b, eps, y.data(), mean.data(), rstd.data(), rows, columns);
    cpu::norm_backward<T>(
        {grad.data(), x.data(), w, mean.data(), rstd.data(), dx.data(), false, dw.data(), db.data(), rows, columns});
  } else {
    cpu::rms_norm<T>(x.data(), w, eps, y.data(), rstd.data(), rows, columns);
    cpu::norm_backward<T>(
        {grad.data(), x.data(), w, nullptr, rstd.data(), dx.data(), false, dw.data(), nullptr, rows, columns});
  }
  std::vector<double> ey(x.size()), edx(x.size()), edw(weight.size()), edb(weight.size());
  for (int64_t r = 0; r < rows; ++r) {
    const T* row = x.data() + r * columns;
    const T* g = grad.data() + r * columns;
    double mu = 0, square = 0;
    for (int64_t i = 0; i < columns && center; ++i) mu += static_cast<double>(row[i]) / static_cast<double>(columns);
    for (int64_t i = 0; i < columns; ++i) square += std::pow(static_cast<double>(row[i]) - mu, 2);
    const double scale = 1 / std::sqrt(square / static_cast<double>(columns) + eps);
    double mean_g = 0, mean_gx = 0;
    for (int64_t i = 0; i < columns; ++i) {
      const double xhat = (static_cast<double>(row[i]) - mu) * scale, wi = w ? static_cast<double>(w[i]) : 1;
      ey[r * columns + i] = xhat * wi + (b ? static_cast<double>(b[i]) : 0);
      mean_g += static_cast<double>(g[i]) * wi / static_cast<double>(columns);
      mean_gx += static_cast<double>(g[i]) * wi * xhat / static_cast<double>(columns);
      edw[i] += static_cast<double>(g[i]) * xhat;
      edb[i] += static_cast<double>(g[i]);
    }
    for (int64_t i = 0; i < columns; ++i) {
      const double xhat = (static_cast<double>(row[i]) - mu) * scale, wi = w ? static_cast<double>(w[i]) : 1;
      edx[r * columns + i] = scale * (static_cast<double>(g[i]) * wi - (center ? mean_g : 0) - xhat * mean_gx);
    }
  }
  check_close("norm", y, ey);
  check_close("norm dx", dx, edx);
  const double terms = std::sqrt(static_cast<double>(rows));  // of the parameters' sums
  check_close("norm dweight", dw, edw, terms);
  if (center) check_close("norm dbias", db, edb, terms);
}

template <class T>
void check_adam(bool amsgrad, bool maximize, bool decoupled) {
  const int64_t n = 1000;
  auto p = random_vector<T>(n), m1 = std::vector<T>(n, T(0.0f)), v1 = m1, vmax = m1;
  std::vector<double> ep(p.begin(), p.end()), em(n), ev(n), emax(n);
  for (int step = 1; step <= 3; ++step) {
    const auto g = random_vector<T>(n);
    const cpu::AdamArgs args{0.01, 0.9, 0.999, 0.1, 1e-8, double(step), amsgrad, maximize, decoupled, 2.0};
    cpu::adam_step<T>(p.data(), g.data(), m1.data(), v1.data(), amsgrad ? vmax.data() : nullptr, n, args);
    for (int64_t i = 0; i < n; ++i) {
      double gi = static_cast<double>(g[i]) / 2.0 * (maximize ? -1 : 1);
      if (decoupled) ep[i] *= 1 - 0.01 * 0.1;
      else gi += 0.1 * ep[i];
      em[i] = 0.9 * em[i] + 0.1 * gi;
      ev[i] = 0.999 * ev[i] + 0.001 * gi * gi;
      emax[i] = std::max(emax[i], ev[i]);
      ep[i] -= 0.01 / (1 - std::pow(0.9, step)) * em[i] /
               (std::sqrt(amsgrad ? emax[i] : ev[i]) / std::sqrt(1 - std::pow(0.999, step)) + 1e-8);
    }
  }
  check_close("adam parameters", p, ep);
  check_close("adam average", m1, em);
}

template <class T>
void check_sgd(double momentum, bool nesterov) {
  const int64_t n = 777;
  auto p = random_vector<T>(n), buffer = std::vector<T>(n, T(std::numeric_limits<float>::quiet_NaN()));
  std::vector<double> ep(p.begin(), p.end()), eb(n);
  for (int step = 1; step <= 3; ++step) {
    const auto g = random_vector<T>(n);
    const cpu::SgdArgs args{0.1, momentum, nesterov ? 0.0 : 0.3, 0.01, nesterov, false, step == 1, 1.0};
    cpu::sgd_step<T>(p.data(), g.data(), momentum != 0 ? buffer.data() : nullptr, n, args);
    for (int64_t i = 0; i < n; ++i) {
      double gi = static_cast<double>(g[i]) + 0.01 * ep[i];
      if (momentum != 0) {
        eb[i] = step == 1 ? gi : momentum * eb[i] + (1 - args.dampening) * gi;
        gi = nesterov ? gi + momentum * eb[i] : eb[i];
      }
      ep[i] -= 0.1 * gi;
    }
  }
  check_close("sgd parameters", p, ep);
}

template <class T>
void check_cross_entropy(int64_t rows, int64_t columns) {
  using A = opmath_t<T>;
  const auto x = random_vector<T>(rows * columns);
  std::vector<int64_t> target(static_cast<size_t>(rows));
  for (int64_t r = 0; r < rows; ++r) target[r] = r % 3 == 1 ? -100 : (r * 7) % columns;
  std::vector<double> lse(target.size());
  std::vector<A> loss(target.size());
  std::vector<T> dx(x.size());
  CHECK(cpu::cross_entropy<T>(x.data(), target.data(), -100, lse.data(), loss.data(), rows, columns) == -1);
  cpu::cross_entropy_backward<T>(x.data(), target.data(), -100, lse.data(), A(0.25), dx.data(), rows, columns);
  std::vector<double> edx(x.size());
  for (int64_t r = 0; r < rows; ++r) {
    double sum = 0;
    for (int64_t i = 0; i < columns; ++i) sum += std::exp(static_cast<double>(x[r * columns + i]));
    const bool counts = target[r] >= 0;
    CHECK(lse[r] == doctest::Approx(std::log(sum)).epsilon(1e-6));
    const double expected = counts ? std::log(sum) - static_cast<double>(x[r * columns + target[r]]) : 0;
    CHECK(static_cast<double>(loss[r]) == doctest::Approx(expected).epsilon(1e-5));
    for (int64_t i = 0; i < columns && counts; ++i) {
      edx[r * columns + i] = 0.25 * (std::exp(static_cast<double>(x[r * columns + i])) / sum - (i == target[r]));
    }
  }
  check_close("cross entropy gradient", dx, edx);
  target[rows / 2] = columns;
  target[rows - 1] = -1;
  CHECK(cpu::cross_entropy<T>(x.data(), target.data(), -100, lse.data(), loss.data(), rows, columns) == rows / 2);
}

template <class T>
void check_type() {
  for (int64_t columns : {1, 5, 90, 1000}) check_cross_entropy<T>(20, columns);
  for (int64_t columns : {1, 5, 16, 63, 64, 65, 384, 1000}) {
    check_softmax<T>(7, columns);
    for (int options = 0; options < 8; ++options) check_norm<T>(options & 1, options & 2, options & 4, 37, columns);
  }
  check_softmax<T>(0, 4);
  check_norm<T>(true, true, true, 1000, 64);
  check_causal<T>(3, 9, 9);
  check_causal<T>(2, 4, 70);
  check_causal<T>(2, 9, 4);
  for (int options = 0; options < 8; ++options) check_adam<T>(options & 1, options & 2, options & 4);
  check_sgd<T>(0, false);
  check_sgd<T>(0.9, false);
  check_sgd<T>(0.9, true);
}

}  // namespace

TEST_CASE("float") { check_type<float>(); }
TEST_CASE("double") { check_type<double>(); }
TEST_CASE("float16") { check_type<float16>(); }
TEST_CASE("bfloat16") { check_type<bfloat16>(); }

TEST_CASE("softmax of infinities and NaN") {
  const float inf = INFINITY;
  const std::vector<float> x = {-inf, -inf, -inf, 0, -inf, 1, NAN, 0, 0, inf, 0, 0};
  std::vector<float> y(12);
  cpu::softmax_rows<float>(x.data(), y.data(), 4, 3, false);
  for (int i : {0, 1, 2, 6, 7, 8}) CHECK(std::isnan(y[i]));
  CHECK(y[4] == 0.0f);
  CHECK(y[3] + y[5] == doctest::Approx(1.0f));
  CHECK(std::isnan(y[9]));
}

TEST_CASE("every SIMD level agrees") {
  if (std::getenv("VIBETENSOR_SIMD")) return;
  for (const char* level : {"v2", "v3"}) {
    const std::string command =
        std::string("VIBETENSOR_SIMD=") + level + " /proc/" + std::to_string(getpid()) + "/exe > /dev/null";
    CHECK(std::system(command.c_str()) == 0);
  }
}
