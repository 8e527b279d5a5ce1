#include "fabric/nccl.h"

#include <map>
#include <mutex>

#include "cuda/capture.h"
#include "cuda/device.h"
#include "cuda/library.h"
#include "cuda/stream.h"
#include "cuda/work.h"

namespace vt::fabric {
namespace {

// The part of NCCL's C interface that we call. Numbers are those of its ABI, which has kept them since 2.10.
using Status = int;
using Communicator = void*;
constexpr Status kDone = 0, kUnderWay = 7;
enum : int { kInt8 = 0, kUint8 = 1, kInt32 = 2, kInt64 = 4, kFloat16 = 6, kFloat32 = 7, kFloat64 = 8, kBfloat16 = 9 };
enum : int { kSum = 0, kProduct = 1, kMax = 2, kMin = 3, kAverage = 4 };

struct Api {
  Status (*version)(int*);
  Status (*init_all)(Communicator*, int count, const int* devices);
  Status (*group_start)();
  Status (*group_end)();
  Status (*all_reduce)(const void* from, void* to, size_t count, int dtype, int op, Communicator, void* stream);
  Status (*async_error)(Communicator, Status*);
  const char* (*describe)(Status);
};

const Api& api() {
  static const Api found = [] {
    Library& l = cuda::nccl_library();
    Api a{};
    a.version = l.function<decltype(a.version)>("ncclGetVersion");
    a.init_all = l.function<decltype(a.init_all)>("ncclCommInitAll");
    a.group_start = l.function<decltype(a.group_start)>("ncclGroupStart");
    a.group_end = l.function<decltype(a.group_end)>("ncclGroupEnd");
    a.all_reduce = l.function<decltype(a.all_reduce)>("ncclAllReduce");
    a.async_error = l.function<decltype(a.async_error)>("ncclCommGetAsyncError");
    a.describe = l.function<decltype(a.describe)>("ncclGetErrorString");
    return a;
  }();
  return found;
}

void check_nccl(Status status, const char* what) {
  VT_CHECK(status == kDone || status == kUnderWay, Cuda, what, ": NCCL: ", api().describe(status));
}

int dtype_of(DType d) {
  switch (d) {
    case DType::int8: return kInt8;
    case DType::uint8: return kUint8;
    case DType::int32: return kInt32;
    case DType::int64: return kInt64;
    case DType::float16: return kFloat16;
    case DType::bfloat16: return kBfloat16;
    case DType::float32: return kFloat32;
    case DType::float64: return kFloat64;
    default: return -1;
  }
}

int op_of(Reduce r) {
  switch (r) {
    case Reduce::Mean: return kAverage;
    case Reduce::Max: return kMax;
    case Reduce::Min: return kMin;
    case Reduce::Product: return kProduct;
    default: return kSum;
  }
}

std::mutex mutex;  // also held over a group call, so that calls of several threads come in one order everywhere

// Of those devices, in that order; made on first use, and there for as long as the process is.
const std::vector<Communicator>& communicators_of(const std::vector<int>& devices) {
  static auto* known = new std::map<std::vector<int>, std::vector<Communicator>>;
  std::vector<Communicator>& found = (*known)[devices];
  if (found.empty()) {
    std::vector<Communicator> fresh(devices.size());
    const cuda::DeviceGuard guard(devices[0]);  // it leaves another device current
    const Status status = api().init_all(fresh.data(), static_cast<int>(fresh.size()), devices.data());
    check_nccl(status, "communicators");
    found = std::move(fresh);
  }
  return found;
}

}  // namespace

int nccl_version() {
  int version = 0;
  return cuda::nccl_library().available() && api().version(&version) == kDone ? version : 0;
}

bool can_reduce_by_nccl(TensorSpan parts, Reduce reduce) {
  const DType dtype = parts[0].dtype();
  if (!parts[0].is_cuda() || dtype_of(dtype) < 0 || (reduce == Reduce::Mean && !is_floating(dtype))) return false;
  for (size_t i = 0; i < parts.size(); ++i) {
    const Tensor& t = parts[i];
    if (!t.is_cuda() || !t.is_contiguous() || t.dtype() != dtype || !same(t.sizes(), parts[0].sizes())) return false;
    for (size_t j = 0; j < i; ++j) {
      if (parts[j].device() == t.device()) return false;
    }
  }
  return cuda::nccl_library().available();
}

void reduce_by_nccl(TensorSpan parts, TensorSpan outputs, Reduce reduce) {
  cuda::refuse_under_capture("a collective of NCCL");
  std::vector<int> devices;
  for (const Tensor& t : parts) devices.push_back(t.device().index);
  const std::lock_guard lock(mutex);
  const std::vector<Communicator>& communicators = communicators_of(devices);
  for (size_t i = 0; i < parts.size(); ++i) {
    const StorageImpl* storages[] = {parts[i].storage().get(), outputs[i].storage().get()};
    cuda::begin_work("all_reduce", cuda::current_stream(devices[i]), storages);
  }
  const cuda::DeviceGuard guard(cuda::current_device());
  check_nccl(api().group_start(), "all_reduce");
  Status status = kDone;
  for (size_t i = 0; i < parts.size() && status == kDone; ++i) {
    status = api().all_reduce(parts[i].data(), outputs[i].data(), static_cast<size_t>(parts[i].numel()),
                              dtype_of(parts[i].dtype()), op_of(reduce), communicators[i],
                              cuda::current_stream(devices[i]).handle);
  }
  const Status ended = api().group_end();
  check_nccl(status, "all_reduce");
  check_nccl(ended, "all_reduce");
  for (const Communicator c : communicators) {
    Status seen = kDone;
    check_nccl(api().async_error(c, &seen), "all_reduce");
    check_nccl(seen, "all_reduce");
  }
}

}  // namespace vt::fabric
