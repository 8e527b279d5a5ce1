// Copies, tensors in the likeness of others, and those put together from several.
#include "ops/batch/rules.h"
#include "ops/copy/memory_format.h"
#include "ops/typed/copy.h"
#include "ops/typed/join.h"
#include "ops/typed/view.h"

namespace vt::batch {

DimVec batch_and(const BatchCall& c, IntSpan sizes) {
  DimVec out{c.size()};
  for (const int64_t s : sizes) out.push_back(s);
  return out;
}
DimVec batch_and(const BatchCall& c, std::initializer_list<int64_t> sizes) {
  return batch_and(c, IntSpan(sizes.begin(), sizes.size()));
}

namespace {

// An op with a memory format, which counts dims: channels_last of each example is "contiguous, channels last of all".
void formatted(BatchCall& c) {
  int format_at = -1;
  for (int i = 0; i < c.count(); ++i) {
    if (c.value(i).tag == Tag::MemoryFormat && is_channels_last(c.arg<MemoryFormat>(i))) format_at = i;
  }
  if (format_at < 0) return elementwise(c);
  format_strides(c.arg<MemoryFormat>(format_at), c.logical(0));  // refuses a wrong rank
  Arguments args(c);
  args.set(0, ops::movedim(c.below(0), 2, -1));
  args.set(format_at, MemoryFormat::Contiguous);
  Results r = c.run(args.values());
  c.give(ops::movedim(r.tensors[0], -1, 2));
}

// From what is recorded at the levels below too.
void detach(BatchCall& c) { c.give(ops::detach(c.below(0))); }

// new_zeros and its kin: `size` is an example's.
void sized(BatchCall& c) {
  Arguments args(c);
  args.set(0, c.below(0));
  args.set(1, batch_and(c, c.arg<IntSpan>(1)));
  c.give(c.run(args.values()));
}
void strided(BatchCall& c) {
  Arguments args(c);
  const IntSpan sizes = c.arg<IntSpan>(1), strides = c.arg<IntSpan>(2);
  VT_CHECK(sizes.size() == strides.size(), Runtime, "mismatch in length of strides and shape: ", sizes, " and ",
           strides);
  DimVec all{std::max<int64_t>(view_extent(sizes, strides, 0), 1)};
  for (const int64_t s : strides) all.push_back(s);
  args.set(0, c.below(0));
  args.set(1, batch_and(c, sizes));
  args.set(2, std::move(all));
  c.give(c.run(args.values()));
}

// The value is one number: per example, it broadcasts over the example.
void fill_with_tensor(BatchCall& c) {
  c.check_written();
  if (!c.is_batched(1)) {
    Arguments args(c);
    args.set(0, c.below(0));
    args.set(1, c.below(1));
    c.run(args.values());
    return c.give_written();
  }
  VT_CHECK(c.logical(1).dim() == 0, Runtime, "fill_ only supports 0-dimension value tensor but got tensor with ",
           c.logical(1).dim(), " dimensions.");
  ops::copy_(c.below(0), c.aligned(c.logical(1), c.logical(0).dim()));
  c.give_written();
}

std::vector<Tensor> expanded_list(const BatchCall& c, int i) {
  std::vector<Tensor> list;
  for (const Tensor& t : c.list(i)) list.push_back(c.expanded(t));
  return list;
}

void cat(BatchCall& c) {
  std::vector<Tensor> parts;
  int64_t rank = 0;
  const auto is_left_out = [](const Tensor& t) { return t.dim() == 1 && t.numel() == 0; };
  for (const Tensor& t : c.list(0)) {
    VT_CHECK(t.dim() > 0, Runtime, "zero-dimensional tensor (at position ", parts.size(), ") cannot be concatenated");
    if (!is_left_out(t)) rank = t.dim();
  }
  for (const Tensor& t : c.list(0)) {
    if (rank <= 1 || !is_left_out(t)) parts.push_back(c.expanded(t));
  }
  c.give(ops::cat(parts, wrap_dim(c.arg<int64_t>(1), std::max<int64_t>(rank, 1)) + 1));
}

void stack(BatchCall& c) {
  const TensorSpan list = c.list(0);
  c.give(ops::stack(expanded_list(c, 0), wrap_dim(c.arg<int64_t>(1), list[0].dim() + 1) + 1));
}

void repeat(BatchCall& c) {
  const IntSpan repeats = c.arg<IntSpan>(1);
  const auto rank = static_cast<int64_t>(repeats.size());
  VT_CHECK(rank >= c.logical(0).dim(), Runtime,
           "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor");
  DimVec all{1};
  for (const int64_t n : repeats) all.push_back(n);
  c.give(ops::repeat(c.aligned(c.logical(0), rank), all));
}

void roll(BatchCall& c) {
  const IntSpan dims = c.arg<IntSpan>(2);
  const Tensor& self = c.logical(0);
  const Tensor value = c.below(0);
  if (dims.empty()) {
    const Tensor row = ops::reshape(value, DimVec{c.size(), self.numel()});
    return c.give(ops::reshape(ops::roll(row, c.arg<IntSpan>(1), DimVec{1}), batch_and(c, self.sizes())));
  }
  DimVec shifted;
  for (const int64_t d : dims) shifted.push_back(wrap_dim(d, self.dim()) + 1);
  if (self.dim() == 0) return c.give(ops::clone(value));
  c.give(ops::roll(value, c.arg<IntSpan>(1), shifted));
}

// Its dims are the result's.
void diag_embed(BatchCall& c) {
  const int64_t rank = c.logical(0).dim() + 1;
  c.give(ops::diag_embed(c.below(0), c.arg<int64_t>(1), wrap_dim(c.arg<int64_t>(2), rank) + 1,
                         wrap_dim(c.arg<int64_t>(3), rank) + 1));
}

}  // namespace

RuleTable rules_of_factories() {
  static constexpr RuleRow kRows[] = {
      {"detach", detach},
      {"clone", formatted},
      {"_to_copy", formatted},
      {"empty_like", formatted},
      {"zeros_like", formatted},
      {"ones_like", formatted},
      {"full_like", formatted},
      {"new_empty", sized},
      {"new_zeros", sized},
      {"new_ones", sized},
      {"new_full", sized},
      {"new_empty_strided", strided},
      {"item", refuse_item},
      {"_local_scalar_dense", refuse_item},
      {"fill_.Tensor", fill_with_tensor},
      {"cat", cat},
      {"stack", stack},
      {"repeat", repeat},
      {"roll", roll},
      {"diag_embed", diag_embed},
      // They change the geometry of the tensor itself.
      {"transpose_", pass_through},
      {"t_", pass_through},
      {"squeeze_", pass_through},
      {"squeeze_.dim", pass_through},
      {"squeeze_.dims", pass_through},
      {"unsqueeze_", pass_through},
      {"_unsafe_view", pass_through},
  };
  return kRows;
}

}  // namespace vt::batch
