#include "interop/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <utility>
#include <vector>

namespace vt::interop {
namespace {

constexpr int kMaxLinks = 40;      // as the kernel
constexpr int kMaxNames = 100;     // tries to find a name that nobody has
constexpr mode_t kNewFile = 0666;  // less the process's umask
constexpr auto kKeep = static_cast<uid_t>(-1);
constexpr const char* kUntouched = "what was there before is untouched";

std::string folder_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// Whether the path stands for an open descriptor of some process.
bool is_descriptor(const std::string& path) { return path.starts_with("/proc/") || path.starts_with("/dev/fd/"); }

std::string link_target(FileCalls& calls, const std::string& path) {
  std::vector<char> text(PATH_MAX);
  const ssize_t size = calls.read_link(path.c_str(), text.data(), text.size());
  return size < 0 ? std::string() : std::string(text.data(), static_cast<size_t>(size));
}

std::string fresh_name() {
  static std::atomic<uint64_t> count{0};
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  const uint64_t mixed = (static_cast<uint64_t>(now.tv_nsec) << 20 ^ static_cast<uint64_t>(getpid())) * 2654435761u;
  char text[64];
  std::snprintf(text, sizeof text, ".vibetensor-%llx-%llx.partial", static_cast<unsigned long long>(mixed),
                static_cast<unsigned long long>(count.fetch_add(1)));
  return text;
}

}  // namespace

FileError::FileError(int code, std::string reason, std::string path)
    : Error(ErrorKind::Os, detail::concat(reason, ": '", path, "'")),
      code_(code),
      reason_(std::move(reason)),
      path_(std::move(path)) {}

int FileCalls::open(const char* path, int flags, mode_t mode) { return ::open(path, flags | O_CLOEXEC, mode); }
int FileCalls::stat(const char* path, struct stat& out) { return ::stat(path, &out); }
int FileCalls::stat_open(int fd, struct stat& out) { return ::fstat(fd, &out); }
ssize_t FileCalls::read_link(const char* path, char* to, size_t size) { return ::readlink(path, to, size); }
int FileCalls::writable(const char* path) { return ::faccessat(AT_FDCWD, path, W_OK, AT_EACCESS); }
int FileCalls::own(int fd, uid_t owner, gid_t group) { return ::fchown(fd, owner, group); }
int FileCalls::set_mode(int fd, mode_t mode) { return ::fchmod(fd, mode); }
ssize_t FileCalls::write(int fd, const void* data, size_t size) { return ::write(fd, data, size); }
int FileCalls::sync(int fd) { return ::fsync(fd); }
int FileCalls::close(int fd) { return ::close(fd); }
int FileCalls::give_name(int fd, const char* path) {
  char self[64];
  std::snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
  return ::linkat(AT_FDCWD, self, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
}
int FileCalls::rename(const char* from, const char* to) { return ::rename(from, to); }
int FileCalls::remove(const char* path) { return ::unlink(path); }

FileCalls& system_calls() {
  static FileCalls* calls = new FileCalls;
  return *calls;
}

AtomicFile::AtomicFile(const std::string& path, FileCalls& calls)
    : calls_(calls), path_(path), target_(path), owner_(getpid()) {
  struct stat old{};
  const bool exists = calls_.stat(path.c_str(), old) == 0;
  if (!exists && errno != ENOENT) fail();
  straight_ = (exists && !S_ISREG(old.st_mode)) || !find_target();
  if (straight_) {
    fd_ = calls_.open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, kNewFile);
    if (fd_ < 0) fail();
    return;
  }
  if (exists && calls_.writable(target_.c_str()) < 0) fail();
  folder_ = folder_of(target_);
  open_beside();
  if (exists) keep_attributes(old);
}

AtomicFile::~AtomicFile() { discard(); }

bool AtomicFile::find_target() {
  for (int i = 0; !is_descriptor(target_); ++i) {
    const std::string next = link_target(calls_, target_);
    if (next.empty()) {
      if (target_.empty()) fail(ENOENT);
      if (target_.back() == '/') fail(EISDIR);
      return true;
    }
    if (i == kMaxLinks) fail(ELOOP);
    target_ = next[0] == '/' ? next : folder_of(target_) + "/" + next;
  }
  return false;
}

void AtomicFile::open_beside() {
  struct stat descriptors{};
  const bool can_be_named = calls_.stat("/proc/self/fd", descriptors) == 0;
  if (can_be_named) fd_ = calls_.open(folder_.c_str(), O_TMPFILE | O_WRONLY, kNewFile);
  // A file system that knows no such files refuses; a kernel that does not takes it for opening a folder for writing.
  const bool named = !can_be_named || errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL || errno == ENOENT;
  for (int i = 0; fd_ < 0 && named && i < kMaxNames; ++i) {
    temporary_ = folder_ + "/" + fresh_name();
    fd_ = calls_.open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL, kNewFile);
    if (fd_ < 0) temporary_.clear();
    if (fd_ < 0 && errno != EEXIST) break;
  }
  if (fd_ < 0) fail(errno == ENOENT || errno == ENOTDIR ? nullptr : "a new file is made beside the old one first");
}

void AtomicFile::keep_attributes(const struct stat& old) {
  struct stat fresh{};
  if (calls_.stat_open(fd_, fresh) < 0) fail(kUntouched);
  mode_t mode = old.st_mode & 07777;
  const bool same_owner = fresh.st_uid == old.st_uid && fresh.st_gid == old.st_gid;
  if (!same_owner && calls_.own(fd_, old.st_uid, old.st_gid) < 0) {
    mode &= 0777;  // no program may run as somebody who did not write it
    const bool same_group = fresh.st_gid == old.st_gid || calls_.own(fd_, kKeep, old.st_gid) == 0;
    if (!same_group) mode = (mode & ~070u) | (mode & 07u) << 3;  // our group is among the others for the old file
  }
  if (calls_.set_mode(fd_, mode) < 0) fail(kUntouched);
}

size_t AtomicFile::write_some(const void* data, size_t size) {
  VT_CHECK(fd_ >= 0, Value, "write to a file that was committed or discarded: '", path_, "'");
  const ssize_t written = calls_.write(fd_, data, size);
  if (written >= 0) return static_cast<size_t>(written);
  if (errno == EINTR) return 0;
  fail(straight_ ? nullptr : kUntouched);
}

void AtomicFile::write(const void* data, size_t size) {
  const char* from = static_cast<const char*>(data);
  while (size) {
    const size_t written = write_some(from, size);
    from += written;
    size -= written;
  }
}

void AtomicFile::commit() {
  VT_CHECK(fd_ >= 0, Value, "commit of a file that was committed or discarded: '", path_, "'");
  if (straight_) {
    if (calls_.close(std::exchange(fd_, -1)) < 0) fail();
    return;
  }
  if (calls_.sync(fd_) < 0) fail(kUntouched);
  if (temporary_.empty()) name_it();
  if (calls_.close(std::exchange(fd_, -1)) < 0) fail(kUntouched);
  if (calls_.rename(temporary_.c_str(), target_.c_str()) < 0) fail(kUntouched);
  temporary_.clear();
  sync_folder();
}

// As late as can be, so that hardly any time is left to be killed in between.
void AtomicFile::name_it() {
  for (int i = 0; i < kMaxNames; ++i) {
    const std::string name = folder_ + "/" + fresh_name();
    if (calls_.give_name(fd_, name.c_str()) == 0) {
      temporary_ = name;
      return;
    }
    if (errno != EEXIST) break;
  }
  fail(kUntouched);
}

void AtomicFile::sync_folder() {
  constexpr const char* kInPlace = "it is in its place, but that could not be brought to the disk";
  const int folder = calls_.open(folder_.c_str(), O_RDONLY | O_DIRECTORY, 0);
  if (folder < 0 && errno == EACCES) return;  // a folder that may be written but not read
  if (folder < 0) fail(kInPlace);
  const int result = calls_.sync(folder);
  const int code = errno;
  calls_.close(folder);
  // Some file systems have nothing to do for a folder, and say so.
  if (result < 0 && code != EINVAL && code != EOPNOTSUPP) fail(code, kInPlace);
}

void AtomicFile::discard() noexcept {
  if (fd_ >= 0) calls_.close(std::exchange(fd_, -1));
  if (!temporary_.empty() && owner_ == getpid()) calls_.remove(temporary_.c_str());
  temporary_.clear();
}

void AtomicFile::fail(const char* what) { fail(errno, what); }

void AtomicFile::fail(int code, const char* what) {
  discard();
  const std::string reason = std::strerror(code);
  throw FileError(code, what ? reason + " (" + what + ")" : reason, path_);
}

}  // namespace vt::interop
