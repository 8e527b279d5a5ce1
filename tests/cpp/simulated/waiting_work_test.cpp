// Work that waits is given before anything that could tell, in the order of its calls, and forgotten with its result.
#include "cuda/waiting_work.h"

#include <doctest/doctest.h>

#include <thread>

#include "core/error.h"
#include "cuda/backend.h"
#include "cuda/event.h"
#include "simulated/graph_work.h"

using namespace vt;
using namespace vt::simulated;
using cuda::Stream;
using cuda::WaitingList;
using cuda::WaitingWork;

namespace {

// Copies `from` to `to`.
class WaitingCopy : public WaitingWork {
 public:
  WaitingCopy(Tensor to, Tensor from, Stream on = cuda::current_stream(0))
      : WaitingWork(on, to.storage()), to_(to.data()), from_(std::move(from)), bytes_(to.storage()->bytes()) {
    read = {from_.storage()};
  }
  void give() override { copy(); }

 protected:
  void copy() const { cuda::copy_on_device(to_, from_.data(), bytes_, stream, {written.get(), from_.storage().get()}); }

 private:
  void* to_;
  Tensor from_;
  size_t bytes_;
};

// Takes others of its kind along, up to `most` in all.
class WaitingCopies final : public WaitingCopy {
 public:
  WaitingCopies(Tensor to, Tensor from, size_t most, int& gives)
      : WaitingCopy(std::move(to), std::move(from)), most_(most), gives_(gives) {}
  bool takes_along(const WaitingWork& other) override {
    const auto* copies = dynamic_cast<const WaitingCopies*>(&other);
    if (copies == nullptr || along_.size() + 1 == most_) return false;
    along_.push_back(copies);
    return true;
  }
  void give() override {
    ++gives_;
    copy();
    for (const WaitingCopies* other : along_) other->copy();
  }

 private:
  size_t most_;
  int& gives_;
  std::vector<const WaitingCopies*> along_;
};

void let_copy_wait(const Tensor& to, const Tensor& from) { WaitingList().add(std::make_unique<WaitingCopy>(to, from)); }

bool waits(const Tensor& t) { return WaitingList().writing(*t.storage(), cuda::current_stream(0)) != nullptr; }

struct Buffers {
  Tensor a = bytes(4096), b = bytes(4096), c = bytes(4096);
  Buffers() {
    fill(a, 1);
    fill(b, 2);
    fill(c, 3);
  }
};

}  // namespace

TEST_CASE("work that touches its memory comes after it, other work does not make it hurry") {
  SimulatedMachine machine;
  Buffers m;
  let_copy_wait(m.b, m.a);
  fill(m.c, 7);
  CHECK(waits(m.b));
  SUBCASE("read of the result") { copy(m.c, m.b); }
  SUBCASE("write of what it reads") {
    fill(m.a, 9);
    copy(m.c, m.b);
  }
  SUBCASE("write of the result") {
    fill(m.b, 1);
    copy(m.c, m.b);
  }
  CHECK_FALSE(waits(m.b));
  CHECK(first_byte(m.c) == 1);
}

TEST_CASE("events, synchronisations, other streams and captures find it done") {
  SimulatedMachine machine;
  Buffers m;
  let_copy_wait(m.b, m.a);
  SUBCASE("event") {
    cuda::Event event;
    event.record(cuda::current_stream(0));
  }
  SUBCASE("device") { cuda::synchronize_device(0); }
  SUBCASE("stream") { cuda::synchronize_stream(cuda::current_stream(0)); }
  SUBCASE("query") { cuda::query_stream(cuda::current_stream(0)); }
  SUBCASE("other stream") {
    const cuda::StreamGuard other(cuda::pool_stream(0));
    fill(m.c, 5);
  }
  SUBCASE("capture") {
    cuda::Graph graph;
    capture(graph, [&] { fill(m.c, 5); });
    CHECK(graph.node_count() == 1);
  }
  SUBCASE("who knows an address") { cuda::show(*m.c.storage()); }
  SUBCASE("other memory for a storage") {
    m.c.storage()->replace(backend(DeviceType::CUDA).allocate(8192, kCuda), 8192);
  }
  SUBCASE("anybody") { cuda::give_waiting(); }
  CHECK_FALSE(waits(m.b));
  CHECK_FALSE(cuda::anything_waits());
  CHECK(first_byte(m.b) == 1);
}

TEST_CASE("work may wait on memory whose address others do not know") {
  SimulatedMachine machine;
  {
    const Tensor t = bytes(4096);
    CHECK(cuda::may_wait(*t.storage()));
    cuda::show(*t.storage());
    CHECK_FALSE(cuda::may_wait(*t.storage()));
    char theirs[16];
    CHECK_FALSE(cuda::may_wait(
        *from_memory({theirs, nullptr, nullptr}, 16, DType::uint8, DimVec{16}, DimVec{1}, kCuda, false).storage()));
  }
  CHECK(cuda::may_wait(*bytes(4096).storage()));  // the same memory, for somebody else
}

TEST_CASE("what waits for what waits is done in order") {
  SimulatedMachine machine;
  Buffers m;
  let_copy_wait(m.b, m.a);
  let_copy_wait(m.c, m.b);
  CHECK_FALSE(waits(m.b));
  CHECK(waits(m.c));
  fill(m.a, 9);
  CHECK(waits(m.c));
  CHECK(first_byte(m.c) == 1);
}

TEST_CASE("works that are given at the same time may be one") {
  SimulatedMachine machine;
  Buffers m;
  Tensor to[4];
  for (Tensor& t : to) t = bytes(4096);
  int gives = 0;
  const auto let_wait = [&](int i, const Tensor& from) {
    WaitingList().add(std::make_unique<WaitingCopies>(to[i], from, 2, gives));
  };
  let_wait(0, m.a);
  let_wait(1, m.b);
  let_copy_wait(to[2], m.a);
  let_wait(3, m.c);
  SUBCASE("all") {
    cuda::give_waiting();
    CHECK(gives == 2);  // of two, another kind, of one
    for (int i = 0; i < 4; ++i) CHECK(first_byte(to[i]) == (i == 1 ? 2 : i == 3 ? 3 : 1));
  }
  SUBCASE("of one that is needed the others stay") {
    copy(m.a, to[1]);
    CHECK(gives == 1);
    CHECK(waits(to[3]));
    CHECK(first_byte(m.a) == 2);
  }
  SUBCASE("a result that nobody holds is forgotten") {
    to[1] = Tensor();
    cuda::give_waiting();
    CHECK(gives == 1);
    CHECK(first_byte(to[3]) == 3);
  }
  cuda::give_waiting();
  CHECK_FALSE(cuda::anything_waits());
}

TEST_CASE("a result that nobody holds is not computed, and its memory goes") {
  SimulatedMachine machine;
  Buffers m;
  const int64_t before = StorageImpl::live_count();
  {
    const Tensor gone = bytes(4096);
    let_copy_wait(gone, m.a);
  }
  fill(m.c, 5);
  CHECK_FALSE(cuda::anything_waits());
  CHECK(StorageImpl::live_count() == before);
}

TEST_CASE("another thread's read comes after it") {
  SimulatedMachine machine;
  Buffers m;
  let_copy_wait(m.b, m.a);
  std::thread([&] { copy(m.c, m.b); }).join();
  CHECK_FALSE(cuda::anything_waits());
  CHECK(first_byte(m.c) == 1);
}

TEST_CASE("a capture records what its own calls had waiting, and forgets it where it fails") {
  SimulatedMachine machine;
  Buffers m;
  SUBCASE("recorded") {
    cuda::Graph graph;
    capture(graph, [&] { let_copy_wait(m.b, m.a); });
    CHECK(graph.node_count() == 1);
    CHECK(first_byte(m.b) == 2);
    graph.replay();
    CHECK(first_byte(m.b) == 1);
  }
  SUBCASE("forgotten") {
    cuda::Graph graph;
    CHECK_THROWS_AS(capture(graph,
                            [&] {
                              let_copy_wait(m.b, m.a);
                              cuda::synchronize_device(0);
                            }),
                    Error);
    graph.reset();
    CHECK_FALSE(cuda::anything_waits());
    CHECK(first_byte(m.b) == 2);
  }
}
