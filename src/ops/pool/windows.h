// Where the windows of pooling lie, for the kernels of either device.
#pragma once

#include <algorithm>

#include "core/backend_table.h"
#include "core/macros.h"
#include "core/tensor.h"

namespace vt::pool {

// Division by a number that is known beforehand.
struct Division {
  int64_t by = 1;
  Division() = default;
  explicit Division(int64_t divisor) : by(divisor) {}
  VT_HD_INLINE int64_t operator()(int64_t n) const { return n / by; }
};

// One spatial dim. The window of an output has `size` positions, `dilation` apart, the first at o * stride - padding;
// adaptive ones split the inputs as evenly as they can, overlap where they must, and have at most `size`.
// Int counts positions; Quotient divides them, and products of two, which are int64.
template <class Int, class Quotient>
struct BasicWindowAxis {
  Int inputs = 1;
  Int outputs = 1;
  Int size = 1;
  Int stride = 1;
  Int padding = 0;
  Int dilation = 1;
  bool adaptive = false;
  Quotient by_inputs{1}, by_outputs{1}, by_stride{1}, by_dilation{1};

  BasicWindowAxis() = default;
  BasicWindowAxis(Int n, Int results, Int length, Int step, Int before, Int gap, bool adapts)
      : inputs(n), outputs(results), size(length), stride(step), padding(before), dilation(gap), adaptive(adapts) {
    by_inputs = Quotient(inputs);
    by_outputs = Quotient(outputs > 0 ? outputs : 1);
    by_stride = Quotient(stride);
    by_dilation = Quotient(dilation);
  }

  // Where the window's first position would be, in the padding or not.
  VT_HD_INLINE Int origin(Int o) const {
    return adaptive ? static_cast<Int>(by_outputs(int64_t{o} * inputs)) : o * stride - padding;
  }
  // The window's positions that lie before the input.
  VT_HD_INLINE Int skipped(Int o) const {
    const Int first = adaptive ? 0 : o * stride - padding;
    return first >= 0 ? 0 : by_dilation(-first + dilation - 1);
  }
  // The window's positions inside the input: begin, begin + dilation, ... below end.
  VT_HD_INLINE Int begin(Int o) const { return origin(o) + skipped(o) * dilation; }
  VT_HD_INLINE Int end(Int o) const {
    if (adaptive) return static_cast<Int>(by_outputs((int64_t{o} + 1) * inputs + outputs - 1));
    const Int last = o * stride - padding + (size - 1) * dilation + 1;
    return last < inputs ? last : inputs;
  }
  // The window's length with its padding, cut where the padding ends.
  VT_HD_INLINE Int padded_length(Int o) const {
    if (adaptive) return end(o) - begin(o);
    const Int first = o * stride - padding, last = first + size;
    return (last < inputs + padding ? last : inputs + padding) - first;
  }
  // The outputs whose windows reach over input i: [first_output, end_output). With a dilation some of them skip it.
  VT_HD_INLINE Int first_output(Int i) const {
    if (adaptive) return static_cast<Int>(by_inputs(int64_t{i} * outputs));
    const Int after = i + padding - (size - 1) * dilation;
    return after <= 0 ? 0 : by_stride(after + stride - 1);
  }
  VT_HD_INLINE Int end_output(Int i) const {
    const Int end =
        adaptive ? static_cast<Int>(by_inputs((int64_t{i} + 1) * outputs + inputs - 1)) : by_stride(i + padding) + 1;
    return end < outputs ? end : outputs;
  }
};
using WindowAxis = BasicWindowAxis<int64_t, Division>;

// Planes of up to three spatial dims; missing ones are of size 1, in front. A position of a plane has `lanes` elements
// beside each other, which are pooled apart: the channels in channels_last.
struct Windows {
  int64_t planes = 0;
  int64_t lanes = 1;
  WindowAxis axes[3];

  int64_t inputs() const { return axes[0].inputs * axes[1].inputs * axes[2].inputs; }
  int64_t outputs() const { return axes[0].outputs * axes[1].outputs * axes[2].outputs; }
  int64_t positions() const { return axes[0].size * axes[1].size * axes[2].size; }  // of a window, at most
  // Whether the only window of a plane is all of it.
  bool cover_planes() const {
    return outputs() == 1 && std::ranges::all_of(axes, [](const WindowAxis& a) {
             return a.begin(0) == 0 && a.end(0) == a.inputs && a.dilation == 1;
           });
  }
};

// What a window's sum is divided by.
struct Divisor {
  bool counts_padding;
  int64_t fixed;  // 0: the window's length

  // The factor of one dim, where `fixed` is not asked for.
  template <class Axis, class Int>
  VT_HD_INLINE Int length(const Axis& axis, Int o) const {
    return counts_padding ? axis.padded_length(o) : axis.end(o) - axis.begin(o);
  }
};

// input and results are dense, (planes, inputs, lanes) and (planes, outputs, lanes). Of equal elements the first is the
// maximum, and NaN is greater than any number. `indices` are positions of the plane (int64), or of the window (uint8;
// regular ones of at most 256 positions), counted row by row.
extern BackendTable<void(const Windows&, const Tensor& input, const Tensor& out, const Tensor& indices)> max_windows;
// Writes the gradient of the input, which that of the results adds up to at their indices. An index that its window
// does not hold may be left out.
extern BackendTable<void(const Windows&, const Tensor& grad, const Tensor& indices, const Tensor& out)>
    max_windows_backward;
extern BackendTable<void(const Windows&, const Divisor&, const Tensor& input, const Tensor& out)> average_windows;
// The gradient of the results to that of the input.
extern BackendTable<void(const Windows&, const Divisor&, const Tensor& grad, const Tensor& out)>
    average_windows_backward;

}  // namespace vt::pool
