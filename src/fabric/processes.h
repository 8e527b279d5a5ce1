// Collectives of a mesh whose members are processes: each brings its own part, and gets its own.
//
// Bytes travel through whoever has the connections: a function that is given once (torch.distributed's process groups
// give it). All processes along the dim of the mesh call the same one with parts of the same whole.
#pragma once

#include "core/fabric.h"

namespace vt::fabric::processes {

enum class Meeting : uint8_t { AllReduce, ReduceScatter, AllGather, AllToAll, Broadcast };
inline constexpr std::string_view kMeetingNames[] = {"all_reduce", "reduce_scatter", "all_gather", "all_to_all",
                                                     "broadcast"};

// Sends `ins` to the processes that differ from this one along `dim` alone, and fills `outs` with what comes; both are
// contiguous, and of lists the i-th is for, or from, the i-th process. `detail`: a Reduce, or who broadcasts.
using Meet = void (*)(const Mesh& mesh, int dim, Meeting meeting, TensorSpan ins, TensorSpan outs, int detail);
VT_API void set_meet(Meet meet) noexcept;

using Bounds = std::span<const int64_t>;

Tensor all_reduce(const Mesh& mesh, int mesh_dim, const Tensor& part, Reduce reduce);
// This process's piece along `dim` of the reduction.
Tensor reduce_scatter(const Mesh& mesh, int mesh_dim, const Tensor& part, Reduce reduce, int dim, Bounds bounds);
// All parts, one after the other along `dim`.
Tensor all_gather(const Mesh& mesh, int mesh_dim, const Tensor& part, int dim, Bounds bounds);
// This process's piece along `split` of every part, one after the other along `join`.
Tensor all_to_all(const Mesh& mesh, int mesh_dim, const Tensor& part, int split, Bounds pieces, int join, Bounds parts);
// Writes the part of the process at coordinate `root` over that of all.
void broadcast(const Mesh& mesh, int mesh_dim, const Tensor& part, int root);

}  // namespace vt::fabric::processes
