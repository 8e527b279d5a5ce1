// Products with sparse matrices: CSR times dense with its derivatives, and what mm, addmm, mv and matmul make of it.
#include "ops/sparse/products.h"
#include "cpu/thread_pool.h"
#include "ops/copy/copy.h"
#include "ops/copy/kernels.h"
#include "ops/factory/factory.h"
#include "ops/sparse/entries.h"
#include "ops/sparse/kernels.h"
#include "ops/sparse/register.h"
#include "ops/tensor_operators.h"
#include "ops/typed/index.h"
#include "ops/typed/join.h"
#include "ops/typed/linalg.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/sort.h"
#include "ops/typed/sparse.h"
#include "ops/typed/view.h"

namespace vt {

namespace sparse {
namespace {

template <class T>
auto product_loop() {
  return VT_SIMD_PICK(csr_product, T);
}
template <class T>
auto dots_loop() {
  return VT_SIMD_PICK(csr_dots, T);
}

}  // namespace
}  // namespace sparse

using namespace vt::sparse;

namespace {

// ---- kernels' ops: on parts in memory

void check_pattern(const Tensor& begins, const Tensor& columns) {
  VT_CHECK(begins.dim() == 1 && begins.numel() > 0 && columns.dim() == 1, Runtime,
           "expected crow_indices (rows + 1) and col_indices (nnz), got ", begins, " and ", columns);
  VT_CHECK(is_integral(begins.dtype()) && is_integral(columns.dtype()), Runtime,
           "expected integers for crow_indices and col_indices, got ", begins, " and ", columns);
}

TensorSpec csr_mm_meta(const Tensor& begins, const Tensor& columns, const Tensor& values, const Tensor& dense) {
  check_pattern(begins, columns);
  VT_CHECK(same(values.sizes(), columns.sizes()), Runtime, "expected as many values as col_indices, got ", values,
           " and ", columns);
  VT_CHECK(dense.dim() == 2, Runtime, "mat2 must be a matrix, got ", dense.dim(), " dimensions");
  VT_CHECK(values.dtype() == dense.dtype(), Runtime,
           "expected m1 and m2 to have the same dtype, but got: ", values.dtype(), " != ", dense.dtype());
  VT_CHECK(values.dtype() != DType::bool_, NotImplemented, "not implemented for 'bool'");
  return {{begins.numel() - 1, dense.size(1)}, dense.dtype(), dense.device(), {}};
}

TensorSpec csr_dots_meta(const Tensor& begins, const Tensor& columns, const Tensor& left, const Tensor& right) {
  check_pattern(begins, columns);
  VT_CHECK(left.dim() == 2 && right.dim() == 2 && left.size(1) == right.size(1) && left.size(0) == begins.numel() - 1,
           Runtime, "expected left (rows, n) and right (columns, n), got ", left, " and ", right);
  VT_CHECK(left.dtype() == right.dtype(), Runtime, "expected two matrices of one dtype, got ", left, " and ", right);
  return {{columns.numel()}, left.dtype(), left.device(), {}};
}

Tensor int64_data(const Tensor& t) { return contiguous_data(cast_data(t, DType::int64)); }

// Rows of the pattern in blocks of about equal work. Each reports an index that it could not follow.
template <class F>
void over_rows(int64_t rows, int64_t work, const F& f) {
  const int64_t grain = std::max<int64_t>(1, rows * 16384 / std::max<int64_t>(work, 1));
  parallel_for(0, rows, grain, [&](int64_t begin, int64_t end) {
    const int64_t bad = f(begin, end);
    VT_CHECK(bad < 0, Index, "the indices of a sparse matrix are out of range in row ", bad);
  });
}

void csr_mm_cpu(const Tensor& begins, const Tensor& columns, const Tensor& values, const Tensor& dense, Tensor& out) {
  if (out.numel() == 0) return;
  const Tensor rows = int64_data(begins), at = int64_data(columns), x = contiguous_data(dense),
               v = contiguous_data(values);
  visit_dtype<kNumericSet>(out.dtype(), [&]<class T>(TypeTag<T>) {
    const CsrProduct<T> p{{rows.data<int64_t>(), at.data<int64_t>(), at.numel(), x.size(0)},
                          v.data<T>(),
                          x.data<T>(),
                          out.data<T>(),
                          x.size(1)};
    const auto kernel = product_loop<T>();
    over_rows(out.size(0), at.numel() * x.size(1), [&](int64_t b, int64_t e) { return kernel(p, b, e); });
  });
}

void csr_dots_cpu(const Tensor& begins, const Tensor& columns, const Tensor& left, const Tensor& right, Tensor& out) {
  if (out.numel() == 0) return;
  // Entries that no row has, which is an error below, are not left unset.
  fill_data(out, 0);
  const Tensor rows = int64_data(begins), at = int64_data(columns), a = contiguous_data(left),
               b = contiguous_data(right);
  visit_dtype<kNumericSet>(out.dtype(), [&]<class T>(TypeTag<T>) {
    const CsrDots<T> p{{rows.data<int64_t>(), at.data<int64_t>(), at.numel(), b.size(0)},
                       a.data<T>(),
                       b.data<T>(),
                       out.data<T>(),
                       a.size(1)};
    const auto kernel = dots_loop<T>();
    over_rows(a.size(0), at.numel() * a.size(1), [&](int64_t from, int64_t to) { return kernel(p, from, to); });
  });
}

Tensor conj(const Tensor& t) { return is_complex(t.dtype()) ? ops::conj_physical(t) : t; }

// The transposed matrix's parts, of `rows` rows.
struct CsrParts {
  Tensor begins, columns, values;
};
CsrParts transposed(const Tensor& begins, const Tensor& columns, const Tensor& values, int64_t rows) {
  const auto [sorted, order] = ops::sort(ops::as_dtype(columns, DType::int64), std::optional<bool>(true), 0);
  const Tensor row_of = rows_of(begins, columns.numel());
  const Tensor numbers = ops::counted(0, 1, rows + 1, DType::int64, columns.device());
  return {ops::searchsorted(sorted, numbers), ops::index_select(row_of, 0, order), ops::index_select(values, 0, order)};
}

void csr_mm_backward(GradContext& ctx) {
  const Tensor begins = ctx.saved(0), columns = ctx.saved(1);
  if (ctx.needs(2)) ctx.set(2, ops::_csr_dots(begins, columns, ctx.grad(), conj(ctx.saved(3))));
  if (!ctx.needs(3)) return;
  const CsrParts t = transposed(begins, columns, conj(ctx.saved(2)), ctx.sizes(3)[0]);
  ctx.set(3, ops::_csr_mm(t.begins, t.columns, t.values, ctx.grad()));
}

void csr_dots_backward(GradContext& ctx) {
  const Tensor begins = ctx.saved(0), columns = ctx.saved(1);
  if (ctx.needs(2)) ctx.set(2, ops::_csr_mm(begins, columns, ctx.grad(), conj(ctx.saved(3))));
  if (!ctx.needs(3)) return;
  const CsrParts t = transposed(begins, columns, ctx.grad(), ctx.sizes(3)[0]);
  ctx.set(3, ops::_csr_mm(t.begins, t.columns, t.values, conj(ctx.saved(2))));
}

// ---- matrix products with a sparse factor

Tensor times_dense(const Tensor& self, const Tensor& dense) {
  const Tensor t = as_csr(self);
  const SparseParts parts = sparse_parts(t);
  return ops::_csr_mm(parts.compressed, parts.indices, ops::values(t), dense);
}

// Each entry (i, k) of self meets every entry (k, j) of other.
Tensor times_sparse(const Tensor& self, const Tensor& other) {
  const Tensor a = coalesced(self), b = as_csr(other);
  const SparseParts x = sparse_parts(a), y = sparse_parts(b);
  const Tensor begins = ops::as_dtype(y.compressed, DType::int64);
  const Tensor rows = ops::select(x.indices, 0, 0), inner = ops::select(x.indices, 0, 1);
  const Tensor first = ops::index_select(begins, 0, inner);
  const Tensor meets = ops::index_select(begins, 0, inner + Scalar(1)) - first;
  const Tensor ends = ops::cumsum(meets, 0);
  const int64_t n = entries_in(x) == 0 ? 0 : ops::item(ops::select(ends, 0, -1)).to_int();
  const Tensor pairs = ops::counted(0, 1, n, DType::int64, a.device());
  const Tensor left = ops::searchsorted(ends, pairs, false, true);
  const Tensor right = pairs - ops::index_select(ends - meets - first, 0, left);
  const Tensor indices[] = {ops::index_select(rows, 0, left),
                            ops::index_select(ops::as_dtype(y.indices, DType::int64), 0, right)};
  const Tensor values = ops::index_select(ops::values(a), 0, left) * ops::index_select(ops::values(b), 0, right);
  const Tensor product = ops::_sparse_coo(ops::stack(indices), values, DimVec{a.size(0), b.size(1)});
  return in_layout_of(ops::coalesce(product), self);
}

Tensor mm(const Tensor& self, const Tensor& mat2) {
  VT_CHECK(self.dim() == 2, Runtime, "self must be a matrix, got ", self.dim(), " dimensions");
  VT_CHECK(mat2.dim() == 2, Runtime, "mat2 must be a matrix, got ", mat2.dim(), " dimensions");
  VT_CHECK(self.size(1) == mat2.size(0), Runtime, "mat1 and mat2 shapes cannot be multiplied (", self.size(0), "x",
           self.size(1), " and ", mat2.size(0), "x", mat2.size(1), ")");
  VT_CHECK(self.dtype() == mat2.dtype(), Runtime, "expected m1 and m2 to have the same dtype, but got: ", self.dtype(),
           " != ", mat2.dtype());
  VT_CHECK(self.device() == mat2.device(), Runtime,
           "Expected all tensors to be on the same device, but found at least two devices, ", self.device(), " and ",
           mat2.device());
  if (is_sparse(self)) return is_sparse(mat2) ? times_sparse(self, mat2) : times_dense(self, mat2);
  return ops::t(times_dense(ops::t(mat2), ops::t(self)));
}

Tensor addmm(const Tensor& self, const Tensor& mat1, const Tensor& mat2, const Scalar& beta, const Scalar& alpha) {
  const Tensor product = ops::mm(mat1, mat2);
  const Tensor sum = alpha.is_integral() && alpha.to_int() == 1 ? product : product * alpha;
  if (!beta.is_complex() && beta.to_double() == 0) return sum;
  const Tensor addend = is_sparse(self) || same(self.sizes(), sum.sizes()) ? self : ops::expand(self, sum.sizes());
  return (beta.is_integral() && beta.to_int() == 1 ? addend : addend * beta) + sum;
}

Tensor mv(const Tensor& self, const Tensor& vec) {
  VT_CHECK(self.dim() == 2 && vec.dim() == 1 && !is_sparse(vec), Runtime,
           "mv: expected a matrix and a vector in memory, got ", self, " and ", vec);
  return ops::squeeze(ops::mm(self, ops::unsqueeze(vec, 1)), 1);
}

bool is_number(const Scalar& s, double n) { return !s.is_complex() && s.to_double() == n; }

// beta * self + alpha * (mat1 @ mat2), computed where self has entries.
Tensor sampled_addmm(const Tensor& self, const Tensor& mat1, const Tensor& mat2, const Scalar& beta,
                     const Scalar& alpha) {
  VT_CHECK(is_sparse(self) && layout_of(self) == Layout::SparseCsr, NotImplemented,
           "sampled_addmm: expected a sparse tensor of layout torch.sparse_csr, got ", name_in_text(layout_of(self)));
  VT_CHECK(!is_sparse(mat1) && !is_sparse(mat2) && mat1.dim() == 2 && mat2.dim() == 2, NotImplemented,
           "sampled_addmm: expected two matrices in memory, got ", mat1, " and ", mat2);
  VT_CHECK(mat1.size(1) == mat2.size(0), Runtime, "sampled_addmm: mat1 and mat2 shapes cannot be multiplied (",
           mat1.size(0), "x", mat1.size(1), " and ", mat2.size(0), "x", mat2.size(1), ")");
  VT_CHECK(self.size(0) == mat1.size(0) && self.size(1) == mat2.size(1), Runtime,
           "sampled_addmm: expected self of sizes ", mat1.size(0), " and ", mat2.size(1), ", got ", self.sizes());
  VT_CHECK(self.dtype() == mat1.dtype() && self.dtype() == mat2.dtype(), Runtime,
           "sampled_addmm: Expected mat1 and mat2 to have the dtype of self, ", self.dtype(), ", but got ",
           mat1.dtype(), " and ", mat2.dtype());
  const SparseParts parts = sparse_parts(self);
  Tensor values = ops::_csr_dots(parts.compressed, parts.indices, mat1, ops::t(mat2));
  if (!is_number(alpha, 1)) values = values * alpha;
  if (is_number(beta, 1)) values = ops::values(self) + values;
  else if (!is_number(beta, 0)) values = ops::values(self) * beta + values;
  return with_values(self, values);
}

// The product with another operation than the sum over the entries of a row; rows without entries are zeros.
Tensor mm_reduce(const Tensor& self, const Tensor& mat2, std::string_view reduce) {
  VT_CHECK(reduce == "sum" || reduce == "mean" || reduce == "amax" || reduce == "amin", Runtime,
           "sparse_mm_reduce: reduce type of ", reduce, " has not been enabled.");
  VT_CHECK(is_sparse(self) && !is_sparse(mat2), NotImplemented,
           "sparse_mm_reduce: expected a sparse matrix and one in memory, got ", self, " and ", mat2);
  if (reduce == "sum") return ops::mm(self, mat2);
  const Tensor csr = as_csr(self);
  const SparseParts parts = sparse_parts(csr);
  if (reduce == "mean") {
    const Tensor counts = ops::clamp_min(ops::diff(parts.compressed), Scalar(1));
    return ops::mm(csr, mat2) / ops::unsqueeze(ops::as_dtype(counts, mat2.dtype()), 1);
  }
  VT_CHECK(self.dim() == 2 && mat2.dim() == 2 && self.size(1) == mat2.size(0), Runtime,
           "mat1 and mat2 shapes cannot be multiplied, got ", self.sizes(), " and ", mat2.sizes());
  const Tensor terms = ops::unsqueeze(ops::values(csr), 1) * ops::index_select(mat2, 0, parts.indices);
  const Tensor zeros = ops::filled(DimVec{csr.size(0), mat2.size(1)}, 0, terms.dtype(), terms.device());
  return ops::index_reduce(zeros, 0, rows_of(parts.compressed, entries_in(parts)), terms, reduce, false);
}

}  // namespace

void register_sparse_products(Registry& r) {
  const SparseOps sparse(r);
  r.def("_csr_mm(Tensor crow_indices, Tensor col_indices, Tensor values, Tensor dense) -> Tensor")
      .meta(csr_mm_meta)
      .cpu(csr_mm_cpu)
      .backward(keep::args(0, 1, 2, 3), csr_mm_backward)
      .out(false)
      .internal()
      .doc("The sparse matrix of those parts, (m, k), times dense (k, n): (m, n).");
  r.def("_csr_dots(Tensor crow_indices, Tensor col_indices, Tensor left, Tensor right) -> Tensor")
      .meta(csr_dots_meta)
      .cpu(csr_dots_cpu)
      .backward(keep::args(0, 1, 2, 3), csr_dots_backward)
      .out(false)
      .internal()
      .doc(
          "At each entry (i, j) of a pattern (nnz) the dot product of row i of left (m, n) and row j of right (k, n).");
  sparse.composite("mm", mm);
  sparse.composite("mv", mv);
  sparse.composite("addmm", addmm);
  sparse.inherit({"matmul"});
  r.def("sparse_sampled_addmm(Tensor self, Tensor mat1, Tensor mat2, *, Scalar beta=1, Scalar alpha=1) -> Tensor")
      .composite(sampled_addmm)
      .surface(kNode)
      .doc("beta * self + alpha * (mat1 @ mat2) where self, a CSR matrix, has entries, and nothing elsewhere.");
  r.def("_sparse_mm_reduce(Tensor self, Tensor mat2, str reduce) -> Tensor")
      .composite(mm_reduce)
      .surface(kNode)
      .doc(
          "The product of a sparse matrix and one in memory in which the terms of a row are reduced by `reduce`: sum, "
          "mean, amax or amin.");
  sparse.inherit({"sparse_sampled_addmm", "_sparse_mm_reduce"});
}

}  // namespace vt
