// What ops run on sparse tensors: a table beside the registry, which a call with a sparse tensor among its arguments
// goes to. An op that is not in it raises NotImplementedError.
#pragma once

#include "core/sparse.h"
#include "dispatch/registry.h"

namespace vt::sparse {

// Fills the table while ops register:
//
//   const SparseOps sparse(r);
//   sparse.composite("add.Tensor", add);   // calls other ops, and those are recorded in the place of this one
//   sparse.composite("sin", on_values);    // the same, reading the boxed call itself
//   sparse.kernel("clone", clone_sparse);  // below autograd, with the op's own derivative
//   sparse.inherit({"detach"});            // the op's own composite serves as it is
//
// Functions take and return what whole functions of the op do; in-place and out= forms come from them.
class SparseOps {
 public:
  explicit SparseOps(Registry& registry) : registry_(registry) {}

  template <class R, class... A>
  void composite(const char* op, R (*fn)(A...)) const {
    add(op, &run_whole<R, A...>, reinterpret_cast<void*>(fn), true);
  }
  void composite(const char* op, Kernel kernel) const;
  template <class R, class... A>
  void kernel(const char* op, R (*fn)(A...)) const {
    add(op, &run_whole<R, A...>, reinterpret_cast<void*>(fn), false);
  }
  void inherit(std::initializer_list<const char*> ops) const;

 private:
  using Run = void (*)(Call& call, void* fn);
  template <class R, class... A>
  static void run_whole(Call& call, void* fn) {
    auto args = boxing::load_args<A...>(call, std::index_sequence_for<A...>{});
    auto run = [&](auto&... a) { return reinterpret_cast<R (*)(A...)>(fn)(a...); };
    if constexpr (std::is_void_v<R>) {
      std::apply(run, args);
    } else {
      boxing::give(call.results, std::apply(run, args));
    }
    if (call.op.kind() != OpKind::Functional) boxing::finish_derived(call);
  }
  void add(const char* op, Run run, void* fn, bool calls_other_ops) const;
  Registry& registry_;
};

// Whether what the op runs on sparse tensors is recorded by the ops that it calls.
VT_API bool calls_other_ops(const Op& op);

// The kernel of Key::Sparse of every op.
void run_sparse(Call& call);

}  // namespace vt::sparse
