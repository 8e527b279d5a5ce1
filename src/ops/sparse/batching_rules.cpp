// Products with CSR matrices inside vmap: the examples' matrices are blocks of one.
#include "ops/batch/rules.h"
#include "ops/factory/factory.h"
#include "ops/tensor_operators.h"
#include "ops/typed/join.h"
#include "ops/typed/sparse.h"
#include "ops/typed/view.h"

namespace vt::batch {
namespace {

// The pattern of (rows, width) once per example, one below the other, (B * rows, width); with `step` = width each moves
// to columns of its own.
struct Blocks {
  Tensor begins, columns;
};
Blocks blocks(const BatchCall& c, int64_t step) {
  const Tensor begins = c.below(0), columns = c.below(1);
  const int64_t rows = begins.numel() - 1, entries = columns.numel();
  const Tensor example = ops::unsqueeze(ops::counted(0, 1, c.size(), DType::int64, begins.device()), 1);
  const Tensor of_each = ops::reshape(ops::slice(begins, 0, 0, rows) + example * Scalar(entries), DimVec{-1});
  const Tensor last = ops::filled(DimVec{1}, c.size() * entries, DType::int64, begins.device());
  const Tensor all[] = {of_each, last};
  return {ops::cat(all, 0), ops::reshape(columns + example * Scalar(step), DimVec{-1})};
}

// crow_indices (rows + 1), col_indices (nnz), values (nnz), dense (k, n)
void csr_mm(BatchCall& c) {
  if (c.is_batched(0) || c.is_batched(1) || c.size() == 0) return loop_quietly(c);
  if (!c.is_batched(2)) {
    return c.give(apart(c, ops::_csr_mm(c.below(0), c.below(1), c.below(2), side_by_side(c.below(3)))));
  }
  const bool own = c.is_batched(3);
  const Blocks all = blocks(c, own ? c.logical(3).size(0) : 0);
  const Tensor values = ops::reshape(c.below(2), DimVec{-1});
  c.give(unstacked(c, ops::_csr_mm(all.begins, all.columns, values, own ? stacked(c.below(3)) : c.below(3))));
}

// crow_indices (rows + 1), col_indices (nnz), left (rows, n), right (k, n)
void csr_dots(BatchCall& c) {
  if (c.is_batched(0) || c.is_batched(1) || c.size() == 0) return loop_quietly(c);
  const bool own = c.is_batched(3);
  const Blocks all = blocks(c, own ? c.logical(3).size(0) : 0);
  c.give(unstacked(
      c, ops::_csr_dots(all.begins, all.columns, stacked(c.expanded(2)), own ? stacked(c.below(3)) : c.below(3))));
}

}  // namespace

RuleTable rules_of_sparse() {
  static constexpr RuleRow kRows[] = {
      {"_sparse_coo", pass_through},
      {"_sparse_compressed", pass_through},
      {"_csr_mm", csr_mm},
      {"_csr_dots", csr_dots},
  };
  return kRows;
}

}  // namespace vt::batch
