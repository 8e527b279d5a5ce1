// Memory that several processes map: vibetensor/torch/multiprocessing sends it by its descriptor.
#include "interop/shared_memory.h"

#include "bindings/python/module.h"
#include "bindings/python/tensor_object.h"
#include "core/tensor.h"
#include "core/thread_state.h"
#include "program/defer.h"

namespace nb = nanobind;

namespace vt::python {
namespace {

nb::object bytes_of(const Storage& storage) {
  const int64_t bytes = static_cast<int64_t>(storage->bytes()), one = 1;
  Tensor made(make_intrusive<TensorImpl>(storage, DType::uint8, IntSpan(&bytes, 1), IntSpan(&one, 1), int64_t{0}));
  made.impl()->set_inference(thread_state().inference_mode);
  return nb::steal(wrap(std::move(made)));
}

}  // namespace

void bind_shared_memory(nb::module_& m) {
  m.def(
      "shared_memory",
      [](size_t bytes, bool linkable) { return bytes_of(interop::new_shared_storage(bytes, linkable)); },
      nb::arg("bytes"), nb::arg("linkable") = false,
      "A uint8 tensor over new shared memory, zeroed; `linkable`: its file can get a name in /dev/shm.");
  m.def(
      "map_shared_memory",
      [](int descriptor, size_t bytes) { return bytes_of(interop::map_shared_storage(descriptor, bytes)); },
      nb::arg("descriptor"), nb::arg("bytes"),
      "A uint8 tensor over the shared memory behind a descriptor, which stays the caller's.");
  m.def(
      "share_memory",
      [](nb::handle tensor, bool linkable) {
        const Tensor& t = expect_tensor(tensor.ptr(), "share_memory");
        program::settle_for_others(t);
        interop::share_storage(*t.storage(), linkable);
      },
      nb::arg("tensor"), nb::arg("linkable") = false, "Moves the storage of a tensor into shared memory.");
  m.def(
      "shared_descriptor",
      [](nb::handle tensor) {
        return interop::shared_descriptor(*expect_tensor(tensor.ptr(), "shared_descriptor").storage());
      },
      nb::arg("tensor"), "The descriptor of the shared memory that a tensor's storage is in, or -1.");
}

}  // namespace vt::python
