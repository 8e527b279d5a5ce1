// Matrices put together from others: block_diag.
#include "core/dtype.h"
#include "dispatch/registry.h"
#include "iter/promotion.h"
#include "ops/copy/copy.h"
#include "ops/join/register.h"
#include "ops/typed/join.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

Tensor block_diag(TensorSpan tensors) {
  if (tensors.empty()) return empty(DimVec{1, 0}, default_dtype());
  const DType dtype = result_type(tensors);
  std::vector<Tensor> blocks;
  int64_t width = 0;
  for (size_t i = 0; i < tensors.size(); ++i) {
    const Tensor& t = tensors[i];
    VT_CHECK(t.dim() <= 2, Runtime, "block_diag(): Input tensors must have 2 or fewer dimensions. Input ", i, " has ",
             t.dim(), " dimensions");
    blocks.push_back(ops::atleast_2d(ops::as_dtype(t, dtype)));
    width = checked_add(width, blocks.back().size(1));
  }
  // Each block between zeros, as wide as the whole; the rows of one come below those of another.
  std::vector<Tensor> rows;
  int64_t before = 0;
  for (const Tensor& block : blocks) {
    const int64_t after = width - before - block.size(1);
    rows.push_back(ops::constant_pad_nd(block, DimVec{before, after}, Scalar(0)));
    before += block.size(1);
  }
  return ops::cat(rows, 0);
}

}  // namespace

void register_block_matrices(Registry& r) {
  r.def("block_diag(Tensor[] tensors) -> Tensor")
      .composite(block_diag)
      .surface(kNode)
      .doc("A matrix with the given ones along its diagonal and zeros elsewhere; vectors are rows.");
}

}  // namespace vt
