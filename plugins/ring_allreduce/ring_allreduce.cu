// A plugin over the public C header alone: all-reduce over the GPUs of a process as a ring, without NCCL.
//
//   nvcc -std=c++17 -O3 -Xcompiler -fPIC -shared -I include plugins/ring_allreduce/ring_allreduce.cu -o
//   ring_allreduce.so
//
//   torch.ops.ring_allreduce.all_reduce(parts)            the sums, one on each part's device
//   torch.ops.ring_allreduce.set_deadline(seconds)        how long a rank waits for another; 30 at first
//
// Rank r owns the memory of parts[r] and writes into that of rank r + 1. The data are n chunks. In n - 1 steps a chunk
// goes once around the ring, each rank adding its own part, until one rank has its sum; in n - 1 more the sums go
// around. Every block carries a slice of each chunk around by itself, so that blocks wait for nobody but the block of
// the same number before them. A step adds one to a counter in the memory of the next rank; counters only grow, so that
// a kernel that a CUDA graph replays counts on. Sums are taken in float32 (float64 of float64) and rounded to the dtype
// at each rank, in an order that is the same every time.
#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <cstdint>
#include <cstdio>
#include <map>
#include <mutex>
#include <vector>

#include "vibetensor/plugin.h"

namespace {

const vt_host* host;

#define TRY(call)                                               \
  do {                                                          \
    if (const vt_status status = (call); status) return status; \
  } while (0)

constexpr int kMostRanks = 16;
constexpr int kBlocks = 48, kThreads = 512;

// In the memory of a rank. The first is counted up by the rank before, the second by the rank behind.
struct Counters {
  uint32_t arrived[kBlocks];  // steps whose data are there
  uint32_t ready[kBlocks];    // calls for which the rank behind may be written to
  uint32_t calls[kBlocks];    // the rank's own
};

// In host memory, of the process: 1 + the rank that was waited for in vain, above it that of who waited.
struct Late {
  uint32_t who;
};

struct Ring {
  const void* part;
  void* sum;       // of this rank
  void* next_sum;  // of the rank behind
  void* inbox;     // where the rank before writes what has been added up so far
  void* next_inbox;
  Counters* own;
  Counters* next;
  Counters* previous;
  volatile Late* late;
  uint64_t patience;  // nanoseconds
  int rank, ranks;
};

__device__ void add_release(uint32_t* at, uint32_t value) {
  asm volatile("st.release.sys.global.u32 [%0], %1;" ::"l"(at), "r"(value) : "memory");
}
__device__ uint32_t load_acquire(const uint32_t* at) {
  uint32_t value;
  asm volatile("ld.acquire.sys.global.u32 %0, [%1];" : "=r"(value) : "l"(at) : "memory");
  return value;
}
__device__ uint64_t nanoseconds() {
  uint64_t now;
  asm volatile("mov.u64 %0, %globaltimer;" : "=l"(now));
  return now;
}

// One thread waits, the block goes on together.
__device__ void wait_for(const Ring& ring, const uint32_t* at, uint32_t value, int whom) {
  if (threadIdx.x == 0) {
    const uint64_t start = nanoseconds();
    for (uint32_t tries = 1; static_cast<int32_t>(load_acquire(at) - value) < 0; ++tries) {
      if (tries % 64 != 0 || nanoseconds() - start <= ring.patience) continue;
      if (ring.late->who == 0)
        ring.late->who = static_cast<uint32_t>(ring.rank) << 16 | static_cast<uint32_t>(whom + 1);
      __threadfence_system();
      break;
    }
  }
  __syncthreads();
}

template <class T, int kWidth>
struct alignas(sizeof(T) * kWidth) Vector {
  T at[kWidth];
};
template <class T>
struct WideOf {
  using type = float;
};
template <>
struct WideOf<double> {
  using type = double;
};

// What a step does with element i: own part, or what has come and the own part; to the next rank, and maybe to keep.
template <class T, int kWidth, bool adds, bool keeps>
__device__ void carry(const Vector<T, kWidth>* come, const Vector<T, kWidth>* own, Vector<T, kWidth>* next,
                      Vector<T, kWidth>* kept, int64_t begin, int64_t end) {
  using Wide = typename WideOf<T>::type;
  constexpr int kAtOnce = 4;
  for (int64_t first = begin + threadIdx.x; first < end; first += kAtOnce * kThreads) {
    Vector<T, kWidth> values[kAtOnce], parts[kAtOnce];
#pragma unroll
    for (int j = 0; j < kAtOnce; ++j) {
      const int64_t i = first + j * kThreads;
      if (i < end) {
        values[j] = come[i];
        if constexpr (adds) parts[j] = own[i];
      }
    }
#pragma unroll
    for (int j = 0; j < kAtOnce; ++j) {
      const int64_t i = first + j * kThreads;
      if (i >= end) continue;
      if constexpr (adds) {
#pragma unroll
        for (int k = 0; k < kWidth; ++k) {
          values[j].at[k] = static_cast<T>(static_cast<Wide>(values[j].at[k]) + static_cast<Wide>(parts[j].at[k]));
        }
      }
      if (next != nullptr) next[i] = values[j];
      if constexpr (keeps) kept[i] = values[j];
    }
  }
}

template <class T, int kWidth>
__global__ void __launch_bounds__(kThreads) ring_kernel(const __grid_constant__ Ring ring, int64_t count) {
  using V = Vector<T, kWidth>;
  const int b = static_cast<int>(blockIdx.x), n = ring.ranks;
  const int before = (ring.rank + n - 1) % n, behind = (ring.rank + 1) % n;
  const uint32_t call = ring.own->calls[b] + 1;
  const uint32_t steps = 2 * static_cast<uint32_t>(n - 1);
  const uint32_t come_before = (call - 1) * steps, sent_before = come_before;
  const auto* part = static_cast<const V*>(ring.part);
  const auto* inbox = static_cast<const V*>(ring.inbox);
  auto* sum = static_cast<V*>(ring.sum);

  // The slice of this block in a chunk.
  const int64_t chunk = (count + n - 1) / n;
  const auto slice = [&](int c, int64_t& begin, int64_t& end) {
    const int64_t first = c * chunk, last = first + chunk < count ? first + chunk : count;
    const int64_t each = ((last > first ? last - first : 0) + gridDim.x - 1) / gridDim.x;
    begin = first + b * each;
    end = begin + each < last ? begin + each : last;
  };
  const auto tell = [&](uint32_t step) {
    __syncthreads();
    if (threadIdx.x == 0) add_release(&ring.next->arrived[b], sent_before + step);
  };

  __syncthreads();
  if (threadIdx.x == 0) add_release(&ring.previous->ready[b], call);
  wait_for(ring, &ring.own->ready[b], call, behind);

  uint32_t step = 0;
  int64_t begin, end;
  slice(ring.rank, begin, end);
  carry<T, kWidth, false, false>(part, nullptr, static_cast<V*>(ring.next_inbox), nullptr, begin, end);
  tell(++step);
  for (int s = 1; s < n; ++s) {  // what has come is of chunk rank - s; after the last one it is the sum
    const int c = (ring.rank - s + n) % n;
    slice(c, begin, end);
    wait_for(ring, &ring.own->arrived[b], come_before + static_cast<uint32_t>(s), before);
    if (s < n - 1) {
      carry<T, kWidth, true, false>(inbox, part, static_cast<V*>(ring.next_inbox), nullptr, begin, end);
    } else {
      carry<T, kWidth, true, true>(inbox, part, static_cast<V*>(ring.next_sum), sum, begin, end);
    }
    tell(++step);
  }
  for (int s = 1; s < n; ++s) {  // sums of chunk rank + 1 - s come, straight into this rank's result
    const int c = (ring.rank + 1 - s + n) % n;
    slice(c, begin, end);
    wait_for(ring, &ring.own->arrived[b], come_before + static_cast<uint32_t>(n - 1 + s), before);
    if (s == n - 1) break;
    carry<T, kWidth, false, false>(sum, nullptr, static_cast<V*>(ring.next_sum), nullptr, begin, end);
    tell(++step);
  }
  if (threadIdx.x == 0) ring.own->calls[b] = call;
}

// ---- The host's side.

vt_status fail_cuda(const char* what, cudaError_t error) {
  char text[256];
  std::snprintf(text, sizeof text, "ring_allreduce: %s: %s", what, cudaGetErrorString(error));
  (void)cudaGetLastError();
  return host->fail(VT_CUDA_ERROR, text);
}
#define TRY_CUDA(what, call)                                                                   \
  do {                                                                                         \
    if (const cudaError_t error = (call); error != cudaSuccess) return fail_cuda(what, error); \
  } while (0)

class OnDevice {
 public:
  explicit OnDevice(int device) {
    (void)cudaGetDevice(&previous_);
    (void)cudaSetDevice(device);
  }
  ~OnDevice() { (void)cudaSetDevice(previous_); }
  OnDevice(const OnDevice&) = delete;
  OnDevice& operator=(const OnDevice&) = delete;

 private:
  int previous_ = 0;
};

struct Group {
  std::vector<Counters*> counters;
  Late* late = nullptr;
};
std::mutex mutex;
std::map<std::vector<int>, Group> groups;
uint64_t patience = 30'000'000'000ull;

vt_status connect(int device, int peer) {
  int able = 0;
  TRY_CUDA("topology", cudaDeviceCanAccessPeer(&able, device, peer));
  if (!able) {
    char text[128];
    std::snprintf(text, sizeof text, "ring_allreduce: cuda:%d does not reach the memory of cuda:%d", device, peer);
    return host->fail(VT_RUNTIME_ERROR, text);
  }
  const OnDevice on(device);
  const cudaError_t error = cudaDeviceEnablePeerAccess(peer, 0);
  if (error == cudaErrorPeerAccessAlreadyEnabled) {
    (void)cudaGetLastError();
    return VT_OK;
  }
  return error == cudaSuccess ? VT_OK : fail_cuda("peer access", error);
}

template <class T, int kWidth>
vt_status load(const std::vector<int>& devices) {
  for (const int device : devices) {
    const OnDevice on(device);
    cudaFuncAttributes facts;
    TRY_CUDA("loading", cudaFuncGetAttributes(&facts, ring_kernel<T, kWidth>));
  }
  return VT_OK;
}

// Code is loaded, links are open and counters are there on every device before the first kernel waits for another.
vt_status make_group(const std::vector<int>& devices, Group& group) {
  const size_t n = devices.size();
  for (size_t i = 0; i < n; ++i) {
    TRY(connect(devices[i], devices[(i + 1) % n]));
    TRY(connect(devices[i], devices[(i + n - 1) % n]));
  }
  TRY((load<float, 4>(devices)));
  TRY((load<float, 1>(devices)));
  TRY((load<double, 2>(devices)));
  TRY((load<double, 1>(devices)));
  TRY((load<__half, 8>(devices)));
  TRY((load<__half, 1>(devices)));
  TRY((load<__nv_bfloat16, 8>(devices)));
  TRY((load<__nv_bfloat16, 1>(devices)));
  TRY_CUDA("report", cudaHostAlloc(&group.late, sizeof(Late), cudaHostAllocPortable | cudaHostAllocMapped));
  group.late->who = 0;
  for (const int device : devices) {
    const OnDevice on(device);
    Counters* counters = nullptr;
    TRY_CUDA("counters", cudaMalloc(&counters, sizeof(Counters)));
    TRY_CUDA("counters", cudaMemset(counters, 0, sizeof(Counters)));
    TRY_CUDA("counters", cudaDeviceSynchronize());
    group.counters.push_back(counters);
  }
  return VT_OK;
}

vt_status check_late(const Group& group, const std::vector<int>& devices) {
  const uint32_t who = *static_cast<volatile uint32_t*>(&group.late->who);
  if (who == 0) return VT_OK;
  group.late->who = 0;
  const size_t waited = who >> 16, missed = (who & 0xffff) - 1;
  char text[160];
  std::snprintf(text, sizeof text, "ring_allreduce: in an earlier all_reduce cuda:%d waited for cuda:%d in vain",
                devices[waited % devices.size()], devices[missed % devices.size()]);
  return host->fail(VT_RUNTIME_ERROR, text);
}

struct Call {
  std::vector<int> devices;
  std::vector<vt_tensor_info> parts, sums, inboxes;
  Group* group;
};

template <class T, int kWidth>
vt_status launch(const Call& call) {
  const size_t n = call.devices.size();
  const int64_t count = call.parts[0].numel / kWidth;
  const int64_t each = (count + static_cast<int64_t>(n) - 1) / static_cast<int64_t>(n);
  const int64_t wanted = (each + kThreads - 1) / kThreads;
  const auto blocks = static_cast<unsigned>(wanted < 1 ? 1 : wanted < kBlocks ? wanted : kBlocks);
  std::vector<cudaStream_t> streams(n);
  for (size_t i = 0; i < n; ++i) {
    void* stream = nullptr;
    TRY(host->current_stream(call.parts[i].device, &stream));
    streams[i] = static_cast<cudaStream_t>(stream);
  }
  for (size_t i = 0; i < n; ++i) {
    const size_t next = (i + 1) % n, previous = (i + n - 1) % n;
    const Ring ring = {call.parts[i].data,         call.sums[i].data,
                       call.sums[next].data,       call.inboxes[i].data,
                       call.inboxes[next].data,    call.group->counters[i],
                       call.group->counters[next], call.group->counters[previous],
                       call.group->late,           patience,
                       static_cast<int>(i),        static_cast<int>(n)};
    const OnDevice on(call.devices[i]);
    ring_kernel<T, kWidth><<<blocks, kThreads, 0, streams[i]>>>(ring, count);
    TRY_CUDA("launch", cudaGetLastError());
  }
  return VT_OK;
}

template <class T>
vt_status launch_in(const Call& call) {
  constexpr int kWidth = 16 / sizeof(T);
  bool wide = call.parts[0].numel % kWidth == 0;
  for (const vt_tensor_info& p : call.parts) wide &= reinterpret_cast<uintptr_t>(p.data) % 16 == 0;
  return wide ? launch<T, kWidth>(call) : launch<T, 1>(call);
}

vt_status check_parts(const vt_value& list, Call& call) {
  auto* const* tensors = static_cast<vt_tensor* const*>(list.as.ptr);
  if (list.size < 2 || list.size > kMostRanks) return host->fail(VT_VALUE_ERROR, "expected 2 to 16 tensors");
  for (uint32_t i = 0; i < list.size; ++i) {
    vt_tensor_info info;
    TRY(host->tensor_info(tensors[i], &info, sizeof info));
    const vt_tensor_info& first = call.parts.empty() ? info : call.parts[0];
    if (!(info.flags & VT_TENSOR_CONTIGUOUS)) return host->fail(VT_VALUE_ERROR, "expected contiguous tensors");
    if (info.numel != first.numel || info.dtype.code != first.dtype.code || info.dtype.bits != first.dtype.bits) {
      return host->fail(VT_VALUE_ERROR, "expected tensors of one size and dtype");
    }
    for (const int device : call.devices) {
      if (device == info.device.index) return host->fail(VT_VALUE_ERROR, "expected every tensor on a GPU of its own");
    }
    call.parts.push_back(info);
    call.devices.push_back(info.device.index);
  }
  return VT_OK;
}

vt_status all_reduce(vt_call* op) {
  Call call;
  TRY(check_parts(op->args[0], call));
  const std::lock_guard<std::mutex> lock(mutex);
  Group& group = groups[call.devices];
  if (group.counters.size() != call.devices.size()) {
    Group fresh;
    TRY(make_group(call.devices, fresh));
    group = fresh;
  }
  call.group = &group;
  TRY(check_late(group, call.devices));
  std::vector<vt_tensor*> results;
  for (size_t i = 0; i < call.parts.size(); ++i) {
    const vt_tensor_info& p = call.parts[i];
    vt_tensor *sum = nullptr, *inbox = nullptr;
    vt_tensor_info info;
    TRY(host->empty(p.ndim, p.sizes, nullptr, p.dtype, p.device, &sum));
    TRY(host->tensor_info(sum, &info, sizeof info));
    call.sums.push_back(info);
    TRY(host->empty(p.ndim, p.sizes, nullptr, p.dtype, p.device, &inbox));
    TRY(host->tensor_info(inbox, &info, sizeof info));
    call.inboxes.push_back(info);
    results.push_back(sum);
  }
  const vt_dtype dtype = call.parts[0].dtype;
  vt_status status = VT_OK;
  if (call.parts[0].numel == 0) {
    status = VT_OK;
  } else if (dtype.code == VT_FLOAT && dtype.bits == 32) {
    status = launch_in<float>(call);
  } else if (dtype.code == VT_FLOAT && dtype.bits == 64) {
    status = launch_in<double>(call);
  } else if (dtype.code == VT_FLOAT && dtype.bits == 16) {
    status = launch_in<__half>(call);
  } else if (dtype.code == VT_BFLOAT && dtype.bits == 16) {
    status = launch_in<__nv_bfloat16>(call);
  } else {
    status = host->fail(VT_TYPE_ERROR, "expected float64, float32, float16 or bfloat16");
  }
  TRY(status);
  return host->set_list(op, results.data(), static_cast<int64_t>(results.size()));
}

vt_status set_deadline(vt_call* op) {
  const double seconds = op->args[0].as.d;
  if (!(seconds > 0 && seconds < 1e6)) return host->fail(VT_VALUE_ERROR, "expected a number of seconds above 0");
  const std::lock_guard<std::mutex> lock(mutex);
  patience = static_cast<uint64_t>(seconds * 1e9);
  vt_value before = {};
  before.tag = VT_TAG_FLOAT;
  before.as.d = seconds;
  return host->set_number(op, before);
}

vt_status init(const vt_host* h, vt_registration* registration) {
  host = h;
  vt_op op = {};
  op.struct_size = sizeof op;
  op.schema = "all_reduce(Tensor[] parts) -> Tensor[]";
  op.cuda = all_reduce;
  op.flags = VT_OP_ANY_DEVICE | VT_OP_NOT_DIFFERENTIABLE;
  op.doc = "The sum of all parts on each part's GPU.";
  TRY(host->register_op(registration, &op));
  op = {};
  op.struct_size = sizeof op;
  op.schema = "set_deadline(float seconds) -> float";
  op.cpu = set_deadline;
  op.flags = VT_OP_NOT_DIFFERENTIABLE;
  op.doc = "How long a rank waits for another.";
  return host->register_op(registration, &op);
}

}  // namespace

VT_PLUGIN("ring_allreduce", "1.0", init)
