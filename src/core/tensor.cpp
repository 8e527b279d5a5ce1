#include "core/tensor.h"

#include "core/alignment.h"
#include "core/allocation_note.h"
#include "core/detach_hook.h"
#include "core/live_count.h"
#include "core/sparse.h"
#include "core/thread_state.h"
#include "core/transform.h"

namespace vt {
namespace {
void (*g_frontend_release)(void*) noexcept = nullptr;

struct Geometry {
  int64_t numel;
  bool contiguous;
};

// Checks one thing after the other, to say what is wrong.
VT_NOINLINE Geometry checked_geometry(const StorageImpl& storage, DType dtype, IntSpan sizes, IntSpan strides,
                                      int64_t offset) {
  VT_CHECK(sizes.size() == strides.size(), Runtime, "expected as many strides as sizes, got sizes ", sizes,
           " and strides ", strides);
  VT_CHECK(sizes.size() <= 64, Runtime, "expected at most 64 dimensions, got ", sizes.size());
  VT_CHECK(offset >= 0, Runtime, "expected a non-negative storage offset, got ", offset);
  for (int64_t s : strides) {
    VT_CHECK(s >= 0, Runtime, "expected non-negative strides, got ", strides, "; negative strides are not supported");
  }
  const int64_t numel = checked_numel(sizes);
  const int64_t bytes = checked_mul(view_extent(sizes, strides, offset), static_cast<int64_t>(size_of(dtype)));
  VT_CHECK(static_cast<uint64_t>(bytes) <= storage.bytes(), Runtime, "setStorage: sizes ", sizes, ", strides ", strides,
           ", storage offset ", offset, " require a storage of ", bytes,
           " bytes, which is out of bounds for storage of size ", storage.bytes());
  return {numel, is_contiguous(sizes, strides)};
}

// The same in one pass, for a view with elements that is as it should be.
Geometry measure(const StorageImpl& storage, DType dtype, IntSpan sizes, IntSpan strides, int64_t offset) {
  const size_t dims = sizes.size();
  Geometry g{1, true};
  bool odd = dims != strides.size() || dims > 64 || offset < 0;
  int64_t last = offset, reach;
  for (size_t i = odd ? 0 : dims; i-- > 0;) {
    const int64_t size = sizes[i], stride = strides[i];
    odd |= size <= 0 || stride < 0 || __builtin_mul_overflow(size - 1, stride, &reach) ||
           __builtin_add_overflow(last, reach, &last);
    g.contiguous &= size == 1 || stride == g.numel;
    odd |= __builtin_mul_overflow(g.numel, size, &g.numel);
  }
  odd |= __builtin_add_overflow(last, 1, &last) ||
         __builtin_mul_overflow(last, static_cast<int64_t>(size_of(dtype)), &last) ||
         static_cast<uint64_t>(last) > storage.bytes();
  return VT_UNLIKELY(odd) ? checked_geometry(storage, dtype, sizes, strides, offset) : g;
}
}  // namespace

TensorImpl::TensorImpl(Storage storage, DType dtype, IntSpan sizes, IntSpan strides, int64_t offset)
    : storage_(std::move(storage)),
      sizes_(sizes),
      strides_(strides),
      offset_(offset),
      dtype_(dtype),
      device_(storage_->device()),
      keys_(backend_key(device_.type)) {
  const Geometry geometry = measure(*storage_, dtype, sizes, strides, offset);
  numel_ = geometry.numel;
  contiguous_ = geometry.contiguous;
  count_live(Counted::Tensor, 1);
}

TensorImpl::TensorImpl(Storage storage, DType dtype, DimVec sizes, int64_t numel)
    : storage_(std::move(storage)),
      sizes_(std::move(sizes)),
      strides_(contiguous_strides(sizes_)),
      numel_(numel),
      dtype_(dtype),
      device_(storage_->device()),
      keys_(backend_key(device_.type)) {
  count_live(Counted::Tensor, 1);
}

TensorImpl::~TensorImpl() {
  if (owns_frontend_ && g_frontend_release) g_frontend_release(frontend_object());
  count_live(Counted::Tensor, -1);
}

void TensorImpl::reset_geometry(Storage storage, DType dtype, IntSpan sizes, IntSpan strides, int64_t offset) {
  const Geometry geometry = measure(*storage, dtype, sizes, strides, offset);
  DimVec new_sizes(sizes), new_strides(strides);  // the spans may point into ourselves
  if (VT_UNLIKELY(keys_.has(Key::Transform) || holds_payload(*storage))) {
    VT_CHECK(storage == storage_, NotImplemented, "a tensor inside vmap cannot exchange its memory with another one");
  }
  const KeySet functional = keys_ - keys_over(*storage_);
  storage_ = std::move(storage);
  dtype_ = dtype;
  device_ = storage_->device();
  keys_ = functional | keys_over(*storage_);
  sizes_ = std::move(new_sizes);
  strides_ = std::move(new_strides);
  offset_ = offset;
  numel_ = geometry.numel;
  contiguous_ = geometry.contiguous;
}

void TensorImpl::set_frontend_release(void (*release)(void*) noexcept) { g_frontend_release = release; }

int64_t TensorImpl::live_count() { return vt::live_count(Counted::Tensor); }

std::string to_string(const Tensor& t) {
  if (!t.defined()) return "None";
  return detail::concat(t.dtype(), t.sizes(), " ", t.device());
}

void throw_no_memory(Device device) {
  VT_CHECK(
      device.type == DeviceType::Meta || top_vmap() == 0, Runtime,
      "vmap: a value cannot be read inside vmap, as item(), float(), tolist(), numpy() and conditions in Python do: "
      "it may be another one for each example");
  VT_THROW(Runtime, "Cannot access the data of a tensor on ", device, ": it has a shape and a dtype, but no memory");
}

namespace {
// Product of the sizes and the bytes of as many elements; what is odd about them is said by the checks.
struct Extent {
  int64_t numel, bytes;
};
Extent extent_of(IntSpan sizes, DType dtype) {
  const auto item = static_cast<int64_t>(size_of(dtype));
  Extent e{1, 0};
  bool odd = false;
  for (const int64_t s : sizes) odd |= s <= 0 || __builtin_mul_overflow(e.numel, s, &e.numel);
  odd |= __builtin_mul_overflow(e.numel, item, &e.bytes);
  if (VT_LIKELY(!odd)) return e;
  e.numel = checked_numel(sizes);
  return {e.numel, checked_mul(e.numel, item)};
}

Storage storage_for(int64_t bytes, Device device, IntSpan sizes, DType dtype) {
  if (device.is_cpu()) return allocate_storage(static_cast<size_t>(bytes), device);
  const AllocationNote note{sizes.data(), static_cast<int>(sizes.size()), dtype};
  const NoteGuard guard(note);
  return allocate_storage(static_cast<size_t>(bytes), device);
}
}  // namespace

Tensor empty(IntSpan sizes, DType dtype, Device device) {
  const Extent extent = extent_of(sizes, dtype);
  if (device != kCPU) device = resolve_device(device);
  Tensor t(
      make_intrusive<TensorImpl>(storage_for(extent.bytes, device, sizes, dtype), dtype, DimVec(sizes), extent.numel));
  if (VT_UNLIKELY(thread_state().inference_mode)) t.impl()->set_inference(true);
  return t;
}

Tensor empty_strided(IntSpan sizes, IntSpan strides, DType dtype, Device device) {
  VT_CHECK(sizes.size() == strides.size(), Runtime, "expected as many strides as sizes, got ", sizes.size(),
           " sizes and ", strides.size(), " strides");
  checked_numel(sizes);
  for (int64_t s : strides) VT_CHECK(s >= 0, Runtime, "expected non-negative strides, got ", strides);
  const int64_t bytes = checked_mul(view_extent(sizes, strides, 0), static_cast<int64_t>(size_of(dtype)));
  device = resolve_device(device);
  Tensor t(make_intrusive<TensorImpl>(storage_for(bytes, device, sizes, dtype), dtype, sizes, strides, 0));
  if (VT_UNLIKELY(thread_state().inference_mode)) t.impl()->set_inference(true);
  return t;
}

Tensor wrapped_number(const Scalar& value) {
  const DType dtype = value.is_floating() ? DType::float64 : value.is_complex() ? DType::complex128 : value.dtype();
  Tensor t = empty({}, dtype);
  switch (dtype) {
    case DType::bool_: *t.data<bool>() = value.to_bool(); break;
    case DType::int64: *t.data<int64_t>() = value.to_int(); break;
    case DType::float64: *t.data<double>() = value.to_double(); break;
    default: *t.data<complex<double>>() = value.to_complex();
  }
  t.impl()->set_wrapped_number(true);
  return t;
}

Tensor make_view(const Tensor& self, IntSpan sizes, IntSpan strides, int64_t offset, ViewOrigin origin) {
  TensorImpl* s = self.impl();
  auto view = make_intrusive<TensorImpl>(s->storage(), s->dtype(), sizes, strides, offset);
  view->keep_wrapper(*s);
  if (s->own_version_counter()) view->set_version_counter(s->own_version_counter());
  const ThreadState& state = thread_state();
  if (VT_UNLIKELY(state.inference_mode)) {
    view->set_inference(s->is_inference());
    origin = ViewOrigin::InferenceMode;
  } else if (!state.grad_enabled) {
    origin = ViewOrigin::NoGradMode;
  } else if (s->view_base() && s->view_origin() != ViewOrigin::Default && origin == ViewOrigin::Default) {
    origin = s->view_origin();
  }
  if (!s->is_inference()) view->set_view_of(s->view_base() ? s->view_base() : self.ptr(), origin);
  return Tensor(std::move(view));
}

Tensor make_dtype_view(const Tensor& self, DType dtype, IntSpan sizes, IntSpan strides, int64_t offset) {
  TensorImpl* s = self.impl();
  check_alignment(s->storage()->data(), dtype, self.device());
  auto view = make_intrusive<TensorImpl>(s->storage(), dtype, sizes, strides, offset);
  view->keep_wrapper(*s);
  if (s->own_version_counter()) view->set_version_counter(s->own_version_counter());
  if (!s->is_inference()) view->set_view_of(s->view_base() ? s->view_base() : self.ptr(), ViewOrigin::Default);
  return Tensor(std::move(view));
}

namespace {
DetachHook detach_hook = nullptr;
}

void set_detach_hook(DetachHook hook) { detach_hook = hook; }

Tensor make_detached(const Tensor& self, bool fresh_version) {
  TensorImpl* s = self.impl();
  if (VT_UNLIKELY(s->keys().has(Key::Python)) && detach_hook && !thread_state().excluded.has(Key::Python)) {
    if (Tensor detached = detach_hook(self); detached.defined()) return detached;
  }
  auto t = make_intrusive<TensorImpl>(s->storage(), s->dtype(), s->sizes(), s->strides(), s->offset());
  t->keep_wrapper(*s);
  t->set_inference(s->is_inference());
  if (fresh_version) {
    t->set_version_counter(make_intrusive<VersionCounter>());
  } else if (s->own_version_counter()) {
    t->set_version_counter(s->own_version_counter());
  }
  return Tensor(std::move(t));
}

Tensor from_memory(Allocation memory, size_t bytes, DType dtype, IntSpan sizes, IntSpan strides, Device device,
                   bool read_only) {
  auto storage = make_intrusive<StorageImpl>(memory, bytes, device, read_only);
  if (bytes > 0) check_alignment(storage->data(), dtype, device);
  return Tensor(make_intrusive<TensorImpl>(std::move(storage), dtype, sizes, strides, 0));
}

void check_writable(const Tensor& t) {
  VT_CHECK(!t.impl()->is_inference() || thread_state().inference_mode, Runtime,
           "Inplace update to inference tensor outside InferenceMode is not allowed; clone() it first");
  VT_CHECK(!t.storage()->read_only(), Runtime, "cannot write to read-only memory; clone() the tensor first");
}

}  // namespace vt
