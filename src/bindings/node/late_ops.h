// Ops that come in after start-up, told to JavaScript.
#pragma once

#include <napi.h>

namespace vt::node {

// onLateOp(listener): `listener` gets the entry of every op, and of every form, that comes in from now on. An op that
// the environment's own thread adds is told at once, one of another thread in a later turn of the event loop.
void on_late_op(const Napi::CallbackInfo& info);

}  // namespace vt::node
