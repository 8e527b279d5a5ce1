#include "cpu/random/box_muller.h"

#include <cmath>
#include <cstring>

#include "core/macros.h"
#include "cpu/random/fma_clones.h"

namespace vt::cpu {

namespace {

uint32_t VT_ALWAYS_INLINE bits_of(float x) { return __builtin_bit_cast(uint32_t, x); }
float VT_ALWAYS_INLINE float_of(uint32_t bits) { return __builtin_bit_cast(float, bits); }
float VT_ALWAYS_INLINE select(bool condition, float yes, float no) { return condition ? yes : no; }

// sqrt(-2 log x) for x in (0, 1]: the polynomial of Cephes' logf, with the fused operations that PyTorch's build has.
float VT_ALWAYS_INLINE radius_of(float x) {
  constexpr float kSmallestNormal = 0x1p-126f;
  x = select(x > kSmallestNormal, x, kSmallestNormal);
  const int32_t exponent = static_cast<int32_t>(bits_of(x) >> 23) - 127;
  float mantissa = float_of((bits_of(x) & 0x807fffffu) | 0x3f000000u);  // in [0.5, 1)
  const bool below = mantissa < 0.707106781186547524f;
  const float e = static_cast<float>(exponent) + 1.0f - select(below, 1.0f, 0.0f);
  const float m = (mantissa - 1.0f) + select(below, mantissa, 0.0f);
  const float square = m * m;
  float p = 7.0376836292e-2f;
  p = std::fma(p, m, -1.1514610310e-1f);
  p = std::fma(p, m, 1.1676998740e-1f);
  p = std::fma(p, m, -1.2420140846e-1f);
  p = std::fma(p, m, 1.4249322787e-1f);
  p = std::fma(p, m, -1.6668057665e-1f);
  p = std::fma(p, m, 2.0000714765e-1f);
  p = std::fma(p, m, -2.4999993993e-1f);
  p = std::fma(p, m, 3.3333331174e-1f);
  p = p * m;
  const float low = e * -2.12194440e-4f;
  const float tail = std::fma(-square, 0.5f, std::fma(p, square, low));
  const float log = std::fma(e, 0.693359375f, m + tail);
  return std::sqrt(log * -2.0f);
}

// cos and sin of 2 pi u for u in [0, 1), after Cephes' sinf and cosf: octant, reduction by pi/4 in three parts, two
// polynomials of which each result takes one.
void VT_ALWAYS_INLINE circle(float u, float* cosine, float* sine) {
  constexpr float kTwoPi = 6.283185307179586f;
  constexpr float kFourOverPi = 1.27323954473516f;
  const float angle = kTwoPi * u;
  const int32_t octant = (static_cast<int32_t>(angle * kFourOverPi) + 1) & ~1;
  const float y = static_cast<float>(octant);
  float x = std::fma(y, -0.78515625f, angle);
  x = std::fma(y, -2.4187564849853515625e-4f, x);
  x = std::fma(y, -3.77489497744594108e-8f, x);
  const float z = x * x;
  float even = std::fma(2.443315711809948e-5f, z, -1.388731625493765e-3f);
  even = std::fma(even, z, 4.166664568298827e-2f);
  even = even * z;
  even = std::fma(even, z, -(z * 0.5f)) + 1.0f;
  float odd = std::fma(-1.9515295891e-4f, z, 8.3321608736e-3f);
  odd = std::fma(odd, z, -1.6666654611e-1f);
  odd = odd * z;
  odd = std::fma(odd, x, x);
  const bool straight = (octant & 2) == 0;
  const uint32_t sine_sign = static_cast<uint32_t>(octant & 4) << 29;
  const uint32_t cosine_sign = static_cast<uint32_t>(~(octant - 2) & 4) << 29;
  *sine = float_of(bits_of(select(straight, odd, even)) ^ sine_sign);
  *cosine = float_of(bits_of(select(straight, even, odd)) ^ cosine_sign);
}

}  // namespace

void box_muller_blocks(float* data, int64_t blocks, float mean, float std) {
  run_fma_clone([=]() __attribute__((always_inline)) {
    for (int64_t b = 0; b < blocks; ++b) {
      float* block = data + 16 * b;
      for (int i = 0; i < 8; ++i) {
        const float radius = radius_of(1.0f - block[i]);
        float cosine, sine;
        circle(block[i + 8], &cosine, &sine);
        const float first = radius * cosine;
        const float second = radius * sine;
        block[i] = std::fma(first, std, mean);
        block[i + 8] = std::fma(second, std, mean);
      }
    }
  });
}

void box_muller_blocks(double* data, int64_t blocks, double mean, double std) {
  constexpr double kTwoPi = 6.283185307179586;
  for (int64_t b = 0; b < blocks; ++b) {
    double* block = data + 16 * b;
    for (int i = 0; i < 8; ++i) {
      const double radius = std::sqrt(-2.0 * std::log(1.0 - block[i]));
      const double angle = kTwoPi * block[i + 8];
      block[i] = std::fma(radius * std::cos(angle), std, mean);
      block[i + 8] = std::fma(radius * std::sin(angle), std, mean);
    }
  }
}

}  // namespace vt::cpu
