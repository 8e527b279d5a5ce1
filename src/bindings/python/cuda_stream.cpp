// torch.cuda.Stream and torch.cuda.Event.
#include <nanobind/operators.h>
#include <nanobind/stl/string.h>

#include <vector>

#include "bindings/python/cuda_argument.h"
#include "bindings/python/module.h"
#include "cuda/event.h"
#include "cuda/stream.h"

namespace nb = nanobind;

namespace vt::python {
namespace {

using cuda::Event;
using cuda::Stream;

nb::object device_object(int index) {
  return nb::steal(make_device(Device{DeviceType::CUDA, static_cast<int8_t>(index)}));
}
uintptr_t number_of(const Stream& s) { return reinterpret_cast<uintptr_t>(s.handle); }
uintptr_t number_of(const Event& e) { return reinterpret_cast<uintptr_t>(e.handle()); }
std::string hexadecimal(uintptr_t number) {
  char text[20];
  std::snprintf(text, sizeof text, "%#zx", number);
  return text;
}
// For ctypes, which passes the attribute _as_parameter_ of an argument.
nb::object c_pointer(uintptr_t number) { return nb::module_::import_("ctypes").attr("c_void_p")(number); }

// A negative device index is the current device, as PyTorch has it.
int stream_device(nb::handle device) {
  if (PyLong_Check(device.ptr()) && PyLong_AsLong(device.ptr()) < 0) return cuda::current_device();
  return usable_cuda_index(device);
}

void make_stream(Stream* self, nb::handle device, int priority, nb::handle pointer) {
  cuda::ensure_available();
  const int index = stream_device(device);
  if (pointer.is_none()) {
    new (self) Stream(cuda::pool_stream(index, priority));
  } else {
    const auto handle = reinterpret_cast<cuda::StreamHandle>(nb::cast<uintptr_t>(pointer));
    new (self) Stream(cuda::external_stream(handle, index));
  }
}

// What `with stream:` goes back to, innermost last. A thread leaves its scopes in order, so that this is a stack.
struct Outside {
  int device;
  Stream stream;  // current on the entered stream's device
};
thread_local std::vector<Outside> outside;

void enter_stream(const Stream& s) {
  outside.push_back({cuda::current_device(), cuda::current_stream(s.device)});
  cuda::set_device(s.device);
  cuda::set_current_stream(s);
}
void leave_stream() {
  VT_CHECK(!outside.empty(), Runtime, "Stream.__exit__() without a Stream.__enter__() on this thread");
  const Outside before = outside.back();
  outside.pop_back();
  cuda::set_current_stream(before.stream);
  cuda::set_device(before.device);
}

void bind_stream_type(nb::module_& m) {
  nb::class_<Stream>(m, "CudaStream")
      .def("__init__", make_stream, nb::arg("device").none() = nb::none(), nb::arg("priority") = 0,
           nb::arg("stream_ptr").none() = nb::none())
      .def_static("priority_range",
                  [] {
                    cuda::ensure_available();
                    int lowest = 0, highest = 0;
                    cuda::stream_priority_range(lowest, highest);
                    return nb::make_tuple(lowest, highest);
                  })
      .def_prop_ro("cuda_stream", [](const Stream& s) { return number_of(s); })
      .def_prop_ro("stream_id", [](const Stream& s) { return number_of(s); })
      .def_prop_ro("native_handle", [](const Stream& s) { return number_of(s); })
      .def_prop_ro("_as_parameter_", [](const Stream& s) { return c_pointer(number_of(s)); })
      .def("__cuda_stream__", [](const Stream& s) { return nb::make_tuple(0, number_of(s)); })
      .def_prop_ro("device", [](const Stream& s) { return device_object(s.device); })
      .def_prop_ro("device_index", [](const Stream& s) { return s.device; })
      .def_prop_ro("priority", [](const Stream& s) { return cuda::stream_priority(s); })
      .def("is_capturing", [](const Stream& s) { return cuda::is_capturing(s); })
      .def("query", [](const Stream& s) { return cuda::query_stream(s); })
      .def("synchronize",
           [](const Stream& s) {
             const WithoutGil waiting;
             cuda::synchronize_stream(s);
           })
      .def(
          "wait_stream", [](const Stream& s, const Stream& stream) { cuda::wait_stream(s, stream); }, nb::arg("stream"))
      .def(
          "wait_event", [](const Stream& s, const Event& event) { event.block(s); }, nb::arg("event"))
      .def(
          "record_event",
          [](const Stream& s, nb::object event) {
            if (event.is_none()) event = nb::cast(Event());
            nb::cast<Event&>(event).record(s);
            return event;
          },
          nb::arg("event").none() = nb::none())
      .def("__enter__",
           [](nb::handle self) {
             enter_stream(nb::cast<const Stream&>(self));
             return nb::borrow(self);
           })
      .def("__exit__", [](nb::handle, nb::args) { leave_stream(); })
      .def(
          "__eq__", [](const Stream& a, const Stream& b) { return a == b; }, nb::is_operator())
      .def("__hash__",
           [](const Stream& s) { return std::hash<const void*>()(s.handle) ^ static_cast<size_t>(s.device); })
      .def("__repr__", [](const Stream& s) {
        return vt::detail::concat("<torch.cuda.Stream device=cuda:", s.device,
                                  " cuda_stream=", hexadecimal(number_of(s)), ">");
      });
  m.def(
      "cuda_current_stream", [](nb::handle device) { return cuda::current_stream(usable_cuda_index(device)); },
      nb::arg("device").none() = nb::none());
  m.def(
      "cuda_default_stream", [](nb::handle device) { return cuda::default_stream(usable_cuda_index(device)); },
      nb::arg("device").none() = nb::none());
  m.def("cuda_set_stream", [](const Stream& s) {
    cuda::set_device(s.device);
    cuda::set_current_stream(s);
  });
}

Stream stream_or_current(nb::handle stream) {
  cuda::ensure_available();
  Stream given;
  if (stream.is_none()) return cuda::current_stream();
  VT_CHECK(nb::try_cast(stream, given), Type, "expected a torch.cuda.Stream, got ", type_name_of(stream.ptr()));
  return given;
}

void make_event(Event* self, bool timing, bool blocking, bool interprocess, bool external) {
  VT_CHECK(!interprocess, NotImplemented, "CUDA events between processes are not there yet");
  VT_CHECK(!external, NotImplemented,
           "events that a CUDA graph records for the outside (external=True) are not there yet");
  new (self) Event(timing, blocking);
}

void bind_event_type(nb::module_& m) {
  nb::class_<Event>(m, "CudaEvent")
      .def("__init__", make_event, nb::arg("enable_timing") = false, nb::arg("blocking") = false,
           nb::arg("interprocess") = false, nb::arg("external") = false)
      .def(
          "record", [](Event& e, nb::handle stream) { e.record(stream_or_current(stream)); },
          nb::arg("stream").none() = nb::none())
      .def(
          "wait", [](const Event& e, nb::handle stream) { e.block(stream_or_current(stream)); },
          nb::arg("stream").none() = nb::none())
      .def("query", [](const Event& e) { return e.query(); })
      .def("synchronize",
           [](const Event& e) {
             const WithoutGil waiting;
             e.synchronize();
           })
      .def(
          "elapsed_time", [](const Event& e, const Event& end) { return e.elapsed_ms(end); }, nb::arg("end_event"))
      .def("ipc_handle",
           [](const Event&) { VT_THROW(NotImplemented, "CUDA events between processes are not there yet"); })
      .def_prop_ro("device", [](const Event& e) { return e.device() < 0 ? nb::none() : device_object(e.device()); })
      .def_prop_ro("cuda_event", [](const Event& e) { return number_of(e); })
      .def_prop_ro("event_id", [](const Event& e) { return number_of(e); })
      .def_prop_ro("_as_parameter_", [](const Event& e) { return c_pointer(number_of(e)); })
      .def("__repr__", [](const Event& e) {
        return e.is_recorded() ? "<torch.cuda.Event " + hexadecimal(number_of(e)) + ">"
                               : std::string("<torch.cuda.Event uninitialized>");
      });
}

}  // namespace

void bind_cuda_streams(nb::module_& m) {
  bind_stream_type(m);
  bind_event_type(m);
}

}  // namespace vt::python
