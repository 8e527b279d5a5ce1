// Convolutions on the CPU: products that read the input where it lies, products with a matrix of patches of which a
// piece at a time exists, or loops over planes where a group has few channels.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/dtype.h"

namespace vt::cpu {

// One spatial dim: through tap t, output i meets the input at i * step + offsets[t], if there is one.
struct ConvAxis {
  int64_t inputs = 1;
  int64_t outputs = 1;
  int64_t step = 1;
  std::vector<int64_t> offsets{0};
};

// Every group of channels has filters of its own.
struct ConvShape {
  int64_t images = 0;
  int64_t groups = 1;
  int64_t channels = 0;  // of a group
  int64_t filters = 0;   // of a group
  std::array<ConvAxis, 3> axes;

  int64_t inputs() const { return axes[0].inputs * axes[1].inputs * axes[2].inputs; }  // of a channel
  int64_t outputs() const { return axes[0].outputs * axes[1].outputs * axes[2].outputs; }
  int64_t taps() const {
    return static_cast<int64_t>(axes[0].offsets.size() * axes[1].offsets.size() * axes[2].offsets.size());
  }
  int64_t depth() const { return channels * taps(); }  // products summed into one output
};

// Where the outputs lie, in elements. A transposed convolution writes every other one at a time.
template <class T>
struct ConvTarget {
  T* data;
  int64_t image_stride, channel_stride;
  std::array<int64_t, 3> strides;
};

// input (images, groups * channels, inputs), contiguous; weight (groups * filters, channels, taps); bias
// (groups * filters) or null. T: integers, floating and complex types; 16-bit ones are summed in float.
template <class T>
void convolve(const ConvShape& s, const T* input, const opmath_t<T>* weight, const T* bias,
              const ConvTarget<T>& output);

// Writes the gradient of the weight, of the same shape, from that of the outputs (images, groups * filters, outputs),
// contiguous. The same bits whatever the number of threads.
template <class T>
void convolve_weight_gradient(const ConvShape& s, const T* input, const T* grad, opmath_t<T>* weight_grad);

}  // namespace vt::cpu
