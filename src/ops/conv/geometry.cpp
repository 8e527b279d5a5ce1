#include "ops/conv/geometry.h"

#include <algorithm>

namespace vt::conv {
namespace {

void check_lists(const Geometry& g) {
  const auto any = [](IntSpan list, auto wrong) { return std::ranges::any_of(list, wrong); };
  const auto negative = [](int64_t v) { return v < 0; };
  const auto not_positive = [](int64_t v) { return v <= 0; };
  VT_CHECK(!any(g.stride, not_positive), Runtime, "non-positive stride is not supported");
  VT_CHECK(!any(g.padding, negative), Runtime, "negative padding is not supported");
  VT_CHECK(!any(g.output_padding, negative), Runtime, "negative output_padding is not supported");
  VT_CHECK(!any(g.dilation, not_positive), Runtime, "dilation should be greater than zero");
  VT_CHECK(g.groups > 0, Runtime, "non-positive groups is not supported");
}

// "(2 x 3)"
std::string as_product(const DimVec& sizes) {
  std::string text = "(";
  for (size_t i = 0; i < sizes.size(); ++i) text += (i ? " x " : "") + std::to_string(sizes[i]);
  return text + ")";
}

void check_channels(const Tensor& input, const Tensor& weight, const Tensor& bias, const Geometry& g) {
  VT_CHECK(weight.size(0) >= g.groups, Runtime, "Given groups=", g.groups, ", expected weight to be at least ",
           g.groups, " at dimension 0, but got weight of size ", weight.sizes(), " instead");
  VT_CHECK(weight.size(0) % g.groups == 0, Runtime, "Given groups=", g.groups, ", expected weight to be divisible by ",
           g.groups, " at dimension 0, but got weight of size ", weight.sizes(), " instead");
  const int64_t channels = g.transposed ? weight.size(0) : weight.size(1) * g.groups;
  if (g.transposed) {
    VT_CHECK(input.size(1) == channels, Runtime, "Given transposed=1, weight of size ", weight.sizes(),
             ", expected input", input.sizes(), " to have ", channels, " channels, but got ", input.size(1),
             " channels instead");
  } else {
    VT_CHECK(input.size(1) == channels, Runtime, "Given groups=", g.groups, ", weight of size ", weight.sizes(),
             ", expected input", input.sizes(), " to have ", channels, " channels, but got ", input.size(1),
             " channels instead");
  }
  const int64_t filters = g.transposed ? weight.size(1) * g.groups : weight.size(0);
  VT_CHECK(!bias.defined() || (bias.dim() == 1 && bias.size(0) == filters), Runtime, "Given ",
           g.transposed ? "transposed=1, " : "", "weight of size ", weight.sizes(),
           ", expected bias to be 1-dimensional with ", filters, " elements, but got bias of size ",
           bias.defined() ? bias.sizes() : IntSpan{}, " instead");
}

void check_dtypes(const Tensor& input, const Tensor& weight, const Tensor& bias) {
  VT_CHECK(input.dtype() != DType::bool_, NotImplemented, "not implemented for 'bool'");
  VT_CHECK(weight.dtype() == input.dtype(), Runtime, "Input type (", input.dtype(), ") and weight type (",
           weight.dtype(), ") should be the same");
  VT_CHECK(!bias.defined() || bias.dtype() == input.dtype(), Runtime, "Input type (", input.dtype(),
           ") and bias type (", bias.defined() ? bias.dtype() : input.dtype(), ") should be the same");
}

}  // namespace

DimVec per_dim(IntSpan list, size_t dims, std::string_view name) {
  VT_CHECK(list.size() == 1 || list.size() == dims, Runtime, "expected ", name,
           " to be a single integer value or a list of ", dims, " values to match the convolution dimensions, but got ",
           name, "=", list);
  return list.size() == 1 ? DimVec(dims, list[0]) : DimVec(list);
}

int64_t result_size(const Geometry& g, size_t dim, int64_t input, int64_t kernel) {
  const int64_t reach = checked_mul(g.dilation[dim], kernel - 1) + 1, pad = checked_mul(2, g.padding[dim]);
  if (g.transposed) {
    return checked_add(checked_mul(input - 1, g.stride[dim]), reach - pad) + g.output_padding[dim];
  }
  const int64_t room = checked_add(input, pad) - reach;
  return room < 0 ? room : room / g.stride[dim] + 1;
}

DimVec result_sizes(const Tensor& input, const Tensor& weight, const Tensor& bias, const Geometry& g) {
  const auto dims = static_cast<int64_t>(g.dims());
  check_lists(g);
  VT_CHECK(weight.dim() == dims + 2 && input.dim() == weight.dim(), Runtime, "Expected ", dims + 2,
           "-dimensional input for ", weight.dim(), "-dimensional weight ", weight.sizes(), ", but got ", input.dim(),
           "-dimensional input of size ", input.sizes(), " instead");
  VT_CHECK(dims >= 1 && dims <= 3, NotImplemented, "convolution of ", dims, " spatial dims");
  check_dtypes(input, weight, bias);
  check_channels(input, weight, bias, g);
  DimVec sizes{input.size(0), g.transposed ? weight.size(1) * g.groups : weight.size(0)};
  DimVec kernel, padded;
  bool fits = true;
  for (size_t d = 0; d < g.dims(); ++d) {
    const int64_t k = weight.sizes()[d + 2], in = input.sizes()[d + 2];
    VT_CHECK(k > 0, Runtime, "weight should have at least one element per spatial dim, but got weight of size ",
             weight.sizes());
    if (g.transposed) {
      VT_CHECK(g.output_padding[d] < std::max(g.stride[d], g.dilation[d]), Runtime,
               "output padding must be smaller than either stride or dilation, but got output_padding: ",
               g.output_padding, " stride: ", g.stride, " dilation: ", g.dilation);
    }
    sizes.push_back(result_size(g, d, in, k));
    kernel.push_back(g.dilation[d] * (k - 1) + 1);
    padded.push_back(in + 2 * g.padding[d]);
    fits = fits && (g.transposed || padded[d] >= kernel[d]);
  }
  VT_CHECK(fits, Runtime, "Calculated padded input size per channel: ", as_product(padded),
           ". Kernel size: ", as_product(kernel), ". Kernel size can't be greater than actual input size");
  for (size_t d = 2; d < sizes.size(); ++d) {
    VT_CHECK(sizes[d] > 0 || input.sizes()[d] == 0, Runtime, "Given input size per channel: ", input.sizes().subspan(2),
             ". Calculated output size per channel: ", IntSpan(sizes).subspan(2), ". Output size is too small");
    sizes[d] = std::max<int64_t>(sizes[d], 0);
  }
  return sizes;
}

DimVec lost_by_stride(IntSpan input, IntSpan result, IntSpan weight, const Geometry& g) {
  DimVec lost;
  for (size_t d = 0; d < g.dims(); ++d) {
    const int64_t reach = g.dilation[d] * (weight[d + 2] - 1) + 1;
    lost.push_back(input[d + 2] - ((result[d + 2] - 1) * g.stride[d] - 2 * g.padding[d] + reach));
  }
  return lost;
}

}  // namespace vt::conv
