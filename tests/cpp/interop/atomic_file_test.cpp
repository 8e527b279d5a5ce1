// Saves that fail or die at every system call, and what they may leave behind.
#include "interop/atomic_file.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

using namespace vt;
using namespace vt::interop;
namespace fs = std::filesystem;

namespace {

struct Folder {
  fs::path path;
  Folder() {
    std::string name = fs::temp_directory_path() / "vt_atomic_XXXXXX";
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() { fs::remove_all(path); }
  size_t files() const {
    return static_cast<size_t>(std::distance(fs::directory_iterator(path), fs::directory_iterator()));
  }
};

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}
void put(const fs::path& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

// Does something before each call and may make it fail.
class Disturbed : public FileCalls {
 public:
  std::function<int(const std::string& call)> before;  // an errno, or 0 to go on
  bool unnamed = true;                                 // whether the file system has files without a name

  int open(const char* path, int flags, mode_t mode) override {
    if (!unnamed && (flags & O_TMPFILE) == O_TMPFILE) {
      errno = EOPNOTSUPP;
      return -1;
    }
    return fails("open") ? -1 : FileCalls::open(path, flags, mode);
  }
  int set_mode(int fd, mode_t mode) override { return fails("set_mode") ? -1 : FileCalls::set_mode(fd, mode); }
  ssize_t write(int fd, const void* data, size_t size) override {
    return fails("write") ? -1 : FileCalls::write(fd, data, size);
  }
  int sync(int fd) override { return fails("sync") ? -1 : FileCalls::sync(fd); }
  int close(int fd) override {
    const bool failed = fails("close");
    const int result = FileCalls::close(fd);  // as the kernel: the descriptor is gone either way
    if (failed) errno = code_;
    return failed ? -1 : result;
  }
  int give_name(int fd, const char* path) override { return fails("give_name") ? -1 : FileCalls::give_name(fd, path); }
  int rename(const char* from, const char* to) override { return fails("rename") ? -1 : FileCalls::rename(from, to); }

 private:
  bool fails(const std::string& call) {
    code_ = before ? before(call) : 0;
    errno = code_;
    return code_ != 0;
  }
  int code_ = 0;
};

const std::string kOld(5000, 'o'), kNew(9000, 'n');

void save(const fs::path& path, FileCalls& calls) {
  AtomicFile file(path.string(), calls);
  file.write(kNew.data(), 4000);
  file.write(kNew.data() + 4000, kNew.size() - 4000);
  file.commit();
}

std::vector<std::string> calls_of_a_save(bool unnamed) {
  const Folder folder;
  put(folder.path / "f", kOld);
  Disturbed calls;
  calls.unnamed = unnamed;
  std::vector<std::string> names;
  calls.before = [&](const std::string& call) {
    names.push_back(call);
    return 0;
  };
  save(folder.path / "f", calls);
  REQUIRE(read(folder.path / "f") == kNew);
  return names;
}

}  // namespace

TEST_CASE("a save syncs the bytes before the rename and the folder after it") {
  for (const bool unnamed : {true, false}) {
    const auto calls = calls_of_a_save(unnamed);
    auto at = [&](const std::string& name) {
      return std::distance(calls.begin(), std::find(calls.begin(), calls.end(), name));
    };
    CHECK(at("sync") < at("rename"));
    CHECK(std::count(calls.begin(), calls.end(), "sync") == 2);
    CHECK(calls[calls.size() - 2] == "sync");
    CHECK((at("give_name") < static_cast<std::ptrdiff_t>(calls.size())) == unnamed);
  }
}

TEST_CASE("whichever call fails, the old file or the new one is there, whole, and nothing else") {
  for (const bool unnamed : {true, false}) {
    const size_t count = calls_of_a_save(unnamed).size();
    REQUIRE(count >= 7);
    for (size_t k = 0; k < count; ++k) {
      const Folder folder;
      const fs::path path = folder.path / "f";
      put(path, kOld);
      Disturbed calls;
      calls.unnamed = unnamed;
      size_t made = 0;
      bool renamed = false;
      calls.before = [&](const std::string& call) {
        const bool fails = made++ == k;
        renamed |= call == "rename" && !fails;
        return fails ? ENOSPC : 0;
      };
      bool refused = false;
      try {
        save(path, calls);
      } catch (const FileError& e) {
        refused = true;
        CHECK(e.code() == ENOSPC);
        CHECK(e.path() == path.string());
      }
      CAPTURE(k);
      CHECK((refused || k + 1 == count));  // the close of the folder changes nothing any more
      CHECK(read(path) == (renamed ? kNew : kOld));
      CHECK(folder.files() == 1);
    }
  }
}

TEST_CASE("whenever the process is killed, the old file or the new one is there, whole") {
  for (const bool unnamed : {true, false}) {
    const auto names = calls_of_a_save(unnamed);
    for (size_t k = 0; k < names.size(); ++k) {
      const Folder folder;
      const fs::path path = folder.path / "f";
      put(path, kOld);
      const pid_t child = fork();
      REQUIRE(child >= 0);
      if (child == 0) {
        Disturbed calls;
        calls.unnamed = unnamed;
        size_t made = 0;
        calls.before = [&](const std::string&) {
          if (made++ == k) raise(SIGKILL);
          return 0;
        };
        save(path, calls);
        _exit(0);
      }
      int status = 0;
      REQUIRE(waitpid(child, &status, 0) == child);
      CAPTURE(k);
      CHECK(WIFSIGNALED(status));
      const auto rename = std::find(names.begin(), names.end(), "rename") - names.begin();
      CHECK(read(path) == (static_cast<std::ptrdiff_t>(k) > rename ? kNew : kOld));
      // A file without a name goes with the process; between its naming and the rename there are two calls.
      if (unnamed && names[k] != "rename" && !(names[k] == "close" && static_cast<std::ptrdiff_t>(k) < rename)) {
        CHECK(folder.files() == 1);
      }
    }
  }
}

TEST_CASE("links stay links, modes stay, and a file that may not be written is refused") {
  const Folder folder;
  const fs::path target = folder.path / "kept" / "target", link = folder.path / "link", second = folder.path / "second";
  fs::create_directory(folder.path / "kept");
  put(target, kOld);
  REQUIRE(::chmod(target.c_str(), 0640) == 0);
  fs::create_symlink("kept/target", link);
  fs::create_symlink(link, second);
  save(second, system_calls());
  CHECK(fs::is_symlink(second));
  CHECK(fs::is_symlink(link));
  CHECK(read(target) == kNew);
  CHECK((fs::status(target).permissions() & fs::perms::mask) == fs::perms(0640));

  const fs::path dangling = folder.path / "dangling";
  fs::create_symlink("kept/fresh", dangling);
  save(dangling, system_calls());
  CHECK(fs::is_symlink(dangling));
  CHECK(read(folder.path / "kept" / "fresh") == kNew);

  const fs::path loop = folder.path / "loop";
  fs::create_symlink("loop", loop);
  CHECK_THROWS_AS(save(loop, system_calls()), FileError);
  CHECK_THROWS_AS(save(folder.path, system_calls()), FileError);
  CHECK_THROWS_AS(save(folder.path / "none" / "f", system_calls()), FileError);

  struct Protected : FileCalls {
    int writable(const char*) override {
      errno = EACCES;
      return -1;
    }
  } calls;
  CHECK_THROWS_AS(save(target, calls), FileError);
}

TEST_CASE("a new file has the mode that the umask leaves") {
  const Folder folder;
  const mode_t before = ::umask(027);
  save(folder.path / "f", system_calls());
  ::umask(before);
  CHECK((fs::status(folder.path / "f").permissions() & fs::perms::mask) == fs::perms(0640));
}

TEST_CASE("a pipe and an open descriptor are written straight") {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  {
    AtomicFile file("/proc/self/fd/" + std::to_string(ends[1]));
    file.write("abc", 3);
    file.commit();
    CHECK_THROWS_AS(file.write("d", 1), Error);
  }
  char got[8] = {};
  CHECK(::read(ends[0], got, sizeof got) == 3);
  CHECK(std::string(got) == "abc");
  ::close(ends[0]);
  ::close(ends[1]);

  const Folder folder;
  put(folder.path / "f", kOld);
  const int fd = ::open((folder.path / "f").c_str(), O_WRONLY);
  save("/dev/fd/" + std::to_string(fd), system_calls());
  struct stat by_name{}, by_fd{};
  REQUIRE(::stat((folder.path / "f").c_str(), &by_name) == 0);
  REQUIRE(::fstat(fd, &by_fd) == 0);
  CHECK(by_name.st_ino == by_fd.st_ino);
  CHECK(read(folder.path / "f") == kNew);
  ::close(fd);
}

TEST_CASE("what is not committed is forgotten") {
  const Folder folder;
  put(folder.path / "f", kOld);
  {
    AtomicFile file((folder.path / "f").string());
    file.write("abc", 3);
  }
  CHECK(read(folder.path / "f") == kOld);
  CHECK(folder.files() == 1);
}
