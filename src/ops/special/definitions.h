// What functions.h declares. Included once on the host, by definitions.cpp; in a .cu the functions are the
// unit's own, called and not inlined.
#pragma once

#include "ops/special/functions.h"

// What the header declares, and its parts.
#ifdef __CUDACC__
#define VT_SPECIAL [[maybe_unused]] static __host__ __device__ __noinline__
#define VT_SPECIAL_PART VT_SPECIAL
#else
#define VT_SPECIAL
#define VT_SPECIAL_PART static
#endif

namespace vt::special {

using pointwise::kNormalDensity, pointwise::kPi, pointwise::kSqrtHalf;

// sum c[k] T_k(t), by Clenshaw's recurrence.
template <int N>
VT_HD_INLINE double chebyshev(double t, const double (&c)[N]) {
  double b = 0, above = 0;
  for (int k = N - 1; k > 0; --k) {
    const double next = 2 * t * b - above + c[k];
    above = b;
    b = next;
  }
  return t * b - above + c[0];
}

VT_HD_INLINE double infinity() { return __builtin_inf(); }
VT_HD_INLINE double no_value() { return __builtin_nan(""); }

}  // namespace vt::special

#include "ops/special/series.h"

namespace vt::special {

// ---- Bessel functions

// Amplitude and phase of J and Y behind 8: sqrt(2 / (pi x)) (p cos(chi) -+ q sin(chi)).
struct Wave {
  double amplitude, p, q, sine, cosine;
};
VT_HD_INLINE Wave wave(double x, int order) {
  const double v = 64 / (x * x), inverse = 8 / x;
  // chi = x - pi / 4 - order pi / 2, by the sums of its sine and cosine: x itself has no digits to spare
  const double s = m::sin(x), c = m::cos(x);
  const double sine = order == 0 ? s - c : -s - c, cosine = order == 0 ? s + c : s - c;
  return {m::sqrt(2 / (kPi * x)), order == 0 ? p0_far(v) : p1_far(v), inverse * (order == 0 ? q0_far(v) : q1_far(v)),
          kSqrtHalf * sine, kSqrtHalf * cosine};
}
VT_HD_INLINE double first_kind(const Wave& w) { return w.amplitude * (w.p * w.cosine - w.q * w.sine); }
VT_HD_INLINE double second_kind(const Wave& w) { return w.amplitude * (w.p * w.sine + w.q * w.cosine); }

VT_SPECIAL double j0(double x) {
  x = m::abs(x);
  if (x <= 8) return j0_near(x * x);
  return m::isinf(x) ? 0 : first_kind(wave(x, 0));
}
VT_SPECIAL double j1(double x) {
  const double a = m::abs(x);
  if (a <= 8) return x * j1_near(x * x);
  return m::isinf(x) ? 0 : m::copysign(1.0, x) * first_kind(wave(a, 1));
}
VT_SPECIAL double y0(double x) {
  if (!(x > 0)) return x == 0 ? -infinity() : no_value();
  if (x <= 8) return y0_near(x * x) + 2 / kPi * m::log(x) * j0_near(x * x);
  return m::isinf(x) ? 0 : second_kind(wave(x, 0));
}
VT_SPECIAL double y1(double x) {
  if (!(x > 0)) return x == 0 ? -infinity() : no_value();
  if (x <= 8) return y1_near(x * x) / x + 2 / kPi * m::log(x) * x * j1_near(x * x);
  return m::isinf(x) ? 0 : second_kind(wave(x, 1));
}

VT_SPECIAL double i0e(double x) {
  x = m::abs(x);
  return x <= 8 ? i0_near(x) : i0_far(8 / x) / m::sqrt(x);
}
VT_SPECIAL double i1e(double x) {
  const double a = m::abs(x);
  return a <= 8 ? x * i1_near(a) : m::copysign(1.0, x) * i1_far(8 / a) / m::sqrt(a);
}
// In two factors: the product overflows later than its exponential.
VT_SPECIAL double i0(double x) {
  const double half = m::exp(0.5 * m::abs(x));
  return half * i0e(x) * half;
}
VT_SPECIAL double i1(double x) {
  const double half = m::exp(0.5 * m::abs(x));
  return half * i1e(x) * half;
}
VT_SPECIAL double k0e(double x) {
  if (!(x > 0)) return x == 0 ? infinity() : no_value();
  if (x <= 2) return m::exp(x) * (k0_near(x * x) - m::log(0.5 * x) * i0(x));
  return k0_far(2 / x) / m::sqrt(x);
}
VT_SPECIAL double k1e(double x) {
  if (!(x > 0)) return x == 0 ? infinity() : no_value();
  if (x <= 2) return m::exp(x) * (k1_near(x * x) / x + m::log(0.5 * x) * i1(x));
  return k1_far(2 / x) / m::sqrt(x);
}
VT_SPECIAL double k0(double x) { return m::exp(-x) * k0e(x); }
VT_SPECIAL double k1(double x) { return m::exp(-x) * k1e(x); }

VT_SPECIAL double spherical_j0(double x) {
  if (m::isinf(x)) return 0;
  return x == 0 ? 1 : m::sin(x) / x;
}

VT_SPECIAL double airy_ai(double x) {
  if (m::isinf(x)) return no_value();
  if (x >= -5 && x <= 2) return airy_near(x);
  const double z = m::abs(x), zeta = z * m::sqrt(z) / 1.5, fourth_root = m::sqrt(m::sqrt(z));
  if (x > 2) return m::exp(-zeta) / (2 * m::sqrt(kPi) * fourth_root) * airy_right(1 / zeta);
  const double v = 1 / (zeta * zeta), s = m::sin(zeta), c = m::cos(zeta);
  const double sine = kSqrtHalf * (s - c), cosine = kSqrtHalf * (s + c);  // of zeta - pi / 4
  return (airy_left_p(v) * cosine + airy_left_q(v) / zeta * sine) / (m::sqrt(kPi) * fourth_root);
}

// ---- the normal distribution

VT_SPECIAL double erfcx(double x) {
  if (x < -26.7) return infinity();
  const double a = m::abs(x);
  const double right = m::isinf(a) ? 0 : erfcx_right((a - 3.75) / (a + 3.75)) / (1 + 2 * a);
  return x < 0 ? 2 * m::exp(x * x) - right : right;
}
VT_SPECIAL double ndtr(double x) { return 0.5 * m::erfc(-x * kSqrtHalf); }
VT_SPECIAL double log_ndtr(double x) {
  const double t = x * kSqrtHalf;
  return x < -1 ? m::log(0.5 * erfcx(-t)) - t * t : m::log1p(-0.5 * m::erfc(t));
}
VT_SPECIAL double ndtri(double p) {
  if (!(p > 0 && p < 1)) return p == 0 ? -infinity() : p == 1 ? infinity() : no_value();
  if (m::abs(p - 0.5) < 0.4) return m::erfinv(2 * p - 1) / kSqrtHalf;
  // Newton on the logarithm of the distribution, which is nearly a parabola out here.
  const double goal = m::log(p < 0.5 ? p : 1 - p);
  double x = -m::sqrt(-2 * goal);
  for (int step = 0; step < 8; ++step) {
    const double slope = 2 * kNormalDensity / erfcx(-x * kSqrtHalf);  // density over distribution
    const double moved = (log_ndtr(x) - goal) / slope;
    x -= moved;
    if (m::abs(moved) <= 1e-15 * m::abs(x)) break;
  }
  return p < 0.5 ? x : -x;
}

// ---- zeta, polygamma, incomplete gamma

VT_SPECIAL double zeta(double x, double q) {
  if (x == 1) return infinity();
  if (!(x > 1)) return no_value();
  if (q <= 0) {
    if (q == m::floor(q)) return infinity();
    if (x != m::floor(x)) return no_value();
  }
  // Terms until the Euler-Maclaurin formula takes over.
  double sum = 0;
  for (; q < 12; q += 1) {
    const double term = m::pow(q, -x);
    sum += term;
    if (q > 0 && term <= 1e-17 * m::abs(sum)) return sum;
  }
  const double power = m::pow(q, -x);
  sum += power * (q / (x - 1) + 0.5);
  // B_2k / (2k)!
  constexpr double c[] = {1.0 / 12,          -1.0 / 720,
                          1.0 / 30240,       -1.0 / 1209600,
                          1.0 / 47900160,    -691.0 / 1307674368000,
                          1.0 / 74724249600, -3617.0 / 10670622842880000};
  double factor = power * x / q;
  for (int k = 0; k < 8; ++k) {
    const double term = c[k] * factor;
    sum += term;
    if (m::abs(term) <= 1e-17 * m::abs(sum)) break;
    factor *= (x + 2 * k + 1) * (x + 2 * k + 2) / (q * q);
  }
  return sum;
}

VT_SPECIAL double polygamma(double x, double order) {
  if (order == 0) return m::digamma(x);
  if (order == 1) return m::trigamma(x);
  const double size = m::exp(m::lgamma(order + 1)) * zeta(order + 1, x);
  return m::fmod(order, 2.0) == 0 ? -size : size;
}

// x^a e^-x / Gamma(a)
VT_HD_INLINE double gamma_density(double a, double x) { return m::exp(a * m::log(x) - x - m::lgamma(a)); }
inline constexpr int kGammaSteps = 100000;

// sum x^n / (a (a + 1) ... (a + n)), for x below a or below 1
VT_SPECIAL_PART double lower_gamma(double a, double x) {
  double term = 1 / a, sum = term;
  for (int n = 1; n < kGammaSteps; ++n) {
    term *= x / (a + n);
    sum += term;
    if (term <= 1e-17 * sum) break;
  }
  return gamma_density(a, x) * sum;
}
// The continued fraction 1 / (x + 1 - a - 1 (1 - a) / (x + 3 - a - ...)), for x above a and 1, from its front.
VT_SPECIAL_PART double upper_gamma(double a, double x) {
  double b = x + 1 - a, c = 1e300, d = 1 / b, product = d;
  for (int n = 1; n < kGammaSteps; ++n) {
    const double numerator = -n * (n - a);
    b += 2;
    d = 1 / (numerator * d + b);
    c = b + numerator / c;
    product *= d * c;
    if (m::abs(d * c - 1) <= 1e-16) break;
  }
  return gamma_density(a, x) * product;
}
// log Gamma(1 + a), with all digits near 0.
VT_HD_INLINE double lgamma1p(double a) {
  if (a > 1e-2) return m::lgamma(1 + a);
  constexpr double kTerms[] = {-0.14404989676884612, 0.16955717699740819, -0.20738555102867398, 0.27058080842778454,
                               -0.40068563438653143, 0.82246703342411322, -0.57721566490153286};
  double sum = 0;
  for (const double term : kTerms) sum = sum * a + term;
  return sum * a;
}
// 1 - x^a / Gamma(1 + a) (1 + a sum (-x)^n / (n! (a + n))), for x below 1 and an a so small that lower_gamma is
// about 1.
VT_SPECIAL_PART double upper_gamma_near_zero(double a, double x) {
  double factor = 1, sum = 0;
  for (int n = 1; n < kGammaSteps; ++n) {
    factor *= -x / n;
    sum += factor / (a + n);
    if (m::abs(factor) <= 1e-17 * m::abs(sum)) break;
  }
  const double power = a * m::log(x) - lgamma1p(a);
  return -m::expm1(power) - a * m::exp(power) * sum;
}
inline constexpr double kTiny = std::numeric_limits<double>::min();  // 1 / a may overflow below it
VT_SPECIAL double gammainc(double a, double x) {
  if (!(a >= 0 && x >= 0)) return no_value();
  if (a < kTiny) return x > 0 ? 1 : a == 0 ? no_value() : 0;
  if (m::isinf(a)) return m::isinf(x) ? no_value() : 0;
  if (x == 0) return 0;
  if (m::isinf(x)) return 1;
  return x > 1 && x > a ? 1 - upper_gamma(a, x) : lower_gamma(a, x);
}
VT_SPECIAL double gammaincc(double a, double x) {
  if (!(a >= 0 && x >= 0)) return no_value();
  if (a < kTiny) return x > 0 ? 0 : a == 0 ? no_value() : 1;
  if (m::isinf(a)) return m::isinf(x) ? no_value() : 1;
  if (x == 0) return 1;
  if (m::isinf(x)) return 0;
  if (x > 1 && x > a) return upper_gamma(a, x);
  const bool is_near_one = x <= 1 && a < (x <= 0.5 ? -0.4 / m::log(x) : 1.1 * x);  // lower_gamma
  return is_near_one ? upper_gamma_near_zero(a, x) : 1 - lower_gamma(a, x);
}

// ---- orthogonal polynomials

VT_HD_INLINE int64_t degree(double n) { return m::isfinite(n) ? static_cast<int64_t>(n) : -1; }
VT_HD_INLINE double sign_of_power(int64_t n) { return n % 2 == 0 ? 1 : -1; }  // (-1)^n

// p_(k+1) = 2 x p_k - p_(k-1), from 1 and `first`.
VT_HD_INLINE double chebyshev_recurrence(double x, double first, int64_t n) {
  if (n <= 0) return n == 0 ? 1 : 0;
  double before = 1, now = first;
  for (int64_t k = 1; k < n && !m::isnan(now); ++k) {
    const double next = 2 * x * now - before;
    before = now;
    now = next;
  }
  return now;
}
inline constexpr int64_t kRecurrence = 64;  // degrees up to this one are steps, inside [-1, 1]; above, sines

VT_SPECIAL double chebyshev_t(double x, double real_n) {
  const int64_t n = degree(real_n);
  if (n <= kRecurrence || !(m::abs(x) <= 1)) return chebyshev_recurrence(x, x, n);
  return m::cos(static_cast<double>(n) * m::acos(x));
}
VT_SPECIAL double chebyshev_u(double x, double real_n) {
  const int64_t n = degree(real_n);
  const double size = static_cast<double>(n) + 1;
  if (n > 0 && m::abs(x) == 1) return x > 0 ? size : sign_of_power(n) * size;
  if (n <= kRecurrence || !(m::abs(x) <= 1)) return chebyshev_recurrence(x, 2 * x, n);
  const double angle = m::acos(x);
  return m::sin(size * angle) / m::sin(angle);
}
VT_SPECIAL double chebyshev_v(double x, double real_n) {
  const int64_t n = degree(real_n);
  const double size = 2 * static_cast<double>(n) + 1;
  if (n > 0 && m::abs(x) == 1) return x > 0 ? 1 : sign_of_power(n) * size;
  if (n <= kRecurrence || !(m::abs(x) <= 1)) return chebyshev_recurrence(x, 2 * x - 1, n);
  const double half = 0.5 * m::acos(x);
  return m::cos(size * half) / m::cos(half);
}
VT_SPECIAL double chebyshev_w(double x, double real_n) {
  const int64_t n = degree(real_n);
  const double size = 2 * static_cast<double>(n) + 1;
  if (n > 0 && m::abs(x) == 1) return x > 0 ? size : sign_of_power(n);
  if (n <= kRecurrence || !(m::abs(x) <= 1)) return chebyshev_recurrence(x, 2 * x + 1, n);
  const double half = 0.5 * m::acos(x);
  return m::sin(size * half) / m::sin(half);
}

VT_SPECIAL double hermite_h(double x, double real_n, int largest) {
  const int64_t n = degree(real_n);
  if (n <= 0) return n == 0 ? 1 : 0;
  if (n > largest) return no_value();
  double before = 1, now = 2 * x;
  for (int64_t k = 1; k < n; ++k) {
    const double next = 2 * x * now - 2 * static_cast<double>(k) * before;
    before = now;
    now = next;
  }
  return now;
}
VT_SPECIAL double hermite_he(double x, double real_n, int largest) {
  const int64_t n = degree(real_n);
  if (n <= 0) return n == 0 ? 1 : 0;
  if (n > largest) return no_value();
  double before = 1, now = x;
  for (int64_t k = 1; k < n; ++k) {
    const double next = x * now - static_cast<double>(k) * before;
    before = now;
    now = next;
  }
  return now;
}
VT_SPECIAL double laguerre_l(double x, double real_n) {
  const int64_t n = degree(real_n);
  if (n <= 0) return n == 0 ? 1 : 0;
  double before = 1, now = 1 - x;
  for (int64_t i = 1; i < n && !m::isnan(now); ++i) {
    const double k = static_cast<double>(i), next = ((2 * k + 1 - x) * now - k * before) / (k + 1);
    before = now;
    now = next;
  }
  return now;
}
VT_SPECIAL double legendre_p(double x, double real_n) {
  const int64_t n = degree(real_n);
  if (n <= 0) return n == 0 ? 1 : 0;
  if (m::abs(x) == 1) return x > 0 ? 1 : sign_of_power(n);
  double before = 1, now = x;
  for (int64_t i = 1; i < n && !m::isnan(now); ++i) {
    const double k = static_cast<double>(i), next = ((2 * k + 1) * x * now - k * before) / (k + 1);
    before = now;
    now = next;
  }
  return now;
}

}  // namespace vt::special
