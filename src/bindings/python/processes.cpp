// _C.ProcessLinks: what vibetensor/torch/distributed/links.py sends bytes over.
#include "processes/links.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "bindings/python/module.h"
#include "bindings/python/tensor_object.h"
#include "core/error.h"

namespace nb = nanobind;

namespace vt::python {
namespace {

using processes::Channel;
using processes::Links;
using processes::Message;
using processes::Outcome;
using Clock = std::chrono::steady_clock;

constexpr auto kBetweenSignals = std::chrono::milliseconds(100);  // after which Ctrl-C is looked for

// The memory of a tensor, which lives as long as the tensor does.
std::pair<std::byte*, size_t> memory_of(PyObject* object) {
  const Tensor& t = expect_tensor(object, "links");
  VT_CHECK(t.device().is_cpu() && t.is_contiguous(), Value,
           "links: expected a contiguous tensor of the CPU, got one of ", t.device());
  return {static_cast<std::byte*>(t.data()), static_cast<size_t>(t.numel()) * size_of(t.dtype())};
}

std::optional<Channel> channel_in(nb::handle memory) {
  if (memory.is_none()) return {};
  const auto [data, bytes] = memory_of(memory.ptr());
  return Channel(data, bytes);
}

// `given`: a list of (process, tensor).
std::vector<Message> messages(nb::handle given) {
  std::vector<Message> out;
  for (const nb::handle item : nb::list(given)) {
    const nb::tuple pair = nb::cast<nb::tuple>(item);
    const auto [data, bytes] = memory_of(pair[1].ptr());
    out.push_back({nb::cast<int>(pair[0]), data, bytes});
  }
  return out;
}

void add(Links& links, int peer, int socket, nb::handle in, nb::handle out) {
  links.add(peer, socket, channel_in(in), channel_in(out));
}

nb::object exchange(Links& links, nb::handle sends, nb::handle receives, const nb::bytes& greeting, double seconds) {
  // a century is for ever, and fits
  const auto end = Clock::now() + std::chrono::milliseconds(static_cast<int64_t>(std::clamp(seconds, 0.0, 3e9) * 1e3));
  processes::Exchange moving(links, messages(sends), messages(receives),
                             std::string(greeting.c_str(), greeting.size()));
  while (true) {
    Outcome outcome;
    {
      const WithoutGil others_run;
      outcome = moving.run(std::min(end, Clock::now() + kBetweenSignals));
    }
    if (outcome.kind == Outcome::kDone) return nb::none();
    if (PyErr_CheckSignals() < 0) throw PythonErrorSet{};
    if (outcome.kind == Outcome::kWaiting && Clock::now() < end) continue;
    static constexpr const char* kNames[] = {"done", "late", "gone", "differs"};
    nb::list peers;
    for (const int peer : outcome.peers) peers.append(peer);
    return nb::make_tuple(kNames[outcome.kind], peers, nb::bytes(outcome.text.data(), outcome.text.size()));
  }
}

int descriptor(Links& links, int peer) {
  const processes::Link* link = links.find(peer);
  VT_CHECK(link, Value, "there is no link to process ", peer);
  return link->socket;
}

}  // namespace

void bind_processes(nb::module_& m) {
  nb::class_<Links>(m, "ProcessLinks", "Connections to other processes, over which tensors of the CPU travel.")
      .def(nb::init<>())
      .def(
          "add", add, nb::arg("peer"), nb::arg("socket"), nb::arg("inbox").none() = nb::none(),
          nb::arg("outbox").none() = nb::none(), nb::keep_alive<1, 4>(), nb::keep_alive<1, 5>(),
          "A link over a connected socket, which it owns from here on; with zeroed shared memory it is used both ways.")
      .def(
          "exchange", exchange, nb::arg("sends"), nb::arg("receives"), nb::arg("greeting"), nb::arg("seconds"),
          "None once all tensors of lists of (process, tensor) have left and come, each after the greeting and its size "
          "in 8 bytes, if there is a greeting; else (what, processes, text) of what is wrong: processes that are late, "
          "one that is gone, or one that sent another greeting.")
      .def("descriptor", descriptor, nb::arg("peer"), "The socket of a link.")
      .def("end", &Links::end, "Ends all connections, which both sides hear of.");
}

}  // namespace vt::python
