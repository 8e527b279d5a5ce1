#include "core/math.h"

#include <doctest/doctest.h>

#include <cmath>
#include <complex>
#include <cstring>
#include <vector>

using namespace vt;

namespace {

float from_bits(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

// Every 1009th float of the whole range, NaNs and infinities included, against double libm.
template <class F, class G>
void check_float(const char* name, F ours, G reference, double tolerance) {
  double worst = 0;
  float where = 0;
  int64_t special = 0;
  auto check = [&](float x) {
    const double expected = reference(static_cast<double>(x));
    const auto rounded = static_cast<float>(expected);
    const float got = ours(x);
    if (std::isnan(rounded) || std::isinf(rounded) || std::fabs(rounded) < 1.1754944e-38f) {
      const bool same = std::isnan(rounded)   ? std::isnan(got)
                        : std::isinf(rounded) ? got == rounded
                                              : std::fabs(got - expected) <= 4.5e-45;
      special += !same;
      return;
    }
    const double error = std::fabs(got - expected) / std::fabs(expected);
    if (!(error <= worst)) worst = error, where = x;
  };
  for (uint64_t bits = 0; bits <= 0xffffffffu; bits += 1009) check(from_bits(static_cast<uint32_t>(bits)));
  for (float x : {0.0f, -0.0f, INFINITY, -INFINITY, NAN, 1.0f, -1.0f, 1e-45f, -1e-45f, 3.4028235e38f, -3.4028235e38f})
    check(x);
  INFO(name, ": worst relative error ", worst, " at ", where);
  CHECK(worst <= tolerance);
  CHECK(special == 0);
}

template <class Type>
double relative(std::complex<Type> got, std::complex<Type> expected) {
  return static_cast<double>(std::abs(got - expected)) / std::max(1e-3, static_cast<double>(std::abs(expected)));
}

}  // namespace

#define CHECK_FLOAT(name, tolerance) \
  check_float(#name, [](float x) { return m::name(x); }, [](double x) { return std::name(x); }, tolerance)

TEST_CASE("float functions keep to their bounds over the whole range") {
  CHECK_FLOAT(exp, 1e-7);
  CHECK_FLOAT(log, 1e-7);
  CHECK_FLOAT(tanh, 1e-7);
  CHECK_FLOAT(erf, 1e-7);
  CHECK_FLOAT(log1p, 1e-7);
  CHECK_FLOAT(expm1, 1.3e-7);
  CHECK_FLOAT(exp2, 1e-7);
  CHECK_FLOAT(log2, 2e-7);
  CHECK_FLOAT(sin, 1.3e-7);
  CHECK_FLOAT(cos, 1.3e-7);
  CHECK_FLOAT(sinh, 2e-7);
  CHECK_FLOAT(cosh, 2e-7);
  check_float(
      "sigmoid", [](float x) { return x < -88.0f ? 0.0f : m::sigmoid(x); },
      [](double x) { return x < -88.0 ? 0.0 : 1.0 / (1.0 + std::exp(-x)); }, 1.5e-7);
}

TEST_CASE("signs of zero survive") {
  CHECK(std::signbit(m::tanh(-0.0f)));
  CHECK(std::signbit(m::erf(-0.0f)));
  CHECK(std::signbit(m::sin(-0.0f)));
  CHECK(std::signbit(m::sinh(-0.0f)));
  CHECK(std::signbit(m::expm1(-0.0f)));
  CHECK(std::signbit(m::log1p(-0.0f)));
}

TEST_CASE("halves round to nearest even and come back") {
  for (uint32_t i = 0; i < 0x10000; ++i) {
    const auto h = float16::from_bits(static_cast<uint16_t>(i));
    const auto b = bfloat16::from_bits(static_cast<uint16_t>(i));
    if (m::isnan(h)) REQUIRE(m::isnan(float16(float(h))));
    else REQUIRE(float16(float(h)).bits == i);
    if (m::isnan(b)) REQUIRE(m::isnan(bfloat16(float(b))));
    else REQUIRE(bfloat16(float(b)).bits == i);
  }
  // Between two neighbours: below the middle, the middle (to even), above it.
  for (uint32_t i = 0; i < 0x7bff; ++i) {
    const float low = float16::from_bits(static_cast<uint16_t>(i)),
                high = float16::from_bits(static_cast<uint16_t>(i + 1));
    const float middle = (low + high) / 2;
    REQUIRE(float16(std::nextafter(middle, low)).bits == i);
    REQUIRE(float16(std::nextafter(middle, high)).bits == i + 1);
    REQUIRE(float16(middle).bits == i + (i & 1));
    REQUIRE(float16(-middle).bits == (0x8000u | (i + (i & 1))));
  }
  CHECK(float16(65519.0f).bits == 0x7bff);
  CHECK(float16(65520.0f).bits == 0x7c00);
  CHECK(float16(1e-30f).bits == 0);
  CHECK(bfloat16(3.4e38f).bits == 0x7f80);
  CHECK(bfloat16(1.00390625f).bits == 0x3f80);  // a tie, to even
  CHECK(bfloat16(1.01171875f).bits == 0x3f82);
}

TEST_CASE("integers divide as Python does and never trap") {
  for (int a = -7; a <= 7; ++a) {
    for (int b = -3; b <= 3; ++b) {
      if (b == 0) {
        CHECK(m::floor_divide(a, b) == 0);
        CHECK(m::remainder(a, b) == 0);
        continue;
      }
      const int quotient = static_cast<int>(std::floor(static_cast<double>(a) / b));
      CHECK(m::floor_divide(a, b) == quotient);
      CHECK(m::remainder(a, b) == a - quotient * b);
      CHECK(m::floor_divide(double(a), double(b)) == quotient);
      CHECK(m::remainder(float(a), float(b)) == a - quotient * b);
    }
  }
  CHECK(m::floor_divide(INT64_MIN, int64_t{-1}) == INT64_MIN);
  CHECK(m::fmod(INT64_MIN, int64_t{-1}) == 0);
  CHECK(m::abs(INT32_MIN) == INT32_MIN);
  CHECK(m::pow(int64_t{3}, int64_t{4}) == 81);
  CHECK(m::pow(-2, 3) == -8);
  CHECK(m::pow(-1, -3) == -1);
  CHECK(m::pow(2, -1) == 0);
  CHECK(m::floor_divide(0.3, 0.1) == 2.0);
}

TEST_CASE("NaN goes through max and min, and stops at fmax and fmin") {
  CHECK(std::isnan(m::max(1.0f, NAN)));
  CHECK(std::isnan(m::min(NAN, 1.0f)));
  CHECK(m::fmax(1.0f, NAN) == 1.0f);
  CHECK(m::fmin(NAN, 2.0f) == 2.0f);
  CHECK(m::sign(NAN) == 0.0f);
  CHECK(m::round(2.5f) == 2.0f);
  CHECK(m::round(-3.5) == -4.0);
}

TEST_CASE("special functions at known points") {
  CHECK(m::digamma(1.0) == doctest::Approx(-0.57721566490153286).epsilon(1e-14));
  CHECK(m::digamma(-1.5) == doctest::Approx(0.70315664064524319).epsilon(1e-13));
  CHECK(m::digamma(100.0) == doctest::Approx(4.6001618527380874).epsilon(1e-14));
  CHECK(m::digamma(0.0) == -INFINITY);
  CHECK(std::isnan(m::digamma(-3.0)));
  CHECK(m::trigamma(1.0) == doctest::Approx(1.6449340668482264).epsilon(1e-13));
  CHECK(m::trigamma(-0.5) == doctest::Approx(8.9348022005446793).epsilon(1e-12));
  CHECK(m::lgamma(10.0) == doctest::Approx(12.801827480081469).epsilon(1e-14));
  for (double x : {1e-12, 1e-6, 0.01, 0.3, 0.5, 0.9, 0.999, 0.9999999, 1 - 1e-15}) {
    CHECK(std::erf(m::erfinv(x)) == doctest::Approx(x).epsilon(1e-15));
    CHECK(m::erfinv(-x) == -m::erfinv(x));
    if (x > 0.99) CHECK(std::erfc(m::erfinv(x)) == doctest::Approx(1 - x).epsilon(1e-13));
  }
  CHECK(m::erfinv(1.0) == INFINITY);
  CHECK(std::isnan(m::erfinv(1.5f)));
  CHECK(m::logaddexp(1000.0, 1000.0) == doctest::Approx(1000.6931471805599));
  CHECK(m::logaddexp(-INFINITY, -INFINITY) == -INFINITY);
}

TEST_CASE("complex functions agree with the C library") {
  const double values[] = {0.0, 0.3, -0.3, 1.0, -1.0, 0.9999, 2.5, -2.5, 15.0, -30.0};
  for (double re : values) {
    for (double im : values) {
      const complex128 z(re, im);
      const std::complex<double> s(re, im);
#define CHECK_COMPLEX(name)                                                       \
  do {                                                                            \
    const complex128 got = m::name(z);                                            \
    const std::complex<double> expected = std::name(s);                           \
    if (std::isfinite(expected.real()) && std::isfinite(expected.imag())) {       \
      CAPTURE(re);                                                                \
      CAPTURE(im);                                                                \
      CHECK_MESSAGE(relative<double>({got.re, got.im}, expected) < 2e-13, #name); \
    }                                                                             \
  } while (0)
      CHECK_COMPLEX(exp);
      CHECK_COMPLEX(log);
      CHECK_COMPLEX(log10);
      CHECK_COMPLEX(sqrt);
      CHECK_COMPLEX(sin);
      CHECK_COMPLEX(cos);
      CHECK_COMPLEX(tan);
      CHECK_COMPLEX(sinh);
      CHECK_COMPLEX(cosh);
      CHECK_COMPLEX(tanh);
      CHECK_COMPLEX(asin);
      CHECK_COMPLEX(acos);
      CHECK_COMPLEX(atan);
      CHECK_COMPLEX(asinh);
      CHECK_COMPLEX(acosh);
      CHECK_COMPLEX(atanh);
      if (re != 0 || im != 0) {
        const complex128 quotient = complex128(1.5, -2.0) / z;
        CHECK(relative<double>({quotient.re, quotient.im}, std::complex<double>(1.5, -2.0) / s) < 1e-14);
        const complex128 power = m::pow(z, complex128(0.7, -0.4));
        CHECK(relative<double>({power.re, power.im}, std::pow(s, std::complex<double>(0.7, -0.4))) < 1e-12);
      }
    }
  }
  const complex64 huge = complex64(1e30f, 1e30f) / complex64(2e30f, 2e30f);
  CHECK(huge.re == doctest::Approx(0.5f));
  CHECK(huge.im == 0.0f);
  CHECK(m::abs(complex64(3e30f, 4e30f)) == doctest::Approx(5e30f));
}

TEST_CASE("complex functions keep their digits at both ends of the range of float") {
  for (float size : {1e-44f, 1e-30f, 1e-10f, 1e17f, 1e19f, 1e30f, 2e38f, 3.3e38f}) {
    for (auto [re, im] : {std::pair(1.0f, 1.0f), {-1.0f, 1.0f}, {1.0f, -1e-3f}, {-1.0f, 0.0f}, {0.0f, -1.0f}}) {
      const complex64 z(size * re, size * im);
      const std::complex<double> s(z.re, z.im);
      CAPTURE(z.re);
      CAPTURE(z.im);
      const auto close = [](complex64 got, std::complex<double> expected) {
        return std::abs(std::complex<double>(got.re, got.im) - expected) <=
               1e-6 * std::abs(expected) + 3e-45;  // two units of the least
      };
      CHECK(close(m::log(z), std::log(s)));
      CHECK(close(m::log1p(z), size < 1 ? s : std::log(1.0 + s)));
      CHECK(close(m::sqrt(z), std::sqrt(s)));
      CHECK(close(m::rsqrt(z), 1.0 / std::sqrt(s)));
      CHECK(close(m::sgn(z), s / std::abs(s)));
      CHECK(close(m::asinh(z), std::asinh(s)));
      CHECK(close(m::acosh(z), std::acosh(s)));
      CHECK(close(m::asin(z), std::asin(s)));
      CHECK(close(m::acos(z), std::acos(s)));
    }
  }
}
