// Where the windows of pooling lie, for the kernels of either device.
#pragma once

#include "core/backend_table.h"
#include "core/macros.h"
#include "core/tensor.h"

namespace vt::pool {

// One spatial dim. The window of an output has `size` positions, `dilation` apart, the first at o * stride - padding;
// adaptive ones split the inputs as evenly as they can and overlap where they must.
struct WindowAxis {
  int64_t inputs = 1;
  int64_t outputs = 1;
  int64_t size = 1;
  int64_t stride = 1;
  int64_t padding = 0;
  int64_t dilation = 1;
  bool adaptive = false;

  // The window's positions inside the input: begin, begin + dilation, ... below end.
  VT_HD_INLINE int64_t begin(int64_t o) const {
    if (adaptive) return o * inputs / outputs;
    const int64_t first = o * stride - padding;
    return first >= 0 ? first : first + (-first + dilation - 1) / dilation * dilation;
  }
  VT_HD_INLINE int64_t end(int64_t o) const {
    if (adaptive) return ((o + 1) * inputs + outputs - 1) / outputs;
    const int64_t last = o * stride - padding + (size - 1) * dilation + 1;
    return last < inputs ? last : inputs;
  }
  // The window's length with its padding, cut where the padding ends.
  VT_HD_INLINE int64_t padded_length(int64_t o) const {
    if (adaptive) return end(o) - begin(o);
    const int64_t first = o * stride - padding, last = first + size;
    return (last < inputs + padding ? last : inputs + padding) - first;
  }
  // The outputs whose windows reach over input i: [first_output, end_output). With a dilation some of them skip it.
  VT_HD_INLINE int64_t first_output(int64_t i) const {
    if (adaptive) return i * outputs / inputs;
    const int64_t after = i + padding - (size - 1) * dilation;
    return after <= 0 ? 0 : (after + stride - 1) / stride;
  }
  VT_HD_INLINE int64_t end_output(int64_t i) const {
    const int64_t end = adaptive ? ((i + 1) * outputs + inputs - 1) / inputs : (i + padding) / stride + 1;
    return end < outputs ? end : outputs;
  }
};

// Planes of up to three spatial dims; missing ones are of size 1, in front.
struct Windows {
  int64_t planes = 0;
  WindowAxis axes[3];

  VT_HD_INLINE int64_t inputs() const { return axes[0].inputs * axes[1].inputs * axes[2].inputs; }
  VT_HD_INLINE int64_t outputs() const { return axes[0].outputs * axes[1].outputs * axes[2].outputs; }
};

// What a window's sum is divided by.
struct Divisor {
  bool counts_padding;
  int64_t fixed;  // 0: the window's length

  VT_HD_INLINE int64_t of(const Windows& w, int64_t d, int64_t h, int64_t x) const {
    if (fixed != 0) return fixed;
    const int64_t at[3] = {d, h, x};
    int64_t count = 1;
    for (int i = 0; i < 3; ++i) {
      const WindowAxis& axis = w.axes[i];
      count *= counts_padding ? axis.padded_length(at[i]) : axis.end(at[i]) - axis.begin(at[i]);
    }
    return count;
  }
};

// input and results are contiguous, (planes, inputs) and (planes, outputs). Of equal elements the first is the maximum,
// and NaN is greater than any number; indices (int64) count through the plane.
extern BackendTable<void(const Windows&, const Tensor& input, const Tensor& out, const Tensor& indices)> max_windows;
// Writes the gradient of the input (planes, inputs), which that of the results, grad (planes, outputs), adds up to at
// their indices. An index that its window does not hold may be left out.
extern BackendTable<void(const Windows&, const Tensor& grad, const Tensor& indices, const Tensor& out)>
    max_windows_backward;
extern BackendTable<void(const Windows&, const Divisor&, const Tensor& input, const Tensor& out)> average_windows;
// grad (planes, outputs) to the gradient of the input (planes, inputs).
extern BackendTable<void(const Windows&, const Divisor&, const Tensor& grad, const Tensor& out)>
    average_windows_backward;

}  // namespace vt::pool
