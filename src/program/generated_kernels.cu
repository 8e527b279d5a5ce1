#include "program/generated_kernels.h"

#include <pthread.h>
#include <signal.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "core/checksum.h"
#include "core/error.h"
#include "core/warning.h"
#include "cuda/capture.h"
#include "cuda/device.h"
#include "cuda/fault.h"
#include "cuda/gemm.h"
#include "cuda/loaded_kernel.h"
#include "cuda/nvrtc.h"
#include "cuda/stream.h"
#include "interop/atomic_file.h"
#include "iter/cuda_divide.cuh"
#include "ops/pointwise/row_text.h"
#include "program/backends.h"
#include "program/device_texts.h"
#include "program/kernel_source.h"

namespace vt::program {
namespace {

using cuda::LoadedKernel;
using State = GeneratedKernel::State;

constexpr int kThreads = 256;

struct Entry {
  GeneratedKernel facts;  // under the lock, but for what `state` publishes
  std::atomic<State> state{State::Compiling};
  std::unique_ptr<LoadedKernel> kernel;
  bool warned = false;
};

// What the compiling thread is given: all that depends on the call was made text by then.
struct Task {
  Entry* entry;
  std::string source;
  std::vector<std::string> parameters;
};

std::string name_of(const FusedGroup& group) {
  constexpr size_t kLongest = 80;
  std::string name = "fused";
  for (const Step& s : group.steps) {
    const std::string word = s.row == nullptr ? "to" : std::string(pointwise::row_text(*s.row).id);
    if (name.size() + word.size() > kLongest) return name + "_and_more";
    name += "_" + word;
  }
  return name;
}

// ---- the disk ----

// A file per kernel: the length of what it was made from, that text, the machine code. The name is a hash of the text,
// which is compared too.
struct KernelFile {
  std::string path, made_from;

  KernelFile(const std::string& source, int major, int minor) {
    made_from = "VibeTensor kernel 1, NVRTC " + cuda::compiler_version() + ", sm_" + std::to_string(major) +
                std::to_string(minor) + "\n" + source;
    for (const cuda::HeaderText& h : device_texts()) made_from += h.text;
    const std::string folder = cuda::gemm_choices_folder();
    if (folder.empty()) return;
    char name[32];
    std::snprintf(name, sizeof name, "%016llx.kernel",
                  static_cast<unsigned long long>(checksum(made_from.data(), made_from.size())));
    path = folder + "/kernels/" + name;
  }

  // Empty where there is none that can be used.
  std::vector<char> read() const {
    if (path.empty()) return {};
    std::ifstream file(path, std::ios::binary);
    std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
    uint64_t length = 0;
    if (bytes.size() < sizeof length) return {};
    std::memcpy(&length, bytes.data(), sizeof length);
    const size_t begin = sizeof length + made_from.size();
    if (length != made_from.size() || bytes.size() <= begin) return {};
    if (std::memcmp(bytes.data() + sizeof length, made_from.data(), made_from.size()) != 0) return {};
    return {bytes.begin() + static_cast<ptrdiff_t>(begin), bytes.end()};
  }

  // A folder that cannot be written keeps nothing.
  void write(const std::vector<char>& cubin) const {
    if (path.empty()) return;
    try {
      std::filesystem::create_directories(std::filesystem::path(path).parent_path());
      interop::AtomicFile file(path);
      const uint64_t length = made_from.size();
      file.write(&length, sizeof length);
      file.write(made_from.data(), made_from.size());
      file.write(cubin.data(), cubin.size());
      file.commit();
    } catch (const std::exception&) {
      return;
    }
  }
};

// ---- compiling ----

class Kernels {
 public:
  static Kernels& instance() {
    static auto* kernels = new Kernels;
    return *kernels;
  }

  // The entry of a kernel; one that is new begins to be compiled. While a graph is captured, when no code may be
  // loaded, null for one that is new.
  Entry* find(int device, const FusedGroup& group, const KernelForm& form) {
    std::string key = kernel_key(group, form);
    key.append(reinterpret_cast<const char*>(&device), sizeof device);
    std::lock_guard lock(mutex_);
    if (cuda::is_capturing()) {
      const auto known = by_key_.find(key);
      return known == by_key_.end() ? nullptr : known->second.get();
    }
    const auto [found, is_new] = by_key_.try_emplace(std::move(key));
    if (!is_new) return found->second.get();
    found->second = std::make_unique<Entry>();
    Entry& entry = *found->second;
    entry.facts.name = name_of(group);
    entry.facts.device = device;
    in_order_.push_back(&entry);
    tasks_.push_back({&entry, kernel_source(group, form, entry.facts.name), parameters_of(group, form)});
    start();
    changed_.notify_all();
    return &entry;
  }

  void finish() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return tasks_.empty() && !busy_; });
  }

  std::vector<GeneratedKernel> facts() {
    std::lock_guard lock(mutex_);
    std::vector<GeneratedKernel> all;
    for (const Entry* e : in_order_) all.push_back(e->facts);
    return all;
  }

  // Whether the caller is the first to hear of a refusal.
  bool is_news(Entry& entry) {
    std::lock_guard lock(mutex_);
    return !std::exchange(entry.warned, true);
  }

 private:
  // The thread is joined when the process ends: the compiler may not be torn down under it.
  void start() {
    if (std::exchange(started_, true)) return;
    thread_ = std::thread([this] {
      sigset_t all;
      sigfillset(&all);
      pthread_sigmask(SIG_BLOCK, &all, nullptr);  // signals are for the program's own threads
      work();
    });
    std::atexit([] {
      if (cuda::in_forked_child()) return;  // which has no such thread
      Kernels& k = instance();
      {
        std::lock_guard lock(k.mutex_);
        k.ends_ = true;
        k.changed_.notify_all();
      }
      k.thread_.join();
    });
  }

  void work() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [&] { return ends_ || !tasks_.empty(); });
      if (ends_) return;
      const Task task = std::move(tasks_.front());
      tasks_.pop_front();
      busy_ = true;
      task.entry->facts.source = task.source;
      const std::string name = task.entry->facts.name;
      const int device = task.entry->facts.device;
      lock.unlock();

      const auto began = std::chrono::steady_clock::now();
      std::unique_ptr<LoadedKernel> kernel;
      std::string reason;
      bool from_disk = false;
      try {
        kernel = load(task, name, device, from_disk);
      } catch (const std::exception& error) {
        reason = error.what();
      }
      const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;

      lock.lock();
      Entry& entry = *task.entry;
      entry.kernel = std::move(kernel);
      entry.facts.reason = reason;
      entry.facts.from_disk = from_disk;
      entry.facts.seconds = took.count();
      entry.facts.state = entry.kernel ? State::Ready : State::Refused;
      entry.state.store(entry.facts.state, std::memory_order_release);
      busy_ = false;
      changed_.notify_all();
    }
  }

  static std::unique_ptr<LoadedKernel> load(const Task& task, const std::string& name, int device, bool& from_disk) {
    const cuda::DeviceProperties& properties = cuda::device_properties(device);
    const KernelFile file(task.source, properties.major, properties.minor);
    std::vector<char> cubin = file.read();
    from_disk = !cubin.empty();
    if (!from_disk) {
      cubin = cuda::compile_cuda(task.source, name + ".cu", device_texts(), properties.major, properties.minor);
      file.write(cubin);
    }
    std::vector<std::string> names;
    for (size_t p = 0; p < task.parameters.size(); ++p) names.push_back("a" + std::to_string(p));
    cuda::KernelShape shape;
    shape.threads[0] = kThreads;
    return std::make_unique<LoadedKernel>(name, cubin.data(), device, cuda::ParameterLayout(names, task.parameters),
                                          shape);
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::unordered_map<std::string, std::unique_ptr<Entry>> by_key_;
  std::vector<Entry*> in_order_;
  std::deque<Task> tasks_;
  std::thread thread_;
  bool started_ = false, busy_ = false, ends_ = false;
};

// ---- launching ----

// The parameters of a call in the order of kernel_source, each at its place.
class Packed {
 public:
  explicit Packed(const cuda::ParameterLayout& layout) : layout_(layout) {}

  template <class T>
  void add(const T& x) {
    std::memcpy(bytes_ + layout_.parameters[next_++].offset, &x, sizeof x);
  }
  void add(const Number& x) {
    const auto& place = layout_.parameters[next_++];
    std::memcpy(bytes_ + place.offset, x.bytes, place.bytes);
  }
  std::byte* bytes() { return bytes_; }

 private:
  const cuda::ParameterLayout& layout_;
  size_t next_ = 0;
  alignas(8) std::byte bytes_[cuda::ParameterLayout::kMaxBytes];
};

void launch(const LoadedKernel& kernel, const FusedGroup& group, const GroupArguments& a, const KernelForm& form) {
  Packed packed(kernel.layout());
  for (const char* i : a.inputs) packed.add(i);
  for (char* o : a.outputs) packed.add(o);
  for (const Number& n : a.numbers) packed.add(n);
  const auto add_index = [&](int64_t i) {
    if (form.wide) packed.add(i);
    else packed.add(static_cast<uint32_t>(i));
  };
  if (!form.linear) {
    for (int d = 0; d < form.dims; ++d) {
      const int64_t size = d == 0 ? form.sizes[0] / form.width : form.sizes[d];
      if (form.wide) packed.add(size);
      else packed.add(cuda::FastDivider(static_cast<uint32_t>(size)));
    }
    for (const KernelForm::Place& p : form.places) {
      for (int d = 0; d < form.dims && !p.is_one; ++d) add_index(d == 0 ? p.strides[0] * form.width : p.strides[d]);
    }
  }
  const int64_t count = group.numel() / form.width;
  add_index(count);
  packed.add(uint32_t{0});
  const int64_t grid[3] = {(count + kThreads - 1) / kThreads, 1, 1};
  kernel.launch(cuda::current_stream(group.device.index), grid, packed.bytes(), a.storages);
}

}  // namespace

std::vector<GeneratedKernel> generated_kernels() { return Kernels::instance().facts(); }
void finish_compiling() { Kernels::instance().finish(); }

void run_group_cuda(const FusedGroup& group, const GroupArguments& arguments) {
  const KernelForm form = form_of(group, arguments);
  if (form.dims < 0 || !has_source(group)) return run_steps_apart(group, arguments);
  Entry* entry = Kernels::instance().find(group.device.index, group, form);
  if (entry == nullptr) return run_steps_apart(group, arguments);
  switch (entry->state.load(std::memory_order_acquire)) {
    case State::Ready: return launch(*entry->kernel, group, arguments, form);
    case State::Refused:
      if (Kernels::instance().is_news(*entry)) {
        warn("the steps of " + entry->facts.name + " run one by one: " + entry->facts.reason);
      }
      [[fallthrough]];
    default: return run_steps_apart(group, arguments);
  }
}

}  // namespace vt::program
