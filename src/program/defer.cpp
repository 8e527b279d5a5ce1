#include "program/defer.h"

#include <mutex>

#include "autograd/python_key.h"
#include "autograd/sequence.h"
#include "core/waiting_memory.h"
#include "dispatch/dispatch.h"
#include "program/backends.h"
#include "program/step_maker.h"
#include "program/waiting.h"

namespace vt::program {
namespace {

using autograd::PythonKeyReason;

struct Scope {
  int depth = 0;
  uint64_t first_node = 0;         // that autograd would make next when the scope was entered
  bool backward_deferred = false;  // whether a scope made nodes
};
thread_local Scope t_scope;

void settle_arguments(const Call& call) {
  for_each_tensor(call.arguments(), [&](int, const Tensor& t) { settle(t, call.op.schema().name().c_str()); });
}

void settle_written(const Call& call) {
  const auto& args = call.op.schema().args();
  for (size_t i = 0; i < args.size(); ++i) {
    if (!args[i].written) continue;
    const Value& v = call.args[i];
    const char* name = call.op.schema().name().c_str();
    if (v.tag == Tag::Tensor) run_readers(*v.as_tensor().storage(), name);
    if (v.tag == Tag::TensorList) {
      for (const Tensor& t : v.as_tensor_list()) {
        if (t.defined()) run_readers(*t.storage(), name);
      }
    }
  }
}

void settle_call(const Call& call) {
  settle_arguments(call);
  settle_written(call);
}

void run_apart(Call& call) {
  const ExcludeKeys apart(Key::Python);
  dispatch(call);
}

void run_call(Call& call) {
  Waiting& state = waiting();
  const Op::Parts& parts = call.op.functional().parts;
  if (parts.composite) return dispatch(call, Key::Python);
  Recorder* const recorder = state.recorder.get();
  Instruction noted;
  if (recorder) noted = recorder->begin(call);
  if (parts.view) {
    noted.how = Instruction::How::View;
    dispatch(call, Key::Python);
  } else {
    const MadeStep made = make_step(call);
    if (made.why) {
      settle_call(call);
      noted.why = made.why;
      run_apart(call);
    } else {
      noted.how = Instruction::How::Deferred;
      noted.group = made.group;
    }
  }
  if (recorder && recorder == state.recorder.get()) recorder->end(std::move(noted), call);
}

bool enter_pass() {
  if (!t_scope.backward_deferred) return false;
  enter();
  return true;
}

void register_once() {
  static std::once_flag once;
  std::call_once(once, [] {
    register_backends();
    set_fill_memory([](StorageImpl& storage) { detail::settle_storage(storage, "its memory is read"); });
    autograd::set_deferral({run_call, settle_call, [] { settle_all("tensors that hold others"); }, enter_pass, leave});
  });
}

}  // namespace

void enter() {
  register_once();
  if (t_scope.depth++ > 0) return;
  t_scope.first_node = autograd::peek_sequence_number();
  autograd::want_python_key(PythonKeyReason::Deferral, true);
}

void leave() {
  Scope& scope = t_scope;
  Waiting& state = waiting();
  VT_ASSERT(scope.depth > 0, "a deferring scope was left that nobody entered");
  if (--scope.depth > 0) return;
  scope.backward_deferred |= autograd::peek_sequence_number() != scope.first_node;
  autograd::want_python_key(PythonKeyReason::Deferral, false);
  try {
    settle_all("the function returns");
  } catch (...) {
    // What could not be computed has no memory, and says so where it is read.
    for (auto& group : state.groups) {
      for (auto& value : group->values) {
        if (!value->storage) continue;
        const size_t bytes = value->storage->bytes();
        value->storage->replace({}, bytes);
      }
    }
    state.groups.clear();
    throw;
  }
}

bool is_deferring() noexcept { return t_scope.depth > 0; }

void start_record() { waiting().recorder = std::make_unique<Recorder>(); }

Program take_record() {
  VT_CHECK(waiting().recorder, Runtime, "nothing is being recorded");
  Program program = waiting().recorder->take();
  waiting().recorder.reset();
  return program;
}

void settle_all(const char* because) {
  while (!waiting().groups.empty()) run_pending(*waiting().groups.front(), because);
}

void settle_for_others(const Tensor& t) {
  settle(t, "its address is asked for");
  run_readers(*t.storage(), "the address of what it reads is asked for");
}

namespace detail {
void settle_storage(StorageImpl& storage, const char* because) {
  if (!waits(storage)) return;
  const Pending* p = pending_of(storage);
  VT_CHECK(p, Runtime,
           "a tensor of a compiled function that is still running was given to another thread; read it first where it "
           "was made");
  run_pending(*p->group, because);
}
}  // namespace detail

}  // namespace vt::program
