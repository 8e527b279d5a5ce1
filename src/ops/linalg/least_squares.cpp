// Least squares by LAPACK's four drivers.
#include <limits>

#include "dispatch/registry.h"
#include "ops/copy/kernels.h"
#include "ops/linalg/matrices.h"
#include "ops/tensor_operators.h"
#include "ops/typed/copy.h"
#include "ops/typed/factory.h"
#include "ops/typed/linalg.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

using namespace linalg;

enum class Driver { Gels, Gelsy, Gelsd, Gelss };
Driver driver_of(const std::optional<std::string_view>& name) {
  if (!name || *name == "gelsy") return Driver::Gelsy;
  if (*name == "gels") return Driver::Gels;
  if (*name == "gelsd") return Driver::Gelsd;
  VT_CHECK(*name == "gelss", Runtime, "torch.linalg.lstsq: parameter `driver` should be one of (gels, gelsy, gelsd, ",
           "gelss)");
  return Driver::Gelss;
}

struct Problem {
  int64_t m, n, k;  // of A (m, n) and B (m, k)
  DimVec batch;
  bool vector;
};

Problem problem_of(const Tensor& a, const Tensor& b) {
  check_dtype(a, "torch.linalg.lstsq");
  check_matrix(a, "torch.linalg.lstsq", "input");
  VT_CHECK(b.dim() >= 1, Runtime, "torch.linalg.lstsq: other must have at least 1 dimension.");
  VT_CHECK(a.dtype() == b.dtype(), Runtime, "torch.linalg.lstsq: Expected input and other to have the same dtype, but ",
           "got input's dtype ", a.dtype(), " and other's dtype ", b.dtype());
  const int64_t difference = a.dim() - b.dim();
  VT_CHECK(
      difference == 0 || difference == 1 || b.dim() == 1 || b.dim() > a.dim(), Runtime,
      "torch.linalg.lstsq: input.dim() must be greater or equal to other.dim() and (input.dim() - other.dim()) <= 1");
  const bool vector = is_vector_rhs(a, b);
  VT_CHECK(a.size(-2) == b.size(vector ? -1 : -2), Runtime,
           "torch.linalg.lstsq: input.size(-2) should match other.size(", vector ? "-1)" : "-2)");
  if (vector) return {a.size(-2), a.size(-1), 1, batch_of(a), true};
  return {a.size(-2), a.size(-1), b.size(-1), broadcast_batches(a, b, "torch.linalg.lstsq"), false};
}

using Parts = std::tuple<Tensor, Tensor, Tensor, Tensor>;

Parts lstsq_cpu(const Tensor& a, const Tensor& b, std::optional<double> rcond,
                const std::optional<std::string_view>& driver_name) {
  const Driver driver = driver_of(driver_name);
  const auto [m, n, k, batch, vector] = problem_of(a, b);
  const bool has_rank = driver != Driver::Gels, has_values = driver == Driver::Gelsd || driver == Driver::Gelss;
  const DType real = to_real(a.dtype());
  const double epsilon = real == DType::float64 ? std::numeric_limits<double>::epsilon()
                                                : static_cast<double>(std::numeric_limits<float>::epsilon());
  const double limit = rcond.value_or(epsilon * static_cast<double>(std::max(m, n)));
  const int64_t rows = std::max(m, n), count = checked_numel(batch);

  // B's rows, below them room for the solution of a wide A
  const Tensor work = columns_of(expand_batch(a, batch)), solution = empty_columns(batch, rows, k, a.dtype());
  fill_data(solution, 0);
  const Tensor rhs = vector ? ops::unsqueeze(ops::expand(b, with_dims(batch, DimVec{m})), -1) : expand_batch(b, batch);
  copy_data(ops::narrow(solution, -2, 0, m), rhs);
  const Tensor rank = has_rank ? ops::zeros(batch, DType::int64) : ops::empty(DimVec{0}, DType::int64);
  const Tensor values =
      has_values ? ops::zeros(with_dims(batch, DimVec{std::min(m, n)}), real) : ops::empty(DimVec{0}, real);
  const Tensor info = empty(batch, DType::int32);
  fill_data(info, 0);
  int32_t* infos = info.data<int32_t>();
  std::vector<int64_t> ranks(static_cast<size_t>(count), 0);
  visit_lapack(a.dtype(), [&]<class T>() {
    T *matrices = work.data<T>(), *sides = solution.data<T>();
    auto* singular = has_values ? values.data<lapack::Real<T>>() : nullptr;
    if (m == 0 || n == 0 || k == 0) return;
    for_each_matrix(count, 4.0 * m * n * std::min(m, n), [&](int64_t i) {
      T *matrix = matrices + i * m * n, *x = sides + i * rows * k;
      auto* s = has_values ? singular + i * std::min(m, n) : nullptr;
      const auto cut = static_cast<lapack::Real<T>>(limit);
      int64_t* found = &ranks[static_cast<size_t>(i)];
      if (!all_finite(matrix, m * n) || !all_finite(x, rows * k)) {
        std::fill_n(x, rows * k, T(std::numeric_limits<lapack::Real<T>>::quiet_NaN()));
        if (s != nullptr) std::fill_n(s, std::min(m, n), std::numeric_limits<lapack::Real<T>>::quiet_NaN());
        return;
      }
      switch (driver) {
        case Driver::Gels: infos[i] = lapack::gels(m, n, k, matrix, m, x, rows); break;
        case Driver::Gelsy: infos[i] = lapack::gelsy(m, n, k, matrix, m, x, rows, cut, found); break;
        case Driver::Gelsd: infos[i] = lapack::gelsd(m, n, k, matrix, m, x, rows, s, cut, found); break;
        case Driver::Gelss: infos[i] = lapack::gelss(m, n, k, matrix, m, x, rows, s, cut, found); break;
      }
    });
  });
  check_errors(info, "torch.linalg.lstsq");
  bool full_rank = true;
  for (size_t i = 0; i < ranks.size() && has_rank; ++i) {
    rank.data<int64_t>()[i] = ranks[i];
    full_rank &= ranks[i] == n;
  }
  // The rows below the solution are what is left of B, where LAPACK says so.
  Tensor residuals = ops::empty(DimVec{0}, real);
  if (m > n && driver != Driver::Gelsy && full_rank) {
    const Tensor rest = ops::abs(ops::narrow(solution, -2, n, m - n));
    residuals = ops::sum(rest * rest, DimVec{-2}, false, real);
  }
  const Tensor x = ops::narrow(solution, -2, 0, n);
  return {ops::clone(vector ? ops::squeeze(x, -1) : x), residuals, rank, values};
}

// Elsewhere than on the CPU: A of full rank, by its QR factors or those of its adjoint.
Parts lstsq_by_qr(const Tensor& a, const Tensor& b, std::optional<double>,
                  const std::optional<std::string_view>& driver_name) {
  VT_CHECK(!driver_name || *driver_name == "gels", Runtime,
           "torch.linalg.lstsq: parameter `driver` should be one of (gels) on CUDA, got ", *driver_name);
  const auto [m, n, k, batch, vector] = problem_of(a, b);
  const Tensor matrix = expand_batch(a, batch);
  const Tensor rhs = vector ? ops::unsqueeze(ops::expand(b, with_dims(batch, DimVec{m})), -1) : expand_batch(b, batch);
  const DType real = to_real(a.dtype());
  Tensor x, residuals = ops::empty(DimVec{0}, real, a.device());
  if (m >= n) {
    const auto [q, r] = ops::linalg_qr(matrix);
    x = ops::linalg_solve_triangular(r, ops::matmul(ops::adjoint(q), rhs), true);
    if (m > n) {
      const Tensor rest = ops::abs(rhs - ops::matmul(matrix, x));
      residuals = ops::sum(rest * rest, DimVec{-2}, false, real);
    }
  } else {
    const auto [q, r] = ops::linalg_qr(ops::adjoint(matrix));
    x = ops::matmul(q, ops::linalg_solve_triangular(ops::adjoint(r), rhs, false));
  }
  return {vector ? ops::squeeze(x, -1) : x, residuals, ops::empty(DimVec{0}, DType::int64, a.device()),
          ops::empty(DimVec{0}, real, a.device())};
}

// Of A and B, from that of X = pinv(A) B; all of them matrices.
std::pair<Tensor, Tensor> solution_gradients(const Tensor& a, const Tensor& b, const Tensor& grad, bool of_a) {
  const Tensor p = ops::linalg_pinv(a, Tensor(), Tensor(), false), adjoint_p = ops::adjoint(p);
  const Tensor grad_b = ops::matmul(adjoint_p, grad);
  if (!of_a) return {Tensor(), grad_b};
  const Tensor adjoint_grad = ops::matmul(b, ops::adjoint(grad));
  const Tensor left = ops::matmul(ops::matmul(adjoint_grad, p), adjoint_p);
  const Tensor right = ops::matmul(adjoint_p, ops::matmul(p, adjoint_grad));
  const Tensor turned = ops::matmul(grad_b, ops::adjoint(ops::matmul(p, b)));
  return {-turned + left - ops::matmul(a, ops::matmul(p, left)) + right - ops::matmul(ops::matmul(right, p), a),
          grad_b};
}

// X = pinv(A) B, and the residuals |A X - B|^2, of which what is left of B is at right angles to A dX.
void lstsq_backward(GradContext& ctx) {
  const Tensor grad = ctx.grad(0), grad_residuals = ctx.grad(1);
  const Tensor a = ctx.saved(0), b = ctx.saved(1);
  const bool vector = is_vector_rhs(a, b);
  auto columns = [&](const Tensor& t) { return vector ? ops::unsqueeze(t, -1) : t; };
  auto add = [](const Tensor& sum, const Tensor& t) { return sum.defined() ? sum + t : t; };
  Tensor grad_a, grad_b;
  if (grad.defined()) std::tie(grad_a, grad_b) = solution_gradients(a, columns(b), columns(grad), ctx.needs(0));
  if (grad_residuals.defined() && grad_residuals.numel() > 0) {
    const Tensor x = ops::matmul(ops::linalg_pinv(a, Tensor(), Tensor(), false), columns(b));
    const Tensor left = (ops::matmul(a, x) - columns(b)) * (ops::unsqueeze(grad_residuals, -2) * Scalar(2));
    grad_a = add(grad_a, ops::matmul(left, ops::adjoint(x)));
    grad_b = add(grad_b, -left);
  }
  if (ctx.needs(0) && grad_a.defined()) ctx.set(0, grad_a);
  if (ctx.needs(1) && grad_b.defined()) ctx.set(1, vector ? ops::squeeze(grad_b, -1) : grad_b);
}

// What the drivers say of A's singular values is not a function that backward knows.
Parts lstsq(const Tensor& a, const Tensor& b, std::optional<double> rcond,
            const std::optional<std::string_view>& driver) {
  auto [solution, residuals, rank, values] = ops::_linalg_lstsq(a, b, rcond, driver);
  return {solution, residuals, rank, ops::detach(values)};
}

}  // namespace

void register_least_squares(Registry& r) {
  r.def(
       "_linalg_lstsq(Tensor self, Tensor b, float? rcond=None, *, str? driver=None) -> (Tensor solution, Tensor residuals, Tensor rank, Tensor singular_values)")
      .cpu(lstsq_cpu)
      .cuda(lstsq_by_qr)
      .value_dependent()
      .backward(keep::args(0, 1), lstsq_backward)
      .internal()
      .doc("linalg.lstsq, with singular values that take part in the graph.");
  r.def(
       "linalg_lstsq(Tensor self, Tensor b, float? rcond=None, *, str? driver=None) -> (Tensor solution, Tensor residuals, Tensor rank, Tensor singular_values)")
      .autocast({.cpu = AutocastPolicy::Float32})
      .composite(lstsq)
      .value_dependent()
      .out()
      .surface(kLinalg)
      .doc(
          "X (..., n, k) that makes A X closest to B, for A (..., m, n) and B (..., m, k) or vectors (..., m); driver: gelsy, gels, gelsd or gelss.");
}

}  // namespace vt
