// The kernel of Key::Python: what a frontend has to say about calls.
//
// Note [Key Python]
// A frontend has two interests in calls. It watches what the program calls for NaN (nan_watch.h). And tensors of some
// types, and modes of the thread, answer calls in the place of a backend: PyTorch's __torch_dispatch__. Watching is of
// a call as it was made, so the key is the highest. Answering is of what reaches a backend, with autocast's casts made,
// and recorded by autograd as any other call. So the kernel first lets the keys between it and the backends go, by a
// dispatch that leaves the key out once, and is met again when autograd dispatches below itself.
//
// A thread that defers calls (program/defer.h) answers in the same place: below autograd and autocast.
//
// The key is on a tensor whose type answers, and on for a thread that has a reason to.
#pragma once

#include "dispatch/op.h"

namespace vt::autograd {

enum class PythonKeyReason : uint8_t { NanWatch = 1, Modes = 2, Deferral = 4 };
// Says whether the calling thread has that reason.
VT_API void want_python_key(PythonKeyReason reason, bool wanted) noexcept;

// Answers a call that types or modes may answer, and says whether it did; the backend runs it otherwise. It is called
// with autograd and autocast off.
using Answer = bool (*)(Call& call);
VT_API void set_answer(Answer answer);

// How a thread that defers calls answers.
struct Deferral {
  // Runs a call that reaches a backend, or leaves it for later; its results are there.
  void (*run)(Call& call);
  // Before a call that reads or writes its arguments without an op of its own.
  void (*settle)(const Call& call);
  // Before a call inside a transform of torch.func, whose tensors may hold others.
  void (*settle_all)();
  // A pass of backward begins; whether it is to be left, by leave_pass, which then has to be called.
  bool (*enter_pass)();
  void (*leave_pass)();
};
VT_API void set_deferral(const Deferral& deferral);
// Null members: nothing defers in this process.
const Deferral& deferral();

// The kernel.
void python_call(Call& call);

}  // namespace vt::autograd
