// What the memory that a thread asks for is going to hold, for error texts and memory snapshots.
#pragma once

#include <cstdint>

#include "core/dtype.h"
#include "core/macros.h"

namespace vt {

struct AllocationNote {
  const int64_t* sizes = nullptr;
  int ndim = 0;
  DType dtype = DType::float32;
};

/// Of the allocation that the calling thread is about to make; null: unknown.
extern constinit VT_API thread_local const AllocationNote* thread_allocation_note;

/// Sets it for a scope; `note` has to outlive that.
class NoteGuard {
 public:
  explicit NoteGuard(const AllocationNote& note) noexcept : previous_(thread_allocation_note) {
    thread_allocation_note = &note;
  }
  ~NoteGuard() { thread_allocation_note = previous_; }
  NoteGuard(const NoteGuard&) = delete;
  NoteGuard& operator=(const NoteGuard&) = delete;

 private:
  const AllocationNote* previous_;
};

}  // namespace vt
