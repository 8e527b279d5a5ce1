#include "core/generator.h"

#include <array>
#include <cstring>
#include <random>
#include <utility>

#include "core/device_backend.h"
#include "core/error.h"

namespace vt {

namespace {

thread_local AdoptGenerator thread_adopt = nullptr;

// The bytes of PyTorch's CPU generator state. Fields that no generator reads are zero.
struct CpuState {
  uint64_t seed;
  int32_t left;
  int32_t seeded;
  uint64_t next;
  uint64_t words[Mt19937::kWords];
  double normal_x;
  double normal;
  double normal_rho;
  int32_t has_normal;
  int32_t padding;
  float float_normal;
  uint8_t has_float_normal;
  uint8_t tail[3];
};
static_assert(sizeof(CpuState) == 5056);

struct CudaState {
  uint64_t seed;
  uint64_t offset;
};
static_assert(sizeof(CudaState) == 16);

template <class T>
std::vector<uint8_t> to_bytes(const T& value) {
  std::vector<uint8_t> bytes(sizeof(T));
  std::memcpy(bytes.data(), &value, sizeof(T));
  return bytes;
}

template <class T>
T from_bytes(std::span<const uint8_t> bytes) {
  VT_CHECK(bytes.size() == sizeof(T), Runtime, "expected a generator state of ", sizeof(T), " bytes, got ",
           bytes.size());
  T value;
  std::memcpy(&value, bytes.data(), sizeof(T));
  return value;
}

constexpr int kMaxCudaDevices = 64;

struct DefaultCudaGenerators {
  std::mutex mutex;
  std::array<intrusive_ptr<Generator>, kMaxCudaDevices> made;
  std::optional<uint64_t> seed;
};

DefaultCudaGenerators& cuda_defaults() {
  // Never destroyed: a tensor that dies at exit may still reach it.
  static auto* defaults = new DefaultCudaGenerators;
  return *defaults;
}

}  // namespace

uint64_t nondeterministic_seed() {
  std::random_device entropy;
  return (static_cast<uint64_t>(entropy()) << 32 | entropy()) & 0x1fffffffffffffull;
}

uint64_t Generator::seed() {
  const uint64_t seed = nondeterministic_seed();
  manual_seed(seed);
  return seed;
}

void CpuGenerator::manual_seed(uint64_t seed) {
  engine_ = Mt19937(seed);
  cached_normal_.reset();
  cached_float_normal_.reset();
}

std::vector<uint8_t> CpuGenerator::state() const {
  const Mt19937::Data data = engine_.data();
  CpuState state{};
  state.seed = data.seed;
  state.left = data.left;
  state.seeded = 1;
  state.next = data.next;
  for (int i = 0; i < Mt19937::kWords; ++i) state.words[i] = data.words[i];
  state.has_normal = cached_normal_.has_value();
  state.normal = cached_normal_.value_or(0.0);
  state.has_float_normal = cached_float_normal_.has_value();
  state.float_normal = cached_float_normal_.value_or(0.0f);
  return to_bytes(state);
}

void CpuGenerator::set_state(std::span<const uint8_t> bytes) {
  const auto state = from_bytes<CpuState>(bytes);
  Mt19937::Data data{state.seed, state.left, static_cast<uint32_t>(state.next), {}};
  for (int i = 0; i < Mt19937::kWords; ++i) data.words[i] = static_cast<uint32_t>(state.words[i]);
  VT_CHECK(state.seeded != 0 && state.next <= Mt19937::kWords && engine_.set_data(data), Runtime,
           "expected a valid Mersenne Twister state, got left ", state.left, ", next ", state.next);
  cached_normal_ = state.has_normal ? std::optional(state.normal) : std::nullopt;
  cached_float_normal_ = state.has_float_normal ? std::optional(state.float_normal) : std::nullopt;
}

uint64_t CpuGenerator::offset() const { VT_THROW(Runtime, "a CPU generator has no offset"); }
void CpuGenerator::set_offset(uint64_t) { VT_THROW(Runtime, "a CPU generator has no offset"); }

intrusive_ptr<Generator> CpuGenerator::clone() const {
  auto copy = make_intrusive<CpuGenerator>();
  copy->engine_ = engine_;
  copy->cached_normal_ = cached_normal_;
  copy->cached_float_normal_ = cached_float_normal_;
  return copy;
}

CudaGenerator::CudaGenerator(int device_index, uint64_t seed)
    : Generator(Device{DeviceType::CUDA, static_cast<int8_t>(device_index)}), seed_(seed) {}

void CudaGenerator::check_settable() const {
  VT_CHECK(!capturing(), Runtime, "the generator of a device cannot be set while a graph is captured on it");
}

void CudaGenerator::manual_seed(uint64_t seed) {
  check_settable();
  seed_ = seed;
  offset_ = 0;
}

std::vector<uint8_t> CudaGenerator::state() const {
  VT_CHECK(!capturing(), Runtime, "the generator of a device has no state while a graph is captured on it");
  return to_bytes(CudaState{seed_, offset_});
}

void CudaGenerator::set_state(std::span<const uint8_t> bytes) {
  check_settable();
  // States of 8 bytes, a seed alone, are valid too.
  if (bytes.size() == sizeof(uint64_t)) {
    manual_seed(from_bytes<uint64_t>(bytes));
    return;
  }
  const auto state = from_bytes<CudaState>(bytes);
  VT_CHECK(state.offset % 4 == 0, Runtime, "expected an offset that is a multiple of 4, got ", state.offset);
  seed_ = state.seed;
  offset_ = state.offset;
}

void CudaGenerator::set_offset(uint64_t offset) {
  check_settable();
  VT_CHECK(offset % 4 == 0, Runtime, "expected an offset that is a multiple of 4, got ", offset);
  offset_ = offset;
}

intrusive_ptr<Generator> CudaGenerator::clone() const {
  VT_CHECK(!capturing(), Runtime, "a generator cannot be copied while a graph is captured on its device");
  auto copy = make_intrusive<CudaGenerator>(device().index, seed_);
  copy->offset_ = offset_;
  return copy;
}

AdoptGenerator set_adopt_generator(AdoptGenerator adopt) noexcept { return std::exchange(thread_adopt, adopt); }

PhiloxPosition CudaGenerator::take(uint64_t increment) {
  if (VT_UNLIKELY(thread_adopt != nullptr && !capturing())) thread_adopt(*this);
  uint64_t& counter = capturing() ? captured_ : offset_;
  const PhiloxPosition position{seed_, counter, device_seed_, device_offset_};
  counter += (increment + 3) / 4 * 4;
  return position;
}

void CudaGenerator::begin_capture(const uint64_t* seed, const uint64_t* offset) {
  VT_CHECK(!capturing(), Runtime, "a graph is already being captured with this generator");
  device_seed_ = seed;
  device_offset_ = offset;
  captured_ = 0;
}

uint64_t CudaGenerator::end_capture() {
  VT_CHECK(capturing(), Runtime, "no graph is being captured with this generator");
  device_seed_ = nullptr;
  device_offset_ = nullptr;
  return captured_;
}

const intrusive_ptr<Generator>& default_cpu_generator() {
  static const auto* generator = new intrusive_ptr<Generator>(make_intrusive<CpuGenerator>(nondeterministic_seed()));
  return *generator;
}

const intrusive_ptr<Generator>& default_cuda_generator(int index) {
  VT_CHECK(index >= 0 && index < kMaxCudaDevices, Runtime, "expected a CUDA device index in [0, ", kMaxCudaDevices,
           "), got ", index);
  auto& defaults = cuda_defaults();
  std::lock_guard lock(defaults.mutex);
  auto& generator = defaults.made[index];
  if (!generator) generator = make_intrusive<CudaGenerator>(index, defaults.seed.value_or(nondeterministic_seed()));
  return generator;
}

void seed_default_cuda_generators(uint64_t seed) {
  auto& defaults = cuda_defaults();
  std::lock_guard lock(defaults.mutex);
  for (auto& generator : defaults.made) {
    if (!generator) continue;
    std::lock_guard generator_lock(generator->mutex());
    generator->manual_seed(seed);
  }
  defaults.seed = seed;
}

intrusive_ptr<Generator> make_generator(Device device) {
  if (device.is_cpu()) return make_intrusive<CpuGenerator>();
  return make_intrusive<CudaGenerator>(resolve_device(device).index);
}

CpuGenerator& cpu_generator_or_default(Generator* generator) {
  Generator& chosen = generator ? *generator : *default_cpu_generator();
  VT_CHECK(chosen.device().is_cpu(), Runtime, "expected a generator of device cpu, got one of ", chosen.device());
  return static_cast<CpuGenerator&>(chosen);
}

CudaGenerator& cuda_generator_or_default(Generator* generator, int device_index) {
  Generator& chosen = generator ? *generator : *default_cuda_generator(device_index);
  const Device expected{DeviceType::CUDA, static_cast<int8_t>(device_index)};
  VT_CHECK(chosen.device() == expected, Runtime, "expected a generator of device ", expected, ", got one of ",
           chosen.device());
  return static_cast<CudaGenerator&>(chosen);
}

}  // namespace vt
