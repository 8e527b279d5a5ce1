// The kernels of a convolution. Arguments were checked by result_sizes (geometry.h) and there is an entry of each list
// per spatial dim; out is dense in some memory format.
#pragma once

#include "ops/conv/geometry.h"

namespace vt::conv {

void convolution_cpu(const Tensor& input, const Tensor& weight, const Tensor& bias, IntSpan stride, IntSpan padding,
                     IntSpan dilation, bool transposed, IntSpan output_padding, int64_t groups, Tensor& out);

// The gradient of a plain convolution's weight, from its input and the gradient of its result. Of the result only as
// much as `grad` has is looked at.
void convolution_weight_gradient_cpu(const Tensor& input, const Tensor& grad, IntSpan kernel_size, IntSpan stride,
                                     IntSpan padding, IntSpan dilation, int64_t groups, Tensor& out);

// The same in terms of other ops, on any device; without a bias.
void convolution_by_patches(const Tensor& input, const Tensor& weight, const Geometry& g, const Tensor& out);
void weight_gradient_by_patches(const Tensor& input, const Tensor& grad, const Geometry& g, const Tensor& out);

}  // namespace vt::conv
