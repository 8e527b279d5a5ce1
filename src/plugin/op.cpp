#include "plugin/op.h"

#include <algorithm>
#include <cstring>

#include "autograd/op_node.h"
#include "core/determinism.h"
#include "cuda/work.h"
#include "iter/overlap.h"
#include "plugin/values.h"

namespace vt::plugin {
namespace {

constexpr uint32_t kKnownFlags = VT_OP_NOT_DIFFERENTIABLE | VT_OP_ANY_DEVICE | VT_OP_RANDOM | VT_OP_VALUE_DEPENDENT |
                                 VT_OP_NONDETERMINISTIC | VT_OP_INPLACE | VT_OP_OUT;

bool gives_tensors(const Op& op) {
  return !op.schema().returns_list() &&
         std::ranges::all_of(op.schema().rets(), [](const Ret& r) { return r.type == ArgType::Tensor; });
}

// One call on its way through the plugin.
struct Frame : vt_call {
  Frame(Call& c, const PluginOp& o) : vt_call{}, dispatched(c), op(o) {
    const int count = c.op.functional().arg_count();
    for (int i = 0; i < count; ++i) values[i] = to_abi(c.args[i]);
    args = values;
    arg_count = count;
    result_count = static_cast<int32_t>(c.op.functional().schema().rets().size());
    data = o.declaration().data;
  }
  Call& dispatched;
  const PluginOp& op;
  vt_value values[kMaxArgs];
  bool in_shape = false;
  SpecList specs;
  uint32_t set = 0;  // by bit, the results that the plugin gave
  Results made;
};

Frame& frame_of(vt_call* call) {
  VT_CHECK(call && Callback::current().subject == call, Runtime, "expected the call that is running, got another one");
  return *static_cast<Frame*>(call);
}

void check_position(const Frame& f, int result) {
  VT_CHECK(result >= 0 && result < f.result_count, Index, "expected the number of one of ", f.result_count,
           " results, got ", result);
}

SpecList run_shape(Callback& callback, Frame& f) {
  const auto shape = f.op.declaration().shape;
  f.in_shape = true;
  callback.run("the shape function", [&] { return shape(&f); });
  f.in_shape = false;
  f.specs.count = f.result_count;
  VT_CHECK(f.set == (1u << f.result_count) - 1, Runtime, "the shape function of the plugin set no shape for result ",
           std::countr_one(f.set));
  f.set = 0;
  return f.specs;
}

// Memory that the kernel uses, for what watches a capture, and the last moment to refuse.
void note_device_work(const Frame& f, vt_tensor* const* results) {
  std::vector<const StorageImpl*> storages;
  for_each_tensor(f.dispatched.inputs(), [&](int, const Tensor& t) {
    if (t.is_cuda()) storages.push_back(t.storage().get());
  });
  for (int i = 0; results && i < f.result_count; ++i) {
    const Tensor& t = tensor_in(results[i]);
    if (t.is_cuda()) storages.push_back(t.storage().get());
  }
  const int device = f.vt_call::device.index;
  cuda::begin_work(f.dispatched.op.schema().name().c_str(), cuda::current_stream(device), storages);
}

void run_kernel(Callback& callback, Frame& f, vt_tensor* const* results) {
  const auto kernel = f.op.kernel(f.dispatched.key);
  f.results = results;
  if (f.dispatched.key == Key::CUDA) {
    if (f.op.declaration().flags & VT_OP_NONDETERMINISTIC) {
      refuse_nondeterministic(f.dispatched.op.schema().name().c_str());
    }
    note_device_work(f, results);
  }
  callback.run("the kernel", [&] { return kernel(&f); });
}

void check_written(const Call& call, int written) {
  if (written < 0) return;
  const Tensor& t = call.args[written].as_tensor();
  if (!t.defined()) return;
  check_writable(t);
  check_no_internal_overlap(*t.impl());
}

// A kernel that makes its results itself.
void run_whole(Callback& callback, Frame& f) {
  Call& call = f.dispatched;
  run_kernel(callback, f, nullptr);
  const auto& rets = call.op.functional().schema().rets();
  Results& results = call.results;
  for (int i = 0; i < f.result_count; ++i) {
    if (rets[static_cast<size_t>(i)].written) {
      results.add(call.args[f.op.written()].as_tensor());
      continue;
    }
    VT_CHECK(f.set >> i & 1, Runtime, "the kernel of the plugin set no result ", i);
    if (rets[static_cast<size_t>(i)].type == ArgType::Tensor) results.add(std::move(f.made.tensors[i]));
  }
  if (f.made.is_list) {
    results.is_list = true;
    results.list = std::move(f.made.list);
  }
  if (!f.made.number.is_none()) {
    results.scalar = f.made.scalar;
    results.number = results.scalar.is_complex() ? box(results.scalar) : f.made.number;
  }
}

void run_structured(Callback& callback, Frame& f) {
  Call& call = f.dispatched;
  const SpecList specs = run_shape(callback, f);
  boxing::Outputs outputs(call, specs);
  if (call.key != Key::Meta) {
    vt_tensor* results[Results::kMax];
    for (int i = 0; i < specs.count; ++i) results[i] = handle(outputs[static_cast<size_t>(i)]);
    run_kernel(callback, f, results);
  }
  outputs.finish(call);
}

void run_call(Call& call) {
  const PluginOp& op = *static_cast<const PluginOp*>(call.op.functional().parts.data);
  const vt_op& declared = op.declaration();
  const bool on_meta = call.key == Key::Meta;
  VT_CHECK(!on_meta || declared.shape, NotImplemented,
           "the plugin gives it no shape function, which tensors on meta need");
  VT_CHECK(on_meta || op.kernel(call.key), NotImplemented, "the plugin has no kernel for ", boxing::device_of(call),
           " tensors");
  if (!(declared.flags & VT_OP_ANY_DEVICE)) boxing::check_same_device(call);
  check_written(call, op.written());
  const Device device = boxing::device_of(call);
  const DeviceGuard guard(device);
  Frame frame(call, op);
  frame.device = to_abi(resolve_device(device));
  Callback callback;
  callback.subject = static_cast<vt_call*>(&frame);
  if (declared.shape) {
    run_structured(callback, frame);
  } else {
    run_whole(callback, frame);
  }
  if (op.written() >= 0 && !on_meta) {
    const Tensor& t = call.args[op.written()].as_tensor();
    if (t.defined()) t.impl()->bump_version();
  }
}

// One call of a derivative on its way through the plugin.
struct GradFrame : vt_grad {
  GradContext& context;
  const Op& op;
  std::vector<vt_value> values;
  std::vector<vt_tensor*> handles;
  GradFrame(GradContext& c, const Op& o) : vt_grad{}, context(c), op(o) {}
};

GradFrame& frame_of(const vt_grad* grad) {
  VT_CHECK(grad && Callback::current().subject == grad, Runtime,
           "expected the derivative that is running, got another one");
  return *static_cast<GradFrame*>(const_cast<vt_grad*>(grad));
}

}  // namespace
}  // namespace vt::plugin

namespace vt {
// A non-tensor argument of a derivative as it is.
template <>
struct Unbox<Value> {
  static const Value& get(const Value& v) { return v; }
};
}  // namespace vt

namespace vt::plugin {
namespace {

void run_derivative(GradContext& context) {
  const Op& op = autograd::op_of(context).functional();
  const PluginOp& plugin_op = *static_cast<const PluginOp*>(op.parts.data);
  GradFrame f(context, op);
  for (int i = 0; i < op.arg_count(); ++i) f.values.push_back(to_abi(context.arg<Value>(i)));
  for (vt_value& v : f.values) {
    if (v.tag == VT_TAG_TENSOR || v.tag == VT_TAG_TENSOR_LIST) v = {};
  }
  f.args = f.values.data();
  f.arg_count = op.arg_count();
  f.result_count = static_cast<int32_t>(op.schema().rets().size());
  const bool list = op.schema().returns_list();
  if (list) {
    for (const Tensor& t : context.grads()) f.handles.push_back(handle(t));
    f.result_count = static_cast<int32_t>(f.handles.size());
  } else {
    for (int i = 0; i < f.result_count; ++i) f.handles.push_back(handle(context.grad(i)));
  }
  f.grads = f.handles.data();
  f.data = plugin_op.declaration().data;
  Callback callback;
  callback.subject = static_cast<vt_grad*>(&f);
  callback.run("the derivative", [&] { return plugin_op.declaration().backward(&f); });
}

}  // namespace

vt_status (*PluginOp::kernel(Key backend) const)(vt_call*) {
  switch (backend) {
    case Key::CPU: return declaration_.cpu;
    case Key::CUDA: return declaration_.cuda;
    default: return nullptr;
  }
}

PluginOp::PluginOp(std::string_view name, const vt_op& declaration) : declaration_(declaration) {
  VT_CHECK(declaration.schema, Type, "expected the schema of an op, got null");
  schema_ = std::string(name) + "::" + declaration.schema;
  doc_ = declaration.doc ? declaration.doc : "";
  std::unique_ptr<Op> op;
  try {
    op = std::make_unique<Op>(schema_, OpKind::Functional, nullptr);
  } catch (const Error& e) {
    VT_THROW(Value, "malformed schema: ", e.message());
  }
  const auto& args = op->schema().args();
  for (size_t i = 0; i < args.size(); ++i) {
    if (!args[i].written) continue;
    VT_CHECK(written_ < 0, NotImplemented, schema_, ": one argument at most may be written to");
    VT_CHECK(args[i].type == ArgType::Tensor, NotImplemented, schema_, ": only a Tensor may be written to");
    written_ = static_cast<int>(i);
  }
  check(*op);
  names_.push_back(op->name());
  if (declaration_.flags & VT_OP_INPLACE) names_.push_back(Schema(op->schema().inplace_text()).full_name());
  if (declaration_.flags & VT_OP_OUT) names_.push_back(Schema(op->schema().out_text()).full_name());
}

void PluginOp::check(const Op& op) const {
  const vt_op& d = declaration_;
  const auto expect = [&](bool holds, const char* what) { VT_CHECK(holds, Value, op.name(), ": ", what); };
  const auto& rets = op.schema().rets();
  const auto& args = op.schema().args();
  expect(d.cpu || d.cuda, "an op needs a kernel");
  expect((d.flags & ~kKnownFlags) == 0 && d.reserved == 0, "it sets a flag that is not known");
  expect(!d.shape || (gives_tensors(op) && !rets.empty()), "only an op that gives tensors has a shape function");
  expect(!(d.flags & VT_OP_VALUE_DEPENDENT) || !d.shape, "with shapes that depend on values it has no shape function");
  expect(!(d.flags & (VT_OP_INPLACE | VT_OP_OUT)) || (d.shape && written_ < 0),
         "in-place and out= forms are made of an op with a shape function that writes to no argument");
  expect(!(d.flags & VT_OP_INPLACE) ||
             (!args.empty() && args[0].name == "self" && args[0].type == ArgType::Tensor && rets.size() == 1),
         "an in-place form needs `Tensor self` first and one result");
  expect(rets.size() <= static_cast<size_t>(Results::kMax), "it has more than 6 results");
  const auto is_tensor = [](const Arg& a) { return a.type == ArgType::Tensor || a.type == ArgType::TensorList; };
  expect(std::ranges::any_of(args, is_tensor) || op.is_factory() || !d.cuda,
         "without a tensor or a Device among its arguments it only ever runs on the CPU");
  expect(!d.backward || !(d.flags & VT_OP_NOT_DIFFERENTIABLE), "it has a derivative and is not differentiable");
  expect(d.backward || (d.keep_args == 0 && d.keep_results == 0), "it keeps tensors for a derivative that it lacks");
  expect((d.keep_args >> std::min<size_t>(args.size(), 24)) == 0, "it keeps an argument that it does not have");
  expect((d.keep_results >> rets.size()) == 0, "it keeps a result that it does not have");
  for (size_t i = 0; i < args.size() && i < 24; ++i) {
    expect(!(d.keep_args >> i & 1) || is_tensor(args[i]), "it keeps an argument that is no tensor");
    expect(!args[i].aliased || args[i].written, "views are for the ops of VibeTensor: an argument is `(a!)` or plain");
  }
  for (const Ret& r : rets) {
    expect(!r.written || (written_ >= 0 && !d.shape), "a result `Tensor(a!)` is the argument that is written to");
    const bool number =
        r.type == ArgType::Bool || r.type == ArgType::Int || r.type == ArgType::Float || r.type == ArgType::Scalar;
    expect(r.type == ArgType::Tensor || (rets.size() == 1 && (number || r.type == ArgType::TensorList)),
           "results are tensors, one Tensor[], or one number");
  }
  expect(written_ < 0 || !d.shape, "an op that writes to an argument has no shape function");
}

void PluginOp::declare(OpBuilder& builder) const {
  builder.boxed(run_call).data(this).surface(kInternal).inplace_surface(kInternal).doc(doc_.c_str());
  const vt_op& d = declaration_;
  if (d.backward) {
    builder.backward(Keep{d.keep_args | d.keep_results << 24}, run_derivative);
  }
  if (d.flags & VT_OP_NOT_DIFFERENTIABLE) builder.not_differentiable();
  if (d.flags & VT_OP_ANY_DEVICE) builder.any_device();
  if (d.flags & VT_OP_RANDOM) builder.random();
  if (d.flags & VT_OP_VALUE_DEPENDENT) builder.value_dependent();
  if (d.flags & VT_OP_INPLACE) builder.inplace();
  builder.out((d.flags & VT_OP_OUT) != 0);
}

void set_shape(vt_call* call, int result, TensorSpec spec) {
  Frame& f = frame_of(call);
  check_position(f, result);
  VT_CHECK(f.in_shape, Runtime, "set_shape is for shape functions");
  f.specs.specs[result] = std::move(spec);
  f.set |= 1u << result;
}

void set_result(vt_call* call, int result, const Tensor& t) {
  Frame& f = frame_of(call);
  check_position(f, result);
  VT_CHECK(!f.in_shape && !f.op.declaration().shape, Runtime,
           "set_result is for kernels of ops without a shape function");
  const Ret& ret = f.dispatched.op.functional().schema().rets()[static_cast<size_t>(result)];
  VT_CHECK(ret.type == ArgType::Tensor && !ret.written, Type, "result ", result, " is no tensor that the kernel makes");
  for_each_tensor(f.dispatched.arguments(), [&](int i, const Tensor& argument) {
    VT_CHECK(argument.storage() != t.storage(), Runtime, "result ", result, " shares the memory of argument '",
             f.dispatched.op.schema().args()[static_cast<size_t>(i)].name, "'; a kernel gives tensors of its own");
  });
  f.made.tensors[result] = t;
  f.set |= 1u << result;
}

void set_list(vt_call* call, TensorSpan tensors) {
  Frame& f = frame_of(call);
  VT_CHECK(f.dispatched.op.schema().returns_list(), Type, "the op gives no Tensor[]");
  std::vector<Tensor> list;
  for (const Tensor& t : tensors) {
    VT_CHECK(t.defined(), Type, "expected tensors, got null");
    for_each_tensor(f.dispatched.arguments(), [&](int, const Tensor& argument) {
      VT_CHECK(argument.storage() != t.storage(), Runtime, "a result shares the memory of an argument");
    });
    list.push_back(t);
  }
  f.made.list = std::move(list);
  f.made.is_list = true;
  f.set |= 1;
}

void set_number(vt_call* call, const vt_value& number) {
  Frame& f = frame_of(call);
  const auto& rets = f.dispatched.op.schema().rets();
  const ArgType type = rets.empty() ? ArgType::Tensor : rets[0].type;
  const auto gives = [&](ArgType t, uint32_t tag) { return type == t && number.tag == tag; };
  VT_CHECK(gives(ArgType::Bool, VT_TAG_BOOL) || gives(ArgType::Int, VT_TAG_INT) ||
               gives(ArgType::Float, VT_TAG_FLOAT) || type == ArgType::Scalar,
           Type, "the op gives no number of that type");
  f.made.scalar = number_from(number);
  f.made.number = box(f.made.scalar);
  f.set |= 1;
}

GradContext& grad_context(const vt_grad* grad) { return frame_of(grad).context; }

void check_tensor_argument(const vt_grad* grad, int arg, int element) {
  const GradFrame& f = frame_of(grad);
  VT_CHECK(arg >= 0 && arg < f.arg_count, Index, "expected the number of one of ", f.arg_count, " arguments, got ",
           arg);
  const Arg& declared = f.op.schema().args()[static_cast<size_t>(arg)];
  const bool list = declared.type == ArgType::TensorList;
  VT_CHECK(list || declared.type == ArgType::Tensor, Type, "argument '", declared.name, "' is no tensor");
  const int count = list ? f.context.list_size(arg) : 1;
  VT_CHECK(element >= 0 && element < count, Index, "expected an element of '", declared.name, "' below ", count,
           ", got ", element);
}

void check_keeps_arg(const vt_grad* grad, int arg) {
  VT_CHECK(frame_of(grad).op.parts.keep.has_arg(arg), Runtime, "the op does not keep argument ", arg);
}

void check_keeps_result(const vt_grad* grad, int result) {
  VT_CHECK(result >= 0 && result < Results::kMax && frame_of(grad).op.parts.keep.has_result(result), Runtime,
           "the op does not keep result ", result);
}

}  // namespace vt::plugin
