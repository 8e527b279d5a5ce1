#include "autograd/record.h"

#include <algorithm>

#include "autograd/meta.h"
#include "autograd/op_node.h"
#include "autograd/view_inplace.h"
#include "core/sparse.h"
#include "core/transform.h"
#include "dispatch/dispatch.h"
#include "ops/sparse/kernels.h"
#include "ops/typed/copy.h"

namespace vt::autograd {
namespace {

bool any_requires_grad(const Call& call) {
  bool any = false;
  for_each_tensor(call.arguments(),
                  [&](int, const Tensor& t) { any |= t.requires_grad() && is_differentiable(t.dtype()); });
  return any;
}

// The same of a call with wrapped tensors, which is recorded for those of the highest wrapper: Note [Transforms].
VT_NOINLINE bool any_requires_grad_at(const Call& call, int level) {
  bool any = false, reaches_below = false;
  for_each_tensor(call.arguments(), [&](int, const Tensor& t) {
    if (!is_differentiable(t.dtype())) return;
    any |= t.requires_grad() && level_of(t) == level;
    reaches_below |= requires_grad_below(t) || (t.requires_grad() && level_of(t) < level);
  });
  if (any && reaches_below) note_reach_below(level);
  return any;
}

VT_NOINLINE int highest_wrapper(const Call& call) {
  int level = 0;
  for_each_tensor(call.arguments(), [&](int, const Tensor& t) { level = std::max(level, level_of(t)); });
  return level;
}

bool is_argument(const Call& call, const Tensor& t) {
  bool found = false;
  for_each_tensor(call.arguments(), [&](int, const Tensor& input) { found |= input.is_same(t); });
  return found;
}

// A kernel that shapes a tensor of its own last gives a view that nobody knows the base of: it is no view to its
// caller.
void forget_inner_base(const Call& call, const Tensor& t) {
  if (VT_LIKELY(!t.impl()->view_base())) return;
  bool shares = false;
  for_each_tensor(call.arguments(), [&](int, const Tensor& input) { shares |= input.storage() == t.storage(); });
  if (!shares) t.impl()->set_view_of(nullptr, ViewOrigin::Default);
}

void run_below(Call& call) {
  KeySet& excluded = thread_state().excluded;
  const StateGuard<KeySet> below(excluded, excluded | Key::Autograd);
  dispatch(call);
}

// Which argument a call writes to, -1 if none.
int written_argument(const Op& op) {
  if (op.kind() == OpKind::Inplace) return 0;
  const auto& args = op.schema().args();
  for (size_t i = 0; i < args.size(); ++i) {
    if (args[i].written && args[i].type == ArgType::Tensor) return static_cast<int>(i);
  }
  return -1;
}

}  // namespace

void record_call(Call& call) {
  const Op& op = call.op;
  const Op::Parts& parts = op.functional().parts;
  if (VT_UNLIKELY(call.keys.has(Key::Sparse)) && sparse::calls_other_ops(op)) return dispatch(call, Key::Autograd);
  const int level = VT_UNLIKELY(call.keys.has(Key::Transform)) ? highest_wrapper(call) : 0;
  if (!(level > 0 ? any_requires_grad_at(call, level) : any_requires_grad(call))) return run_below(call);
  if (op.kind() == OpKind::Out) {
    VT_THROW(Runtime, op.schema().name(),
             "(): functions with out=... arguments don't support automatic differentiation, but one of the arguments "
             "requires grad.");
  }
  const int written = written_argument(op);
  Tensor cloned;
  DimVec sizes, strides;
  if (written >= 0) {
    const Tensor& self = call.args[written].as_tensor();
    if (self.impl()->view_base()) sizes = DimVec(self.sizes()), strides = DimVec(self.strides());
    check_inplace(self);
    if (written == 0 && parts.keep.keeps_arg(0, wanted_arguments(op, call.args))) {
      cloned = vt::ops::clone(self);
    }
  }
  if (parts.not_differentiable && written < 0) return run_below(call);
  auto node = make_intrusive<OpNode>(op, call.args, cloned, level);
  run_below(call);
  Results& r = call.results;
  if (written >= 0) {
    const Tensor self = call.args[written].as_tensor();
    if (self.impl()->view_base() && !(same(sizes, self.sizes()) && same(strides, self.strides()))) {
      follow_base(self);  // transpose_ and its kin: nothing was written
    } else if (is_differentiable(self.dtype())) {
      rebase_history(self, node);
    }
    node->keep_result(0, self, 0);
    return;
  }
  // Indices that come last have no place in the numbering: hooks see no gradient of theirs, as in PyTorch.
  int numbered = r.count;
  auto is_index = [](const Tensor& t) { return t.defined() && !is_differentiable(t.dtype()); };
  while (numbered > 1 && is_index(r.tensors[numbered - 1])) --numbered;
  auto finish = [&](int i, const Tensor& t) {
    // An absent result, or an argument handed through: no history of ours, but a place in the numbering.
    if (!t.defined() || is_argument(call, t)) {
      if (r.is_list || i < numbered) node->add_input(TensorMeta());
      return;
    }
    forget_inner_base(call, t);
    if (r.is_list || i < numbered) set_history(t, node);
    node->keep_result(i, t, static_cast<uint32_t>(i));
  };
  if (r.is_list) {
    for (size_t i = 0; i < r.list.size(); ++i) finish(static_cast<int>(i), r.list[i]);
  } else {
    for (int i = 0; i < r.count; ++i) finish(i, r.tensors[i]);
  }
}

}  // namespace vt::autograd
