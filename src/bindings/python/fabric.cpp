// Meshes, and how a Fabric tensor lies on one.
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "bindings/python/fabric.h"
#include "bindings/python/node_object.h"
#include "bindings/python/object.h"
#include "bindings/python/small_types.h"
#include "bindings/python/tensor_object.h"
#include "core/fabric.h"
#include "fabric/call.h"
#include "fabric/collectives.h"
#include "fabric/local.h"

namespace nb = nanobind;

namespace vt::python {
namespace {

int64_t mesh_of(const std::vector<int64_t>& sizes, nb::handle devices) {
  std::vector<Device> members;
  for (nb::handle o : devices) {
    Device d;
    VT_CHECK(device_from(o.ptr(), d), Type, "Mesh: expected devices, got ", type_name_of(o.ptr()));
    members.push_back(d);
  }
  return Mesh::of(sizes, std::move(members)).id();
}

nb::tuple mesh_parts(int64_t id) {
  const Mesh& mesh = Mesh::numbered(id);
  nb::list devices;
  for (const Device d : mesh.devices()) devices.append(nb::steal(make_device(d)));
  return nb::make_tuple(nb::steal(make_int_tuple(mesh.sizes())), nb::tuple(devices));
}

// (mesh, ((kind, dim, reduction, bounds), ...)) of a Fabric tensor, None of any other.
nb::object placement(nb::handle o) {
  const Tensor t = expect_tensor(o.ptr(), "placement");
  if (!is_fabric(t)) return nb::none();
  const fabric::Locals locals = fabric::locals_of(t);
  nb::list all;
  for (const Placement& p : locals.placements) {
    all.append(nb::make_tuple(static_cast<int>(p.kind), p.dim, std::string(name_of(p.reduce)),
                              nb::steal(make_int_tuple(IntSpan(p.bounds)))));
  }
  return nb::make_tuple(locals.mesh->id(), nb::tuple(all));
}

// What each member has of a Fabric tensor, without history; whether writing there writes to the tensor.
nb::tuple shards(nb::handle o) {
  const Tensor t = expect_tensor(o.ptr(), "shards");
  VT_CHECK(is_fabric(t), Runtime, "shards: expected a Fabric tensor, got ", t);
  fabric::Locals locals = fabric::locals_of(t);
  std::vector<Tensor> parts;
  for (const Tensor& part : locals.parts) parts.push_back(make_detached(part));
  return nb::make_tuple(nb::steal(wrap_grads(parts)), locals.aliases);
}

nb::dict stats() {
  nb::dict all;
  for (const fabric::CollectiveCount& c : fabric::collective_counts()) {
    nb::dict entry;
    entry["calls"] = c.calls;
    entry["bytes"] = c.bytes;
    all[c.name] = entry;
  }
  return all;
}

}  // namespace

void bind_fabric(nb::module_& m) {
  m.def("fabric_mesh", mesh_of, nb::arg("sizes"), nb::arg("devices"));
  m.def("fabric_mesh_parts", mesh_parts, nb::arg("mesh"));
  m.def("fabric_placement", placement, nb::arg("tensor"));
  m.def("fabric_shards", shards, nb::arg("tensor"));
  m.def("is_fabric", [](nb::handle o) { return is_fabric(expect_tensor(o.ptr(), "is_fabric()")); });
  m.def("fabric_settle", [](nb::handle o) {
    const Tensor t = expect_tensor(o.ptr(), "fabric_settle()");
    if (is_fabric(t)) fabric::settle(t);
  });
  m.def("fabric_stats", stats);
  m.def("fabric_reset_stats", fabric::reset_collective_counts);
  m.def("fabric_strict", fabric::set_strict, nb::arg("on"));
}

}  // namespace vt::python
