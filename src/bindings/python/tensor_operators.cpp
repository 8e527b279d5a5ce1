// Python's operators on tensors: each is a call of an op, or NotImplemented where the other operand does not fit.
#include <atomic>

#include "bindings/python/number.h"
#include "bindings/python/op_function.h"
#include "bindings/python/tensor_object.h"
#include "bindings/python/tensor_slots.h"
#include "bindings/python/torch_function.h"
#include "bindings/python/warning.h"
#include "core/thread_state.h"

namespace vt::python {
namespace {

template <Name name>
const OpEntry* entry() {
  static const OpEntry* found = find_entry(name.text);
  return found;
}

// What those that are asked make of an operator of two operands, one of which is a tensor. `asked` is the method that
// they are told of, `reflected` that of the second operand where the first is no tensor.
PyObject* ask_operator(const char* asked, const char* reflected, PyObject* const* args) {
  const bool swap = !is_tensor(args[0]);
  PyObject* ordered[] = {args[swap ? 1 : 0], args[swap ? 0 : 1]};
  return ask(swap ? reflected : asked, {ordered, 2, nullptr, CallStyle::Method});
}

// Whether one of the operands is a tensor whose type is asked. Others that stand in for tensors have operators.
bool has_asked_tensor(PyObject* const* args) {
  return (is_tensor(args[0]) && is_asked_tensor(args[0])) || (is_tensor(args[1]) && is_asked_tensor(args[1]));
}

template <Name op, Name asked, Name reflected>
PyObject* call_or_not_implemented(PyObject* const* args) {
  if (VT_UNLIKELY(entered_modes != 0)) {
    if (PyObject* seen = ask_operator(asked.text, reflected.text, args)) return seen;
  }
  const OpEntry* found = entry<op>();
  PyObject* result = found ? invoke_if_fits(*found, {args, 2, nullptr, CallStyle::Function}) : nullptr;
  if (VT_LIKELY(result)) return result;
  if (has_asked_tensor(args) && (result = ask_operator(asked.text, reflected.text, args))) return result;
  for (int i = 0; i < 2; ++i) {
    // PyTorch would not know us either, and Python's own message would speak of two types of one name.
    VT_CHECK(!is_pytorchs(args[i]), Type, op.text, "(): operands must be Tensors of one library, got ",
             type_name_of(args[0]), " and ", type_name_of(args[1]));
  }
  Py_RETURN_NOTIMPLEMENTED;
}

// Methods of PyTorch's are told of `x + y` as Tensor.add, but of `x // y` as Tensor.__floordiv__.
template <Name op, Name asked = op>
PyObject* unary(PyObject* a) {
  return guarded([&] {
    if (VT_UNLIKELY(is_watched(a))) {
      if (PyObject* seen = ask(asked.text, {&a, 1, nullptr, CallStyle::Method})) return seen;
    }
    return invoke(entry_of(op.text), {&a, 1, nullptr, CallStyle::Function});
  });
}
template <Name op, Name asked = op, Name reflected = asked>
PyObject* binary(PyObject* a, PyObject* b) {
  return guarded([&] {
    PyObject* args[] = {a, b};
    return call_or_not_implemented<op, asked, reflected>(args);
  });
}
template <Name op, Name asked = op, Name reflected = asked>
PyObject* power(PyObject* a, PyObject* b, PyObject* modulus) {
  if (modulus != Py_None) Py_RETURN_NOTIMPLEMENTED;
  return binary<op, asked, reflected>(a, b);
}
PyObject* positive(PyObject* a) {
  if (VT_LIKELY(!is_watched(a))) return Ref::borrow(a).release();
  return detail::asked_or("positive", Asked::Method, {&a, 1, nullptr, CallStyle::Method},
                          [&] { return Ref::borrow(a).release(); });
}

// ~, for booleans too.
PyObject* invert(PyObject* a) {
  if (!is_integral(tensor_of(a).dtype(), true)) {
    PyErr_Format(PyExc_TypeError, "~ (operator.invert) is only implemented on integer and Boolean-type tensors, got %s",
                 to_string(tensor_of(a)).c_str());
    return nullptr;
  }
  return unary<"bitwise_not", "__invert__">(a);
}

PyObject* compare(PyObject* a, PyObject* b, int op) {
  switch (op) {
    case Py_EQ: return binary<"eq", "__eq__">(a, b);
    case Py_NE: return binary<"ne">(a, b);
    case Py_LT: return binary<"lt">(a, b);
    case Py_LE: return binary<"le">(a, b);
    case Py_GT: return binary<"gt">(a, b);
    default: return binary<"ge">(a, b);
  }
}

// Of a slot that makes a number of a tensor: what those that are asked give, or null.
Ref asked_number(PyObject* o, const char* name) {
  if (VT_LIKELY(!is_watched(o))) return Ref();
  return Ref::steal_or_null(ask(name, {&o, 1, nullptr, CallStyle::Method}));
}

int truth(PyObject* o) {
  return guarded(
      [&] {
        if (const Ref asked = asked_number(o, "__bool__")) return PyObject_IsTrue(asked.get());
        const Tensor& t = tensor_of(o);
        VT_CHECK(t.numel() != 0, Runtime, "Boolean value of Tensor with no values is ambiguous");
        VT_CHECK(t.numel() == 1, Runtime, "Boolean value of Tensor with more than one value is ambiguous, got ",
                 t.numel(), " values");
        return static_cast<int>(item(t).to_bool());
      },
      -1);
}

Scalar single_item(PyObject* o) {
  VT_CHECK(tensor_of(o).numel() == 1, Value, "only one element tensors can be converted to Python scalars, got ",
           to_string(tensor_of(o)));
  return item(tensor_of(o));
}

// As Python has it: a NaN or an infinity has no integer, and the magnitude is not limited to 64 bits.
PyObject* to_int(PyObject* o) {
  return guarded([&] {
    if (Ref asked = asked_number(o, "__int__")) return asked.release();
    const Scalar s = single_item(o);
    VT_CHECK(!s.is_complex(), Runtime, "value cannot be converted to type int64_t without overflow: it is complex");
    if (s.is_past_int64()) return to_python(s);
    return s.is_floating() ? PyLong_FromDouble(s.to_double()) : PyLong_FromLongLong(s.to_int());
  });
}
PyObject* to_float(PyObject* o) {
  return guarded([&] {
    if (Ref asked = asked_number(o, "__float__")) return asked.release();
    static std::atomic<bool> warned{false};
    if (VT_UNLIKELY(tensor_of(o).requires_grad()) && thread_state().grad_enabled && !warned.exchange(true)) {
      warn_user(
          "Converting a tensor with requires_grad=True to a scalar may lead to unexpected behavior: the number has no "
          "gradient. tensor.detach() first says that this is meant.");
    }
    const Scalar s = single_item(o);
    VT_CHECK(!s.is_complex() || s.to_complex().im == 0, Runtime,
             "value cannot be converted to type double without overflow: it has an imaginary part");
    return PyFloat_FromDouble(s.to_double());
  });
}
PyObject* to_index(PyObject* o) {
  return guarded([&] {
    if (Ref asked = asked_number(o, "__index__")) return asked.release();
    const Tensor& t = tensor_of(o);
    VT_CHECK(is_integral(t.dtype(), true) && t.numel() == 1, Type,
             "only integer tensors of a single element can be converted to an index");
    const Scalar s = item(t);
    return s.is_past_int64() ? to_python(s) : PyLong_FromLongLong(s.to_int());
  });
}

// By identity: equal tensors need not be the same.
Py_hash_t hash(PyObject* o) {
  const auto h = static_cast<Py_hash_t>(reinterpret_cast<uintptr_t>(o) >> 4);
  return h == -1 ? -2 : h;
}

template <class F>
PyType_Slot slot(int number, F f) {
  return {number, reinterpret_cast<void*>(f)};
}

}  // namespace

void add_operator_slots(std::vector<PyType_Slot>& slots) {
  slots.insert(slots.end(), {slot(Py_nb_add, binary<"add">),
                             slot(Py_nb_subtract, binary<"sub", "sub", "__rsub__">),
                             slot(Py_nb_multiply, binary<"mul">),
                             slot(Py_nb_true_divide, binary<"div", "div", "__rtruediv__">),
                             slot(Py_nb_floor_divide, binary<"floor_divide", "__floordiv__", "__rfloordiv__">),
                             slot(Py_nb_remainder, binary<"remainder", "remainder", "__rmod__">),
                             slot(Py_nb_power, power<"pow", "__pow__", "__rpow__">),
                             slot(Py_nb_matrix_multiply, binary<"matmul", "matmul", "__rmatmul__">),
                             slot(Py_nb_and, binary<"bitwise_and", "__and__", "bitwise_and">),
                             slot(Py_nb_or, binary<"bitwise_or", "__or__", "bitwise_or">),
                             slot(Py_nb_xor, binary<"bitwise_xor", "__xor__", "bitwise_xor">),
                             slot(Py_nb_lshift, binary<"bitwise_left_shift", "__lshift__", "__rlshift__">),
                             slot(Py_nb_rshift, binary<"bitwise_right_shift", "__rshift__", "__rrshift__">),
                             slot(Py_nb_inplace_add, binary<"add_">),
                             slot(Py_nb_inplace_subtract, binary<"sub_">),
                             slot(Py_nb_inplace_multiply, binary<"mul_">),
                             slot(Py_nb_inplace_true_divide, binary<"div_">),
                             slot(Py_nb_inplace_floor_divide, binary<"floor_divide_">),
                             slot(Py_nb_inplace_remainder, binary<"remainder_">),
                             slot(Py_nb_inplace_power, power<"pow_", "__ipow__">),
                             slot(Py_nb_inplace_and, binary<"bitwise_and_", "__iand__">),
                             slot(Py_nb_inplace_or, binary<"bitwise_or_", "__ior__">),
                             slot(Py_nb_inplace_xor, binary<"bitwise_xor_", "__ixor__">),
                             slot(Py_nb_inplace_lshift, binary<"bitwise_left_shift_", "__ilshift__">),
                             slot(Py_nb_inplace_rshift, binary<"bitwise_right_shift_", "__irshift__">),
                             slot(Py_nb_negative, unary<"neg">),
                             slot(Py_nb_positive, positive),
                             slot(Py_nb_absolute, unary<"abs">),
                             slot(Py_nb_invert, invert),
                             slot(Py_nb_bool, truth),
                             slot(Py_nb_int, to_int),
                             slot(Py_nb_float, to_float),
                             slot(Py_nb_index, to_index),
                             slot(Py_tp_richcompare, compare),
                             slot(Py_tp_hash, hash)});
}

}  // namespace vt::python
