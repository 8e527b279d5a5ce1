// Calling an op: call<Tensor>(op, self, 1, true). Trailing arguments take the schema's defaults.
#pragma once

#include <tuple>

#include "core/thread_state.h"
#include "dispatch/op.h"

namespace vt {

// The op with that full name ("sum.dim"), or an Internal error. For names that come from outside, and tests: what names
// an op in the source calls its typed entry, "ops/typed/<family>.h".
VT_API const Op& find_op(std::string_view full_name);

// Runs the kernel of the highest key that is on. Below-key kernels redispatch with their own key excluded. `without`:
// keys that are off for this call alone, and on again for the ops that it calls.
inline void dispatch(Call& call, KeySet without = {}) {
  const ThreadState& state = thread_state();
  KeySet keys = (call.keys | state.included) - state.excluded - without;
  if (!state.grad_enabled) keys = keys - Key::Autograd;
  const KernelTable& table = call.op.table();
  call.key = (keys - table.skip).highest();
  table.kernels[static_cast<int>(call.key)](call);
}

// Computes the keys, fills absent trailing arguments, dispatches, and on error adds the op's name and operands.
// `args` holds op.arg_count() values of which the first `given` are set.
VT_API void call_op(const Op& op, Value* args, int given, Results& results);

// OR of the keys of all tensors among the arguments and of the device that an op with a Device argument is asked for.
VT_API KeySet keys_of(const Op& op, const Value* args);

namespace detail {
template <class R>
struct TakeResult;
template <>
struct TakeResult<void> {
  static void take(Results&) {}
};
template <>
struct TakeResult<Tensor> {
  static Tensor take(Results& r) { return std::move(r.tensors[0]); }
};
template <>
struct TakeResult<std::vector<Tensor>> {
  static std::vector<Tensor> take(Results& r) { return std::move(r.list); }
};
template <>
struct TakeResult<bool> {
  static bool take(Results& r) { return Unbox<bool>::get(r.number); }
};
template <>
struct TakeResult<int64_t> {
  static int64_t take(Results& r) { return Unbox<int64_t>::get(r.number); }
};
template <>
struct TakeResult<double> {
  static double take(Results& r) { return Unbox<double>::get(r.number); }
};
template <>
struct TakeResult<Scalar> {
  static Scalar take(Results& r) { return Unbox<Scalar>::get(r.number); }
};
template <class... T>
struct TakeResult<std::tuple<T...>> {
  static std::tuple<T...> take(Results& r) { return take_all(r, std::index_sequence_for<T...>{}); }
  template <size_t... I>
  static std::tuple<T...> take_all(Results& r, std::index_sequence<I...>) {
    return {std::move(r.tensors[I])...};
  }
};
}  // namespace detail

inline constexpr int kMaxArgs = 24;

template <class R, class... A>
R call(const Op& op, const A&... args) {
  Value values[kMaxArgs] = {box(args)...};
  Results results;
  call_op(op, values, sizeof...(A), results);
  return detail::TakeResult<R>::take(results);
}

}  // namespace vt
