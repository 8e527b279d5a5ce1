// What the registry holds, for generators of stubs and documents and for tests; live counters.
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>

#include "autograd/node.h"
#include "bindings/python/module.h"
#include "bindings/python/number.h"
#include "bindings/python/signature.h"
#include "bindings/python/small_types.h"
#include "cuda/graph.h"
#include "dispatch/frontend.h"
#include "dispatch/registry.h"
#include "fabric/call.h"
#include "ops/batch/batch_call.h"
#include "plugin/loader.h"

namespace nb = nanobind;

namespace vt::python {
namespace {

nb::list tags_of(const Op& op) {
  const Op::Parts& parts = op.functional().parts;
  nb::list tags;
  tags.append(op.kind() == OpKind::Functional ? "functional" : op.kind() == OpKind::Inplace ? "inplace" : "out");
  if (parts.composite) tags.append("composite");
  if (parts.derivative) tags.append("differentiable");
  if (parts.jvp) tags.append("jvp");
  if (parts.not_differentiable) tags.append("not_differentiable");
  if (parts.view) tags.append("view");
  if (parts.random) tags.append("random");
  if (parts.value_dependent) tags.append("value_dependent");
  return tags;
}

nb::list places_of(const Op& op) {
  nb::list places;
  for (const Place& place : kPlaces) {
    if (op.parts.surface & place.surface) places.append(std::string(place.name));
  }
  return places;
}

const char* name_of(AutocastPolicy policy) {
  switch (policy) {
    case AutocastPolicy::None: return "none";
    case AutocastPolicy::Lower: return "lower";
    case AutocastPolicy::Float32: return "float32";
    case AutocastPolicy::Promote: return "promote";
    case AutocastPolicy::Refuse: return "refuse";
  }
  return "";
}

nb::dict autocast_of(const Op& op) {
  const AutocastPolicies& policies = op.functional().parts.autocast;
  nb::dict d;
  d["cpu"] = name_of(policies.cpu);
  d["cuda"] = name_of(policies.cuda);
  return d;
}

// The default as Python has it.
nb::object default_of(const Value& v) {
  switch (v.tag) {
    case Tag::IntList: return nb::steal(make_int_tuple(Unbox<IntSpan>::get(v)));
    case Tag::String: return nb::steal(str_from(std::string(Unbox<std::string_view>::get(v))));
    case Tag::MemoryFormat: return nb::borrow(memory_format_object(Unbox<MemoryFormat>::get(v)));
    case Tag::Bool:
    case Tag::Int:
    case Tag::Double: return nb::steal(to_python(Unbox<Scalar>::get(v)));
    default: return nb::none();
  }
}

nb::list arguments_of(const Op& op) {
  nb::list list;
  for (const Arg& a : op.schema().args()) {
    nb::dict d;
    d["name"] = a.name;
    d["type"] = std::string(type_name(element_type(a.type)));
    d["is_list"] = element_type(a.type) != a.type;
    d["list_size"] = a.list_size;
    d["optional"] = a.optional;
    d["optional_elements"] = a.optional_elements;
    d["keyword_only"] = a.keyword_only;
    d["accepts_number"] = a.accepts_number;
    d["has_default"] = a.has_default;
    d["default"] = default_of(a.default_value);
    d["written"] = a.written;
    d["aliased"] = a.aliased;
    list.append(d);
  }
  return list;
}

nb::list returns_of(const Op& op) {
  nb::list list;
  for (const Ret& r : op.schema().rets()) list.append(std::string(type_name(r.type)));
  return list;
}

nb::dict describe(const Op& op) {
  nb::dict d;
  d["name"] = op.name();
  d["schema"] = op.schema().text();
  d["arguments"] = arguments_of(op);
  d["returns"] = returns_of(op);
  d["places"] = places_of(op);
  d["tags"] = tags_of(op);
  d["autocast"] = autocast_of(op);
  d["batching"] = batch::kind_of(op);
  d["sharding"] = fabric::kind_of(op);
  d["doc"] = op.functional().parts.doc;
  return d;
}

nb::list registry() {
  nb::list list;
  for (const Op* op : Registry::get().ops()) list.append(describe(*op));
  return list;
}

// The overloads of a bare name as registry() describes them, in order of declaration.
nb::list overloads_of(const std::string& name) {
  nb::list list;
  for (const Op* op : Registry::get().overloads(name)) list.append(describe(*op));
  return list;
}

// The ops that PyTorch has in a module of its own, under their names there.
nb::dict functions_of(const std::string& module) {
  const auto place = std::ranges::find(kPlaces, module, &Place::name);
  VT_CHECK(place != std::end(kPlaces), Value, "no ops are declared to be in ", module);
  nb::dict functions;
  const nb::object ops = nb::module_::import_("vibetensor._C").attr("ops");
  for (const Op* op : Registry::get().ops()) {
    if (!(op->parts.surface & place->surface)) continue;
    const std::string& name = op->schema().name();
    functions[nb::str(name.c_str() + place->prefix.size())] = ops.attr(name.c_str());
  }
  return functions;
}

nb::dict types_of_results() {
  nb::dict types;
  for (const auto& [name, type] : all_return_types())
    types[nb::str(name.c_str())] = nb::borrow(nb::handle(reinterpret_cast<PyObject*>(type)));
  return types;
}

nb::dict live_counters() {
  nb::dict d;
  d["tensors"] = TensorImpl::live_count();
  d["storages"] = StorageImpl::live_count();
  d["nodes"] = autograd::Node::live_count();
  d["graphs"] = cuda::Graph::live_count();
  d["plugin_handles"] = plugin::live_handles();
  return d;
}

}  // namespace

void bind_registry(nb::module_& m) {
  m.def("registry", registry);
  m.def("overloads_of", overloads_of);
  m.def("functions_of", functions_of);
  m.def("return_types", types_of_results);
  m.def("set_result_repr", [](nb::handle function) { set_result_repr(function.ptr()); });
  m.def("live_counters", live_counters);
}

}  // namespace vt::python
