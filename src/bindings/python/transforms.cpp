// The levels of torch.func: entering and leaving them, what goes in and what comes out.
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "autograd/grad_level.h"
#include "bindings/python/module.h"
#include "bindings/python/node_object.h"
#include "bindings/python/object.h"
#include "bindings/python/tensor_object.h"
#include "core/captured.h"
#include "core/sparse.h"
#include "core/transform.h"
#include "dispatch/registry.h"
#include "ops/batch/batch_call.h"
#include "ops/typed/view.h"

namespace nb = nanobind;

namespace vt::python {
namespace {

Tensor tensor_of(nb::handle o, const char* function) { return expect_tensor(o.ptr(), function); }

// None stands for an undefined tensor.
std::vector<Tensor> tensors_of(nb::handle sequence, const char* function) {
  std::vector<Tensor> list;
  for (nb::handle o : sequence) list.push_back(o.is_none() ? Tensor() : tensor_of(o, function));
  return list;
}

nb::object given(const std::vector<Tensor>& tensors) { return nb::steal(wrap_grads(tensors)); }
nb::object given(const Tensor& t) { return nb::object(given(std::vector{t})[0]); }

Randomness randomness_named(const std::string& name) {
  if (name == "error") return Randomness::Error;
  if (name == "same") return Randomness::Same;
  VT_CHECK(name == "different", Runtime, "Only allowed values for randomness are 'error', 'different', or 'same'. Got ",
           name);
  return Randomness::Different;
}

void check_in_vmap(const char* function) { VT_CHECK(top_vmap() > 0, Runtime, function, "(): no vmap is running"); }

nb::object wrap_batch(nb::handle o, int64_t dim) {
  check_in_vmap("wrap_batch");
  const Tensor t = tensor_of(o, "wrap_batch()");
  return given(wrap_batched(ops::movedim(t, dim, 0), top_vmap(), true));
}

// All examples of a tensor that the innermost vmap's function gave, along `dim`.
nb::object unwrap_batch(nb::handle o, int64_t dim) {
  check_in_vmap("unwrap_batch");
  const Tensor t = tensor_of(o, "unwrap_batch()");
  VT_CHECK(!is_sparse(t), NotImplemented,
           "vmap: a function that gives a sparse tensor is not there yet: return its "
           "values, or what to_dense() gives");
  const int level = top_vmap();
  const bool is_here = level_of(t) == level;
  const int64_t size = transforms()[static_cast<size_t>(level - 1)].batch_size;
  const BelowLevel below(level);
  Tensor value = is_here ? batch::physical(t) : t;
  if (!is_here || !payload_of(t).is_batched) {
    DimVec sizes{size};
    for (const int64_t s : value.sizes()) sizes.push_back(s);
    value = ops::expand(value, sizes);
  }
  return given(ops::movedim(value, 0, dim));
}

nb::object gradients(nb::handle outputs, nb::handle incoming, nb::handle inputs, uint64_t id, bool reaches_below) {
  const std::vector<Tensor> of = tensors_of(outputs, "level_gradients()"), in = tensors_of(inputs, "level_gradients()");
  const autograd::Grads along = tensors_of(incoming, "level_gradients()");
  autograd::Grads found;
  {
    const WithoutGil others_run;
    found = autograd::level_gradients(of, along, in, id, reaches_below);
  }
  return given(found);
}

}  // namespace

void bind_transforms(nb::module_& m) {
  m.def("push_vmap", [](int64_t batch_size, const std::string& randomness) {
    return push_vmap(batch_size, randomness_named(randomness));
  });
  m.def("push_grad", push_grad);
  m.def("transform_count", [] { return transforms().size(); });
  // The function of the innermost level may write to the tensors that it is given, and to no others from outside.
  m.def("guard_captured", [](uint64_t id, nb::handle tensors) {
    const std::vector<Tensor> given_ones = tensors_of(tensors, "guard_captured()");
    guard_captured(id);
    for (const Tensor& t : given_ones) allow_writes_to(t);
  });
  // Whether calls recorded for the level depended on the levels below.
  m.def("pop_transform", [](uint64_t id) { return pop_transform(id).reaches_below; });
  m.def("wrap_batch", wrap_batch, nb::arg("tensor"), nb::arg("dim"));
  m.def("unwrap_batch", unwrap_batch, nb::arg("tensor"), nb::arg("dim"));
  m.def("level_reaches_below", [](uint64_t id) {
    for (const TransformLevel& level : transforms()) {
      if (level.id == id) return level.reaches_below;
    }
    return false;
  });
  m.def("is_wrapped", [](nb::handle o) { return is_wrapped(tensor_of(o, "is_wrapped()")); });
  // Whether the tensor has a value for each example of the innermost vmap.
  m.def("is_batched_here", [](nb::handle o) {
    const Tensor t = tensor_of(o, "is_batched_here()");
    return is_wrapped(t) && payload_of(t).level == top_vmap() && payload_of(t).is_batched;
  });
  // (level, whether it has a value per example, the value) of a tensor inside vmap.
  m.def("batch_of", [](nb::handle o) {
    const Tensor t = tensor_of(o, "batch_of()");
    const Payload& p = payload_of(t);
    return nb::make_tuple(p.level, p.is_batched, given(batch::physical(t)));
  });
  m.def("level_inputs", [](nb::handle tensors, uint64_t id) {
    return given(autograd::level_inputs(tensors_of(tensors, "level_inputs()"), id));
  });
  m.def("level_gradients", gradients, nb::arg("outputs"), nb::arg("gradients"), nb::arg("inputs"), nb::arg("id"),
        nb::arg("reaches_below"));
  m.def("leave_level", [](nb::handle tensors, uint64_t id, bool recording) {
    return given(autograd::leave_level(tensors_of(tensors, "leave_level()"), id, recording));
  });
}

}  // namespace vt::python
