#include "autograd/python_key.h"

#include "autograd/nan_watch.h"
#include "core/thread_state.h"
#include "dispatch/dispatch.h"

namespace vt::autograd {
namespace {

constexpr KeySet kAboveAnswers = KeySet(Key::Transform) | Key::Autograd | Key::Autocast;

thread_local uint8_t t_reasons = 0;
Answer answer_call = nullptr;
Deferral defer{};

bool is_asked(const Call& call) {
  return call.keys.has(Key::Python) || (t_reasons & static_cast<uint8_t>(PythonKeyReason::Modes));
}

// Whether keys above those that answer have a kernel to run first, or the call is recorded by the calls it is made of.
bool passes_others_first(const Call& call) {
  const ThreadState& state = thread_state();
  KeySet keys = (call.keys | state.included) - state.excluded;
  if (!state.grad_enabled) keys = keys - Key::Autograd;
  const Op::Parts& parts = call.op.functional().parts;
  if (parts.composite && !parts.not_differentiable && keys.has(Key::Autograd)) return true;
  return !((keys - call.op.table().skip) & kAboveAnswers).empty();
}

}  // namespace

void want_python_key(PythonKeyReason reason, bool wanted) noexcept {
  const auto bit = static_cast<uint8_t>(reason);
  t_reasons = static_cast<uint8_t>(wanted ? t_reasons | bit : t_reasons & ~bit);
  ThreadState& state = thread_state();
  state.included = t_reasons ? state.included | Key::Python : state.included - Key::Python;
}

void set_answer(Answer answer) { answer_call = answer; }

void set_deferral(const Deferral& deferral) { defer = deferral; }
const Deferral& deferral() { return defer; }

namespace {

// As python_call for a thread that defers, of calls that nobody else is asked about.
void defer_call(Call& call) {
  if (!((call.keys | thread_state().included) & kWrapperKeys).empty()) {
    defer.settle_all();
    const ExcludeKeys apart(Key::Python);
    return dispatch(call);
  }
  const Op::Parts& parts = call.op.functional().parts;
  const bool reads = parts.value_dependent || call.op.kind() != OpKind::Functional;
  if (parts.composite && reads) {
    defer.settle(call);
    const ExcludeKeys apart(Key::Python);
    return dispatch(call);
  }
  if (passes_others_first(call)) return dispatch(call, Key::Python);
  defer.run(call);
}

}  // namespace

void python_call(Call& call) {
  const bool defers = VT_UNLIKELY(t_reasons & static_cast<uint8_t>(PythonKeyReason::Deferral));
  const bool asked = answer_call && is_asked(call);
  if (defers) {
    if (!asked && !is_call_watched()) return defer_call(call);
    defer.settle(call);
  }
  if (is_call_watched()) return watch_call(call);
  if (!asked || passes_others_first(call)) return dispatch(call, Key::Python);
  bool answered;
  {
    const ExcludeKeys below(kAboveAnswers);
    answered = answer_call(call);
  }
  if (!answered) dispatch(call, Key::Python);
}

}  // namespace vt::autograd
