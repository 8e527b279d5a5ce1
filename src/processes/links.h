// Connections of this process to others, and the one way in which bytes travel over them.
//
// Every link is a socket; to a process of the same machine it also has a channel each way (Note [Channels]), through
// which all bytes go then, while the socket says when the other process has ended.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/macros.h"
#include "processes/channel.h"

namespace vt::processes {

using Time = std::chrono::steady_clock::time_point;

struct Link {
  int peer = -1;
  int socket = -1;
  std::optional<Channel> in, out;

  /// How many of `count` bytes went. Throws Gone once the other side has ended.
  size_t send(const std::byte* data, size_t count, bool more);
  size_t receive(std::byte* data, size_t count);
};

/// Thrown by a link whose other side has ended.
struct Gone {
  int peer;
  std::string why;
};

class VT_API Links {
 public:
  Links() = default;
  ~Links();
  Links(const Links&) = delete;
  Links& operator=(const Links&) = delete;

  /// A link to process `peer` over a connected stream socket, which it owns from here on. `in` and `out`: memory of
  /// channels from and to that process, which outlives the links.
  void add(int peer, int socket, std::optional<Channel> in = {}, std::optional<Channel> out = {});
  /// Null where there is none.
  Link* find(int peer);
  /// Ends the connections: whoever waits for them, here or there, hears of it. Safe while others use the links.
  void end() noexcept;

 private:
  std::map<int, Link> links_;
};

struct Message {
  int peer;
  std::byte* data;
  size_t bytes;
};

/// What an exchange has come to.
struct Outcome {
  enum Kind { kDone, kWaiting, kGone, kDiffers };
  Kind kind = kDone;
  std::vector<int> peers;  // who is waited for, has ended, or sent something else
  std::string text;        // of kGone: why; of kDiffers: what came in the place of the greeting
};

/// Messages on their way, at most one to and one from each process. Their memory is the caller's and outlives it.
class VT_API Exchange {
 public:
  /// greeting: what goes before every message, with its size after it, and has to come before every message that is
  /// received; if it is empty, nothing goes. Processes without a link are gone.
  Exchange(Links& links, const std::vector<Message>& sends, const std::vector<Message>& receives,
           const std::string& greeting);
  /// Moves what can be moved until all is done or something is wrong, at most until `end`.
  Outcome run(Time end);

 private:
  struct Transfer {
    Link* link;
    bool sends;
    std::string head;  // of a message that is received: what came so far
    std::string expected;
    Message message;
    size_t at = 0;
    bool done() const { return at == head.size() + message.bytes; }
  };

  void add(Links& links, const Message& message, bool sends, const std::string& greeting);
  bool advance();
  bool advance(Transfer& transfer);
  void wait(Time since, Time end);

  std::vector<Transfer> open_;
};

}  // namespace vt::processes
