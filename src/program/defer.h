// Calls of rows that wait to be one pass: the deferring scope of a thread.
//
// Note [Deferred calls]
// Inside a scope a call of a row, a cast or a copy that reaches its backend (below autograd and autocast) is not run:
// its result has geometry, a version, a history, and a storage without memory that names the step which fills it. So
// nothing can be read too early: every other call that reaches a backend on this thread first settles what it is given
// (the group runs, and the storages get their memory), and who reads memory without a call asks settle(). Reading
// unsettled memory anywhere else raises, as of any storage without memory; it never gives other bits.
//
// What keeps the order of reads and writes: a group that waits to read a storage runs before a call that writes to it;
// a storage that others know the address of (a NumPy array's, a loan) is not read later, so its readers are not
// deferred. A call that writes in place to a value that still waits makes a new step, and the storage names that one.
//
// What is written: when a group runs, a value whose storage nobody else holds is dead. No guess is made: a name in
// Python, a saved tensor, a view, .grad and another group's input each hold the storage.
//
// Backward. Once a scope made nodes, the passes of backward that its thread runs are scopes too.
//
// Settled at the latest: when the outermost scope is left, also by an error. Everything is of one thread; a tensor that
// another thread is given before raises there.
#pragma once

#include "core/tensor.h"
#include "program/program.h"

namespace vt::program {

/// Scopes nest; only the outermost settles. leave() throws what running the groups throws, after it left.
VT_API void enter();
VT_API void leave();
VT_API bool is_deferring() noexcept;

/// From now on the calls of this thread's scope are noted, until take_record().
VT_API void start_record();
VT_API Program take_record();

namespace detail {
// For tests: calls of fewer elements run at once. Returns what it was.
VT_API int64_t exchange_fewest_elements(int64_t n);
VT_API void settle_storage(StorageImpl& storage, const char* because);
}  // namespace detail

/// Gives the tensor its memory, if it waits for it. `because`: a literal, for the record.
inline void settle(const Tensor& t, const char* because = "its memory is read") {
  if (VT_UNLIKELY(!t.impl()->has_memory())) detail::settle_storage(*t.storage(), because);
}
/// The memory is about to be known to others: what waits to read or fill it runs.
VT_API void settle_for_others(const Tensor& t);
/// Everything of the calling thread.
VT_API void settle_all(const char* because);

}  // namespace vt::program
