// Meshes, and how a tensor lies on one.
#pragma once

#include <napi.h>

namespace vt::node {

// fabric: {mesh, meshParts, isFabric, placement, shards, strict, stats, resetStats, canAccessPeer}.
void export_fabric(Napi::Env env, Napi::Object exports);

}  // namespace vt::node
