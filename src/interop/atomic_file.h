// A file that is written whole or not at all: what every save of every frontend goes through.
//
// Note [Whole files]
// A save must not cost the user the file that was there before: not when the disk fills up, not when the process is
// killed, not when the machine loses power. So the bytes go to a new file in the same folder, are brought to the disk,
// and only then take the old file's name, in one step of the file system; last, the folder is brought to the disk too.
//
// The new file has no name while it is written (O_TMPFILE), so that a killed process leaves nothing behind. File
// systems that cannot do that get a hidden name beside the target, which is removed if anything fails.
//
// The target is what the path leads to: symbolic links stay links, and the file behind them is replaced. It keeps its
// mode and, where that is allowed, its owner. What is not a regular file (a pipe, a terminal, a device) is written
// straight, and so is what an open descriptor stands for (/dev/stdout, /proc/self/fd/3). Other hard links keep the old
// contents.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <cstddef>
#include <string>

#include "core/error.h"

namespace vt::interop {

// A system call on a file that failed. `code` is its errno.
class VT_API FileError : public Error {
 public:
  FileError(int code, std::string reason, std::string path);
  int code() const noexcept { return code_; }
  const std::string& reason() const noexcept { return reason_; }
  const std::string& path() const noexcept { return path_; }

 private:
  int code_;
  std::string reason_, path_;
};

// The system calls that a save makes; a test stands in for them. Each returns -1 and sets errno where it fails.
class VT_API FileCalls {
 public:
  virtual ~FileCalls() = default;
  virtual int open(const char* path, int flags, mode_t mode);
  virtual int stat(const char* path, struct stat& out);
  virtual int stat_open(int fd, struct stat& out);
  virtual ssize_t read_link(const char* path, char* to, size_t size);
  virtual int writable(const char* path);  // whether this process may write what is there
  virtual int own(int fd, uid_t owner, gid_t group);
  virtual int set_mode(int fd, mode_t mode);
  virtual ssize_t write(int fd, const void* data, size_t size);
  virtual int sync(int fd);
  virtual int close(int fd);
  virtual int give_name(int fd, const char* path);  // to a file without one
  virtual int rename(const char* from, const char* to);
  virtual int remove(const char* path);
};
VT_API FileCalls& system_calls();

class VT_API AtomicFile {
 public:
  // Finds the target of `path` and begins a new file for it. FileError if it may not be written.
  explicit AtomicFile(const std::string& path, FileCalls& calls = system_calls());
  // Discards what was not committed.
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  // Writes some of the bytes and returns how many: fewer than asked for after a signal, so that the caller may look at
  // it.
  size_t write_some(const void* data, size_t size);
  // All of them.
  void write(const void* data, size_t size);
  // Puts the file in its place. Afterwards nothing can be written.
  void commit();
  // Forgets the file; the target is as it was before. Does nothing after commit() or discard().
  void discard() noexcept;

  bool closed() const { return fd_ < 0; }

 private:
  // Follows the links of target_; false if they end at an open descriptor.
  bool find_target();
  void open_beside();
  void keep_attributes(const struct stat& old);
  void name_it();
  void sync_folder();
  // Discards the file and throws for errno, or for `code`.
  [[noreturn]] void fail(const char* what = nullptr);
  [[noreturn]] void fail(int code, const char* what = nullptr);

  FileCalls& calls_;
  std::string path_;       // as the caller wrote it, for messages
  std::string target_;     // behind its links
  std::string folder_;     // of the target
  std::string temporary_;  // the new file's name; empty while it has none
  int fd_ = -1;
  bool straight_ = false;
  pid_t owner_;  // a forked child leaves the file to its parent
};

}  // namespace vt::interop
