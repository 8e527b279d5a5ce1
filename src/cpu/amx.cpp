#include "cpu/amx.h"

#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>

#include "cpu/simd_dispatch.h"

namespace vt {
namespace {

constexpr unsigned kBf16 = 1u << 22, kTile = 1u << 24;  // of EDX, CPUID leaf 7
constexpr int kRequestPermission = 0x1023;              // ARCH_REQ_XCOMP_PERM
constexpr int kTileData = 18;                           // the state component

// Linux gives a thread room for the 8 KiB of tiles at its first use of them, in processes that asked before. The
// permission is the whole process's and passes to forked children.
bool ask() {
  if (!simd_has_bf16() || std::getenv("VIBETENSOR_SIMD")) return false;
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  if (!__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx)) return false;
  if ((edx & kBf16) == 0 || (edx & kTile) == 0) return false;
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

}  // namespace

bool amx_has_bf16() {
  static const bool has = ask();
  return has;
}

}  // namespace vt
