// Convolutions whose patches are never written: the products read the input in place. For convolution.cpp.
//
// Note [Lines]
// The planes of an input are laid out once with the zeros around them. A row of outputs then meets, through any tap, a
// row of that memory; and if one row is let run on into the next, so does the whole plane: output p of a line meets
// element offsets[k] + p of it through channel and tap k. What lies between the rows of outputs is computed too, and
// left. With a stride every phase of the positions has a plane of its own. So a product of the weight with the
// matrix of patches reads `taps` times what was copied once, out of L1, and so does that of the outputs' gradient.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/ceil_div.h"
#include "core/dtype.h"
#include "cpu/kernels/convolution.h"
#include "cpu/simd_dispatch.h"

namespace vt::cpu {

// Whether planes are large, with little between the rows of outputs, and few phases.
bool prefers_lines(const ConvShape& s);
template <class T>
void convolve_lines(const ConvShape& s, const T* input, const opmath_t<T>* weight, const T* bias,
                    const ConvTarget<T>& output);
// Of an input that is finite, because the gradients between the rows are zeros.
template <class T>
void gradient_by_lines(const ConvShape& s, const T* input, const T* grad, opmath_t<T>* weight_grad);

// to[i] = row[start + i * step] where that exists, or else 0.
template <class T, class A>
void copy_run(const T* row, int64_t inputs, int64_t start, int64_t step, int64_t count, A* to) {
  const int64_t begin = std::min(count, start >= 0 ? 0 : ceil_div(-start, step));
  const int64_t end = std::clamp<int64_t>(start >= inputs ? 0 : (inputs - 1 - start) / step + 1, begin, count);
  std::fill(to, to + begin, A(0));
  if (step == 1) std::copy(row + start + begin, row + start + end, to + begin);
  else
    for (int64_t i = begin; i < end; ++i) to[i] = static_cast<A>(row[start + i * step]);
  std::fill(to + end, to + count, A(0));
}

// Lines of several images, `image_distance` apart. Loads reach up to kLineSlack elements past the last column.
template <class A>
struct ConvLines {
  const A* data;
  int64_t images, image_distance;
  int64_t columns;  // of each image
  const int64_t* offsets;
  int64_t steps;  // channels and taps
};
inline constexpr int64_t kLineSlack = 128;
// Rows of sums have room for a multiple of it.
inline constexpr int64_t kLineColumns = 64;

// weight (filters, steps) as conv_line_sums reads it, as many numbers.
VT_SIMD_DECLARE_TEMPLATE(void, pack_conv_weight, (const T* weight, int64_t filters, int64_t steps, T* packed))
// sums, `filters` rows of each image, `distance` apart, = the product of the weight with the lines.
VT_SIMD_DECLARE_TEMPLATE(void, conv_line_sums,
                         (const ConvLines<T>& lines, const T* packed, int64_t filters, T* sums, int64_t distance))
// weight_grad (filters, steps), rows `weight_distance` apart, += the products of grad, `filters` rows of each image,
// `distance` and `image_distance` apart and 0 where there is no output, with the lines.
VT_SIMD_DECLARE_TEMPLATE(void, conv_line_gradient,
                         (const ConvLines<T>& lines, const T* grad, int64_t filters, int64_t distance,
                          int64_t image_distance, T* weight_grad, int64_t weight_distance))
// Whether there is no infinity and no NaN among the numbers.
VT_SIMD_DECLARE_TEMPLATE(bool, conv_all_finite, (const T* from, int64_t count))

}  // namespace vt::cpu
