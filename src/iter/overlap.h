// Whether the memory of written and read tensors overlaps in a way that makes an elementwise result depend on order.
#pragma once

#include "core/tensor.h"

namespace vt {

// RuntimeError if two elements of a written tensor are surely the same memory (an expanded tensor).
VT_API void check_no_internal_overlap(const TensorImpl& written);
// RuntimeError if the tensors overlap without being the same elements in the same order. Only dense tensors are judged:
// for others the question is too hard, and PyTorch too lets them pass.
VT_API void check_no_partial_overlap(const TensorImpl& written, const TensorImpl& read);
// RuntimeError if any element is shared at all (gather, index, matmul: the kernel reads while it writes).
VT_API void check_no_overlap(const TensorImpl& written, const TensorImpl& read);

}  // namespace vt
