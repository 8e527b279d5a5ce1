// A library that adds ops when a program is already running, as a plugin would: Python's test loads it with ctypes,
// Node's as an addon.
#include <thread>

#include "dispatch/registry.h"

using namespace vt;

namespace {

TensorSpec twice_meta(const Tensor& self) { return {DimVec(self.sizes()), self.dtype(), self.device()}; }
void twice_cpu(const Tensor& self, Tensor& out) {
  for (int64_t i = 0; i < self.numel(); ++i) out.data<float>()[i] = 2 * self.data<float>()[i];
}

void add(const char* schema) {
  Registry::get().add_late(schema,
                           [](OpBuilder& op) { op.meta(twice_meta).cpu(twice_cpu).inplace().not_differentiable(); });
}

}  // namespace

// late_twice on the caller's thread, late_twice_elsewhere on another.
extern "C" VT_API void add_late_ops() {
  add("late_twice(Tensor self) -> Tensor");
  std::thread([] { add("late_twice_elsewhere(Tensor self) -> Tensor"); }).join();
}

// Node calls this with its environment and the exports object, which it wants back.
extern "C" VT_API void* napi_register_module_v1(void* /*env*/, void* exports) {
  add_late_ops();
  return exports;
}
