// CPU storages whose memory other processes map too.
//
// Note [Shared memory]
// A block is a file without a name, known by its descriptor: a process that gets the descriptor (over a socket, by
// fork) maps the same pages. The kernel counts who holds it, so the memory goes with its last user, also where that one
// is killed. By default the file belongs to no file system (memfd), and the size of /dev/shm does not limit it; a
// `linkable` one is a nameless file in /dev/shm, which can be given a name for as long as a message is on its way.
//
// In one process a block is mapped once, however often its descriptor comes in.
#pragma once

#include "core/storage.h"

namespace vt::interop {

// A new CPU storage of that size, filled with zeros. OutOfMemory if there is no room.
VT_API Storage new_shared_storage(size_t bytes, bool linkable = false);
// A storage over the block behind `descriptor`, which stays the caller's. RuntimeError if that is no such block, or is
// smaller than `bytes`.
VT_API Storage map_shared_storage(int descriptor, size_t bytes);
// Moves a CPU storage into shared memory: all tensors over it see the move. Does nothing if it is there already.
// RuntimeError for other devices and for memory that may only be read.
VT_API void share_storage(StorageImpl& storage, bool linkable = false);
// The descriptor of the block that a storage is in, good while the storage lives; -1 if it is not in one.
VT_API int shared_descriptor(const StorageImpl& storage) noexcept;

}  // namespace vt::interop
