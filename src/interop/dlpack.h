// DLPack: the structs of the specification (1.x), and tensors to and from them.
//
// What comes in was written by another library and is checked field by field before anything is read through it; what
// is refused stays the producer's, who frees it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "core/tensor.h"

namespace vt::interop {

struct DLDevice {
  int32_t type;
  int32_t id;
};
inline constexpr int32_t kDLCPU = 1, kDLCUDA = 2, kDLCUDAHost = 3, kDLCUDAManaged = 13;

struct DLDataType {
  uint8_t code;
  uint8_t bits;
  uint16_t lanes;
};
inline constexpr uint8_t kDLInt = 0, kDLUInt = 1, kDLFloat = 2, kDLBfloat = 4, kDLComplex = 5, kDLBool = 6;
inline constexpr uint8_t kDLFloat8E4M3fn = 10, kDLFloat8E4M3fnuz = 11, kDLFloat8E5M2 = 12, kDLFloat8E5M2fnuz = 13,
                         kDLFloat8E8M0fnu = 14, kDLFloat4E2M1fn = 17;

struct DLTensor {
  void* data;
  DLDevice device;
  int32_t ndim;
  DLDataType dtype;
  int64_t* shape;
  int64_t* strides;  // in elements; null: row-major
  uint64_t byte_offset;
};

// What a capsule named "dltensor" holds.
struct DLManagedTensor {
  DLTensor tensor;
  void* manager_ctx;
  void (*deleter)(DLManagedTensor* self);  // may be null
};

struct DLPackVersion {
  uint32_t major, minor;
};
inline constexpr DLPackVersion kDLPackVersion{1, 3};
// Padded: elements of less than a byte that take one each.
inline constexpr uint64_t kDLReadOnly = 1, kDLCopied = 2, kDLPadded = 4;

// What one named "dltensor_versioned" holds. Another major version may lay out what follows the deleter differently.
struct DLManagedTensorVersioned {
  DLPackVersion version;
  void* manager_ctx;
  void (*deleter)(DLManagedTensorVersioned* self);  // may be null
  uint64_t flags;
  DLTensor tensor;
};

// What consumers that are written in C find at a tensor type's __dlpack_c_exchange_api__, in a capsule of the name
// "dlpack_exchange_api". Functions return 0, or -1 with a Python error set; none orders streams.
struct DLPackExchangeHeader {
  DLPackVersion version;
  const DLPackExchangeHeader* previous;  // a table for consumers of an older major version, or null
};
struct DLPackExchange {
  DLPackExchangeHeader header;
  // New memory of the prototype's dtype, shape and device. `set_error` is called where -1 is returned; Python is not.
  int (*allocate)(DLTensor* prototype, DLManagedTensorVersioned** out, void* error,
                  void (*set_error)(void* error, const char* kind, const char* message));
  int (*from_object)(void* object, DLManagedTensorVersioned** out);
  // Takes `managed` over, also where it fails.
  int (*to_object)(DLManagedTensorVersioned* managed, void** out);
  // Fills in what is good for as long as the object is not changed. May be null.
  int (*look_at_object)(void* object, DLTensor* out);
  // The stream that the library works on; null on the CPU and for CUDA's default stream.
  int (*current_stream)(int32_t device_type, int32_t device, void** out);
};
inline constexpr const char* kDLPackExchangeName = "dlpack_exchange_api";

VT_API DLDevice dl_device(Device d);
VT_API DLDataType dl_dtype(DType d);
// Ours with that element; nothing for one that we do not have.
VT_API std::optional<DType> dtype_of_dl(DLDataType t);

// A DLTensor as a tensor's geometry over memory.
struct CheckedDLTensor {
  void* data;
  size_t bytes;
  DType dtype;
  DimVec sizes, strides;
  Device device;
  bool read_only;
};

// BufferError, with the field and what it holds, for what cannot be a tensor here. Nothing is owned yet.
VT_API CheckedDLTensor check(const DLTensor& tensor, bool read_only);
VT_API CheckedDLTensor check(const DLManagedTensor& managed);
VT_API CheckedDLTensor check(const DLManagedTensorVersioned& managed);

// The tensor; from the call on `free(data, managed, bytes)` is called once, when nobody uses the memory any more or if
// the call throws.
VT_API Tensor adopt(const CheckedDLTensor& checked, void* managed,
                    void (*free)(void* data, void* managed, size_t bytes) noexcept);

// Calls the producer's deleter, where it has one: for adopt().
template <class Managed>
void call_deleter(void*, void* managed, size_t) noexcept {
  auto* m = static_cast<Managed*>(managed);
  if (m->deleter) m->deleter(m);
}
// Checks and adopts what the caller owns: the deleter is called once also where it is refused.
template <class Managed>
Tensor take(Managed* managed, void (*free)(void*, void*, size_t) noexcept = call_deleter<Managed>) {
  std::optional<CheckedDLTensor> checked;
  try {
    checked = check(*managed);
  } catch (...) {
    free(nullptr, managed, 0);
    throw;
  }
  return adopt(*checked, managed, free);
}

// What a consumer asks for: another device, a copy or none (nothing: only where it has to be).
struct ExportRequest {
  std::optional<DLDevice> device;
  std::optional<bool> copy;
};
// `t` as asked for, and whether that is a copy. BufferError where a copy is needed and forbidden.
VT_API Tensor prepare_export(const Tensor& t, const ExportRequest& request, bool& copied);

// `t` for a consumer, who calls the deleter once; null deleters do not occur. BufferError for tensors that others
// cannot take over: with a gradient to track, without memory, or, unversioned, read-only.
VT_API DLManagedTensor* export_tensor(const Tensor& t);
VT_API DLManagedTensorVersioned* export_versioned(const Tensor& t, bool copied);
// The same fields, owned by `t`: good until it changes its shape or goes.
VT_API DLTensor look_at(const Tensor& t);

// DLPackExchange::allocate.
VT_API int allocate_for_consumer(DLTensor* prototype, DLManagedTensorVersioned** out, void* error,
                                 void (*set_error)(void* error, const char* kind, const char* message)) noexcept;

}  // namespace vt::interop
