#include <mutex>

#include "autograd/autograd.h"
#include "autograd/python_key.h"
#include "core/startup_pages.h"
#include "cpu/backend.h"
#include "cuda/backend.h"
#include "dispatch/registry.h"
#include "fabric/call.h"
#include "fabric/distribute.h"
#include "meta/meta.h"
#include "ops/batch/batch_call.h"
#include "ops/register_all.h"

namespace vt {

void initialize() {
  static std::once_flag once;
  std::call_once(once, [] {
    cpu::register_cpu_backend();
    cuda::register_cuda_backend();
    meta::register_meta_backend();
    Registry& registry = Registry::get();
    register_all_ops(registry);
    register_fabric(registry);
    meta::register_meta_kernels(registry);
    registry.set_fallback(Key::Autograd, autograd::record_call);
    registry.set_fallback(Key::Autocast, autograd::autocast_call);
    registry.set_fallback(Key::Python, autograd::python_call);
    registry.set_fallback(Key::Fabric, fabric::run_fabric);
    registry.set_fallback(Key::Transform, batch::transform_call);
    registry.finalize();
    release_startup_pages(reinterpret_cast<const void*>(&initialize));
  });
}

}  // namespace vt
