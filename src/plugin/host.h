// The table of functions that plugins are given. Each of its parts is filled in the file that has the functions.
#pragma once

#include "core/macros.h"
#include "vibetensor/plugin.h"

namespace vt::plugin {

VT_API const vt_host& host_table();

// Of loader.cpp.
vt_status register_op(vt_registration* registration, const vt_op* op);
// Of iterate.cpp and reduce.cpp.
void add_iteration(vt_host& host);
void add_reduction(vt_host& host);

}  // namespace vt::plugin
