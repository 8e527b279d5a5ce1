#pragma once

#include <string>

namespace vt {
class Op;
}

namespace vt::profiler {

// With its namespace, which is aten's for the ops that come with the library: "aten::add", "curves::curve".
std::string name_of(const Op& op);

}  // namespace vt::profiler
