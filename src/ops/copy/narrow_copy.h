// A kernel that made a float32 tensor may have written its values in a 16-bit dtype too; the first cast takes them.
//
// Note [Narrow copies]
// The copy is a companion of the tensor's storage. `_to_copy` hands it out, once, in place of a conversion of its own:
// whoever asked for the cast owns the result alone, as always. It does so only where nobody could tell the difference:
// the tensor covers its storage and was not written to since, and the cast is on the stream, and in the capture, that
// the copy was made in. Who shows the memory to code whose writes are no versions (data_ptr, DLPack, Tensor.data) drops
// the copy first. What was never cast keeps its copy until its memory goes.
#pragma once

#include "core/tensor.h"

namespace vt {

// The copy that a kernel may write beside float32 `of`: same sizes, 16-bit `dtype`, not written yet.
// Undefined where `of` does not cover its storage.
VT_API Tensor new_narrow_copy(const Tensor& of, DType dtype);
// Hangs `copy`, which has been given to the kernel that writes it, on the storage of `of`.
VT_API void give_narrow_copy(const Tensor& of, const Tensor& copy);
// Undefined if there is none that holds. Cheap to ask where there is none.
VT_API Tensor take_narrow_copy(const Tensor& of, DType dtype);

}  // namespace vt
