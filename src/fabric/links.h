// What connects the GPUs, as CUDA tells it.
#pragma once

#include <string>

#include "core/macros.h"

namespace vt::fabric {

// "0000:1b:00.0"; empty if CUDA does not tell.
VT_API std::string pci_address(int device);

struct LinkFacts {
  bool is_reached = false;   // `device` uses the memory of `peer`
  bool has_atomics = false;  // also its atomics: over NVLink, not over PCIe
  int rank = 0;              // of speed among the links of the machine: 0 is the fastest
};
// RuntimeError for devices that are not there.
VT_API LinkFacts link_facts(int device, int peer);

}  // namespace vt::fabric
