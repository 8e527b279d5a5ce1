// CUDA behind the core's device interface.
#pragma once

#include "core/storage.h"
#include "cuda/allocator.h"

namespace vt::cuda {

/// Registers the CUDA backend; touches no driver. Called once at start-up.
VT_API void register_cuda_backend();

/// The allocator's block that holds the storage; null for memory of another owner.
VT_API const Block* block_of(const StorageImpl& storage) noexcept;

/// Tells the allocator that `stream` uses the storage (Tensor.record_stream). Memory of another owner is ignored.
VT_API void record_stream(const StorageImpl& storage, Stream stream);

}  // namespace vt::cuda
