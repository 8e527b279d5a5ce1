#include "bindings/node/arguments.h"

#include <algorithm>
#include <cmath>

#include "bindings/node/element.h"
#include "bindings/node/generator.h"
#include "bindings/node/tensor.h"

namespace vt::node {
namespace {

napi_valuetype type_of(napi_env env, napi_value value) {
  napi_valuetype type = napi_undefined;
  napi_typeof(env, value, &type);
  return type;
}

bool is_absent(napi_valuetype type) { return type == napi_undefined || type == napi_null; }
bool is_number(napi_valuetype type) { return type == napi_number || type == napi_boolean || type == napi_bigint; }

std::optional<MemoryFormat> memory_format_of(const std::string& name) {
  if (name == "contiguous_format") return MemoryFormat::Contiguous;
  if (name == "preserve_format") return MemoryFormat::Preserve;
  if (name == "channels_last") return MemoryFormat::ChannelsLast;
  if (name == "channels_last_3d") return MemoryFormat::ChannelsLast3d;
  return std::nullopt;
}

}  // namespace

bool is_named_arguments(EnvData& data, napi_value value) {
  const napi_env env = data.env;
  if (type_of(env, value) != napi_object) return false;
  bool is_array = false, is_typed = false, is_complex = false;
  napi_is_array(env, value, &is_array);
  napi_is_typedarray(env, value, &is_typed);
  if (is_array || is_typed || generator_of(env, value)) return false;
  napi_has_named_property(env, value, "re", &is_complex);
  return !is_complex;
}

bool Arguments::bind(const Candidate& candidate, std::span<const napi_value> positional, napi_value named,
                     std::string* complaint) {
  op_ = candidate.op;
  const napi_env env = data_->env;
  const std::vector<Arg>& args = op_->schema().args();
  size_t by_position = 0;
  for (size_t i = 0; i < args.size(); ++i) {
    const Arg& arg = args[i];
    napi_value value = nullptr;
    if (i < positional.size() && !arg.keyword_only) {
      value = positional[i];
      ++by_position;
    }
    if (named) {
      bool has = false;
      napi_has_named_property(env, named, arg.name.c_str(), &has);
      if (has && value) {
        if (complaint) *complaint = "argument '" + arg.name + "' was given twice";
        return false;
      }
      if (has) napi_get_named_property(env, named, arg.name.c_str(), &value);
    }
    if (!value || (arg.has_default && value != known_.value && is_absent(type_of(env, value)))) {
      if (!arg.has_default) {
        if (complaint) *complaint = "argument '" + arg.name + "' is missing";
        return false;
      }
      values_[i] = arg.default_value;
    } else if (!fit(i, arg, candidate.numbers >> i & 1, value)) {
      if (complaint) *complaint = "argument '" + arg.name + "' (" + arg.type_name() + "): expected " + expected_;
      return false;
    }
  }
  if (by_position < positional.size()) {
    if (complaint) {
      *complaint = "expected at most " + std::to_string(by_position) + " positional arguments, got " +
                   std::to_string(positional.size());
    }
    return false;
  }
  if (named) {
    const std::string unknown = unknown_option(named);
    if (!unknown.empty()) {
      if (complaint) *complaint = "there is no option '" + unknown + "'";
      return false;
    }
  }
  return true;
}

std::string Arguments::unknown_option(napi_value named) const {
  const Napi::Array names = Napi::Object(data_->env, named).GetPropertyNames();
  for (uint32_t i = 0; i < names.Length(); ++i) {
    std::string name = names.Get(i).ToString();
    if (op_->schema().index_of(name) < 0) return name;
  }
  return {};
}

bool Arguments::fit(size_t i, const Arg& arg, bool accepts_number, napi_value value) {
  const napi_env env = data_->env;
  const bool is_known = known_.handle && value == known_.value;
  const napi_valuetype type = is_known ? napi_object : type_of(env, value);
  if (is_absent(type)) {
    values_[i] = Value();
    return arg.optional || refuse(type == napi_null ? "a value, got null" : "a value, got undefined");
  }
  switch (arg.type) {
    case ArgType::Tensor: {
      Handle* handle = is_known ? known_.handle : type == napi_object ? data_->handles->find(value) : nullptr;
      if (handle) {
        handles_[i] = handle;
        tensors_[i] = tensor_in(handle);
        values_[i] = box(tensors_[i]);
        return true;
      }
      if (!accepts_number) {
        return refuse(is_number(type) ? "a Tensor, got a number: write tensor(...) around it" : "a Tensor");
      }
      Scalar s;
      if (!scalar_from(env, value, type, s)) return refuse("a Tensor or a number");
      tensors_[i] = wrapped_number(s);
      values_[i] = box(tensors_[i]);
      return true;
    }
    case ArgType::Scalar: {
      Scalar s;
      if (!scalar_from(env, value, type, s)) return refuse("a number, boolean, bigint or {re, im}");
      values_[i] = box(s.is_complex() ? scalars_.emplace_front(s) : s);
      return true;
    }
    case ArgType::Int: {
      int64_t n;
      if (!int_from(env, value, type, n)) return refuse("an integer of 64 bits");
      values_[i] = box(n);
      return true;
    }
    case ArgType::Float: {
      Scalar s;
      if (type == napi_boolean || !scalar_from(env, value, type, s) || s.is_complex()) return refuse("a number");
      values_[i] = box(s.to_double());
      return true;
    }
    case ArgType::Bool: {
      bool b = false;
      if (napi_get_value_bool(env, value, &b) != napi_ok) return refuse("a boolean");
      values_[i] = box(b);
      return true;
    }
    case ArgType::Generator: {
      const intrusive_ptr<Generator> g = type == napi_object ? generator_of(env, value) : nullptr;
      if (!g) return refuse("a Generator");
      values_[i] = box(generators_.emplace_front(g).get());
      return true;
    }
    case ArgType::String:
    case ArgType::ScalarType:
    case ArgType::Device:
    case ArgType::MemoryFormat: break;
    default: return fit_list(i, arg, value);
  }
  if (type != napi_string) return refuse("a string");
  std::string text = text_from(env, value);
  switch (arg.type) {
    case ArgType::ScalarType: {
      const std::optional<DType> d = dtype_from(text);
      if (!d) return refuse("the name of a dtype, such as 'float32'");
      values_[i] = box(*d);
      return true;
    }
    case ArgType::Device: {
      try {
        values_[i] = box(parse_device(text));
      } catch (const Error&) {
        return refuse("a device, such as 'cpu' or 'cuda:0'");
      }
      return true;
    }
    case ArgType::MemoryFormat: {
      const std::optional<MemoryFormat> format = memory_format_of(text);
      if (!format) return refuse("contiguous_format, preserve_format, channels_last or channels_last_3d");
      values_[i] = box(*format);
      return true;
    }
    default: values_[i] = box(std::string_view(strings_.emplace_front(std::move(text)))); return true;
  }
}

bool Arguments::fit_tensor_list(size_t i, const Arg& arg, napi_value array, uint32_t length) {
  std::vector<Tensor>& list = tensor_lists_.emplace_front();
  list.reserve(length);
  for (uint32_t k = 0; k < length; ++k) {
    napi_value element;
    napi_get_element(data_->env, array, k, &element);
    const napi_valuetype type = type_of(data_->env, element);
    if (is_absent(type) && arg.optional_elements) {
      list.emplace_back();
      continue;
    }
    Handle* handle = type == napi_object ? data_->handles->find(element) : nullptr;
    if (!handle) {
      return refuse(is_number(type) ? "Tensors, but an element is a number: write tensor(...) around it" : "Tensors");
    }
    list.push_back(tensor_in(handle));
  }
  values_[i] = box(list);
  return true;
}

bool Arguments::fit_list(size_t i, const Arg& arg, napi_value value) {
  const napi_env env = data_->env;
  if (arg.type == ArgType::IntList) {
    int64_t one;
    if (int_from(env, value, type_of(env, value), one)) {
      values_[i] = box(ints_.emplace_front(std::max<size_t>(static_cast<size_t>(arg.list_size), 1), one));
      return true;
    }
  }
  bool is_array = false;
  napi_is_array(env, value, &is_array);
  if (!is_array) return refuse("an array");
  uint32_t length = 0;
  napi_get_array_length(env, value, &length);
  if (arg.list_size > 1 && length > 1 && length != static_cast<uint32_t>(arg.list_size)) {
    return refuse("an array of the length that the schema says");
  }
  if (arg.type == ArgType::TensorList) return fit_tensor_list(i, arg, value, length);
  const auto each = [&](const auto& take) {
    for (uint32_t k = 0; k < length; ++k) {
      napi_value element;
      napi_get_element(env, value, k, &element);
      if (!take(k, element, type_of(env, element))) return false;
    }
    return true;
  };
  if (arg.type == ArgType::IntList) {
    DimVec& list = ints_.emplace_front();
    const bool all = each([&](uint32_t, napi_value e, napi_valuetype type) {
      int64_t n = 0;
      const bool ok = int_from(env, e, type, n);
      list.push_back(n);
      return ok;
    });
    values_[i] = box(list);
    return all || refuse("integers");
  }
  if (arg.type == ArgType::FloatList) {
    std::vector<double>& list = doubles_.emplace_front(length);
    const bool all = each(
        [&](uint32_t k, napi_value e, napi_valuetype) { return napi_get_value_double(env, e, &list[k]) == napi_ok; });
    values_[i] = box(std::span<const double>(list));
    return all || refuse("numbers");
  }
  bool* list = bools_.emplace_front(new bool[length]).get();
  const bool all =
      each([&](uint32_t k, napi_value e, napi_valuetype) { return napi_get_value_bool(env, e, &list[k]) == napi_ok; });
  values_[i] = box(std::span<const bool>(list, length));
  return all || refuse("booleans");
}

napi_value Arguments::object_of(const Tensor& tensor) const {
  const size_t count = op_->schema().args().size();
  for (size_t i = 0; i < count; ++i) {
    if (!handles_[i] || !handles_[i]->tensor.is_same(tensor)) continue;
    napi_value object = nullptr;
    napi_get_reference_value(data_->env, handles_[i]->object, &object);
    return object;
  }
  return nullptr;
}

std::vector<Handle*> Arguments::written_handles() const {
  std::vector<Handle*> found;
  const auto& args = op_->schema().args();
  for (size_t i = 0; i < args.size(); ++i) {
    if (handles_[i] && args[i].written) found.push_back(handles_[i]);
  }
  return found;
}

void Arguments::rebind(std::span<const Tensor> inputs) {
  size_t next = 0;
  for (size_t i = 0; i < op_->schema().args().size(); ++i) {
    Value& value = values_[i];
    if (value.tag == Tag::Tensor) {
      tensors_[i] = inputs[next++];
      value = box(tensors_[i]);
    } else if (value.tag == Tag::TensorList) {
      auto* list = const_cast<Tensor*>(static_cast<const Tensor*>(value.ptr));  // of tensor_lists_
      for (uint32_t k = 0; k < value.size; ++k) {
        if (list[k].defined()) list[k] = inputs[next++];
      }
    }
  }
}

void Arguments::make_meta(Value* values) const {
  const auto& args = op_->schema().args();
  for (size_t i = 0; i < args.size(); ++i) {
    if (args[i].type == ArgType::Generator) values[i] = Value();
    if (args[i].type == ArgType::Device && (op_->is_factory() || !values[i].is_none())) {
      values[i] = box(Device{DeviceType::Meta, -1});
    }
  }
}

}  // namespace vt::node
