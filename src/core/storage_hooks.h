// What others have to say before a storage object gets other memory.
#pragma once

#include "core/storage.h"

namespace vt {

// Called by StorageImpl::replace before anything changes; throws to forbid it. Graphs do, which hold on to addresses.
using BeforeReplace = void (*)(const StorageImpl& storage);
// Null: nobody. Set once.
VT_API void set_before_replace(BeforeReplace hook) noexcept;

}  // namespace vt
