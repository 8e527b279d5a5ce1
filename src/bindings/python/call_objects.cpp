#include "bindings/python/call_objects.h"

#include "bindings/python/generator_object.h"
#include "bindings/python/number.h"
#include "bindings/python/small_types.h"
#include "bindings/python/tensor_object.h"

namespace vt::python {
namespace {

template <class T, class F>
Ref list_of(std::span<const T> items, F make) {
  Ref list = Ref::steal(PyList_New(static_cast<Py_ssize_t>(items.size())));
  for (size_t i = 0; i < items.size(); ++i) {
    PyList_SetItem(list.get(), static_cast<Py_ssize_t>(i), Ref::steal(make(items[i])).release());
  }
  return list;
}

PyObject* tensor_object(const Tensor& t, Numbers numbers) {
  const bool is_number = numbers == Numbers::AsNumbers && t.defined() && t.impl()->is_wrapped_number();
  return is_number ? to_python(item(t)) : wrap(t);
}

void check_cast(const Call& call, PyObject* o, bool fits, const char* type) {
  VT_CHECK(fits, Runtime, "Unable to cast ", type_name_of(o), " to ", type, ": a function for ", call.op.name(),
           " has to return what its schema says, ", call.op.schema().text());
}

// None is one of several results that nobody wants; who asked for the only one goes on with it.
Tensor tensor_in(const Call& call, PyObject* o, bool may_be_none) {
  check_cast(call, o, (may_be_none && o == Py_None) || is_tensor(o), "Tensor");
  return o == Py_None ? Tensor() : tensor_of(o);
}

void take_tensors(Call& call, PyObject* result, size_t count, std::vector<Tensor>& into) {
  check_cast(call, result, PyTuple_Check(result) || PyList_Check(result), "a tuple or list of Tensors");
  const Ref items = Ref::steal(PySequence_Tuple(result));
  const auto found = static_cast<size_t>(PyTuple_Size(items.get()));
  VT_CHECK(call.op.schema().returns_list() || found == count, Runtime, "a function for ", call.op.name(),
           " has to return ", count, " results, got ", found);
  for (size_t i = 0; i < found; ++i) {
    PyObject* item = PyTuple_GetItem(items.get(), static_cast<Py_ssize_t>(i));
    into.push_back(tensor_in(call, item, !call.op.schema().returns_list()));
  }
}

}  // namespace

Ref argument_object(const Value& v, Numbers numbers) {
  const auto object_of = [=](const Tensor& t) { return tensor_object(t, numbers); };
  switch (v.tag) {
    case Tag::None: return Ref::borrow(Py_None);
    case Tag::Tensor: return Ref::steal(object_of(v.as_tensor()));
    case Tag::TensorList: return list_of<Tensor>(v.as_tensor_list(), object_of);
    case Tag::Bool:
    case Tag::Int:
    case Tag::Double:
    case Tag::Complex: return Ref::steal(to_python(Unbox<Scalar>::get(v)));
    case Tag::IntList: return list_of(Unbox<IntSpan>::get(v), PyLong_FromLongLong);
    case Tag::DoubleList: return list_of(Unbox<std::span<const double>>::get(v), PyFloat_FromDouble);
    case Tag::BoolList: return list_of(Unbox<std::span<const bool>>::get(v), [](bool b) { return PyBool_FromLong(b); });
    case Tag::String: return Ref::steal(str_from(Unbox<std::string_view>::get(v)));
    case Tag::DType: return Ref::borrow(dtype_object(Unbox<DType>::get(v)));
    case Tag::Device: return Ref::steal(make_device(Unbox<Device>::get(v)));
    case Tag::Generator: return Ref::steal(wrap_generator(intrusive_ptr<Generator>(Unbox<Generator*>::get(v))));
    case Tag::MemoryFormat: return Ref::borrow(memory_format_object(Unbox<MemoryFormat>::get(v)));
  }
  return Ref::borrow(Py_None);
}

void take_results(Call& call, PyObject* result) {
  const std::vector<Ret>& rets = call.op.schema().rets();
  Results& results = call.results;
  if (rets.empty()) return;
  if (rets.size() > 1 || call.op.schema().returns_list()) {
    std::vector<Tensor> tensors;
    take_tensors(call, result, rets.size(), tensors);
    if ((results.is_list = call.op.schema().returns_list())) {
      results.list = std::move(tensors);
    } else {
      for (Tensor& t : tensors) results.add(std::move(t));
    }
  } else if (rets[0].type == ArgType::Tensor) {
    results.add(tensor_in(call, result, false));
  } else {
    check_cast(call, result, scalar_from(result, results.scalar), "a number");
    results.number = box(results.scalar);
  }
}

}  // namespace vt::python
