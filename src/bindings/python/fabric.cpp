// Meshes, and how a Fabric tensor lies on one.
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "bindings/python/call_objects.h"
#include "bindings/python/fabric.h"
#include "bindings/python/node_object.h"
#include "bindings/python/object.h"
#include "bindings/python/small_types.h"
#include "bindings/python/tensor_object.h"
#include "core/fabric.h"
#include "dispatch/boxing.h"
#include "fabric/call.h"
#include "fabric/choice.h"
#include "fabric/collectives.h"
#include "fabric/flight.h"
#include "fabric/links.h"
#include "fabric/local.h"
#include "fabric/nccl.h"
#include "fabric/peers.h"
#include "fabric/processes.h"

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
  nb::list all;
  for (const Placement& p : fabric::placements_of(t)) {
    all.append(nb::make_tuple(static_cast<int>(p.kind), p.dim, std::string(name_of(p.reduce)),
                              nb::steal(make_int_tuple(IntSpan(p.bounds)))));
  }
  return nb::make_tuple(fabric_parts(t).mesh->id(), nb::tuple(all));
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

// The number of a mesh of processes, of which this one is member `own`.
int64_t process_mesh(const std::vector<int64_t>& sizes, const std::vector<int64_t>& ranks, int own, nb::handle device) {
  Device d;
  VT_CHECK(device_from(device.ptr(), d), Type, "Mesh: expected a device, got ", type_name_of(device.ptr()));
  return Mesh::of_processes(sizes, ranks, own, d).id();
}

// ---- what processes do together

Ref& meeting() {
  static auto* function = new Ref;
  return *function;
}

void meet(const Mesh& mesh, int dim, fabric::processes::Meeting kind, TensorSpan ins, TensorSpan outs, int detail) {
  const WithGil gil;
  const std::string_view name = fabric::processes::kMeetingNames[static_cast<int>(kind)];
  const Ref arguments = Ref::steal(PyTuple_New(6));
  Py_ssize_t at = 0;
  for (const Value& v : {box(mesh.id()), box(int64_t{dim}), box(name), box(ins), box(outs), box(int64_t{detail})}) {
    PyTuple_SetItem(arguments.get(), at++, argument_object(v).release());
  }
  const Ref function = meeting();
  PyObject* done = outlive_exit([&] { return PyObject_Call(function.get(), arguments.get(), nullptr); });
  if (!done) throw PythonException();
  Ref::steal(done);
}

// `function` is called with (mesh, dim, name, inputs, outputs, detail); fabric/processes.h says what it does.
void set_meet(nb::handle function) {
  meeting() = Ref::borrow(function.ptr());
  fabric::processes::set_meet(meet);
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

nb::list links() {
  nb::list all;
  for (const fabric::LinkCount& c : fabric::link_counts()) {
    all.append(nb::make_tuple(c.from, c.to, c.calls, c.bytes));
  }
  return all;
}

// (device, peer, nanoseconds that the device waited for the peer within collectives)
nb::list waits() {
  nb::list all;
  for (const fabric::Wait& w : fabric::read_waits()) all.append(nb::make_tuple(w.device, w.peer, w.nanoseconds));
  return all;
}

// (number, op, reduction, way, dtype, sizes, devices, place) of each of the latest calls.
nb::list flights() {
  nb::list all;
  for (const fabric::Flight& f : fabric::flights()) {
    nb::list devices;
    for (const Device d : f.devices) devices.append(nb::steal(make_device(d)));
    all.append(nb::make_tuple(f.number, f.op, f.reduce, f.way, vt::detail::concat(f.dtype),
                              nb::steal(make_int_tuple(f.sizes)), nb::tuple(devices), f.place));
  }
  return all;
}

// (device, number of the call, begin, end): the times that members noted, in nanoseconds of their devices' clocks.
nb::list stamps() {
  nb::list all;
  for (const fabric::DeviceStamp& s : fabric::read_stamps()) {
    all.append(nb::make_tuple(s.device, s.stamp.launch, s.stamp.begin, s.stamp.end));
  }
  return all;
}

nb::list measured_ways() {
  nb::list all;
  for (const fabric::MeasuredWay& m : fabric::measured_ways()) {
    nb::dict entry;
    entry["members"] = m.members;
    entry["dtype"] = m.dtype;
    entry["bytes"] = m.bytes;
    entry["fastest"] = fabric::kWayNames[static_cast<int>(m.fastest)];
    for (int w = 0; w < 3; ++w) {
      if (m.microseconds[w] >= 0) entry[vt::detail::concat(fabric::kWayNames[w], "_us").c_str()] = m.microseconds[w];
    }
    all.append(entry);
  }
  return all;
}

}  // namespace

void bind_fabric(nb::module_& m) {
  m.def("fabric_mesh", mesh_of, nb::arg("sizes"), nb::arg("devices"));
  m.def("fabric_process_mesh", process_mesh, nb::arg("sizes"), nb::arg("ranks"), nb::arg("own"), nb::arg("device"));
  m.def("fabric_set_meet", set_meet, nb::arg("function"));
  m.def("fabric_mesh_parts", mesh_parts, nb::arg("mesh"));
  m.def("fabric_placement", placement, nb::arg("tensor"));
  // Of a tensor on a mesh of processes the number of that mesh, None of any other.
  m.def("fabric_process_mesh_of", [](nb::handle o) -> nb::object {
    const Tensor t = expect_tensor(o.ptr(), "fabric_process_mesh_of()");
    if (!is_fabric(t) || !fabric_parts(t).mesh->spans_processes()) return nb::none();
    return nb::int_(fabric_parts(t).mesh->id());
  });
  m.def("fabric_shards", shards, nb::arg("tensor"));
  m.def("is_fabric", [](nb::handle o) { return is_fabric(expect_tensor(o.ptr(), "is_fabric()")); });
  m.def("fabric_settle", [](nb::handle o) {
    const Tensor t = expect_tensor(o.ptr(), "fabric_settle()");
    if (is_fabric(t)) fabric::settle(t);
  });
  m.def("fabric_stats", stats);
  m.def("fabric_reset_stats", fabric::reset_collective_counts);
  m.def("fabric_links", links);
  m.def("fabric_pci_address", fabric::pci_address, nb::arg("device"));
  m.def(
      "fabric_link_facts",
      [](int device, int peer) {
        const fabric::LinkFacts f = fabric::link_facts(device, peer);
        return nb::make_tuple(f.is_reached, f.has_atomics, f.rank);
      },
      nb::arg("device"), nb::arg("peer"));
  m.def("fabric_waits", waits);
  m.def("fabric_flights", flights);
  m.def("fabric_stamps", stamps);
  m.def("fabric_measured_ways", measured_ways);
  m.def("fabric_nccl_version", fabric::nccl_version);
  m.def("fabric_set_deadline", fabric::set_patience, nb::arg("seconds"));
  m.def("fabric_strict", fabric::set_strict, nb::arg("on"));
}

}  // namespace vt::python
