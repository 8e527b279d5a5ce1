// What a kernel that is launched early does first.
//
// Note [Early starts]
// Between two kernels of a stream a device idles for about a microsecond, while the first one's blocks end and the
// second's begin. A kernel launched early (launch_early) has its blocks brought to the multiprocessors as those of the
// kernel before leave room, and waits there until that kernel is done and what it wrote can be seen; so the two never
// touch memory at the same time. Every thread must wait before it reads or writes memory that is not its block's own.
// As every such kernel waits for the one before, which did too, it comes after all that was given to the stream.
//
// It is for captured work: an eager program's host gives kernels to the device more slowly than that. Kernels compiled
// for compute capability under 9.0 do not wait, and are launched as any other.
#pragma once

#include "cuda/early.h"

namespace vt::cuda {

/// Waits for the work before on the stream; then lets the next kernel's blocks come.
__device__ __forceinline__ void wait_for_earlier_work() {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900
  asm volatile(
      "griddepcontrol.wait;\n\t"
      "griddepcontrol.launch_dependents;" ::
          : "memory");
#endif
}

/// launch() for a kernel that begins with wait_for_earlier_work.
template <typename... Params, typename... Args>
void launch_early(const LaunchConfig& config, StorageSpan storages, void (*kernel)(Params...), const Args&... args) {
  static_assert(sizeof...(Params) == sizeof...(Args), "one argument per kernel parameter");
  std::tuple<detail::Held<std::decay_t<Params>, Args>...> values{
      static_cast<detail::Held<std::decay_t<Params>, Args>>(args)...};
  std::apply(
      [&](const auto&... value) {
        void* arguments[] = {const_cast<void*>(static_cast<const void*>(&value))..., nullptr};
        detail::launch_kernel_early(config, reinterpret_cast<const void*>(kernel), arguments, storages);
      },
      values);
}
template <typename... Params, typename... Args>
void launch_early(const LaunchConfig& config, std::initializer_list<const StorageImpl*> storages,
                  void (*kernel)(Params...), const Args&... args) {
  launch_early(config, StorageSpan(storages.begin(), storages.size()), kernel, args...);
}

}  // namespace vt::cuda
