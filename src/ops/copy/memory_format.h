// Strides of a new tensor made in the likeness of another.
#pragma once

#include "dispatch/value.h"

namespace vt {

// Strides of a dense tensor whose dims are ordered in memory as self's are: self's own if it is dense already.
VT_API DimVec dense_strides_like(IntSpan sizes, IntSpan strides);

// Strides for `sizes` in a memory format; Preserve follows `like`. RuntimeError for channels_last unless 4-D or 5-D.
VT_API DimVec format_strides(MemoryFormat format, const Tensor& like);
VT_API DimVec format_strides(MemoryFormat format, IntSpan sizes);

VT_API bool is_contiguous_in(const Tensor& t, MemoryFormat format);

}  // namespace vt
