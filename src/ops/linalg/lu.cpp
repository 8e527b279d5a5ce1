// LU factors with pivots, and solutions from them.
#include <numeric>

#include "core/thread_state.h"
#include "dispatch/registry.h"
#include "ops/copy/kernels.h"
#include "ops/linalg/matrices.h"
#include "ops/tensor_operators.h"
#include "ops/typed/factory.h"
#include "ops/typed/join.h"
#include "ops/typed/linalg.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

using namespace linalg;

std::array<TensorSpec, 3> lu_factor_meta(const Tensor& self, bool, bool) {
  check_factorizable(self, "linalg.lu_factor");
  const DimVec batch = batch_of(self);
  const int64_t m = self.size(-2), n = self.size(-1);
  return {columns_spec(batch, m, n, self), spec_of(with_dims(batch, DimVec{std::min(m, n)}), DType::int32, self),
          spec_of(batch, DType::int32, self)};
}

void lu_factor_cpu(const Tensor& self, bool pivot, bool check, Tensor& factors, Tensor& pivots, Tensor& info) {
  VT_CHECK(pivot, Runtime, "linalg.lu_factor: LU without pivoting is not implemented on the CPU");
  copy_data(factors, self);
  const int64_t m = self.size(-2), n = self.size(-1), k = std::min(m, n);
  int32_t *infos = info.data<int32_t>(), *swaps = pivots.data<int32_t>();
  visit_lapack(self.dtype(), [&]<class T>() {
    T* matrices = factors.data<T>();
    for_each_matrix(info.numel(), static_cast<double>(m) * n * k, [&](int64_t i) {
      infos[i] = k == 0 ? 0 : lapack::getrf(m, n, matrices + i * m * n, m, swaps + i * k);
    });
  });
  if (check) check_errors(info, "torch.linalg.lu_factor_ex");
}

struct Factors {
  Tensor p, l, u;
};
Factors unpacked(const Tensor& lu, const Tensor& pivots) {
  auto [p, l, u] = ops::lu_unpack(lu, pivots, true, true);
  return {p, l, u};
}

// The gradient of the leading square part (k, k) from those of its factors: P L^-H (tril(L^H gL, -1) + triu(gU U^H))
// U^-H, without P.
Tensor square_gradient(const Tensor& l, const Tensor& u, const Tensor& grad_l, const Tensor& grad_u) {
  const Tensor adjoint_l = ops::adjoint(l), adjoint_u = ops::adjoint(u);
  const Tensor inner = ops::tril(ops::matmul(adjoint_l, grad_l), -1) + ops::triu(ops::matmul(grad_u, adjoint_u));
  const Tensor half = ops::linalg_solve_triangular(adjoint_l, inner, true, true, true);
  return ops::linalg_solve_triangular(adjoint_u, half, false, /*left=*/false);
}

void lu_factor_backward(GradContext& ctx) {
  const Tensor grad = ctx.grad(0);
  if (!grad.defined()) return;
  const Tensor lu = ctx.saved_result(0);
  const auto [p, l, u] = unpacked(lu, ctx.saved_result(1));
  const int64_t m = lu.size(-2), n = lu.size(-1), k = std::min(m, n);
  auto rows = [](const Tensor& t, int64_t from, int64_t count) { return ops::narrow(t, -2, from, count); };
  auto columns = [](const Tensor& t, int64_t from, int64_t count) { return ops::narrow(t, -1, from, count); };
  Tensor grad_l = ops::tril(columns(grad, 0, k), -1), grad_u = ops::triu(rows(grad, 0, k));
  if (m == n) {
    ctx.set(0, ops::matmul(p, square_gradient(l, u, grad_l, grad_u)));
  } else if (m < n) {
    // P^T A = L [U1 U2] with U2 = L^-1 (P^T A2)
    const Tensor u1 = columns(u, 0, k), u2 = columns(u, k, n - k);
    const Tensor grad_u1 = columns(grad_u, 0, k), grad_u2 = columns(grad_u, k, n - k);
    const Tensor grad_a2 = ops::linalg_solve_triangular(ops::adjoint(l), grad_u2, true, true, true);
    grad_l = grad_l - ops::tril(ops::matmul(grad_a2, ops::adjoint(u2)), -1);
    ctx.set(0, ops::matmul(p, ops::cat(std::vector<Tensor>{square_gradient(l, u1, grad_l, grad_u1), grad_a2}, -1)));
  } else {
    // P^T A = [L1; L2] U with L2 = (P^T A)2 U^-1
    const Tensor l1 = rows(l, 0, k), l2 = rows(l, k, m - k);
    const Tensor grad_l1 = rows(grad_l, 0, k), grad_l2 = rows(grad_l, k, m - k);
    const Tensor grad_a2 = ops::linalg_solve_triangular(ops::adjoint(u), grad_l2, false, /*left=*/false);
    grad_u = grad_u - ops::triu(ops::matmul(ops::adjoint(l2), grad_a2));
    ctx.set(0, ops::matmul(p, ops::cat(std::vector<Tensor>{square_gradient(l1, u, grad_l1, grad_u), grad_a2}, -2)));
  }
}

std::tuple<Tensor, Tensor> lu_factor(const Tensor& self, bool pivot) {
  auto [factors, pivots, info] = ops::linalg_lu_factor_ex(self, pivot, false);
  check_errors(info, "torch.linalg.lu_factor");
  return {factors, pivots};
}

// permutation matrices
// -----------------------------------------------------------------------------------------------------------------

TensorSpec permutation_meta(const Tensor& pivots, int64_t rows, DType dtype) {
  VT_CHECK(pivots.dtype() == DType::int32, Runtime,
           "torch.lu_unpack: LU_pivots is expected to be a contiguous tensor of torch.int32 dtype.");
  VT_CHECK(pivots.dim() >= 1 && pivots.size(-1) <= rows, Runtime, "expected at most ", rows, " pivots, got ",
           pivots.sizes());
  const DimVec batch(pivots.sizes().first(pivots.sizes().size() - 1));
  return {with_dims(batch, DimVec{rows, rows}), dtype, pivots.device(), {}};
}

void permutation_cpu(const Tensor& given, int64_t rows, DType dtype, Tensor& out) {
  const Tensor pivots = contiguous_data(given);
  fill_data(out, 0);
  const int64_t k = pivots.size(-1),
                batch = k == 0 ? checked_numel(pivots.sizes().first(pivots.sizes().size() - 1)) : pivots.numel() / k;
  const int32_t* swaps = pivots.data<int32_t>();
  visit_lapack(dtype, [&]<class T>() {
    T* matrices = out.data<T>();
    std::vector<int64_t> order(static_cast<size_t>(rows));
    for (int64_t b = 0; b < batch; ++b) {
      std::iota(order.begin(), order.end(), 0);
      for (int64_t i = 0; i < k; ++i) {
        const int64_t j = swaps[b * k + i] - 1;
        VT_CHECK(j >= 0 && j < rows, Runtime,
                 "pivots passed to lu_unpack must be between 1 and LU.size(-2) inclusive, ", "got ", j + 1);
        std::swap(order[static_cast<size_t>(i)], order[static_cast<size_t>(j)]);
      }
      for (int64_t i = 0; i < rows; ++i) matrices[(b * rows + order[static_cast<size_t>(i)]) * rows + i] = T(1);
    }
  });
}

std::tuple<Tensor, Tensor, Tensor> lu_unpack(const Tensor& lu, const Tensor& pivots, bool data, bool with_pivots) {
  check_matrix(lu, "torch.lu_unpack", "LU_data");
  const int64_t m = lu.size(-2), n = lu.size(-1), k = std::min(m, n);
  const Tensor none = ops::empty(DimVec{0}, lu.dtype(), lu.device());
  Tensor p = none, l = none, u = none;
  if (data) {
    const Tensor ones = ops::eye(m, k, lu.dtype(), lu.device());
    l = ops::tril(m < n ? ops::narrow(lu, -1, 0, k) : lu, -1) + ones;
    u = ops::triu(m > n ? ops::narrow(lu, -2, 0, k) : lu);
  }
  if (with_pivots) p = ops::_permutation_matrix(pivots, m, lu.dtype());
  return {p, l, u};
}

std::tuple<Tensor, Tensor, Tensor> linalg_lu(const Tensor& self, bool pivot) {
  check_factorizable(self, "linalg.lu");
  auto [factors, pivots, info] = ops::linalg_lu_factor_ex(self, pivot, false);
  return ops::lu_unpack(factors, pivots, true, true);
}

// solutions
// ---------------------------------------------------------------------------------------------------------------

Tensor linalg_lu_solve(const Tensor& lu, const Tensor& pivots, const Tensor& b, bool left, bool adjoint) {
  check_square(lu, "torch.linalg.lu_solve", "LU");
  check_matrix(b, "torch.linalg.lu_solve", "B");
  VT_CHECK(lu.dtype() == b.dtype(), Runtime,
           "linalg.lu_solve: Expected LU and B to have the same dtype, but found LU of ", "type ", lu.dtype(),
           " and B of type ", b.dtype(), " instead");
  VT_CHECK(pivots.dtype() == DType::int32, Runtime,
           "linalg.lu_solve: pivots should be a Tensor of scalar type torch.int32");
  VT_CHECK(lu.size(-1) == b.size(left ? -2 : -1), Runtime, "linalg.lu_solve: Incompatible shapes of A and B for the ",
           "equation ", left ? "AX = B" : "XA = B", " (", lu.size(-2), "x", lu.size(-1), " and ", b.size(-2), "x",
           b.size(-1), ")");
  VT_CHECK(pivots.dim() >= 1 && pivots.size(-1) == lu.size(-1), Runtime,
           "linalg.lu_solve: Number of pivots per batch should be same as the dimension of the matrix");
  const Tensor p = ops::_permutation_matrix(pivots, lu.size(-1), lu.dtype());
  auto solve_l = [&](const Tensor& rhs) {
    return adjoint ? ops::linalg_solve_triangular(ops::adjoint(lu), rhs, true, left, true)
                   : ops::linalg_solve_triangular(lu, rhs, false, left, true);
  };
  auto solve_u = [&](const Tensor& rhs) {
    return adjoint ? ops::linalg_solve_triangular(ops::adjoint(lu), rhs, false, left)
                   : ops::linalg_solve_triangular(lu, rhs, true, left);
  };
  if (left)
    return adjoint ? ops::matmul(p, solve_l(solve_u(b))) : solve_u(solve_l(ops::matmul(ops::transpose(p, -2, -1), b)));
  return adjoint ? solve_u(solve_l(ops::matmul(b, p))) : ops::matmul(solve_l(solve_u(b)), ops::transpose(p, -2, -1));
}

Tensor lu_solve(const Tensor& self, const Tensor& lu, const Tensor& pivots) {
  return ops::linalg_lu_solve(lu, pivots, self);
}

}  // namespace

void register_lu(Registry& r) {
  r.def(
       "linalg_lu_factor_ex(Tensor A, *, bool pivot=True, bool check_errors=False) -> (Tensor LU, Tensor pivots, Tensor info)")
      .meta(lu_factor_meta)
      .cpu(lu_factor_cpu)
      .backward(keep::results(0, 1), lu_factor_backward)
      .surface(kLinalg)
      .doc("L below the diagonal and U on and above it, of matrices (..., m, n); pivots (..., min(m, n)); info (...).");
  r.def("linalg_lu_factor(Tensor A, *, bool pivot=True) -> (Tensor LU, Tensor pivots)")
      .composite(lu_factor)
      .out()
      .surface(kLinalg)
      .doc("linalg.lu_factor_ex that raises LinAlgError where U has a zero on its diagonal.");
  r.def("_permutation_matrix(Tensor pivots, int rows, ScalarType dtype) -> Tensor")
      .meta(permutation_meta)
      .cpu(permutation_cpu)
      .not_differentiable()
      .out(false)
      .internal()
      .doc("P (..., rows, rows) of A = P L U for pivots (..., k).");
  r.def(
       "lu_unpack(Tensor LU_data, Tensor LU_pivots, bool unpack_data=True, bool unpack_pivots=True) -> (Tensor P, Tensor L, Tensor U)")
      .composite(lu_unpack)
      .out()
      .function_only()
      .doc("P, L and U from what linalg.lu_factor gives; those not asked for have no elements.");
  r.def("linalg_lu(Tensor A, *, bool pivot=True) -> (Tensor P, Tensor L, Tensor U)")
      .composite(linalg_lu)
      .out()
      .surface(kLinalg)
      .doc("P, L and U of A = P L U for matrices (..., m, n).");
  r.def("linalg_lu_solve(Tensor LU, Tensor pivots, Tensor B, *, bool left=True, bool adjoint=False) -> Tensor")
      .autocast({.cpu = AutocastPolicy::Float32})
      .composite(linalg_lu_solve)
      .out()
      .surface(kLinalg)
      .doc("X of A X = B (or X A = B) from the factors of A; adjoint: with A^H in its place.");
  r.def("lu_solve(Tensor self, Tensor LU_data, Tensor LU_pivots) -> Tensor")
      .autocast({.cpu = AutocastPolicy::Float32})
      .composite(lu_solve)
      .out()
      .doc("torch.linalg.lu_solve under its old name.");
}

}  // namespace vt
