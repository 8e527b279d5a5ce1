#include "bindings/python/node_object.h"

#include <atomic>
#include <map>
#include <unordered_map>

#include "autograd/autograd.h"
#include "autograd/meta.h"
#include "bindings/python/function_node.h"
#include "bindings/python/tensor_object.h"

namespace vt::python {
namespace {

using autograd::Grads;
using autograd::Node;

PyTypeObject *node_type, *handle_type;

struct NodeObject {
  PyObject_HEAD Node* node;  // counted
  int64_t shown;             // tensors that keep this object, see ShownGradFn
};
NodeObject* object_of(PyObject* o) { return reinterpret_cast<NodeObject*>(o); }
Node& node_in(PyObject* o) { return *object_of(o)->node; }

// The object of each node that has one. Used with the GIL only.
std::unordered_map<const Node*, PyObject*>& node_objects() {
  static auto& objects = *new std::unordered_map<const Node*, PyObject*>;  // never destroyed: threads outlive main
  return objects;
}

// A tensor keeps the object of its grad_fn from the first look at it on: Note [Cycles through the graph].
struct ShownGradFn final : RefCounted {
  explicit ShownGradFn(Ref o) : object(o.release()) { ++object_of(object)->shown; }
  ~ShownGradFn() override {
    if (!Py_IsInitialized()) return;
    const WithGil gil;
    --object_of(object)->shown;
    const Ref dropped = Ref::steal(object);
  }
  PyObject* object;
};

// A callable that C++ keeps, perhaps dropping it on a thread without the GIL.
class Callable {
 public:
  // `owner` is the hook that this is part of.
  Callable(PyObject* f, const RefCounted* owner) : f_(f), owner_(owner), link_(make_intrusive<Link>()) {
    Py_INCREF(f);
    link_->callable = this;
  }
  Callable(const Callable&) = delete;
  Callable& operator=(const Callable&) = delete;
  ~Callable() {
    if (!Py_IsInitialized()) return;
    const WithGil gil;
    link_->callable = nullptr;
    const Ref dropped = Ref::steal_or_null(f_);
  }
  // The GIL is held; a Python error becomes a PythonException.
  Ref call(PyObject* a, PyObject* b = nullptr) const {
    if (!f_) return Ref::borrow(Py_None);
    PyObject* r = outlive_exit([&] { return PyObject_CallFunctionObjArgs(f_, a, b, nullptr); });
    if (!r) throw PythonException();
    return Ref::steal(r);
  }
  // The function goes at once unless a backward that has begun is still to call it.
  void remove() {
    removed_ = true;
    if (owner_->use_count() == 1) const Ref dropped = Ref::steal_or_null(std::exchange(f_, nullptr));
  }
  bool removed() const { return removed_; }
  PyObject* function() const { return f_; }

  // What a handle has of it: null once it is gone. Used with the GIL only.
  struct Link : RefCounted {
    Callable* callable = nullptr;
  };
  const intrusive_ptr<Link>& link() const { return link_; }

 private:
  PyObject* f_;
  const RefCounted* owner_;
  std::atomic<bool> removed_{false};
  intrusive_ptr<Link> link_;
};

class PythonTensorHook final : public autograd::TensorHook {
 public:
  bool removed() const override { return function_.removed(); }
  Callable& callable() { return function_; }
  PythonTensorHook(PyObject* f, TensorImpl* leaf) : function_(f, this), leaf_(leaf) {}
  Tensor operator()(const Tensor& gradient) override {
    const WithGil gil;
    // The leaf owns this hook, so it is alive.
    const Ref argument = Ref::steal(wrap(leaf_ ? Tensor(intrusive_ptr<TensorImpl>(leaf_)) : gradient));
    const Ref result = function_.call(argument.get());
    if (result.get() == Py_None || leaf_) return Tensor();
    VT_CHECK(is_tensor(result.get()), Type, "hook returned a ", type_name_of(result.get()),
             ", expected None or a Tensor");
    const Tensor& replaced = tensor_of(result.get());
    VT_CHECK(same(replaced.sizes(), gradient.sizes()), Runtime, "hook has changed the size of value: expected ",
             gradient.sizes(), ", got ", replaced.sizes());
    VT_CHECK(replaced.dtype() == gradient.dtype(), Runtime, "hook has changed the type of value (was ",
             gradient.dtype(), " got ", replaced.dtype(), ")");
    VT_CHECK(replaced.device() == gradient.device(), Runtime, "hook has changed the device of value: expected ",
             gradient.device(), ", got ", replaced.device());
    return replaced;
  }

 private:
  Callable function_;
  TensorImpl* leaf_;
};

Ref tuple_of(const Grads& grads) { return Ref::steal(wrap_grads(grads)); }

void replace_grads(PyObject* result, Grads& grads) {
  if (result == Py_None) return;
  const Ref single = is_tensor(result) ? Ref::steal(PyTuple_Pack(1, result)) : Ref::borrow(result);
  VT_CHECK(PyTuple_Check(single.get()), Type, "hook returned a ", type_name_of(result),
           ", expected None or a tuple of Tensors");
  const auto n = static_cast<size_t>(PyTuple_Size(single.get()));
  VT_CHECK(n == grads.size(), Runtime, "hook has changed the number of gradients: expected ", grads.size(), ", got ",
           n);
  for (size_t i = 0; i < n; ++i) {
    PyObject* g = PyTuple_GetItem(single.get(), static_cast<Py_ssize_t>(i));
    grads[i] = g == Py_None ? Tensor() : expect_tensor(g, "a gradient that a hook returns");
  }
}

class PythonNodeHook final : public autograd::NodeHook {
 public:
  bool removed() const override { return function_.removed(); }
  Callable& callable() { return function_; }
  PythonNodeHook(PyObject* f, bool before) : function_(f, this), before_(before) {}
  void before(Grads& incoming) override {
    if (!before_) return;
    const WithGil gil;
    replace_grads(function_.call(tuple_of(incoming).get()).get(), incoming);
  }
  void after(Grads& outgoing, const Grads& incoming) override {
    if (before_) return;
    const WithGil gil;
    replace_grads(function_.call(tuple_of(outgoing).get(), tuple_of(incoming).get()).get(), outgoing);
  }

 private:
  Callable function_;
  bool before_;
};

// The dict that a program keeps with a node. It rides along with the node's hooks and does nothing.
class Metadata final : public autograd::NodeHook {
 public:
  explicit Metadata(Ref dict) : dict_(dict.release()) {}
  ~Metadata() override {
    if (!Py_IsInitialized()) return;
    const WithGil gil;
    const Ref dropped = Ref::steal(dict_);
  }
  PyObject* dict() const { return dict_; }

 private:
  PyObject* dict_;
};

struct HandleObject {
  PyObject_HEAD Callable::Link* link;  // counted; null once used
};

PyObject* handle_remove(PyObject* o, PyObject*) {
  return guarded([&] {
    if (Callable::Link* link = std::exchange(reinterpret_cast<HandleObject*>(o)->link, nullptr)) {
      if (link->callable) link->callable->remove();
      link->release();
    }
    Py_RETURN_NONE;
  });
}
PyObject* handle_enter(PyObject* o, PyObject*) { return Ref::borrow(o).release(); }
PyObject* handle_exit(PyObject* o, PyObject*) { return handle_remove(o, nullptr); }
void handle_dealloc(PyObject* o) {
  PyTypeObject* type = Py_TYPE(o);
  if (Callable::Link* link = reinterpret_cast<HandleObject*>(o)->link) link->release();
  reinterpret_cast<freefunc>(PyType_GetSlot(type, Py_tp_free))(o);
  Py_DECREF(type);
}

PyObject* node_name(PyObject* o, PyObject*) {
  return guarded([&] { return str_from(node_in(o).name()); });
}
PyObject* node_repr(PyObject* o) {
  return guarded([&] { return PyUnicode_FromFormat("<%s object at %p>", node_in(o).name().c_str(), &node_in(o)); });
}
PyObject* next_functions(PyObject* o, void*) {
  return guarded([&] {
    const auto& edges = node_in(o).edges();
    Ref tuple = Ref::steal(PyTuple_New(static_cast<Py_ssize_t>(edges.size())));
    for (size_t i = 0; i < edges.size(); ++i) {
      PyObject* pair = Py_BuildValue("(NI)", wrap_node(edges[i].node), edges[i].input);
      if (!pair) throw PythonErrorSet{};
      PyTuple_SetItem(tuple.get(), static_cast<Py_ssize_t>(i), pair);
    }
    return tuple.release();
  });
}
PyObject* variable(PyObject* o, void*) {
  return guarded([&] {
    auto* accumulate = dynamic_cast<autograd::AccumulateGrad*>(&node_in(o));
    VT_CHECK(accumulate, Attribute, "'", node_in(o).name(), "' object has no attribute 'variable'");
    return wrap(accumulate->variable());
  });
}
PyObject* metadata(PyObject* o, void*) {
  return guarded([&] {
    PyObject* found = nullptr;
    auto look = [&](autograd::NodeHook& hook) {
      if (auto* kept = dynamic_cast<Metadata*>(&hook)) found = kept->dict();
    };
    if (const autograd::NodeHooks* hooks = node_in(o).hooks_if_any()) hooks->node_hooks.for_each(look);
    if (found) return Ref::borrow(found).release();
    Ref dict = Ref::steal(PyDict_New());
    node_in(o).hooks().node_hooks.add(make_intrusive<Metadata>(dict));
    return dict.release();
  });
}
PyObject* sequence_number(PyObject* o, PyObject*) { return PyLong_FromUnsignedLongLong(node_in(o).sequence()); }

PyObject* make_handle(const intrusive_ptr<Callable::Link>& link) {
  PyObject* o = PyType_GenericAlloc(handle_type, 0);
  if (!o) throw PythonErrorSet{};
  reinterpret_cast<HandleObject*>(o)->link = intrusive_ptr<Callable::Link>(link).detach();
  return o;
}

PyObject* add_node_hook(PyObject* o, PyObject* hook, bool before) {
  return guarded([&] {
    VT_CHECK(PyCallable_Check(hook), Type, "expected a callable hook, got ", type_name_of(hook));
    auto made = make_intrusive<PythonNodeHook>(hook, before);
    node_in(o).hooks().node_hooks.add(made);
    return make_handle(made->callable().link());
  });
}
PyObject* register_hook(PyObject* o, PyObject* hook) { return add_node_hook(o, hook, false); }
PyObject* register_prehook(PyObject* o, PyObject* hook) { return add_node_hook(o, hook, true); }

// The node of an autograd.Function also shows the attributes of its context, as in PyTorch.
PyObject* get_attribute(PyObject* o, PyObject* name) {
  PyObject* found = PyObject_GenericGetAttr(o, name);
  if (found || !PyErr_ExceptionMatches(PyExc_AttributeError)) return found;
  PyObject* context = function_context(node_in(o));
  if (!context) return nullptr;
  PyErr_Clear();
  return PyObject_GetAttr(context, name);
}
// Where they are set.
int set_attribute(PyObject* o, PyObject* name, PyObject* value) {
  if (PyObject_GenericSetAttr(o, name, value) == 0) return 0;
  PyObject* context = PyErr_ExceptionMatches(PyExc_AttributeError) ? function_context(node_in(o)) : nullptr;
  if (!context) return -1;
  PyErr_Clear();
  return PyObject_SetAttr(context, name, value);
}

// A type for each name that nodes have: what draws graphs reads type(node).__name__.
PyTypeObject* node_type_named(const std::string& name) {
  static auto& types = *new std::map<std::string, PyTypeObject*>;  // never destroyed, as the types
  const std::string full_name = "vibetensor._C." + name;
  PyTypeObject*& type = types[full_name];
  if (!type) {
    PyType_Slot slots[] = {{0, nullptr}};
    const std::string& kept = types.find(full_name)->first;  // a type refers to its name for ever
    PyType_Spec spec = {kept.c_str(), sizeof(NodeObject), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
                        slots};
    PyObject* made = PyType_FromSpecWithBases(&spec, reinterpret_cast<PyObject*>(node_type));
    if (!made) {
      types.erase(full_name);
      throw PythonErrorSet{};
    }
    type = reinterpret_cast<PyTypeObject*>(made);
  }
  return type;
}

// Visits the Python objects that a node owns by way of C++.
int visit_owned_by(Node& node, visitproc visit, void* arg);

int node_traverse(PyObject* o, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(o));
  Node* n = object_of(o)->node;  // Note [Cycles through the graph]
  return n && n->use_count() == 1 + object_of(o)->shown ? visit_owned_by(*n, visit, arg) : 0;
}
int node_clear(PyObject*) { return 0; }  // what a node owns breaks the cycle

void node_dealloc(PyObject* o) {
  PyTypeObject* type = Py_TYPE(o);
  PyObject_GC_UnTrack(o);
  if (Node* n = object_of(o)->node) {
    node_objects().erase(n);
    n->release();
  }
  reinterpret_cast<freefunc>(PyType_GetSlot(type, Py_tp_free))(o);
  Py_DECREF(type);
}

}  // namespace

PyObject* wrap_grads(const Grads& grads) {
  Ref tuple = Ref::steal(PyTuple_New(static_cast<Py_ssize_t>(grads.size())));
  for (size_t i = 0; i < grads.size(); ++i) PyTuple_SetItem(tuple.get(), static_cast<Py_ssize_t>(i), wrap(grads[i]));
  return tuple.release();
}

PyObject* wrap_node(intrusive_ptr<Node> node) {
  if (!node) Py_RETURN_NONE;
  if (const auto known = node_objects().find(node.get()); known != node_objects().end()) {
    return Ref::borrow(known->second).release();
  }
  PyObject* o = PyType_GenericAlloc(node_type_named(node->name()), 0);
  if (!o) throw PythonErrorSet{};
  node_objects().emplace(node.get(), o);
  object_of(o)->node = node.detach();
  return o;
}

intrusive_ptr<Node> node_of(PyObject* o) {
  if (!PyObject_TypeCheck(o, node_type)) return {};
  return intrusive_ptr<Node>(&node_in(o));
}

PyObject* wrap_grad_fn(PyObject* tensor) {
  const Tensor& t = tensor_of(tensor);
  const intrusive_ptr<Node> node = autograd::grad_fn(t);
  Ref object = Ref::steal(wrap_node(node));
  if (node) {
    autograd::AutogradMeta& m = autograd::meta(t);
    if (!m.shown_grad_fn) m.shown_grad_fn = make_intrusive<ShownGradFn>(object);
    track_tensor(tensor);
  }
  return object.release();
}

intrusive_ptr<autograd::TensorHook> make_tensor_hook(PyObject* callable) {
  return make_intrusive<PythonTensorHook>(callable, nullptr);
}
intrusive_ptr<autograd::TensorHook> make_leaf_hook(PyObject* callable, TensorImpl* leaf) {
  return make_intrusive<PythonTensorHook>(callable, leaf);
}

PyObject* make_hook_handle(const intrusive_ptr<autograd::TensorHook>& hook) {
  return make_handle(static_cast<PythonTensorHook&>(*hook).callable().link());
}

namespace {

PyObject* function_of(autograd::TensorHook& hook) {
  auto* ours = dynamic_cast<PythonTensorHook*>(&hook);
  return ours ? ours->callable().function() : nullptr;
}

}  // namespace

PyObject* tensor_hooks(const Tensor& t) {
  Ref list = Ref::steal(PyList_New(0));
  auto add = [&](autograd::TensorHook& hook) {
    PyObject* function = hook.removed() ? nullptr : function_of(hook);
    if (function && PyList_Append(list.get(), function) < 0) throw PythonErrorSet{};
  };
  const auto* m = autograd::meta_if_any(t);
  if (!m) return list.release();
  m->hooks.for_each(add);
  const autograd::NodeHooks* hooks = m->grad_fn ? m->grad_fn->hooks_if_any() : nullptr;
  if (hooks) {
    for (const auto& h : hooks->tensor_hooks) {
      if (h.input == m->output_number) add(*h.hook);
    }
  }
  return list.release();
}

namespace {

int visit_owned_by(Node& node, visitproc visit, void* arg) {
  int stopped = 0;
  auto visit_one = [&](PyObject* o) {
    if (o && !stopped) stopped = visit(o, arg);
  };
  if (const autograd::NodeHooks* hooks = node.hooks_if_any()) {
    for (const auto& h : hooks->tensor_hooks) visit_one(function_of(*h.hook));
    hooks->node_hooks.for_each([&](autograd::NodeHook& hook) {
      if (auto* ours = dynamic_cast<PythonNodeHook*>(&hook)) visit_one(ours->callable().function());
      if (auto* kept = dynamic_cast<Metadata*>(&hook)) visit_one(kept->dict());
    });
  }
  visit_one(function_context(node));
  return stopped;
}

}  // namespace

int visit_graph_references(TensorImpl* tensor, visitproc visit, void* arg) {
  const auto* m = static_cast<const autograd::AutogradMeta*>(tensor->autograd_meta());
  if (!m || tensor->use_count() != 1) return 0;
  int stopped = 0;
  auto visit_one = [&](PyObject* o) {
    if (o && !stopped) stopped = visit(o, arg);
  };
  auto visit_hook = [&](autograd::TensorHook& hook) { visit_one(function_of(hook)); };
  m->hooks.for_each(visit_hook);
  m->post_accumulate_hooks.for_each(visit_hook);
  if (stopped) return stopped;
  if (m->shown_grad_fn) return visit(static_cast<const ShownGradFn&>(*m->shown_grad_fn).object, arg);
  Node* node = m->grad_fn.get();
  return node && node->use_count() == 1 ? visit_owned_by(*node, visit, arg) : 0;
}

void clear_graph_references(TensorImpl* tensor) {
  if (tensor->autograd_meta() && tensor->use_count() == 1) tensor->set_autograd_meta(nullptr);
}

void init_node_types(PyObject* module) {
  static PyMethodDef node_methods[] = {
      {"name", node_name, METH_NOARGS, "The node's name, e.g. AddBackward0."},
      {"register_hook", register_hook, METH_O, "Calls hook(grad_inputs, grad_outputs) after the node ran."},
      {"register_prehook", register_prehook, METH_O, "Calls hook(grad_outputs) before the node runs."},
      {"_sequence_nr", sequence_number, METH_NOARGS, nullptr},
      {nullptr, nullptr, 0, nullptr}};
  static PyGetSetDef node_getset[] = {
      {"next_functions", next_functions, nullptr, "Pairs (node, input number).", nullptr},
      {"variable", variable, nullptr, "The leaf of an AccumulateGrad.", nullptr},
      {"metadata", metadata, nullptr, "A dict that is the program's own.", nullptr},
      {nullptr, nullptr, nullptr, nullptr, nullptr}};
  PyType_Slot node_slots[] = {{Py_tp_dealloc, reinterpret_cast<void*>(node_dealloc)},
                              {Py_tp_repr, reinterpret_cast<void*>(node_repr)},
                              {Py_tp_traverse, reinterpret_cast<void*>(node_traverse)},
                              {Py_tp_clear, reinterpret_cast<void*>(node_clear)},
                              {Py_tp_getattro, reinterpret_cast<void*>(get_attribute)},
                              {Py_tp_setattro, reinterpret_cast<void*>(set_attribute)},
                              {Py_tp_methods, node_methods},
                              {Py_tp_getset, node_getset},
                              {0, nullptr}};
  PyType_Spec node_spec = {
      "vibetensor._C.Node", sizeof(NodeObject), 0,
      Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION, node_slots};
  node_type = make_type(module, node_spec);
  static PyMethodDef handle_methods[] = {{"remove", handle_remove, METH_NOARGS, "Takes the hook off."},
                                         {"__enter__", handle_enter, METH_NOARGS, nullptr},
                                         {"__exit__", handle_exit, METH_VARARGS, nullptr},
                                         {nullptr, nullptr, 0, nullptr}};
  PyType_Slot handle_slots[] = {
      {Py_tp_dealloc, reinterpret_cast<void*>(handle_dealloc)}, {Py_tp_methods, handle_methods}, {0, nullptr}};
  PyType_Spec handle_spec = {"vibetensor._C.HookHandle", sizeof(HandleObject), 0,
                             Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, handle_slots};
  handle_type = make_type(module, handle_spec);
}

}  // namespace vt::python
