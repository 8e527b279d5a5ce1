// Bytes between two threads that stand for processes: over sockets, over channels, and what goes wrong.
#include "processes/links.h"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <thread>

#include "core/error.h"

using namespace vt;
using namespace vt::processes;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

constexpr size_t kRing = 1000;  // smaller than most messages, and no power of two

struct alignas(64) Memory {
  std::byte bytes[Channel::kHead + kRing]{};
};

// Two ends of one link.
struct Pair {
  Memory there, back;
  Links first, second;
  explicit Pair(bool channels) {
    int ends[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    const auto channel = [&](Memory& m) {
      return channels ? std::optional(Channel(m.bytes, sizeof m.bytes)) : std::nullopt;
    };
    first.add(1, ends[0], channel(back), channel(there));
    second.add(0, ends[1], channel(there), channel(back));
  }
};

std::string bytes_of(size_t count, int seed) {
  std::string out(count, '\0');
  for (size_t i = 0; i < count; ++i) out[i] = static_cast<char>((i * 131 + seed) >> 3);
  return out;
}

Message message(int peer, std::string& text) { return {peer, reinterpret_cast<std::byte*>(text.data()), text.size()}; }

Outcome run(Links& links, std::vector<Message> sends, std::vector<Message> receives, const std::string& greeting = "",
            Clock::duration limit = 20s) {
  return Exchange(links, sends, receives, greeting).run(Clock::now() + limit);
}

}  // namespace

TEST_CASE("both sides send and receive at once, whatever fits") {
  for (const bool channels : {false, true}) {
    Pair pair(channels);
    for (const size_t count : {0, 1, 7, 999, 1000, 1001, 5'000'000}) {
      std::string there = bytes_of(count, 1), back = bytes_of(2 * count, 2);
      std::string came_there(count, 'x'), came_back(2 * count, 'x');
      std::thread other(
          [&] { CHECK(run(pair.second, {message(0, back)}, {message(0, came_there)}).kind == Outcome::kDone); });
      CHECK(run(pair.first, {message(1, there)}, {message(1, came_back)}).kind == Outcome::kDone);
      other.join();
      CHECK(came_there == there);
      CHECK(came_back == back);
    }
  }
}

TEST_CASE("another greeting, or another size, is told with what came") {
  for (const bool channels : {false, true}) {
    for (const bool size : {false, true}) {
      Pair pair(channels);
      std::string sent = "abc", other = size ? "abcd" : "abc";
      CHECK(run(pair.first, {message(1, sent)}, {}, "greet").kind == Outcome::kDone);
      const Outcome outcome = run(pair.second, {}, {message(0, other)}, size ? "greet" : "other");
      CHECK(outcome.kind == Outcome::kDiffers);
      CHECK(outcome.peers == std::vector{0});
      CHECK(outcome.text.substr(0, 5) == "greet");
      CHECK(outcome.text[5] == 3);
    }
  }
}

TEST_CASE("who does not come is named when the time is over, and the exchange can go on") {
  for (const bool channels : {false, true}) {
    Pair pair(channels);
    std::string sent = "abc", came(3, 'x');
    Exchange waiting(pair.second, {}, {message(0, came)}, "");
    const Outcome outcome = waiting.run(Clock::now() + 20ms);
    CHECK(outcome.kind == Outcome::kWaiting);
    CHECK(outcome.peers == std::vector{0});
    CHECK(run(pair.first, {message(1, sent)}, {}).kind == Outcome::kDone);
    CHECK(waiting.run(Clock::now() + 20s).kind == Outcome::kDone);
    CHECK(came == sent);
  }
}

TEST_CASE("what was written before an end is read, then the end is told") {
  for (const bool channels : {false, true}) {
    Pair pair(channels);
    std::string sent = "abc", came(3, 'x'), more(1, 'x');
    CHECK(run(pair.first, {message(1, sent)}, {}).kind == Outcome::kDone);
    pair.first.end();
    CHECK(run(pair.second, {}, {message(0, came)}).kind == Outcome::kDone);
    CHECK(came == sent);
    const Outcome outcome = run(pair.second, {}, {message(0, more)});
    CHECK(outcome.kind == Outcome::kGone);
    CHECK(outcome.peers == std::vector{0});
  }
}

TEST_CASE("an end wakes those that wait, also to send") {
  for (const bool channels : {false, true}) {
    Pair pair(channels);
    std::string large = bytes_of(50'000'000, 3);
    std::thread other([&] {
      std::this_thread::sleep_for(30ms);
      pair.second.end();
    });
    CHECK(run(pair.first, {message(1, large)}, {}).kind == Outcome::kGone);
    other.join();
  }
}

TEST_CASE("memory that holds no channel, and processes without a link") {
  Memory memory;
  CHECK_THROWS_AS(Channel(memory.bytes, Channel::kHead), Error);
  CHECK_THROWS_AS(Channel(memory.bytes + 8, sizeof memory.bytes - 8), Error);
  Pair pair(false);
  std::string text = "a";
  CHECK_THROWS_AS(run(pair.first, {message(5, text)}, {}), Error);
}
