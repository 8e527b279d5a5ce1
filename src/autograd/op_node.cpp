#include "autograd/op_node.h"

#include <algorithm>

#include "autograd/engine.h"
#include "autograd/meta.h"
#include "core/transform.h"
#include "ops/typed/copy.h"

namespace vt::autograd {

uint32_t wanted_arguments(const Op& op, const Value* args) {
  uint32_t wanted = 0;
  for (int i = 0; i < op.arg_count(); ++i) {
    if (args[i].tag == Tag::Tensor && args[i].as_tensor().requires_grad()) wanted |= 1u << i;
    if (args[i].tag == Tag::TensorList) wanted |= 1u << i;
  }
  return wanted;
}

OpNode::OpNode(const Op& op, const Value* args, const Tensor& cloned_self, int level)
    : op_(op), wanted_(wanted_arguments(op, args)), args_({args, static_cast<size_t>(op.arg_count())}) {
  size_t tensors = 0;
  for (int i = 0; i < op.arg_count(); ++i) {
    tensors += args[i].tag == Tag::Tensor ? 1 : args[i].tag == Tag::TensorList ? args[i].size : 0;
  }
  tensors_.reserve(tensors);
  reserve_edges(tensors);
  for (int i = 0; i < op.arg_count(); ++i) {
    if (args[i].tag == Tag::Tensor) {
      const Tensor& t = args[i].as_tensor();
      add_tensor(i, 0, t, i == 0 && cloned_self.defined() ? cloned_self : t, level);
    } else if (args[i].tag == Tag::TensorList) {
      const TensorSpan list = args[i].as_tensor_list();
      for (size_t j = 0; j < list.size(); ++j) add_tensor(i, static_cast<int>(j), list[j], list[j], level);
    }
  }
}

void OpNode::add_tensor(int arg, int element, const Tensor& t, const Tensor& kept, int level) {
  const bool differentiable = t.defined() && is_differentiable(t.dtype());
  const bool is_kept = op_.functional().parts.keep.keeps_arg(arg, wanted_);
  tensors_.push_back({static_cast<uint16_t>(arg), static_cast<uint16_t>(element),
                      is_kept ? SavedTensor::of_argument(kept) : SavedTensor(),
                      t.defined() ? TensorMeta(t) : TensorMeta()});
  const bool is_here = level == 0 || (differentiable && level_of(t) == level);
  add_edge(differentiable && is_here ? gradient_edge(t) : Edge{});
}

void OpNode::keep_result(int i, const Tensor& result, uint32_t output_number) {
  if (!op_.functional().parts.keep.has_result(i)) return;
  if (static_cast<int>(results_.size()) <= i) results_.resize(i + 1);
  results_[i] = SavedTensor::of_result(result, output_number);
}

const OpNode::TensorArg* OpNode::find(int arg, int element) const {
  for (const TensorArg& t : tensors_) {
    if (t.arg == arg && t.element == element) return &t;
  }
  return nullptr;
}

int OpNode::edge_of(int arg, int element) const {
  const TensorArg* t = find(arg, element);
  return t ? static_cast<int>(t - tensors_.data()) : -1;
}

// PyTorch's style: add.Tensor -> AddBackward0, log_softmax.int -> LogSoftmaxBackward0.
std::string node_name_of(const Op& op) {
  std::string out;
  bool upper = true;
  std::string_view name = op.functional().schema().name();
  if (const size_t space = name.rfind(':'); space != std::string_view::npos) name.remove_prefix(space + 1);
  for (const char c : name) {
    if (c == '_') {
      upper = true;
      continue;
    }
    out += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    upper = false;
  }
  return out + "Backward0";
}

std::string OpNode::name() const { return node_name_of(op_); }

void OpNode::release_saved() {
  released_ = true;
  for (TensorArg& t : tensors_) t.saved.release();
  for (SavedTensor& r : results_) r.release();
}

// What a derivative sees of its node while it runs.
class OpGradContext final : public GradContext {
 public:
  OpGradContext(OpNode& node, Grads& incoming) : node_(node), incoming_(incoming), out_(node.edges().size()) {}
  Grads take() { return std::move(out_); }
  const Op& op() const { return node_.op_; }

  const Tensor& grad(int result) const override {
    static const Tensor none;
    return static_cast<size_t>(result) < incoming_.size() ? incoming_[result] : none;  // of an index there is none
  }
  TensorSpan grads() const override { return incoming_; }
  Tensor grad_or_zeros(int result) const override {
    if (grad(result).defined()) return grad(result);
    const TensorMeta& m = node_.input(static_cast<uint32_t>(result));
    Tensor zeros = empty(m.sizes, m.dtype, m.device);
    return ops::zero_(zeros);
  }
  bool needs(int arg, int element) const override {
    const int e = node_.edge_of(arg, element);
    return e >= 0 && node_.has_edge(e) && edge_wanted(node_.edges()[e]);
  }
  Tensor saved(int arg, int element) const override {
    const OpNode::TensorArg* t = node_.find(arg, element);
    if (!t) return {};  // an absent Tensor?
    VT_ASSERT(node_.op_.functional().parts.keep.has_arg(arg), node_.op_.name(), " does not keep argument ", arg);
    return t->saved.unpack(node_);
  }
  Tensor saved_result(int result) const override {
    if (node_.released_) throw_freed();
    VT_ASSERT(result < static_cast<int>(node_.results_.size()) && node_.results_[result].defined(), node_.op_.name(),
              " does not keep result ", result);
    return node_.results_[result].unpack(node_);
  }
  IntSpan sizes(int arg, int element) const override {
    const OpNode::TensorArg* t = node_.find(arg, element);
    return t ? IntSpan(t->meta.sizes) : IntSpan();
  }
  DType dtype(int arg, int element) const override { return meta_of(arg, element).dtype; }
  Device device(int arg, int element) const override { return meta_of(arg, element).device; }
  int list_size(int arg) const override { return static_cast<int>(node_.args_[arg].size); }
  bool is_none(int arg) const override { return node_.args_[arg].is_none() && !node_.find(arg, 0); }
  Tensor take_waiting(int arg) const override {
    const Edge* e = own_edge(arg);
    return e ? take_waiting_gradient(*e) : Tensor();
  }
  std::optional<DType> wanted_narrow(int arg) const override {
    const Edge* e = own_edge(arg);
    return e ? narrowed_by_receiver(*e) : std::nullopt;
  }
  void set(int arg, Tensor gradient) override { set(arg, 0, std::move(gradient)); }
  void set(int arg, int element, Tensor gradient) override {
    const int e = node_.edge_of(arg, element);
    VT_ASSERT(e >= 0, node_.op_.name(), ": no tensor argument ", arg, " to set a gradient of");
    out_[e] = std::move(gradient);
  }

 protected:
  const Value& raw(int arg) const override { return node_.args_[arg]; }

 private:
  // The edge of an argument, null if there is none. What an in-place op gives for self goes through the node of its
  // view first.
  const Edge* own_edge(int arg) const {
    const int e = node_.op_.kind() == OpKind::Functional ? node_.edge_of(arg, 0) : -1;
    return e >= 0 && node_.has_edge(e) ? &node_.edges()[e] : nullptr;
  }
  const TensorMeta& meta_of(int arg, int element) const {
    const OpNode::TensorArg* t = node_.find(arg, element);
    VT_ASSERT(t, node_.op_.name(), ": argument ", arg, " is no tensor");
    return t->meta;
  }
  OpNode& node_;
  Grads& incoming_;
  Grads out_;
};

const Op& op_of(const GradContext& context) {
  const auto* of_node = dynamic_cast<const OpGradContext*>(&context);
  VT_ASSERT(of_node, "a derivative that no node runs");
  return of_node->op();
}

Grads OpNode::apply(Grads&& incoming) {
  if (std::ranges::none_of(incoming, [](const Tensor& g) { return g.defined(); })) return Grads(edges().size());
  const Op::Parts& parts = op_.functional().parts;
  VT_CHECK(parts.derivative, NotImplemented, "derivative for ", op_.name(), " is not implemented yet");
  if (released_ && parts.keep.bits) throw_freed();
  OpGradContext context(*this, incoming);
  parts.derivative(context);
  return context.take();
}

}  // namespace vt::autograd
