// Sources of random numbers. One class per device type; every op that draws takes the generator's mutex for the draw.
//
// The CPU generator gives PyTorch's streams and reads and writes its 5056-byte states. The CUDA generator hands out
// positions in Philox streams, 16-byte states of seed and offset; see Note [Philox positions].
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "core/device.h"
#include "core/intrusive_ptr.h"
#include "core/macros.h"
#include "core/mt19937.h"

namespace vt {

// The seed of a generator that nobody has seeded.
inline constexpr uint64_t kDefaultSeed = 67280421310721ull;

// Methods do not lock: the caller holds mutex() where others may use the generator.
class VT_API Generator : public RefCounted {
 public:
  Device device() const { return device_; }
  std::mutex& mutex() const { return mutex_; }

  // Starts the stream of `seed`; what was cached is forgotten.
  virtual void manual_seed(uint64_t seed) = 0;
  virtual uint64_t initial_seed() const = 0;
  // Seeds from the operating system's entropy; the seed.
  uint64_t seed();

  virtual std::vector<uint8_t> state() const = 0;
  // RuntimeError, and nothing changes, for bytes that are no state of this kind of generator.
  virtual void set_state(std::span<const uint8_t> bytes) = 0;

  // The position in the stream; RuntimeError on the CPU, whose engine has none.
  virtual uint64_t offset() const = 0;
  virtual void set_offset(uint64_t offset) = 0;

  // An independent generator in the same state.
  virtual intrusive_ptr<Generator> clone() const = 0;

 protected:
  explicit Generator(Device device) : device_(device) {}

 private:
  Device device_;
  mutable std::mutex mutex_;
};

class VT_API CpuGenerator final : public Generator {
 public:
  explicit CpuGenerator(uint64_t seed = kDefaultSeed) : Generator(kCPU), engine_(seed) {}

  void manual_seed(uint64_t seed) override;
  uint64_t initial_seed() const override { return engine_.seed(); }
  std::vector<uint8_t> state() const override;
  void set_state(std::span<const uint8_t> bytes) override;
  uint64_t offset() const override;
  void set_offset(uint64_t offset) override;
  intrusive_ptr<Generator> clone() const override;

  Mt19937& engine() { return engine_; }
  // The second value of the last Box-Muller pair, which the next scalar normal returns.
  std::optional<double>& cached_normal() { return cached_normal_; }

 private:
  Mt19937 engine_;
  std::optional<double> cached_normal_;
  std::optional<float> cached_float_normal_;  // never drawn from, carried for the states of other builds
};

// Where a kernel starts in the Philox stream. Passed to kernels by value.
//
// Note [Philox positions]
// A Philox block is a function of key (the seed) and a 128-bit counter. The high half of the counter is the offset / 4,
// the low half the index of a group of elements, so what an element gets depends on seed, offset and its place in the
// tensor, never on the launch grid. A launch that draws r blocks per group moves the offset on by 4 * r.
//
// A captured graph is replayed with other positions than it was captured with: under capture, seed and base offset are
// read from device memory that the graph's owner writes before each replay, and `offset` counts from the start of the
// graph.
struct PhiloxPosition {
  uint64_t seed = 0;
  uint64_t offset = 0;
  const uint64_t* device_seed = nullptr;  // both null outside capture
  const uint64_t* device_offset = nullptr;
};

class VT_API CudaGenerator final : public Generator {
 public:
  explicit CudaGenerator(int device_index, uint64_t seed = kDefaultSeed);

  void manual_seed(uint64_t seed) override;  // RuntimeError under capture, as the other setters
  uint64_t initial_seed() const override { return seed_; }
  std::vector<uint8_t> state() const override;
  void set_state(std::span<const uint8_t> bytes) override;
  uint64_t offset() const override { return offset_; }
  void set_offset(uint64_t offset) override;
  intrusive_ptr<Generator> clone() const override;

  // The next position, moving the offset on by `increment` rounded up to a multiple of 4.
  PhiloxPosition take(uint64_t increment);

  // Between these two, positions read *seed and *offset on the device. The end gives the graph's total increment, which
  // its owner passes to take() before each replay to learn what to write there.
  void begin_capture(const uint64_t* seed, const uint64_t* offset);
  uint64_t end_capture();
  bool capturing() const { return device_seed_ != nullptr; }

 private:
  void check_settable() const;

  uint64_t seed_;
  uint64_t offset_ = 0;
  const uint64_t* device_seed_ = nullptr;
  const uint64_t* device_offset_ = nullptr;
  uint64_t captured_ = 0;
};

// Called by take() on threads where it is set, for a generator that is not capturing: a capture makes the generators
// that its work draws from its own this way. The caller holds the generator's mutex.
using AdoptGenerator = void (*)(CudaGenerator& generator);
// Sets this thread's (null: none); returns the one before.
VT_API AdoptGenerator set_adopt_generator(AdoptGenerator adopt) noexcept;

// The process-wide generators. A CUDA one is made on first use, without touching the device; `index` is a real index.
VT_API const intrusive_ptr<Generator>& default_cpu_generator();
VT_API const intrusive_ptr<Generator>& default_cuda_generator(int index);
// Seeds the CUDA generators that exist and those that come.
VT_API void seed_default_cuda_generators(uint64_t seed);

// An unseeded generator; "cuda" without an index is the current device.
VT_API intrusive_ptr<Generator> make_generator(Device device);

// A seed from the operating system. At most 53 bits, so that it survives a trip through a double.
VT_API uint64_t nondeterministic_seed();

// The generator to draw from: the given one, or the device's default if it is null. RuntimeError if the given one
// belongs to another device; `device_index` is a real index.
VT_API CpuGenerator& cpu_generator_or_default(Generator* generator);
VT_API CudaGenerator& cuda_generator_or_default(Generator* generator, int device_index);

}  // namespace vt
