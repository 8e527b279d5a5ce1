#include "autograd/nan_watch.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <vector>

#include "autograd/anomaly.h"
#include "autograd/python_key.h"
#include "core/thread_state.h"
#include "cuda/stream.h"
#include "dispatch/dispatch.h"
#include "ops/factory/factory.h"
#include "ops/typed/copy.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"

namespace vt::autograd {
namespace {

constexpr int64_t kNone = std::numeric_limits<int64_t>::max();

// A forward call, with the numbers of the nodes that it made.
struct Noted {
  const Op* op;
  uint64_t place;
  int64_t module;
  uint64_t first_node, end_node;
};

// A result that was looked at: of a forward call, or of a node.
struct Looked {
  int64_t call;  // among the noted ones, -1 if the node's is not known
  std::string node;
};

// The number of the first result on a stream that had a NaN, as a tensor of its device.
struct Flag {
  Device device;
  cuda::Stream stream;
  Tensor first;
};

class NanWatch {
 public:
  explicit NanWatch(const NanWatchOptions& options) : options_(options) {}

  const NanWatchOptions& options() const { return options_; }

  int64_t note_call(const Noted& call) {
    calls_.push_back(call);
    return static_cast<int64_t>(calls_.size()) - 1;
  }

  // The forward call that made a node: their numbers grow.
  int64_t call_of(const Node& node) const {
    const auto it = std::ranges::upper_bound(calls_, node.sequence(), {}, &Noted::first_node);
    for (auto call = it; call != calls_.begin();) {
      --call;
      if (node.sequence() < call->end_node) return call - calls_.begin();
      if (call->first_node != call->end_node) break;
    }
    return -1;
  }

  void look_at(const Tensor& t, int64_t call, const std::string& node = {}) {
    if (!t.defined() || !t.impl()->has_memory() || t.numel() == 0 || !is_differentiable(t.dtype())) return;
    const GradMode off(false);
    const ExcludeKeys below(KeySet(Key::Python) | Key::Autograd | Key::Autocast);
    const DeviceGuard guard(t.device());
    Tensor& first = flag_on(t.device());
    const Tensor bad = options_.inf ? ops::logical_not(ops::all(ops::isfinite(t))) : ops::any(ops::isnan(t));
    const auto number = static_cast<int64_t>(looked_.size());
    looked_.push_back({call, node});
    first = ops::minimum(first, ops::where(bad, wrapped_number(number), wrapped_number(kNone)));
  }

  std::optional<NanSource> take() {
    const GradMode off(false);
    const ExcludeKeys below(KeySet(Key::Python) | Key::Autograd | Key::Autocast);
    int64_t first = kNone;
    for (const Flag& flag : flags_) first = std::min(first, ops::_local_scalar_dense(flag.first).to_int());
    std::optional<NanSource> found;
    if (first != kNone) {
      const Looked& looked = looked_[static_cast<size_t>(first)];
      found.emplace();
      found->in_backward = !looked.node.empty();
      found->name = looked.node;
      if (looked.call >= 0) {
        const Noted& call = calls_[static_cast<size_t>(looked.call)];
        if (!found->in_backward) found->name = call.op->schema().name();
        found->place = call.place;
        found->module = call.module;
      }
    }
    flags_.clear();
    looked_.clear();
    calls_.clear();
    return found;
  }

 private:
  Tensor& flag_on(Device device) {
    const cuda::Stream stream = device.is_cuda() ? cuda::current_stream(device.index) : cuda::Stream();
    for (Flag& flag : flags_) {
      if (flag.device == device && flag.stream == stream) return flag.first;
    }
    flags_.push_back({device, stream, ops::filled({}, Scalar(kNone), DType::int64, device)});
    return flags_.back().first;
  }

  NanWatchOptions options_;
  std::vector<Noted> calls_;
  std::vector<Looked> looked_;
  std::vector<Flag> flags_;
};

thread_local std::unique_ptr<NanWatch> t_watch;
thread_local int64_t t_module = -1;
thread_local bool t_paused = false;

}  // namespace

void start_nan_watch(const NanWatchOptions& options) {
  t_watch = std::make_unique<NanWatch>(options);
  want_python_key(PythonKeyReason::NanWatch, options.forward || options.backward);
}
void stop_nan_watch() noexcept {
  want_python_key(PythonKeyReason::NanWatch, false);
  t_watch.reset();
}
bool is_nan_watching() noexcept { return t_watch != nullptr; }
int64_t set_nan_watch_module(int64_t module) noexcept { return std::exchange(t_module, module); }
std::optional<NanSource> take_nan_source() { return t_watch ? t_watch->take() : std::nullopt; }

bool is_call_watched() noexcept { return t_watch && !t_paused; }

NanWatchPause::NanWatchPause() : before_(std::exchange(t_paused, true)) {}
NanWatchPause::~NanWatchPause() { t_paused = before_; }

void watch_call(Call& call) {
  const uint64_t first_node = peek_sequence_number();
  {
    const NanWatchPause inside;
    dispatch(call);
  }
  if (!t_watch) return;
  const int64_t noted = t_watch->note_call({&call.op, current_place(), t_module, first_node, peek_sequence_number()});
  // What takes a device makes tensors, maybe with elements unset, or moves them; a view shows what is there.
  if (!t_watch->options().forward || call.op.device_argument() >= 0 || call.op.functional().parts.view) return;
  const Results& r = call.results;
  if (r.is_list) {
    for (const Tensor& t : r.list) t_watch->look_at(t, noted);
  }
  for (int i = 0; i < r.count; ++i) t_watch->look_at(r.tensors[i], noted);
  if (r.is_list || r.count > 0) return;
  for (int i = 0; i < call.op.arg_count(); ++i) {  // of an op that only writes
    if (!call.op.schema().args()[static_cast<size_t>(i)].written || call.args[i].tag != Tag::TensorList) continue;
    for (const Tensor& t : call.args[i].as_tensor_list()) t_watch->look_at(t, noted);
  }
}

void watch_gradients(const Node& node, const Grads& gradients) {
  if (!t_watch || !t_watch->options().backward) return;
  const int64_t call = t_watch->call_of(node);
  for (const Tensor& g : gradients) t_watch->look_at(g, call, node.name());
}

}  // namespace vt::autograd
