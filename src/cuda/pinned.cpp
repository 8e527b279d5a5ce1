#include "cuda/pinned.h"

#include <bit>
#include <map>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "core/error.h"
#include "cuda/device_api.h"
#include "cuda/event.h"

namespace vt::cuda {
namespace {

struct PinnedBlock {
  void* data = nullptr;
  size_t bytes = 0;  // a power of two
  std::vector<Event> uses;
};

// Never destroyed: tensors of static lifetime may come back after any destructor of ours.
struct Cache {
  std::mutex mutex;
  std::map<const void*, PinnedBlock*> live;                    // by address, for look-up inside a block
  std::unordered_map<size_t, std::vector<PinnedBlock*>> idle;  // by size
};

Cache& cache() {
  static auto* instance = new Cache;
  return *instance;
}

PinnedBlock* find(Cache& c, const void* data) {
  auto it = c.live.upper_bound(data);
  if (it == c.live.begin()) return nullptr;
  PinnedBlock* block = std::prev(it)->second;
  return static_cast<const char*>(data) < static_cast<const char*>(block->data) + block->bytes ? block : nullptr;
}

bool is_done(PinnedBlock& block) {
  std::erase_if(block.uses, [](const Event& event) { return event.query(); });
  return block.uses.empty();
}

void free_pinned(void*, void* context, size_t) noexcept {
  auto* block = static_cast<PinnedBlock*>(context);
  Cache& c = cache();
  std::lock_guard lock(c.mutex);
  c.live.erase(block->data);
  c.idle[block->bytes].push_back(block);
}

}  // namespace

Allocation allocate_pinned(size_t bytes) {
  if (bytes == 0) return {};
  ensure_available();
  VT_CHECK(bytes <= (size_t{1} << 62), OutOfMemory, "expected at most 2^62 bytes of pinned memory, got ", bytes);
  const size_t rounded = std::bit_ceil(bytes < 512 ? size_t{512} : bytes);
  Cache& c = cache();
  std::lock_guard lock(c.mutex);
  PinnedBlock* block = nullptr;
  auto& idle = c.idle[rounded];
  for (size_t i = 0; i < idle.size(); ++i) {
    if (is_done(*idle[i])) {
      block = idle[i];
      idle.erase(idle.begin() + static_cast<std::ptrdiff_t>(i));
      break;
    }
  }
  if (block == nullptr) {
    auto fresh = std::make_unique<PinnedBlock>();
    check(device_api().allocate_host(rounded, fresh->data), "pinned allocation");
    fresh->bytes = rounded;
    block = fresh.release();
  }
  c.live.emplace(block->data, block);
  return {block->data, block, &free_pinned};
}

void record_pinned_use(const void* data, Stream stream) {
  Cache& c = cache();
  std::lock_guard lock(c.mutex);
  PinnedBlock* block = find(c, data);
  if (block == nullptr) return;
  (void)is_done(*block);  // keeps the list short for a buffer that is used over and over
  block->uses.emplace_back();
  block->uses.back().record(stream);
}

bool is_pinned(const void* data) {
  if (data == nullptr || !is_available()) return false;
  return device_api().is_page_locked(data);
}

void empty_pinned_cache() {
  Cache& c = cache();
  std::lock_guard lock(c.mutex);
  for (auto& [bytes, idle] : c.idle) {
    std::erase_if(idle, [](PinnedBlock* block) {
      if (!is_done(*block)) return false;
      check(device_api().free_host(block->data), "pinned free");
      delete block;
      return true;
    });
  }
}

}  // namespace vt::cuda
