// Checkpoints in the safetensors format.
#pragma once

#include <napi.h>

namespace vt::node {

// loadSafetensors(path, {names?, device?, map?}, async) -> {names, tensors, metadata};
// saveSafetensors(path, names, tensors, {metadata?, maxShardBytes?}, async).
void export_safetensors(Napi::Env env, Napi::Object exports);

}  // namespace vt::node
