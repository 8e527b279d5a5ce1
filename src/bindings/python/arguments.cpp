#include "bindings/python/arguments.h"

#include "bindings/python/generator_object.h"
#include "bindings/python/large_number.h"
#include "bindings/python/number.h"
#include "bindings/python/small_types.h"
#include "bindings/python/tensor_object.h"
#include "bindings/python/torch_function.h"

namespace vt::python {
namespace {

// Note [Number tensors]
// A number in the place of a tensor becomes a 0-dim tensor that promotes like a number. Most calls are done with it
// when they return, so it goes back to a small pool (guarded by the GIL) and the next number is written into it.
constexpr int kPoolSize = 8;
struct NumberPool {
  Tensor items[kPoolSize];
  int count = 0;
};
NumberPool& pool_of(DTypeCategory category) {
  static NumberPool* pools = new NumberPool[4];
  return pools[static_cast<int>(category)];
}

Tensor take_number(const Scalar& s) {
  NumberPool& pool = pool_of(s.category());
  if (pool.count == 0 || s.is_complex()) return wrapped_number(s);
  Tensor t = std::move(pool.items[--pool.count]);
  switch (s.category()) {
    case DTypeCategory::Bool: *static_cast<bool*>(t.data()) = s.to_bool(); break;
    case DTypeCategory::Integral: *static_cast<int64_t*>(t.data()) = s.to_int(); break;
    default: *static_cast<double*>(t.data()) = s.to_double();
  }
  return t;
}

void give_back_number(Tensor& t) {
  TensorImpl* impl = t.impl();
  if (impl->use_count() != 1 || impl->storage()->use_count() != 1 || impl->frontend_object() || impl->autograd_meta() ||
      impl->is_inference() || is_complex(t.dtype())) {
    return;
  }
  NumberPool& pool = pool_of(category(t.dtype()));
  if (pool.count < kPoolSize) pool.items[pool.count++] = std::move(t);
}

// NumPy's names of parameters, accepted where PyTorch's are.
std::string_view numpy_alias(std::string_view name) {
  if (name == "axis") return "dim";
  if (name == "keepdims") return "keepdim";
  if (name == "x" || name == "a" || name == "x1") return "input";
  if (name == "x2") return "other";
  return {};
}

bool is_sequence(PyObject* o) { return PyTuple_Check(o) || PyList_Check(o); }
Py_ssize_t sequence_size(PyObject* o) { return PyTuple_Check(o) ? PyTuple_Size(o) : PyList_Size(o); }
PyObject* sequence_item(PyObject* o, Py_ssize_t i) {
  return PyTuple_Check(o) ? PyTuple_GetItem(o, i) : PyList_GetItem(o, i);
}

std::string plural_type(ArgType t) {
  switch (t) {
    case ArgType::IntList: return "tuple of ints";
    case ArgType::FloatList: return "tuple of floats";
    case ArgType::BoolList: return "tuple of bools";
    case ArgType::TensorList: return "tuple of Tensors";
    case ArgType::ScalarType: return "torch.dtype";
    case ArgType::Device: return "torch.device";
    case ArgType::Scalar: return "Number";
    case ArgType::MemoryFormat: return "torch.memory_format";
    case ArgType::Generator: return "torch.Generator";
    default: return std::string(type_name(t));
  }
}

// An item of a list of ints. One beyond 64 bits is a TypeError there, as in PyTorch.
bool int_item(PyObject* o, int64_t& out, Py_ssize_t at) {
  try {
    return int_from(o, out);
  } catch (const Error& e) {
    VT_THROW(Type, "failed to unpack the int at pos ", at + 1, ": ", e.message());
  }
}

bool equal_names(PyObject* a, PyObject* b) { return a == b || PyUnicode_Compare(a, b) == 0; }

}  // namespace

CallArguments::~CallArguments() {
  for (int i = 0; i < number_count_; ++i) give_back_number(numbers_[i]);
}

void CallArguments::reset() {
  for (int i = 0; i < number_count_; ++i) give_back_number(numbers_[i]);
  number_count_ = 0;
  ints_used_ = 0;
  complex_count_ = 0;
  requires_grad_ = false;
  heap_.reset();
}

int64_t* CallArguments::ints(size_t n) {
  if (ints_used_ + n <= kInlineInts) {
    int64_t* p = inline_ints_ + ints_used_;
    ints_used_ += n;
    return p;
  }
  return heap().ints.emplace_back(std::make_unique<int64_t[]>(n)).get();
}

void CallArguments::set_number(const Scalar& s, Value& out) {
  if (VT_LIKELY(number_count_ < kInlineNumbers)) {
    numbers_[number_count_] = take_number(s);
    out = box(numbers_[number_count_++]);
  } else {
    out = box(heap().numbers.emplace_back(wrapped_number(s)));
  }
}

// Whether `o` is a tensor that stands for itself.
bool CallArguments::is_plain(PyObject* o) {
  if (VT_LIKELY(is_unasked_tensor(o))) return true;
  if (is_tensor(o)) has_asked_ = true;
  return false;
}

bool CallArguments::read_tensor(const Param& p, PyObject* o, Value& out) {
  if (!p.accepts_number) return false;
  if (Py_TYPE(o) == &PyFloat_Type) {
    set_number(Scalar(PyFloat_AsDouble(o)), out);
    return true;
  }
  Scalar s;
  try {
    if (!number_from(o, s)) return false;
  } catch (const Error&) {  // perhaps an element of uint64
    out = box(heap().numbers.emplace_back());
    if (!wrapped_number_from(o, heap().numbers.back())) throw;
    out = box(heap().numbers.back());
    return true;
  }
  set_number(s, out);
  return true;
}

bool CallArguments::read_int_list(const Param& p, PyObject* o, Value& out, std::string* why) {
  int64_t v;
  if (!is_sequence(o)) {
    if (p.list_size == 0 || !int_from(o, v)) return false;
    const size_t n = static_cast<size_t>(p.list_size);
    int64_t* data = ints(n);
    for (size_t i = 0; i < n; ++i) data[i] = v;
    out = box_list(Tag::IntList, data, n);
    return true;
  }
  const Py_ssize_t n = sequence_size(o);
  int64_t* data = ints(static_cast<size_t>(n));
  for (Py_ssize_t i = 0; i < n; ++i) {
    PyObject* entry = sequence_item(o, i);
    if (int_item(entry, data[i], i)) continue;
    if (why) {
      *why =
          vt::detail::concat("must be tuple of ints, but found element of type ", type_name_of(entry), " at pos ", i);
    }
    return false;
  }
  out = box_list(Tag::IntList, data, static_cast<size_t>(n));
  return true;
}

bool CallArguments::read_spread_ints(const PythonCall& call, Py_ssize_t from, Value& out) {
  const size_t n = static_cast<size_t>(call.count - from);
  int64_t* data = ints(n);
  for (size_t i = 0; i < n; ++i) {
    if (!int_item(call.args[from + static_cast<Py_ssize_t>(i)], data[i], static_cast<Py_ssize_t>(i))) return false;
  }
  out = box_list(Tag::IntList, data, n);
  return true;
}

bool CallArguments::read_double_list(PyObject* o, Value& out) {
  if (!is_sequence(o)) return false;
  auto& list = heap().doubles.emplace_back();
  for (Py_ssize_t i = 0; i < sequence_size(o); ++i) {
    double d;
    if (!double_from(sequence_item(o, i), d)) return false;
    list.push_back(d);
  }
  out = box(std::span<const double>(list));
  return true;
}

bool CallArguments::read_bool_list(PyObject* o, Value& out) {
  if (!is_sequence(o)) return false;
  const auto n = static_cast<size_t>(sequence_size(o));
  bool* data = heap().bools.emplace_back(std::make_unique<bool[]>(n)).get();
  for (size_t i = 0; i < n; ++i) {
    if (!bool_from(sequence_item(o, static_cast<Py_ssize_t>(i)), data[i])) return false;
  }
  out = box_list(Tag::BoolList, data, n);
  return true;
}

bool CallArguments::read_tensor_list(const Param& p, PyObject* o, Value& out, std::string* why) {
  if (!is_sequence(o)) return false;
  const Py_ssize_t n = sequence_size(o);
  auto& list = heap().tensors.emplace_back();
  list.reserve(static_cast<size_t>(n));
  for (Py_ssize_t i = 0; i < n; ++i) {
    PyObject* entry = sequence_item(o, i);
    if (is_plain(entry)) {
      list.push_back(tensor_of(entry));
    } else if (p.optional_elements && entry == Py_None) {
      list.emplace_back();
    } else {
      if (why) {
        *why = vt::detail::concat("must be tuple of Tensors, but found element of type ", type_name_of(entry),
                                  " at pos ", i);
      }
      return false;
    }
  }
  out = box(TensorSpan(list));
  return true;
}

bool CallArguments::read(const Param& p, PyObject* o, Value& out, std::string* why) {
  if (o == Py_None) {
    if (!p.optional) return false;
    out = Value{};
    return true;
  }
  switch (p.type) {
    case ArgType::Tensor:
      if (VT_LIKELY(is_plain(o))) {
        out.tensor = impl_of(o);
        out.size = 0;
        out.tag = Tag::Tensor;
        return true;
      }
      return read_tensor(p, o, out);
    case ArgType::Int: {
      int64_t v;
      if (!int_from(o, v)) return false;
      out = box(v);
      return true;
    }
    case ArgType::Float: {
      double v;
      if (!double_from(o, v)) return false;
      out = box(v);
      return true;
    }
    case ArgType::Bool: {
      bool v;
      if (!bool_from(o, v)) return false;
      out = box(v);
      return true;
    }
    case ArgType::Scalar: {
      Scalar s;
      if (!scalar_from(o, s)) return false;
      if (!s.is_complex()) {
        out = box(s);
        return true;
      }
      VT_CHECK(complex_count_ < 2, NotImplemented, "more than two complex numbers in one call are not supported yet");
      complex_[complex_count_] = s.to_complex();
      out = box_list(Tag::Complex, &complex_[complex_count_++], 0);
      return true;
    }
    case ArgType::String:
      if (!PyUnicode_Check(o)) return false;
      out = box(text_of(o));
      return true;
    case ArgType::IntList: return read_int_list(p, o, out, why);
    case ArgType::FloatList: return read_double_list(o, out);
    case ArgType::BoolList: return read_bool_list(o, out);
    case ArgType::TensorList: return read_tensor_list(p, o, out, why);
    case ArgType::ScalarType: {
      DType d;
      if (!dtype_from(o, d)) return false;
      out = box(d);
      return true;
    }
    case ArgType::Device: {
      Device d;
      if (!device_from(o, d)) return false;
      out = box(d);
      return true;
    }
    case ArgType::MemoryFormat:
      if (Py_TYPE(o) != memory_format_type) return false;
      out = box(reinterpret_cast<MemoryFormatObject*>(o)->format);
      return true;
    case ArgType::Generator:
      if (!is_generator(o)) return false;
      out = box(generator_of(o));
      return true;
  }
  return false;
}

// Keywords that many ops share and no schema mentions.
bool CallArguments::read_extra(std::string_view name, PyObject* o, bool is_factory, std::string* why, bool& known) {
  known = true;
  if (name == "out" && o == Py_None) return true;
  if (is_factory) {
    if (name == "requires_grad") {
      if (bool_from(o, requires_grad_)) return true;
      if (why) *why = vt::detail::concat("argument 'requires_grad' must be bool, not ", type_name_of(o));
      return false;
    }
    if (name == "layout") {
      if (o == Py_None || o == layout_object(Layout::Strided)) return true;
      VT_CHECK(Py_TYPE(o) != layout_type, NotImplemented, "layout=torch.",
               kLayoutNames[static_cast<int>(reinterpret_cast<LayoutObject*>(o)->layout)].python,
               " is not there yet: make the tensor in memory and take its to_sparse()");
      if (why) *why = vt::detail::concat("argument 'layout' must be torch.layout, not ", type_name_of(o));
      return false;
    }
    if (name == "pin_memory") {
      bool pin = false;
      if (o != Py_None && !bool_from(o, pin)) {
        if (why) *why = vt::detail::concat("argument 'pin_memory' must be bool, not ", type_name_of(o));
        return false;
      }
      VT_CHECK(!pin, NotImplemented, "pin_memory=True is not there yet: call pin_memory() on the result");
      return true;
    }
  }
  known = false;
  return false;
}

bool CallArguments::read_outs(const Overload& overload, PyObject* o, uint32_t& given, std::string* why) {
  const int count = static_cast<int>(overload.params.size()) - overload.first_out;
  if (!is_sequence(o) || sequence_size(o) != count) {
    if (why) *why = vt::detail::concat("argument 'out' must be a tuple of ", count, " Tensors, not ", type_name_of(o));
    return false;
  }
  for (int i = 0; i < count; ++i) {
    PyObject* entry = sequence_item(o, i);
    if (!is_plain(entry)) {
      if (why)
        *why = vt::detail::concat("argument 'out' must be a tuple of Tensors, but found ", type_name_of(entry),
                                  " at pos ", i);
      return false;
    }
    values()[overload.first_out + i] = box(tensor_of(entry));
    given |= 1u << (overload.first_out + i);
  }
  return true;
}

bool CallArguments::read_keywords(const Overload& overload, const PythonCall& call, uint32_t& given, std::string* why) {
  const Py_ssize_t n = PyTuple_Size(call.kwnames);
  const int count = static_cast<int>(overload.params.size());
  auto name_of = [&](const Param& p) { return call.style == CallStyle::Function ? p.function_name : p.name; };
  for (Py_ssize_t k = 0; k < n; ++k) {
    PyObject* key = PyTuple_GetItem(call.kwnames, k);
    PyObject* value = call.args[call.count + k];
    int at = -1;
    for (int i = 0; i < count && at < 0; ++i) {
      if (name_of(overload.params[i]) == key) at = i;
    }
    for (int i = 0; i < count && at < 0; ++i) {
      if (equal_names(name_of(overload.params[i]), key)) at = i;
    }
    if (at < 0) {
      const std::string_view text = text_of(key);
      if (text == "out" && overload.first_out >= 0) {
        if (!read_outs(overload, value, given, why)) return false;
        continue;
      }
      bool known = false;
      if (read_extra(text, value, overload.is_factory, why, known)) continue;
      if (known) return false;
      if (const std::string_view alias = numpy_alias(text); !alias.empty()) {
        for (int i = 0; i < count && at < 0; ++i) {
          if (text_of(name_of(overload.params[i])) == alias) at = i;
        }
      }
      if (at < 0) {
        if (why) *why = vt::detail::concat("got an unexpected keyword argument '", text, "'");
        return false;
      }
    }
    if (given >> at & 1) {
      if (why) *why = vt::detail::concat("got multiple values for argument '", text_of(key), "'");
      return false;
    }
    std::string detail;
    if (!read(overload.params[at], value, values()[at], why ? &detail : nullptr)) {
      if (why) {
        if (detail.empty()) {
          detail = vt::detail::concat("must be ", plural_type(overload.params[at].type), ", not ", type_name_of(value));
        }
        *why = vt::detail::concat("argument '", text_of(key), "' ", detail);
      }
      return false;
    }
    given |= 1u << at;
  }
  return true;
}

bool CallArguments::fit(const Overload& overload, const PythonCall& call, std::string* why) {
  if (VT_UNLIKELY(ints_used_ + static_cast<size_t>(number_count_ + complex_count_) != 0 || heap_)) reset();
  const int count = static_cast<int>(overload.params.size());
  const Param* params = overload.params.data();
  Value* values = this->values();
  Py_ssize_t positional = call.count;
  const int offset = call.style == CallStyle::Method ? 1 : 0;
  const bool spread = call.style == CallStyle::Method ? overload.spread_in_method : overload.spread_in_function;
  uint32_t given = 0;
  if (spread && positional > offset && !is_sequence(call.args[offset])) {
    if (offset && !read(params[0], call.args[0], values[0], nullptr)) return false;
    if (!read_spread_ints(call, offset, values[offset])) {
      if (why) {
        *why = vt::detail::concat("argument '", text_of(params[offset].name), "' must be tuple of ints, not ",
                                  type_name_of(call.args[offset]));
      }
      return false;
    }
    positional = offset + 1;
  } else {
    if (positional > overload.positional) {
      if (why) {
        *why = vt::detail::concat("takes ", overload.positional - offset, " positional argument",
                                  overload.positional - offset == 1 ? "" : "s", " but ", positional - offset,
                                  " were given");
      }
      return false;
    }
    for (Py_ssize_t i = 0; i < positional; ++i) {
      std::string detail;
      if (VT_LIKELY(read(params[i], call.args[i], values[i], why ? &detail : nullptr))) continue;
      if (why) {
        if (detail.empty()) {
          detail = vt::detail::concat("must be ", plural_type(params[i].type), ", not ", type_name_of(call.args[i]));
        }
        *why = vt::detail::concat("argument '",
                                  text_of(call.style == CallStyle::Function ? params[i].function_name : params[i].name),
                                  "' (position ", i + 1 - offset, ") ", detail);
      }
      return false;
    }
  }
  given = (1u << positional) - 1;
  if (VT_UNLIKELY(call.kwnames != nullptr) && !read_keywords(overload, call, given, why)) return false;
  for (int i = static_cast<int>(positional); i < count; ++i) {
    if (given >> i & 1) continue;
    if (!params[i].has_default) {
      if (why) {
        const Param& p = params[i];
        *why = vt::detail::concat("missing 1 required ", i < overload.positional ? "positional" : "keyword-only",
                                  " arguments: \"",
                                  text_of(call.style == CallStyle::Function ? p.function_name : p.name), "\"");
      }
      return false;
    }
    values[i] = params[i].default_value;
  }
  return true;
}

namespace {

std::string describe(const Overload& overload, CallStyle style) {
  std::string out = "(";
  const auto& args = overload.op->schema().args();
  for (size_t i = style == CallStyle::Method ? 1 : 0; i < args.size(); ++i) {
    if (out.size() > 1) out += ", ";
    if (static_cast<int>(i) == overload.positional) out += "*, ";
    out += plural_type(args[i].type);
    out += ' ';
    out += args[i].name == "self" ? "input" : args[i].name;
    if (args[i].has_default && args[i].default_value.is_none()) out += " = None";
  }
  return out + ")";
}

std::string describe(const PythonCall& call) {
  std::string out = "(";
  for (Py_ssize_t i = call.style == CallStyle::Method ? 1 : 0; i < call.count; ++i) {
    if (out.size() > 1) out += ", ";
    out += type_name_of(call.args[i]);
  }
  const Py_ssize_t keywords = call.kwnames ? PyTuple_Size(call.kwnames) : 0;
  for (Py_ssize_t k = 0; k < keywords; ++k) {
    if (out.size() > 1) out += ", ";
    out += text_of(PyTuple_GetItem(call.kwnames, k));
    out += '=';
    out += type_name_of(call.args[call.count + k]);
  }
  return out + ")";
}

bool has_keyword(const PythonCall& call, std::string_view name) {
  const Py_ssize_t keywords = call.kwnames ? PyTuple_Size(call.kwnames) : 0;
  for (Py_ssize_t k = 0; k < keywords; ++k) {
    if (text_of(PyTuple_GetItem(call.kwnames, k)) == name) return true;
  }
  return false;
}

}  // namespace

void throw_no_overload(const OpEntry& entry, const PythonCall& call) {
  const bool out = has_keyword(call, "out");
  std::vector<const Overload*> candidates;
  for (const Overload& o : entry.overloads()) {
    if ((o.op->kind() == OpKind::Out) == out) candidates.push_back(&o);
  }
  if (candidates.empty()) candidates.push_back(&entry.overloads().front());
  // What is wrong with the call whatever it meant is said alone.
  std::string reason;
  bool same = true;
  for (const Overload* o : candidates) {
    CallArguments arguments;
    std::string why;
    arguments.fit(*o, call, &why);
    same = same && (o == candidates.front() || why == reason);
    reason = std::move(why);
  }
  if (same) VT_THROW(Type, entry.name, reason.starts_with("argument") ? "(): " : "() ", reason);
  std::string text =
      entry.name + "() received an invalid combination of arguments - got " + describe(call) + ", but expected one of:";
  for (const Overload* o : candidates) text += "\n * " + describe(*o, call.style);
  VT_THROW(Type, text);
}

}  // namespace vt::python
