// A reader of JSON as RFC 8259 has it, and stricter: no name occurs twice in an object, and text is well-formed UTF-8.
// The caller says what it expects; anything else is a ValueError that names the place.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "core/error.h"

namespace vt::interop {

class VT_API JsonReader {
 public:
  // `what` begins every message ("safetensors: the header").
  JsonReader(std::string_view text, std::string what) : text_(text), what_(std::move(what)) {}

  // Calls `member` for each member of an object, which reads its value.
  void object(const std::function<void(std::string name)>& member);
  // Calls `item` for each item of an array, which reads it.
  void array(const std::function<void()>& item);
  std::string string();
  // A whole number from 0 to 2^64 - 1, without fraction and exponent.
  uint64_t integer();
  // Any value.
  void skip();
  // Nothing but white space may be left.
  void end();
  [[noreturn]] void fail(const std::string& reason) const;

 private:
  char peek();  // the next character that is no white space; 0 at the end
  bool take(char c);
  void expect(char c);
  void number();
  void word(std::string_view w);
  void escape(std::string& out);
  unsigned hex4();
  void deeper();

  std::string_view text_;
  std::string what_;
  size_t at_ = 0;
  int depth_ = 0;
};

// `text` as a JSON string with its quotes, written as short as can be.
VT_API std::string json_string(std::string_view text);
// Where `text` stops being well-formed UTF-8; npos if it does not.
VT_API size_t utf8_fault(std::string_view text);

}  // namespace vt::interop
