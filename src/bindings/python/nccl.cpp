// _C.NcclCommunicator: one GPU of one process in a group; vibetensor/torch/distributed/nccl.py speaks to it.
#include "cuda/nccl.h"

#include <nanobind/stl/string.h>

#include "bindings/python/module.h"
#include "bindings/python/tensor_object.h"
#include "cuda/library.h"

namespace nb = nanobind;

namespace vt::python {
namespace {

using cuda::nccl::Communicator;
using cuda::nccl::Reduction;

const Tensor& tensor(nb::handle o) { return expect_tensor(o.ptr(), "NCCL"); }

std::string text_of(const nb::bytes& b) { return {b.c_str(), b.size()}; }

void make(Communicator* self, const nb::bytes& id, int rank, int size, int device) {
  const std::string name = text_of(id);
  const WithoutGil others_run;
  new (self) Communicator(name, rank, size, device);
}

// Connections are made in a group's first calls, which wait for the other processes: the GIL is free meanwhile.
template <class Call>
void waiting(Call&& call) {
  const WithoutGil others_run;
  call();
}

}  // namespace

void bind_nccl(nb::module_& m) {
  m.def("nccl_reason", [] { return cuda::nccl_library().reason(); }, "Why NCCL is missing; empty when it is there.");
  m.def(
      "nccl_unique_id",
      [] {
        const std::string id = Communicator::unique_id();
        return nb::bytes(id.data(), id.size());
      },
      "A new name of a group of GPUs.");
  m.def("nccl_group_start", [] { waiting(cuda::nccl::group_start); }, "Calls from here on go to the GPU together.");
  m.def("nccl_group_end", [] { waiting(cuda::nccl::group_end); }, "Gives the calls since nccl_group_start to the GPU.");
  nb::class_<Communicator>(m, "NcclCommunicator", "One GPU of this process in a group; calls go to its current stream.")
      .def("__init__", make, nb::arg("id"), nb::arg("rank"), nb::arg("size"), nb::arg("device"))
      .def(
          "all_reduce",
          [](Communicator& c, nb::handle in, nb::handle out, int reduction) {
            waiting([&, a = tensor(in), b = tensor(out)] { c.all_reduce(a, b, static_cast<Reduction>(reduction)); });
          },
          nb::arg("input"), nb::arg("output"), nb::arg("reduction"))
      .def(
          "reduce",
          [](Communicator& c, nb::handle in, nb::handle out, int reduction, int root) {
            waiting([&, a = tensor(in), b = tensor(out)] { c.reduce(a, b, static_cast<Reduction>(reduction), root); });
          },
          nb::arg("input"), nb::arg("output"), nb::arg("reduction"), nb::arg("root"))
      .def(
          "reduce_scatter",
          [](Communicator& c, nb::handle in, nb::handle out, int reduction) {
            waiting(
                [&, a = tensor(in), b = tensor(out)] { c.reduce_scatter(a, b, static_cast<Reduction>(reduction)); });
          },
          nb::arg("input"), nb::arg("output"), nb::arg("reduction"))
      .def(
          "broadcast",
          [](Communicator& c, nb::handle in, nb::handle out, int root) {
            waiting([&, a = tensor(in), b = tensor(out)] { c.broadcast(a, b, root); });
          },
          nb::arg("input"), nb::arg("output"), nb::arg("root"))
      .def(
          "all_gather",
          [](Communicator& c, nb::handle in, nb::handle out) {
            waiting([&, a = tensor(in), b = tensor(out)] { c.all_gather(a, b); });
          },
          nb::arg("input"), nb::arg("output"))
      .def(
          "send", [](Communicator& c, nb::handle in, int peer) { waiting([&, a = tensor(in)] { c.send(a, peer); }); },
          nb::arg("input"), nb::arg("peer"))
      .def(
          "receive",
          [](Communicator& c, nb::handle out, int peer) { waiting([&, a = tensor(out)] { c.receive(a, peer); }); },
          nb::arg("output"), nb::arg("peer"))
      .def(
          "abort", [](Communicator& c) { waiting([&] { c.abort(); }); }, "Ends what is under way.")
      .def(
          "destroy", [](Communicator& c) { waiting([&] { c.destroy(); }); }, "Frees what it holds.")
      .def("check_error", &Communicator::check_error, "Raises what has gone wrong since.");
}

}  // namespace vt::python
