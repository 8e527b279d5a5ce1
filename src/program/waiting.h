// What waits on a thread: values that steps will fill, in groups that will run as one pass. See Note [Deferred calls].
#pragma once

#include <memory>
#include <vector>

#include "core/tensor.h"
#include "program/program.h"
#include "program/record.h"

namespace vt::program {

struct PendingGroup;

// What the storage of a value that waits keeps in memory's place.
struct Pending {
  PendingGroup* group;
  uint16_t step;
  DimVec sizes, strides;  // of its tensor
  DimVec group_strides;   // over the indices of the group
  Storage storage;        // null once a later step writes to the same storage
};

struct PendingGroup {
  FusedGroup fused;
  struct Source {
    Storage storage;
    int64_t offset;  // bytes
  };
  std::vector<Source> sources;                   // of the inputs
  std::vector<std::unique_ptr<Pending>> values;  // by step
  std::vector<Number> numbers;
  int number = -1;  // in the record
};

// Of the calling thread, in the order of their making.
struct Waiting {
  std::vector<std::unique_ptr<PendingGroup>> groups;
  std::unique_ptr<Recorder> recorder;  // null: nothing is recorded
};
Waiting& waiting();

// What a storage holds in memory's place.
Allocation place_of(const Pending& value);
// Whether it waits, for this thread or another.
bool waits(const StorageImpl& storage);
Pending* pending_without_memory(const StorageImpl& storage);
// Null for a storage that does not wait for this thread.
inline Pending* pending_of(const StorageImpl& storage) {
  return VT_LIKELY(storage.data() != nullptr) ? nullptr : pending_without_memory(storage);
}

// Runs the group, after those it reads from, and lets go of it. `because`: a literal, for the record.
void run_pending(PendingGroup& group, const char* because);

bool reads(const PendingGroup& group, const StorageImpl& storage);
void run_readers(const StorageImpl& storage, const char* because);
// Whether `group` has to run after `other`.
bool depends(const PendingGroup& group, const PendingGroup& other);

}  // namespace vt::program
