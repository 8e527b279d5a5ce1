// What a shared library says of itself, read from its file before the loader of the system maps it.
#pragma once

#include <string>

namespace vt::plugin {

struct ElfFile {
  std::string complaint;  // why it cannot be mapped; empty if it can
  bool names_symbol = false;
};

// Checks that the file is a shared library of this machine, and whole: mapped, a truncated one would end the process
// when it is touched. `symbol`: whether its dynamic symbols have that name. Os error if it cannot be read.
ElfFile read_elf_file(const std::string& path, const std::string& symbol);

}  // namespace vt::plugin
