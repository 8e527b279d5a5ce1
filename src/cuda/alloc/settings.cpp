// Which allocator is in use, and how it is told.
#include <atomic>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "cuda/alloc/async_allocator.h"
#include "cuda/alloc/caching_allocator.h"
#include "cuda/alloc/pass_through_allocator.h"
#include "cuda/allocator.h"
#include "cuda/device_api.h"

namespace vt::cuda {
namespace {

std::string_view trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

bool parse_bool(std::string_view key, std::string_view value) {
  if (value == "True" || value == "true" || value == "1") return true;
  if (value == "False" || value == "false" || value == "0") return false;
  VT_THROW(Value, "expected True or False for the allocator setting '", key, "', got '", value, "'");
}

AllocatorBackend parse_backend(std::string_view value) {
  if (value == "native") return AllocatorBackend::Native;
  if (value == "cudaMallocAsync") return AllocatorBackend::CudaMallocAsync;
  if (value == "passthrough") return AllocatorBackend::PassThrough;
  VT_THROW(Value, "expected native, cudaMallocAsync or passthrough for the allocator setting 'backend', got '", value,
           "'");
}

// `text` is "key:value,key:value". Nothing of `settings` changes if it throws.
void parse(std::string_view text, AllocatorSettings& settings, bool ignore_unknown) {
  AllocatorSettings parsed = settings;
  while (!text.empty()) {
    const size_t comma = text.find(',');
    const std::string_view entry = trimmed(text.substr(0, comma));
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
    if (entry.empty()) continue;
    const size_t colon = entry.find(':');
    const std::string_view key = trimmed(entry.substr(0, colon));
    const std::string_view value =
        colon == std::string_view::npos ? std::string_view() : trimmed(entry.substr(colon + 1));
    if (key == "backend") {
      if (ignore_unknown && value != "native" && value != "cudaMallocAsync") continue;
      parsed.backend = parse_backend(value);
    } else if (key == "expandable_segments") {
      parsed.expandable_segments = parse_bool(key, value);
    } else {
      VT_CHECK(ignore_unknown, Value, "expected the allocator setting backend or expandable_segments, got '", key, "'");
    }
  }
  settings = parsed;
}

struct State {
  std::mutex mutex;
  std::optional<AllocatorSettings> settings;
  std::atomic<CudaAllocator*> in_use{nullptr};

  AllocatorSettings& read() {
    if (!settings) {
      AllocatorSettings fresh;
      if (const char* text = std::getenv("PYTORCH_CUDA_ALLOC_CONF")) parse(text, fresh, true);
      if (const char* text = std::getenv("VIBETENSOR_ALLOC_CONF")) parse(text, fresh, false);
      settings = fresh;
    }
    return *settings;
  }
};

State& state() {
  static auto* instance = new State;
  return *instance;
}

// Allocators live as long as the process: tensors of static lifetime may be freed after any destructor of ours.
[[maybe_unused]] const bool forgets_allocator = on_device_api_change([] {
  static auto* const forgotten = new std::vector<CudaAllocator*>;
  CudaAllocator* const old = state().in_use.exchange(nullptr);
  if (old == nullptr) return;
  forgotten->push_back(old);
  try {
    old->empty_cache();
  } catch (const Error&) {  // then its memory is gone with the device
  }
});

VT_NOINLINE CudaAllocator& make_allocator() {
  State& s = state();
  std::lock_guard lock(s.mutex);
  CudaAllocator* made = s.in_use.load(std::memory_order_relaxed);
  if (made == nullptr) {
    switch (s.read().backend) {
      case AllocatorBackend::Native: {
        CachingOptions options;
        options.expandable_segments = s.read().expandable_segments;
        made = new CachingAllocator(options);
        break;
      }
      case AllocatorBackend::CudaMallocAsync: made = new AsyncAllocator; break;
      case AllocatorBackend::PassThrough: made = new PassThroughAllocator; break;
    }
    s.in_use.store(made, std::memory_order_release);
  }
  return *made;
}

}  // namespace

CudaAllocator& allocator() {
  static State& s = state();
  CudaAllocator* made = s.in_use.load(std::memory_order_acquire);
  return VT_LIKELY(made != nullptr) ? *made : make_allocator();
}

void change_allocator(CudaAllocator& chosen) {
  State& s = state();
  std::lock_guard lock(s.mutex);
  CudaAllocator* const known = s.in_use.load();
  VT_CHECK(known == nullptr, Runtime, "expected the allocator to be changed before its first use; it is in use as '",
           known->name(), "'");
  s.in_use.store(&chosen, std::memory_order_release);
}

AllocatorSettings allocator_settings() {
  State& s = state();
  std::lock_guard lock(s.mutex);
  return s.read();
}

void apply_allocator_settings(std::string_view text) {
  State& s = state();
  std::lock_guard lock(s.mutex);
  AllocatorSettings changed = s.read();
  parse(text, changed, false);
  VT_CHECK(changed.backend == s.read().backend || s.in_use.load() == nullptr, Runtime,
           "expected the allocator's backend to be chosen before its first use; it is in use as '",
           s.in_use.load()->name(), "'");
  s.settings = changed;
  if (CudaAllocator* in_use = s.in_use.load()) in_use->apply(changed);
}

}  // namespace vt::cuda
