// The batching rules. A rule of a kind suits every op that treats its arguments in one way; the tables, a file per
// kind of op, say which op has which. Rows of the pointwise tables, views and composites need no entry.
#pragma once

#include "ops/batch/batch_call.h"

namespace vt::batch {

struct RuleRow {
  std::string_view op;  // full name
  Rule rule;
};
using RuleTable = std::span<const RuleRow>;

RuleTable rules_by_kind();       // rules_by_kind.cpp
RuleTable rules_of_factories();  // rules_of_factories.cpp: tensors in the likeness of others, copies
RuleTable rules_of_products();   // rules_of_products.cpp: matrix products and convolutions
RuleTable rules_of_indexing();   // rules_of_indexing.cpp
RuleTable rules_of_layers();     // ops/nn/batching_rules.cpp: norms, embeddings, losses
RuleTable rules_of_sparse();     // ops/sparse/batching_rules.cpp

// The boxed kernel of ops that work element by element and need no entry; ops/pointwise, which is above, sets it.
extern Kernel elementwise_kernel;

// A call's arguments on their way below a level; what is exchanged lives here.
class Arguments {
 public:
  explicit Arguments(const BatchCall& c) {
    for (int i = 0; i < c.count(); ++i) values_[i] = c.value(i);
  }
  void set(int i, Tensor t) {
    tensors_[i] = std::move(t);
    values_[i] = box(tensors_[i]);
  }
  void set(int i, DimVec list) {
    lists_[i] = std::move(list);
    values_[i] = box(lists_[i]);
  }
  template <class T>
    requires(std::is_arithmetic_v<T> || std::is_same_v<T, MemoryFormat>)
  void set(int i, T number) {
    values_[i] = box(number);
  }
  const Value* values() const { return values_; }

 private:
  Value values_[kMaxArgs];
  Tensor tensors_[kMaxArgs];
  DimVec lists_[kMaxArgs];
};

// f(position, tensor) for the tensors of a call that are not in lists.
template <class F>
void for_each_tensor_argument(const BatchCall& c, F f) {
  for (int i = 0; i < c.count(); ++i) {
    if (c.is_tensor(i)) f(i, c.logical(i));
  }
}

// (B, ...) and what follows.
DimVec batch_and(const BatchCall& c, IntSpan sizes);
DimVec batch_and(const BatchCall& c, std::initializer_list<int64_t> sizes);

// (B, n, m, ...) as (n, B * m, ...), the examples' channels side by side, and back.
Tensor side_by_side(const Tensor& t);
Tensor apart(const BatchCall& c, const Tensor& t);
// (B, n, ...) as (B * n, ...), and back.
Tensor stacked(const Tensor& t);
Tensor unstacked(const BatchCall& c, const Tensor& t);

// ---- kinds ----

// All tensors broadcast; the batch's dim goes in front of all dims. Also of the forms that write in place.
void elementwise(BatchCall& c);
// Works on the last dims of each tensor and takes any in front.
void leading(BatchCall& c);
// Arguments that number dims of the first tensor, and lists of its sizes, get the batch's dim in front. No dim: of an
// `int? dim` all of them, of a list what the op makes of it.
void along_dims(BatchCall& c);
// The same, where a list without dims means all of them.
void reduction(BatchCall& c);
// Takes a batch of its own along dim 0 of each tensor, which the examples join.
void merged(BatchCall& c);
// Once per example, with a warning, the first time.
void loop(BatchCall& c);
// Loops without a warning: what draws at random, one example after the other.
void loop_quietly(BatchCall& c);
// Runs as it is on the wrapped tensors: views and composites.
void pass_through(BatchCall& c);
// Depends on values that differ from example to example.
void refuse(BatchCall& c);
// Reads a value.
void refuse_item(BatchCall& c);

// What an op that draws at random gives for the examples, by vmap's `randomness`.
void draw(BatchCall& c);
// The same of one that draws element by element: one call draws for all examples.
void draw_elements(BatchCall& c);

}  // namespace vt::batch
