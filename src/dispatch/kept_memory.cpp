#include "dispatch/kept_memory.h"

#include <utility>

#include "core/thread_state.h"
#include "cuda/backend.h"

namespace vt {
namespace {

thread_local bool is_last_pass = false;

// `owners`: how many have a reference if nobody else does.
bool is_unseen(const TensorImpl& t, size_t owners) {
  return static_cast<size_t>(t.use_count()) == owners && !t.frontend_object();
}

}  // namespace

BackwardPass::BackwardPass(bool is_last) : previous_(std::exchange(is_last_pass, is_last)) {}
BackwardPass::~BackwardPass() { is_last_pass = previous_; }

bool may_overwrite(const Tensor& kept) {
  if (!is_last_pass || grad_enabled() || !kept.defined()) return false;
  const TensorImpl& t = *kept.impl();
  if (!t.has_memory() || !t.is_contiguous() || !is_unseen(t, 2)) return false;  // the node's and the caller's
  const intrusive_ptr<TensorImpl>& base = t.view_base();
  if (base && (!is_unseen(*base, 1) || base->view_base())) return false;
  StorageImpl& storage = *t.storage();
  if (storage.read_only() || static_cast<size_t>(storage.use_count()) != (base ? 2u : 1u)) return false;
  const Device device = kept.device();
  return !device.is_cuda() || cuda::is_used_alone(storage, cuda::current_stream(device.index));
}

void drop_kept(const Tensor& kept) {
  if (may_overwrite(kept)) kept.storage()->replace(Allocation(), 0);
}

}  // namespace vt
