// Subscripts from JavaScript.
#pragma once

#include <napi.h>

namespace vt::node {

// getItem(tensor, items, async), setItem(tensor, items, value, async). An item is an integer, a boolean, null (a new
// dim), "..." , {start, stop, step} or a Tensor.
void export_indexing(Napi::Env env, Napi::Object exports);

}  // namespace vt::node
