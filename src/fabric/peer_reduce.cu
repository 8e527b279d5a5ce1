#include <array>

#include "core/convert.h"
#include "cuda/device.h"
#include "cuda/launch.h"
#include "fabric/peer_reduce.h"
#include "fabric/peers.h"

// Note [Sums over peers]
// Every member's kernel reads the parts of all in the order of the members, so that each computes the same sum, bit for
// bit, from run to run. Up to kOneShotBytes each reads everything and writes its own output. Above, each sums a share
// of the elements and writes it into all outputs: what moves over a link is then as little as a ring would move, in one
// step. An element is written by the thread that has read it from everyone, so outputs may be the inputs.
//
// Before that, and behind it, blocks of the same number meet: no member reads a part before it is there, nor goes on
// while another still reads or writes its memory. All blocks of a kernel run at once, beside other work, because they
// are few. A block that waits longer than kPatience cycles stops waiting and leaves a note of whom it missed.

namespace vt::fabric {
namespace {

constexpr int64_t kOneShotBytes = 256 << 10;
constexpr long long kPatience = 60ll * 2'000'000'000ll;  // half a minute at least
constexpr int kThreads = 512;

struct Peers {
  void* parts[kMostPeers];
  void* outputs[kMostPeers];
  Signals* signals[kMostPeers];
  int count;
  int self;
  bool in_place;  // an output may be a part
};

__device__ void store_release(uint32_t* at, uint32_t value) {
  asm volatile("st.release.sys.global.u32 [%0], %1;" ::"l"(at), "r"(value) : "memory");
}
__device__ uint32_t load_acquire(const uint32_t* at) {
  uint32_t value;
  asm volatile("ld.acquire.sys.global.u32 %0, [%1];" : "=r"(value) : "l"(at) : "memory");
  return value;
}

__device__ void meet(const Peers& p) {
  __syncthreads();
  Signals& own = *p.signals[p.self];
  const int b = static_cast<int>(blockIdx.x), peer = static_cast<int>(threadIdx.x);
  const uint32_t round = own.rounds[b] + 1;
  if (peer < p.count) {
    __threadfence_system();
    store_release(&p.signals[peer]->arrived[b][p.self], round);
    const long long start = clock64();
    while (static_cast<int32_t>(load_acquire(&own.arrived[b][peer]) - round) < 0) {
      if (clock64() - start > kPatience) {
        atomicExch(&own.late, static_cast<uint32_t>(peer) + 1);
        break;
      }
    }
  }
  __syncthreads();
  if (threadIdx.x == 0) own.rounds[b] = round;
}

template <class T, int kWidth>
struct alignas(sizeof(T) * kWidth) Vector {
  T values[kWidth];
};

template <class T>
using Wide = std::conditional_t<sizeof(T) == 8, double, float>;

template <class T, int kWidth>
__device__ Vector<T, kWidth> sum_of(const Peers& p, int64_t i, Wide<T> scale) {
  Wide<T> total[kWidth] = {};
  for (int peer = 0; peer < p.count; ++peer) {
    const auto part = static_cast<const Vector<T, kWidth>*>(p.parts[peer])[i];
#pragma unroll
    for (int k = 0; k < kWidth; ++k) total[k] += static_cast<Wide<T>>(part.values[k]);
  }
  Vector<T, kWidth> sum;
#pragma unroll
  for (int k = 0; k < kWidth; ++k) sum.values[k] = static_cast<T>(total[k] * scale);
  return sum;
}

template <class T, int kWidth, bool one_shot>
__global__ void __launch_bounds__(kThreads) sum_kernel(const __grid_constant__ Peers p, int64_t count, Wide<T> scale) {
  using V = Vector<T, kWidth>;
  meet(p);
  const int64_t step = static_cast<int64_t>(gridDim.x) * blockDim.x;
  const int64_t at = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if constexpr (one_shot) {
    // What others still read is not written over: the sums wait in registers, a pass at a time.
    for (int64_t first = 0; first < count; first += step) {
      const int64_t i = first + at;
      V sum;
      if (i < count) sum = sum_of<T, kWidth>(p, i, scale);
      if (p.in_place) meet(p);
      if (i < count) static_cast<V*>(p.outputs[p.self])[i] = sum;
    }
  } else {
    const int64_t share = (count + p.count - 1) / p.count;
    const int64_t begin = share * p.self, end = begin + share < count ? begin + share : count;
    int64_t i = begin + at;
    constexpr int kAtOnce = 4;
    for (; i + (kAtOnce - 1) * step < end; i += kAtOnce * step) {
      V sums[kAtOnce];
#pragma unroll
      for (int k = 0; k < kAtOnce; ++k) sums[k] = sum_of<T, kWidth>(p, i + k * step, scale);
      for (int peer = 0; peer < p.count; ++peer) {
#pragma unroll
        for (int k = 0; k < kAtOnce; ++k) static_cast<V*>(p.outputs[peer])[i + k * step] = sums[k];
      }
    }
    for (; i < end; i += step) {
      const V sum = sum_of<T, kWidth>(p, i, scale);
      for (int peer = 0; peer < p.count; ++peer) static_cast<V*>(p.outputs[peer])[i] = sum;
    }
  }
  meet(p);
}

template <class T, int kWidth>
void launch_all(Peers p, TensorSpan parts, TensorSpan outputs, double scale) {
  const int64_t count = parts[0].numel() / kWidth;
  const bool one_shot = parts[0].numel() * static_cast<int64_t>(sizeof(T)) <= kOneShotBytes;
  const int64_t mine = one_shot ? count : (count + p.count - 1) / p.count;
  const unsigned blocks = cuda::blocks_for(mine, kThreads, one_shot ? 8 : kMostBlocks);
  std::array<const StorageImpl*, 2 * kMostPeers> storages{};
  for (size_t i = 0; i < parts.size(); ++i) {
    storages[2 * i] = parts[i].storage().get();
    storages[2 * i + 1] = outputs[i].storage().get();
  }
  for (size_t i = 0; i < parts.size(); ++i) {
    const int device = parts[i].device().index;
    const cuda::DeviceGuard guard(device);
    p.self = static_cast<int>(i);
    const cuda::LaunchConfig config{"all_reduce", cuda::current_stream(device), dim3(blocks), dim3(kThreads)};
    // Each names what it owns: the others' memory is kept by their own launches.
    const cuda::StorageSpan own(storages.data() + 2 * i, 2);
    cuda::launch(config, own, one_shot ? sum_kernel<T, kWidth, true> : sum_kernel<T, kWidth, false>, p, count,
                 static_cast<Wide<T>>(scale));
  }
}

template <class T>
void reduce_in(Peers p, TensorSpan parts, TensorSpan outputs, double scale) {
  constexpr int kWidth = 16 / sizeof(T);
  bool aligned = parts[0].numel() % kWidth == 0;
  for (int i = 0; i < p.count; ++i) {
    aligned &= reinterpret_cast<uintptr_t>(p.parts[i]) % 16 == 0 && reinterpret_cast<uintptr_t>(p.outputs[i]) % 16 == 0;
  }
  aligned ? launch_all<T, kWidth>(p, parts, outputs, scale) : launch_all<T, 1>(p, parts, outputs, scale);
}

}  // namespace

bool can_reduce_over_peers(TensorSpan parts) {
  if (parts.size() < 2 || parts.size() > kMostPeers || !parts[0].is_cuda() || parts[0].numel() == 0) return false;
  std::array<int, kMostPeers> devices{};
  for (size_t i = 0; i < parts.size(); ++i) {
    const Tensor& t = parts[i];
    if (!is_floating(t.dtype()) || t.dtype() != parts[0].dtype() || !same(t.sizes(), parts[0].sizes())) return false;
    if (!t.is_cuda() || !t.is_contiguous() || is_stored_only(t.dtype())) return false;
    devices[i] = t.device().index;
    for (size_t j = 0; j < i; ++j) {
      if (devices[j] == devices[i]) return false;
    }
  }
  return connect({devices.data(), parts.size()});
}

void reduce_over_peers(TensorSpan parts, TensorSpan outputs, double scale) {
  std::array<int, kMostPeers> devices{};
  Peers p{};
  p.count = static_cast<int>(parts.size());
  for (size_t i = 0; i < parts.size(); ++i) {
    devices[i] = parts[i].device().index;
    p.parts[i] = parts[i].data();
    p.outputs[i] = outputs[i].data();
    p.in_place |= p.outputs[i] == p.parts[i];
  }
  const auto signals = signals_of({devices.data(), parts.size()});
  for (size_t i = 0; i < parts.size(); ++i) p.signals[i] = signals[i];
  switch (parts[0].dtype()) {
    case DType::float32: return reduce_in<float>(p, parts, outputs, scale);
    case DType::float64: return reduce_in<double>(p, parts, outputs, scale);
    case DType::float16: return reduce_in<float16>(p, parts, outputs, scale);
    case DType::bfloat16: return reduce_in<bfloat16>(p, parts, outputs, scale);
    default: VT_ASSERT(false, "reduce_over_peers of ", parts[0].dtype());
  }
}

}  // namespace vt::fabric
