#include "fabric/peer_reduce.h"

#include <array>
#include <atomic>

#include "cuda/capture.h"
#include "cuda/device.h"
#include "cuda/device_error.h"
#include "cuda/launch.h"
#include "fabric/flight.h"
#include "fabric/peers.h"

namespace vt::fabric {
namespace {

// Where kernels report bad indices too; the host finds the words in fabric/flight.h.
struct Report {
  cuda::DeviceErrorSink sink;
  const char* what;
};
using GpuPeers = Peers<kMostPeers, Report>;

// A block of a GPU as peer_protocol.h sees it.
struct Gpu {
  __device__ int block() const { return static_cast<int>(blockIdx.x); }
  __device__ int blocks() const { return static_cast<int>(gridDim.x); }
  __device__ void sync() const { __syncthreads(); }
  template <class F>
  __device__ __forceinline__ void each(const F& f) const {
    f(static_cast<int>(threadIdx.x));
  }
  template <class F>
  __device__ __forceinline__ void once(const F& f) const {
    if (threadIdx.x == 0) f();
  }
  template <class T>
  __device__ __forceinline__ T read(const T* at, int) const {
    return *at;
  }
  template <class T>
  __device__ __forceinline__ void write(T* at, int, const T& value) const {
    *at = value;
  }
  // What the block has written before is there for who hears the value.
  __device__ void signal(uint32_t* at, int, uint32_t value) const {
    asm volatile("st.release.sys.global.u32 [%0], %1;" ::"l"(at), "r"(value) : "memory");
  }
  __device__ uint32_t heard(const uint32_t* at) const {
    uint32_t value;
    asm volatile("ld.acquire.sys.global.u32 %0, [%1];" : "=r"(value) : "l"(at) : "memory");
    return value;
  }
  __device__ void put(Line* at, int, const Line& line) const {
    asm volatile("st.relaxed.sys.global.v2.u64 [%0], {%1, %2};" ::"l"(at), "l"(line.first), "l"(line.second)
                 : "memory");
  }
  __device__ Line line(const Line* at) const {
    Line found;
    asm volatile("ld.relaxed.sys.global.v2.u64 {%0, %1}, [%2];"
                 : "=l"(found.first), "=l"(found.second)
                 : "l"(at)
                 : "memory");
    return found;
  }
  __device__ uint64_t now() const {
    uint64_t nanoseconds;
    asm volatile("mov.u64 %0, %globaltimer;" : "=l"(nanoseconds));
    return nanoseconds;
  }
  __device__ uint64_t waiting_since() const { return now(); }
  __device__ void missed(const GpuPeers& p, int peer) const {
    volatile cuda::DeviceErrorRecord* record = p.report.sink.record;
    if (record->state != 0) return;
    record->is_range = 0;
    record->index = note_of_missing(p.launch, peer);
    record->op = p.report.sink.op;
    record->what = p.report.what;
    __threadfence_system();
    record->state = 1;
  }
};

template <class T>
__global__ void __launch_bounds__(kPeerThreads) lines_kernel(const __grid_constant__ GpuPeers p, int64_t count) {
  Gpu gpu;
  reduce_lines<T>(gpu, p, count);
}

template <class T, int kWidth, int kPeers>
__global__ void __launch_bounds__(kPeerThreads) shares_kernel(const __grid_constant__ GpuPeers p, int64_t count) {
  Gpu gpu;
  reduce_shares<T, kWidth, kPeers>(gpu, p, count);
}

using Kernel = void (*)(GpuPeers, int64_t);

// Code is loaded on every device before the first launch: loading may wait for what a device runs, and that for a
// kernel that has not been launched yet.
void load_everywhere(Kernel kernel, std::atomic<uint32_t>& loaded, const std::vector<int>& devices) {
  for (const int device : devices) {
    const uint32_t bit = 1u << device;
    if (loaded.load(std::memory_order_acquire) & bit) continue;
    const cuda::DeviceGuard guard(device);
    cuda::allow_shared_memory(kernel, 0);
    loaded.fetch_or(bit, std::memory_order_release);
  }
}

struct Call {
  TensorSpan parts, outputs;
  PeerGroup& group;
  GpuPeers peers;
};

template <Kernel kernel>
void launch_all(const Call& call, int64_t count, unsigned blocks) {
  static std::atomic<uint32_t> loaded{0};
  const size_t members = call.parts.size();
  GpuPeers p = call.peers;
  std::array<cuda::DeviceErrorSink, kMostPeers> sinks{};
  std::array<cuda::Stream, kMostPeers> streams{};
  for (size_t i = 0; i < members; ++i) {
    sinks[i] = cuda::device_error_sink(call.group.devices()[i], "all_reduce");
    streams[i] = cuda::current_stream(call.group.devices()[i]);
  }
  load_everywhere(kernel, loaded, call.group.devices());
  const std::lock_guard lock(call.group.mutex());
  for (size_t i = 0; i < members; ++i) call.group.follow(i, streams[i]);
  size_t launched = 0;
  try {
    for (; launched < members; ++launched) {
      const size_t i = launched;
      const cuda::DeviceGuard guard(call.group.devices()[i]);
      p.self = static_cast<int>(i);
      p.report = {sinks[i], "a device did not join"};
      // Each names what it owns: the others' memory is kept by their own launches.
      cuda::launch({"all_reduce", streams[i], dim3(blocks), dim3(kPeerThreads)},
                   {call.parts[i].storage().get(), call.outputs[i].storage().get()}, kernel, p, count);
    }
  } catch (...) {
    call.group.abandon(launched);
    throw;
  }
}

template <class T>
void reduce_by_lines(const Call& call) {
  constexpr int kIn = kLineBytes / sizeof(T);
  const int64_t count = call.parts[0].numel();
  launch_all<lines_kernel<T>>(call, count, cuda::blocks_for(count, kIn * kPeerThreads));
}

template <class T, int kWidth, int kPeers = 0>
void launch_shares(const Call& call) {
  const int64_t vectors = call.parts[0].numel() / kWidth;
  const int64_t share = (vectors + call.peers.count - 1) / call.peers.count;
  launch_all<shares_kernel<T, kWidth, kPeers>>(call, vectors, cuda::blocks_for(share, kPeerThreads, kMostBlocks));
}

template <class T>
void reduce_by_shares(const Call& call) {
  constexpr int kWidth = 16 / sizeof(T);
  bool aligned = call.parts[0].numel() % kWidth == 0;
  for (int i = 0; i < call.peers.count; ++i) {
    const auto is = [](const void* p) { return reinterpret_cast<uintptr_t>(p) % 16 == 0; };
    aligned &= is(call.peers.parts[i]) && is(call.peers.outputs[i]);
  }
  if (!aligned) return launch_shares<T, 1>(call);
  if constexpr (!std::is_integral_v<T>) {
    if (call.peers.combine == Combine::Sum) {
      switch (call.peers.count) {
        case 2: return launch_shares<T, kWidth, 2>(call);
        case 4: return launch_shares<T, kWidth, 4>(call);
        case 8: return launch_shares<T, kWidth, 8>(call);
        default: break;
      }
    }
  }
  launch_shares<T, kWidth>(call);
}

template <class T>
void reduce_as(const Call& call, PeerWay way) {
  way == PeerWay::Lines ? reduce_by_lines<T>(call) : reduce_by_shares<T>(call);
}

// bool is combined as bytes of 0 and 1.
Combine combine_of(Reduce reduce, DType dtype) {
  if (dtype != DType::bool_) return static_cast<Combine>(reduce);
  return reduce == Reduce::Sum || reduce == Reduce::Max ? Combine::Max : Combine::Min;
}

}  // namespace

bool can_reduce_over_peers(TensorSpan parts, Reduce reduce) {
  if (parts.size() < 2 || parts.size() > kMostPeers || !parts[0].is_cuda() || parts[0].numel() == 0) return false;
  const DType dtype = parts[0].dtype();
  if (is_complex(dtype) || is_stored_only(dtype)) return false;
  if (reduce == Reduce::Mean && !is_floating(dtype)) return false;
  std::array<int, kMostPeers> devices{};
  for (size_t i = 0; i < parts.size(); ++i) {
    const Tensor& t = parts[i];
    if (!t.is_cuda() || !t.is_contiguous() || t.dtype() != dtype || !same(t.sizes(), parts[0].sizes())) return false;
    devices[i] = t.device().index;
    for (size_t j = 0; j < i; ++j) {
      if (devices[j] == devices[i]) return false;
    }
  }
  return connect({devices.data(), parts.size()});
}

void reduce_over_peers(TensorSpan parts, TensorSpan outputs, Reduce reduce, PeerWay way, uint64_t number) {
  static_assert(static_cast<int>(Combine::Product) == static_cast<int>(Reduce::Product));
  std::array<int, kMostPeers> devices{};
  GpuPeers p{};
  p.count = static_cast<int>(parts.size());
  p.combine = combine_of(reduce, parts[0].dtype());
  p.patience = patience_nanoseconds();
  p.launch = number;
  for (size_t i = 0; i < parts.size(); ++i) {
    devices[i] = parts[i].device().index;
    p.parts[i] = parts[i].data();
    p.outputs[i] = outputs[i].data();
  }
  PeerGroup& group = PeerGroup::of({devices.data(), parts.size()}, cuda::is_capturing());
  for (size_t i = 0; i < parts.size(); ++i) {
    p.signals[i] = group.signals(i);
    p.lines[i] = group.lines(i);
  }
  const Call call{parts, outputs, group, p};
  switch (parts[0].dtype()) {
    case DType::float32: return reduce_as<float>(call, way);
    case DType::float64: return reduce_as<double>(call, way);
    case DType::float16: return reduce_as<float16>(call, way);
    case DType::bfloat16: return reduce_as<bfloat16>(call, way);
    case DType::int8: return reduce_as<int8_t>(call, way);
    case DType::bool_:
    case DType::uint8: return reduce_as<uint8_t>(call, way);
    case DType::int16: return reduce_as<int16_t>(call, way);
    case DType::int32: return reduce_as<int32_t>(call, way);
    case DType::int64: return reduce_as<int64_t>(call, way);
    default: VT_ASSERT(false, "reduce_over_peers of ", parts[0].dtype());
  }
}

}  // namespace vt::fabric
