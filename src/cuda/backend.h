// CUDA behind the core's device interface.
#pragma once

#include "core/storage.h"
#include "cuda/allocator.h"

namespace vt::cuda {

/// Registers the CUDA backend; touches no driver. Called once at start-up.
VT_API void register_cuda_backend();

/// The allocator's block that holds the storage; null for memory of another owner.
VT_API Block* block_of(const StorageImpl& storage) noexcept;

/// To be called before the address of memory, of any device, goes to others, whose reads and writes are not seen here.
/// Companions of the storage go, what waits (Note [Waiting work]) is given, and no work on this memory waits again.
VT_API void show(StorageImpl& storage);
/// Whether work on the storage may wait: its memory is the allocator's, and others do not know where it is.
VT_API bool may_wait(const StorageImpl& storage) noexcept;

/// Tells the allocator that `stream` uses the storage (Tensor.record_stream). Memory of another owner is ignored.
VT_API void record_stream(const StorageImpl& storage, Stream stream);

/// Whether no stream but this one was said to use the storage's memory, and the capture that this thread runs, if any,
/// made it.
VT_API bool is_used_alone(const StorageImpl& storage, Stream stream) noexcept;

}  // namespace vt::cuda
