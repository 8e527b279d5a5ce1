// What the function that a level of grad runs may write to: tensors made in it, and those that it was given. Writing to
// any other, which it captured, would leave the derivative of what was written unseen.
#pragma once

#include "core/tensor.h"

namespace vt {

// From now on the level of that id, which is the innermost, guards captured tensors.
VT_API void guard_captured(uint64_t id);
// The guarding levels let the tensor be written to.
VT_API void allow_writes_to(const Tensor& t);
// Whether the memory was there when the innermost guarding level that calls pass through was entered.
VT_API bool is_captured(const StorageImpl& storage) noexcept;

// Called as each storage is made.
void note_storage_made(const StorageImpl& storage);

}  // namespace vt
