// Pages of the library that only its start-up read.
//
// Note [Start-up pages]
// Declaring the ops runs code of every family once, and the system maps sixteen pages around each one that is touched:
// a third of the library's text stays mapped into a process that may call ten ops. What is mapped from the file and was
// never written to can be given back; a page that is needed is mapped again when it is touched.
#pragma once

#include "core/macros.h"

namespace vt {

// Gives back the pages of the shared object that `inside` lies in, those of writable segments excepted.
VT_API void release_startup_pages(const void* inside) noexcept;

}  // namespace vt
