#include "cuda/nccl.h"

#include <algorithm>
#include <cstring>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/error.h"
#include "cuda/backend.h"
#include "cuda/library.h"
#include "cuda/work.h"

namespace vt::cuda::nccl {
namespace {

Api load() {
  Library& library = nccl_library();
  Api a{};
  const auto entry = [&](auto& to, const char* name) {
    to = library.function<std::remove_reference_t<decltype(to)>>(name);
  };
  entry(a.get_version, "ncclGetVersion");
  entry(a.get_unique_id, "ncclGetUniqueId");
  entry(a.init_rank, "ncclCommInitRank");
  entry(a.init_all, "ncclCommInitAll");
  entry(a.destroy, "ncclCommDestroy");
  entry(a.abort, "ncclCommAbort");
  entry(a.async_error, "ncclCommGetAsyncError");
  entry(a.error_string, "ncclGetErrorString");
  entry(a.all_reduce, "ncclAllReduce");
  entry(a.reduce, "ncclReduce");
  entry(a.broadcast, "ncclBroadcast");
  entry(a.reduce_scatter, "ncclReduceScatter");
  entry(a.all_gather, "ncclAllGather");
  entry(a.send, "ncclSend");
  entry(a.receive, "ncclRecv");
  entry(a.group_start, "ncclGroupStart");
  entry(a.group_end, "ncclGroupEnd");
  return a;
}

size_t count_of(const Tensor& t) { return static_cast<size_t>(t.numel()); }
size_t bytes_of(const Tensor& t) { return count_of(t) * t.element_size(); }

}  // namespace

const Api& api() {
  static const Api table = load();
  return table;
}

void check(Status status, const char* call) {
  VT_CHECK(status == kSuccess || status == kInProgress, Cuda, "NCCL: ", api().error_string(status), " in ", call);
}

DataType data_type(DType dtype) {
  switch (dtype) {
    case DType::int8: return kInt8;
    case DType::uint8: return kUint8;
    case DType::int32: return kInt32;
    case DType::uint32: return kUint32;
    case DType::int64: return kInt64;
    case DType::uint64: return kUint64;
    case DType::float16: return kHalf;
    case DType::float32: return kFloat;
    case DType::float64: return kDouble;
    case DType::bfloat16: return kBfloat16;
    default: VT_THROW(NotImplemented, "NCCL does not combine tensors of ", dtype, "; convert them");
  }
}

std::string Communicator::unique_id() {
  UniqueId id;
  check(api().get_unique_id(&id), "ncclGetUniqueId");
  return {id.bytes, sizeof id.bytes};
}

Communicator::Communicator(const std::string& id, int rank, int size, int device) : device_(device) {
  UniqueId name;
  VT_CHECK(id.size() == sizeof name.bytes, Value, "NCCL: expected an id of ", sizeof name.bytes, " bytes, got ",
           id.size());
  std::memcpy(name.bytes, id.data(), sizeof name.bytes);
  const DeviceGuard guard(device_);
  check(api().init_rank(&comm_, size, name, rank), "ncclCommInitRank");
}

Communicator::~Communicator() { abort(); }

void Communicator::abort() noexcept {
  if (Comm comm = std::exchange(comm_, nullptr)) api().abort(comm);
}

void Communicator::destroy() {
  if (Comm comm = std::exchange(comm_, nullptr)) {
    const DeviceGuard guard(device_);
    check(api().destroy(comm), "ncclCommDestroy");
  }
}

void Communicator::check_error() const {
  Status status = kSuccess;
  if (comm_) check(api().async_error(comm_, &status), "ncclCommGetAsyncError");
  check(status, "work on the GPU");
}

template <class Call>
void Communicator::run(const char* name, std::initializer_list<const Tensor*> tensors, Call&& call) {
  VT_CHECK(comm_, Runtime, "NCCL: the group has ended");
  const Stream stream = current_stream(device_);
  std::vector<const StorageImpl*> storages;
  for (const Tensor* t : tensors) {
    VT_CHECK(t->device().is_cuda() && t->device().index == device_ && t->is_contiguous(), Value,
             "NCCL: expected contiguous tensors on cuda:", device_, ", got one on ", t->device());
    storages.push_back(t->storage().get());
  }
  const DeviceGuard guard(device_);
  begin_work(name, stream, storages);
  for (const StorageImpl* storage : storages) record_stream(*storage, stream);
  check(call(stream.handle), name);
}

void Communicator::all_reduce(const Tensor& in, const Tensor& out, Reduction reduction) {
  VT_CHECK(in.numel() == out.numel() && in.dtype() == out.dtype(), Value, "NCCL: tensors of different sizes");
  run("ncclAllReduce", {&in, &out}, [&](StreamHandle stream) {
    return api().all_reduce(in.data(), out.data(), count_of(in), data_type(in.dtype()), reduction, comm_, stream);
  });
}

void Communicator::reduce(const Tensor& in, const Tensor& out, Reduction reduction, int root) {
  VT_CHECK(in.numel() == out.numel() && in.dtype() == out.dtype(), Value, "NCCL: tensors of different sizes");
  run("ncclReduce", {&in, &out}, [&](StreamHandle stream) {
    return api().reduce(in.data(), out.data(), count_of(in), data_type(in.dtype()), reduction, root, comm_, stream);
  });
}

void Communicator::reduce_scatter(const Tensor& in, const Tensor& out, Reduction reduction) {
  run("ncclReduceScatter", {&in, &out}, [&](StreamHandle stream) {
    return api().reduce_scatter(in.data(), out.data(), count_of(out), data_type(in.dtype()), reduction, comm_, stream);
  });
}

void Communicator::broadcast(const Tensor& in, const Tensor& out, int root) {
  run("ncclBroadcast", {&in, &out}, [&](StreamHandle stream) {
    return api().broadcast(in.data(), out.data(), bytes_of(out), kUint8, root, comm_, stream);
  });
}

void Communicator::all_gather(const Tensor& in, const Tensor& out) {
  run("ncclAllGather", {&in, &out}, [&](StreamHandle stream) {
    return api().all_gather(in.data(), out.data(), bytes_of(in), kUint8, comm_, stream);
  });
}

void Communicator::send(const Tensor& in, int peer) {
  run("ncclSend", {&in},
      [&](StreamHandle stream) { return api().send(in.data(), bytes_of(in), kUint8, peer, comm_, stream); });
}

void Communicator::receive(const Tensor& out, int peer) {
  run("ncclRecv", {&out},
      [&](StreamHandle stream) { return api().receive(out.data(), bytes_of(out), kUint8, peer, comm_, stream); });
}

void group_start() { check(api().group_start(), "ncclGroupStart"); }
void group_end() { check(api().group_end(), "ncclGroupEnd"); }

}  // namespace vt::cuda::nccl
