// Reading an image at the points of a grid: the arithmetic of one point, for the kernels of either device.
#pragma once

#include "core/absent_tensor.h"
#include "core/backend_table.h"
#include "core/macros.h"
#include "core/math.h"
#include "core/tensor.h"
#include "ops/resample/taps.h"

namespace vt::resample {

enum class GridMode : int64_t { Bilinear, Nearest, Bicubic };
enum class GridPadding : int64_t { Zeros, Border, Reflection };

struct GridRule {
  GridMode mode;
  GridPadding padding;
  bool align_corners;  // -1 and 1 are the centres of the border elements, else their outer edges
};

// input (images, channels, sizes), grid (images, points, Dims), result (images, channels, points), contiguous.
// Dim 0 of `sizes` is the slowest; a grid's last number is for it.
template <int Dims>
struct GridShape {
  int64_t images, channels, points, sizes[Dims];

  VT_HD_INLINE int64_t plane() const {
    int64_t n = 1;
    for (int d = 0; d < Dims; ++d) n *= sizes[d];
    return n;
  }
};

namespace detail {

// A place along a dim and its derivative by the grid's number.
template <class A>
struct Place {
  A at, slope;
};

template <class A>
VT_HD_INLINE A unnormalized(A x, int64_t size, bool align_corners) {
  const A n = static_cast<A>(size);
  return align_corners ? (x + 1) / 2 * (n - 1) : ((x + 1) * n - 1) / 2;
}

template <class A>
VT_HD_INLINE Place<A> padded(A x, int64_t size, const GridRule& rule) {
  Place<A> p{x, A(1)};
  if (rule.padding == GridPadding::Zeros) return p;
  const A last = static_cast<A>(size - 1);
  if (rule.padding == GridPadding::Reflection) {
    const A low = rule.align_corners ? A(0) : A(-0.5), span = rule.align_corners ? last : static_cast<A>(size);
    if (span == 0) return {A(0), A(0)};
    A from = p.at - low;
    if (from < 0) {
      from = -from;
      p.slope = -p.slope;
    }
    const A extra = m::fmod(from, span);
    if (static_cast<int64_t>(m::floor(from / span)) % 2 == 0) {
      p.at = extra + low;
    } else {
      p.at = span - extra + low;
      p.slope = -p.slope;
    }
  }
  if (!(p.at > 0)) return {A(0), A(0)};  // NaN too
  if (p.at >= last) return {last, A(0)};
  return p;
}

// Numbers that no element is near to, infinities and NaN are outside.
template <class A>
VT_HD_INLINE A in_range(A x) {
  return x > A(-2147483648.0) && x < A(2147483647.0) ? x : A(-100);
}

template <class A>
VT_HD_INLINE Place<A> place_of(A x, int64_t size, const GridRule& rule) {
  Place<A> p = padded(unnormalized(x, size, rule.align_corners), size, rule);
  p.slope *= rule.align_corners ? static_cast<A>(size - 1) / 2 : static_cast<A>(size) / 2;
  p.at = in_range(p.at);
  return p;
}

// The first and second derivatives of cubic_weights by t.
template <class A>
VT_HD_INLINE void cubic_slopes(A t, A* slopes, A* bends) {
  const A a = A(-0.75);
  const auto near = [a](A x) { return (3 * (a + 2) * x - 2 * (a + 3)) * x; };
  const auto far = [a](A x) { return (3 * a * x - 10 * a) * x + 8 * a; };
  const auto near_bend = [a](A x) { return 6 * (a + 2) * x - 2 * (a + 3); };
  const auto far_bend = [a](A x) { return 6 * a * x - 10 * a; };
  slopes[0] = far(t + 1);
  slopes[1] = near(t);
  slopes[2] = -near(1 - t);
  slopes[3] = -far(2 - t);
  bends[0] = far_bend(t + 1);
  bends[1] = near_bend(t);
  bends[2] = near_bend(1 - t);
  bends[3] = far_bend(2 - t);
}

}  // namespace detail

// Up to four neighbours along a dim.
template <class A>
struct GridTaps {
  int count = 0;
  int64_t index[4];  // -1: outside
  A weight[4];
  A slope[4];  // of the weight by the grid's number
  A bend[4];   // of the slope
};

template <class A>
VT_HD_INLINE GridTaps<A> grid_taps(A x, int64_t size, const GridRule& rule) {
  GridTaps<A> t;
  const auto add = [&](int64_t i, A weight, A slope, A bend) {
    t.index[t.count] = i >= 0 && i < size ? i : -1;
    t.weight[t.count] = weight;
    t.slope[t.count] = slope;
    t.bend[t.count++] = bend;
  };
  if (rule.mode == GridMode::Bicubic) {
    const A scale = rule.align_corners ? static_cast<A>(size - 1) / 2 : static_cast<A>(size) / 2;
    const A real = detail::unnormalized(x, size, rule.align_corners), floor = m::floor(real), f = real - floor;
    A weights[4], slopes[4], bends[4];
    cubic_weights(f, weights);
    detail::cubic_slopes(f, slopes, bends);
    for (int k = 0; k < 4; ++k) {
      const A at = detail::in_range(detail::padded(floor + static_cast<A>(k - 1), size, rule).at);
      add(static_cast<int64_t>(at), weights[k], slopes[k] * scale, bends[k] * scale * scale);
    }
    return t;
  }
  const detail::Place<A> p = detail::place_of(x, size, rule);
  if (rule.mode == GridMode::Nearest) {
    add(static_cast<int64_t>(m::rint(p.at)), A(1), A(0), A(0));
    return t;
  }
  const A low = m::floor(p.at), high = low + 1;
  add(static_cast<int64_t>(low), high - p.at, -p.slope, A(0));
  add(static_cast<int64_t>(high), p.at - low, p.slope, A(0));
  return t;
}

// Calls f(element of the plane, indices of the taps) for every neighbour inside, the last dim's fastest.
template <int Dims, class A, class F>
VT_HD_INLINE void for_neighbours(const GridShape<Dims>& s, const GridTaps<A>* taps, F f) {
  int64_t count = 1;
  for (int d = 0; d < Dims; ++d) count *= taps[d].count;
  for (int64_t n = 0; n < count; ++n) {
    int k[Dims];
    int64_t left = n, element = 0;
    bool inside = true;
    for (int d = Dims - 1; d >= 0; --d) {
      k[d] = static_cast<int>(left % taps[d].count);
      left /= taps[d].count;
    }
    for (int d = 0; d < Dims; ++d) {
      const int64_t i = taps[d].index[k[d]];
      inside = inside && i >= 0;
      element = element * s.sizes[d] + i;
    }
    if (inside) f(element, k);
  }
}

template <int Dims, class A, class T>
VT_HD_INLINE void taps_of_point(const GridShape<Dims>& s, const GridRule& rule, const T* point, GridTaps<A>* taps) {
  for (int d = 0; d < Dims; ++d) taps[d] = grid_taps(static_cast<A>(point[Dims - 1 - d]), s.sizes[d], rule);
}

// The product of a neighbour's weights over all dims, or its derivative by the grid's numbers of dims `d` and `e` (-1:
// none).
template <int Dims, class A>
VT_HD_INLINE A tap_product(const GridTaps<A>* taps, const int* k, int d = -1, int e = -1) {
  A product = A(1);
  for (int i = Dims - 1; i >= 0; --i) {
    const GridTaps<A>& t = taps[i];
    product *= i == d && i == e ? t.bend[k[i]] : i == d || i == e ? t.slope[k[i]] : t.weight[k[i]];
  }
  return product;
}

// All channels of one point.
template <int Dims, class T>
VT_HD_INLINE void sample_point(const GridShape<Dims>& s, const GridRule& rule, int64_t image, int64_t point,
                               const T* input, const T* grid, T* out) {
  using A = opmath_t<T>;
  GridTaps<A> taps[Dims];
  taps_of_point<Dims, A>(s, rule, grid + (image * s.points + point) * Dims, taps);
  const int64_t plane = s.plane();
  for (int64_t c = 0; c < s.channels; ++c) {
    const T* from = input + (image * s.channels + c) * plane;
    A sum = 0;
    for_neighbours<Dims, A>(s, taps, [&](int64_t element, const int* k) {
      sum += static_cast<A>(from[element]) * tap_product<Dims>(taps, k);
    });
    out[(image * s.channels + c) * s.points + point] = static_cast<T>(sum);
  }
}

// The gradients that one point gives: add(to, value) into `input_sums` (null: not wanted), and of the grid (or null).
template <int Dims, class T, class Add>
VT_HD_INLINE void sample_point_backward(const GridShape<Dims>& s, const GridRule& rule, int64_t image, int64_t point,
                                        const T* grad, const T* input, const T* grid, opmath_t<T>* input_sums,
                                        T* grid_grad, Add add) {
  using A = opmath_t<T>;
  GridTaps<A> taps[Dims];
  const int64_t at = (image * s.points + point) * Dims, plane = s.plane();
  taps_of_point<Dims, A>(s, rule, grid + at, taps);
  A slopes[Dims] = {};
  for (int64_t c = 0; c < s.channels; ++c) {
    const int64_t first = (image * s.channels + c) * plane;
    const A g = static_cast<A>(grad[(image * s.channels + c) * s.points + point]);
    for_neighbours<Dims, A>(s, taps, [&](int64_t element, const int* k) {
      if (input_sums) add(input_sums + first + element, g * tap_product<Dims>(taps, k));
      if (!grid_grad) return;
      const A v = static_cast<A>(input[first + element]) * g;
      for (int d = 0; d < Dims; ++d) slopes[d] += v * tap_product<Dims>(taps, k, d);
    });
  }
  if (!grid_grad) return;
  for (int d = 0; d < Dims; ++d) grid_grad[at + Dims - 1 - d] = static_cast<T>(slopes[d]);
}

// What of sample_point_backward's gradients, given those of its results (input_slope like the input, grid_slope like
// the grid; null: zeros), its arguments get: writes grad_grad and grid_grad, adds to input_sums.
template <int Dims, class T, class Add>
VT_HD_INLINE void sample_point_double_backward(const GridShape<Dims>& s, const GridRule& rule, int64_t image,
                                               int64_t point, const T* input_slope, const T* grid_slope, const T* grad,
                                               const T* input, const T* grid, T* grad_grad, opmath_t<T>* input_sums,
                                               T* grid_grad, Add add) {
  using A = opmath_t<T>;
  GridTaps<A> taps[Dims];
  const int64_t at = (image * s.points + point) * Dims, plane = s.plane();
  taps_of_point<Dims, A>(s, rule, grid + at, taps);
  A slopes[Dims] = {}, along[Dims];
  for (int d = 0; d < Dims; ++d) along[d] = grid_slope ? static_cast<A>(grid_slope[at + Dims - 1 - d]) : A(0);
  for (int64_t c = 0; c < s.channels; ++c) {
    const int64_t first = (image * s.channels + c) * plane, here = (image * s.channels + c) * s.points + point;
    const A g = static_cast<A>(grad[here]);
    A sum = 0;
    for_neighbours<Dims, A>(s, taps, [&](int64_t element, const int* k) {
      const A v = static_cast<A>(input[first + element]);
      const A q = input_slope ? static_cast<A>(input_slope[first + element]) : A(0);
      A turned = 0;
      for (int d = 0; d < Dims; ++d) {
        turned += along[d] * tap_product<Dims>(taps, k, d);
        A bent = 0;
        for (int e = 0; e < Dims; ++e) bent += along[e] * tap_product<Dims>(taps, k, d, e);
        slopes[d] += g * (q * tap_product<Dims>(taps, k, d) + v * bent);
      }
      sum += q * tap_product<Dims>(taps, k) + v * turned;
      add(input_sums + first + element, g * turned);
    });
    grad_grad[here] = static_cast<T>(sum);
  }
  for (int d = 0; d < Dims; ++d) grid_grad[at + Dims - 1 - d] = static_cast<T>(slopes[d]);
}

// input (N, C, sizes), grid (N, ..., dims) and out (N, C, ...), contiguous.
extern BackendTable<void(const GridRule&, const Tensor& input, const Tensor& grid, const Tensor& out)> sample_grid;
// Adds to input_sums, of what is computed in, and writes grid_grad; either undefined: not wanted.
extern BackendTable<void(const GridRule&, const Tensor& grad, const Tensor& input, const Tensor& grid,
                         const Tensor& input_sums, const Tensor& grid_grad)>
    sample_grid_backward;
struct GridSlopes {
  Tensor input, grid;  // gradients of sample_grid_backward's results, contiguous; undefined for zeros
};
struct GridGradients {
  Tensor grad, input_sums, grid;  // grad and grid are written, input_sums is added to
};
extern BackendTable<void(const GridRule&, const GridSlopes&, const Tensor& grad, const Tensor& input,
                         const Tensor& grid, const GridGradients&)>
    sample_grid_double_backward;

template <int Dims>
GridShape<Dims> grid_shape(const Tensor& input, const Tensor& grid) {
  GridShape<Dims> s{input.size(0), input.size(1), 1, {}};
  for (int64_t d = 0; d < Dims; ++d) {
    s.sizes[d] = input.size(d + 2);
    s.points *= grid.size(d + 1);
  }
  return s;
}

// f(std::integral_constant<int, Dims>) for the number of spatial dims of `input`.
template <class F>
void visit_grid_dims(const Tensor& input, F f) {
  if (input.dim() == 4) f(std::integral_constant<int, 2>());
  else f(std::integral_constant<int, 3>());
}

}  // namespace vt::resample
