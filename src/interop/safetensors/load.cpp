// Bytes of files into tensors.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>

#include "core/alignment.h"
#include "cuda/capture.h"
#include "cuda/copy.h"
#include "cuda/event.h"
#include "cuda/pinned.h"
#include "interop/json.h"
#include "interop/safetensors/file.h"

namespace vt::interop::safetensors {
namespace {

constexpr uint64_t kPiece = 4 << 20;         // bytes that one read asks for
constexpr uint64_t kWorthThreads = 4 << 20;  // below, starting threads takes longer than reading
constexpr int kBuffers = 2;                  // of pinned memory per thread: one is read to while the other is copied
constexpr int kMaxThreads = 16;

// A run of one file's bytes that goes to one place.
struct Part {
  char* to;
  size_t offset, bytes;  // in the piece
  const Fill* fill;
};
struct Piece {
  const File* file;
  uint64_t at;
  size_t bytes;
  std::vector<Part> parts;
};

// Reads of up to kPiece bytes, each of one file and to one device: small tensors that lie together are read together.
std::vector<Piece> pieces_of(std::span<const Fill> fills) {
  std::vector<const Fill*> order;
  for (const Fill& f : fills) {
    if (f.from.entry->bytes()) order.push_back(&f);
  }
  std::ranges::stable_sort(order, {}, [](const Fill* f) { return std::pair(f->from.file, f->from.entry->begin); });
  std::vector<Piece> pieces;
  const Fill* last = nullptr;
  for (const Fill* f : order) {
    const uint64_t place = f->from.file->place(*f->from.entry);
    const bool on_gpu = f->to.is_cuda();
    for (uint64_t done = 0; done < f->from.entry->bytes();) {
      const bool joins = on_gpu && !pieces.empty() && last && last->to.device() == f->to.device() &&
                         pieces.back().file == f->from.file && pieces.back().at + pieces.back().bytes == place + done &&
                         pieces.back().bytes < kPiece;
      if (!joins) pieces.push_back({f->from.file, place + done, 0, {}});
      Piece& piece = pieces.back();
      const uint64_t bytes = std::min(kPiece - piece.bytes, f->from.entry->bytes() - done);
      piece.parts.push_back({static_cast<char*>(f->to.data()) + done, piece.bytes, bytes, f});
      piece.bytes += bytes;
      done += bytes;
      last = f;
    }
  }
  return pieces;
}

void check_bools(const Found& from, const char* data, size_t bytes) {
  if (from.entry->dtype != DType::bool_) return;
  unsigned any = 0;
  for (size_t i = 0; i < bytes; ++i) any |= static_cast<unsigned char>(data[i]);
  VT_CHECK(any <= 1, Value, "safetensors: ", json_string(from.entry->name),
           " is BOOL and has a byte that is neither 0 nor 1");
}

// Who does one piece after another, on one thread.
class Reader {
 public:
  virtual ~Reader() = default;
  virtual void read(const Piece& piece) = 0;
};

class HostReader final : public Reader {
 public:
  void read(const Piece& piece) override {
    for (const Part& part : piece.parts) {
      piece.file->source().read(piece.at + part.offset, part.to, part.bytes);
      check_bools(part.fill->from, part.to, part.bytes);
    }
  }
};

class PinnedBuffer {
 public:
  PinnedBuffer() : memory_(cuda::allocate_pinned(kPiece)) {}
  ~PinnedBuffer() {
    if (memory_.free) memory_.free(memory_.data, memory_.context, kPiece);  // reused once its copies are done
  }
  PinnedBuffer(const PinnedBuffer&) = delete;
  PinnedBuffer& operator=(const PinnedBuffer&) = delete;
  char* data() const { return static_cast<char*>(memory_.data); }
  cuda::Event copied;

 private:
  Allocation memory_;
};

class GpuReader final : public Reader {
 public:
  explicit GpuReader(cuda::Stream stream) : stream_(stream) {}
  void read(const Piece& piece) override {
    PinnedBuffer& buffer = buffers_[next_++ % kBuffers];
    buffer.copied.synchronize();
    piece.file->source().read(piece.at, buffer.data(), piece.bytes);
    for (const Part& part : piece.parts) {
      check_bools(part.fill->from, buffer.data() + part.offset, part.bytes);
      cuda::copy_to_device(part.to, buffer.data() + part.offset, part.bytes, stream_, true,
                           {part.fill->to.storage().get()});
    }
    buffer.copied.record(stream_);
  }

 private:
  cuda::Stream stream_;
  PinnedBuffer buffers_[kBuffers];
  unsigned next_ = 0;
};

// The side streams of a load: they begin after what the current stream has been given, and it goes on after them.
class SideStreams {
 public:
  SideStreams(Device device, int count) : current_(cuda::current_stream(device.index)) {
    for (int i = 0; i < count; ++i) {
      streams_.push_back(cuda::pool_stream(device.index));
      cuda::wait_stream(streams_.back(), current_);
    }
  }
  // Also where a read failed: the tensors' memory is the current stream's again.
  ~SideStreams() {
    try {
      for (const cuda::Stream s : streams_) cuda::wait_stream(current_, s);
    } catch (...) {  // the device is lost; whoever uses it next is told
    }
  }
  SideStreams(const SideStreams&) = delete;
  SideStreams& operator=(const SideStreams&) = delete;
  cuda::Stream operator[](size_t i) const { return streams_[i]; }

 private:
  cuda::Stream current_;
  std::vector<cuda::Stream> streams_;
};

// What the threads of one load share.
struct Work {
  std::span<const Piece> pieces;
  std::atomic<size_t> next{0};
  std::atomic<uint64_t> done{0};
  std::atomic<bool> stopped{false};
  std::mutex mutex;  // the rest
  std::condition_variable changed;
  std::exception_ptr error;
  size_t running = 0;

  void fail() {
    const std::lock_guard lock(mutex);
    if (!error) error = std::current_exception();
    stopped = true;
  }
  void run(Reader& reader) {
    while (!stopped) {
      const size_t i = next++;
      if (i >= pieces.size()) return;
      reader.read(pieces[i]);
      done += pieces[i].bytes;
    }
  }
};

std::unique_ptr<Reader> reader_for(Device device, const SideStreams* streams, size_t thread) {
  if (device.is_cuda()) return std::make_unique<GpuReader>((*streams)[thread]);
  return std::make_unique<HostReader>();
}

void run(std::span<const Piece> pieces, Device device, uint64_t before, uint64_t total, const Progress& progress) {
  uint64_t bytes = 0;
  for (const Piece& p : pieces) bytes += p.bytes;
  const auto cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  const int most = bytes < kWorthThreads ? 1 : std::min({cores, kMaxThreads, static_cast<int>(pieces.size())});
  const size_t count = static_cast<size_t>(std::max(1, most));
  std::unique_ptr<SideStreams> streams;
  if (device.is_cuda()) streams = std::make_unique<SideStreams>(device, static_cast<int>(count));
  Work work{pieces};
  const auto tell = [&] {
    if (progress) progress(before + work.done, total);
  };
  if (count == 1) {
    const std::unique_ptr<Reader> reader = reader_for(device, streams.get(), 0);
    for (const Piece& p : pieces) {
      reader->read(p);
      work.done += p.bytes;
      tell();
    }
    return;
  }
  std::vector<std::thread> threads;
  const auto finish = [&] {
    for (std::thread& t : threads) t.join();
    threads.clear();
  };
  try {
    for (size_t i = 0; i < count; ++i) {
      {
        const std::lock_guard lock(work.mutex);
        ++work.running;
      }
      threads.emplace_back([&work, device, &streams, i] {
        try {
          work.run(*reader_for(device, streams.get(), i));
        } catch (...) {
          work.fail();
        }
        const std::lock_guard lock(work.mutex);
        --work.running;
        work.changed.notify_all();
      });
    }
    std::unique_lock lock(work.mutex);
    while (work.running) {
      work.changed.wait_for(lock, std::chrono::milliseconds(50));
      lock.unlock();
      tell();
      lock.lock();
    }
  } catch (...) {
    work.stopped = true;
    finish();
    throw;
  }
  finish();
  if (work.error) std::rethrow_exception(work.error);
}

}  // namespace

void fill(std::span<const Fill> fills, const Progress& progress) {
  uint64_t total = 0;
  for (const Fill& f : fills) {
    VT_CHECK(f.to.dtype() == f.from.entry->dtype && same(f.to.sizes(), f.from.entry->sizes) && f.to.is_contiguous(),
             Value, "safetensors: ", json_string(f.from.entry->name), " does not fit a tensor of ", to_string(f.to));
    total += f.from.entry->bytes();
  }
  uint64_t before = 0;
  std::vector<Device> devices;
  for (const Fill& f : fills) {
    if (std::ranges::find(devices, f.to.device()) == devices.end()) devices.push_back(f.to.device());
  }
  for (const Device device : devices) {
    if (device.is_cuda()) cuda::refuse_under_capture("reading a file");
    std::vector<Fill> here;
    std::ranges::copy_if(fills, std::back_inserter(here), [&](const Fill& f) { return f.to.device() == device; });
    const std::vector<Piece> pieces = pieces_of(here);
    run(pieces, device, before, total, progress);
    for (const Piece& p : pieces) before += p.bytes;
  }
  for (const Fill& f : fills) f.to.impl()->bump_version();
}

std::vector<Tensor> load(std::span<const Found> found, Device device, const Progress& progress) {
  std::vector<Tensor> out;
  std::vector<Fill> fills;
  for (const Found& f : found) {
    out.push_back(empty(f.entry->sizes, f.entry->dtype, device));
    if (out.back().impl()->has_memory()) fills.push_back({f, out.back()});
  }
  fill(fills, progress);
  return out;
}

Tensor map(const Found& found) {
  const Entry& e = *found.entry;
  std::shared_ptr<const char> pages = found.file->source().map();
  VT_CHECK(pages, Value, "safetensors: only files can be mapped");
  const char* const data = pages.get() + found.file->place(e);
  check_bools(found, data, e.bytes());
  const DimVec strides = contiguous_strides(e.sizes);
  if (reinterpret_cast<uintptr_t>(data) % alignment_of(e.dtype, kCPU) != 0) {
    auto copy = std::make_unique<Storage>(allocate_storage(e.bytes(), kCPU));
    std::memcpy((*copy)->data(), data, e.bytes());
    void* const memory = (*copy)->data();
    return from_memory(
        {memory, copy.release(), [](void*, void* s, size_t) noexcept { delete static_cast<Storage*>(s); }}, e.bytes(),
        e.dtype, e.sizes, strides, kCPU, true);
  }
  auto keep = std::make_unique<std::shared_ptr<const char>>(std::move(pages));
  return from_memory({e.bytes() ? const_cast<char*>(data) : nullptr, keep.release(),
                      [](void*, void* p, size_t) noexcept { delete static_cast<std::shared_ptr<const char>*>(p); }},
                     e.bytes(), e.dtype, e.sizes, strides, kCPU, true);
}

Tensor load_part(const Found& found, IntSpan begin, IntSpan end) {
  const Entry& e = *found.entry;
  const size_t dims = e.sizes.size();
  VT_CHECK(begin.size() == dims && end.size() == dims, Index, "safetensors: expected ", dims, " bounds, got ",
           begin.size());
  DimVec sizes;
  for (size_t i = 0; i < dims; ++i) {
    VT_CHECK(0 <= begin[i] && begin[i] <= end[i] && end[i] <= e.sizes[i], Index, "safetensors: ", begin[i], " to ",
             end[i], " is not in dim ", i, " of ", json_string(e.name), ", of size ", e.sizes[i]);
    sizes.push_back(end[i] - begin[i]);
  }
  Tensor out = empty(sizes, e.dtype);
  if (out.numel() == 0) return out;
  // The last dims that are read whole are one run with the one before them.
  size_t whole = dims;
  while (whole > 0 && sizes[whole - 1] == e.sizes[whole - 1]) --whole;
  const size_t outer = whole ? whole - 1 : 0;
  const DimVec strides = contiguous_strides(e.sizes);
  const auto item = static_cast<int64_t>(size_of(e.dtype));
  int64_t run = item;
  for (size_t i = outer; i < dims; ++i) run *= sizes[i];
  DimVec index(outer, 0);
  auto* to = static_cast<char*>(out.data());
  for (int64_t left = out.numel() * item; left > 0; left -= run) {
    int64_t offset = outer < dims ? begin[outer] * strides[outer] : 0;
    for (size_t i = 0; i < outer; ++i) offset += (begin[i] + index[i]) * strides[i];
    found.file->source().read(found.file->place(e) + static_cast<uint64_t>(offset * item), to,
                              static_cast<size_t>(run));
    check_bools(found, to, static_cast<size_t>(run));
    to += run;
    for (size_t i = outer; i-- > 0;) {
      if (++index[i] < sizes[i]) break;
      index[i] = 0;
    }
  }
  return out;
}

}  // namespace vt::interop::safetensors
