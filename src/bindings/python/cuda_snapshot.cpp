// Snapshots and history in the layout of torch.cuda.memory._snapshot, which PyTorch's page of the memory reads.
#include <nanobind/stl/pair.h>

#include <vector>

#include "bindings/python/cuda_argument.h"
#include "bindings/python/module.h"
#include "bindings/python/python_stack.h"
#include "cuda/allocator.h"

namespace nb = nanobind;

namespace vt::python {
namespace {

// Keys and values that occur in every entry, each one object: a pickle then holds it once.
struct Words {
  nb::str device{"device"}, address{"address"}, total_size{"total_size"}, allocated_size{"allocated_size"},
      active_size{"active_size"}, requested_size{"requested_size"}, stream{"stream"}, segment_type{"segment_type"},
      segment_pool_id{"segment_pool_id"}, is_expandable{"is_expandable"}, blocks{"blocks"}, size{"size"},
      state{"state"}, frames{"frames"}, action{"action"}, addr{"addr"}, device_free{"device_free"}, time_us{"time_us"},
      pool_id{"pool_id"}, tensor{"tensor"};
  nb::str small{"small"}, large{"large"};
  nb::str states[3] = {nb::str("active_allocated"), nb::str("active_pending_free"), nb::str("inactive")};
  nb::str actions[9] = {
      nb::str("alloc"),        nb::str("free_requested"), nb::str("free_completed"), nb::str("segment_alloc"),
      nb::str("segment_free"), nb::str("segment_map"),    nb::str("segment_unmap"),  nb::str("oom"),
      nb::str("snapshot")};
};

nb::object frames_list(uint64_t stack) { return nb::steal(stack_frames(stack)); }
int64_t handle_number(cuda::StreamHandle stream) { return static_cast<int64_t>(reinterpret_cast<uintptr_t>(stream)); }

nb::dict block_dict(const cuda::BlockInfo& block, const Words& w) {
  nb::dict d;
  d[w.address] = block.address;
  d[w.size] = block.size;
  d[w.requested_size] = block.requested_size;
  d[w.state] = w.states[static_cast<int>(block.state)];
  const bool is_free = block.state == cuda::BlockState::Inactive;
  d[w.frames] = is_free ? nb::object(nb::list()) : frames_list(block.frames);
  // ours: "float32[3, 4]", which PyTorch's page passes over
  if (!is_free && block.shape.ndim >= 0) d[w.tensor] = nb::str(to_string(block.shape).c_str());
  return d;
}

nb::dict segment_dict(const cuda::SegmentInfo& segment, const Words& w) {
  nb::dict d;
  d[w.device] = segment.device;
  d[w.address] = segment.address;
  d[w.total_size] = segment.total_size;
  d[w.allocated_size] = segment.allocated_size;
  d[w.active_size] = segment.active_size;
  d[w.requested_size] = segment.requested_size;
  d[w.stream] = handle_number(segment.stream);
  d[w.segment_type] = segment.is_small ? w.small : w.large;
  d[w.segment_pool_id] = nb::make_tuple(segment.pool.owner, segment.pool.number);
  d[w.is_expandable] = segment.is_expandable;
  d[w.frames] = nb::list();
  nb::list blocks;
  for (const cuda::BlockInfo& block : segment.blocks) blocks.append(block_dict(block, w));
  d[w.blocks] = blocks;
  return d;
}

nb::dict entry_dict(const cuda::HistoryEntry& entry, const Words& w) {
  nb::dict d;
  d[w.action] = w.actions[static_cast<int>(entry.action)];
  d[entry.action == cuda::HistoryAction::OutOfMemory ? w.device_free : w.addr] = entry.address;
  d[w.size] = entry.size;
  d[w.stream] = handle_number(entry.stream);
  d[w.time_us] = entry.time_us;
  d[w.frames] = frames_list(entry.frames);
  d[w.pool_id] = nb::make_tuple(entry.pool.owner, entry.pool.number);
  return d;
}

nb::list segments_list(nb::handle pool, const Words& w) {
  nb::list list;
  for (const cuda::SegmentInfo& segment : cuda::allocator().snapshot()) {
    if (!pool.is_none()) {
      const auto [owner, number] = nb::cast<std::pair<uint64_t, uint64_t>>(pool);
      if (segment.pool != cuda::PoolId{owner, number}) continue;
    }
    list.append(segment_dict(segment, w));
  }
  return list;
}

}  // namespace

void bind_cuda_snapshot(nb::module_& m) {
  m.def(
      "cuda_memory_segments",
      [](nb::handle pool) {
        cuda::ensure_available();
        return segments_list(pool, Words());
      },
      nb::arg("pool").none() = nb::none());
  m.def("cuda_memory_history", [] {
    cuda::ensure_available();
    const Words words;
    nb::list traces;
    for (int device = 0; device < cuda::device_count(); ++device) {
      nb::list trace;
      for (const cuda::HistoryEntry& entry : cuda::allocator().history(device)) trace.append(entry_dict(entry, words));
      traces.append(trace);
    }
    return traces;
  });
}

}  // namespace vt::python
