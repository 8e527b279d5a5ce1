// Memory formats: the strides of a new tensor, whether a tensor lies in a format, which one it suggests.
#pragma once

#include "dispatch/value.h"

namespace vt {

// Strides of a dense tensor whose dims are ordered in memory as self's are: self's own if it is dense already.
VT_API DimVec dense_strides_like(IntSpan sizes, IntSpan strides);

constexpr bool is_channels_last(MemoryFormat f) {
  return f == MemoryFormat::ChannelsLast || f == MemoryFormat::ChannelsLast3d;
}

// Strides for `sizes` in a memory format; Preserve follows `like`. RuntimeError for channels_last unless 4-D, for
// channels_last_3d unless 5-D.
VT_API DimVec format_strides(MemoryFormat format, const Tensor& like);
VT_API DimVec format_strides(MemoryFormat format, IntSpan sizes);

// Dims of size 1 may have any stride, so a tensor may be contiguous in two formats. False in channels_last of another
// rank; an empty tensor is contiguous, but in channels_last only with that format's strides. Preserve asks for
// Contiguous.
VT_API bool is_contiguous_in(const Tensor& t, MemoryFormat format);

// The format whose order of dims the strides have, gaps or not: what PyTorch gives results made in a tensor's likeness.
// Contiguous where sizes of 1 leave it open, and of empty tensors.
VT_API MemoryFormat suggested_format(const Tensor& t);

// A tensor with the values of `t` that is contiguous in `format`: t itself if it is, else a copy. For kernels; not
// differentiable.
VT_API Tensor dense_data(const Tensor& t, MemoryFormat format);

}  // namespace vt
