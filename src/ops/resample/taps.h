// Resampling along one dim: which inputs an output is made of, with which weights, for the kernels of either device.
#pragma once

#include "core/backend_table.h"
#include "core/macros.h"
#include "core/math.h"
#include "core/tensor.h"

namespace vt::resample {

enum class Filter : uint8_t { Nearest, NearestExact, Linear, Cubic, Lanczos };

// Note [Taps]
// Output o is the sum of weights[o][k] * input[clamp(first + k)] for k < count, where spans[o] is (first, count) and
// clamp limits to the inputs: what lies outside repeats the border. first and first + count do not fall from one output
// to the next, so the outputs that an input goes into are a range, which the transposed sum finds by bisection.
struct TapAxis {
  int64_t inputs, outputs;
  Filter filter;
  bool align_corners;  // the first and last inputs and outputs lie on each other; else their outer borders do
  bool antialias;      // when there are fewer outputs than inputs, the filter is as wide as an output
  bool twice;          // places are computed in float64
  double step;         // inputs per output, in the precision that is computed in

  VT_HD_INLINE int64_t reach() const { return filter == Filter::Lanczos ? 3 : filter == Filter::Cubic ? 2 : 1; }
  // Of the antialiasing filter, to one side, in inputs.
  VT_HD_INLINE double support() const { return static_cast<double>(reach()) * (step > 1 ? step : 1); }
  // The largest count of a span.
  VT_HD_INLINE int64_t width() const {
    if (antialias) return static_cast<int64_t>(m::ceil(support())) * 2 + 1;
    return filter == Filter::Linear ? 2 : filter == Filter::Cubic ? 4 : 1;
  }
};

namespace detail {

// The cubic convolution kernel of slope a at distance x: inside 1, and from 1 to 2.
template <class A>
VT_HD_INLINE A cubic_near(A x, A a) {
  return ((a + 2) * x - (a + 3)) * x * x + 1;
}
template <class A>
VT_HD_INLINE A cubic_far(A x, A a) {
  return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
}

// The antialiasing filters, which are sampled wherever they are needed.
template <class A>
VT_HD_INLINE A smooth(Filter filter, A x) {
  x = m::abs(x);
  if (filter == Filter::Linear) return x < 1 ? 1 - x : A(0);
  if (filter == Filter::Lanczos) {
    if (x == 0) return A(1);
    const A turn = x * A(3.14159265358979323846);
    return x < 3 ? m::sin(turn) / turn * (m::sin(turn / 3) / (turn / 3)) : A(0);
  }
  if (x < 1) return cubic_near(x, A(-0.5));
  return x < 2 ? cubic_far(x, A(-0.5)) : A(0);
}

VT_HD_INLINE int64_t limited(int64_t i, int64_t low, int64_t high) { return i < low ? low : i > high ? high : i; }

}  // namespace detail

// The weights of cubic interpolation at t in [0, 1] between the second and third of four neighbours.
template <class A>
VT_HD_INLINE void cubic_weights(A t, A* weights) {
  const A a = A(-0.75);
  weights[0] = detail::cubic_far(t + 1, a);
  weights[1] = detail::cubic_near(t, a);
  weights[2] = detail::cubic_near(1 - t, a);
  weights[3] = detail::cubic_far(2 - t, a);
}

// Writes spans[o] and, but for the nearest, the width() weights of output o.
template <class A>
VT_HD_INLINE void taps_of(const TapAxis& axis, int64_t o, int64_t* span, A* weights) {
  const A step = static_cast<A>(axis.step), at = static_cast<A>(o);
  const int64_t last = axis.inputs - 1;
  if (axis.antialias) {
    const A center = step * (at + A(0.5));
    const A support = static_cast<A>(axis.support()), narrow = step >= 1 ? 1 / step : A(1);
    const int64_t begin = detail::limited(static_cast<int64_t>(center - support + A(0.5)), 0, last);
    const int64_t end = detail::limited(static_cast<int64_t>(center + support + A(0.5)), begin, axis.inputs);
    span[0] = begin;
    span[1] = detail::limited(end - begin, 0, axis.width());
    A total = 0;
    for (int64_t k = 0; k < span[1]; ++k) {
      weights[k] = detail::smooth(axis.filter, (static_cast<A>(k + begin) - center + A(0.5)) * narrow);
      total += weights[k];
    }
    for (int64_t k = 0; k < axis.width(); ++k) {
      weights[k] = k < span[1] ? (total != 0 ? weights[k] / total : weights[k]) : A(0);
    }
    return;
  }
  span[1] = axis.width();
  if (axis.filter == Filter::Nearest) {  // in float32 always, as PyTorch's
    span[0] = detail::limited(static_cast<int64_t>(m::floor(static_cast<float>(at * step))), 0, last);
    return;
  }
  if (axis.filter == Filter::NearestExact) {
    span[0] = detail::limited(static_cast<int64_t>(m::floor((at + A(0.5)) * step)), 0, last);
    return;
  }
  const bool cubic = axis.filter == Filter::Cubic;
  A real = axis.align_corners ? step * at : step * (at + A(0.5)) - A(0.5);
  if (!cubic && real < 0) real = 0;
  if (!cubic && axis.inputs == axis.outputs) real = at;
  const int64_t floor = static_cast<int64_t>(m::floor(real)), first = floor < last ? floor : last;
  A t = real - static_cast<A>(first);
  t = t < 0 ? A(0) : t > 1 ? A(1) : t;
  span[0] = cubic ? first - 1 : first;
  if (cubic) {
    cubic_weights(t, weights);
  } else {
    weights[0] = 1 - t;
    weights[1] = t;
  }
}

// A dim of a dense tensor: `outer` times `size` times `inner` elements that lie together.
struct TapLayout {
  int64_t outer, inputs, outputs, inner;
};

// spans (outputs, 2) of int64 and weights (outputs, width()) of float32 or float64 (undefined: the nearest),
// contiguous.
extern BackendTable<void(const TapAxis&, const Tensor& spans, const Tensor& weights)> fill_taps;
// y (outer, outputs, inner) of x (outer, inputs, inner), both dense; without weights the one tap counts as it is.
extern BackendTable<void(const TapLayout&, const Tensor& x, const Tensor& spans, const Tensor& weights,
                         const Tensor& y)>
    gather_taps;
// The same of uint8 with weights of float64, as Note [Bytes of images] says. A device without it converts to float32.
extern BackendTable<void(const TapLayout&, const Tensor& x, const Tensor& spans, const Tensor& weights,
                         const Tensor& y)>
    gather_bytes;
// The transposed sum: y (outer, inputs, inner) of x (outer, outputs, inner).
extern BackendTable<void(const TapLayout&, const Tensor& x, const Tensor& spans, const Tensor& weights,
                         const Tensor& y)>
    scatter_taps;

}  // namespace vt::resample
