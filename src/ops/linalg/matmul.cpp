// matmul: any pair of shapes brought to one matrix product. linear: a product with the bias in its epilogue.
#include "dispatch/flops.h"
#include "dispatch/kept_memory.h"
#include "ops/linalg/matrix_product.h"
#include "ops/linalg/side_by_side.h"
#include "ops/tensor_operators.h"
#include "ops/typed/linalg.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

IntSpan batch_of(const Tensor& t) { return t.sizes().first(t.sizes().size() - 2); }

DimVec appended(IntSpan batch, std::initializer_list<int64_t> rest) {
  DimVec out(batch);
  for (int64_t r : rest) out.push_back(r);
  return out;
}

// (..., n, m) @ (m) or (m, p) where the leading dims fold into the rows of one product.
Tensor fold(const Tensor& a, const Tensor& b) {
  DimVec out(a.sizes());
  out.pop_back();
  const Tensor rows = ops::reshape(a, DimVec{-1, a.size(-1)});
  if (b.dim() == 1) return ops::view(ops::mv(rows, b), out);
  out.push_back(b.size(1));
  return ops::view(ops::mm(rows, b), out);
}

// reshape(-1, m) is ambiguous for empty tensors, and a transposed operand would be copied where bmm takes it as it
// lies.
bool may_fold(const Tensor& a) {
  if (a.dim() < 3 || a.numel() == 0) return false;
  DimVec ignored;
  return view_strides(a.sizes(), a.strides(), DimVec{a.numel() / a.size(-1), a.size(-1)}, ignored);
}

// Four dims of which the first two are not one, as heads lie that are cut out of rows: as one batch they would be
// copied.
bool has_scattered_heads(const Tensor& t) {
  DimVec ignored;
  return !view_strides(t.sizes(), t.strides(), DimVec{t.size(0) * t.size(1), t.size(2), t.size(3)}, ignored);
}
bool takes_heads(const Tensor& a, const Tensor& b) {
  return a.dim() == 4 && b.dim() == 4 && same(batch_of(a), batch_of(b)) &&
         (has_scattered_heads(a) || has_scattered_heads(b)) && linalg::try_heads_product(a, b, Tensor());
}

TensorSpec heads_product_meta(const Tensor& a, const Tensor& b) {
  VT_CHECK(a.dim() == 4 && b.dim() == 4 && same(batch_of(a), batch_of(b)) && a.size(3) == b.size(2) &&
               a.dtype() == b.dtype(),
           Runtime, "expected (b, h, n, k) and (b, h, k, p) of one dtype, got ", to_string(a), " and ", to_string(b));
  return {DimVec{a.size(0), a.size(1), a.size(2), b.size(3)}, a.dtype(), a.device(), {}};
}

void heads_product_kernel(const Tensor& a, const Tensor& b, Tensor& out) {
  if (linalg::try_heads_product(a, b, out)) return;
  const auto joined = [](const Tensor& t) {
    return ops::reshape(t, DimVec{t.size(0) * t.size(1), t.size(2), t.size(3)});
  };
  linalg::matrix_product(joined(a), joined(b), joined(out), 1, 0);
}

void heads_product_backward(GradContext& ctx) {
  const Tensor& g = ctx.grad();
  linalg::side_by_side(
      ctx, [&] { ctx.set(0, ops::matmul(g, ops::transpose(ctx.saved(1), -2, -1))); },
      [&] { ctx.set(1, ops::matmul(ops::transpose(ctx.saved(0), -2, -1), g)); });
}

Tensor matmul(const Tensor& a, const Tensor& b) {
  VT_CHECK(a.dim() > 0 && b.dim() > 0, Runtime, "both arguments to matmul need to be at least 1D, but they are ",
           a.dim(), "D and ", b.dim(), "D");
  if (a.dim() == 1 && b.dim() == 1) return ops::dot(a, b);
  if (a.dim() == 2 && b.dim() == 1) return ops::mv(a, b);
  if (a.dim() == 1 && b.dim() == 2) return ops::squeeze(ops::mm(ops::unsqueeze(a, 0), b), 0);
  if (a.dim() == 2 && b.dim() == 2) return ops::mm(a, b);
  VT_CHECK(a.size(-1) == b.size(b.dim() == 1 ? 0 : -2), Runtime, "mat1 and mat2 shapes cannot be multiplied (",
           a.sizes(), " and ", b.sizes(), ")");
  if (b.dim() <= 2 && may_fold(a)) return fold(a, b);
  if (takes_heads(a, b)) return ops::_heads_product(a, b);
  // General case: broadcast the batch dims, multiply, drop the dims that vectors did not have.
  const Tensor left = a.dim() == 1 ? ops::unsqueeze(a, 0) : a;
  const Tensor right = b.dim() == 1 ? ops::unsqueeze(b, 1) : b;
  const DimVec batch = broadcast_sizes(batch_of(left), batch_of(right));
  const int64_t n = left.size(-2), k = left.size(-1), p = right.size(-1);
  const int64_t count = checked_numel(batch);
  const Tensor x = ops::reshape(ops::expand(left, appended(batch, {n, k})), DimVec{count, n, k});
  const Tensor y = ops::reshape(ops::expand(right, appended(batch, {k, p})), DimVec{count, k, p});
  DimVec out = appended(batch, {n, p});
  if (b.dim() == 1) out.pop_back();
  if (a.dim() == 1) out.erase(out.size() - (b.dim() == 1 ? 1 : 2));
  return ops::view(ops::bmm(x, y), out);
}

// linear
// -----------------------------------------------------------------------------------------------------------------

TensorSpec linear_meta(const Tensor& x, const Tensor& w, const Tensor& bias) {
  VT_CHECK(w.dim() == 2, Runtime, "weight must be a matrix, got ", w.dim(), " dimensions");
  VT_CHECK(x.dim() >= 1, Runtime, "input must have at least 1 dimension");
  VT_CHECK(x.size(-1) == w.size(1), Runtime, "mat1 and mat2 shapes cannot be multiplied (",
           x.size(-1) == 0 ? 0 : x.numel() / x.size(-1), "x", x.size(-1), " and ", w.size(1), "x", w.size(0), ")");
  VT_CHECK(x.dtype() == w.dtype(), Runtime, "mat1 and mat2 must have the same dtype, but got ", x.dtype(), " and ",
           w.dtype());
  VT_CHECK(x.dtype() != DType::bool_, NotImplemented, "not implemented for 'bool'");
  if (bias.defined()) {
    VT_CHECK(bias.dim() == 1 && bias.size(0) == w.size(0), Runtime, "expected bias of shape [", w.size(0), "], got ",
             bias.sizes());
    VT_CHECK(bias.dtype() == x.dtype(), Runtime, "expected bias of dtype ", x.dtype(), ", got ", bias.dtype());
  }
  DimVec out(x.sizes());
  out.back() = w.size(0);
  return {out, x.dtype(), x.device(), {}};
}

// (rows, columns) over all leading dims; a view where the strides allow.
Tensor as_rows(const Tensor& t) {
  if (t.dim() == 2) return t;
  int64_t rows = 1;
  for (int64_t d = 0; d + 1 < t.dim(); ++d) rows *= t.size(d);
  return ops::reshape(t, DimVec{rows, t.size(-1)});
}

void linear_kernel(const Tensor& x, const Tensor& w, const Tensor& bias, Tensor& out) {
  if (out.numel() == 0) return;
  linalg::matrix_product(as_rows(x), ops::transpose(w, 0, 1), as_rows(out), 1, 0, bias);
}

void linear_backward(GradContext& ctx) {
  const Tensor& g = ctx.grad();
  const auto conjugate = [](const Tensor& t) { return is_complex(t.dtype()) ? ops::conj_physical(t) : t; };
  const Tensor rows = ctx.needs(1) || ctx.needs(2) ? as_rows(g) : Tensor();
  const auto of_input = [&] {
    const Tensor weight = ctx.saved(1);
    ctx.set(0, ops::matmul(g, conjugate(weight)));
    drop_kept(weight);  // a copy in the lower dtype, under autocast
  };
  linalg::side_by_side(ctx, of_input,
                       [&] { ctx.set(1, ops::mm(ops::transpose(rows, 0, 1), conjugate(as_rows(ctx.saved(0))))); });
  if (ctx.needs(2)) ctx.set(2, ops::sum(rows, DimVec{0}));
}

// (..., k) times the transpose of (n, k).
double linear_flops(std::span<const Value> args) {
  const IntSpan weight = sizes_at(args, 1);
  if (weight.empty()) return 0;
  return 2 * elements_of(sizes_at(args, 0)) * static_cast<double>(weight.size() == 2 ? weight[0] : 1);
}

}  // namespace

void register_matmul(Registry& r) {
  r.def("matmul(Tensor self, Tensor other) -> Tensor")
      .composite(matmul)
      .out()
      .autocast(AutocastPolicy::Lower)
      .doc("Matrix product of the last two dims with broadcasting over the others; a 1-D operand is a vector.");
  r.def("_heads_product(Tensor self, Tensor mat2) -> Tensor")
      .meta(heads_product_meta)
      .cpu(heads_product_kernel)
      .cuda(heads_product_kernel)
      .backward(keep::args(0, 1), heads_product_backward)
      .out(false)
      .internal();
  r.def("linear(Tensor input, Tensor weight, Tensor? bias=None) -> Tensor")
      .meta(linear_meta)
      .cpu(linear_kernel)
      .cuda(linear_kernel)
      .backward(keep::args(0, 1), linear_backward)
      .autocast(AutocastPolicy::Lower)
      .surface(kFunctional)
      .doc("input (*, in) @ weight (out, in) transposed + bias (out): (*, out).");
  declare_flops(r, "linear", linear_flops);
}

}  // namespace vt
