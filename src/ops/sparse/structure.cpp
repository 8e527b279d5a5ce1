// Making sparse tensors of indices and values, and taking them apart.
#include "ops/copy/copy.h"
#include "ops/factory/factory.h"
#include "ops/sparse/entries.h"
#include "ops/sparse/kernels.h"
#include "ops/sparse/register.h"
#include "ops/tensor_operators.h"
#include "ops/typed/index.h"
#include "ops/typed/join.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/sort.h"
#include "ops/typed/sparse.h"
#include "ops/typed/view.h"

namespace vt {

using namespace vt::sparse;

namespace {

// ---- COO

void check_coo(const Tensor& indices, const Tensor& values, IntSpan size) {
  VT_CHECK(indices.dtype() == DType::int64, Runtime, "indices must be an int64 tensor, but got ", indices.dtype());
  VT_CHECK(indices.dim() == 2, Runtime, "indices must be sparse_dim x nnz, but got: ", indices.sizes());
  VT_CHECK(values.dim() >= 1, Runtime, "values must have at least one dimension, the number of entries");
  VT_CHECK(indices.size(1) == values.size(0), Runtime,
           "indices and values must have same nnz, but got nnz from indices: ", indices.size(1),
           ", nnz from values: ", values.size(0));
  const int64_t dims = indices.size(0), dense = values.dim() - 1;
  VT_CHECK(static_cast<int64_t>(size.size()) == dims + dense, Runtime, "number of dimensions must be sparse_dim (",
           dims, ") + dense_dim (", dense, "), but got ", size.size());
  DimVec expected(size.subspan(static_cast<size_t>(dims)));
  expected.insert(0, indices.size(1));
  VT_CHECK(same(values.sizes(), expected), Runtime, "values has incorrect size, expected ", expected, ", got ",
           values.sizes());
}

Tensor make_coo(const Tensor& indices, const Tensor& values, IntSpan size, bool is_coalesced) {
  check_coo(indices, values, size);
  return make_sparse(Layout::SparseCoo,
                     {{}, make_detached(indices), make_detached(values), is_coalesced || values.size(0) < 2}, size);
}

void make_coo_backward(GradContext& ctx) {
  if (ctx.needs(1)) ctx.set(1, elements_at(ctx.grad(), ctx.saved(0)));
}

// The smallest size that holds the indices.
DimVec size_of_entries(const Tensor& indices, const Tensor& values) {
  DimVec size;
  const bool any = indices.size(1) > 0;
  for (int64_t d = 0; d < indices.size(0); ++d) {
    size.push_back(any ? ops::item(ops::amax(ops::select(indices, 0, d))).to_int() + 1 : 0);
  }
  for (int64_t d = 1; d < values.dim(); ++d) size.push_back(values.size(d));
  return size;
}

void check_indices_within(const Tensor& indices, IntSpan size) {
  if (indices.size(1) == 0) return;
  for (int64_t d = 0; d < indices.size(0); ++d) {
    const Tensor row = ops::select(indices, 0, d);
    const int64_t low = ops::item(ops::amin(row)).to_int(), high = ops::item(ops::amax(row)).to_int();
    VT_CHECK(low >= 0, Runtime, "found negative index ", low, " for dim ", d);
    VT_CHECK(high < size[d], Runtime, "size is inconsistent with indices: for dim ", d, ", size is ", size[d],
             " but found index ", high);
  }
}

Tensor sparse_coo_tensor(const Tensor& indices, const Tensor& values, std::optional<IntSpan> size, bool is_coalesced) {
  VT_CHECK(is_integral(indices.dtype()), Runtime, "indices must be integers, but got ", indices.dtype());
  VT_CHECK(indices.dim() == 2, Runtime, "indices must be sparse_dim x nnz, but got: ", indices.sizes());
  const Tensor at = ops::as_device(ops::as_dtype(indices, DType::int64), values.device());
  const Tensor of = values.dim() == 0 ? ops::expand(values, DimVec{at.size(1)}) : values;
  VT_CHECK(at.size(1) == of.size(0), Runtime,
           "indices and values must have same nnz, but got nnz from indices: ", at.size(1),
           ", nnz from values: ", of.size(0));
  const DimVec sizes = size ? DimVec(*size) : size_of_entries(at, of);
  checked_numel(sizes);
  check_coo(at, of, sizes);
  check_indices_within(at, sizes);
  return ops::_sparse_coo(at, of, sizes, is_coalesced);
}

// Diagonals (k, n), of which element j of one of offset o is at (j - o, j).
Tensor spdiags(const Tensor& diagonals, const Tensor& offsets, IntSpan shape) {
  VT_CHECK(offsets.dtype() == DType::int64, Runtime, "Offset Tensor must have dtype Long but got ", offsets.dtype());
  VT_CHECK(shape.size() == 2, Runtime, "Output shape must be 2d");
  const Tensor lines = diagonals.dim() == 1 ? ops::unsqueeze(diagonals, 0) : diagonals;
  const Tensor shifts = offsets.dim() == 0 ? ops::unsqueeze(offsets, 0) : offsets;
  VT_CHECK(lines.dim() == 2, Runtime, "Diagonals must be vector or matrix");
  VT_CHECK(shifts.dim() == 1, Runtime, "Offsets must be scalar or vector");
  VT_CHECK(lines.size(0) == shifts.size(0), Runtime, "Number of diagonals (", lines.size(0),
           ") does not match the number of offsets (", shifts.size(0), ")");
  VT_CHECK(std::get<0>(ops::_unique2(shifts, true, false)).numel() == shifts.numel(), Runtime,
           "Offset tensor contains duplicate values");
  const Tensor inside = ops::slice(lines, 1, 0, shape[1]);
  const Tensor columns =
      ops::expand(ops::unsqueeze(ops::counted(0, 1, inside.size(1), DType::int64, lines.device()), 0), inside.sizes());
  const Tensor rows = columns - ops::unsqueeze(shifts, 1);
  const auto flat = [](const Tensor& t) { return ops::reshape(t, DimVec{-1}); };
  const Tensor used = flat((rows >= Scalar(0)) & (rows < Scalar(shape[0])));
  const Tensor at = ops::select(ops::t(ops::nonzero(used)), 0, 0);
  const Tensor indices[] = {ops::index_select(flat(rows), 0, at), ops::index_select(flat(columns), 0, at)};
  return ops::_sparse_coo(ops::stack(indices), ops::index_select(flat(inside), 0, at), shape);
}

Tensor coalesce_kernel(const Tensor& self) {
  const SparseParts parts = coo_parts_of(self, "coalesce");
  if (parts.coalesced) return self;
  const IntSpan sizes = sparse_sizes(self, parts);
  const auto [places, of, counts] = ops::_unique2(places_of(parts.indices, sizes), true, true);
  // Sums of bools are "or".
  const bool logical = self.dtype() == DType::bool_;
  const Tensor values = logical ? ops::as_dtype(parts.values, DType::int32) : parts.values;
  DimVec shape(values.sizes());
  shape[0] = places.numel();
  const Tensor zeros = to_add_to(ops::filled(shape, 0, values.dtype(), self.device()), values);
  const Tensor sums = ops::index_add_(zeros, 0, of, values);
  return make_sparse(Layout::SparseCoo,
                     {{}, indices_at(places, sizes), logical ? ops::as_dtype(sums, DType::bool_) : sums, true},
                     self.sizes());
}

void hand_through(GradContext& ctx) { ctx.set(0, ctx.grad()); }

// ---- parts

Tensor indices(const Tensor& self) {
  const SparseParts parts = coo_parts_of(self, "indices");
  VT_CHECK(parts.coalesced, Runtime, "Cannot get indices on an uncoalesced tensor, please call .coalesce() first");
  return make_detached(parts.indices);
}
Tensor indices_as_they_are(const Tensor& self) { return make_detached(coo_parts_of(self, "_indices").indices); }

Tensor values(const Tensor& self) {
  const SparseParts parts = parts_of(self, "values");
  VT_CHECK(parts.coalesced, Runtime, "Cannot get values on an uncoalesced tensor, please call .coalesce() first");
  return make_detached(parts.values);
}
Tensor values_as_they_are(const Tensor& self) { return make_detached(coo_parts_of(self, "_values").values); }
void values_backward(GradContext& ctx) { ctx.set(0, with_values(ctx.saved(0), ctx.grad())); }

int64_t nnz(const Tensor& self) { return entries_in(parts_of(self, "_nnz")); }
int64_t dense_dim(const Tensor& self) { return self.dim() - sparse_dims(self); }
bool is_coalesced(const Tensor& self) { return coo_parts_of(self, "is_coalesced").coalesced; }

Tensor set_coalesced(const Tensor& self, bool coalesced) {
  SparseParts parts = coo_parts_of(self, "_coalesced_");
  parts.coalesced = coalesced;
  replace_parts(self, std::move(parts));
  return self;
}

}  // namespace

void register_sparse_structure(Registry& r) {
  r.set_fallback(Key::Sparse, run_sparse);
  const SparseOps sparse(r);
  r.def("_sparse_coo(Tensor indices, Tensor values, int[] size, bool is_coalesced=False) -> Tensor")
      .all(make_coo)
      .value_dependent()
      .backward(keep::args(0), make_coo_backward)
      .internal()
      .doc(
          "A COO tensor over indices (sparse dims, nnz) and values (nnz, dense sizes...); what indices hold is trusted.");
  r.def("sparse_coo_tensor(Tensor indices, Tensor values, int[]? size=None, *, bool is_coalesced=False) -> Tensor")
      .composite(sparse_coo_tensor)
      .value_dependent()
      .surface(kNode)
      .doc(
          "A sparse tensor of values (nnz, dense sizes...) at indices (sparse dims, nnz), of int64; entries at one place "
          "add up. Without size the smallest that holds them. RuntimeError for indices outside of it.");
  r.def("sparse_spdiags(Tensor diagonals, Tensor offsets, int[] shape) -> Tensor")
      .composite(spdiags)
      .value_dependent()
      .surface(kNode)
      .doc(
          "A COO matrix of diagonals (k, n), of which element j of the one with offset o is at (j - o, j); offsets (k) "
          "of int64 differ.");
  r.def("coalesce(Tensor(a) self) -> Tensor(a)")
      .all(coalesce_kernel)
      .backward(keep::none, hand_through)
      .method_only()
      .doc("Self with its entries in order and none twice, those of one place added up; itself if it is so.");
  sparse.kernel("coalesce", coalesce_kernel);
  auto part = [&](const char* schema, Tensor (*fn)(const Tensor&), const char* doc) {
    const std::string_view text = schema;
    const std::string name(text.substr(0, text.find('(')));
    OpBuilder op = r.def(schema).all(fn).method_only().doc(doc);
    sparse.kernel(name.c_str(), fn);
    return op;
  };
  part("values(Tensor(a) self) -> Tensor(a)", values,
       "The values of a coalesced COO or of a compressed tensor, (nnz, ...).")
      .backward(keep::self, values_backward);
  part("indices(Tensor(a) self) -> Tensor(a)", indices, "Where the values of a coalesced COO tensor are, (dims, nnz).")
      .not_differentiable();
  part("_indices(Tensor(a) self) -> Tensor(a)", indices_as_they_are, "indices() of a tensor that may be uncoalesced.")
      .not_differentiable();
  part("_values(Tensor(a) self) -> Tensor(a)", values_as_they_are,
       "values() of a tensor that may be uncoalesced, without a gradient.")
      .not_differentiable();
  r.def("_nnz(Tensor self) -> int").all(nnz).not_differentiable().method_only().doc("The number of entries.");
  r.def("sparse_dim(Tensor self) -> int")
      .all(sparse_dims)
      .not_differentiable()
      .method_only()
      .doc("How many of the dims, the first ones, have indices; 0 for a tensor in memory.");
  r.def("dense_dim(Tensor self) -> int")
      .all(dense_dim)
      .not_differentiable()
      .method_only()
      .doc("How many of the dims, the last ones, the values have.");
  r.def("is_coalesced(Tensor self) -> bool")
      .all(is_coalesced)
      .not_differentiable()
      .method_only()
      .doc("Whether the entries are known to be in order and none to come twice.");
  r.def("_coalesced_(Tensor(a!) self, bool coalesced) -> Tensor(a!)")
      .all(set_coalesced)
      .not_differentiable()
      .method_only()
      .doc("Self, marked as coalesced or not.");
  sparse.kernel("_nnz", nnz);
  sparse.kernel("sparse_dim", sparse_dims);
  sparse.kernel("dense_dim", dense_dim);
  sparse.kernel("is_coalesced", is_coalesced);
  sparse.kernel("_coalesced_", set_coalesced);
}

}  // namespace vt
