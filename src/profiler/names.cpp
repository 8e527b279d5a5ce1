#include <cxxabi.h>

#include <cstdlib>

#include "autograd/op_node.h"
#include "core/error.h"
#include "dispatch/op.h"
#include "profiler/names.h"
#include "profiler/profile.h"

namespace vt::profiler {
namespace {

std::string demangled(const char* name) {
  int status = 0;
  char* text = abi::__cxa_demangle(name, nullptr, nullptr, &status);
  std::string result = status == 0 ? text : name;
  std::free(text);
  return result;
}

// CUpti_ActivityMemcpyKind: which sides, by the memory they are in.
const char* copy_name(uint8_t kind) {
  switch (kind) {
    case 1: return "Memcpy HtoD";
    case 2: return "Memcpy DtoH";
    case 3: return "Memcpy HtoA";
    case 4: return "Memcpy AtoH";
    case 5: return "Memcpy AtoA";
    case 6: return "Memcpy AtoD";
    case 7: return "Memcpy DtoA";
    case 8: return "Memcpy DtoD";
    case 9: return "Memcpy HtoH";
    case 10: return "Memcpy PtoP";
    default: return "Memcpy";
  }
}

}  // namespace

std::string name_of(const Op& op) {
  const std::string& name = op.schema().name();
  return name.find("::") == std::string::npos ? "aten::" + name : name;
}

std::string name_of(const HostSpan& span) {
  constexpr const char* kEvaluate = "autograd::engine::evaluate_function: ";
  switch (span.kind) {
    case SpanKind::Op: return name_of(*span.op);
    case SpanKind::Range: return span.detail->name;
    case SpanKind::Replay: return vt::detail::concat("CUDA graph ", span.graph, ": replay");
    case SpanKind::Capture: return vt::detail::concat("CUDA graph ", span.graph, ": capture");
    case SpanKind::Node:
    case SpanKind::NodeEvaluate: break;
  }
  std::string name = span.op ? autograd::node_name_of(*span.op) : span.detail->name;
  if (name == "AccumulateGrad") name = "torch::autograd::AccumulateGrad";
  return span.kind == SpanKind::Node ? name : kEvaluate + name;
}

std::string name_of(const DeviceSpan& span) {
  switch (span.work) {
    case DeviceWork::Kernel: return span.name ? demangled(span.name) : "kernel";
    case DeviceWork::Copy: return copy_name(span.copy_kind);
    case DeviceWork::Fill: return "Memset (Device)";
  }
  return {};
}

}  // namespace vt::profiler
