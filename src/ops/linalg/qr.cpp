// Orthogonal factors, as reflections and written out.
#include "core/thread_state.h"
#include "core/transform.h"
#include "dispatch/registry.h"
#include "ops/copy/kernels.h"
#include "ops/linalg/matrices.h"
#include "ops/pointwise/gradients.h"
#include "ops/tensor_operators.h"
#include "ops/typed/copy.h"
#include "ops/typed/factory.h"
#include "ops/typed/join.h"
#include "ops/typed/linalg.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

using namespace linalg;

// qr
// ----------------------------------------------------------------------------------------------------------------------

enum class QrMode { Reduced, Complete, R };
QrMode mode_of(std::string_view mode) {
  if (mode == "reduced") return QrMode::Reduced;
  if (mode == "complete") return QrMode::Complete;
  VT_CHECK(mode == "r", Runtime, "qr received unrecognized mode '", mode,
           "' but expected one of 'reduced' (default), 'r', or 'complete'");
  return QrMode::R;
}

std::array<TensorSpec, 2> qr_meta(const Tensor& a, std::string_view mode) {
  check_factorizable(a, "linalg.qr");
  const QrMode kind = mode_of(mode);
  const DimVec batch = batch_of(a);
  const int64_t m = a.size(-2), n = a.size(-1), k = kind == QrMode::Complete ? m : std::min(m, n);
  return {kind == QrMode::R ? nothing_spec(a) : columns_spec(batch, m, k, a), columns_spec(batch, k, n, a)};
}

void qr_cpu(const Tensor& a, std::string_view mode, Tensor& q, Tensor& r) {
  const bool wants_q = mode_of(mode) != QrMode::R;
  const int64_t m = a.size(-2), n = a.size(-1), k = std::min(m, n), rows = r.size(-2);
  const Tensor work = columns_of(a);
  visit_lapack(a.dtype(), [&]<class T>() {
    T *factors = work.data<T>(), *q_out = q.data<T>(), *r_out = r.data<T>();
    for_each_matrix(checked_numel(batch_of(a)), 4.0 * m * n * k, [&](int64_t i) {
      T* factor = factors + i * m * n;
      std::vector<T> tau(static_cast<size_t>(k));
      if (k > 0) lapack::geqrf(m, n, factor, m, tau.data());
      for (int64_t j = 0; j < n; ++j) {
        T* column = r_out + i * rows * n + j * rows;
        const int64_t filled = std::min(j + 1, k);
        std::copy_n(factor + j * m, filled, column);
        std::fill(column + filled, column + rows, T(0));
      }
      if (!wants_q) return;
      T* out = q_out + i * m * rows;
      if (k == 0) {
        std::fill_n(out, m * rows, T(0));
        for (int64_t j = 0; j < rows; ++j) out[j * m + j] = T(1);
        return;
      }
      std::copy_n(factor, m * k, out);
      std::fill(out + m * k, out + m * rows, T(0));
      lapack::orgqr(m, rows, k, out, m, tau.data());
    });
  });
}

// (gQ + Q sym(triu(gR R^H - Q^H gQ))) R^-H for A of full column rank, where sym adds the adjoint and halves the
// diagonal.
Tensor tall_gradient(const Tensor& q, const Tensor& r, const Tensor& grad_q, const Tensor& grad_r) {
  Tensor inner;
  if (grad_r.defined()) inner = ops::matmul(grad_r, ops::adjoint(r));
  if (grad_q.defined()) {
    const Tensor turned = ops::matmul(ops::adjoint(q), grad_q);
    inner = inner.defined() ? inner - turned : -turned;
  }
  const Tensor above = ops::triu(inner, 1);
  const Tensor diagonal = ops::diag_embed(pointwise::real_part(ops::diagonal(inner, 0, -2, -1)));
  Tensor whole = ops::matmul(q, above + ops::adjoint(above) + diagonal);
  if (grad_q.defined()) whole = whole + grad_q;
  return ops::linalg_solve_triangular(ops::adjoint(r), whole, false, /*left=*/false);
}

void qr_backward(GradContext& ctx) {
  Tensor grad_q = ctx.grad(0);
  const Tensor grad_r = ctx.grad(1);
  if (!grad_q.defined() && !grad_r.defined()) return;
  const QrMode mode = mode_of(ctx.arg<std::string_view>(1));
  const int64_t m = ctx.sizes(0)[ctx.sizes(0).size() - 2], n = ctx.sizes(0).back();
  VT_CHECK(mode != QrMode::R, Runtime, "linalg_qr_backward: The derivative of linalg.qr depends on Q, which is not ",
           "computed when mode='r'. Please use linalg.qr(A, mode='reduced') if you are going to require a gradient");
  VT_CHECK(mode != QrMode::Complete || m <= n, Runtime, "The QR decomposition is not differentiable when ",
           "mode='complete' and nrows > ncols.");
  const Tensor q = ctx.saved_result(0), r = ctx.saved_result(1);
  if (m >= n) {
    ctx.set(0, tall_gradient(q, r, grad_q, grad_r));
    return;
  }
  // A = [A1 A2] with A1 = Q R1 square, and R2 = Q^H A2
  auto columns = [](const Tensor& t, int64_t from, int64_t count) { return ops::narrow(t, -1, from, count); };
  const Tensor r1 = columns(r, 0, m), r2 = columns(r, m, n - m);
  if (!grad_r.defined()) {
    const Tensor first = tall_gradient(q, r1, grad_q, {});
    ctx.set(0, ops::cat(std::vector<Tensor>{first, pointwise::zeros_like(r2)}, -1));
    return;
  }
  const Tensor grad_r1 = ops::triu(columns(grad_r, 0, m)), grad_r2 = columns(grad_r, m, n - m);
  const Tensor from_r2 = ops::matmul(ops::matmul(q, r2), ops::adjoint(grad_r2));
  grad_q = grad_q.defined() ? grad_q + from_r2 : from_r2;
  ctx.set(0, ops::cat(std::vector<Tensor>{tall_gradient(q, r1, grad_q, grad_r1), ops::matmul(q, grad_r2)}, -1));
}

std::tuple<Tensor, Tensor> qr(const Tensor& self, bool some) {
  return ops::linalg_qr(self, some ? "reduced" : "complete");
}

// reflections
// -----------------------------------------------------------------------------------------------------------------

std::array<TensorSpec, 2> geqrf_meta(const Tensor& self) {
  check_factorizable(self, "torch.geqrf");
  const int64_t m = self.size(-2), n = self.size(-1);
  return {columns_spec(batch_of(self), m, n, self),
          spec_of(with_dims(batch_of(self), DimVec{std::min(m, n)}), self.dtype(), self)};
}

void geqrf_cpu(const Tensor& self, Tensor& a, Tensor& tau) {
  copy_data(a, self);
  const int64_t m = self.size(-2), n = self.size(-1), k = std::min(m, n);
  if (k == 0) return;
  visit_lapack(self.dtype(), [&]<class T>() {
    T *matrices = a.data<T>(), *scales = tau.data<T>();
    for_each_matrix(checked_numel(batch_of(self)), 2.0 * m * n * k,
                    [&](int64_t i) { lapack::geqrf(m, n, matrices + i * m * n, m, scales + i * k); });
  });
}

void check_reflections(const Tensor& input, const Tensor& tau, std::string_view name) {
  VT_CHECK(input.dim() >= 2, Runtime, name, ": input must have at least 2 dimensions.");
  VT_CHECK(input.size(-2) >= input.size(-1), Runtime, name,
           ": input.shape[-2] must be greater than or equal to input.shape[-1]");
  VT_CHECK(tau.dim() >= 1 && input.size(-1) >= tau.size(-1), Runtime, name,
           ": input.shape[-1] must be greater than or equal to tau.shape[-1]");
  VT_CHECK(input.dim() - tau.dim() == 1, Runtime, name,
           ": Expected tau to have one dimension less than input, but got ", "tau.ndim equal to ", tau.dim(),
           " and input.ndim is equal to ", input.dim());
  VT_CHECK(std::ranges::equal(batch_of(input), tau.sizes().first(tau.sizes().size() - 1)), Runtime, name,
           ": Expected batch dimensions of tau to be equal to input.shape[:-2], but got ",
           tau.sizes().first(tau.sizes().size() - 1));
  VT_CHECK(input.dtype() == tau.dtype(), Runtime, name, ": tau dtype ", tau.dtype(), " does not match input dtype ",
           input.dtype());
  check_dtype(input, name);
}

TensorSpec householder_meta(const Tensor& input, const Tensor& tau) {
  check_reflections(input, tau, "torch.linalg.householder_product");
  return columns_spec(batch_of(input), input.size(-2), input.size(-1), input);
}

void householder_cpu(const Tensor& input, const Tensor& given, Tensor& out) {
  copy_data(out, input);
  const Tensor tau = contiguous_data(given);
  const int64_t m = input.size(-2), n = input.size(-1), k = tau.size(-1);
  if (out.numel() == 0) return;
  visit_lapack(input.dtype(), [&]<class T>() {
    T *matrices = out.data<T>(), *scales = tau.data<T>();
    for_each_matrix(checked_numel(batch_of(input)), 4.0 * m * n * k, [&](int64_t i) {
      T* a = matrices + i * m * n;
      if (k == 0) {
        std::fill_n(a, m * n, T(0));
        for (int64_t j = 0; j < n; ++j) a[j * m + j] = T(1);
      } else {
        lapack::orgqr(m, n, k, a, m, scales + i * k);
      }
    });
  });
}

// H_i = I - tau_i v_i v_i^H with v_i of zeros, a one at i and what is below the diagonal of column i.
Tensor reflection_vector(const Tensor& input, int64_t i) {
  const int64_t m = input.size(-2);
  const Tensor column = ops::narrow(ops::tril(input, -1), -1, i, 1);
  const Tensor one = ops::narrow(ops::eye(m, input.dtype(), input.device()), -1, i, 1);
  return column + one;
}
Tensor scale_of(const Tensor& tau, int64_t i) { return ops::unsqueeze(ops::narrow(tau, -1, i, 1), -1); }

// LAPACK writes the product out at once; to be differentiated it is applied reflection by reflection.
Tensor householder_product(const Tensor& input, const Tensor& tau) {
  if (!is_differentiated(input) && !is_differentiated(tau)) return ops::_householder_product(input, tau);
  check_reflections(input, tau, "torch.linalg.householder_product");
  const int64_t m = input.size(-2), n = input.size(-1);
  Tensor product = ops::copy_(ops::clone(input), ops::eye(m, n, input.dtype(), input.device()));
  for (int64_t i = tau.size(-1); i-- > 0;) {
    const Tensor v = reflection_vector(input, i);
    product = product - scale_of(tau, i) * ops::matmul(v, ops::matmul(ops::adjoint(v), product));
  }
  return product;
}

TensorSpec ormqr_meta(const Tensor& self, const Tensor& tau, const Tensor& other, bool left, bool) {
  VT_CHECK(self.dim() >= 2, Runtime, "torch.ormqr: input must have at least 2 dimensions.");
  VT_CHECK(other.dim() >= 2, Runtime, "torch.ormqr: other must have at least 2 dimensions.");
  const int64_t inner = other.size(left ? -2 : -1);
  VT_CHECK(tau.dim() >= 1 && inner >= tau.size(-1), Runtime, "torch.ormqr: other.shape[", left ? -2 : -1,
           "] must be greater than or equal to tau.shape[-1]");
  VT_CHECK(inner == self.size(-2), Runtime, "torch.ormqr: other.shape[", left ? -2 : -1,
           "] must be equal to input.shape[-2]");
  VT_CHECK(tau.size(-1) <= self.size(-1), Runtime, "torch.ormqr: tau.shape[-1] must be less than or equal to ",
           "input.shape[-1]");
  VT_CHECK(self.dim() - tau.dim() == 1 && self.dim() == other.dim() &&
               std::ranges::equal(batch_of(self), batch_of(other)) &&
               std::ranges::equal(batch_of(self), tau.sizes().first(tau.sizes().size() - 1)),
           Runtime, "torch.ormqr: Expected the batch dimensions of input, tau and other to be equal, but got ",
           self.sizes(), ", ", tau.sizes(), " and ", other.sizes());
  VT_CHECK(self.dtype() == tau.dtype() && self.dtype() == other.dtype(), Runtime,
           "torch.ormqr: Expected input, tau and other to have the same dtype, but got ", self.dtype(), ", ",
           tau.dtype(), " and ", other.dtype());
  check_dtype(self, "torch.ormqr");
  return columns_spec(batch_of(other), other.size(-2), other.size(-1), other);
}

void ormqr_cpu(const Tensor& self, const Tensor& given, const Tensor& other, bool left, bool transpose, Tensor& out) {
  copy_data(out, other);
  const Tensor reflections = columns_of(self), tau = contiguous_data(given);
  const int64_t m = other.size(-2), n = other.size(-1), k = tau.size(-1), width = self.size(-2) * self.size(-1);
  if (out.numel() == 0 || k == 0) return;
  visit_lapack(self.dtype(), [&]<class T>() {
    T *factors = reflections.data<T>(), *scales = tau.data<T>(), *results = out.data<T>();
    for_each_matrix(checked_numel(batch_of(other)), 4.0 * m * n * k, [&](int64_t i) {
      lapack::ormqr(left ? 'L' : 'R', transpose, m, n, k, factors + i * width, self.size(-2), scales + i * k,
                    results + i * m * n, m);
    });
  });
}

Tensor ormqr(const Tensor& self, const Tensor& tau, const Tensor& other, bool left, bool transpose) {
  if (!is_differentiated(self) && !is_differentiated(tau) && !is_differentiated(other)) {
    return ops::_apply_reflections(self, tau, other, left, transpose);
  }
  ormqr_meta(self, tau, other, left, transpose);
  const int64_t k = tau.size(-1);
  Tensor product = other;
  // Q = H_0 H_1 ...: the factor next to `other` comes first
  const bool ascending = left == transpose;
  for (int64_t step = 0; step < k; ++step) {
    const int64_t i = ascending ? step : k - 1 - step;
    const Tensor v = reflection_vector(self, i);
    const Tensor scale = transpose ? pointwise::conj(scale_of(tau, i)) : scale_of(tau, i);
    product = product - (left ? scale * ops::matmul(v, ops::matmul(ops::adjoint(v), product))
                              : scale * ops::matmul(ops::matmul(product, v), ops::adjoint(v)));
  }
  return product;
}

}  // namespace

void register_qr(Registry& r) {
  r.def("linalg_qr(Tensor A, str mode=\"reduced\") -> (Tensor Q, Tensor R)")
      .meta(qr_meta)
      .autocast({.cpu = AutocastPolicy::Float32})
      .cpu(qr_cpu)
      .backward(keep::results(0, 1), qr_backward)
      .surface(kLinalg)
      .doc("Q with orthonormal columns and upper triangular R of A = Q R (..., m, n); mode: reduced, complete or r.");
  r.def("qr(Tensor self, bool some=True) -> (Tensor Q, Tensor R)")
      .autocast({.cpu = AutocastPolicy::Float32})
      .composite(qr)
      .out()
      .doc("torch.linalg.qr under its old name; some: mode reduced, else complete.");
  r.def("geqrf(Tensor self) -> (Tensor a, Tensor tau)")
      .meta(geqrf_meta)
      .autocast({.cpu = AutocastPolicy::Float32})
      .cpu(geqrf_cpu)
      .doc(
          "The QR factors of each matrix (..., m, n) as LAPACK leaves them: R, the reflections below it, and their scales.");
  r.def("_householder_product(Tensor input, Tensor tau) -> Tensor")
      .meta(householder_meta)
      .cpu(householder_cpu)
      .not_differentiable()
      .out(false)
      .internal()
      .doc("linalg.householder_product where nobody differentiates it.");
  r.def("linalg_householder_product(Tensor input, Tensor tau) -> Tensor")
      .autocast({.cpu = AutocastPolicy::Float32})
      .composite(householder_product)
      .out()
      .surface(kLinalg)
      .doc("The first n columns of the product of the reflections that torch.geqrf leaves in input (..., m, n).");
  r.def("orgqr(Tensor self, Tensor input2) -> Tensor")
      .autocast({.cpu = AutocastPolicy::Float32})
      .composite(householder_product)
      .out()
      .doc("torch.linalg.householder_product under LAPACK's name.");
  r.def("_apply_reflections(Tensor self, Tensor input2, Tensor input3, bool left=True, bool transpose=False) -> Tensor")
      .meta(ormqr_meta)
      .cpu(ormqr_cpu)
      .not_differentiable()
      .out(false)
      .internal()
      .doc("ormqr where nobody differentiates it.");
  r.def("ormqr(Tensor self, Tensor input2, Tensor input3, bool left=True, bool transpose=False) -> Tensor")
      .autocast({.cpu = AutocastPolicy::Float32})
      .composite(ormqr)
      .out()
      .doc("Q input3 or input3 Q, or with Q^H, for the product Q of the reflections self with scales input2.");
}

}  // namespace vt
