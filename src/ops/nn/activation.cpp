// Activations that know dims, carry a weight or draw: prelu, glu, softsign, gumbel_softmax.
#include "dispatch/registry.h"
#include "ops/tensor_operators.h"
#include "ops/typed/copy.h"
#include "ops/typed/index.h"
#include "ops/typed/nn.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/random.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

// One weight, or one per channel (dim 1), in a shape that broadcasts with the input.
Tensor per_channel(const Tensor& weight, const Tensor& self) {
  if (weight.numel() == 1) return ops::reshape(weight, DimVec{});
  VT_CHECK(self.dim() > 0, Runtime, "Not allow zero-dim input tensor.");
  const int64_t channels = self.dim() > 1 ? self.size(1) : 1;
  VT_CHECK(weight.numel() == channels, Runtime,
           "Mismatch of parameter numbers and input channel size. Found parameter numbers = ", weight.numel(),
           " and channel size = ", channels, ".");
  DimVec sizes(static_cast<size_t>(std::max<int64_t>(self.dim(), 1)), 1);
  sizes[self.dim() > 1 ? 1 : 0] = channels;
  return ops::reshape(weight, sizes);
}

Tensor prelu(const Tensor& self, const Tensor& weight) {
  VT_CHECK(self.dtype() == weight.dtype(), Runtime, "prelu: Type promoting not supported. Got ", self.dtype(), " and ",
           weight.dtype());
  VT_CHECK(weight.dim() <= 1, Runtime,
           "prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = ", weight.dim());
  // Not a choice of products: a weight that is not finite would be NaN in the gradient of what it does not scale.
  return self * ops::where(self > 0, wrapped_number(1.0), per_channel(weight, self));
}

Tensor glu(const Tensor& self, int64_t dim) {
  VT_CHECK(self.dim() > 0, Runtime, "glu does not support 0-dimensional tensors");
  const int64_t at = wrap_dim(dim, self.dim()), size = self.size(at);
  VT_CHECK(size % 2 == 0, Runtime, "Halving dimension must be even, but dimension ", at, " is size ", size);
  return ops::narrow(self, at, 0, size / 2) * ops::sigmoid(ops::narrow(self, at, size / 2, size / 2));
}

Tensor softsign(const Tensor& self) { return self / (ops::abs(self) + 1); }

Tensor gumbel_softmax(const Tensor& logits, double tau, bool hard, int64_t dim) {
  const Tensor drawn = ops::exponential_(empty(logits.sizes(), logits.dtype(), logits.device()));
  const Tensor soft = ops::softmax((logits - ops::log(drawn)) / tau, dim);
  if (!hard) return soft;
  const Tensor largest = ops::argmax(soft, dim, true);
  const Tensor hot = ops::scatter(ops::detach(soft) * 0, dim, largest, Scalar(1.0));
  return hot - ops::detach(soft) + soft;  // one-hot, with the gradient of the soft one
}

// Of the rows that nn.functional offers as they are.
constexpr struct {
  const char *op, *doc;
} kDocs[] = {
    {"gelu", "self * Phi(self), Phi the normal distribution; approximate=\"tanh\" takes the tanh formula for it."},
    {"hardshrink", "self, zero within lambd of zero."},
    {"log_sigmoid", "log(sigmoid(self)), without overflow."},
    {"sigmoid", "1 / (1 + exp(-self))."},
    {"softplus", "log(1 + exp(beta * self)) / beta, and self where beta * self > threshold."},
    {"softshrink", "self moved towards zero by lambd, zero within lambd of it; a negative lambd is refused."},
    {"tanh", "The hyperbolic tangent of self."},
    {"tanhshrink", "self - tanh(self)."},
};

}  // namespace

void register_activation(Registry& r) {
  for (const auto& [op, doc] : kDocs) r.at(op).doc(doc);
  r.def("prelu(Tensor self, Tensor weight) -> Tensor")
      .composite(prelu)
      .autocast(AutocastPolicy::Lower)
      .surface(kEverywhere)
      .doc("self where positive, weight * self elsewhere; weight has one element, or one per channel (dim 1).");
  r.def("glu(Tensor self, int dim=-1) -> Tensor")
      .composite(glu)
      .surface(kFunctional)
      .out()
      .doc("First half along dim times the sigmoid of the second.");
  r.def("softsign(Tensor self) -> Tensor").composite(softsign).surface(kFunctional).doc("self / (1 + |self|).");
  r.def("gumbel_softmax(Tensor logits, float tau=1.0, bool hard=False, int dim=-1) -> Tensor")
      .composite(gumbel_softmax)
      .surface(kFunctional)
      .random()
      .doc("A sample of the Gumbel-softmax distribution; hard: one-hot, with the gradient of the soft one.");
}

}  // namespace vt
