#include "bindings/python/function_node.h"

#include <algorithm>

#include "autograd/autograd.h"
#include "bindings/python/node_object.h"
#include "bindings/python/tensor_object.h"
#include "core/thread_state.h"
#include "core/transform.h"
#include "ops/typed/copy.h"

namespace vt::python {
namespace {

using autograd::Grads;
using autograd::Node;
using autograd::SavedTensor;
using autograd::TensorMeta;

// The tensors that forward gave to save_for_backward; the ctx holds it in a capsule, the node clears it.
struct SavedForBackward : RefCounted {
  std::vector<SavedTensor> tensors;
  const Node* owner = nullptr;  // null without a graph: then `plain` has them
  Grads plain;
  bool released = false;
};
constexpr const char* kCapsuleName = "vibetensor.saved";
constexpr const char* kCapsuleAttribute = "_vt_saved";

void release_capsule(PyObject* capsule) {
  static_cast<SavedForBackward*>(PyCapsule_GetPointer(capsule, kCapsuleName))->release();
}

struct Output {
  bool is_tensor = false;
  int input = -1;  // which input of the node its gradient arrives at; -1: not differentiable
  TensorMeta meta;
};

class FunctionNode final : public Node {
 public:
  FunctionNode(PyObject* cls, PyObject* ctx, std::string name) : cls_(cls), ctx_(ctx), name_(std::move(name)) {
    Py_INCREF(cls_);
    Py_INCREF(ctx_);
  }

  Grads apply(Grads&& incoming) override {
    const WithGil gil;
    const bool materialize = flag("materialize_grads");
    Grads grads;
    for (const Output& o : outputs_) {
      Tensor g = o.input >= 0 ? incoming[static_cast<size_t>(o.input)] : Tensor();
      if (!g.defined() && o.is_tensor && materialize) g = zeros(o.meta);
      grads.push_back(std::move(g));
    }
    const Ref tuple = Ref::steal(wrap_grads(grads));
    PyObject* result = outlive_exit([&] { return PyObject_CallMethod(cls_, "_vt_backward", "OO", ctx_, tuple.get()); });
    if (!result) throw PythonException();
    const Ref owned = Ref::steal(result);
    Grads out;
    for (const Py_ssize_t at : tensor_arguments_) {
      VT_CHECK(at < PyTuple_Size(result), Runtime, "function ", name_,
               " returned an incorrect number of gradients (got ", PyTuple_Size(result), ")");
      PyObject* g = PyTuple_GetItem(result, at);
      VT_CHECK(g == Py_None || is_tensor(g), Type, "function ", name_, " returned a gradient of type ", type_name_of(g),
               " at position ", at, ", expected a Tensor or None");
      out.push_back(g == Py_None ? Tensor() : tensor_of(g));
    }
    return out;
  }
  std::string name() const override { return name_; }
  void release_saved() override {
    if (!saved_) return;
    saved_->released = true;
    saved_->tensors.clear();
  }

  PyObject* context() const { return ctx_; }
  void add_tensor_argument(Py_ssize_t at, autograd::Edge edge) {
    tensor_arguments_.push_back(at);
    add_edge(std::move(edge));
  }
  void add_output(Output o) { outputs_.push_back(std::move(o)); }
  void keep(intrusive_ptr<SavedForBackward> saved) { saved_ = std::move(saved); }

 private:
  ~FunctionNode() override {
    if (saved_) saved_->owner = nullptr, saved_->tensors.clear(), saved_->released = true;
    if (!Py_IsInitialized()) return;
    const WithGil gil;
    const Ref cls = Ref::steal(cls_), ctx = Ref::steal(ctx_);
  }
  bool flag(const char* name) const {
    PyObject* value = PyObject_GetAttrString(ctx_, name);
    if (!value) throw PythonException();
    return PyObject_IsTrue(Ref::steal(value).get()) == 1;
  }
  static Tensor zeros(const TensorMeta& m) { return ops::fill_(empty(m.sizes, m.dtype, m.device), Scalar(0)); }

  PyObject *cls_, *ctx_;
  std::string name_;
  std::vector<Py_ssize_t> tensor_arguments_;
  std::vector<Output> outputs_;
  intrusive_ptr<SavedForBackward> saved_;
};

// ctx.name as tensors (None entries undefined); empty if it is None.
std::vector<Tensor> tensors_in(PyObject* ctx, const char* name) {
  const Ref value = Ref::steal(PyObject_GetAttrString(ctx, name));
  std::vector<Tensor> list;
  if (value.get() == Py_None) return list;
  const Ref tuple = Ref::steal(PySequence_Tuple(value.get()));
  for (Py_ssize_t i = 0; i < PyTuple_Size(tuple.get()); ++i) {
    PyObject* o = PyTuple_GetItem(tuple.get(), i);
    VT_CHECK(o == Py_None || is_tensor(o), Type, "save_for_backward can only save variables, but argument ", i,
             " is of type ", type_name_of(o));
    list.push_back(o == Py_None ? Tensor() : tensor_of(o));
  }
  return list;
}

bool contains(const std::vector<Tensor>& list, const Tensor& t) {
  return std::ranges::any_of(list, [&](const Tensor& x) { return x.defined() && x.is_same(t); });
}

void attach_saved(PyObject* ctx, const intrusive_ptr<SavedForBackward>& saved) {
  saved->retain();
  const Ref capsule = Ref::steal(PyCapsule_New(saved.get(), kCapsuleName, release_capsule));
  if (PyObject_SetAttrString(ctx, kCapsuleAttribute, capsule.get()) < 0 ||
      PyObject_SetAttrString(ctx, "to_save", Py_None) < 0) {
    throw PythonErrorSet{};
  }
}

PyObject* record(PyObject* cls, PyObject* ctx, PyObject* args, const Ref& result) {
  const std::vector<Tensor> dirty = tensors_in(ctx, "dirty_tensors");
  const std::vector<Tensor> constant = tensors_in(ctx, "non_differentiable");
  const std::vector<Tensor> to_save = tensors_in(ctx, "to_save");
  auto node = make_intrusive<FunctionNode>(
      cls, ctx, std::string(text_of(Ref::steal(PyObject_GetAttrString(cls, "__name__")).get())) + "Backward");
  std::vector<Tensor> inputs;
  for (Py_ssize_t i = 0; i < PyTuple_Size(args); ++i) {
    PyObject* a = PyTuple_GetItem(args, i);
    if (!is_tensor(a)) continue;
    inputs.push_back(tensor_of(a));
    node->add_tensor_argument(i, autograd::gradient_edge(tensor_of(a)));
  }
  for (const Tensor& t : dirty) autograd::check_inplace(t);

  const bool several = PyTuple_Check(result.get());
  const Py_ssize_t count = several ? PyTuple_Size(result.get()) : 1;
  Ref outputs = Ref::steal(PyTuple_New(count));
  std::vector<std::pair<Tensor, uint32_t>> numbered;  // as forward returned them, for what is both output and saved
  for (Py_ssize_t i = 0; i < count; ++i) {
    PyObject* o = several ? PyTuple_GetItem(result.get(), i) : result.get();
    Output output;
    if (!is_tensor(o)) {
      node->add_output(output);
      PyTuple_SetItem(outputs.get(), i, Ref::borrow(o).release());
      continue;
    }
    Tensor t = tensor_of(o);
    output.is_tensor = true;
    output.meta = TensorMeta(t);
    const bool is_dirty = contains(dirty, t), is_input = contains(inputs, t);
    if (contains(constant, t) || !is_differentiable(t.dtype())) {
      if (is_input && !is_dirty) t = make_detached(t);
    } else {
      output.input = static_cast<int>(node->input_count());
      const Tensor returned = t;
      if (is_dirty) {
        autograd::rebase_history(t, node);
      } else {
        // An input passed on, or a view of one: its own tensor over the same memory.
        if (is_input || t.impl()->view_base()) t = make_detached(t);
        autograd::set_history(t, node);
      }
      numbered.emplace_back(returned, static_cast<uint32_t>(output.input));
      if (!t.is_same(returned)) numbered.emplace_back(t, static_cast<uint32_t>(output.input));
    }
    node->add_output(output);
    PyObject* wrapped = wrap(t);
    track_tensor(wrapped);  // its node owns ctx: Note [Cycles through the graph]
    PyTuple_SetItem(outputs.get(), i, wrapped);
  }

  auto saved = make_intrusive<SavedForBackward>();
  saved->owner = node.get();
  for (const Tensor& t : to_save) {
    const auto it = std::ranges::find_if(numbered, [&](const auto& n) { return t.defined() && n.first.is_same(t); });
    const bool is_output = it != numbered.end() && !contains(inputs, t);
    const bool is_dirty = t.defined() && contains(dirty, t);
    saved->tensors.push_back(!t.defined()            ? SavedTensor()
                             : is_output || is_dirty ? SavedTensor::of_result(t, it->second)
                                                     : SavedTensor::of_argument(t));
  }
  node->keep(saved);
  attach_saved(ctx, saved);
  return several ? outputs.release() : Ref::borrow(PyTuple_GetItem(outputs.get(), 0)).release();
}

// Inside vmap a Function records for the examples; what is differentiated outside would not see its backward.
void check_differentiated_here(PyObject* cls, PyObject* args) {
  int level = 0;
  bool is_outside = false;
  const auto for_each = [&](const auto& f) {
    for (Py_ssize_t i = 0; i < PyTuple_Size(args); ++i) {
      PyObject* a = PyTuple_GetItem(args, i);
      if (is_tensor(a)) f(tensor_of(a));
    }
  };
  for_each([&](const Tensor& t) { level = std::max(level, level_of(t)); });
  if (level == 0) return;
  for_each(
      [&](const Tensor& t) { is_outside |= requires_grad_below(t) || (t.requires_grad() && level_of(t) < level); });
  if (!is_outside) return;
  const Ref name = Ref::steal(PyObject_GetAttrString(cls, "__name__"));
  VT_THROW(
      NotImplemented, text_of(name.get()),
      ".apply: a Function of one's own inside vmap, of tensors that are differentiated outside of it, is not there");
}

PyObject* apply_function(PyObject*, PyObject* arguments) {
  return guarded([&] {
    PyObject *cls, *ctx, *args;
    if (!PyArg_ParseTuple(arguments, "OOO!:apply_function", &cls, &ctx, &PyTuple_Type, &args)) throw PythonErrorSet{};
    check_differentiated_here(cls, args);
    const Py_ssize_t n = PyTuple_Size(args);
    Ref needs = Ref::steal(PyTuple_New(n));
    bool any = false;
    for (Py_ssize_t i = 0; i < n; ++i) {
      PyObject* a = PyTuple_GetItem(args, i);
      const bool needed = grad_enabled() && is_tensor(a) && tensor_of(a).requires_grad();
      any |= needed;
      PyTuple_SetItem(needs.get(), i, PyBool_FromLong(is_tensor(a) && tensor_of(a).requires_grad()));
    }
    if (PyObject_SetAttrString(ctx, "needs_input_grad", needs.get()) < 0) throw PythonErrorSet{};
    const Ref result = [&] {
      const GradMode off(false);
      return Ref::steal(outlive_exit([&] { return PyObject_CallMethod(cls, "_vt_forward", "OO", ctx, args); }));
    }();
    if (any) return record(cls, ctx, args, result);
    auto saved = make_intrusive<SavedForBackward>();
    saved->plain = tensors_in(ctx, "to_save");
    attach_saved(ctx, saved);
    return Ref(result).release();
  });
}

PyObject* function_saved_tensors(PyObject*, PyObject* ctx) {
  return guarded([&] {
    if (PyObject_HasAttrString(ctx, kCapsuleAttribute) != 1) {
      const Ref pending = Ref::steal(PyObject_GetAttrString(ctx, "to_save"));  // still inside forward
      return pending.get() == Py_None ? PyTuple_New(0) : Ref(pending).release();
    }
    const Ref capsule = Ref::steal(PyObject_GetAttrString(ctx, kCapsuleAttribute));
    auto* saved = static_cast<SavedForBackward*>(PyCapsule_GetPointer(capsule.get(), kCapsuleName));
    if (!saved) throw PythonErrorSet{};
    if (saved->released) autograd::throw_freed();
    Grads tensors = saved->plain;
    for (const SavedTensor& t : saved->tensors) tensors.push_back(t.defined() ? t.unpack(*saved->owner) : Tensor());
    return wrap_grads(tensors);
  });
}

}  // namespace

PyObject* function_context(autograd::Node& node) {
  auto* f = dynamic_cast<FunctionNode*>(&node);
  return f ? f->context() : nullptr;
}

void init_function_node(PyObject* module) {
  static PyMethodDef functions[] = {
      {"apply_function", apply_function, METH_VARARGS, "Runs cls's forward and records its backward as one node."},
      {"function_saved_tensors", function_saved_tensors, METH_O, "What forward saved in ctx, versions checked."},
      {nullptr, nullptr, 0, nullptr}};
  if (PyModule_AddFunctions(module, functions) < 0) throw PythonErrorSet{};
}

}  // namespace vt::python
