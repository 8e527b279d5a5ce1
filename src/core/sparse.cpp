#include "core/sparse.h"

#include "core/thread_state.h"

namespace vt {
namespace {

struct Payload {
  Layout layout;
  SparseParts parts;
};

void free_payload(void*, void* context, size_t) noexcept { delete static_cast<Payload*>(context); }

Allocation allocation_of(Layout layout, SparseParts&& parts) {
  return {nullptr, new Payload{layout, std::move(parts)}, free_payload};
}

const Payload* payload_of(const StorageImpl& storage) {
  const Allocation& memory = storage.memory();
  return memory.free == &free_payload ? static_cast<const Payload*>(memory.context) : nullptr;
}

}  // namespace

Layout layout_of(const StorageImpl& storage) {
  const Payload* payload = payload_of(storage);
  return payload ? payload->layout : Layout::Strided;
}

KeySet keys_over(const StorageImpl& storage) {
  const KeySet backend = backend_key(storage.device().type);
  return VT_UNLIKELY(payload_of(storage) != nullptr) ? backend | Key::Sparse : backend;
}

Tensor make_sparse(Layout layout, SparseParts parts, IntSpan sizes) {
  VT_ASSERT(layout != Layout::Strided);
  const DType dtype = parts.values.dtype();
  const Device device = parts.values.device();
  VT_CHECK(device.type != DeviceType::Meta, NotImplemented, "sparse tensors on meta are not there yet");
  // One element's bytes let any sizes with zero strides through the checks of a view, and reading them raises.
  auto storage = make_intrusive<StorageImpl>(allocation_of(layout, std::move(parts)), size_of(dtype), device);
  const DimVec strides(sizes.size(), 0);
  Tensor t(make_intrusive<TensorImpl>(std::move(storage), dtype, sizes, strides, 0));
  t.impl()->set_key(Key::Sparse, true);
  if (VT_UNLIKELY(thread_state().inference_mode)) t.impl()->set_inference(true);
  return t;
}

SparseParts sparse_parts(const Tensor& t) {
  const Payload* payload = payload_of(*t.storage());
  VT_ASSERT(payload, "sparse_parts of ", t);
  return payload->parts;
}

void replace_parts(const Tensor& t, SparseParts parts) {
  const Layout layout = layout_of(t);
  VT_ASSERT(layout != Layout::Strided && parts.values.dtype() == t.dtype(), "replace_parts of ", t);
  t.storage()->replace(allocation_of(layout, std::move(parts)), t.storage()->bytes());
}

}  // namespace vt
