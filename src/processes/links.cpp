#include "processes/links.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/error.h"

namespace vt::processes {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

// A wait for a channel spins first, then gives its core to others again and again, then sleeps between looks: who comes
// late has a reason that may need the core.
constexpr int kSpins = 200;
constexpr auto kYields = milliseconds(1);
constexpr auto kSleep = microseconds(100);

struct Differs {
  int peer;
  std::string came;
};

[[noreturn]] void gone(int peer) { throw Gone{peer, errno ? std::strerror(errno) : "it closed the connection"}; }

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

size_t Link::send(const std::byte* data, size_t count, bool more) {
  if (out) return out->write(data, count);
  const ssize_t went = ::send(socket, data, count, MSG_NOSIGNAL | (more ? MSG_MORE : 0));
  if (went < 0 && !would_block()) gone(peer);
  return went > 0 ? static_cast<size_t>(went) : 0;
}

size_t Link::receive(std::byte* data, size_t count) {
  if (in) return in->read(data, count);
  errno = 0;
  const ssize_t came = ::recv(socket, data, count, 0);
  if (came == 0 || (came < 0 && !would_block())) gone(peer);
  return came > 0 ? static_cast<size_t>(came) : 0;
}

Links::~Links() {
  for (const auto& [peer, link] : links_) close(link.socket);
}

void Links::add(int peer, int socket, std::optional<Channel> in, std::optional<Channel> out) {
  VT_CHECK(!links_.contains(peer), Value, "there is a link to process ", peer, " already");
  VT_CHECK(fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK) == 0, Os, "socket ", socket, ": ",
           std::strerror(errno));
  links_[peer] = Link{peer, socket, in, out};
}

Link* Links::find(int peer) {
  const auto at = links_.find(peer);
  return at == links_.end() ? nullptr : &at->second;
}

void Links::end() noexcept {
  for (const auto& [peer, link] : links_) shutdown(link.socket, SHUT_RDWR);
}

Exchange::Exchange(Links& links, const std::vector<Message>& sends, const std::vector<Message>& receives,
                   const std::string& greeting) {
  open_.reserve(sends.size() + receives.size());
  for (const Message& message : sends) add(links, message, true, greeting);
  for (const Message& message : receives) add(links, message, false, greeting);
}

void Exchange::add(Links& links, const Message& message, bool sends, const std::string& greeting) {
  std::string head = greeting;
  if (!greeting.empty()) {
    const uint64_t bytes = message.bytes;
    head.append(reinterpret_cast<const char*>(&bytes), sizeof bytes);
  }
  Link* link = links.find(message.peer);
  VT_CHECK(link, Value, "there is no link to process ", message.peer);
  if (head.empty() && message.bytes == 0) return;
  open_.push_back({link, sends, head, sends ? std::string() : head, message});
}

bool Exchange::advance(Transfer& t) {
  const size_t before = t.at;
  while (!t.done()) {
    const bool in_head = t.at < t.head.size();
    std::byte* data =
        in_head ? reinterpret_cast<std::byte*>(t.head.data()) + t.at : t.message.data + (t.at - t.head.size());
    const size_t count = in_head ? t.head.size() - t.at : t.head.size() + t.message.bytes - t.at;
    const size_t moved = t.sends ? t.link->send(data, count, in_head && t.message.bytes) : t.link->receive(data, count);
    if (moved == 0) break;
    t.at += moved;
    if (!t.sends && in_head && t.at == t.head.size() && t.head != t.expected) throw Differs{t.link->peer, t.head};
  }
  return t.at != before;
}

bool Exchange::advance() {
  bool moved = false;
  for (Transfer& t : open_) moved |= advance(t);
  std::erase_if(open_, [](const Transfer& t) { return t.done(); });
  return moved;
}

// Returns when something may have changed: a socket is ready, or it is time to look at the channels again.
void Exchange::wait(Time since, Time end) {
  const bool channels =
      std::ranges::any_of(open_, [](const Transfer& t) { return t.sends ? !!t.link->out : !!t.link->in; });
  const auto now = Clock::now();
  if (channels && now - since < kYields) {
    sched_yield();
    return;
  }
  std::vector<pollfd> sockets;
  for (const Transfer& t : open_) {
    const bool to_channel = t.sends ? t.link->out.has_value() : t.link->in.has_value();
    // nothing is sent beside a channel: what makes its socket readable is the end
    sockets.push_back({t.link->socket, static_cast<short>(t.sends && !to_channel ? POLLOUT : POLLIN), 0});
  }
  const auto left = std::max<std::chrono::nanoseconds>(end - now, std::chrono::nanoseconds(0));
  const auto slept = channels ? std::min<std::chrono::nanoseconds>(left, kSleep) : left;
  const timespec limit{slept.count() / 1'000'000'000, slept.count() % 1'000'000'000};
  if (ppoll(sockets.data(), sockets.size(), &limit, nullptr) <= 0 || !channels) return;
  for (size_t i = 0; i < sockets.size(); ++i) {
    const Link& link = *open_[i].link;
    if (!(open_[i].sends ? link.out.has_value() : link.in.has_value()) || !sockets[i].revents) continue;
    char byte;
    errno = 0;
    if (::recv(link.socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0 || would_block()) continue;
    const int reason = errno;
    if (advance()) return;  // what it wrote before it ended
    errno = reason;
    gone(link.peer);
  }
}

Outcome Exchange::run(Time end) {
  try {
    int spins = 0;
    Time since = Clock::now();
    while (!open_.empty()) {
      if (advance()) {
        spins = 0;
      } else if (++spins < kSpins) {
        __builtin_ia32_pause();
      } else {
        const auto now = Clock::now();
        if (spins == kSpins) since = now;
        if (now >= end) {
          Outcome outcome{Outcome::kWaiting, {}, {}};
          const bool receives = std::ranges::any_of(open_, [](const Transfer& t) { return !t.sends; });
          for (const Transfer& t : open_) {
            if (t.sends != receives) outcome.peers.push_back(t.link->peer);
          }
          std::ranges::sort(outcome.peers);
          return outcome;
        }
        wait(since, end);
      }
    }
    return {};
  } catch (const Gone& other) {
    return {Outcome::kGone, {other.peer}, other.why};
  } catch (const Differs& other) {
    return {Outcome::kDiffers, {other.peer}, other.came};
  }
}

}  // namespace vt::processes
