// Loops over one plane of one channel, for convolution.cpp.
#pragma once

#include <cstdint>

#include "core/dtype.h"
#include "cpu/simd_dispatch.h"

namespace vt::cpu {

inline constexpr int64_t kMostPlaneTaps = 64;

// A plane (inputs[0], inputs[1]) and the outputs that meet it: see ConvAxis. It has at most kMostPlaneTaps taps.
template <class T>
struct ConvPlane {
  const T* input;
  int64_t inputs[2], outputs[2], steps[2], taps[2];
  const int64_t* offsets[2];
};

// sums (outputs) += the correlation of the plane with weight (taps).
VT_SIMD_DECLARE_TEMPLATE(void, conv_plane_sums,
                         (const ConvPlane<T>& plane, const opmath_t<T>* weight, opmath_t<T>* sums))
// weight_grad (taps) += the products of grad (outputs) with what each tap meets.
VT_SIMD_DECLARE_TEMPLATE(void, conv_plane_gradient,
                         (const ConvPlane<T>& plane, const T* grad, opmath_t<T>* weight_grad))

}  // namespace vt::cpu
