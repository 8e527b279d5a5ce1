// What an allocator holds, and what it did, as plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/dtype.h"
#include "core/macros.h"
#include "cuda/types.h"

namespace vt::cuda {

/// Names a private pool of memory; {0, 0} is the pool that everybody shares.
struct PoolId {
  uint64_t owner = 0;
  uint64_t number = 0;

  bool is_shared() const noexcept { return owner == 0 && number == 0; }
  friend bool operator==(const PoolId&, const PoolId&) = default;
};

enum class BlockState : uint8_t { ActiveAllocated, ActivePendingFree, Inactive };

/// Shape and dtype of the tensor that a block was asked for.
struct NotedShape {
  static constexpr int kDims = 5;
  int8_t ndim = -1;  // -1: unknown; above kDims only the first are kept
  DType dtype = DType::float32;
  int64_t sizes[kDims] = {};

  friend bool operator==(const NotedShape&, const NotedShape&) = default;
};
/// "float32[3, 4]"; empty if unknown.
VT_API std::string to_string(const NotedShape& shape);

struct BlockInfo {
  uintptr_t address = 0;
  size_t size = 0;
  size_t requested_size = 0;  // of the allocation that holds or last held it
  BlockState state = BlockState::Inactive;
  uint64_t frames = 0;            // stack id of the allocation, 0: none
  StreamHandle stream = nullptr;  // the stream in whose order it is reused; differs from the segment's after pressure
  bool in_thread_cache = false;   // inactive and kept by one thread; not merged with its neighbours
  NotedShape shape;               // of the allocation
};

/// Blocks are in order of address and cover the mapped part of the segment exactly.
struct SegmentInfo {
  int device = 0;
  uintptr_t address = 0;
  size_t total_size = 0;      // bytes that are backed by memory
  size_t allocated_size = 0;  // in blocks handed out
  size_t active_size = 0;     // and in pending ones
  size_t requested_size = 0;  // asked for by the holders of active blocks
  StreamHandle stream = nullptr;
  PoolId pool;
  bool is_expandable = false;
  bool is_small = false;  // segment_type "small"
  std::vector<BlockInfo> blocks;
};

enum class HistoryAction : uint8_t {
  Alloc,
  FreeRequested,
  FreeCompleted,
  SegmentAlloc,
  SegmentFree,
  SegmentMap,
  SegmentUnmap,
  OutOfMemory,
  Snapshot,
};

/// History is on from the start.
struct HistoryOptions {
  bool enabled = true;
  size_t entries = 16384;  // in each thread's ring
  uint32_t skipped = 0;    // bit i: actions of value i are not recorded
};

struct HistoryEntry {
  HistoryAction action = HistoryAction::Alloc;
  int device = 0;
  uintptr_t address = 0;  // OutOfMemory: the device's free bytes instead
  size_t size = 0;
  StreamHandle stream = nullptr;
  int64_t time_us = 0;  // since the epoch
  uint64_t frames = 0;  // stack id, 0: none
  PoolId pool;
};

}  // namespace vt::cuda
