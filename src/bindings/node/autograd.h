// Gradients, hooks and functions with a backward in JavaScript.
#pragma once

#include <napi.h>

namespace vt::node {

void export_autograd(Napi::Env env, Napi::Object exports);

}  // namespace vt::node
