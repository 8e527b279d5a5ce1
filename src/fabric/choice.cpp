#include "fabric/choice.h"

#include <algorithm>
#include <bit>
#include <cctype>
#include <chrono>
#include <fstream>
#include <map>
#include <mutex>
#include <sstream>
#include <tuple>

#include "core/determinism.h"
#include "cuda/capture.h"
#include "cuda/device.h"
#include "cuda/device_api.h"
#include "cuda/gemm.h"
#include "cuda/stream.h"
#include "fabric/nccl.h"
#include "fabric/peer_reduce.h"

namespace vt::fabric {
namespace {

constexpr int64_t kLeastMeasured = 16 << 10, kLeastOfNccl = 256 << 10;
constexpr int kWays = 3;  // Copies is none to measure

using Key = std::tuple<int, std::string, int>;  // members, dtype, log2 of the bytes
struct Table {
  std::mutex mutex;
  bool is_read = false;
  std::map<Key, MeasuredWay> ways;
};
Table& table() {
  static auto* instance = new Table;
  return *instance;
}

int64_t bytes_of(const Tensor& t) { return t.numel() * static_cast<int64_t>(t.element_size()); }
int log2_of(int64_t bytes) { return std::bit_width(static_cast<uint64_t>(std::max<int64_t>(bytes - 1, 1))); }

std::string file_of(int device) {
  const std::string folder = cuda::gemm_choices_folder();
  if (folder.empty()) return {};
  std::string name = vt::detail::concat("all-reduce-1-", cuda::device_properties(device).name, "-", nccl_version(), "-",
                                        cuda::driver_version(), ".txt");
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '.' && c != '-') c = '_';
  }
  return folder + "/" + name;
}

// A line: members, dtype, log2 of the bytes, the fastest way, microseconds of each, "end".
void read(Table& t, int device) {
  if (t.is_read) return;
  t.is_read = true;
  std::ifstream file(file_of(device));
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    int members = 0, log2 = 0, way = 0;
    std::string dtype, end;
    MeasuredWay m{};
    words >> members >> dtype >> log2 >> way >> m.microseconds[0] >> m.microseconds[1] >> m.microseconds[2] >> end;
    if (end != "end" || way < 0 || way >= kWays || log2 < 0 || log2 > 62) continue;
    m.members = members;
    m.dtype = dtype;
    m.bytes = int64_t{1} << log2;
    m.fastest = static_cast<Way>(way);
    t.ways.insert_or_assign({members, dtype, log2}, m);
  }
}

void write(const MeasuredWay& m, int log2, int device) {
  const std::string path = file_of(device);
  if (path.empty()) return;
  std::ofstream file(path, std::ios::app);  // one short write, which other processes see whole
  file << vt::detail::concat(m.members, " ", m.dtype, " ", log2, " ", static_cast<int>(m.fastest), " ",
                             m.microseconds[0], " ", m.microseconds[1], " ", m.microseconds[2], " end\n");
}

double timed(Way way, TensorSpan scratch, Reduce reduce) {
  const auto wait = [&] {
    for (const Tensor& t : scratch) cuda::synchronize_stream(cuda::current_stream(t.device().index));
  };
  const int calls = bytes_of(scratch[0]) <= (4 << 20) ? 20 : 4;
  double best = -1;
  for (int batch = 0; batch < 4; ++batch) {  // the first warms up
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < calls; ++i) reduce_in_way(way, scratch, scratch, reduce, 0);
    wait();
    const std::chrono::duration<double, std::micro> passed = std::chrono::steady_clock::now() - start;
    if (batch > 0 && (best < 0 || passed.count() / calls < best)) best = passed.count() / calls;
  }
  return best;
}

MeasuredWay measure(TensorSpan parts, Reduce reduce, bool has_peers, bool has_nccl) {
  MeasuredWay m{static_cast<int>(parts.size()), vt::detail::concat(parts[0].dtype()), 0, Way::Nccl, {-1, -1, -1}};
  const int64_t bytes = bytes_of(parts[0]);
  std::vector<Tensor> scratch;
  for (const Tensor& t : parts) scratch.push_back(empty_like(t));
  const auto try_way = [&](Way way) { m.microseconds[static_cast<int>(way)] = timed(way, scratch, reduce); };
  if (has_peers && bytes <= kMostLineBytes) try_way(Way::Lines);
  if (has_peers) try_way(Way::Shares);
  if (has_nccl && bytes >= kLeastOfNccl) try_way(Way::Nccl);
  double least = -1;
  for (int w = 0; w < kWays; ++w) {
    if (m.microseconds[w] < 0 || (least >= 0 && m.microseconds[w] >= least)) continue;
    least = m.microseconds[w];
    m.fastest = static_cast<Way>(w);
  }
  return m;
}

}  // namespace

Way way_of(TensorSpan parts, Reduce reduce) {
  const bool has_peers = can_reduce_over_peers(parts, reduce);
  const int64_t bytes = bytes_of(parts[0]);
  const Way usual = usual_way(bytes) == PeerWay::Lines ? Way::Lines : Way::Shares;
  const bool is_fixed = bytes <= kLeastMeasured || cuda::is_capturing() || is_deterministic();
  if (has_peers && is_fixed) return usual;
  if (is_fixed && cuda::is_capturing()) return Way::Copies;
  const bool has_nccl = bytes > 0 && can_reduce_by_nccl(parts, reduce);
  if (!has_peers) return has_nccl ? Way::Nccl : Way::Copies;
  Table& t = table();
  const std::lock_guard lock(t.mutex);
  const int device = parts[0].device().index;
  read(t, device);
  const int log2 = log2_of(bytes);
  const Key key{static_cast<int>(parts.size()), vt::detail::concat(parts[0].dtype()), log2};
  auto known = t.ways.find(key);
  if (known == t.ways.end()) {
    MeasuredWay m;
    try {
      m = measure(parts, reduce, has_peers, has_nccl);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::OutOfMemory) throw;
      return usual;  // measured another time
    }
    m.bytes = int64_t{1} << log2;
    write(m, log2, device);
    known = t.ways.emplace(key, m).first;
  }
  const Way fastest = known->second.fastest;
  if (fastest == Way::Nccl && !has_nccl) return usual;
  return fastest == Way::Lines && bytes > kMostLineBytes ? Way::Shares : fastest;
}

void reduce_in_way(Way way, TensorSpan parts, TensorSpan outputs, Reduce reduce, uint64_t number) {
  if (way == Way::Nccl) return reduce_by_nccl(parts, outputs, reduce);
  VT_ASSERT(way != Way::Copies, "reduce_in_way by copies");
  reduce_over_peers(parts, outputs, reduce, way == Way::Lines ? PeerWay::Lines : PeerWay::Shares, number);
}

std::vector<MeasuredWay> measured_ways() {
  Table& t = table();
  const std::lock_guard lock(t.mutex);
  std::vector<MeasuredWay> all;
  for (const auto& [key, way] : t.ways) all.push_back(way);
  return all;
}

}  // namespace vt::fabric
