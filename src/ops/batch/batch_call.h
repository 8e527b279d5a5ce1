// One call inside vmap as a batching rule sees it: arguments with the shape of one example, and below them payloads
// with the whole batch along dim 0. A rule calls ops on payloads, or on plain tensors, which then run for all examples.
#pragma once

#include "core/transform.h"
#include "dispatch/dispatch.h"

namespace vt::batch {

// What a tensor stands for at its level: (B, ...) if its wrapper is batched, else without a dim for the batch.
VT_API Tensor physical(const Tensor& wrapped);
// The value below all wrappers, with a dim for each batched one; for those who read values.
VT_API Tensor unwrapped(const Tensor& t);
// Elements unset, of its own for each example of all running vmaps: what may be written to in place by any call.
VT_API Tensor empty_per_example(IntSpan sizes, IntSpan strides, DType dtype, Device device);
// A contiguous copy of self that may be written to with `src`: inside vmap that is one for each example if src has one.
VT_API Tensor copy_to_write(const Tensor& self, const Tensor& src);
// A tensor without a wrapper of the highest running vmap, in one.
VT_API Tensor lifted(const Tensor& t);

class VT_API BatchCall {
 public:
  // `level` is the vmap that the call passes through. While this exists, calls pass through the levels below it.
  BatchCall(Call& call, int level);

  const Op& op() const { return call_.op; }
  int64_t size() const { return size_; }
  Randomness randomness() const { return randomness_; }
  template <class T>
  decltype(auto) arg(int i) const {
    return Unbox<T>::get(call_.args[i]);
  }
  const Value& value(int i) const { return call_.args[i]; }
  int count() const { return call_.op.input_count(); }
  TensorSpan list(int i) const { return call_.args[i].as_tensor_list(); }

  // Of tensors among the arguments, or elements of a list.
  const Tensor& logical(int i) const { return call_.args[i].as_tensor(); }
  bool is_tensor(int i) const { return call_.args[i].tag == Tag::Tensor; }
  bool is_batched(const Tensor& t) const;
  bool is_batched(int i) const { return is_tensor(i) && is_batched(logical(i)); }
  bool any_batched(int from = 0) const;
  // (B, ...) if batched, else as it is, without this level's wrapper.
  Tensor below(const Tensor& t) const;
  Tensor below(int i) const { return below(logical(i)); }
  // (B, ...) in any case: what is the same for all examples is expanded.
  Tensor expanded(const Tensor& t) const;
  Tensor expanded(int i) const { return expanded(logical(i)); }
  // The same with `rank` dims behind the batch's, new ones of size 1 in front; batched or not.
  Tensor aligned(const Tensor& t, int64_t rank) const;

  // Whether the call writes to argument 0.
  bool writes() const { return writes_; }
  // RuntimeError unless argument 0, which the call writes to, has a value per example if another argument has.
  void check_written() const;

  // Calls `op` (unless said the call's own) on arguments below this level.
  Results run(const Value* args) const { return run(call_.op, args); }
  Results run(const Op& op, const Value* args) const;
  // Hands over results: (B, ...) each.
  void give(Results&& results);
  void give(const Tensor& result);
  template <class... T>
  void give(const std::tuple<T...>& results) {
    std::apply([&](const auto&... r) { (give(r), ...); }, results);
  }
  void give_list(const std::vector<Tensor>& results);
  // The same for all examples.
  void give_shared(Results&& results);
  // Of a call that wrote to argument 0: itself.
  void give_written();
  Results& results() { return call_.results; }

 private:
  // Of a wrapper of this level, else null.
  const Payload* payload(const Tensor& t) const;
  Tensor wrapped(const Tensor& result, bool is_batched = true) const;
  Call& call_;
  int level_;
  int64_t size_;
  Randomness randomness_;
  bool writes_;
  BelowLevel below_;
};

using Rule = void (*)(BatchCall& c);

// An op's rule: declared in a table of rules.h, or that of its kind. Null: it is called once per example.
VT_API Rule rule_of(const Op& op);
// How vmap runs an op: "elementwise", "view", "composite", "rule", "random" or "loop"; for tests and docs.
VT_API const char* kind_of(const Op& op);

// The kernel of Key::Transform.
VT_API void transform_call(Call& call);

}  // namespace vt::batch
