#include "core/sparse.h"

#include "core/fabric.h"
#include "core/thread_state.h"
#include "core/transform.h"

namespace vt {
namespace {

struct SparsePayload {
  Layout layout;
  SparseParts parts;
};

void free_payload(void*, void* context, size_t) noexcept { delete static_cast<SparsePayload*>(context); }

Allocation allocation_of(Layout layout, SparseParts&& parts) {
  return {nullptr, new SparsePayload{layout, std::move(parts)}, free_payload};
}

const SparsePayload* sparse_payload(const StorageImpl& storage) {
  const Allocation& memory = storage.memory();
  return memory.free == &free_payload ? static_cast<const SparsePayload*>(memory.context) : nullptr;
}

}  // namespace

Layout layout_of(const StorageImpl& storage) {
  const SparsePayload* payload = sparse_payload(storage);
  return payload ? payload->layout : Layout::Strided;
}

KeySet keys_over(const StorageImpl& storage) {
  const KeySet backend = backend_key(storage.device().type);
  if (VT_LIKELY(!storage.memory().context || storage.data())) return backend;
  if (sparse_payload(storage)) return backend | Key::Sparse;
  return fabric_parts(storage) ? backend | Key::Fabric : backend;
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
  const SparsePayload* payload = sparse_payload(*t.storage());
  VT_ASSERT(payload, "sparse_parts of ", t);
  return payload->parts;
}

void replace_parts(const Tensor& t, SparseParts parts) {
  const Layout layout = layout_of(t);
  VT_ASSERT(layout != Layout::Strided && parts.values.dtype() == t.dtype(), "replace_parts of ", t);
  VT_CHECK(level_of(parts.values) <= level_of(sparse_payload(*t.storage())->parts.values), Runtime,
           "vmap: it is not possible to write values that differ from example to example into a sparse tensor that is ",
           "the same for all of them");
  t.storage()->replace(allocation_of(layout, std::move(parts)), t.storage()->bytes());
}

}  // namespace vt
