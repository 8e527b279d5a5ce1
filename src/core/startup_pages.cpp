#include "core/startup_pages.h"

#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>

namespace vt {
namespace {

struct Segment {
  uintptr_t begin, end;
};

// A debugger writes its breakpoints into pages of text.
bool is_traced() {
  std::FILE* status = std::fopen("/proc/self/status", "r");
  if (!status) return true;
  char line[128];
  int tracer = 1;
  while (std::fgets(line, sizeof line, status)) {
    if (std::sscanf(line, "TracerPid: %d", &tracer) == 1) break;
  }
  std::fclose(status);
  return tracer != 0;
}

Segment segment_of(const dl_phdr_info& object, const ElfW(Phdr) & header) {
  const uintptr_t begin = object.dlpi_addr + header.p_vaddr;
  return {begin, begin + header.p_memsz};
}

bool contains(const dl_phdr_info& object, uintptr_t address) {
  for (int i = 0; i < object.dlpi_phnum; ++i) {
    const Segment s = segment_of(object, object.dlpi_phdr[i]);
    if (object.dlpi_phdr[i].p_type == PT_LOAD && s.begin <= address && address < s.end) return true;
  }
  return false;
}

// Pages that a segment shares with another one stay.
void release(Segment s) {
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  s.begin = (s.begin + page - 1) / page * page;
  s.end = s.end / page * page;
  if (s.begin < s.end) madvise(reinterpret_cast<void*>(s.begin), s.end - s.begin, MADV_DONTNEED);
}

int visit(dl_phdr_info* object, size_t, void* inside) {
  if (!contains(*object, reinterpret_cast<uintptr_t>(inside))) return 0;
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = object->dlpi_phdr[i];
    if (header.p_type == PT_LOAD && !(header.p_flags & PF_W)) release(segment_of(*object, header));
  }
  return 1;
}

}  // namespace

void release_startup_pages(const void* inside) noexcept {
  if (!is_traced()) dl_iterate_phdr(visit, const_cast<void*>(inside));
}

}  // namespace vt
