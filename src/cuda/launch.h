// The one place where kernels are launched.
#pragma once

#include <cuda_runtime.h>

#include <initializer_list>
#include <tuple>
#include <type_traits>

#include "cuda/stream.h"
#include "cuda/work.h"

namespace vt::cuda {

/// Where and how a kernel runs. `op` is a string literal that names it in errors.
struct LaunchConfig {
  const char* op;
  Stream stream;
  dim3 grid;
  dim3 block;
  size_t shared_bytes = 0;  // dynamic; above 48 KiB the kernel must have been given allow_shared_memory
  // Blocks that run at once on neighbouring multiprocessors and reach each other's shared memory: 8 at most, dividing
  // the grid, on devices of compute capability 9.0 and up. A kernel compiled with __cluster_dims__ needs no saying so
  // here.
  dim3 cluster = {1, 1, 1};
};

namespace detail {
/// How an argument is kept until the launch: as it is if it has the parameter's type, else converted.
template <typename Param, typename Arg>
using Held = std::conditional_t<std::is_same_v<Param, std::remove_cvref_t<Arg>>, const Param&, Param>;

VT_API void launch_kernel(const LaunchConfig& config, const void* kernel, void** arguments, StorageSpan storages);
VT_API void allow_shared_memory(const void* kernel, size_t bytes);
}  // namespace detail

/// Lets `kernel` use `bytes` of dynamic shared memory on the current device (needed above 48 KiB).
template <typename... Params>
void allow_shared_memory(void (*kernel)(Params...), size_t bytes) {
  detail::allow_shared_memory(reinterpret_cast<const void*>(kernel), bytes);
}

/// Launches `kernel` with `args` converted to its parameter types; an empty grid is no launch. `storages` are those
/// that the kernel reads or writes. Throws for a failed launch, and for an index error that an earlier kernel reported.
template <typename... Params, typename... Args>
void launch(const LaunchConfig& config, StorageSpan storages, void (*kernel)(Params...), const Args&... args) {
  static_assert(sizeof...(Params) == sizeof...(Args), "one argument per kernel parameter");
  std::tuple<detail::Held<std::decay_t<Params>, Args>...> values{
      static_cast<detail::Held<std::decay_t<Params>, Args>>(args)...};
  std::apply(
      [&](const auto&... value) {
        void* arguments[] = {const_cast<void*>(static_cast<const void*>(&value))..., nullptr};
        detail::launch_kernel(config, reinterpret_cast<const void*>(kernel), arguments, storages);
      },
      values);
}
template <typename... Params, typename... Args>
void launch(const LaunchConfig& config, std::initializer_list<const StorageImpl*> storages, void (*kernel)(Params...),
            const Args&... args) {
  launch(config, StorageSpan(storages.begin(), storages.size()), kernel, args...);
}

/// Blocks needed to cover `items` with `per_block` each, capped at `limit`.
inline unsigned blocks_for(int64_t items, int64_t per_block, int64_t limit = 0x7fffffff) {
  const int64_t blocks = (items + per_block - 1) / per_block;
  return static_cast<unsigned>(blocks < limit ? blocks : limit);
}

}  // namespace vt::cuda
