#include "interop/dlpack.h"

#include <algorithm>

#include "core/alignment.h"
#include "core/loan.h"
#include "cuda/backend.h"
#include "cuda/device_api.h"
#include "ops/copy/copy.h"

namespace vt::interop {
namespace {

constexpr int32_t kMaxDims = 64;

uint8_t float_code(DType d) {
  switch (d) {
    case DType::bfloat16: return kDLBfloat;
    case DType::float8_e4m3fn: return kDLFloat8E4M3fn;
    case DType::float8_e4m3fnuz: return kDLFloat8E4M3fnuz;
    case DType::float8_e5m2: return kDLFloat8E5M2;
    case DType::float8_e5m2fnuz: return kDLFloat8E5M2fnuz;
    case DType::float8_e8m0fnu: return kDLFloat8E8M0fnu;
    default: return kDLFloat;
  }
}

}  // namespace

DLDataType dl_dtype(DType d) {
  if (d == DType::float4_e2m1fn_x2) return {kDLFloat4E2M1fn, 4, 2};
  const auto bits = static_cast<uint8_t>(8 * size_of(d));
  switch (category(d)) {
    case DTypeCategory::Bool: return {kDLBool, bits, 1};
    case DTypeCategory::Integral: return {is_signed(d) ? kDLInt : kDLUInt, bits, 1};
    case DTypeCategory::Floating: return {float_code(d), bits, 1};
    default: return {kDLComplex, bits, 1};
  }
}

std::optional<DType> dtype_of_dl(DLDataType t) {
  for (int i = 0; i < kNumDTypes; ++i) {
    const DLDataType mine = dl_dtype(static_cast<DType>(i));
    if (mine.code == t.code && mine.bits == t.bits && mine.lanes == t.lanes) return static_cast<DType>(i);
  }
  return std::nullopt;
}

namespace {

DType dtype_from(DLDataType t) {
  VT_CHECK(t.lanes == 1 || t.bits < 8, Buffer, "DLPack: expected elements of 1 lane, got ", t.lanes);
  if (const std::optional<DType> found = dtype_of_dl(t)) return *found;
  VT_THROW(Buffer, "DLPack: unsupported element type (code ", static_cast<int>(t.code), ", ", static_cast<int>(t.bits),
           " bits)");
}

Device device_from(DLDevice d) {
  VT_CHECK(d.id >= 0, Buffer, "DLPack: expected a device id of at least 0, got ", d.id);
  if (d.type == kDLCPU || d.type == kDLCUDAHost) return kCPU;
  VT_CHECK(d.type == kDLCUDA || d.type == kDLCUDAManaged, Buffer, "DLPack: unsupported device type ", d.type);
  const int count = backend(DeviceType::CUDA).device_count();
  VT_CHECK(d.id < count, Buffer, "DLPack: expected the id of one of ", count, " CUDA devices, got ", d.id);
  return resolve_device(Device{DeviceType::CUDA, static_cast<int8_t>(d.id)});
}

DimVec sizes_from(const DLTensor& t) {
  VT_CHECK(t.ndim >= 0 && t.ndim <= kMaxDims, Buffer, "DLPack: expected 0 to ", kMaxDims, " dimensions, got ", t.ndim);
  VT_CHECK(t.ndim == 0 || t.shape, Buffer, "DLPack: ", t.ndim, " dimensions without a shape");
  DimVec sizes;
  if (t.ndim) sizes = DimVec(IntSpan(t.shape, static_cast<size_t>(t.ndim)));
  VT_CHECK(std::ranges::all_of(sizes, [](int64_t s) { return s >= 0; }), Buffer,
           "DLPack: expected sizes of at least 0, got ", sizes);
  return sizes;
}

}  // namespace

CheckedDLTensor check(const DLTensor& t, bool read_only) {
  CheckedDLTensor out{nullptr, 0, dtype_from(t.dtype), sizes_from(t), {}, device_from(t.device), read_only};
  const auto item = static_cast<int64_t>(size_of(out.dtype));
  const bool has_elements = std::ranges::none_of(out.sizes, [](int64_t s) { return s == 0; });
  int64_t bytes = 0;
  try {
    checked_mul(checked_numel(out.sizes), item);
    out.strides = contiguous_strides(out.sizes);
    // The stride of a dim with at most one index is never used.
    for (size_t i = 0; t.strides && has_elements && i < out.sizes.size(); ++i) {
      if (out.sizes[i] > 1) out.strides[i] = t.strides[i];
    }
    VT_CHECK(std::ranges::all_of(out.strides, [](int64_t s) { return s >= 0; }), Buffer,
             "DLPack: negative strides are not supported, got ", out.strides, "; copy the array first");
    bytes = checked_mul(view_extent(out.sizes, out.strides, 0), item);
  } catch (const Error& e) {
    if (e.kind() == ErrorKind::Buffer) throw;
    VT_THROW(Buffer, "DLPack: a tensor of ", out.sizes, " is larger than any memory: ", e.what());
  }
  if (!has_elements) return out;
  VT_CHECK(t.data, Buffer, "DLPack: a tensor of ", out.sizes, " without data");
  uintptr_t begin = 0, end = 0;
  VT_CHECK(!__builtin_add_overflow(reinterpret_cast<uintptr_t>(t.data), t.byte_offset, &begin) &&
               !__builtin_add_overflow(begin, static_cast<uintptr_t>(bytes), &end),
           Buffer, "DLPack: byte_offset ", t.byte_offset, " leads out of the address space");
  const uintptr_t alignment = alignment_of(out.dtype, out.device);
  VT_CHECK(begin % alignment == 0, Buffer, "DLPack: expected data aligned to ", alignment, " bytes for ", out.dtype,
           ", got an address that is ", begin % alignment, " bytes past that (byte_offset ", t.byte_offset,
           "); copy the array first");
  out.data = reinterpret_cast<void*>(begin);
  if (out.device.is_cuda()) {
    const int holder = cuda::device_api().device_of(out.data);
    VT_CHECK(t.device.type == kDLCUDAManaged ? holder >= 0 : holder == out.device.index, Buffer,
             "DLPack: expected data on ", out.device, ", got ",
             holder < 0 ? std::string("memory of no CUDA device") : "memory of cuda:" + std::to_string(holder));
  }
  out.bytes = static_cast<size_t>(bytes);
  return out;
}

namespace {

// Keeps the memory and its geometry for the consumer, whatever becomes of the tensor (resize_, set_).
template <class Managed>
struct Exported {
  explicit Exported(const Tensor& t) : loan(t.storage()), sizes(t.sizes()), strides(t.strides()) {}

  Loan loan;
  DimVec sizes, strides;
  Managed managed{};
};

template <class Managed>
Managed* exported(const Tensor& t) {
  const DLTensor looked = look_at(t);  // refuses tensors without memory
  auto e = std::make_unique<Exported<Managed>>(t);
  e->managed.tensor = looked;
  e->managed.tensor.shape = e->sizes.data();
  e->managed.tensor.strides = e->strides.data();
  e->managed.manager_ctx = e.get();
  e->managed.deleter = [](Managed* m) { delete static_cast<Exported<Managed>*>(m->manager_ctx); };
  return &e.release()->managed;
}

}  // namespace

DLDevice dl_device(Device d) {
  if (d.is_cuda()) return {kDLCUDA, d.index};
  VT_CHECK(d.is_cpu(), Buffer, "DLPack shares memory, and a tensor on ", d, " has no memory");
  return {kDLCPU, 0};
}

CheckedDLTensor check(const DLManagedTensor& managed) { return check(managed.tensor, false); }

CheckedDLTensor check(const DLManagedTensorVersioned& managed) {
  VT_CHECK(managed.version.major == kDLPackVersion.major, Buffer, "DLPack: expected major version ",
           kDLPackVersion.major, ", got ", managed.version.major);
  VT_CHECK(!(managed.flags & kDLPadded) || managed.tensor.dtype.bits % 8 == 0, Buffer, "DLPack: elements of ",
           static_cast<int>(managed.tensor.dtype.bits), " bits that are padded to bytes are not supported");
  return check(managed.tensor, (managed.flags & kDLReadOnly) != 0);
}

Tensor adopt(const CheckedDLTensor& c, void* managed, void (*free)(void*, void*, size_t) noexcept) {
  return from_memory({c.data, managed, free}, c.bytes, c.dtype, c.sizes, c.strides, c.device, c.read_only);
}

DLTensor look_at(const Tensor& t) {
  VT_CHECK(!t.requires_grad(), Buffer, "Can't export tensors that require gradient, use tensor.detach()");
  VT_CHECK(t.impl()->has_memory(), Buffer, "Can't export a tensor on ", t.device(), ": it has no memory");
  cuda::show(*t.storage());
  return {t.numel() ? t.data() : nullptr,
          dl_device(t.device()),
          static_cast<int32_t>(t.dim()),
          dl_dtype(t.dtype()),
          const_cast<int64_t*>(t.sizes().data()),
          const_cast<int64_t*>(t.strides().data()),
          0};
}

namespace {

const char* python_name(ErrorKind kind) {
  switch (kind) {
#define VT_ERROR(kind, code, python) \
  case ErrorKind::kind: return #python;
#include "core/error.def"
#undef VT_ERROR
  }
  return "RuntimeError";
}

}  // namespace

Tensor prepare_export(const Tensor& t, const ExportRequest& request, bool& copied) {
  Tensor moved = t;
  const DLDevice at = dl_device(t.device());
  const DLDevice to = request.device.value_or(at);
  if (to.type != at.type || to.id != at.id) {
    VT_CHECK(request.copy.value_or(true), Buffer, "__dlpack__: the tensor is on ", t.device(),
             ", and copy=False forbids to take it to another device");
    VT_CHECK(to.type == kDLCPU || to.type == kDLCUDA, Buffer, "__dlpack__: cannot export to a device of type ",
             to.type);
    VT_CHECK(to.id >= 0 && to.id < 128, Buffer, "__dlpack__: there is no device with id ", to.id);
    moved = ops::as_device(t, to.type == kDLCPU ? kCPU : Device{DeviceType::CUDA, static_cast<int8_t>(to.id)});
  }
  copied = moved.storage() != t.storage();
  if (request.copy.value_or(false) && !copied) {
    moved = ops::clone(t);
    copied = true;
  }
  return moved;
}

DLManagedTensor* export_tensor(const Tensor& t) {
  VT_CHECK(!t.storage()->read_only(), Buffer,
           "Can't export read-only memory to a consumer that does not ask for DLPack 1.0; clone() the tensor first");
  return exported<DLManagedTensor>(t);
}

DLManagedTensorVersioned* export_versioned(const Tensor& t, bool copied) {
  auto* m = exported<DLManagedTensorVersioned>(t);
  m->version = kDLPackVersion;
  m->flags = (t.storage()->read_only() ? kDLReadOnly : 0) | (copied ? kDLCopied : 0);
  return m;
}

int allocate_for_consumer(DLTensor* prototype, DLManagedTensorVersioned** out, void* error,
                          void (*set_error)(void*, const char*, const char*)) noexcept {
  try {
    const Tensor t = empty(sizes_from(*prototype), dtype_from(prototype->dtype), device_from(prototype->device));
    *out = export_versioned(t, false);
    return 0;
  } catch (const Error& e) {
    set_error(error, python_name(e.kind()), e.what());
  } catch (const std::exception& e) {
    set_error(error, "MemoryError", e.what());
  }
  return -1;
}

}  // namespace vt::interop
