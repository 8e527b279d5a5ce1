#include "bindings/python/signature.h"

#include <algorithm>

#include "dispatch/registry.h"

namespace vt::python {
namespace {

PyObject* intern(std::string_view text) {
  PyObject* s = PyUnicode_InternFromString(std::string(text).c_str());
  if (!s) throw PythonErrorSet{};
  return s;
}

std::map<std::string, PyTypeObject*>& return_types() {
  static auto* types = new std::map<std::string, PyTypeObject*>;
  return *types;
}
PyObject* result_repr = nullptr;

void set_repr(PyTypeObject* type) {
  if (!result_repr) return;
  if (PyObject_SetAttrString(reinterpret_cast<PyObject*>(type), "__repr__", result_repr) < 0) throw PythonErrorSet{};
}

// torch.return_types.sort and friends: made where every result has a name, once for the function and the method.
PyTypeObject* named_tuple_of(const std::string& name, const Schema& schema) {
  const auto& rets = schema.rets();
  if (rets.size() < 2 || std::ranges::any_of(rets, [](const Ret& r) { return r.name.empty(); })) return nullptr;
  PyTypeObject*& known = return_types()[name];
  if (known) return known;
  auto* fields = new std::vector<PyStructSequence_Field>;  // the type refers to it for ever
  for (const Ret& r : rets) fields->push_back({r.name.c_str(), nullptr});
  fields->push_back({nullptr, nullptr});
  auto* full_name = new std::string("torch.return_types." + name);  // as it is shown
  PyStructSequence_Desc desc = {full_name->c_str(), "", fields->data(), static_cast<int>(rets.size())};
  PyTypeObject* type = PyStructSequence_NewType(&desc);
  if (!type) throw PythonErrorSet{};
  const Ref home = Ref::steal(str_from("vibetensor.torch.return_types"));  // where pickle finds it
  if (PyObject_SetAttrString(reinterpret_cast<PyObject*>(type), "__module__", home.get()) < 0) throw PythonErrorSet{};
  set_repr(type);
  return known = type;
}

}  // namespace

const std::map<std::string, PyTypeObject*>& all_return_types() {
  for (const Op* op : Registry::get().ops()) named_tuple_of(op->schema().name(), op->functional().schema());
  return return_types();
}

void set_result_repr(PyObject* function) {
  result_repr = Ref::borrow(function).release();
  for (const auto& [name, type] : return_types()) set_repr(type);
}

Overload::Overload(const Candidate& candidate) : op(candidate.op) {
  const Op& o = *op;
  const auto& args = o.schema().args();
  const int inputs = o.input_count();
  bool has_device = false, has_requires_grad = false, takes_tensor_first = false;
  for (int i = 0; i < static_cast<int>(args.size()); ++i) {
    const Arg& a = args[i];
    Param p;
    p.name = intern(a.name);
    p.function_name = a.name == "self" ? intern("input") : p.name;
    p.type = a.type;
    p.optional = a.optional;
    p.optional_elements = a.optional_elements;
    p.has_default = a.has_default;
    p.accepts_number = candidate.numbers >> i & 1;
    p.list_size = a.list_size;
    p.default_value = a.default_value;
    params.push_back(p);
    if (!a.keyword_only) positional = i + 1;
    has_device |= a.type == ArgType::Device && a.keyword_only;
    has_requires_grad |= a.name == "requires_grad";
    takes_tensor_first |= i == 0 && a.type == ArgType::Tensor;
  }
  if (o.kind() == OpKind::Out) first_out = inputs;
  is_factory = has_device && !has_requires_grad;
  const int spread_at = takes_tensor_first ? 1 : 0;
  if (positional == spread_at + 1 && params[spread_at].type == ArgType::IntList) {
    spread_in_method = takes_tensor_first;
    spread_in_function = !takes_tensor_first;
  }
}

void OpEntry::make() const {
  for (const Candidate& candidate : overloads_to_try(name, surface_)) {
    overloads_.emplace_back(candidate);
    if (!return_type_) return_type_ = named_tuple_of(name, candidate.op->functional().schema());
  }
}

}  // namespace vt::python
