// The allocator as Python sees it: counters, limits, history, pools, raw memory. Snapshots are in cuda_snapshot.cpp.
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>

#include <memory>
#include <set>

#include "bindings/python/cuda_argument.h"
#include "bindings/python/module.h"
#include "bindings/python/python_frames.h"
#include "bindings/python/python_stack.h"
#include "cuda/alloc/pluggable_allocator.h"
#include "cuda/allocator.h"
#include "cuda/pinned.h"
#include "cuda/stream.h"

namespace nb = nanobind;

namespace vt::python {
namespace {

nb::dict stat_dict(const cuda::Stat& stat) {
  nb::dict d;
  d["current"] = stat.current;
  d["peak"] = stat.peak;
  d["allocated"] = stat.allocated;
  d["freed"] = stat.freed;
  return d;
}

nb::dict pools_dict(const cuda::PoolStats& pools) {
  nb::dict d;
  d["all"] = stat_dict(pools.all);
  d["small_pool"] = stat_dict(pools.small_pool);
  d["large_pool"] = stat_dict(pools.large_pool);
  return d;
}

nb::dict stats_dict(const cuda::MemoryStats& s) {
  nb::dict d;
  d["num_alloc_retries"] = s.num_alloc_retries;
  d["num_ooms"] = s.num_ooms;
  d["max_split_size"] = s.max_split_size;
  d["num_sync_all_streams"] = s.num_sync_all_streams;
  d["num_device_alloc"] = s.num_device_alloc;
  d["num_device_free"] = s.num_device_free;
  d["num_oom_rejections"] = s.num_oom_rejections;
  d["allocation"] = pools_dict(s.allocation);
  d["segment"] = pools_dict(s.segment);
  d["active"] = pools_dict(s.active);
  d["inactive_split"] = pools_dict(s.inactive_split);
  d["allocated_bytes"] = pools_dict(s.allocated_bytes);
  d["reserved_bytes"] = pools_dict(s.reserved_bytes);
  d["active_bytes"] = pools_dict(s.active_bytes);
  d["inactive_split_bytes"] = pools_dict(s.inactive_split_bytes);
  d["requested_bytes"] = pools_dict(s.requested_bytes);
  d["oversize_allocations"] = stat_dict(s.oversize_allocations);
  d["oversize_segments"] = stat_dict(s.oversize_segments);
  return d;
}

// What PyTorch has no name for.
nb::dict own_stats_dict(const cuda::MemoryStats& s) {
  nb::dict ladder;
  ladder["reaped"] = s.ladder.reaped;
  ladder["trimmed"] = s.ladder.trimmed;
  ladder["waited"] = s.ladder.waited;
  ladder["emptied"] = s.ladder.emptied;
  ladder["called_back"] = s.ladder.called_back;
  ladder["out_of_memory"] = s.ladder.out_of_memory;
  nb::dict d;
  d["ladder"] = ladder;
  d["cache_hits"] = s.cache_hits;
  d["cached_bytes"] = s.cached_bytes;
  d["pending_blocks"] = s.pending_blocks;
  d["memory_limit"] = s.memory_limit;
  d["peak_uncertainty"] = s.peak_uncertainty;
  return d;
}

void bind_counters(nb::module_& m) {
  m.def(
      "cuda_memory_stats",
      [](nb::handle device) {
        const int index = usable_cuda_index(device);
        nb::dict stats = stats_dict(cuda::allocator().stats(index));
        nb::dict pools;
        for (const cuda::PoolReserved& pool : cuda::allocator().private_pools(index)) {
          pools[nb::make_tuple(pool.id.owner, pool.id.number)] = pools_dict(pool.reserved);
        }
        stats["reserved_bytes_by_private_pools"] = pools;
        return stats;
      },
      nb::arg("device").none() = nb::none());
  m.def(
      "cuda_allocator_stats",
      [](nb::handle device) { return own_stats_dict(cuda::allocator().stats(usable_cuda_index(device))); },
      nb::arg("device").none() = nb::none());
  m.def(
      "cuda_reset_peak_memory_stats",
      [](nb::handle device) { cuda::allocator().reset_peak_stats(usable_cuda_index(device)); },
      nb::arg("device").none() = nb::none());
  m.def(
      "cuda_reset_accumulated_memory_stats",
      [](nb::handle device) { cuda::allocator().reset_accumulated_stats(usable_cuda_index(device)); },
      nb::arg("device").none() = nb::none());
  m.def("cuda_empty_cache", [] {
    const WithoutGil waiting;
    cuda::allocator().empty_cache();
  });
  m.def(
      "cuda_mem_get_info",
      [](nb::handle device) {
        size_t free_bytes = 0, total_bytes = 0;
        cuda::memory_info(usable_cuda_index(device), free_bytes, total_bytes);
        return nb::make_tuple(free_bytes, total_bytes);
      },
      nb::arg("device").none() = nb::none());
}

nb::dict time_dict(const cuda::HostMemoryStats::Time& time) {
  nb::dict d;
  d["total"] = time.total;
  d["max"] = time.max;
  d["min"] = time.min;
  d["count"] = time.count;
  d["avg"] = time.count ? time.total / time.count : 0;
  return d;
}

void bind_host_counters(nb::module_& m) {
  m.def("cuda_host_memory_stats", [] {
    const cuda::HostMemoryStats s = cuda::pinned_stats();
    nb::dict d;
    d["allocations"] = stat_dict(s.allocations);
    d["allocated_bytes"] = stat_dict(s.allocated_bytes);
    d["active_requests"] = stat_dict(s.active_requests);
    d["active_bytes"] = stat_dict(s.active_bytes);
    d["num_host_alloc"] = s.num_host_alloc;
    d["num_host_free"] = s.num_host_free;
    d["host_alloc_time"] = time_dict(s.host_alloc_time);
    d["host_free_time"] = time_dict(s.host_free_time);
    return d;
  });
  m.def("cuda_reset_peak_host_memory_stats", [] { cuda::reset_pinned_peak_stats(); });
  m.def("cuda_reset_accumulated_host_memory_stats", [] { cuda::reset_pinned_accumulated_stats(); });
  m.def("cuda_empty_host_cache", [] { cuda::empty_pinned_cache(); });
}

// Addresses of functions come from ctypes, which loads the shared object and keeps it.
void bind_pluggable(nb::module_& m) {
  nb::class_<cuda::PluggableAllocator>(m, "CudaPluggableAllocator")
      .def("__init__", [](cuda::PluggableAllocator* self, uintptr_t allocate, uintptr_t free) {
        new (self) cuda::PluggableAllocator(reinterpret_cast<cuda::PluggedAllocate>(allocate),
                                            reinterpret_cast<cuda::PluggedFree>(free));
      });
  m.def("cuda_change_allocator", [](nb::handle allocator) {
    cuda::change_allocator(nb::cast<cuda::PluggableAllocator&>(allocator));
    allocator.inc_ref();  // for the rest of the process
  });
}

void bind_limits(nb::module_& m) {
  m.def("cuda_allocator_backend", [] { return cuda::allocator().name(); });
  m.def("cuda_apply_allocator_settings", [](const std::string& text) { cuda::apply_allocator_settings(text); });
  m.def("cuda_allocator_settings", [] {
    constexpr const char* kBackends[] = {"native", "cudaMallocAsync", "passthrough"};
    const cuda::AllocatorSettings settings = cuda::allocator_settings();
    nb::dict d;
    d["backend"] = kBackends[static_cast<int>(settings.backend)];
    d["expandable_segments"] = settings.expandable_segments;
    return d;
  });
  m.def("cuda_set_memory_fraction",
        [](double fraction, nb::handle device) { cuda::set_memory_fraction(usable_cuda_index(device), fraction); });
  m.def("cuda_memory_fraction", [](nb::handle device) { return cuda::memory_fraction(usable_cuda_index(device)); });
  m.def(
      "cuda_set_memory_limit",
      [](nb::handle bytes, nb::handle device) {
        const int index = usable_cuda_index(device);
        cuda::allocator().set_memory_limit(index, bytes.is_none() ? cuda::kNoMemoryLimit : nb::cast<size_t>(bytes));
      },
      nb::arg("bytes").none(), nb::arg("device"));
  m.def("cuda_memory_limit", [](nb::handle device) -> nb::object {
    const size_t limit = cuda::allocator().memory_limit(usable_cuda_index(device));
    return limit == cuda::kNoMemoryLimit ? nb::none() : nb::object(nb::int_(limit));
  });
}

void bind_raw_memory(nb::module_& m) {
  m.def("cuda_allocate_raw", [](size_t bytes, nb::handle device, uintptr_t stream) {
    const cuda::Stream on =
        cuda::external_stream(reinterpret_cast<cuda::StreamHandle>(stream), usable_cuda_index(device));
    return bytes == 0 ? uintptr_t{0} : reinterpret_cast<uintptr_t>(cuda::allocate_raw(bytes, on));
  });
  m.def("cuda_deallocate_raw", [](uintptr_t data) {
    cuda::ensure_available();
    if (data != 0) cuda::deallocate_raw(reinterpret_cast<void*>(data));
  });
}

// A private pool. Each device where it was used keeps its segments until this object is gone.
class MemoryPool {
 public:
  MemoryPool() : id_(cuda::new_pool_id()) {}
  MemoryPool(const MemoryPool&) = delete;
  MemoryPool& operator=(const MemoryPool&) = delete;
  ~MemoryPool() {
    for (const int device : devices_) cuda::allocator().release_pool(device, id_);
  }

  cuda::PoolId id() const { return id_; }
  int use_count() const { return 1 + uses_; }
  // What a thread does before it allocates from the pool, and after.
  void begin_use(int device) {
    if (!devices_.contains(device)) {
      cuda::allocator().retain_pool(device, id_);
      devices_.insert(device);
    }
    ++uses_;
  }
  void end_use() { --uses_; }

 private:
  cuda::PoolId id_;
  std::set<int> devices_;
  int uses_ = 0;
};

nb::tuple pool_tuple(cuda::PoolId id) { return nb::make_tuple(id.owner, id.number); }

void bind_pools(nb::module_& m) {
  nb::class_<MemoryPool>(m, "CudaMemPool")
      .def("__init__",
           [](MemoryPool* self) {
             cuda::ensure_available();
             new (self) MemoryPool();
           })
      .def_prop_ro("id", [](const MemoryPool& pool) { return pool_tuple(pool.id()); })
      .def("use_count", [](const MemoryPool& pool) { return pool.use_count(); })
      .def("begin_use", [](MemoryPool& pool, nb::handle device) { pool.begin_use(usable_cuda_index(device)); })
      .def("end_use", [](MemoryPool& pool) { pool.end_use(); });
  m.def("cuda_set_thread_pool", [](nb::handle device, std::pair<uint64_t, uint64_t> pool) {
    return pool_tuple(cuda::set_thread_pool(usable_cuda_index(device), {pool.first, pool.second}));
  });
}

// A Python function that C++ may call on any thread and drop on any thread.
std::shared_ptr<PyObject> shared_callable(nb::handle function) {
  VT_CHECK(PyCallable_Check(function.ptr()), Type, "expected a function, got ", type_name_of(function.ptr()));
  Py_INCREF(function.ptr());
  return {function.ptr(), [](PyObject* o) {
            if (!Py_IsInitialized()) return;
            const WithGil gil;
            const Ref dropped = Ref::steal(o);
          }};
}

void bind_out_of_memory(nb::module_& m) {
  m.def("cuda_add_out_of_memory_callback", [](nb::handle function, bool before_error) {
    const std::shared_ptr<PyObject> callable = shared_callable(function);
    return cuda::add_out_of_memory_callback(
        [callable](const cuda::OutOfMemoryEvent& event) {
          const WithGil gil;
          const Ref result = Ref::steal_or_null(outlive_exit([&] {
            return PyObject_CallFunction(callable.get(), "innn", event.device, static_cast<Py_ssize_t>(event.requested),
                                         static_cast<Py_ssize_t>(event.allocated), static_cast<Py_ssize_t>(event.free));
          }));
          if (!result) throw PythonException();
        },
        before_error);
  });
  m.def("cuda_remove_out_of_memory_callback", [](int number) { cuda::remove_out_of_memory_callback(number); });
}

void bind_stacks(nb::module_& m) {
  m.def("python_stack", [] { return capture_stack(); });
  m.def("python_stack_frames", [](uint64_t stack) { return nb::steal(stack_frames(stack)); });
  m.def("describe_python_stack", [](uint64_t stack) { return describe_stack(stack); });
  m.def("python_stack_kind", [] {
    constexpr const char* kNames[] = {"none", "short", "full"};
    return kNames[static_cast<int>(stack_kind())];
  });
  m.def(
      "set_python_stack_kind",
      [](const std::string& kind, bool frees) {
        VT_CHECK(kind == "none" || kind == "short" || kind == "full", Value,
                 "a kind of stack is \"none\", \"short\" or \"full\", got \"", kind, "\"");
        set_stack_kind(kind == "none" ? StackKind::None : kind == "short" ? StackKind::Short : StackKind::Full);
        cuda::set_stack_source(&capture_stack, frees, &describe_stack);
      },
      nb::arg("kind"), nb::arg("frees") = false);
  m.def("use_python_frame_objects", [](bool on) { use_frame_objects(on); });  // for tests
  m.def("python_stack_table", [] {
    const StackTableSize size = stack_table_size();
    nb::dict d;
    d["stacks"] = size.stacks;
    d["frames"] = size.frames;
    d["codes"] = size.codes;
    d["refused"] = size.refused;
    return d;
  });
  m.def("cuda_configure_history", [](bool enabled, size_t entries, uint32_t skipped) {
    cuda::ensure_available();
    cuda::allocator().configure_history({.enabled = enabled, .entries = entries, .skipped = skipped});
    cuda::allocator().clear_history();
  });
  m.attr("cuda_default_history_entries") = cuda::HistoryOptions().entries;
}

}  // namespace

void bind_cuda_memory(nb::module_& m) {
  init_stacks();
  cuda::set_stack_source(&capture_stack, false, &describe_stack);
  bind_counters(m);
  bind_host_counters(m);
  bind_pluggable(m);
  bind_limits(m);
  bind_raw_memory(m);
  bind_pools(m);
  bind_out_of_memory(m);
  bind_stacks(m);
  bind_cuda_snapshot(m);
}

}  // namespace vt::python
