#include "cuda/alloc/callbacks.h"

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

namespace vt::cuda {
namespace {

struct Registered {
  int number;
  bool before_error;
  OutOfMemoryCallback function;
};

struct Registry {
  std::mutex mutex;
  int last = 0;
  std::vector<Registered> functions;
};

Registry& registry() {
  static auto* instance = new Registry;
  return *instance;
}

}  // namespace

namespace alloc {

StackHooks stack_hooks;

std::string describe_stack(uint64_t id) {
  const DescribeStack describe = stack_hooks.describe.load(std::memory_order_acquire);
  return id != 0 && describe != nullptr ? describe(id) : std::string();
}

int run_out_of_memory_callbacks(const OutOfMemoryEvent& event, bool before_error) {
  std::vector<OutOfMemoryCallback> functions;
  {
    Registry& r = registry();
    std::lock_guard lock(r.mutex);
    for (const Registered& entry : r.functions) {
      if (entry.before_error == before_error) functions.push_back(entry.function);
    }
  }
  for (const OutOfMemoryCallback& function : functions) function(event);
  return static_cast<int>(functions.size());
}

}  // namespace alloc

void set_stack_source(CaptureStack capture, bool frees, DescribeStack describe) {
  alloc::stack_hooks.describe.store(describe, std::memory_order_release);
  alloc::stack_hooks.on_allocate.store(capture, std::memory_order_relaxed);
  alloc::stack_hooks.on_free.store(frees ? capture : nullptr, std::memory_order_relaxed);
}

int add_out_of_memory_callback(OutOfMemoryCallback callback, bool before_error) {
  Registry& r = registry();
  std::lock_guard lock(r.mutex);
  r.functions.push_back({++r.last, before_error, std::move(callback)});
  return r.last;
}

void remove_out_of_memory_callback(int number) {
  Registry& r = registry();
  std::lock_guard lock(r.mutex);
  std::erase_if(r.functions, [&](const Registered& entry) { return entry.number == number; });
}

}  // namespace vt::cuda
