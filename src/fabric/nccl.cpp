#include "fabric/nccl.h"

#include <map>
#include <mutex>

#include "cuda/capture.h"
#include "cuda/device.h"
#include "cuda/library.h"
#include "cuda/nccl.h"
#include "cuda/stream.h"
#include "cuda/work.h"

namespace vt::fabric {
namespace {

using cuda::nccl::api;
using cuda::nccl::Comm;

// What NCCL combines; data_type() throws for what it does not.
bool takes(DType d) {
  switch (d) {
    case DType::int8:
    case DType::uint8:
    case DType::int32:
    case DType::int64:
    case DType::float16:
    case DType::bfloat16:
    case DType::float32:
    case DType::float64: return true;
    default: return false;
  }
}

cuda::nccl::Reduction reduction_of(Reduce r) {
  switch (r) {
    case Reduce::Mean: return cuda::nccl::kAverage;
    case Reduce::Max: return cuda::nccl::kMax;
    case Reduce::Min: return cuda::nccl::kMin;
    case Reduce::Product: return cuda::nccl::kProduct;
    default: return cuda::nccl::kSum;
  }
}

std::mutex mutex;  // also held over a group call, so that calls of several threads come in one order everywhere

// Of those devices, in that order; made on first use, and there for as long as the process is.
const std::vector<Comm>& communicators_of(const std::vector<int>& devices) {
  static auto* known = new std::map<std::vector<int>, std::vector<Comm>>;
  std::vector<Comm>& found = (*known)[devices];
  if (found.empty()) {
    std::vector<Comm> fresh(devices.size());
    const cuda::DeviceGuard guard(devices[0]);  // it leaves another device current
    cuda::nccl::check(api().init_all(fresh.data(), static_cast<int>(fresh.size()), devices.data()), "ncclCommInitAll");
    found = std::move(fresh);
  }
  return found;
}

}  // namespace

int nccl_version() {
  int version = 0;
  return cuda::nccl_library().available() && api().get_version(&version) == cuda::nccl::kSuccess ? version : 0;
}

bool can_reduce_by_nccl(TensorSpan parts, Reduce reduce) {
  const DType dtype = parts[0].dtype();
  if (!parts[0].is_cuda() || !takes(dtype) || (reduce == Reduce::Mean && !is_floating(dtype))) return false;
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
  const std::vector<Comm>& communicators = communicators_of(devices);
  for (size_t i = 0; i < parts.size(); ++i) {
    const StorageImpl* storages[] = {parts[i].storage().get(), outputs[i].storage().get()};
    cuda::begin_work("all_reduce", cuda::current_stream(devices[i]), storages);
  }
  const cuda::DeviceGuard guard(cuda::current_device());
  cuda::nccl::check(api().group_start(), "ncclGroupStart");
  cuda::nccl::Status status = cuda::nccl::kSuccess;
  for (size_t i = 0; i < parts.size() && status == cuda::nccl::kSuccess; ++i) {
    status = api().all_reduce(parts[i].data(), outputs[i].data(), static_cast<size_t>(parts[i].numel()),
                              cuda::nccl::data_type(parts[i].dtype()), reduction_of(reduce), communicators[i],
                              cuda::current_stream(devices[i]).handle);
  }
  const cuda::nccl::Status ended = api().group_end();
  cuda::nccl::check(status, "ncclAllReduce");
  cuda::nccl::check(ended, "ncclGroupEnd");
  for (const Comm c : communicators) {
    cuda::nccl::Status seen = cuda::nccl::kSuccess;
    cuda::nccl::check(api().async_error(c, &seen), "ncclCommGetAsyncError");
    cuda::nccl::check(seen, "ncclAllReduce");
  }
}

}  // namespace vt::fabric
