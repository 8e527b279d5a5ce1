#include "ops/sparse/entries.h"

#include "core/thread_state.h"
#include "core/transform.h"
#include "ops/batch/batch_call.h"
#include "ops/copy/copy.h"
#include "ops/factory/factory.h"
#include "ops/tensor_operators.h"
#include "ops/typed/factory.h"
#include "ops/typed/index.h"
#include "ops/typed/join.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/sort.h"
#include "ops/typed/sparse.h"
#include "ops/typed/view.h"

namespace vt::sparse {

SparseParts parts_of(const Tensor& self, const char* what) {
  VT_CHECK(is_sparse(self), Runtime, what, " expected sparse tensor layout but got ", name_in_text(layout_of(self)));
  return sparse_parts(self);
}

SparseParts coo_parts_of(const Tensor& self, const char* what) {
  VT_CHECK(layout_of(self) == Layout::SparseCoo, Runtime, what, " expected sparse coordinate tensor layout but got ",
           name_in_text(layout_of(self)));
  return sparse_parts(self);
}

int64_t sparse_dims(const Tensor& self) {
  if (!is_sparse(self)) return 0;
  return layout_of(self) == Layout::SparseCoo ? sparse_parts(self).indices.size(0) : 2;
}

Tensor coalesced(const Tensor& self) { return ops::coalesce(as_coo(self)); }

Tensor entrywise(const Tensor& self) { return self.requires_grad() && grad_enabled() ? coalesced(self) : as_coo(self); }

Tensor values_of(const Tensor& self) {
  const SparseParts parts = sparse_parts(self);
  return parts.coalesced ? ops::values(self) : make_detached(parts.values);
}

Tensor places_of(const Tensor& indices, IntSpan sizes) {
  const int64_t dims = indices.size(0);
  if (dims == 1) return ops::select(indices, 0, 0);
  Tensor places = ops::filled(DimVec{indices.size(1)}, 0, DType::int64, indices.device());
  for (int64_t d = 0; d < dims; ++d) places = places * Scalar(sizes[d]) + ops::select(indices, 0, d);
  return places;
}

Tensor indices_at(const Tensor& places, IntSpan sizes) {
  if (sizes.size() == 1) return ops::unsqueeze(places, 0);
  std::vector<Tensor> rows(sizes.size());
  Tensor rest = places;
  for (size_t d = sizes.size(); d-- > 0;) {
    const Tensor size = wrapped_number(Scalar(std::max<int64_t>(sizes[d], 1)));
    rows[d] = ops::remainder(rest, size);
    rest = ops::floor_divide(rest, size);
  }
  return rows.empty() ? ops::filled(DimVec{0, places.size(0)}, 0, DType::int64, places.device()) : ops::stack(rows);
}

Tensor rows_of(const Tensor& begins, int64_t n) {
  const Tensor entries = ops::counted(0, 1, n, DType::int64, begins.device());
  return ops::searchsorted(ops::as_dtype(begins, DType::int64), entries, false, true) - Scalar(1);
}

Found find_entries(const SparseParts& parts, IntSpan sizes, const Tensor& wanted) {
  const Tensor have = ops::contiguous(places_of(parts.indices, sizes)),
               want = ops::contiguous(places_of(wanted, sizes));
  const Tensor entry = ops::clamp_max(ops::searchsorted(have, want), Scalar(entries_in(parts) - 1));
  return {entry, ops::index_select(have, 0, entry) == want};
}

std::vector<Tensor> by_dim(const Tensor& indices) { return ops::unbind(indices, 0); }

namespace {

bool is_same_view(const Tensor& a, const Tensor& b) {
  return a.storage() == b.storage() && a.storage_offset() == b.storage_offset() && same(a.sizes(), b.sizes()) &&
         same(a.strides(), b.strides());
}

// The entries of a sparse tensor at some places of its sparse dims, zeros where it has none.
Tensor entries_at(const Tensor& from, const Tensor& indices) {
  const Tensor t = coalesced(from);
  const SparseParts parts = sparse_parts(t);
  if (is_same_view(parts.indices, indices)) return ops::values(t);
  DimVec sizes(parts.values.sizes());
  sizes[0] = indices.size(1);
  if (entries_in(parts) == 0) return ops::filled(sizes, 0, t.dtype(), t.device());
  Found found = find_entries(parts, sparse_sizes(t, parts), indices);
  for (size_t d = 1; d < sizes.size(); ++d) found.is_there = ops::unsqueeze(found.is_there, -1);
  const Tensor zero = ops::filled(IntSpan(), 0, t.dtype(), t.device());
  return ops::where(found.is_there, ops::index_select(ops::values(t), 0, found.entry), zero);
}

}  // namespace

Tensor elements_at(const Tensor& from, const Tensor& indices) {
  if (is_sparse(from)) return entries_at(from, indices);
  if (indices.size(0) == 0) {
    DimVec sizes(from.sizes());
    sizes.insert(0, indices.size(1));
    return ops::expand(ops::unsqueeze(from, 0), sizes);
  }
  if (indices.size(0) == 1) return ops::index_select(from, 0, ops::select(indices, 0, 0));
  return ops::index(from, by_dim(indices));
}

Tensor to_add_to(const Tensor& fresh, const Tensor& values) {
  return VT_UNLIKELY(is_wrapped(values)) ? batch::copy_to_write(fresh, values) : fresh;
}

void add_entries_(const Tensor& dense, const Tensor& addend, const Scalar& alpha) {
  const Tensor t = entrywise(addend);
  const SparseParts parts = sparse_parts(t);
  const Tensor values = ops::as_dtype(values_of(t), dense.dtype());
  const int64_t dims = parts.indices.size(0);
  if (dims == 1) {
    ops::index_add_(dense, 0, ops::select(parts.indices, 0, 0), values, alpha);
  } else if (dims == 0) {
    ops::add_(dense, ops::sum(values, DimVec{0}), alpha);
  } else {
    const bool plain = alpha.is_integral() && alpha.to_int() == 1;
    ops::index_put_(dense, by_dim(parts.indices), plain ? values : values * alpha, true);
  }
}

}  // namespace vt::sparse
