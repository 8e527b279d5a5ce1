// Tensors as subscripts, and ops on rows by number.
#include <algorithm>

#include "ops/batch/rules.h"
#include "ops/copy/copy.h"
#include "ops/tensor_operators.h"
#include "ops/typed/copy.h"
#include "ops/typed/factory.h"
#include "ops/typed/index.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/view.h"

namespace vt::batch {
namespace {

// ---- index and index_put ----

// The subscript of one example, and where in the result of one example the dims that it makes come: in the place of the
// dims that it names, if those stand side by side, else in front.
struct Subscript {
  std::vector<Tensor> entries;  // masks of several examples' own are refused, other masks are numbers
  bool is_batched = false;
  int64_t made = 0;   // dims that it makes
  int64_t named = 0;  // dims of self that it names
  int64_t at = 0;     // where the made ones come
  bool is_split = false;
};

bool is_mask(const Tensor& t) { return t.dtype() == DType::bool_ || t.dtype() == DType::uint8; }

Subscript subscript_of(BatchCall& c, int list) {
  Subscript s;
  for (const Tensor& t : c.list(list)) {
    s.is_batched |= c.is_batched(t);
    if (!t.defined() || !is_mask(t)) {
      s.entries.push_back(t);
      continue;
    }
    if (c.is_batched(t)) refuse(c);
    for (const Tensor& column : ops::unbind(ops::nonzero(c.below(t)), 1)) s.entries.push_back(column);
  }
  bool has_begun = false, has_ended = false;
  for (size_t i = 0; i < s.entries.size(); ++i) {
    if (!s.entries[i].defined()) {
      has_ended = has_begun;
      continue;
    }
    if (!has_begun) s.at = static_cast<int64_t>(i);
    s.is_split |= has_ended;
    has_begun = true;
    ++s.named;
    s.made = std::max(s.made, s.entries[i].dim());
  }
  if (s.is_split) s.at = 0;
  return s;
}

// The subscript on the payload: with the examples' numbers, if they have subscripts of their own.
std::vector<Tensor> entries_below(const BatchCall& c, const Subscript& s, bool self_is_batched) {
  std::vector<Tensor> entries;
  if (self_is_batched && s.is_batched) {
    DimVec ones(static_cast<size_t>(s.made) + 1, 1);
    ones[0] = c.size();
    const auto given = std::ranges::find_if(s.entries, [](const Tensor& t) { return t.defined(); });
    const Tensor numbers = ops::arange(Scalar(0), Scalar(c.size()), DType::int64, given->device());
    entries.push_back(ops::reshape(numbers, ones));
  } else if (self_is_batched) {
    entries.emplace_back();
  }
  for (const Tensor& t : s.entries) entries.push_back(c.is_batched(t) ? c.aligned(t, s.made) : c.below(t));
  return entries;
}

// Which dims of an example's result, the batch's in front, those of the payload's result are. Named with the others,
// the batch's dim comes first and the made ones behind it; not named, it is in its place, or behind the made ones if
// those went to the front.
DimVec order_below(const Subscript& s, bool self_is_batched, int64_t rank) {
  DimVec order;
  const auto take = [&](int64_t from, int64_t to) {
    for (int64_t d = from; d < to; ++d) order.push_back(d);
  };
  const int64_t first = s.at + 1, last = first + s.made;
  if (!s.is_batched) {
    if (!s.is_split) {
      take(0, rank + 1);
    } else {
      take(1, 1 + s.made);
      take(0, 1);
      take(1 + s.made, rank + 1);
    }
  } else if (self_is_batched) {
    take(0, 1);
    take(first, last);
    take(1, first);
    take(last, rank + 1);
  } else {
    take(1, first);
    take(0, 1);
    take(first, rank + 1);
  }
  return order;
}

DimVec inverse(const DimVec& order) {
  DimVec out(order.size(), 0);
  for (size_t i = 0; i < order.size(); ++i) out[static_cast<size_t>(order[i])] = static_cast<int64_t>(i);
  return out;
}

void index(BatchCall& c) {
  const Subscript s = subscript_of(c, 1);
  const bool self_is_batched = c.is_batched(0);
  const int64_t rank = c.logical(0).dim() - s.named + s.made;
  c.give(ops::permute(ops::index(c.below(0), entries_below(c, s, self_is_batched)),
                      inverse(order_below(s, self_is_batched, rank))));
}

void index_put_(BatchCall& c) {
  c.check_written();
  const Subscript s = subscript_of(c, 1);
  const int64_t rank = c.logical(0).dim() - s.named + s.made;
  Tensor values = c.below(2);
  if (c.is_batched(2) || c.logical(2).dim() > 0) {
    values = c.aligned(c.logical(2), rank);
    if (!c.is_batched(2)) values = ops::unsqueeze(values, 0);
    values = ops::permute(values, order_below(s, true, rank));
  }
  ops::index_put_(c.below(0), entries_below(c, s, true), values, c.arg<bool>(3));
  c.give_written();
}

// ---- rows by number along a dim ----

// (B, k) as (B, 1, ..., k, ..., 1) expanded to `sizes` with k at dim, which counts without the batch's.
Tensor spread_index(const BatchCall& c, const Tensor& index, int64_t dim, IntSpan sizes) {
  const Tensor rows = c.is_batched(index) ? ops::reshape(c.below(index), DimVec{c.size(), index.numel()})
                                          : ops::reshape(c.below(index), DimVec{1, index.numel()});
  DimVec ones(sizes.size() + 1, 1), all = batch_and(c, sizes);
  ones[0] = rows.size(0);
  ones[static_cast<size_t>(dim) + 1] = all[static_cast<size_t>(dim) + 1] = index.numel();
  return ops::expand(ops::reshape(ops::as_dtype(rows, DType::int64), ones), all);
}

void index_select(BatchCall& c) {
  const Tensor &self = c.logical(0), &index = c.logical(2);
  if (self.dim() == 0) return loop_quietly(c);
  const int64_t dim = wrap_dim(c.arg<int64_t>(1), self.dim());
  if (!c.is_batched(2)) return c.give(ops::index_select(c.below(0), dim + 1, c.below(2)));
  VT_CHECK(index.dim() <= 1, Index, "index_select(): Index is supposed to be a vector");
  if (c.is_batched(0)) return c.give(ops::gather(c.below(0), dim + 1, spread_index(c, index, dim, self.sizes())));
  const Tensor rows = ops::index_select(c.below(0), dim, ops::reshape(c.below(2), DimVec{-1}));
  DimVec sizes(self.sizes());
  sizes[static_cast<size_t>(dim)] = index.numel();
  sizes.insert(static_cast<size_t>(dim), c.size());
  c.give(ops::movedim(ops::reshape(rows, sizes), dim, 0));
}

enum class Rows { Add, Copy, Fill };
template <Rows what>
void index_rows(BatchCall& c) {
  const Tensor &self = c.logical(0), &index = c.logical(2);
  if (self.dim() == 0 || index.dim() > 1) return loop_quietly(c);
  const int64_t dim = wrap_dim(c.arg<int64_t>(1), self.dim());
  const Tensor to = c.expanded(0);
  if (!c.is_batched(2)) {
    Arguments args(c);
    args.set(0, to);
    args.set(1, dim + 1);
    args.set(2, c.below(2));
    if constexpr (what != Rows::Fill) args.set(3, c.expanded(3));
    return c.give(c.run(args.values()));
  }
  const Tensor at = spread_index(c, index, dim, self.sizes());
  if constexpr (what == Rows::Fill) {
    const Tensor from_front = ops::where(ops::lt(at, wrapped_number(int64_t{0})), at + Scalar(self.size(dim)), at);
    c.give(ops::scatter(to, dim + 1, from_front, c.arg<Scalar>(3)));
  } else if constexpr (what == Rows::Copy) {
    c.give(ops::scatter(to, dim + 1, at, ops::expand(c.expanded(3), at.sizes())));
  } else {
    const Scalar alpha = c.arg<Scalar>(4);
    const Tensor source = ops::expand(c.expanded(3), at.sizes());
    const bool is_one = !alpha.is_complex() && alpha.to_double() == 1;
    c.give(ops::scatter_add(to, dim + 1, at, is_one ? source : ops::mul(source, wrapped_number(alpha))));
  }
}

// ---- elements by number ----

void take(BatchCall& c) {
  const Tensor &self = c.logical(0), &index = c.logical(1);
  if (!c.is_batched(0)) return c.give(ops::take(c.below(0), c.below(1)));
  const Tensor line = ops::reshape(c.below(0), DimVec{c.size(), self.numel()});
  if (!c.is_batched(1)) {
    const Tensor flat = ops::reshape(c.below(1), DimVec{-1});
    const Tensor at = ops::where(ops::lt(flat, wrapped_number(int64_t{0})), flat + Scalar(self.numel()), flat);
    return c.give(ops::reshape(ops::index_select(line, 1, at), batch_and(c, index.sizes())));
  }
  const Tensor flat = ops::reshape(c.below(1), DimVec{c.size(), index.numel()});
  const Tensor at = ops::where(ops::lt(flat, wrapped_number(int64_t{0})), flat + Scalar(self.numel()), flat);
  c.give(ops::reshape(ops::gather(line, 1, at), batch_and(c, index.sizes())));
}

void put(BatchCall& c) {
  const Tensor &self = c.logical(0), &index = c.logical(1);
  const Tensor line = ops::reshape(c.expanded(0), DimVec{c.size(), self.numel()});
  const Tensor flat = ops::reshape(c.expanded(1), DimVec{c.size(), index.numel()});
  const Tensor at = ops::where(ops::lt(flat, wrapped_number(int64_t{0})), flat + Scalar(self.numel()), flat);
  const Tensor source = ops::reshape(c.expanded(2), DimVec{c.size(), index.numel()});
  const Tensor out = c.arg<bool>(3) ? ops::scatter_add(line, 1, at, source) : ops::scatter(line, 1, at, source);
  c.give(ops::reshape(out, batch_and(c, self.sizes())));
}

// A line of numbers in order that is the same for all examples serves them all.
void in_order(BatchCall& c) {
  const int line = c.op().schema().index_of("boundaries") >= 0 ? 1 : 0;
  for (int i = 0; i < c.count(); ++i) {
    if (i != 1 - line && c.is_batched(i)) return loop(c);
  }
  if (c.logical(line).dim() != 1) return loop(c);
  Arguments args(c);
  for_each_tensor_argument(c, [&](int i, const Tensor& t) { args.set(i, c.below(t)); });
  c.give(c.run(args.values()));
}

}  // namespace

RuleTable rules_of_indexing() {
  static constexpr RuleRow kRows[] = {
      {"index.Tensor", index},
      {"index_put_", index_put_},
      {"index_select", index_select},
      {"index_add", index_rows<Rows::Add>},
      {"index_copy", index_rows<Rows::Copy>},
      {"index_fill.int_Scalar", index_rows<Rows::Fill>},
      {"take", take},
      {"put", put},
      {"searchsorted.Tensor", in_order},
      {"bucketize.Tensor", in_order},
  };
  return kRows;
}

}  // namespace vt::batch
