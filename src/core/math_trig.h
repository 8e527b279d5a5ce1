// Host float32 sine and cosine: branch-free over the whole range of float, error at most about 1 ulp (1.2e-7 relative).
// Only core/math.h includes this.
#pragma once

#include "core/math_float.h"

namespace vt::m::detail {

// Note [Reducing large angles]
// A float of 2^24 or more is m * 2^(i + 1) with a 24-bit integer m and i in [0, 104). These tables hold 2^(i + 1) mod
// 2 pi as a word of at most 29 bits, whose product with m is exact in double, and the rest.
inline constexpr double kPowerModTwoPiHigh[104] = {
    0x1.0000000000000p+1, 0x1.0000000000000p+2, 0x1.b7812ac000000p+0, 0x1.b7812ae000000p+1, 0x1.2b0bad0000000p-1,
    0x1.2b0bad4000000p+0, 0x1.2b0bad4000000p+1, 0x1.2b0bad5000000p+2, 0x1.87ef4ac000000p+1, 0x1.87ef4ac000000p+2,
    0x1.7dbee05000000p+2, 0x1.695e0b6000000p+2, 0x1.409c618000000p+2, 0x1.de321ba000000p+1, 0x1.304999c000000p+0,
    0x1.304999c000000p+1, 0x1.304999c000000p+2, 0x1.9ce6fca000000p+1, 0x1.58e8ec0000000p-3, 0x1.58e8ec0000000p-2,
    0x1.58e8ec0000000p-1, 0x1.58e8ec0000000p+0, 0x1.58e8ec0000000p+1, 0x1.58e8ec1000000p+2, 0x1.1fb222e000000p+2,
    0x1.5a8920e000000p+1, 0x1.5a8920f000000p+2, 0x1.22f28cb000000p+2, 0x1.678ac84000000p+1, 0x1.678ac84000000p+2,
    0x1.3cf5db4000000p+2, 0x1.cf9802a000000p+1, 0x1.ebc26b8000000p-1, 0x1.ebc26b8000000p+0, 0x1.ebc26b8000000p+1,
    0x1.668ad94000000p+0, 0x1.668ad94000000p+1, 0x1.668ad94000000p+2, 0x1.3af5fd4000000p+2, 0x1.c7988a8000000p+1,
    0x1.abc6aa8000000p-1, 0x1.abc6aac000000p+0, 0x1.abc6aac000000p+1, 0x1.9a6f580000000p-2, 0x1.9a6f588000000p-1,
    0x1.9a6f588000000p+0, 0x1.9a6f588000000p+1, 0x1.09f4680000000p-3, 0x1.09f4680000000p-2, 0x1.09f4680000000p-1,
    0x1.09f4680000000p+0, 0x1.09f4682000000p+1, 0x1.09f4683000000p+2, 0x1.0392366000000p+1, 0x1.0392366000000p+2,
    0x1.d412de4000000p+0, 0x1.d412de4000000p+1, 0x1.07cca40000000p+0, 0x1.07cca42000000p+1, 0x1.07cca42000000p+2,
    0x1.f5e64c4000000p+0, 0x1.f5e64c4000000p+1, 0x1.8f1a5c0000000p+0, 0x1.8f1a5c2000000p+1, 0x1.8f1a5c3000000p+2,
    0x1.8c15033000000p+2, 0x1.860a512000000p+2, 0x1.79f4ed0000000p+2, 0x1.61ca24d000000p+2, 0x1.3174946000000p+2,
    0x1.a192e70000000p+1, 0x1.ee66380000000p-3, 0x1.ee66390000000p-2, 0x1.ee66398000000p-1, 0x1.ee66398000000p+0,
    0x1.ee66398000000p+1, 0x1.711a110000000p+0, 0x1.711a110000000p+1, 0x1.711a111000000p+2, 0x1.50146cd000000p+2,
    0x1.0e09247000000p+2, 0x1.13e5274000000p+1, 0x1.13e5275000000p+2, 0x1.2b5532a000000p+1, 0x1.2b5532b000000p+2,
    0x1.8915606000000p+1, 0x1.8915606000000p+2, 0x1.800b0b8000000p+2, 0x1.6df661d000000p+2, 0x1.49cd0e5000000p+2,
    0x1.017a677000000p+2, 0x1.c35466c000000p+0, 0x1.c35466c000000p+1, 0x1.89a58c0000000p-1, 0x1.89a58c4000000p+0,
    0x1.89a58c4000000p+1, 0x1.89a58c4000000p+2, 0x1.812b633000000p+2, 0x1.7037113000000p+2, 0x1.4e4e6d3000000p+2,
    0x1.0a7d251000000p+2, 0x1.05b529e000000p+1, 0x1.05b529e000000p+2, 0x1.e52a7a4000000p+0,
};
inline constexpr double kPowerModTwoPiLow[104] = {
    0x0.0p+0,
    0x0.0p+0,
    0x1.77a5cf72cece6p-27,
    0x1.de973dcb3b39ap-28,
    0x1.563d0d3e0a080p-27,
    0x1.58f434f828201p-28,
    0x1.58f434f828201p-27,
    0x1.63d0d3e0a0805p-28,
    0x1.b6ed46a6de9d7p-28,
    0x1.b6ed46a6de9d7p-27,
    0x1.cb00b98118127p-28,
    0x1.42a688f3e6e0ep-27,
    0x1.fcf2e15a9c902p-27,
    0x1.718b922807eeap-27,
    0x1.6af3cf0b7aae9p-29,
    0x1.6af3cf0b7aae9p-28,
    0x1.6af3cf0b7aae9p-27,
    0x1.3635b62710adep-29,
    0x1.2c0aa86572557p-31,
    0x1.2c0aa86572557p-30,
    0x1.2c0aa86572557p-29,
    0x1.2c0aa86572557p-28,
    0x1.2c0aa86572557p-27,
    0x1.6055432b92ab6p-29,
    0x1.3e838844c120cp-30,
    0x1.c746b183ff169p-27,
    0x1.8e8d6307fe2d3p-27,
    0x1.29812b0596518p-28,
    0x1.424df4f0ca3fdp-28,
    0x1.424df4f0ca3fdp-27,
    0x1.fc41b954634dfp-27,
    0x1.7029421b956a5p-27,
    0x1.5fe14ea7e68c5p-29,
    0x1.5fe14ea7e68c5p-28,
    0x1.5fe14ea7e68c5p-27,
    0x1.bb436614df386p-30,
    0x1.bb436614df386p-29,
    0x1.bb436614df386p-28,
    0x1.32e93587ae06dp-27,
    0x1.dd783a822adc0p-27,
    0x1.3296447724866p-27,
    0x1.94b223b92432cp-29,
    0x1.94b223b92432cp-28,
    0x1.0c57f32bf3013p-27,
    0x1.8afe657e60255p-31,
    0x1.8afe657e60255p-30,
    0x1.8afe657e60255p-29,
    0x1.e928118ff7087p-30,
    0x1.e928118ff7087p-29,
    0x1.e928118ff7087p-28,
    0x1.e928118ff7087p-27,
    0x1.d250231fee10fp-27,
    0x1.a4a0463fdc21ep-27,
    0x1.81ccb7e50e243p-28,
    0x1.81ccb7e50e243p-27,
    0x1.ecfcfcf3ac5b5p-29,
    0x1.ecfcfcf3ac5b5p-28,
    0x1.64a2cc667b29cp-27,
    0x1.928b3199eca6ep-28,
    0x1.928b3199eca6ep-27,
    0x1.3978654d50385p-28,
    0x1.3978654d50385p-27,
    0x1.ea969a0d6f3f1p-27,
    0x1.d52d341ade7e2p-27,
    0x1.aa5a6835bcfc4p-27,
    0x1.98b53fbc918dep-28,
    0x1.105b0f2f605c4p-27,
    0x1.985bedd18f86fp-27,
    0x1.50bb562bdbb89p-28,
    0x1.90c24b3d550dep-28,
    0x1.08681ab023dc4p-27,
    0x1.887604d31686fp-27,
    0x1.10ec09a62d0dfp-27,
    0x1.0ec09a62d0debp-30,
    0x1.0ec09a62d0debp-29,
    0x1.0ec09a62d0debp-28,
    0x1.0cccd3ab3f5a4p-28,
    0x1.0cccd3ab3f5a4p-27,
    0x1.999a7567eb471p-31,
    0x1.aad91e1fcc375p-27,
    0x1.9ab01764ce79fp-28,
    0x1.1255e6d79d486p-27,
    0x1.255e6d79d485fp-30,
    0x1.c0fd6ad143efep-27,
    0x1.81fad5a287dfcp-27,
    0x1.ee6deadf7a37dp-29,
    0x1.ee6deadf7a37dp-28,
    0x1.6613ba5249063p-27,
    0x1.0f35105d836b3p-29,
    0x1.ff4057a190840p-27,
    0x1.76267eb5efd66p-27,
    0x1.8fcb337ab9ec9p-29,
    0x1.8fcb337ab9ec9p-28,
    0x1.077102ed88bafp-27,
    0x1.dc40bb622ebdap-32,
    0x1.dc40bb622ebdap-31,
    0x1.dc40bb622ebdap-30,
    0x1.eeb5fe4b5a7ddp-27,
    0x1.5511cc0983ca1p-27,
    0x1.0e4b3c2eb313cp-30,
    0x1.bb389e7e7b936p-27,
    0x1.dc2e18df8bea3p-28,
    0x1.dc2e18df8bea3p-27,
    0x1.30020131e6a2cp-27,
};

struct Angle {
  float rest;        // in [-pi/4, pi/4], NaN for an infinite or NaN angle
  int32_t quadrant;  // of which the low two bits count
};

VT_ALWAYS_INLINE Angle reduce_angle(float x) {
  const uint32_t magnitude = float_bits(x) & 0x7fffffffu;
  const uint32_t exponent = magnitude >> 23;
  const bool large = exponent >= 151u;  // 2^24
  uint32_t index = exponent < 151u ? 0u : exponent - 151u;
  index = index > 103u ? 103u : index;
  const float mantissa = with_sign_of(static_cast<float>(static_cast<int32_t>((magnitude & 0x7fffffu) | 0x800000u)), x);
  const double m = static_cast<double>(mantissa);
  const double high = large ? m * kPowerModTwoPiHigh[index] : static_cast<double>(x);
  const double low = large ? m * kPowerModTwoPiLow[index] : 0.0;
  constexpr double kShift = 6755399441055744.0;  // 1.5 * 2^52 rounds a double to an integer
  const double n = ((high + low) * 0x1.45f306dc9c883p-1 + kShift) - kShift;
  const double rest = ((high - n * 0x1.921fb5p+0) - n * 0x1.110b4611a6263p-26) + low;
  const float result = magnitude < 0x7f800000u ? static_cast<float>(rest) : __builtin_nanf("");
  return {result, static_cast<int32_t>(n)};
}

VT_ALWAYS_INLINE float sin_kernel(float r) {
  const float u = r * r;
  float p = 2.718237495e-06f;
  p = p * u + -1.983932716e-04f;
  p = p * u + 8.333329362e-03f;
  p = p * u + -1.666666664e-01f;
  return r + r * (u * p);
}

VT_ALWAYS_INLINE float cos_kernel(float r) {
  const float u = r * r;
  float p = -2.720504801e-07f;
  p = p * u + 2.479945158e-05f;
  p = p * u + -1.388888347e-03f;
  p = p * u + 4.166666662e-02f;
  return 1.0f + u * (u * p - 0.5f);
}

VT_ALWAYS_INLINE float sin_or_cos(float r, int32_t quadrant) {
  const float s = sin_kernel(r);
  const float c = cos_kernel(r);
  const float value = (quadrant & 1) != 0 ? c : s;
  return float_from_bits(float_bits(value) ^ (static_cast<uint32_t>(quadrant & 2) << 30));
}

VT_ALWAYS_INLINE float sin_float(float x) {
  const Angle angle = reduce_angle(x);
  const float result = sin_or_cos(angle.rest, angle.quadrant);
  return x == 0.0f ? x : result;
}
VT_ALWAYS_INLINE float cos_float(float x) {
  const Angle angle = reduce_angle(x);
  return sin_or_cos(angle.rest, angle.quadrant + 1);
}

}  // namespace vt::m::detail
