// The part of NCCL's C interface that we call, declared here because its header is in no package we build with, and a
// communicator. Numbers are those of the ABI of NCCL 2.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>

#include "core/tensor.h"
#include "cuda/stream.h"

namespace vt::cuda::nccl {

using Status = int;
using Comm = void*;

inline constexpr Status kSuccess = 0;
inline constexpr Status kInProgress = 7;

struct UniqueId {
  char bytes[128];
};

enum DataType : int {
  kInt8 = 0,
  kUint8 = 1,
  kInt32 = 2,
  kUint32 = 3,
  kInt64 = 4,
  kUint64 = 5,
  kHalf = 6,
  kFloat = 7,
  kDouble = 8,
  kBfloat16 = 9,
};
enum Reduction : int { kSum = 0, kProduct = 1, kMax = 2, kMin = 3, kAverage = 4 };

/// Entry points, resolved once.
struct Api {
  Status (*get_version)(int*);
  Status (*get_unique_id)(UniqueId*);
  Status (*init_rank)(Comm*, int size, UniqueId, int rank);
  Status (*init_all)(Comm*, int count, const int* devices);  // of one process
  Status (*destroy)(Comm);
  Status (*abort)(Comm);
  Status (*async_error)(Comm, Status*);
  const char* (*error_string)(Status);
  Status (*all_reduce)(const void* in, void* out, size_t count, DataType, Reduction, Comm, StreamHandle);
  Status (*reduce)(const void* in, void* out, size_t count, DataType, Reduction, int root, Comm, StreamHandle);
  Status (*broadcast)(const void* in, void* out, size_t count, DataType, int root, Comm, StreamHandle);
  Status (*reduce_scatter)(const void* in, void* out, size_t out_count, DataType, Reduction, Comm, StreamHandle);
  Status (*all_gather)(const void* in, void* out, size_t in_count, DataType, Comm, StreamHandle);
  Status (*send)(const void* in, size_t count, DataType, int peer, Comm, StreamHandle);
  Status (*receive)(void* out, size_t count, DataType, int peer, Comm, StreamHandle);
  Status (*group_start)();
  Status (*group_end)();
};

/// Throws RuntimeError with the reason when the library is missing.
VT_API const Api& api();
/// Throws CudaError with NCCL's words.
VT_API void check(Status status, const char* call);
/// What NCCL calls a dtype that it computes in; NotImplementedError for others.
VT_API DataType data_type(DType dtype);

/// This process's part of a group of one GPU per process. All calls go to the device's current stream, wait for
/// nothing, and are recorded by a graph that is being captured there. The tensors are contiguous and on its device; of
/// those whose values are not combined the dtype does not matter. Used by one thread at a time, but for abort().
class VT_API Communicator {
 public:
  /// A new name for a group, for one process to make and the others to get.
  static std::string unique_id();
  /// Waits until all processes of the group have called it.
  Communicator(const std::string& id, int rank, int size, int device);
  ~Communicator();
  Communicator(const Communicator&) = delete;
  Communicator& operator=(const Communicator&) = delete;

  void all_reduce(const Tensor& in, const Tensor& out, Reduction reduction);
  void reduce(const Tensor& in, const Tensor& out, Reduction reduction, int root);
  /// `out` has a part for this process of what the processes' `in` combine to.
  void reduce_scatter(const Tensor& in, const Tensor& out, Reduction reduction);
  void broadcast(const Tensor& in, const Tensor& out, int root);
  void all_gather(const Tensor& in, const Tensor& out);
  void send(const Tensor& in, int peer);
  void receive(const Tensor& out, int peer);

  /// Ends what is under way on the GPU, which does not come to an end by itself when a process is gone.
  void abort() noexcept;
  /// Frees what it holds, once its work is done. No graph that was captured with it may run afterwards.
  void destroy();
  /// Throws what has gone wrong since.
  void check_error() const;

 private:
  template <class Call>
  void run(const char* name, std::initializer_list<const Tensor*> tensors, Call&& call);

  Comm comm_ = nullptr;
  int device_;
};

/// Calls between the two go to the GPU together; what each sends may then be what another receives.
VT_API void group_start();
VT_API void group_end();

}  // namespace vt::cuda::nccl
