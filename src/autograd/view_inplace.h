// Note [In-place on views]
// A view shares memory with its base, so writing to one changes the value, and the history, of the other. The view
// knows its base and its own geometry. When a view is written to, the base gets a CopySlices node: the written part's
// gradient goes through the op's node, the rest to the base's former history. Every view of that base finds, by the
// version that its grad_fn was made for, that it is out of date, and takes a new grad_fn: as_strided of the base.
#pragma once

#include "autograd/node.h"

namespace vt::autograd {

// Makes a new grad_fn for a view whose data changed since its last one was made.
void refresh_view_history(const Tensor& view);

// Base and view as element strides; what as_strided needs.
struct ViewGeometry {
  DimVec sizes, strides;
  int64_t offset = 0;
  explicit ViewGeometry(const Tensor& t) : sizes(t.sizes()), strides(t.strides()), offset(t.storage_offset()) {}
};

// Makes a view's history that of its base as it is now, after a change of the view's geometry alone.
void follow_base(const Tensor& view);

// The history of a base after one of its views was written to by `fn`.
class CopySlices final : public Node {
 public:
  CopySlices(const Tensor& base, const Tensor& view, intrusive_ptr<Node> fn);
  Grads apply(Grads&& incoming) override;
  std::string name() const override { return "CopySlices"; }
  void release_saved() override { fn_ = nullptr; }

 private:
  ViewGeometry base_, view_;
  intrusive_ptr<Node> fn_;
};

// Gradient of a regenerated view: the view's gradient placed in zeros of the base's shape.
class AsStridedOfBase final : public Node {
 public:
  AsStridedOfBase(const Tensor& base, const Tensor& view);
  Grads apply(Grads&& incoming) override;
  std::string name() const override { return "AsStridedBackward0"; }

 private:
  ViewGeometry base_, view_;
};

}  // namespace vt::autograd
