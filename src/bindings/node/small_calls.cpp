#include "bindings/node/small_calls.h"

#include <algorithm>

#include "core/thread_state.h"
#include "dispatch/registry.h"
#include "profiler/session.h"

namespace vt::node {
namespace {

// Adds them up, or a number beyond the bound.
int64_t add_elements(int64_t so_far, const Tensor& t) {
  if (so_far > kMostSmallElements || !t.defined()) return so_far;
  return t.numel() > kMostSmallElements ? kMostSmallElements + 1 : so_far + t.numel();
}

bool all_in_memory_of_the_host(std::span<const Tensor> tensors) {
  return std::ranges::all_of(tensors, [](const Tensor& t) { return t.is_cpu() && t.impl()->has_memory(); });
}

Tensor shape_of(const Tensor& t) {
  if (t.impl()->is_wrapped_number()) return t;
  return empty_strided(t.sizes(), t.strides(), t.dtype(), Device{DeviceType::Meta, -1});
}

// The elements of the results, by the meta backend; beyond the bound where that cannot tell.
int64_t result_elements(const Work& work) {
  const GradMode no_grad(false);
  try {
    std::vector<Tensor> shapes;
    for (const Tensor& t : work.inputs) shapes.push_back(shape_of(t));
    const Results results = work.body(shapes, true);
    int64_t elements = 0;
    for (int i = 0; i < results.count; ++i) elements = add_elements(elements, results.tensors[i]);
    for (const Tensor& t : results.list) elements = add_elements(elements, t);
    return elements;
  } catch (const Error&) {
    return kMostSmallElements + 1;
  }
}

}  // namespace

Cost cost_of(const Op& op) {
  const auto& parts = op.functional().parts;
  const auto& args = op.schema().args();
  const auto& returned = op.schema().rets();
  const bool from_numbers = std::ranges::none_of(args, [](const Arg& arg) { return arg.type == ArgType::Tensor; });
  if (op.name().find("::") != std::string::npos) return Cost::Unknown;
  if (parts.view) return Cost::None;
  if (parts.value_dependent) {  // one number of the values
    const bool one = returned.size() == 1 && returned[0].type == ArgType::Scalar;
    return one ? Cost::Inputs : Cost::Unknown;
  }
  const bool sized = std::ranges::any_of(args, [](const Arg& arg) {
    return arg.type == ArgType::Int || arg.type == ArgType::IntList || arg.type == ArgType::FloatList ||
           arg.type == ArgType::TensorList;
  });
  return sized || from_numbers ? Cost::Shapes : Cost::Product;
}

bool is_small(const Work& work) {
  if (work.cost == Cost::Unknown || !all_in_memory_of_the_host(work.inputs)) return false;
  if (work.cost == Cost::None) return true;
  int64_t elements = 0, product = 1;
  for (const Tensor& t : work.inputs) {
    elements = add_elements(elements, t);
    product = std::min(product * std::max<int64_t>(std::min(t.numel(), kMostSmallElements), 1), kMostSmallElements + 1);
  }
  if (elements > kMostSmallElements) return false;
  if (work.cost == Cost::Inputs) return true;
  if (work.cost == Cost::Product && product <= kMostSmallElements) return true;
  if (!work.has_shapes || profiler::is_running()) return false;  // a profile would show the question
  if (work.device && !work.device->is_cpu()) return false;
  return elements + result_elements(work) <= kMostSmallElements;
}

}  // namespace vt::node
