// Making sparse tensors of indices and values, and taking them apart.
#include "ops/copy/copy.h"
#include "ops/factory/factory.h"
#include "ops/sparse/entries.h"
#include "ops/sparse/kernels.h"
#include "ops/sparse/register.h"
#include "ops/tensor_operators.h"
#include "ops/typed/index.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/sort.h"
#include "ops/typed/sparse.h"
#include "ops/typed/view.h"

namespace vt {

using namespace vt::sparse;

namespace {

bool holds(const Tensor& condition) { return ops::item(ops::all(condition)).to_bool(); }

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
  const Tensor sums = ops::index_add_(ops::filled(shape, 0, values.dtype(), self.device()), 0, of, values);
  return make_sparse(Layout::SparseCoo,
                     {{}, indices_at(places, sizes), logical ? ops::as_dtype(sums, DType::bool_) : sums, true},
                     self.sizes());
}

void hand_through(GradContext& ctx) { ctx.set(0, ctx.grad()); }

// ---- CSR

Tensor make_csr(const Tensor& crow_indices, const Tensor& col_indices, const Tensor& values, IntSpan size) {
  VT_CHECK(crow_indices.dtype() == col_indices.dtype() &&
               (crow_indices.dtype() == DType::int64 || crow_indices.dtype() == DType::int32),
           Runtime, "crow_indices and col_indices must be an int32 or int64 type, and of one, but got ",
           crow_indices.dtype(), " and ", col_indices.dtype());
  VT_CHECK(size.size() == 2 && crow_indices.dim() == 1 && col_indices.dim() == 1 && values.dim() == 1, NotImplemented,
           "CSR tensors are matrices of numbers so far, got size ", size, ", crow_indices ", crow_indices.sizes(),
           ", col_indices ", col_indices.sizes(), " and values ", values.sizes());
  VT_CHECK(crow_indices.numel() == size[0] + 1, Runtime,
           "crow_indices.shape[-1] must be equal to the number of rows + 1, ", size[0] + 1, ", but got ",
           crow_indices.numel());
  VT_CHECK(col_indices.numel() == values.numel(), Runtime, "number of entries, nnz, of col_indices (",
           col_indices.numel(), ") must be that of values (", values.numel(), ")");
  return make_sparse(Layout::SparseCsr,
                     {make_detached(crow_indices), make_detached(col_indices), make_detached(values), true}, size);
}

void make_csr_backward(GradContext& ctx) {
  if (!ctx.needs(2)) return;
  const Tensor columns = ctx.saved(1);
  const Tensor pattern = ops::_sparse_csr(ctx.saved(0), columns, columns, ctx.arg<IntSpan>(3));
  ctx.set(2, elements_at(ctx.grad(), sparse_parts(as_coo(pattern)).indices));
}

void check_csr(const Tensor& begins, const Tensor& columns, IntSpan size) {
  const int64_t n = columns.numel(), rows = size[0];
  auto at = [&](int64_t i) { return ops::item(ops::select(begins, 0, i)).to_int(); };
  VT_CHECK(at(0) == 0, Runtime, "`crow_indices[..., 0] == 0` is not satisfied.");
  VT_CHECK(at(rows) == n, Runtime, "`crow_indices[..., -1] == nnz` is not satisfied.");
  const Tensor lengths = ops::diff(begins);
  VT_CHECK(holds((lengths >= Scalar(0)) & (lengths <= Scalar(size[1]))), Runtime,
           "`0 <= crow_indices[..., 1:] - crow_indices[..., :-1] <= ncols` is not satisfied.");
  VT_CHECK(holds((columns >= Scalar(0)) & (columns < Scalar(size[1]))), Runtime,
           "`0 <= col_indices < ncols` is not satisfied.");
  const Tensor pattern = ops::_sparse_csr(begins, columns, columns, size);
  const Tensor places = places_of(sparse_parts(as_coo(pattern)).indices, size);
  VT_CHECK(holds(ops::diff(places) > Scalar(0)), Runtime,
           "`col_indices[..., crow_indices[..., i - 1]:crow_indices[..., i]] for all i = 1, ..., nrows "
           "are sorted and distinct along the last dimension values` is not satisfied.");
}

Tensor sparse_csr_tensor(const Tensor& crow_indices, const Tensor& col_indices, const Tensor& values,
                         std::optional<IntSpan> size) {
  const Tensor begins = ops::as_device(crow_indices, values.device());
  const Tensor columns = ops::as_device(col_indices, values.device());
  VT_CHECK(begins.dim() >= 1 && columns.dim() >= 1, Runtime,
           "crow_indices and col_indices must have dimensionality >= 1 but got ", begins.dim(), " and ", columns.dim());
  DimVec sizes;
  if (size) {
    sizes = DimVec(*size);
  } else {
    const int64_t last = columns.numel() > 0 ? ops::item(ops::amax(columns)).to_int() : -1;
    sizes = DimVec{begins.numel() - 1, last + 1};
  }
  checked_numel(sizes);
  const Tensor made = ops::_sparse_csr(begins, columns, values, sizes);
  check_csr(begins, columns, sizes);
  return made;
}

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

SparseParts csr_parts_of(const Tensor& self, const char* what) {
  VT_CHECK(layout_of(self) == Layout::SparseCsr, Runtime, what,
           " expected sparse row compressed tensor layout but got ", name_in_text(layout_of(self)));
  return sparse_parts(self);
}
Tensor crow_indices(const Tensor& self) { return make_detached(csr_parts_of(self, "crow_indices").compressed); }
Tensor col_indices(const Tensor& self) { return make_detached(csr_parts_of(self, "col_indices").indices); }

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
  r.def("_sparse_csr(Tensor crow_indices, Tensor col_indices, Tensor values, int[] size) -> Tensor")
      .all(make_csr)
      .value_dependent()
      .backward(keep::args(0, 1), make_csr_backward)
      .internal()
      .doc("A CSR tensor over the parts as they are; what the indices hold is trusted.");
  r.def("sparse_coo_tensor(Tensor indices, Tensor values, int[]? size=None, *, bool is_coalesced=False) -> Tensor")
      .composite(sparse_coo_tensor)
      .value_dependent()
      .surface(kNode)
      .doc(
          "A sparse tensor of values (nnz, dense sizes...) at indices (sparse dims, nnz), of int64; entries at one place "
          "add up. Without size the smallest that holds them. RuntimeError for indices outside of it.");
  r.def("sparse_csr_tensor(Tensor crow_indices, Tensor col_indices, Tensor values, int[]? size=None) -> Tensor")
      .composite(sparse_csr_tensor)
      .value_dependent()
      .surface(kNode)
      .doc(
          "A sparse matrix by rows: values (nnz), the column of each, and (rows + 1) where the entries of each row "
          "begin, int32 or int64. RuntimeError for indices that are out of range or out of order.");
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
  part("values(Tensor(a) self) -> Tensor(a)", values, "The values of a coalesced COO or a CSR tensor, (nnz, ...).")
      .backward(keep::self, values_backward);
  part("indices(Tensor(a) self) -> Tensor(a)", indices, "Where the values of a coalesced COO tensor are, (dims, nnz).")
      .not_differentiable();
  part("_indices(Tensor(a) self) -> Tensor(a)", indices_as_they_are, "indices() of a tensor that may be uncoalesced.")
      .not_differentiable();
  part("_values(Tensor(a) self) -> Tensor(a)", values_as_they_are,
       "values() of a tensor that may be uncoalesced, without a gradient.")
      .not_differentiable();
  part("crow_indices(Tensor(a) self) -> Tensor(a)", crow_indices,
       "Where the entries of each row of a CSR tensor begin.")
      .not_differentiable();
  part("col_indices(Tensor(a) self) -> Tensor(a)", col_indices, "The column of each entry of a CSR tensor.")
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
