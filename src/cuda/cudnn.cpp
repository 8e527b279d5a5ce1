#include "cuda/cudnn.h"

#include <type_traits>

#include "core/error.h"
#include "cuda/library.h"

namespace vt::cuda::dnn {
namespace {

Api load() {
  Library& library = cudnn_library();
  Api a{};
  const auto entry = [&](auto& to, const char* name) {
    to = library.function<std::remove_reference_t<decltype(to)>>(name);
  };
  entry(a.create, "cudnnCreate");
  entry(a.set_stream, "cudnnSetStream");
  entry(a.version, "cudnnGetVersion");
  entry(a.create_descriptor, "cudnnBackendCreateDescriptor");
  entry(a.destroy_descriptor, "cudnnBackendDestroyDescriptor");
  entry(a.finalize, "cudnnBackendFinalize");
  entry(a.set, "cudnnBackendSetAttribute");
  entry(a.get, "cudnnBackendGetAttribute");
  entry(a.execute, "cudnnBackendExecute");
  return a;
}

}  // namespace

const Api& api() {
  static const Api table = load();
  return table;
}

bool is_available() {
  static const bool available = cudnn_library().available() && api().version() / 10000 == 9;
  return available;
}

void check(Status status, const char* call) {
  VT_CHECK(status == kSuccess, Cuda, "cuDNN error ", status, " in ", call);
}

bool takes(DType dtype) {
  return dtype == DType::float32 || dtype == DType::float64 || dtype == DType::float16 || dtype == DType::bfloat16;
}

DataType data_type(DType dtype) {
  switch (dtype) {
    case DType::float64: return kDouble;
    case DType::float16: return kHalf;
    case DType::bfloat16: return kBfloat16;
    default: return kFloat;
  }
}

Node::Node(DescriptorType type) { check(api().create_descriptor(type, &descriptor_), "create descriptor"); }

Node::~Node() {
  if (descriptor_ != nullptr) api().destroy_descriptor(descriptor_);
}

Node& Node::set(Attribute attribute, AttributeType type, int64_t count, const void* values) {
  check(api().set(descriptor_, attribute, type, count, values), "set attribute");
  return *this;
}

Node& Node::set(Attribute attribute, const Node& value) {
  const Descriptor descriptor = value.get();
  return set(attribute, kTypeDescriptor, 1, &descriptor);
}

Node& Node::set(Attribute attribute, std::span<const int64_t> values) {
  return set(attribute, kTypeInt64, static_cast<int64_t>(values.size()), values.data());
}

Node& Node::finalize() {
  check(api().finalize(descriptor_), "finalize");
  return *this;
}

bool Node::try_finalize() { return api().finalize(descriptor_) == kSuccess; }

}  // namespace vt::cuda::dnn
