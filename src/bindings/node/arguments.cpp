#include "bindings/node/arguments.h"

#include <algorithm>

#include "bindings/node/element.h"
#include "bindings/node/tensor.h"

namespace vt::node {
namespace {

bool is_absent(const Napi::Value& value) { return value.IsUndefined() || value.IsNull(); }

MemoryFormat parse_memory_format(const std::string& name) {
  if (name == "contiguous_format") return MemoryFormat::Contiguous;
  if (name == "preserve_format") return MemoryFormat::Preserve;
  if (name == "channels_last") return MemoryFormat::ChannelsLast;
  if (name == "channels_last_3d") return MemoryFormat::ChannelsLast3d;
  VT_THROW(Type, "expected contiguous_format, preserve_format, channels_last or channels_last_3d, got '", name, "'");
}

std::string text_of(const Napi::Value& value) {
  VT_CHECK(value.IsString(), Type, "expected a string");
  return value.As<Napi::String>();
}

double number_of(const Napi::Value& value) {
  VT_CHECK(value.IsNumber() || value.IsBigInt(), Type, "expected a number");
  return to_scalar(value).to_double();
}

bool boolean_of(const Napi::Value& value) {
  VT_CHECK(value.IsBoolean(), Type, "expected a boolean");
  return value.As<Napi::Boolean>();
}

}  // namespace

bool Arguments::bind(const Candidate& candidate, const Napi::Array& positional, const Napi::Object& named) {
  const std::vector<Arg>& args = candidate.op->schema().args();
  const uint32_t given = positional.Length();
  size_t used = 0;
  try {
    for (size_t i = 0; i < args.size(); ++i) {
      const Arg& arg = args[i];
      const bool by_position = i < given && !arg.keyword_only;
      const bool by_name = named.HasOwnProperty(arg.name);
      VT_CHECK(!by_position || !by_name, Type, "argument '", arg.name, "' was given twice");
      if (by_position || by_name) {
        ++used;
        const Napi::Value value = by_position ? positional.Get(static_cast<uint32_t>(i)) : named.Get(arg.name);
        try {
          values_[i] =
              is_absent(value) && arg.has_default ? arg.default_value : convert(arg, candidate.numbers >> i & 1, value);
        } catch (const Error& error) {
          VT_THROW(Type, "argument '", arg.name, "' (", arg.type_name(), "): ", error.message());
        }
      } else {
        VT_CHECK(arg.has_default || arg.optional, Type, "argument '", arg.name, "' is missing");
        values_[i] = arg.default_value;
      }
    }
    const size_t all = given + named.GetPropertyNames().Length();
    VT_CHECK(used == all, Type, "expected at most ", args.size(), " arguments with the names of the schema, got ", all);
  } catch (const Error& error) {
    complaint_ = error.message();
    return false;
  }
  return true;
}

Napi::Value Arguments::object_of(const Tensor& tensor) const {
  for (const Napi::Value& object : objects_) {
    if (TensorObject::unwrap(object).is_same(tensor)) return object;
  }
  return {};
}

const Tensor& Arguments::keep_tensor(const Napi::Value& value, bool accepts_number) {
  if (TensorObject::is(value)) {
    objects_.push_back(value);
    return tensors_.emplace_back(TensorObject::unwrap(value));
  }
  const bool is_number = value.IsNumber() || value.IsBoolean() || value.IsBigInt();
  VT_CHECK(is_number || !accepts_number, Type, "expected a Tensor or a number");
  VT_CHECK(accepts_number, Type, "expected a Tensor", is_number ? ", got a number: write tensor(...) around it" : "");
  return tensors_.emplace_back(wrapped_number(to_scalar(value)));
}

Value Arguments::convert(const Arg& arg, bool accepts_number, const Napi::Value& value) {
  if (is_absent(value)) {
    VT_CHECK(arg.optional, Type, "expected a value, got ", value.IsNull() ? "null" : "undefined");
    return {};
  }
  switch (arg.type) {
    case ArgType::Tensor: return box(keep_tensor(value, accepts_number));
    case ArgType::Scalar: return box(scalars_.emplace_back(to_scalar(value)));
    case ArgType::Int: return box(to_int(value));
    case ArgType::Float: return box(number_of(value));
    case ArgType::Bool: return box(boolean_of(value));
    case ArgType::String: return box(std::string_view(strings_.emplace_back(text_of(value))));
    case ArgType::ScalarType: return box(parse_dtype(text_of(value)));
    case ArgType::Device: return box(parse_device(text_of(value)));
    case ArgType::MemoryFormat: return box(parse_memory_format(text_of(value)));
    case ArgType::Generator: VT_THROW(NotImplemented, "generators are not there yet from Node");
    default: return convert_list(arg, value);
  }
}

Value Arguments::convert_list(const Arg& arg, const Napi::Value& value) {
  const bool one_int = arg.type == ArgType::IntList && is_integer(value);
  VT_CHECK(value.IsArray() || one_int, Type, "expected an array");
  if (one_int) {
    DimVec& list = ints_.emplace_back(std::max<size_t>(arg.list_size, 1), to_int(value));
    return box(list);
  }
  const Napi::Array array = value.As<Napi::Array>();
  const uint32_t length = array.Length();
  VT_CHECK(arg.list_size == 0 || length == 0 || length == static_cast<uint32_t>(arg.list_size), Type, "expected ",
           arg.list_size, " elements, got ", length);
  switch (arg.type) {
    case ArgType::TensorList: {
      std::vector<Tensor>& list = tensor_lists_.emplace_back();
      for (uint32_t i = 0; i < length; ++i) {
        const Napi::Value element = array.Get(i);
        list.push_back(is_absent(element) && arg.optional_elements ? Tensor() : keep_tensor(element, false));
      }
      return box(list);
    }
    case ArgType::IntList: {
      DimVec& list = ints_.emplace_back();
      for (uint32_t i = 0; i < length; ++i) list.push_back(to_int(array.Get(i)));
      return box(list);
    }
    case ArgType::FloatList: {
      std::vector<double>& list = doubles_.emplace_back();
      for (uint32_t i = 0; i < length; ++i) list.push_back(number_of(array.Get(i)));
      return box(std::span<const double>(list));
    }
    default: {
      bool* list = bools_.emplace_back(new bool[length]).get();
      for (uint32_t i = 0; i < length; ++i) list[i] = boolean_of(array.Get(i));
      return box(std::span<const bool>(list, length));
    }
  }
}

}  // namespace vt::node
