// How a gamma or beta variate moves with its parameter at a fixed probability: dx/da = -(dP(x; a)/da) / p(x; a), which
// is the gradient of a draw. Computed in double; about 1e-8 of relative error.
//
// Note [Slopes of quantiles]
// dP/da is the integral below x of the density times (log t - E log T), or minus that above x. On the side of x where
// log t - E log T keeps its sign (below, if log x is under the mean) nothing cancels. There the integrand becomes one
// of a v > 0 that falls exponentially, and v = e^u, so that what it does on any scale is smooth in u: the trapezoid
// rule then converges exponentially with its step.
#pragma once

#include "core/math.h"

namespace vt::pointwise {

// The integral of f over v > 0 for an f that varies on scales of `first` and above and ends by falling exponentially.
template <class F>
VT_HD_INLINE double integral_of_decay(double first, const F& f) {
  constexpr double kStep = 0.2, kGrowth = 1.2214027581601699;  // e^kStep
  double v = first * 1e-11, sum = 0;
  for (int i = 0; i < 10000; ++i, v *= kGrowth) {
    const double term = f(v) * v;
    sum += term;
    if (v > first && m::abs(term) <= 1e-17 * m::abs(sum)) break;
  }
  return sum * kStep;
}

// d x / d shape of a gamma variate x.
VT_HD_INLINE double gamma_slope(double shape, double x) {
  if (!(x > 0 && shape > 0) || m::isinf(x)) return x == 0 ? 0.0 : std::numeric_limits<double>::quiet_NaN();
  const double excess = m::log(x) - m::digamma(shape);
  if (excess < 0) {  // t = x e^-v
    return x * integral_of_decay(1 / (1 + shape + x),
                                 [=](double v) { return m::exp(-shape * v - x * m::expm1(-v)) * (v - excess); });
  }
  // t = x + v
  return integral_of_decay(x / (1 + shape + x), [=](double v) {
    const double log_growth = m::log1p(v / x);  // log(t / x)
    return m::exp((shape - 1) * log_growth - v) * (log_growth + excess);
  });
}

// d x / d alpha of a beta variate x of alpha and `total` - alpha, the other parameter held, over 1 - x.
VT_HD_INLINE double beta_slope(double x, double alpha, double total) {
  const double beta = total - alpha;
  if (!(x > 0 && x < 1 && alpha > 0 && beta > 0)) {
    return x == 0 ? 0.0 : std::numeric_limits<double>::quiet_NaN();
  }
  const double rest = 1 - x;
  const double mean_log = m::digamma(alpha) - m::digamma(total);
  const double excess = m::log(x) - mean_log;
  if (excess < 0) {  // t = x e^-v
    const double first = 1 / (1 + alpha + (1 + beta) * x / rest);
    return x / rest * integral_of_decay(first, [=](double v) {
             return m::exp(-alpha * v + (beta - 1) * m::log1p(-x * m::expm1(-v) / rest)) * (v - excess);
           });
  }
  // 1 - t = rest e^-v
  const double first = 1 / (1 + beta + (1 + alpha) * rest / x);
  return integral_of_decay(first, [=](double v) {
    const double log_growth = m::log1p(-rest * m::expm1(-v) / x);  // log(t / x)
    return m::exp((alpha - 1) * log_growth - beta * v) * (log_growth + excess);
  });
}

// By any floating type, through double.
template <class T>
VT_HD_INLINE T gamma_slope_of(T shape, T x) {
  return static_cast<T>(gamma_slope(static_cast<double>(shape), static_cast<double>(x)));
}
template <class T>
VT_HD_INLINE T beta_slope_of(T x, T alpha, T total) {
  return static_cast<T>(beta_slope(static_cast<double>(x), static_cast<double>(alpha), static_cast<double>(total)));
}

}  // namespace vt::pointwise
