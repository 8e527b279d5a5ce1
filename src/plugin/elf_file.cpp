#include "plugin/elf_file.h"

#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace vt::plugin {
namespace {

// The file's bytes, read and not mapped: it may shrink meanwhile.
class Reader {
 public:
  explicit Reader(const std::string& path) : file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
    VT_CHECK(file_ >= 0, Os, path, ": ", std::strerror(errno));
    struct stat s{};
    VT_CHECK(::fstat(file_, &s) == 0 && S_ISREG(s.st_mode), Os, path, ": no regular file");
    size_ = static_cast<uint64_t>(s.st_size);
  }
  ~Reader() { ::close(file_); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  uint64_t size() const { return size_; }
  bool holds(uint64_t offset, uint64_t bytes) const { return offset <= size_ && bytes <= size_ - offset; }
  bool read(void* to, uint64_t offset, uint64_t bytes) const {
    if (!holds(offset, bytes)) return false;
    char* at = static_cast<char*>(to);
    while (bytes > 0) {
      const ssize_t n = ::pread(file_, at, bytes, static_cast<off_t>(offset));
      if (n <= 0) return false;
      at += n;
      offset += static_cast<uint64_t>(n);
      bytes -= static_cast<uint64_t>(n);
    }
    return true;
  }

 private:
  int file_;
  uint64_t size_ = 0;
};

constexpr uint64_t kMaxStrings = 1u << 28;

}  // namespace

ElfFile read_elf_file(const std::string& path, const std::string& symbol) {
  const Reader file(path);
  ElfFile out;
  Elf64_Ehdr header;
  const auto refuse = [&](const char* why) {
    out.complaint = why;
    return out;
  };
  if (!file.read(&header, 0, sizeof(header)) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) {
    return refuse("no shared library");
  }
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB ||
      header.e_machine != EM_X86_64) {
    return refuse("made for another kind of machine");
  }
  if (header.e_type != ET_DYN) return refuse("no shared library");
  if (header.e_phentsize != sizeof(Elf64_Phdr) || header.e_phnum == 0) return refuse("damaged: it has no segments");
  std::vector<Elf64_Phdr> segments(header.e_phnum);
  if (!file.read(segments.data(), header.e_phoff, segments.size() * sizeof(Elf64_Phdr))) return refuse("cut short");
  const auto offset_of = [&](uint64_t address, uint64_t bytes) -> uint64_t {
    for (const Elf64_Phdr& s : segments) {
      if (s.p_type == PT_LOAD && address >= s.p_vaddr && bytes <= s.p_filesz &&
          address - s.p_vaddr <= s.p_filesz - bytes) {
        return s.p_offset + (address - s.p_vaddr);
      }
    }
    return ~uint64_t{0};
  };
  const Elf64_Phdr* dynamic = nullptr;
  for (const Elf64_Phdr& s : segments) {
    if (s.p_type == PT_DYNAMIC) dynamic = &s;
    if (s.p_type == PT_LOAD && !file.holds(s.p_offset, s.p_filesz)) return refuse("cut short");
  }
  if (!dynamic || !file.holds(dynamic->p_offset, dynamic->p_filesz))
    return refuse("damaged: it has no dynamic section");
  std::vector<Elf64_Dyn> entries(dynamic->p_filesz / sizeof(Elf64_Dyn));
  if (!file.read(entries.data(), dynamic->p_offset, entries.size() * sizeof(Elf64_Dyn))) return refuse("cut short");
  uint64_t strings = 0, bytes = 0;
  for (const Elf64_Dyn& e : entries) {
    if (e.d_tag == DT_NULL) break;
    if (e.d_tag == DT_STRTAB) strings = e.d_un.d_ptr;
    if (e.d_tag == DT_STRSZ) bytes = e.d_un.d_val;
  }
  const uint64_t offset = bytes > 0 && bytes <= kMaxStrings ? offset_of(strings, bytes) : ~uint64_t{0};
  std::string names(offset == ~uint64_t{0} ? 0 : bytes, '\0');
  if (names.empty() || !file.read(names.data(), offset, bytes)) return refuse("damaged: its symbols have no names");
  out.names_symbol = names.find('\0' + symbol + '\0') != std::string::npos;
  return out;
}

}  // namespace vt::plugin
