#include "iter/stored_cast.h"

#include <algorithm>

#include "iter/cast.h"

namespace vt::cpu {
namespace {

template <class Way>
void read(Way* way, const char* in, DType from, int64_t n) {
  if (!is_stored_only(from)) return cast_contiguous(reinterpret_cast<char*>(way), dtype_of<Way>, in, from, n);
  visit_dtype<kStoredSet>(from, [&]<class T>(TypeTag<T>) {
    const T* elements = reinterpret_cast<const T*>(in);
    for (int64_t i = 0; i < n; ++i) way[i] = static_cast<Way>(elements[i]);
  });
}

template <class Way>
void write(char* out, DType to, const Way* way, int64_t n) {
  if (!is_stored_only(to)) return cast_contiguous(out, to, reinterpret_cast<const char*>(way), dtype_of<Way>, n);
  visit_dtype<kStoredSet>(to, [&]<class T>(TypeTag<T>) {
    T* elements = reinterpret_cast<T*>(out);
    for (int64_t i = 0; i < n; ++i) elements[i] = through_way<T>(way[i]);
  });
}

}  // namespace

void cast_stored(char* out, DType to, const char* in, DType from, int64_t n) {
  check_convertible(to, from);
  visit_way(to, from, [&]<class Way>(TypeTag<Way>) {
    constexpr int64_t kChunk = 512;
    Way way[kChunk];
    for (int64_t done = 0; done < n; done += kChunk) {
      const int64_t count = std::min(kChunk, n - done);
      read(way, in + done * static_cast<int64_t>(size_of(from)), from, count);
      write(out + done * static_cast<int64_t>(size_of(to)), to, way, count);
    }
  });
}

}  // namespace vt::cpu
