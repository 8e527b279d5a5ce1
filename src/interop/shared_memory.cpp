#include "interop/shared_memory.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <mutex>

#include "core/error.h"
#include "core/loan.h"
#include "core/sparse.h"

namespace vt::interop {
namespace {

constexpr const char* kFolder = "/dev/shm";

using FileId = std::pair<dev_t, ino_t>;

// One block as this process maps it.
class Mapping final : public RefCounted {
 public:
  static constexpr bool kLookedUp = true;
  Mapping(int descriptor, void* data, size_t bytes, FileId id)
      : descriptor_(descriptor), data_(data), bytes_(bytes), id_(id) {}

  int descriptor() const { return descriptor_; }
  void* data() const { return data_; }
  size_t bytes() const { return bytes_; }
  const FileId& id() const { return id_; }

 private:
  ~Mapping() override {
    munmap(data_, bytes_);
    close(descriptor_);
  }
  void destroy() noexcept override;

  int descriptor_;
  void* data_;
  size_t bytes_;  // of the whole block
  FileId id_;
};

// The blocks that this process maps, by the file behind them.
struct Known {
  std::mutex mutex;
  std::map<FileId, Mapping*> mappings;
};

Known& known() {
  static Known* one = [] {
    static Known made;
    // a child forked while another thread is in here would wait for that thread, which it does not have
    pthread_atfork([] { made.mutex.lock(); }, [] { made.mutex.unlock(); }, [] { made.mutex.unlock(); });
    return &made;
  }();
  return *one;
}

void Mapping::destroy() noexcept {
  {
    const std::lock_guard lock(known().mutex);
    const auto at = known().mappings.find(id_);
    if (at != known().mappings.end() && at->second == this) known().mappings.erase(at);
  }
  delete this;
}

struct Descriptor {
  int value;
  ~Descriptor() {
    if (value >= 0) close(value);
  }
};

[[noreturn]] void fail(const char* what, size_t bytes) {
  const int code = errno;
  if (code == ENOSPC || code == ENOMEM) {
    VT_THROW(OutOfMemory, "no room for ", bytes, " bytes of shared memory: ", std::strerror(code));
  }
  if (code == EMFILE || code == ENFILE) {
    VT_THROW(Runtime,
             "shared memory: too many open files, as every storage that is shared holds one. Raise the limit "
             "(`ulimit -n`), or send fewer and larger tensors");
  }
  VT_THROW(Runtime, "shared memory: ", what, ": ", std::strerror(code));
}

// The block behind a descriptor, of which the mapping keeps one of its own.
intrusive_ptr<Mapping> map(int descriptor, size_t bytes) {
  struct stat status{};
  if (fstat(descriptor, &status) < 0) fail("descriptor", bytes);
  const auto size = static_cast<size_t>(status.st_size);
  VT_CHECK(S_ISREG(status.st_mode) && size > 0 && size >= bytes, Runtime, "shared memory: expected a block of ", bytes,
           " bytes, got a file of ", size);
  const FileId id{status.st_dev, status.st_ino};
  const std::lock_guard lock(known().mutex);
  const auto at = known().mappings.find(id);
  if (at != known().mappings.end() && at->second->try_retain()) return intrusive_ptr<Mapping>::adopt(at->second);
  Descriptor own{fcntl(descriptor, F_DUPFD_CLOEXEC, 3)};
  if (own.value < 0) fail("descriptor", bytes);
  void* data = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, own.value, 0);
  if (data == MAP_FAILED) fail("mmap", bytes);
  auto made = make_intrusive<Mapping>(own.value, data, size, id);
  own.value = -1;
  known().mappings[id] = made.get();
  return made;
}

void free_mapping(void*, void* context, size_t) noexcept { static_cast<Mapping*>(context)->release(); }

// Owned by whoever gets it.
Allocation allocation(intrusive_ptr<Mapping> mapping) {
  void* data = mapping->data();
  return {data, mapping.detach(), free_mapping};
}

Allocation allocate(size_t bytes, bool linkable) {
  const Descriptor file{linkable ? open(kFolder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600)
                                 : memfd_create("vibetensor", MFD_CLOEXEC)};
  if (file.value < 0) fail(linkable ? "a new file in /dev/shm" : "memfd_create", bytes);
  const auto size = static_cast<off_t>(std::max<size_t>(bytes, 1));
  if (ftruncate(file.value, size) < 0) fail("ftruncate", bytes);
  if (linkable) {
    // /dev/shm has a size of its own. The room is taken now: a first write to a page that finds none kills the process.
    const int code = posix_fallocate(file.value, 0, size);
    if (code != 0) {
      errno = code;
      fail("posix_fallocate", bytes);
    }
  }
  return allocation(map(file.value, bytes));
}

}  // namespace

Storage new_shared_storage(size_t bytes, bool linkable) {
  return make_intrusive<StorageImpl>(allocate(bytes, linkable), bytes, kCPU);
}

Storage map_shared_storage(int descriptor, size_t bytes) {
  return make_intrusive<StorageImpl>(allocation(map(descriptor, bytes)), bytes, kCPU);
}

void share_storage(StorageImpl& storage, bool linkable) {
  VT_CHECK(storage.device().is_cpu(), Runtime, "share_memory_: expected memory of the CPU, got ", storage.device());
  VT_CHECK(layout_of(storage) == Layout::Strided, NotImplemented,
           "share_memory_: a sparse tensor has no memory; share that of its indices and values");
  VT_CHECK(storage.bytes() == 0 || storage.data(), NotImplemented,
           "share_memory_: this tensor has no memory of its own; share what it is made of");
  if (shared_descriptor(storage) >= 0) return;
  VT_CHECK(!storage.read_only(), Runtime, "share_memory_: this memory may only be read; clone() the tensor first");
  check_not_lent(storage);
  const Allocation memory = allocate(storage.bytes(), linkable);
  if (storage.bytes() > 0) std::memcpy(memory.data, storage.data(), storage.bytes());
  storage.replace(memory, storage.bytes());
}

int shared_descriptor(const StorageImpl& storage) noexcept {
  if (storage.memory().free != free_mapping) return -1;
  return static_cast<const Mapping*>(storage.memory().context)->descriptor();
}

}  // namespace vt::interop
