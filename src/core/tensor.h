// The tensor: a view (sizes, strides, offset) over a storage, with dtype, device, keys, version and autograd meta.
//
// Every TensorImpl is made by the checked constructor below, which bounds the view by its storage; kernels therefore
// only ever see memory that exists. `Tensor` is a handle: copying it shares the object, as in PyTorch.
#pragma once

#include <memory>

#include "core/dtype.h"
#include "core/key_set.h"
#include "core/scalar.h"
#include "core/shape.h"
#include "core/storage.h"

namespace vt {

class Tensor;

// What autograd hangs on a tensor; defined in autograd/.
class VT_API AutogradMetaBase {
 public:
  virtual ~AutogradMetaBase() = default;
};

// How a view came to be, which decides whether writing to it in place may be recorded.
enum class ViewOrigin : uint8_t { Default, NoGradMode, InferenceMode, MultiOutput };

[[noreturn]] VT_API void throw_no_memory(Device device);

class VT_API TensorImpl final : public RefCounted {
 public:
  static constexpr bool kLookedUp = true;
  // Checks sizes >= 0, strides >= 0, offset >= 0, no overflow, and that the view ends inside the storage.
  TensorImpl(Storage storage, DType dtype, IntSpan sizes, IntSpan strides, int64_t offset);
  // Contiguous view of a storage that was made for exactly this shape; sizes already checked.
  TensorImpl(Storage storage, DType dtype, DimVec sizes, int64_t numel);

  IntSpan sizes() const { return sizes_; }
  IntSpan strides() const { return strides_; }
  int64_t offset() const { return offset_; }
  int64_t numel() const { return numel_; }
  DType dtype() const { return dtype_; }
  Device device() const { return device_; }
  const Storage& storage() const { return storage_; }
  bool is_contiguous() const { return contiguous_; }
  // RuntimeError if the storage has no memory.
  void* data() const {
    if (VT_UNLIKELY(!storage_->data() && storage_->bytes() != 0)) throw_no_memory(device_);
    return static_cast<char*>(storage_->data()) + offset_ * size_of(dtype_);
  }
  // Where the first element lies, or would: not to be read without has_memory().
  void* address() const {
    return reinterpret_cast<void*>(reinterpret_cast<uintptr_t>(storage_->data()) + offset_ * size_of(dtype_));
  }
  bool has_memory() const { return storage_->data() || storage_->bytes() == 0; }

  // A view follows its base: writing a tensor that requires grad into one makes all views of it require grad.
  KeySet keys() const {
    return VT_UNLIKELY(static_cast<bool>(view_base_)) ? keys_ | (view_base_->keys_ & Key::Autograd) : keys_;
  }
  void set_key(Key k, bool on) { keys_ = on ? keys_ | k : keys_ - k; }
  // What shares the storage of a wrapper is one: Note [Transforms], Note [Sparse tensors].
  void keep_wrapper(const TensorImpl& from) { keys_ |= from.keys_ & kWrapperKeys; }

  uint32_t version() const { return const_cast<TensorImpl*>(this)->version_counter().value(); }
  void bump_version() { version_counter().bump(); }
  VersionCounter& version_counter() { return own_version_ ? *own_version_ : storage_->version(); }
  // A fresh counter (Tensor.data) or the one of another tensor. The storage's no longer counts every write.
  void set_version_counter(intrusive_ptr<VersionCounter> v) {
    storage_->drop_companion();
    own_version_ = std::move(v);
  }
  const intrusive_ptr<VersionCounter>& own_version_counter() const { return own_version_; }

  // The tensor this one is a differentiable view of (never itself a view), or null.
  const intrusive_ptr<TensorImpl>& view_base() const { return view_base_; }
  ViewOrigin view_origin() const { return view_origin_; }
  void set_view_of(intrusive_ptr<TensorImpl> base, ViewOrigin origin) {
    view_base_ = std::move(base);
    view_origin_ = origin;
  }

  AutogradMetaBase* autograd_meta() const { return autograd_meta_.get(); }
  void set_autograd_meta(std::unique_ptr<AutogradMetaBase> m) { autograd_meta_ = std::move(m); }

  bool requires_grad() const { return keys().has(Key::Autograd); }
  bool is_inference() const { return is_inference_; }
  bool is_wrapped_number() const { return is_wrapped_number_; }
  void set_wrapped_number(bool on) { is_wrapped_number_ = on; }
  void set_inference(bool on) { is_inference_ = on; }

  // Other geometry or storage for the same tensor object (resize_, set_, Tensor.data = ...); checked like the
  // constructor.
  void reset_geometry(Storage storage, DType dtype, IntSpan sizes, IntSpan strides, int64_t offset);

  // The language object that wraps this tensor, if one is alive; owned by the binding.
  void* frontend_object() const { return frontend_.load(std::memory_order_acquire); }
  void set_frontend_object(void* p) { frontend_.store(p, std::memory_order_release); }
  // Whether the tensor keeps its wrapper alive instead of the other way round (the wrapper carries state).
  bool owns_frontend_object() const { return owns_frontend_; }
  void set_owns_frontend_object(bool on) { owns_frontend_ = on; }
  // Called from the destructor when the tensor owns its wrapper.
  static void set_frontend_release(void (*release)(void*) noexcept);

  static int64_t live_count();

 private:
  ~TensorImpl() override;
  Storage storage_;
  DimVec sizes_;
  DimVec strides_;
  int64_t offset_ = 0;
  int64_t numel_ = 0;
  DType dtype_;
  Device device_;
  KeySet keys_;
  ViewOrigin view_origin_ = ViewOrigin::Default;
  bool contiguous_ = true;
  bool is_inference_ = false;
  bool is_wrapped_number_ = false;
  bool owns_frontend_ = false;
  intrusive_ptr<VersionCounter> own_version_;
  intrusive_ptr<TensorImpl> view_base_;
  std::unique_ptr<AutogradMetaBase> autograd_meta_;
  std::atomic<void*> frontend_{nullptr};
};

class Tensor {
 public:
  Tensor() = default;  // undefined: the None of Tensor? arguments
  explicit Tensor(intrusive_ptr<TensorImpl> impl) : impl_(std::move(impl)) {}

  bool defined() const { return static_cast<bool>(impl_); }
  TensorImpl* impl() const { return impl_.get(); }
  const intrusive_ptr<TensorImpl>& ptr() const { return impl_; }
  [[nodiscard]] TensorImpl* detach_impl() { return impl_.detach(); }
  bool is_same(const Tensor& o) const { return impl_ == o.impl_; }

  IntSpan sizes() const { return impl_->sizes(); }
  IntSpan strides() const { return impl_->strides(); }
  int64_t dim() const { return static_cast<int64_t>(impl_->sizes().size()); }
  // Negative dims count from the end; IndexError out of range.
  int64_t size(int64_t d) const { return impl_->sizes()[checked_dim(d)]; }
  int64_t stride(int64_t d) const { return impl_->strides()[checked_dim(d)]; }
  int64_t storage_offset() const { return impl_->offset(); }
  int64_t numel() const { return impl_->numel(); }
  DType dtype() const { return impl_->dtype(); }
  Device device() const { return impl_->device(); }
  bool is_cpu() const { return device().is_cpu(); }
  bool is_cuda() const { return device().is_cuda(); }
  size_t element_size() const { return size_of(dtype()); }
  bool is_contiguous() const { return impl_->is_contiguous(); }
  bool requires_grad() const { return impl_->requires_grad(); }
  const Storage& storage() const { return impl_->storage(); }

  // First element; unchecked type. data<T>() checks the dtype.
  void* data() const { return impl_->data(); }
  template <class T>
  T* data() const {
    VT_ASSERT(dtype() == dtype_of<std::remove_const_t<T>>, "data<T>() on a tensor of dtype ", to_string(dtype()));
    return static_cast<T*>(impl_->data());
  }

 private:
  size_t checked_dim(int64_t d) const {
    VT_CHECK(dim() > 0, Index, "Dimension specified as ", d, " but tensor has no dimensions");
    return static_cast<size_t>(wrap_dim(d, dim()));
  }
  intrusive_ptr<TensorImpl> impl_;
};
static_assert(sizeof(Tensor) == sizeof(void*), "argument lists hold tensors as single words");

using TensorSpan = std::span<const Tensor>;

// "float32[3, 4] cuda:0", for error messages.
VT_API std::string to_string(const Tensor& t);

// Uninitialised contiguous tensor; checks sizes; device is resolved. Marked inference under inference mode.
VT_API Tensor empty(IntSpan sizes, DType dtype, Device device = kCPU);
VT_API Tensor empty_strided(IntSpan sizes, IntSpan strides, DType dtype, Device device = kCPU);
inline Tensor empty_like(const Tensor& t) { return empty(t.sizes(), t.dtype(), t.device()); }
// A 0-dim CPU tensor that promotes like a number.
VT_API Tensor wrapped_number(const Scalar& value);

// A view of self's storage that knows its base; shares the version counter. The one way to make a view.
VT_API Tensor make_view(const Tensor& self, IntSpan sizes, IntSpan strides, int64_t offset,
                        ViewOrigin origin = ViewOrigin::Default);
// As make_view with a different dtype (view_as_real and friends); strides and offset in elements of the new dtype.
VT_API Tensor make_dtype_view(const Tensor& self, DType dtype, IntSpan sizes, IntSpan strides, int64_t offset);
// Same storage and version counter, no autograd relation (Tensor.detach). `fresh_version`: Tensor.data.
VT_API Tensor make_detached(const Tensor& self, bool fresh_version = false);
// Memory that somebody else owns (DLPack, mmap, a NumPy array). `bytes` is what may be touched from data on.
VT_API Tensor from_memory(Allocation memory, size_t bytes, DType dtype, IntSpan sizes, IntSpan strides, Device device,
                          bool read_only);
// RuntimeError if a write through this tensor is not allowed (read-only storage).
VT_API void check_writable(const Tensor& t);

}  // namespace vt
