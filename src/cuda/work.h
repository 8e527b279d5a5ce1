// Where all work that is given to a device passes: kernels, copies, fills, matrix products.
#pragma once

#include <span>

#include "core/macros.h"
#include "core/storage.h"
#include "cuda/stream.h"

namespace vt::cuda {

/// Entries may be null, for an operand that is not there.
using StorageSpan = std::span<const StorageImpl* const>;

/// Sees the work of a thread and the memory that it uses; a graph capture keeps that memory alive through it.
class VT_API WorkObserver {
 public:
  virtual ~WorkObserver() = default;
  /// Before `op`, which reads or writes `storages`, goes to `stream`. If it throws, the work is not given.
  virtual void on_work(const char* op, Stream stream, StorageSpan storages) = 0;
};

/// Sets this thread's observer (null: none); returns the one before.
VT_API WorkObserver* set_work_observer(WorkObserver* observer) noexcept;

/// To be called before work is given to `stream`; `op` is a string literal that names it. Throws an index error that an
/// earlier kernel of the device reported.
VT_API void begin_work(const char* op, Stream stream, StorageSpan storages);

}  // namespace vt::cuda
