// Memory that changes hands between addons of one process, as DLPack has it.
#pragma once

#include <napi.h>

namespace vt::node {

// toDLPack(tensor) -> an External of DLManagedTensorVersioned; fromDLPack(external) takes it over, once.
void export_dlpack(Napi::Env env, Napi::Object exports);

}  // namespace vt::node
