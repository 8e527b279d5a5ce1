#include "fabric/flight.h"

#include <array>
#include <atomic>
#include <mutex>

#include "core/error.h"
#include "cuda/capture.h"
#include "cuda/failure_words.h"

namespace vt::fabric {
namespace {

constexpr size_t kKept = 1024;

struct Log {
  std::mutex mutex;
  std::array<Flight, kKept> latest;
  uint64_t count = 0;
};
Log& log() {
  static auto* instance = new Log;
  return *instance;
}

std::atomic<uint64_t> patience{60'000'000'000ull};
const bool gives_words = [] {
  cuda::set_failure_words(words_of_missing);
  return true;
}();

std::string names_of(const std::vector<Device>& devices) {
  std::string text;
  for (size_t i = 0; i < devices.size(); ++i) {
    text += vt::detail::concat(i == 0 ? "" : i + 1 == devices.size() ? " and " : ", ", devices[i]);
  }
  return text;
}

}  // namespace

uint64_t note_flight(const char* op, const char* reduce, const char* way, TensorSpan parts) {
  std::string place = cuda::place_suffix();
  if (!place.empty()) place = place.substr(5, place.size() - 6);  // without " (at " and ")"
  Log& all = log();
  const std::lock_guard lock(all.mutex);
  const uint64_t number = ++all.count;
  Flight& flight = all.latest[number % kKept];
  flight.number = number;
  flight.op = op;
  flight.reduce = reduce;
  flight.way = way;
  flight.dtype = parts[0].dtype();
  flight.sizes = DimVec(parts[0].sizes());
  flight.devices.clear();
  for (const Tensor& t : parts) flight.devices.push_back(t.device());
  flight.place = std::move(place);
  return number;
}

std::vector<Flight> flights() {
  Log& all = log();
  const std::lock_guard lock(all.mutex);
  std::vector<Flight> found;
  for (uint64_t n = all.count > kKept ? all.count - kKept + 1 : 1; n <= all.count; ++n) {
    found.push_back(all.latest[n % kKept]);
  }
  return found;
}

void set_patience(double seconds) {
  VT_CHECK(seconds > 0 && seconds < 1e6, Value, "expected a deadline above 0 and below 10^6 seconds, got ", seconds);
  patience.store(static_cast<uint64_t>(seconds * 1e9));
}

uint64_t patience_nanoseconds() { return patience.load(std::memory_order_relaxed); }

std::string words_of_missing(int64_t note) {
  const auto number = static_cast<uint64_t>(note - 1) >> 8;
  const auto peer = static_cast<size_t>((note - 1) & 0xff);
  const double seconds = static_cast<double>(patience_nanoseconds()) / 1e9;
  Flight flight;
  {
    Log& all = log();
    const std::lock_guard lock(all.mutex);
    flight = all.latest[number % kKept];
  }
  if (flight.number != number || peer >= flight.devices.size()) {
    return vt::detail::concat("a collective: member ", peer, " did not join within ", seconds, " s (call ", number,
                              ")");
  }
  return vt::detail::concat(flight.op, ": ", flight.devices[peer], " did not join within ", seconds, " s (call ",
                            number, ": ", flight.dtype, " of ", flight.sizes, " on ", names_of(flight.devices),
                            flight.place.empty() ? "" : ", at ", flight.place, ")");
}

}  // namespace vt::fabric
