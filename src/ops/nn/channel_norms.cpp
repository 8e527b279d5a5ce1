#include "ops/nn/channel_norms.h"

#include "ops/copy/kernels.h"
#include "ops/copy/memory_format.h"
#include "ops/typed/view.h"

namespace vt {

DimVec all_but_channels(const Tensor& x) {
  DimVec dims{0};
  for (int64_t d = 2; d < x.dim(); ++d) dims.push_back(d);
  return dims;
}

Tensor per_channel(const Tensor& t, const Tensor& x) {
  DimVec sizes(x.sizes().size(), 1);
  sizes[1] = t.size(0);
  return ops::reshape(t, sizes);
}

DType statistics_dtype(const Tensor& x) { return opmath_dtype(x.dtype()); }

Tensor as_statistics(const Tensor& t, const Tensor& x) {
  return t.defined() ? contiguous_data(cast_data(t, statistics_dtype(x))) : t;
}

MemoryFormat format_of(const Tensor& out) {
  const MemoryFormat format = suggested_format(out);
  return is_contiguous_in(out, format) ? format : MemoryFormat::Contiguous;
}

DimVec channels_last_strides(const Tensor& x) {
  const MemoryFormat format = suggested_format(x);
  return is_channels_last(format) ? format_strides(format, x.sizes()) : DimVec();
}

}  // namespace vt
