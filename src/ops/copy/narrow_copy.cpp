#include "ops/copy/narrow_copy.h"

#include "core/error.h"
#include "core/thread_state.h"
#include "ops/copy/made_in.h"

namespace vt {
namespace {

struct NarrowCopy final : StorageCompanion {
  NarrowCopy(Tensor c, uint32_t v, MadeIn m) : copy(std::move(c)), version(v), made_in(m) {}
  Tensor copy;
  uint32_t version;  // of the memory that it is a copy of
  MadeIn made_in;
};

bool covers_storage(const Tensor& t) {
  return t.is_contiguous() && t.storage_offset() == 0 && !t.impl()->own_version_counter() &&
         t.storage()->bytes() == static_cast<size_t>(t.numel()) * t.element_size();
}

}  // namespace

Tensor new_narrow_copy(const Tensor& of, DType dtype) {
  VT_ASSERT(of.dtype() == DType::float32 && is_reduced_floating(dtype), "a narrow copy of ", of, " in ", dtype);
  if (!covers_storage(of)) return {};
  return empty(of.sizes(), dtype, of.device());
}

void give_narrow_copy(const Tensor& of, const Tensor& copy) {
  StorageImpl& storage = *of.storage();
  storage.set_companion(std::make_unique<NarrowCopy>(copy, storage.version().value(), made_here(of.device())));
}

Tensor take_narrow_copy(const Tensor& of, DType dtype) {
  StorageImpl& storage = *of.storage();
  if (VT_LIKELY(!storage.has_companion()) || !is_reduced_floating(dtype)) return {};
  const std::unique_ptr<StorageCompanion> companion = storage.take_companion();
  const auto* narrow = dynamic_cast<const NarrowCopy*>(companion.get());
  const bool holds = narrow && narrow->copy.dtype() == dtype && of.dtype() == DType::float32 && covers_storage(of) &&
                     narrow->version == storage.version().value() && narrow->made_in == made_here(of.device()) &&
                     narrow->copy.impl()->is_inference() == thread_state().inference_mode;
  if (!holds) return {};
  if (same(narrow->copy.sizes(), of.sizes())) return narrow->copy;
  Tensor viewed(make_intrusive<TensorImpl>(narrow->copy.storage(), dtype, DimVec(of.sizes()), of.numel()));
  viewed.impl()->set_inference(narrow->copy.impl()->is_inference());
  return viewed;
}

}  // namespace vt
