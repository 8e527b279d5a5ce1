// Warnings about what a call does that its caller may not have meant. Each frontend shows them as its language does.
#pragma once

#include <string>

#include "core/macros.h"

namespace vt {

// Shows a text on the thread that warns. It may throw: the program asked for warnings to be errors.
using WarningHandler = void (*)(const std::string& text);
// Without one a warning goes nowhere. Set once, by the frontend.
VT_API void set_warning_handler(WarningHandler handler);
VT_API void warn(const std::string& text);

}  // namespace vt
