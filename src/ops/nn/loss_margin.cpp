// Losses that push inputs apart by a margin, or along a sign.
#include "dispatch/registry.h"
#include "ops/copy/copy.h"
#include "ops/factory/factory.h"
#include "ops/nn/loss.h"
#include "ops/tensor_operators.h"
#include "ops/typed/index.h"
#include "ops/typed/nn.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

using ops::reduced;

Tensor positive_part(const Tensor& t) { return ops::clamp_min(t, 0); }

// `one` where target is 1, `other` where it is -1; both where it is neither.
Tensor by_sign(const Tensor& target, const Tensor& one, const Tensor& other) {
  return ops::where(target == -1, wrapped_number(0.0), one) + ops::where(target == 1, wrapped_number(0.0), other);
}

Tensor soft_margin_loss(const Tensor& self, const Tensor& target, int64_t reduction) {
  return reduced(ops::log1p(ops::exp(-target * self)), reduction);
}

Tensor hinge_embedding_loss(const Tensor& self, const Tensor& target, double margin, int64_t reduction) {
  return reduced(by_sign(target, self, positive_part(margin - self)), reduction);
}

Tensor margin_ranking_loss(const Tensor& input1, const Tensor& input2, const Tensor& target, double margin,
                           int64_t reduction) {
  return reduced(positive_part(-target * (input1 - input2) + margin), reduction);
}

Tensor cosine_embedding_loss(const Tensor& input1, const Tensor& input2, const Tensor& target, double margin,
                             int64_t reduction) {
  const int64_t dim = target.dim();
  VT_CHECK(dim <= 1, Runtime, "0D or 1D target tensor expected, multi-target not supported, got ", dim, "D");
  VT_CHECK(input1.dim() == dim + 1 && input2.dim() == dim + 1, Runtime, dim, "D target tensor expects ", dim + 1,
           "D input tensors, but found inputs with sizes ", input1.sizes(), " and ", input2.sizes(), ".");
  constexpr double kTiny = 1e-12;  // PyTorch's: keeps the squares of zero vectors apart from zero
  auto product = [&](const Tensor& a, const Tensor& b) { return ops::sum(a * b, DimVec{dim}); };
  const Tensor squares = (product(input1, input1) + kTiny) * (product(input2, input2) + kTiny);
  const Tensor cosine = product(input1, input2) / ops::sqrt(squares);
  const Tensor near = ops::where(target == 1, 1 - cosine, wrapped_number(0.0));
  return reduced(near + ops::where(target == -1, positive_part(cosine - margin), wrapped_number(0.0)), reduction);
}

Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative, double margin,
                           double p, double eps, bool swap, int64_t reduction) {
  VT_CHECK(anchor.dim() == positive.dim() && anchor.dim() == negative.dim(), Runtime,
           "The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: "
           "anchor ",
           anchor.dim(), "D, positive ", positive.dim(), "D, and negative ", negative.dim(), "D inputs");
  auto distance = [&](const Tensor& a, const Tensor& b) { return ops::pairwise_distance(a, b, p, eps); };
  const Tensor near = distance(anchor, positive);
  Tensor far = distance(anchor, negative);
  if (swap) far = ops::minimum(far, distance(positive, negative));
  return reduced(positive_part(near - far + margin), reduction);
}

// Rows (N, C), of a vector one; and one target each, or C of them.
struct Rows {
  Tensor input, target;
  int64_t classes;
};

Rows one_target_each(const Tensor& self, const Tensor& target) {
  VT_CHECK(self.dim() <= 2 && (self.dim() == 0 || self.size(-1) > 0), Runtime,
           "Expected non-empty vector or matrix with optional 0-dim batch size, but got: ", self.sizes());
  const Tensor input = self.dim() < 2 ? ops::reshape(self, DimVec{1, -1}) : self;
  VT_CHECK(target.dim() <= 1 && target.numel() == input.size(0), Runtime, "inconsistent target size, expected ",
           input.size(0), " but got ", target.sizes());
  return {input, ops::reshape(target, DimVec{-1}), input.size(1)};
}

Tensor multi_margin_loss(const Tensor& self, const Tensor& target, const Scalar& p, const Scalar& margin,
                         const Tensor& weight, int64_t reduction) {
  const double power = p.to_double();
  VT_CHECK(power == 1 || power == 2, Runtime, "only p == 1 and p == 2 supported");
  const Rows rows = one_target_each(self, target);
  VT_CHECK(!weight.defined() || (weight.dim() <= 1 && weight.numel() == rows.classes), Runtime,
           "inconsistent weight size, expected ", rows.classes, " but got ",
           weight.defined() ? weight.sizes() : IntSpan());
  const Tensor at = ops::unsqueeze(rows.target, 1);
  Tensor excess = positive_part(margin - ops::gather(rows.input, 1, at) + rows.input);
  if (power == 2) excess = excess * excess;
  if (weight.defined()) excess = excess * ops::unsqueeze(ops::index_select(weight, 0, rows.target), 1);
  const Tensor loss = ops::sum(ops::scatter(excess, 1, at, Scalar(0)), DimVec{1}) / Scalar(rows.classes);
  return reduced(self.dim() < 2 ? ops::squeeze(loss, 0) : loss, reduction);
}

// Targets are the class numbers before the first that is negative.
Tensor multilabel_margin_loss(const Tensor& self, const Tensor& target, int64_t reduction) {
  VT_CHECK((self.dim() <= 2) && (self.dim() == 0 || self.size(-1) > 0), Runtime,
           "Expected non-empty vector or matrix with optional 0-dim batch size, but got: ", self.sizes());
  VT_CHECK(same(self.sizes(), target.sizes()) || self.dim() == 0, Runtime, "inconsistent target size: ", target.sizes(),
           " for input of size: ", self.sizes());
  const DimVec matrix = self.dim() == 2 ? DimVec(self.sizes()) : DimVec{1, self.numel()};
  const Tensor input = ops::reshape(self, matrix), labels = ops::reshape(target, matrix);
  const Tensor counts = ops::cumprod(ops::as_dtype(labels >= Scalar(0), DType::int64), 1);
  const Tensor at = ops::clamp_min(labels, Scalar(0));
  const Tensor hits = ops::scatter_add(ops::filled_like(counts, 0), 1, at, counts);
  const Tensor gaps = Scalar(1) - (ops::unsqueeze(ops::gather(input, 1, at), 2) - ops::unsqueeze(input, 1));
  const Tensor counted = ops::unsqueeze(counts > Scalar(0), 2) & ops::unsqueeze(hits == Scalar(0), 1);
  const Tensor each = ops::where(counted, positive_part(gaps), wrapped_number(0.0));  // (N, labels, classes)
  const Tensor loss = ops::sum(each, DimVec{1, 2}) / Scalar(matrix[1]);
  return reduced(self.dim() == 2 ? loss : ops::squeeze(loss, 0), reduction);
}

}  // namespace

void register_loss_margin(Registry& r) {
  r.def(
       "multi_margin_loss(Tensor self, Tensor target, Scalar p=1, Scalar margin=1, Tensor? weight=None, int reduction=1) -> Tensor")
      .composite(multi_margin_loss)
      .autocast(AutocastPolicy::Float32)
      .surface(kNode)
      .doc("The mean over classes but the target of weight[target] * max(0, margin - self[target] + self[class])^p.");
  r.def("multilabel_margin_loss(Tensor self, Tensor target, int reduction=1) -> Tensor")
      .composite(multilabel_margin_loss)
      .autocast(AutocastPolicy::Float32)
      .surface(kNode)
      .doc(
          "The mean over classes of max(0, 1 - self[target] + self[class]) over the targets before the first negative "
          "one and the classes that are none of them.");
  r.def("soft_margin_loss(Tensor self, Tensor target, int reduction=1) -> Tensor")
      .composite(soft_margin_loss)
      .autocast(AutocastPolicy::Float32)
      .surface(kFunctional)
      .doc("log(1 + exp(-target * self)), target in {1, -1}.");
  r.def("hinge_embedding_loss(Tensor self, Tensor target, float margin=1.0, int reduction=1) -> Tensor")
      .composite(hinge_embedding_loss)
      .autocast(AutocastPolicy::Float32)
      .function_only()
      .doc("self where target is 1, max(0, margin - self) where it is -1.");
  r.def("margin_ranking_loss(Tensor input1, Tensor input2, Tensor target, float margin=0.0, int reduction=1) -> Tensor")
      .composite(margin_ranking_loss)
      .autocast(AutocastPolicy::Float32)
      .doc("max(0, -target * (input1 - input2) + margin), target in {1, -1}.");
  r.def(
       "cosine_embedding_loss(Tensor input1, Tensor input2, Tensor target, float margin=0.0, int reduction=1) -> Tensor")
      .composite(cosine_embedding_loss)
      .autocast(AutocastPolicy::Float32)
      .doc("1 - cos(input1, input2) where target is 1, max(0, cos - margin) where it is -1; (N, D), (N, D), (N).");
  r.def(
       "triplet_margin_loss(Tensor anchor, Tensor positive, Tensor negative, float margin=1.0, float p=2.0, float eps=1e-06, bool swap=False, int reduction=1) -> Tensor")
      .composite(triplet_margin_loss)
      .autocast(AutocastPolicy::Float32)
      .doc("max(0, |anchor - positive| - |anchor - negative| + margin), in p-norms along the last dim.");
}

}  // namespace vt
