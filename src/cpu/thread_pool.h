// parallel_for over a persistent pool of threads.
//
// The calling thread takes part. A call from inside a parallel_for, or while another thread is using the pool, runs
// inline on its own thread. Idle workers spin for some microseconds and then sleep in the kernel. After fork() the
// child makes new workers on its first use.
#pragma once

#include <cstdint>

#include "core/macros.h"

namespace vt {

// Threads that parallel_for uses, the caller included. At first OMP_NUM_THREADS, or else the number of physical cores
// that this process may run on.
VT_API int get_num_threads();
// Throws Value unless n >= 1.
VT_API void set_num_threads(int n);
// True inside a parallel_for body.
VT_API bool in_parallel_region();

namespace detail {
// A borrowed callable of a subrange: no allocation, must not outlive the call.
struct RangeFunction {
  void (*call)(const void* context, int64_t begin, int64_t end);
  const void* context;
};
VT_API void parallel_for_impl(int64_t begin, int64_t end, int64_t grain, RangeFunction function);
}  // namespace detail

// Calls f(b, e) on disjoint subranges that cover [begin, end), of at least `grain` items each where there are so many,
// from several threads. Returns when all are done. The first exception a body throws is rethrown here, and the
// subranges not yet begun are skipped.
template <class F>
VT_ALWAYS_INLINE void parallel_for(int64_t begin, int64_t end, int64_t grain, const F& f) {
  if (end <= begin) return;
  if (end - begin <= grain) {
    f(begin, end);
    return;
  }
  detail::parallel_for_impl(begin, end, grain < 1 ? 1 : grain,
                            {[](const void* context, int64_t b, int64_t e) { (*static_cast<const F*>(context))(b, e); },
                             static_cast<const void*>(&f)});
}

}  // namespace vt
