#include "profiler/inputs.h"

#include <algorithm>
#include <string_view>

#include "core/error.h"

namespace vt::profiler {
namespace {

Input::Shape shape_of(const Tensor& t) {
  const IntSpan sizes = t.sizes(), strides = t.strides();
  return {t.dtype(), {sizes.begin(), sizes.end()}, {strides.begin(), strides.end()}};
}

template <class T>
std::string list_text(const Value& v) {
  std::string text = "[";
  const auto* items = static_cast<const T*>(v.ptr);
  for (uint32_t i = 0; i < v.size; ++i) text += vt::detail::concat(i ? ", " : "", items[i]);
  return text + "]";
}

std::string text_of(const Value& v) {
  switch (v.tag) {
    case Tag::Bool: return v.i ? "True" : "False";
    case Tag::Int: return std::to_string(v.i);
    case Tag::Double: return vt::detail::concat(v.d);
    case Tag::IntList: return list_text<int64_t>(v);
    case Tag::DoubleList: return list_text<double>(v);
    case Tag::BoolList: return list_text<bool>(v);
    case Tag::String: return std::string(Unbox<std::string_view>::get(v));
    case Tag::DType: return to_string(Unbox<DType>::get(v));
    case Tag::Device: return to_string(Unbox<Device>::get(v));
    default: return {};
  }
}

}  // namespace

std::vector<Input> inputs_of(const Op& op, std::span<const Value> args) {
  std::vector<Input> inputs(static_cast<size_t>(op.input_count()));
  for (size_t i = 0; i < inputs.size(); ++i) {
    Input& input = inputs[i];
    const Value& v = args[i];
    if (v.tag == Tag::None) continue;
    if (v.tag == Tag::Tensor) {
      input.type = Input::Type::Tensor;
      input.tensors.push_back(shape_of(v.as_tensor()));
    } else if (v.tag == Tag::TensorList) {
      input.type = Input::Type::TensorList;
      for (const Tensor& t : v.as_tensor_list()) input.tensors.push_back(t.defined() ? shape_of(t) : Input::Shape{});
    } else {
      input.type = Input::Type::Other;
      input.value = text_of(v);
    }
  }
  return inputs;
}

}  // namespace vt::profiler
