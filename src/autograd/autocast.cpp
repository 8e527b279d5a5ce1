#include <unordered_map>

#include "autograd/meta.h"
#include "autograd/record.h"
#include "core/autocast.h"
#include "dispatch/dispatch.h"
#include "ops/copy/copy.h"

namespace vt::autograd {
namespace {

// Casts of leaves that require grad (weights) are made once per autocast scope: every use shares one cast and one node.
// The key tensor is held so that its address cannot be reused.
thread_local std::unordered_map<const TensorImpl*, std::pair<Tensor, Tensor>> t_casts;

Tensor cast(const Tensor& t, DType dtype) {
  const bool cacheable = dtype != DType::float32 && t.requires_grad() && t.dtype() == DType::float32 &&
                         !t.impl()->view_base() && is_leaf(t) && thread_state().autocast_cache_enabled;
  if (!cacheable) return ops::as_dtype(t, dtype);
  const auto found = t_casts.find(t.impl());
  if (found != t_casts.end()) return found->second.second;
  Tensor made = ops::as_dtype(t, dtype);
  t_casts.emplace(t.impl(), std::pair(t, made));
  return made;
}

bool eligible(const Tensor& t) {
  return t.defined() && is_floating(t.dtype()) && t.dtype() != DType::float64 && under_autocast(t);
}

DType widest(const Call& call, DType lower) {
  DType widest = lower;
  for_each_tensor(call.arguments(), [&](int, const Tensor& t) {
    if (eligible(t)) widest = promote(widest, t.dtype());
  });
  return widest;
}

}  // namespace

void clear_autocast_cache() { t_casts.clear(); }

void autocast_call(Call& call) {
  const ThreadState& state = thread_state();
  const DeviceType device = device_type_of(backend_of(call.keys));
  const int type = static_cast<int>(device);
  const AutocastPolicy policy = state.autocast_enabled[type] ? call.op.parts.autocast.on(device) : AutocastPolicy::None;
  DType target = state.autocast_dtype[type];
  switch (policy) {
    case AutocastPolicy::None: return dispatch(call, Key::Autocast);
    case AutocastPolicy::Lower: break;
    case AutocastPolicy::Float32: target = DType::float32; break;
    case AutocastPolicy::Promote: target = widest(call, target); break;
    case AutocastPolicy::Refuse:
      VT_THROW(Runtime, call.op.schema().name(),
               " is unsafe to autocast: a number rounded to a lower precision may be outside its domain. Use its form "
               "with logits, or leave autocast for this call.");
  }
  const ExcludeKeys inside(Key::Autocast);
  // The casts live until the call is done; lists are rebuilt whole.
  Value args[kMaxArgs];
  Tensor tensors[kMaxArgs];
  std::vector<std::vector<Tensor>> lists;
  lists.reserve(call.op.arg_count());
  for (int i = 0; i < call.op.arg_count(); ++i) {
    args[i] = call.args[i];
    if (args[i].tag == Tag::Tensor && eligible(args[i].as_tensor()) && args[i].as_tensor().dtype() != target) {
      tensors[i] = cast(args[i].as_tensor(), target);
      args[i] = box(tensors[i]);
    } else if (args[i].tag == Tag::TensorList) {
      std::vector<Tensor>& list = lists.emplace_back();
      for (const Tensor& t : args[i].as_tensor_list()) {
        list.push_back(eligible(t) && t.dtype() != target ? cast(t, target) : t);
      }
      args[i] = box(list);
    }
  }
  Call inner{call.op, args, call.results, keys_of(call.op, args)};
  dispatch(inner);
}

}  // namespace vt::autograd
