// Small pieces of work for tests of graphs.
#pragma once

#include <doctest/doctest.h>

#include <mutex>

#include "autograd/autograd.h"
#include "core/generator.h"
#include "cuda/copy.h"
#include "cuda/graph.h"
#include "simulated/machine.h"

namespace vt::simulated {

struct Initialized {
  Initialized() { initialize(); }
};
inline const Initialized initialized;

inline constexpr CaptureMode kMode = CaptureMode::Global;

inline Tensor bytes(int64_t count) { return empty(DimVec{count}, DType::uint8, kCuda); }
inline Tensor floats(int64_t count = 1024) { return empty(DimVec{count}, DType::float32, kCuda); }

inline void fill(const Tensor& t, int value) {
  cuda::fill_bytes(t.data(), value, t.storage()->bytes(), cuda::current_stream(0), {t.storage().get()});
}
inline void copy(const Tensor& to, const Tensor& from) {
  cuda::copy_on_device(to.data(), from.data(), to.storage()->bytes(), cuda::current_stream(0),
                       {to.storage().get(), from.storage().get()});
}
// Memory of the device is the host's; everything that was given has run by then.
inline int first_byte(const Tensor& t) {
  cuda::synchronize_device(0);
  return *static_cast<uint8_t*>(t.data());
}

template <class Body>
inline void capture(cuda::Graph& graph, Body body, cuda::PoolId pool = {}) {
  const cuda::StreamGuard guard(cuda::pool_stream(0));
  graph.capture_begin(pool, kMode);
  body();
  graph.capture_end();
}

inline CudaGenerator& generator() { return static_cast<CudaGenerator&>(*default_cuda_generator(0)); }

// A kernel that draws, as far as a generator can tell.
inline void draw(CudaGenerator& from, const Tensor& into) {
  const std::lock_guard lock(from.mutex());
  const PhiloxPosition position = from.take(6);
  CHECK((position.device_seed != nullptr) == cuda::is_capturing());
  fill(into, 1);
}

}  // namespace vt::simulated
