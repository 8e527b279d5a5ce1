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

// Sizes of the tensor at `i`; empty if there is none.
IntSpan sizes_at(std::span<const Value> args, size_t i) {
  if (i >= args.size() || args[i].tag != Tag::Tensor) return {};
  return args[i].as_tensor().sizes();
}

double product(IntSpan sizes) {
  double n = 1;
  for (const int64_t size : sizes) n *= static_cast<double>(size);
  return n;
}

// (..., m, k) times (..., k, n).
double matrix_product(IntSpan a, IntSpan b) {
  if (a.size() < 2 || b.size() < 2) return 0;
  return 2 * product(a) * static_cast<double>(b.back());
}

// Scores and their product with the values: (..., L, E), (..., S, E), (..., S, Ev).
double attention(std::span<const Value> args) {
  const IntSpan q = sizes_at(args, 0), k = sizes_at(args, 1), v = sizes_at(args, 2);
  if (q.size() < 2 || k.size() < 2 || v.size() < 2) return 0;
  const double rows = product(q.subspan(0, q.size() - 1)), columns = static_cast<double>(k[k.size() - 2]);
  return 2 * rows * columns * static_cast<double>(q.back() + v.back());
}

// A product per element of the weight's inner dims and per element of the result: convNd(input (N, C, ...), weight,
// bias, stride, padding, dilation, ...).
double plain_convolution(std::span<const Value> args) {
  const IntSpan input = sizes_at(args, 0), weight = sizes_at(args, 1);
  if (input.size() < 3 || weight.size() != input.size() || args.size() < 7 || args[4].tag != Tag::IntList) return 0;
  const IntSpan stride = Unbox<IntSpan>::get(args[3]), padding = Unbox<IntSpan>::get(args[4]);
  const IntSpan dilation = Unbox<IntSpan>::get(args[5]);
  double elements = static_cast<double>(input[0]) * static_cast<double>(weight[0]);
  for (size_t i = 0; i < input.size() - 2; ++i) {
    const auto of_dim = [&](IntSpan list) { return list.empty() ? int64_t{0} : list[list.size() == 1 ? 0 : i]; };
    const int64_t covered = of_dim(dilation) * (weight[i + 2] - 1) + 1;
    const int64_t room = input[i + 2] + 2 * of_dim(padding) - covered;
    if (room < 0 || of_dim(stride) < 1) return 0;  // the call is going to be refused
    elements *= static_cast<double>(room / of_dim(stride) + 1);
  }
  return 2 * product(weight.subspan(1)) * elements;
}

// convolution(input, weight, bias, stride, padding, dilation, transposed, ...): transposed, a product per element of
// the input.
double convolution(std::span<const Value> args) {
  const IntSpan input = sizes_at(args, 0), weight = sizes_at(args, 1);
  if (input.size() < 3 || weight.size() != input.size() || args.size() < 7) return 0;
  if (Unbox<bool>::get(args[6])) return 2 * product(weight.subspan(1)) * product(input);
  return plain_convolution(args);
}

// (..., k) times the transpose of (n, k).
double linear(IntSpan input, IntSpan weight) {
  return weight.empty() ? 0 : 2 * product(input) * static_cast<double>(weight.size() == 2 ? weight[0] : 1);
}

// Elements of the result of broadcasting two operands.
double broadcast(std::span<const Value> args) {
  const IntSpan a = sizes_at(args, 0), b = sizes_at(args, 1);
  double n = 1;
  for (size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    const int64_t from_a = i < a.size() ? a[a.size() - 1 - i] : 1, from_b = i < b.size() ? b[b.size() - 1 - i] : 1;
    n *= static_cast<double>(from_a == 1 ? from_b : from_a);
  }
  return n;
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

double flops_of(const Op& op, std::span<const Value> args) {
  const std::string_view name = op.functional().schema().name();
  if (name == "mm" || name == "bmm") return matrix_product(sizes_at(args, 0), sizes_at(args, 1));
  if (name == "addmm" || name == "baddbmm") return matrix_product(sizes_at(args, 1), sizes_at(args, 2));
  if (name == "linear") return linear(sizes_at(args, 0), sizes_at(args, 1));
  if (name == "conv1d" || name == "conv2d" || name == "conv3d") return plain_convolution(args);
  if (name == "scaled_dot_product_attention") return attention(args);
  if (name == "convolution") return convolution(args);
  if (name == "mul" || name == "add") return broadcast(args);
  return 0;
}

}  // namespace vt::profiler
