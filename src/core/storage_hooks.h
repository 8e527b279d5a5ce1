// What others have to say before a storage object gets other memory.
#pragma once

#include "core/storage.h"

namespace vt {

// Called by StorageImpl::replace before anything changes; throws to forbid it. Those who hold on to addresses add one,
// once for the process: graphs, work that waits.
using BeforeReplace = void (*)(const StorageImpl& storage);
VT_API void add_before_replace(BeforeReplace hook);

}  // namespace vt
