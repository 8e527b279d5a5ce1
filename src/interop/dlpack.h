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
inline constexpr DLPackVersion kDLPackVersion{1, 0};
inline constexpr uint64_t kDLReadOnly = 1, kDLCopied = 2;

// What one named "dltensor_versioned" holds. Another major version may lay out what follows the deleter differently.
struct DLManagedTensorVersioned {
  DLPackVersion version;
  void* manager_ctx;
  void (*deleter)(DLManagedTensorVersioned* self);  // may be null
  uint64_t flags;
  DLTensor tensor;
};

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
VT_API CheckedDLTensor check(const DLManagedTensor& managed);
VT_API CheckedDLTensor check(const DLManagedTensorVersioned& managed);

// The tensor; from the call on `free(data, managed, bytes)` is called once, when nobody uses the memory any more or if
// the call throws.
VT_API Tensor adopt(const CheckedDLTensor& checked, void* managed,
                    void (*free)(void* data, void* managed, size_t bytes) noexcept);

// `t` for a consumer, who calls the deleter once; null deleters do not occur. BufferError for tensors that others
// cannot take over: with a gradient to track, without memory, or, unversioned, read-only.
VT_API DLManagedTensor* export_tensor(const Tensor& t);
VT_API DLManagedTensorVersioned* export_versioned(const Tensor& t, bool copied);

}  // namespace vt::interop
