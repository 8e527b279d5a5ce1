// What the registry holds, for generators of stubs and documents and for tests; live counters.
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <set>

#include "autograd/node.h"
#include "bindings/python/module.h"
#include "bindings/python/signature.h"
#include "cuda/graph.h"
#include "dispatch/registry.h"

namespace nb = nanobind;

namespace vt::python {
namespace {

nb::list tags_of(const Op& op) {
  const Op::Parts& parts = op.functional().parts;
  nb::list tags;
  tags.append(op.kind() == OpKind::Functional ? "functional" : op.kind() == OpKind::Inplace ? "inplace" : "out");
  const uint8_t surface = op.parts.surface;
  if (surface & kFunction) tags.append("function");
  if (surface & kMethod) tags.append("method");
  if (surface == kInternal) tags.append("internal");
  tags.append("op");
  if (parts.composite) tags.append("composite");
  if (parts.derivative) tags.append("differentiable");
  if (parts.not_differentiable) tags.append("not_differentiable");
  if (parts.view) tags.append("view");
  if (parts.random) tags.append("random");
  if (parts.value_dependent) tags.append("value_dependent");
  const Overload overload(op);
  for (const Param& p : overload.params) {
    if (!p.accepts_number) continue;
    tags.append("scalar_operands");
    break;
  }
  return tags;
}

nb::list registry() {
  nb::list list;
  for (const auto& op : Registry::get().ops()) {
    nb::dict d;
    d["name"] = op->name();
    d["schema"] = op->schema().text();
    d["tags"] = tags_of(*op);
    d["doc"] = op->functional().parts.doc;
    list.append(d);
  }
  return list;
}

std::vector<std::string> torch_functions() {
  std::set<std::string> names;
  for (const auto& op : Registry::get().ops()) {
    if (op->parts.surface & kFunction) names.insert(op->schema().name());
  }
  return {names.begin(), names.end()};
}

nb::dict live_counters() {
  nb::dict d;
  d["tensors"] = TensorImpl::live_count();
  d["storages"] = StorageImpl::live_count();
  d["nodes"] = autograd::Node::live_count();
  d["graphs"] = cuda::Graph::live_count();
  return d;
}

}  // namespace

void bind_registry(nb::module_& m) {
  m.def("registry", registry);
  m.def("torch_functions", torch_functions);
  m.def("live_counters", live_counters);
}

}  // namespace vt::python
