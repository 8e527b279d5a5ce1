// Poisson numbers: products of uniforms for small rates, transformed rejection (Hoermann, 1993, algorithm PTRS) for
// others.
#include <cmath>

#include "core/error.h"
#include "cpu/random/fill.h"
#include "cpu/random/words.h"

namespace vt::cpu {

namespace {

constexpr double kRejectionRate = 10;

int64_t count_factors(Mt19937& engine, double rate) {
  const double floor = std::exp(-rate);
  int64_t count = 0;
  for (double product = unit_double(engine.next64()); product > floor; product *= unit_double(engine.next64())) ++count;
  return count;
}

int64_t reject(Mt19937& engine, double rate) {
  const double root = std::sqrt(rate), log_rate = std::log(rate);
  const double b = 0.931 + 2.53 * root;
  const double a = -0.059 + 0.02483 * b;
  const double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
  const double v_r = 0.9277 - 3.6224 / (b - 2);
  while (true) {
    const double u = unit_double(engine.next64()) - 0.5;
    const double v = unit_double(engine.next64());
    const double us = 0.5 - std::abs(u);
    const auto k = static_cast<int64_t>(std::floor((2 * a / us + b) * u + rate + 0.43));
    if (us >= 0.07 && v <= v_r) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    const double left = std::log(v) + std::log(inverse_alpha) - std::log(a / (us * us) + b);
    if (left <= -rate + static_cast<double>(k) * log_rate - std::lgamma(static_cast<double>(k) + 1)) return k;
  }
}

}  // namespace

void fill_poisson(CpuGenerator& generator, DType dtype, void* out, int64_t n, const void* rates) {
  visit_dtype<kFloatingSet>(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* rate = static_cast<const T*>(rates);
    T* to = static_cast<T*>(out);
    for (int64_t i = 0; i < n; ++i) {
      const auto r = static_cast<double>(static_cast<opmath_t<T>>(rate[i]));
      VT_CHECK(r >= 0, Runtime, "invalid Poisson rate, expected rate to be non-negative, got ", r);
      // An infinite rate would never be accepted.
      VT_CHECK(std::isfinite(r), Runtime, "invalid Poisson rate, expected a finite one, got ", r);
      const int64_t count = r == 0               ? 0
                            : r < kRejectionRate ? count_factors(generator.engine(), r)
                                                 : reject(generator.engine(), r);
      to[i] = static_cast<T>(static_cast<opmath_t<T>>(count));
    }
  });
}

}  // namespace vt::cpu
