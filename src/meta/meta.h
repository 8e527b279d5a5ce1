// The meta backend: shapes, dtypes and strides without memory. It allocates nothing, runs what ops infer before they
// compute, and has nothing to do where others move values. Reading a value raises.
#pragma once

namespace vt {

class Registry;

namespace meta {

// Makes device "meta" exist. Called once at start-up.
void register_meta_backend();

// What every op runs on meta, also one that comes in late, and the meta entry of every backend table.
void register_meta_kernels(Registry& registry);

}  // namespace meta
}  // namespace vt
