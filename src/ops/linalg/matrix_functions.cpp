// Powers, the exponential and chains of products: matrix products alone, so they run wherever those do.
#include <cmath>
#include <limits>

#include "dispatch/registry.h"
#include "ops/copy/kernels.h"
#include "ops/linalg/matrices.h"
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

void check_squares(const Tensor& a, std::string_view name) {
  check_matrix(a, name);
  VT_CHECK(a.size(-1) == a.size(-2), Runtime, name, ": A must be batches of square matrices, but they are ", a.size(-2),
           " by ", a.size(-1), " matrices");
}

// matrix_power
// ------------------------------------------------------------------------------------------------------------

Tensor matrix_power(const Tensor& self, int64_t n) {
  check_squares(self, "linalg.matrix_power");
  if (n == 0) {
    const Tensor identity = ops::eye(self.size(-1), self.dtype(), self.device());
    return ops::copy_(ops::clone(self), identity);  // a function of self, with a gradient of zeros
  }
  if (n == 1) return ops::clone(self);
  if (n == -1) return ops::linalg_inv(self);
  // squares, and the product of those that the binary digits of n ask for
  Tensor square = n < 0 ? ops::linalg_inv(self) : self, product;
  for (uint64_t rest = n < 0 ? uint64_t{0} - static_cast<uint64_t>(n) : static_cast<uint64_t>(n); rest > 0;
       rest >>= 1) {
    if (rest & 1) product = product.defined() ? ops::matmul(product, square) : square;
    if (rest > 1) square = ops::matmul(square, square);
  }
  return product;
}

// matrix_exp
// --------------------------------------------------------------------------------------------------------------

TensorSpec matrix_exp_meta(const Tensor& self) {
  check_squares(self, "linalg.matrix_exp");
  check_dtype(self, "linalg.matrix_exp");
  return spec_of(DimVec(self.sizes()), self.dtype(), self);
}

// The Taylor polynomial of degree 16 of A / 2^s, in blocks of four powers (Paterson and Stockmeyer: six products), then
// s squarings. Up to a norm of 1/2 it is exact to the last bit of a double.
Tensor exponential(const Tensor& self) {
  constexpr int kBlock = 4;
  const Tensor sizes = ops::sum(ops::abs(self), DimVec{-2});
  const Tensor finite = ops::where(ops::isfinite(sizes), sizes, wrapped_number(0.0));
  const double norm = read_scalar(ops::amax(finite, {})).to_double();
  const int squarings = norm > 0.5 ? std::ilogb(norm) + 2 : 0;
  const Tensor a = self * Scalar(std::ldexp(1.0, -squarings));
  const Tensor identity = ops::eye(self.size(-1), self.dtype(), self.device());
  Tensor powers[kBlock + 1] = {identity, a};
  for (int k = 2; k <= kBlock; ++k) powers[k] = ops::matmul(powers[k - 1], a);
  double factorial[4 * kBlock + 1] = {1};
  for (int k = 1; k <= 4 * kBlock; ++k) factorial[k] = factorial[k - 1] * k;
  Tensor sum = powers[kBlock] * Scalar(1 / factorial[4 * kBlock]);
  for (int block = 3; block >= 0; --block) {
    for (int k = kBlock - 1; k >= 0; --k) sum = sum + powers[k] * Scalar(1 / factorial[block * kBlock + k]);
    if (block > 0) sum = ops::matmul(sum, powers[kBlock]);
  }
  for (int s = 0; s < squarings; ++s) sum = ops::matmul(sum, sum);
  return sum;
}

void matrix_exp_kernel(const Tensor& self, Tensor& out) {
  if (out.numel() > 0) copy_data(out, exponential(self));
}

// exp of [[A^H, G], [0, A^H]] has the gradient in its upper right corner.
void matrix_exp_backward(GradContext& ctx) {
  const Tensor adjoint = ops::adjoint(ctx.saved(0)), grad = ctx.grad();
  const int64_t n = adjoint.size(-1);
  const Tensor zero = ops::zeros(adjoint.sizes(), adjoint.dtype(), adjoint.device());
  const Tensor above = ops::cat(std::vector<Tensor>{adjoint, grad}, -1);
  const Tensor below = ops::cat(std::vector<Tensor>{zero, adjoint}, -1);
  const Tensor whole = ops::linalg_matrix_exp(ops::cat(std::vector<Tensor>{above, below}, -2));
  ctx.set(0, ops::narrow(ops::narrow(whole, -2, 0, n), -1, n, n));
}

Tensor matrix_exp(const Tensor& self) { return ops::linalg_matrix_exp(self); }

// multi_dot
// ---------------------------------------------------------------------------------------------------------------

// The order of multiplications of least cost: split[i][j] is where the product of i ... j is cut.
std::vector<std::vector<size_t>> cheapest_splits(const std::vector<Tensor>& matrices) {
  const size_t n = matrices.size();
  std::vector<double> edge;
  for (const Tensor& m : matrices) edge.push_back(static_cast<double>(m.size(0)));
  edge.push_back(static_cast<double>(matrices.back().size(1)));
  std::vector<std::vector<double>> cost(n, std::vector<double>(n, 0));
  std::vector<std::vector<size_t>> split(n, std::vector<size_t>(n, 0));
  for (size_t length = 1; length < n; ++length) {
    for (size_t i = 0; i + length < n; ++i) {
      const size_t j = i + length;
      cost[i][j] = std::numeric_limits<double>::infinity();
      for (size_t k = i; k < j; ++k) {
        const double c = cost[i][k] + cost[k + 1][j] + edge[i] * edge[k + 1] * edge[j + 1];
        if (c < cost[i][j]) {
          cost[i][j] = c;
          split[i][j] = k;
        }
      }
    }
  }
  return split;
}

Tensor product_of(const std::vector<Tensor>& matrices, const std::vector<std::vector<size_t>>& split, size_t i,
                  size_t j) {
  if (i == j) return matrices[i];
  const size_t k = split[i][j];
  return ops::mm(product_of(matrices, split, i, k), product_of(matrices, split, k + 1, j));
}

Tensor multi_dot(TensorSpan tensors) {
  const size_t n = tensors.size();
  VT_CHECK(n >= 2, Runtime, "multi_dot(): expected at least 2 tensors but got ", n);
  std::vector<Tensor> matrices(tensors.begin(), tensors.end());
  const bool row = matrices.front().dim() == 1, column = matrices.back().dim() == 1;
  VT_CHECK(row || matrices.front().dim() == 2, Runtime, "multi_dot(): the first tensor must be 1D or 2D but got ",
           matrices.front().dim(), "D");
  VT_CHECK(column || matrices.back().dim() == 2, Runtime, "multi_dot(): the last tensor must be 1D or 2D but got ",
           matrices.back().dim(), "D");
  for (size_t i = 0; i < n; ++i) {
    VT_CHECK(i == 0 || i + 1 == n || matrices[i].dim() == 2, Runtime, "multi_dot(): tensor ", i, " must be 2D but got ",
             matrices[i].dim(), "D");
    VT_CHECK(matrices[i].dtype() == matrices[0].dtype(), Runtime,
             "multi_dot(): all tensors must have be the same dtype ", "but tensor 0 is ", matrices[0].dtype(),
             " and tensor ", i, " ", matrices[i].dtype());
  }
  if (row) matrices.front() = ops::unsqueeze(matrices.front(), 0);
  if (column) matrices.back() = ops::unsqueeze(matrices.back(), 1);
  for (size_t i = 0; i + 1 < n; ++i) {
    VT_CHECK(matrices[i].size(1) == matrices[i + 1].size(0), Runtime, "multi_dot(): tensors ", i, " and ", i + 1,
             " with shapes ", tensors[i].sizes(), " and ", tensors[i + 1].sizes(), " cannot be multiplied");
  }
  Tensor product = product_of(matrices, cheapest_splits(matrices), 0, n - 1);
  if (column) product = ops::squeeze(product, 1);
  if (row) product = ops::squeeze(product, 0);
  return product;
}

Tensor chain_matmul(TensorSpan matrices) {
  for (const Tensor& m : matrices) {
    VT_CHECK(m.dim() == 2, Runtime, "Tensor dimension is ", m.dim(), ", expected 2 instead.");
  }
  VT_CHECK(!matrices.empty(), Runtime, "chain_matmul(): Expected one or more matrices");
  return matrices.size() == 1 ? ops::clone(matrices[0]) : multi_dot(matrices);
}

Tensor linalg_matmul(const Tensor& self, const Tensor& other) { return ops::matmul(self, other); }
Tensor linalg_diagonal(const Tensor& a, int64_t offset, int64_t dim1, int64_t dim2) {
  return ops::diagonal(a, offset, dim1, dim2);
}

}  // namespace

void register_matrix_functions(Registry& r) {
  r.def("linalg_matrix_power(Tensor self, int n) -> Tensor")
      .composite(matrix_power)
      .out()
      .surface(kLinalg)
      .doc("The n-th power of each square matrix; a negative n is of the inverse.");
  r.def("matrix_power(Tensor self, int n) -> Tensor")
      .composite(matrix_power)
      .out()
      .doc("torch.linalg.matrix_power under its old name.");
  r.def("linalg_matrix_exp(Tensor self) -> Tensor")
      .meta(matrix_exp_meta)
      .cpu(matrix_exp_kernel)
      .cuda(matrix_exp_kernel)
      .cuda(matrix_exp_kernel)
      .backward(keep::self, matrix_exp_backward)
      .out(false)
      .surface(kLinalg)
      .doc("The exponential of each square matrix (..., n, n).");
  r.def("matrix_exp(Tensor self) -> Tensor").composite(matrix_exp).doc("torch.linalg.matrix_exp under its old name.");
  r.def("linalg_multi_dot(Tensor[] tensors) -> Tensor")
      .autocast({.cuda = AutocastPolicy::Lower})
      .composite(multi_dot)
      .out()
      .surface(kLinalg)
      .doc("The product of matrices, in the order of least cost; the first and the last may be vectors.");
  r.def("_chain_matmul(Tensor[] matrices) -> Tensor")
      .composite(chain_matmul)
      .out()
      .internal()
      .doc("torch.chain_matmul of a list.");
  r.def("linalg_matmul(Tensor self, Tensor other) -> Tensor")
      .composite(linalg_matmul)
      .out()
      .surface(kLinalg)
      .doc("torch.matmul under the name that NumPy has for it.");
  r.def("linalg_diagonal(Tensor(a) A, *, int offset=0, int dim1=-2, int dim2=-1) -> Tensor(a)")
      .composite(linalg_diagonal)
      .surface(kLinalg)
      .doc("A view of the diagonal of each matrix.");
}

}  // namespace vt
