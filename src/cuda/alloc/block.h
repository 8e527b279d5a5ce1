// What the caching allocator keeps about memory: blocks, the segments they lie in, the lanes that free ones wait in.
//
// A segment is one piece of memory from the driver; its blocks cover it, linked in order of address. A lane holds the
// free blocks that one stream of one pool may use at once. See docs/allocator.md.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>

#include "core/allocation_note.h"
#include "cuda/allocator.h"

namespace vt::cuda::alloc {

struct Lane;
struct Pool;
struct Segment;
struct StreamUse;
class ThreadCache;

inline constexpr size_t kGranule = 512;                      // sizes and addresses are multiples of it
inline constexpr size_t kSmallRequest = size_t{1} << 20;     // requests up to this come from small segments
inline constexpr size_t kSmallSegment = size_t{2} << 20;     // bytes of one
inline constexpr size_t kLargeSegment = size_t{20} << 20;    // for requests below kOwnSegment
inline constexpr size_t kOwnSegment = size_t{10} << 20;      // requests from here on get a segment of about their size
inline constexpr size_t kSegmentMultiple = size_t{2} << 20;  // of which it is a multiple

constexpr size_t round_up(size_t bytes, size_t multiple) { return (bytes + multiple - 1) / multiple * multiple; }

enum class Use : uint8_t {
  Spare,         // a block object without memory
  Free,          // in its lane
  ThreadCached,  // free, on a list of one thread's cache
  Live,          // handed out
  Pending,       // given back, but other streams may still use it
  Unmapped,      // addresses of an expandable segment without memory
};

/// Whether and how a thread may keep a block that it gives back, see thread_cache.h. Small and LargePart blocks share
/// their segment.
enum class Stock : uint8_t { Small, LargePart, LargeWhole, None };
inline constexpr int kStocks = 3;

/// Fields change under the heap's mutex, except where a thread's cache owns the block: `requested`, `frames`, `shape`,
/// `allocated_by`, `link` and the steps between Live and ThreadCached are then under that cache's lock. In order of
/// use: the third cache line is the heap's alone.
struct alignas(64) HeapBlock : Block {
  std::atomic<Use> use{Use::Spare};
  Stock stock = Stock::None;
  ThreadCache* allocated_by = nullptr;  // the cache of the thread that has it or had it last; null: it had none
  HeapBlock* link = nullptr;            // in a thread's list or among the spares

  StreamUse* uses = nullptr;  // recorded streams
  uint64_t frames = 0;        // stack id of the allocation
  NotedShape shape;           // what it holds

  Segment* segment = nullptr;
  Lane* lane = nullptr;           // where it goes when it is free
  HeapBlock* previous = nullptr;  // neighbours in the segment
  HeapBlock* next = nullptr;
  HeapBlock* left = nullptr;  // in the lane's tree
  HeapBlock* right = nullptr;
  uint32_t unfinished = 0;  // of its uses, how many may still run; while Pending
  uint64_t freed_at = 0;    // the heap's clock when it became free

  char* begin() const noexcept { return static_cast<char*>(data); }
  char* end() const noexcept { return begin() + bytes; }
  Use state() const noexcept { return use.load(std::memory_order_relaxed); }
  void set_state(Use state) noexcept { use.store(state, std::memory_order_relaxed); }
};

struct Segment {
  char* data = nullptr;
  size_t bytes = 0;   // of addresses
  size_t mapped = 0;  // of memory; all of it unless expandable
  int device = 0;
  bool is_small = false;
  bool is_expandable = false;
  StreamHandle stream = nullptr;  // for which it was made
  Pool* pool = nullptr;
  HeapBlock* first = nullptr;
  Segment* previous = nullptr;  // in the heap's list
  Segment* next = nullptr;
  uint64_t refused_in = 0;          // the run of the ladder in which the driver would not take it back
  std::map<size_t, size_t> chunks;  // expandable: offset and bytes of each piece that was mapped by one call

  /// All of it, though perhaps of several lanes.
  bool is_free() const noexcept {
    const HeapBlock* block = first;
    while (block != nullptr && block->state() == Use::Free) block = block->next;
    return block == nullptr;
  }
};

/// What the calling thread said that the block is for.
inline void note_shape(NotedShape& shape) noexcept {
  const AllocationNote* const note = thread_allocation_note;
  if (note == nullptr) {
    shape.ndim = -1;
    return;
  }
  shape.ndim = static_cast<int8_t>(note->ndim);
  shape.dtype = note->dtype;
  for (int i = 0; i < NotedShape::kDims && i < note->ndim; ++i) shape.sizes[i] = note->sizes[i];
}

static_assert(sizeof(HeapBlock) == 3 * 64);

/// A free block is "split" while it shares its segment.
inline bool is_split(const HeapBlock& block) noexcept {
  return block.segment->is_expandable || block.bytes != block.segment->bytes;
}

}  // namespace vt::cuda::alloc
