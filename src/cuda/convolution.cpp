#include "cuda/convolution.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <limits>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "core/determinism.h"
#include "core/error.h"
#include "cuda/allocator.h"
#include "cuda/capture.h"
#include "cuda/cudnn.h"
#include "cuda/device_api.h"
#include "cuda/event.h"
#include "cuda/fault.h"
#include "cuda/gemm.h"
#include "cuda/work.h"
#include "cuda/workspace.h"

namespace vt::cuda {
namespace {

using dnn::Node;

std::atomic<ConvolutionSettings> settings{ConvolutionSettings{}};

constexpr int kCandidates = 6, kBenchmarkCandidates = 24;
constexpr int kRuns = 3;
constexpr int64_t kWorkspaceLimit = int64_t{4} << 30;
constexpr int64_t kSharedWorkspace = int64_t{64} << 20;  // larger ones are not kept
// Multiplications below which a choice cannot save more than a microsecond or two.
constexpr double kSmallest = 1 << 28;

struct Key {
  ConvolutionProblem problem;
  int64_t alignment, settings;

  bool operator==(const Key& other) const { return std::memcmp(this, &other, sizeof other) == 0; }
};
static_assert(std::has_unique_object_representations_v<Key>);

struct KeyHash {
  size_t operator()(const Key& key) const {
    uint64_t words[sizeof(Key) / 8];
    std::memcpy(words, &key, sizeof key);
    uint64_t hash = 0x9e3779b97f4a7c15ull;
    for (const uint64_t word : words) hash = (hash ^ word) * 0xff51afd7ed558ccdull, hash ^= hash >> 32;
    return hash;
  }
};

// An engine of the library, ready for one problem, with the descriptors that it was made from.
struct Plan {
  Node config{dnn::kEngineConfig};
  Node plan{dnn::kExecutionPlan};
  int64_t workspace_bytes = 0;
};

struct Pointers {
  void *x, *w, *y;
};

enum Id : int64_t { kX = 'x', kW = 'w', kY = 'y' };

struct DeviceState {
  std::mutex mutex;
  dnn::Handle handle = nullptr;
  std::unordered_map<Key, std::optional<Plan>, KeyHash> plans;  // nothing: no engine takes the problem
};

DeviceState& state_of(int device) {
  static auto* states = new DeviceState[kMaxDevices];
  return states[device];
}

int64_t alignment_of(const Pointers& p) {
  const auto bits =
      reinterpret_cast<uintptr_t>(p.x) | reinterpret_cast<uintptr_t>(p.w) | reinterpret_cast<uintptr_t>(p.y) | 16;
  return static_cast<int64_t>(bits & (~bits + 1));
}

// Making the operation graph
// -----------------------------------------------------------------------------------------------------------------

Node tensor(const ConvolutionOperand& operand, Id id, const Key& key) {
  const auto rank = static_cast<size_t>(key.problem.dims + 2);
  const int64_t unique = id;
  Node node(dnn::kTensor);
  node.set(dnn::kTensorDataType, dnn::kTypeDataType, dnn::data_type(static_cast<DType>(key.problem.dtype)))
      .set(dnn::kTensorSizes, {operand.sizes.data(), rank})
      .set(dnn::kTensorStrides, {operand.strides.data(), rank})
      .set(dnn::kTensorId, {&unique, 1})
      .set(dnn::kTensorAlignment, {&key.alignment, 1})
      .finalize();
  return node;
}

struct OperationNames {
  dnn::DescriptorType type;
  dnn::Attribute alpha, beta, convolution, x, w, y;
};

OperationNames names_of(ConvolutionKind kind) {
  switch (kind) {
    case ConvolutionKind::Forward:
      return {dnn::kForwardOperation, dnn::kForwardAlpha, dnn::kForwardBeta, dnn::kForwardConvolution,
              dnn::kForwardX,         dnn::kForwardW,     dnn::kForwardY};
    case ConvolutionKind::InputGradient:
      return {dnn::kBackwardDataOperation,
              dnn::kDataAlpha,
              dnn::kDataBeta,
              dnn::kDataConvolution,
              dnn::kDataDx,
              dnn::kDataW,
              dnn::kDataDy};
    default:
      return {dnn::kBackwardFilterOperation,
              dnn::kFilterAlpha,
              dnn::kFilterBeta,
              dnn::kFilterConvolution,
              dnn::kFilterX,
              dnn::kFilterDw,
              dnn::kFilterDy};
  }
}

Node convolution(const ConvolutionProblem& p) {
  const auto dims = static_cast<size_t>(p.dims);
  const bool is_double = static_cast<DType>(p.dtype) == DType::float64;
  Node node(dnn::kConvolution);
  node.set(dnn::kConvolutionCompType, dnn::kTypeDataType, is_double ? dnn::kDouble : dnn::kFloat)
      .set(dnn::kConvolutionMode, dnn::kTypeConvolutionMode, 1)  // cross-correlation
      .set(dnn::kConvolutionSpatialDims, {&p.dims, 1})
      .set(dnn::kConvolutionPrePaddings, {p.padding.data(), dims})
      .set(dnn::kConvolutionPostPaddings, {p.padding.data(), dims})
      .set(dnn::kConvolutionStrides, {p.stride.data(), dims})
      .set(dnn::kConvolutionDilations, {p.dilation.data(), dims})
      .finalize();
  return node;
}

// The graph of the one operation, with the descriptors it refers to.
struct Graph {
  Node x, w, y, conv, operation, graph{dnn::kOperationGraph};

  Graph(const Key& key, dnn::Handle handle)
      : x(tensor(key.problem.x, kX, key)),
        w(tensor(key.problem.w, kW, key)),
        y(tensor(key.problem.y, kY, key)),
        conv(convolution(key.problem)),
        operation(names_of(key.problem.kind).type) {
    const OperationNames names = names_of(key.problem.kind);
    const bool is_double = static_cast<DType>(key.problem.dtype) == DType::float64;
    const float one = 1, zero = 0;
    const double wide_one = 1, wide_zero = 0;
    const auto type = is_double ? dnn::kTypeDouble : dnn::kTypeFloat;
    operation.set(names.x, x)
        .set(names.w, w)
        .set(names.y, y)
        .set(names.convolution, conv)
        .set(names.alpha, type, 1, is_double ? static_cast<const void*>(&wide_one) : &one)
        .set(names.beta, type, 1, is_double ? static_cast<const void*>(&wide_zero) : &zero)
        .finalize();
    graph.set(dnn::kGraphOperations, operation).set(dnn::kGraphHandle, dnn::kTypeHandle, 1, &handle).finalize();
  }
};

// Choosing an engine
// ------------------------------------------------------------------------------------------------------------------

bool may_use(const Node& config, const ConvolutionProblem& p, const ConvolutionSettings& allowed) {
  const dnn::Api& api = dnn::api();
  Node engine(dnn::kEngine);
  dnn::Descriptor descriptor = engine.get();
  int64_t count = 0;
  dnn::check(api.get(config.get(), dnn::kConfigEngine, dnn::kTypeDescriptor, 1, &count, &descriptor), "get engine");
  int notes[dnn::kNoteCount];
  if (api.get(descriptor, dnn::kEngineNumericalNotes, dnn::kTypeNumericalNote, dnn::kNoteCount, &count, notes) !=
      dnn::kSuccess) {
    return false;
  }
  const bool exact = static_cast<DType>(p.dtype) == DType::float32 && !allowed.allow_tf32;
  return std::none_of(notes, notes + count, [&](int note) {
    switch (note) {
      case dnn::kTensorCore: return exact;  // of float32 operands it takes TF32's bits
      case dnn::kDownConvertsInputs: return exact;
      case dnn::kNondeterministic: return allowed.deterministic;
      default: return false;
    }
  });
}

// The library's plans, the one that it expects to be fastest first, `wanted` at most.
std::vector<Plan> candidates(const Graph& graph, dnn::Handle handle, const ConvolutionProblem& p,
                             const ConvolutionSettings& allowed, int wanted) {
  constexpr int kConfigs = 64;
  const dnn::Api& api = dnn::api();
  std::vector<Plan> plans;
  for (const int mode : {int{dnn::kModeA}, int{dnn::kFallback}}) {
    Node heuristics(dnn::kEngineHeuristics);
    heuristics.set(dnn::kHeuristicsGraph, graph.graph).set(dnn::kHeuristicsMode, dnn::kTypeHeuristicMode, mode);
    if (!heuristics.try_finalize()) continue;
    std::vector<Node> configs;
    std::vector<dnn::Descriptor> descriptors;
    for (int i = 0; i < kConfigs; ++i) descriptors.push_back(configs.emplace_back(dnn::kEngineConfig).get());
    int64_t count = 0;
    if (api.get(heuristics.get(), dnn::kHeuristicsResults, dnn::kTypeDescriptor, kConfigs, &count,
                descriptors.data()) != dnn::kSuccess) {
      continue;
    }
    for (int64_t i = 0; i < count && static_cast<int>(plans.size()) < wanted; ++i) {
      if (!may_use(configs[static_cast<size_t>(i)], p, allowed)) continue;
      Plan plan{std::move(configs[static_cast<size_t>(i)])};
      plan.plan.set(dnn::kPlanHandle, dnn::kTypeHandle, 1, &handle).set(dnn::kPlanConfig, plan.config);
      if (!plan.plan.try_finalize()) continue;
      int64_t found = 0;
      dnn::check(api.get(plan.plan.get(), dnn::kPlanWorkspace, dnn::kTypeInt64, 1, &found, &plan.workspace_bytes),
                 "get workspace size");
      if (plan.workspace_bytes <= kWorkspaceLimit) plans.push_back(std::move(plan));
    }
    if (!plans.empty()) break;
  }
  return plans;
}

// Scratch memory of one call: the stream's own, or a block that goes back to the allocator.
class Workspace {
 public:
  Workspace(int64_t bytes, Stream stream) {
    if (bytes > kSharedWorkspace) block_ = allocator().allocate(static_cast<size_t>(bytes), stream);
    else if (bytes > 0) data_ = workspace(stream, static_cast<size_t>(bytes));
    if (block_ != nullptr) data_ = block_->data;
  }
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;
  ~Workspace() {
    if (block_ != nullptr) allocator().deallocate(block_);
  }
  void* data() const { return data_; }

 private:
  Block* block_ = nullptr;
  void* data_ = nullptr;
};

void execute(dnn::Handle handle, const Plan& plan, const Pointers& p, Stream stream) {
  const dnn::Api& api = dnn::api();
  const Workspace workspace(plan.workspace_bytes, stream);
  void* scratch = workspace.data();
  const int64_t ids[] = {kX, kW, kY};
  void* pointers[] = {p.x, p.w, p.y};
  Node pack(dnn::kVariantPack);
  pack.set(dnn::kPackIds, ids)
      .set(dnn::kPackPointers, dnn::kTypePointer, 3, pointers)
      .set(dnn::kPackWorkspace, dnn::kTypePointer, 1, &scratch)
      .finalize();
  dnn::check(api.set_stream(handle, stream.handle), "cudnnSetStream");
  dnn::check(api.execute(handle, plan.plan.get(), pack.get()), "cudnnBackendExecute");
}

// Milliseconds of one run, the best of several; infinity where the engine turns out not to run.
double time_of(dnn::Handle handle, const Plan& plan, const Pointers& p, Stream stream) {
  double best = std::numeric_limits<double>::infinity();
  try {
    execute(handle, plan, p, stream);
    for (int run = 0; run < kRuns; ++run) {
      Event start(true), end(true);
      start.record(stream);
      execute(handle, plan, p, stream);
      end.record(stream);
      end.synchronize();
      best = std::min(best, static_cast<double>(start.elapsed_ms(end)));
    }
  } catch (const Error&) {
    if (is_poisoned(stream.device)) throw;
    return std::numeric_limits<double>::infinity();
  }
  return best;
}

double multiplications(const ConvolutionProblem& p) {
  double n = 1;
  for (size_t d = 0; d < static_cast<size_t>(p.dims) + 2; ++d) {
    n *= static_cast<double>(p.y.sizes[d]);
    if (d > 0) n *= static_cast<double>(p.w.sizes[d]);
  }
  return n;
}

std::optional<Graph> graph_of(const Key& key, dnn::Handle handle) {
  try {
    return std::optional<Graph>(std::in_place, key, handle);
  } catch (const Error&) {  // sizes that the library does not take
    return std::nullopt;
  }
}

std::optional<Plan> choose(dnn::Handle handle, const Key& key, const ConvolutionSettings& allowed, const Pointers& p,
                           Stream stream) {
  const std::optional<Graph> graph = graph_of(key, handle);
  if (!graph) return std::nullopt;
  const bool worth = allowed.benchmark || (gemm_is_measured() && multiplications(key.problem) >= kSmallest);
  const bool measures = worth && !allowed.deterministic && !is_capturing() && !is_capturing(stream);
  const int wanted = !measures ? 1 : allowed.benchmark ? kBenchmarkCandidates : kCandidates;
  std::vector<Plan> plans = candidates(*graph, handle, key.problem, allowed, wanted);
  if (plans.empty()) return std::nullopt;
  size_t best = 0;
  if (measures && plans.size() > 1) {
    double least = std::numeric_limits<double>::infinity();
    for (size_t i = 0; i < plans.size(); ++i) {
      const double t = time_of(handle, plans[i], p, stream);
      if (t < least) best = i, least = t;
    }
  }
  return std::move(plans[best]);
}

}  // namespace

bool try_convolution(const ConvolutionProblem& problem, void* x, void* w, void* y, Stream stream,
                     std::initializer_list<const StorageImpl*> storages) {
  ConvolutionSettings allowed = convolution_settings();
  allowed.deterministic |= is_deterministic();
  if (!allowed.enabled || !dnn::takes(static_cast<DType>(problem.dtype)) || !dnn::is_available()) return false;
  const Pointers p{x, w, y};
  const DeviceGuard guard(stream.device);
  DeviceState& state = state_of(stream.device);
  const std::lock_guard lock(state.mutex);
  if (state.handle == nullptr) dnn::check(dnn::api().create(&state.handle), "cudnnCreate");
  const Key key{problem, alignment_of(p), (allowed.allow_tf32 ? 1 : 0) | (allowed.deterministic ? 2 : 0)};
  auto found = state.plans.find(key);
  begin_work("convolution", stream, {storages.begin(), storages.size()});
  if (found == state.plans.end()) {
    found = state.plans.emplace(key, choose(state.handle, key, allowed, p, stream)).first;
  }
  if (!found->second) return false;
  execute(state.handle, *found->second, p, stream);
  return true;
}

ConvolutionSettings convolution_settings() { return settings.load(std::memory_order_relaxed); }
void set_convolution_settings(const ConvolutionSettings& s) { settings.store(s, std::memory_order_relaxed); }
int64_t cudnn_version() { return dnn::is_available() ? static_cast<int64_t>(dnn::api().version()) : 0; }

}  // namespace vt::cuda
