// Determinants, from LU factors.
#include <cmath>

#include "core/thread_state.h"
#include "core/waiting_memory.h"
#include "dispatch/registry.h"
#include "ops/batch/batch_call.h"
#include "ops/copy/kernels.h"
#include "ops/linalg/matrices.h"
#include "ops/pointwise/gradients.h"
#include "ops/tensor_operators.h"
#include "ops/typed/factory.h"
#include "ops/typed/linalg.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

using namespace linalg;

std::array<TensorSpec, 3> factors_spec(TensorSpec first, const Tensor& a) {
  return {std::move(first), columns_spec(batch_of(a), a.size(-1), a.size(-1), a),
          spec_of(with_dims(batch_of(a), DimVec{a.size(-1)}), DType::int32, a)};
}

std::array<TensorSpec, 3> det_meta(const Tensor& a) {
  check_square(a, "linalg.det");
  return factors_spec(spec_of(batch_of(a), a.dtype(), a), a);
}

std::array<TensorSpec, 4> slogdet_meta(const Tensor& a) {
  check_square(a, "linalg.slogdet");
  auto [sign, lu, pivots] = factors_spec(spec_of(batch_of(a), a.dtype(), a), a);
  return {sign, spec_of(batch_of(a), to_real(a.dtype()), a), lu, pivots};
}

// use(i, first, odd) for every matrix: the first of the n diagonal entries of U, n + 1 apart, and whether the
// permutation is odd.
template <class T, class F>
void factor_each(const Tensor& a, Tensor& lu, Tensor& pivots, const F& use) {
  copy_data(lu, a);
  const int64_t n = a.size(-1);
  T* factors = lu.data<T>();
  int32_t* swaps = pivots.data<int32_t>();
  for_each_matrix(checked_numel(batch_of(a)), 2.0 / 3 * n * n * n, [&](int64_t i) {
    if (n > 0) lapack::getrf(n, n, factors + i * n * n, n, swaps + i * n);
    bool odd = false;
    for (int64_t j = 0; j < n; ++j) odd ^= swaps[i * n + j] != j + 1;
    use(i, factors + i * n * n, odd);
  });
}

void det_cpu(const Tensor& a, Tensor& det, Tensor& lu, Tensor& pivots) {
  const int64_t n = a.size(-1);
  visit_lapack(a.dtype(), [&]<class T>() {
    T* out = det.data<T>();
    factor_each<T>(a, lu, pivots, [&](int64_t i, const T* u, bool odd) {
      T product(1);
      for (int64_t j = 0; j < n; ++j) product = product * u[j * (n + 1)];
      out[i] = odd ? -product : product;
    });
  });
}

template <class T>
void add_factor(T u, T& sign, lapack::Real<T>& log_size) {
  if constexpr (is_complex_v<T>) {
    const auto size = std::hypot(u.re, u.im);
    sign = size == 0 ? T(0) : sign * T(u.re / size, u.im / size);
    log_size += std::log(size);
  } else {
    const T size = std::abs(u);
    sign = u == T(0) ? T(0) : std::isnan(u) ? u : u < T(0) ? -sign : sign;
    log_size += std::log(size);
  }
}

void slogdet_cpu(const Tensor& a, Tensor& sign, Tensor& logabsdet, Tensor& lu, Tensor& pivots) {
  const int64_t n = a.size(-1);
  visit_lapack(a.dtype(), [&]<class T>() {
    T* signs = sign.data<T>();
    auto* logs = logabsdet.data<lapack::Real<T>>();
    factor_each<T>(a, lu, pivots, [&](int64_t i, const T* u, bool odd) {
      T s(odd ? -1 : 1);
      lapack::Real<T> log_size = 0;
      for (int64_t j = 0; j < n; ++j) add_factor(u[j * (n + 1)], s, log_size);
      signs[i] = s;
      logs[i] = log_size;
    });
  });
}

// X of A^H X = diag(d): from the factors, unless this is to be differentiated again.
Tensor adjoint_solve(GradContext& ctx, const Tensor& a, const Tensor& d, int lu, int pivots) {
  const Tensor diagonal = ops::eye(a.size(-1), a.dtype(), a.device()) * ops::unsqueeze(ops::unsqueeze(d, -1), -1);
  if (!grad_enabled())
    return ops::linalg_lu_solve(ctx.saved_result(lu), ctx.saved_result(pivots), diagonal, true, true);
  auto [solution, info] = ops::linalg_solve_ex(ops::adjoint(a), diagonal);
  return solution;
}

bool any_zero(const Tensor& t) {
  const Tensor all = batch::unwrapped(t);
  return has_values(all) && read_scalar(ops::any(all == Scalar(0))).to_bool();
}

// The derivative of det is the adjugate, which a singular matrix has too: with A = U S V^H it is made of products of
// all singular values but one.
Tensor adjugate_gradient(const Tensor& a, const Tensor& grad) {
  auto [u, s, vh] = ops::linalg_svd(a);
  const int64_t n = a.size(-1);
  const Tensor own = ops::eye(n, DType::bool_, a.device());
  const Tensor others = ops::prod(ops::where(own, wrapped_number(1.0), ops::unsqueeze(s, -2)), -1);
  const Tensor phase = pointwise::conj(ops::linalg_det(u) * ops::linalg_det(vh)) * grad;
  return ops::matmul(u * ops::unsqueeze(others * ops::unsqueeze(phase, -1), -2), vh);
}

void det_backward(GradContext& ctx) {
  const Tensor a = ctx.saved(0), det = ctx.saved_result(0), grad = ctx.grad(0);
  if (!grad.defined()) return;
  if (any_zero(det)) {
    ctx.set(0, adjugate_gradient(a, grad));
  } else {
    const Tensor whole = grad_enabled() ? ops::linalg_det(a) : det;
    ctx.set(0, adjoint_solve(ctx, a, grad * pointwise::conj(whole), 1, 2));
  }
}

// With t = tr(A^-1 dA): d logabsdet = Re t and d sign = i sign Im t.
void slogdet_backward(GradContext& ctx) {
  const Tensor a = ctx.saved(0), grad_sign = ctx.grad(0), grad_log = ctx.grad(1);
  Tensor d = grad_log;
  if (is_complex(a.dtype()) && grad_sign.defined()) {
    const Tensor turn = ops::imag(pointwise::conj(grad_sign) * ctx.saved_result(0));
    d = ops::complex(d.defined() ? d : pointwise::zeros_like(turn), -turn);
  }
  if (d.defined()) ctx.set(0, adjoint_solve(ctx, a, d, 2, 3));
}

Tensor det(const Tensor& a) { return std::get<0>(ops::_linalg_det(a)); }
std::tuple<Tensor, Tensor> slogdet(const Tensor& a) {
  auto [sign, logabsdet, lu, pivots] = ops::_linalg_slogdet(a);
  return {sign, logabsdet};
}

Tensor logdet(const Tensor& self) {
  check_square(self, "logdet");
  auto [sign, logabsdet] = ops::linalg_slogdet(self);
  if (is_complex(self.dtype())) return ops::log(sign) + logabsdet;
  return ops::where(sign == wrapped_number(-1), wrapped_number(std::nan("")), logabsdet);
}

}  // namespace

void register_determinant(Registry& r) {
  r.def("_linalg_det(Tensor A) -> (Tensor result, Tensor LU, Tensor pivots)")
      .meta(det_meta)
      .cpu(det_cpu)
      .backward(Keep::arg(0) | keep::results(0, 1, 2), det_backward)
      .internal()
      .doc("linalg.det, and the factors of A.");
  r.def("_linalg_slogdet(Tensor A) -> (Tensor sign, Tensor logabsdet, Tensor LU, Tensor pivots)")
      .meta(slogdet_meta)
      .cpu(slogdet_cpu)
      .backward(Keep::arg(0) | keep::results(0, 2, 3), slogdet_backward)
      .internal()
      .doc("linalg.slogdet, and the factors of A.");
  r.def("linalg_det(Tensor A) -> Tensor")
      .composite(det)
      .out()
      .surface(kLinalg)
      .doc("The determinant of each matrix (..., n, n).");
  r.def("det(Tensor self) -> Tensor").composite(det).doc("torch.linalg.det under its old name.");
  r.def("linalg_slogdet(Tensor A) -> (Tensor sign, Tensor logabsdet)")
      .composite(slogdet)
      .out()
      .surface(kLinalg)
      .doc("The sign (or phase) of the determinant of each matrix (..., n, n), and the log of its size.");
  r.def("slogdet(Tensor self) -> (Tensor sign, Tensor logabsdet)")
      .composite(slogdet)
      .out()
      .doc("torch.linalg.slogdet under its old name.");
  r.def("logdet(Tensor self) -> Tensor")
      .composite(logdet)
      .doc("The log of the determinant of each matrix (..., n, n); NaN for a negative one.");
}

}  // namespace vt
