// Solutions of square systems: general, triangular, and the inverse.
#include "core/thread_state.h"
#include "cpu/triangular.h"
#include "dispatch/registry.h"
#include "ops/copy/kernels.h"
#include "ops/linalg/matrices.h"
#include "ops/tensor_operators.h"
#include "ops/typed/copy.h"
#include "ops/typed/factory.h"
#include "ops/typed/linalg.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

using namespace linalg;

void check_shapes(const Tensor& a, const Tensor& b, bool left, std::string_view name) {
  check_square(a, name);
  check_matrix(b, name, "B");
  VT_CHECK(a.size(-1) == b.size(left ? -2 : -1), Runtime, name, ": Incompatible shapes of A and B for the equation ",
           left ? "AX = B" : "XA = B", " (", a.size(-2), "x", a.size(-1), " and ", b.size(-2), "x", b.size(-1), ")");
}

// solve_ex
// ----------------------------------------------------------------------------------------------------------------

// X of X A = B is written row by row, which is X^T of A^T X^T = B^T column by column.
std::array<TensorSpec, 4> solve_meta(const Tensor& a, const Tensor& b, bool left, bool) {
  check_square(a, "linalg.solve");
  check_same_dtype(a, b, "linalg.solve");
  const bool vector = is_vector_rhs(a, b);
  VT_CHECK(left || !vector, Runtime, "linalg.solve: Vector broadcasting of the left hand side is not supported for ",
           "left=False. In this case linalg.solve is equivalent to B / A.squeeze(-1)");
  const DimVec own = batch_of(a);
  const int64_t n = a.size(-1);
  TensorSpec result;
  if (vector) {
    VT_CHECK(b.size(-1) == n, Runtime, "linalg.solve: Incompatible shapes of A and B for the equation AX = B (", n, "x",
             n, " and ", b.size(-1), "x1)");
    VT_CHECK(b.dim() == 1 || b.dim() == a.dim() - 1, Runtime, "linalg.solve: expected one vector per matrix, got ",
             b.sizes());
    result = spec_of(with_dims(own, DimVec{n}), a.dtype(), a);
  } else {
    check_shapes(a, b, left, "linalg.solve");
    const DimVec batch = broadcast_batches(a, b, "linalg.solve");
    result =
        left ? columns_spec(batch, n, b.size(-1), a) : spec_of(with_dims(batch, DimVec{b.size(-2), n}), a.dtype(), a);
  }
  return {result, columns_spec(own, n, n, a), spec_of(with_dims(own, DimVec{n}), DType::int32, a),
          spec_of(own, DType::int32, a)};
}

void solve_cpu(const Tensor& a, const Tensor& b, bool left, bool check, Tensor& result, Tensor& lu, Tensor& pivots,
               Tensor& info) {
  const bool vector = is_vector_rhs(a, b);
  const int64_t n = a.size(-1), k = vector ? 1 : b.size(left ? -1 : -2);
  copy_data(lu, a);
  copy_data(result, result.dim() == b.dim() && std::ranges::equal(result.sizes(), b.sizes())
                        ? b
                        : ops::expand(b, result.sizes()));
  int32_t *infos = info.data<int32_t>(), *swaps = pivots.data<int32_t>();
  const auto factor_of =
      broadcast_index(vector ? batch_of(a) : DimVec(result.sizes().first(result.sizes().size() - 2)), batch_of(a));
  visit_lapack(a.dtype(), [&]<class T>() {
    T *factors = lu.data<T>(), *solutions = result.data<T>();
    for_each_matrix(info.numel(), 2.0 / 3 * n * n * n, [&](int64_t i) {
      infos[i] = n == 0 ? 0 : lapack::getrf(n, n, factors + i * n * n, n, swaps + i * n);
    });
    if (n == 0 || k == 0) return;
    for_each_matrix(static_cast<int64_t>(factor_of.size()), 2.0 * n * n * k, [&](int64_t i) {
      const int64_t f = factor_of[static_cast<size_t>(i)];
      cpu::solve_factored(!left, n, k, factors + f * n * n, n, swaps + f * n, solutions + i * n * k, n);
    });
  });
  if (check) check_errors(info, "torch.linalg.solve_ex");
}

// gB = A^-H gX and gA = -gB X^H. Where nobody differentiates this again, A's factors are at hand.
void solve_backward(GradContext& ctx) {
  const Tensor a = ctx.saved(0), x = ctx.saved_result(0);
  Tensor grad = ctx.grad(0);
  if (!grad.defined()) return;
  const bool left = ctx.arg<bool>(2);
  // the matrices of right-hand sides: a vector is one column
  const bool vector = x.dim() == a.dim() - 1;
  auto columns = [&](const Tensor& t) { return vector ? ops::unsqueeze(t, -1) : t; };
  const Tensor grad_b = grad_enabled() ? ops::linalg_solve(ops::adjoint(a), columns(grad), left)
                                       : ops::linalg_lu_solve(ctx.saved_result(1), ctx.saved_result(2), columns(grad),
                                                              left, /*adjoint=*/true);
  if (ctx.needs(0)) {
    const Tensor adjoint_x = ops::adjoint(columns(x));
    ctx.set(0, -(left ? ops::matmul(grad_b, adjoint_x) : ops::matmul(adjoint_x, grad_b)));
  }
  if (ctx.needs(1)) ctx.set(1, vector ? ops::squeeze(grad_b, -1) : grad_b);
}

std::tuple<Tensor, Tensor> solve_ex(const Tensor& a, const Tensor& b, bool left, bool check) {
  auto [result, lu, pivots, info] = ops::_linalg_solve_ex(a, b, left, check);
  return {result, info};
}

Tensor solve(const Tensor& a, const Tensor& b, bool left) {
  auto [result, info] = ops::linalg_solve_ex(a, b, left, false);
  check_errors(info, "torch.linalg.solve");
  return result;
}

// inverse
// -----------------------------------------------------------------------------------------------------------------

std::array<TensorSpec, 2> inverse_meta(const Tensor& a, bool) {
  check_square(a, "linalg.inv");
  return {columns_spec(batch_of(a), a.size(-1), a.size(-1), a), spec_of(batch_of(a), DType::int32, a)};
}

void inverse_cpu(const Tensor& a, bool check, Tensor& inverse, Tensor& info) {
  const int64_t n = a.size(-1);
  const Tensor lu = columns_of(a), pivots = empty(with_dims(batch_of(a), DimVec{n}), DType::int32);
  fill_data(inverse, 0);
  int32_t *infos = info.data<int32_t>(), *swaps = pivots.data<int32_t>();
  visit_lapack(a.dtype(), [&]<class T>() {
    T *factors = lu.data<T>(), *results = inverse.data<T>();
    for_each_matrix(info.numel(), 8.0 / 3 * n * n * n, [&](int64_t i) {
      T *factor = factors + i * n * n, *x = results + i * n * n;
      infos[i] = n == 0 ? 0 : lapack::getrf(n, n, factor, n, swaps + i * n);
      for (int64_t j = 0; j < n; ++j) x[j * n + j] = T(1);
      cpu::solve_factored(false, n, n, factor, n, swaps + i * n, x, n);
    });
  });
  if (check) check_errors(info, "linalg.inv_ex");
}

void inverse_backward(GradContext& ctx) {
  const Tensor grad = ctx.grad(0);
  if (!grad.defined()) return;
  const Tensor adjoint = ops::adjoint(ctx.saved_result(0));
  ctx.set(0, -ops::matmul(adjoint, ops::matmul(grad, adjoint)));
}

Tensor linalg_inv(const Tensor& a) {
  auto [inverse, info] = ops::linalg_inv_ex(a, false);
  check_errors(info, "linalg.inv");
  return inverse;
}

// triangular
// --------------------------------------------------------------------------------------------------------------

TensorSpec triangular_meta(const Tensor& a, const Tensor& b, bool, bool left, bool) {
  check_same_dtype(a, b, "linalg.solve_triangular");
  check_shapes(a, b, left, "linalg.solve_triangular");
  return columns_spec(broadcast_batches(a, b, "linalg.solve_triangular"), b.size(-2), b.size(-1), a);
}

// A batch of matrices as trsm reads it: as it lies where its columns or its rows are dense, else a copy.
struct Operand {
  explicit Operand(const Tensor& a) : tensor(a) {
    const int64_t n = a.size(-1);
    auto dense = [&](int64_t along, int64_t step) { return (along == 1 || n <= 1) && (step >= n || n <= 1); };
    if (!dense(a.stride(-2), a.stride(-1))) {
      by_rows = dense(a.stride(-1), a.stride(-2));
      if (!by_rows) tensor = columns_of(a);
    }
    leading = std::max<int64_t>({tensor.stride(by_rows ? -2 : -1), n, 1});
  }
  // where the matrix of each element of the batch begins
  std::vector<int64_t> offsets() const {
    const int64_t count = checked_numel(batch_of(tensor));
    std::vector<int64_t> out(static_cast<size_t>(count));
    for (int64_t i = 0; i < count; ++i) {
      int64_t rest = i, at = 0;
      for (int64_t d = tensor.dim() - 3; d >= 0; --d) {
        at += rest % tensor.size(d) * tensor.stride(d);
        rest /= tensor.size(d);
      }
      out[static_cast<size_t>(i)] = at;
    }
    return out;
  }
  Tensor tensor;
  bool by_rows = false;
  int64_t leading;
};

void triangular_cpu(const Tensor& a, const Tensor& b, bool upper, bool left, bool unitriangular, Tensor& out) {
  const DimVec batch = batch_of(out);
  copy_data(out, expand_batch(b, batch));
  const int64_t m = out.size(-2), n = out.size(-1);
  if (out.numel() == 0) return;
  const Operand factor(a);
  const auto offsets = factor.offsets();
  const auto factor_of = broadcast_index(batch, batch_of(a));
  visit_lapack(a.dtype(), [&]<class T>() {
    const T* factors = factor.tensor.data<T>();
    T* solutions = out.data<T>();
    for_each_matrix(static_cast<int64_t>(factor_of.size()), 1.0 * m * n * (left ? m : n), [&](int64_t i) {
      const int64_t at = offsets[static_cast<size_t>(factor_of[static_cast<size_t>(i)])];
      cpu::solve_triangular(left, upper != factor.by_rows, factor.by_rows, unitriangular, m, n, factors + at,
                            factor.leading, solutions + i * m * n, m);
    });
  });
}

void triangular_backward(GradContext& ctx) {
  const Tensor a = ctx.saved(0), x = ctx.saved_result(0);
  const bool upper = ctx.arg<bool>(2), left = ctx.arg<bool>(3), unit = ctx.arg<bool>(4);
  const Tensor grad_b = ops::linalg_solve_triangular(ops::adjoint(a), ctx.grad(), !upper, left, unit);
  if (ctx.needs(0)) {
    const Tensor adjoint_x = ops::adjoint(x);
    const Tensor whole = -(left ? ops::matmul(grad_b, adjoint_x) : ops::matmul(adjoint_x, grad_b));
    ctx.set(0, upper ? ops::triu(whole, unit ? 1 : 0) : ops::tril(whole, unit ? -1 : 0));
  }
  if (ctx.needs(1)) ctx.set(1, grad_b);
}

std::tuple<Tensor, Tensor> triangular_solve(const Tensor& self, const Tensor& a, bool upper, bool transpose,
                                            bool unitriangular) {
  const DimVec batch = broadcast_batches(self, a, "triangular_solve");
  const Tensor factor = transpose ? ops::transpose(a, -2, -1) : a;
  return {ops::linalg_solve_triangular(factor, self, upper != transpose, true, unitriangular),
          ops::clone(expand_batch(a, batch))};
}

// tensors as matrices
// -----------------------------------------------------------------------------------------------------------------

Tensor tensorinv(const Tensor& self, int64_t ind) {
  VT_CHECK(ind > 0, Runtime, "Expected a strictly positive integer for 'ind'");
  const auto split = static_cast<size_t>(std::min(ind, self.dim()));
  const DimVec first(self.sizes().first(split)), rest(self.sizes().subspan(split));
  const int64_t rows = checked_numel(first), columns = checked_numel(rest);
  VT_CHECK(rows == columns, Runtime,
           "Expected self to satisfy the requirement prod(self.shape[ind:]) == prod(self.shape[:ind]), but got ",
           columns, " != ", rows);
  const Tensor square = ops::reshape(self, DimVec{rows, columns});
  return ops::reshape(ops::linalg_inv(square), with_dims(rest, first));
}

Tensor tensorsolve(const Tensor& self, const Tensor& other, const std::optional<DimVec>& dims) {
  Tensor a = self;
  if (dims) {
    // those dims move to the end, in the order given
    DimVec from, to;
    for (size_t i = 0; i < dims->size(); ++i) {
      from.push_back((*dims)[i]);
      to.push_back(a.dim() - static_cast<int64_t>(dims->size()) + static_cast<int64_t>(i));
    }
    a = ops::movedim(a, from, to);
  }
  VT_CHECK(a.dim() >= other.dim(), Runtime, "expected self of at least as many dims as other, got ", a.dim(), " and ",
           other.dim());
  const DimVec result(a.sizes().subspan(static_cast<size_t>(other.dim())));
  const int64_t rows = checked_numel(result), columns = other.numel();
  VT_CHECK(rows == columns, Runtime, "Expected self to satisfy the requirement prod(self.shape[other.ndim:]) == ",
           "prod(self.shape[:other.ndim]), but got ", rows, " != ", columns);
  const Tensor square = ops::reshape(a, DimVec{columns, rows});
  return ops::reshape(ops::linalg_solve(square, ops::reshape(other, DimVec{columns})), result);
}

}  // namespace

void register_solve(Registry& r) {
  r.def(
       "_linalg_solve_ex(Tensor A, Tensor B, *, bool left=True, bool check_errors=False) -> (Tensor result, Tensor LU, Tensor pivots, Tensor info)")
      .meta(solve_meta)
      .cpu(solve_cpu)
      .backward(Keep::arg(0) | keep::results(0, 1, 2), solve_backward)
      .internal()
      .doc("linalg.solve_ex, and the factors of A.");
  r.def(
       "linalg_solve_ex(Tensor A, Tensor B, *, bool left=True, bool check_errors=False) -> (Tensor result, Tensor info)")
      .composite(solve_ex)
      .out()
      .surface(kLinalg)
      .doc("linalg.solve that says in info, a number per matrix, which were singular.");
  r.def("linalg_solve(Tensor A, Tensor B, *, bool left=True) -> Tensor")
      .autocast({.cpu = AutocastPolicy::Float32})
      .composite(solve)
      .out()
      .surface(kLinalg)
      .doc(
          "X of A X = B (or X A = B) for A (..., n, n) and B (..., n, k) or vectors (..., n); LinAlgError if singular.");
  r.def("linalg_inv_ex(Tensor A, *, bool check_errors=False) -> (Tensor inverse, Tensor info)")
      .meta(inverse_meta)
      .autocast({.cpu = AutocastPolicy::Float32})
      .cpu(inverse_cpu)
      .backward(keep::result, inverse_backward)
      .surface(kLinalg)
      .doc("linalg.inv that says in info, a number per matrix, which were singular.");
  r.def("linalg_inv(Tensor A) -> Tensor")
      .autocast({.cpu = AutocastPolicy::Float32})
      .composite(linalg_inv)
      .out()
      .surface(kLinalg)
      .doc("The inverse of each matrix (..., n, n); LinAlgError if one is singular.");
  r.def("inverse(Tensor self) -> Tensor")
      .autocast({.cpu = AutocastPolicy::Float32})
      .composite(linalg_inv)
      .out()
      .doc("torch.linalg.inv under its old name.");
  r.def(
       "linalg_solve_triangular(Tensor self, Tensor B, *, bool upper, bool left=True, bool unitriangular=False) -> Tensor")
      .meta(triangular_meta)
      .cpu(triangular_cpu)
      .backward(Keep::arg(0) | keep::result, triangular_backward)
      .surface(kLinalg)
      .doc(
          "X of A X = B (or X A = B), of A (..., n, n) only one triangle being read; unitriangular: ones on its diagonal.");
  r.def(
       "triangular_solve(Tensor self, Tensor A, bool upper=True, bool transpose=False, bool unitriangular=False) -> (Tensor solution, Tensor cloned_coefficient)")
      .autocast({.cpu = AutocastPolicy::Float32})
      .composite(triangular_solve)
      .out()
      .doc("X of A X = self with triangular A, or A^T; and a copy of A.");
  r.def("linalg_tensorinv(Tensor self, int ind=2) -> Tensor")
      .autocast({.cpu = AutocastPolicy::Float32})
      .composite(tensorinv)
      .out()
      .surface(kLinalg)
      .doc("The inverse of self as a map from its dims from `ind` on to those before.");
  r.def("linalg_tensorsolve(Tensor self, Tensor other, int[]? dims=None) -> Tensor")
      .autocast({.cpu = AutocastPolicy::Float32})
      .composite(tensorsolve)
      .out()
      .surface(kLinalg)
      .doc("X of tensordot(self, X, X.ndim) = other.");
}

}  // namespace vt
