// An op whose parts are functions of a plugin: how calls, shapes and derivatives of the registry reach them.
#pragma once

#include <memory>
#include <string>

#include "dispatch/registry.h"
#include "plugin/callback.h"

namespace vt::plugin {

// Checked when it is made; lives for ever once it is added.
class PluginOp {
 public:
  // `name` is the plugin's: the namespace. Value, Type or NotImplemented error for what cannot be an op.
  PluginOp(std::string_view name, const vt_op& declaration);

  const std::string& schema() const { return schema_; }
  // Full names of the op and of the forms that it asks for.
  const std::vector<std::string>& names() const { return names_; }
  // To the registry, which then refers to it.
  void declare(OpBuilder& builder) const;

  const vt_op& declaration() const { return declaration_; }
  // The argument that the op writes to, -1 if there is none.
  int written() const { return written_; }
  vt_status (*kernel(Key backend) const)(vt_call*);

 private:
  void check(const Op& op) const;

  std::string schema_;
  std::string doc_;
  std::vector<std::string> names_;
  vt_op declaration_;
  int written_ = -1;
};

// What set_shape, set_result, set_list and set_number act on; `call` is what they were handed.
void set_shape(vt_call* call, int result, TensorSpec spec);
void set_result(vt_call* call, int result, const Tensor& t);
void set_list(vt_call* call, TensorSpan tensors);
void set_number(vt_call* call, const vt_value& number);
GradContext& grad_context(const vt_grad* grad);
// `arg` of a derivative's op, checked to be a tensor argument that has this element.
void check_tensor_argument(const vt_grad* grad, int arg, int element);
// Checked to be kept.
void check_keeps_arg(const vt_grad* grad, int arg);
void check_keeps_result(const vt_grad* grad, int result);

}  // namespace vt::plugin
