#include "interop/json.h"

#include <unordered_set>

namespace vt::interop {
namespace {

constexpr int kMaxDepth = 64;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

void append_utf8(std::string& out, uint32_t c) {
  const auto tail = [&](int shift) { out += static_cast<char>(0x80 | ((c >> shift) & 0x3F)); };
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | (c >> 6));
    tail(0);
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | (c >> 12));
    tail(6), tail(0);
  } else {
    out += static_cast<char>(0xF0 | (c >> 18));
    tail(12), tail(6), tail(0);
  }
}

}  // namespace

size_t utf8_fault(std::string_view text) {
  const auto byte = [&](size_t i) -> unsigned { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0; };
  for (size_t i = 0; i < text.size();) {
    const unsigned c = byte(i);
    if (c < 0x80) {
      ++i;
      continue;
    }
    // The least that the second byte may be rules out what could be written shorter, the most surrogates and what is
    // beyond Unicode.
    const size_t tail = c >= 0xC2 && c < 0xE0 ? 1 : c >= 0xE0 && c < 0xF0 ? 2 : c >= 0xF0 && c < 0xF5 ? 3 : 0;
    const unsigned least = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80;
    const unsigned most = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
    if (tail == 0 || byte(i + 1) < least || byte(i + 1) > most) return i;
    for (size_t k = 2; k <= tail; ++k) {
      if ((byte(i + k) & 0xC0) != 0x80) return i;
    }
    i += tail + 1;
  }
  return std::string_view::npos;
}

std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\b': out += "\\b"; break;
      case '\f': out += "\\f"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          constexpr char kDigits[] = "0123456789abcdef";
          out += "\\u00";
          out += kDigits[c >> 4];
          out += kDigits[c & 15];
        } else {
          out += c;
        }
    }
  }
  return out + '"';
}

void JsonReader::fail(const std::string& reason) const {
  VT_THROW(Value, what_, " is not valid at byte ", at_, ": ", reason);
}

char JsonReader::peek() {
  while (at_ < text_.size() && std::string_view(" \t\n\r").find(text_[at_]) != std::string_view::npos) ++at_;
  return at_ < text_.size() ? text_[at_] : '\0';
}

bool JsonReader::take(char c) {
  if (peek() != c || at_ >= text_.size()) return false;
  ++at_;
  return true;
}

void JsonReader::expect(char c) {
  if (!take(c)) fail(std::string("expected '") + c + "'");
}

void JsonReader::deeper() {
  if (++depth_ > kMaxDepth) fail("expected at most 64 levels of nesting");
}

void JsonReader::object(const std::function<void(std::string)>& member) {
  deeper();
  expect('{');
  std::unordered_set<std::string> seen;
  if (!take('}')) {
    do {
      std::string name = string();
      if (!seen.insert(name).second) fail("the name " + json_string(name) + " occurs twice");
      expect(':');
      member(std::move(name));
    } while (take(','));
    expect('}');
  }
  --depth_;
}

void JsonReader::array(const std::function<void()>& item) {
  deeper();
  expect('[');
  if (!take(']')) {
    do item();
    while (take(','));
    expect(']');
  }
  --depth_;
}

unsigned JsonReader::hex4() {
  unsigned value = 0;
  for (int i = 0; i < 4; ++i) {
    const char c = at_ < text_.size() ? text_[at_] : '\0';
    const char lower = static_cast<char>(c | 0x20);
    if (!is_digit(c) && !(lower >= 'a' && lower <= 'f')) fail("expected four hexadecimal digits");
    value = value * 16 + static_cast<unsigned>(is_digit(c) ? c - '0' : lower - 'a' + 10);
    ++at_;
  }
  return value;
}

void JsonReader::escape(std::string& out) {
  const char c = at_ < text_.size() ? text_[at_++] : '\0';
  constexpr std::string_view kNames = "\"\\/bfnrt", kCharacters = "\"\\/\b\f\n\r\t";
  if (const size_t i = kNames.find(c); c && i != std::string_view::npos) {
    out += kCharacters[i];
    return;
  }
  if (c != 'u') fail("an unknown escape");
  uint32_t code = hex4();
  if (code >= 0xD800 && code < 0xDC00) {
    if (text_.substr(at_, 2) != "\\u") fail("half of a surrogate pair");
    at_ += 2;
    const uint32_t low = hex4();
    if (low < 0xDC00 || low > 0xDFFF) fail("half of a surrogate pair");
    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
  } else if (code >= 0xDC00 && code < 0xE000) {
    fail("half of a surrogate pair");
  }
  append_utf8(out, code);
}

std::string JsonReader::string() {
  expect('"');
  std::string out;
  while (true) {
    if (at_ >= text_.size()) fail("a string does not end");
    const char c = text_[at_++];
    if (c == '"') break;
    if (static_cast<unsigned char>(c) < 0x20) fail("a control character in a string");
    if (c == '\\') {
      escape(out);
    } else {
      out += c;
    }
  }
  if (utf8_fault(out) != std::string_view::npos) fail("a string is not UTF-8");
  return out;
}

uint64_t JsonReader::integer() {
  if (!is_digit(peek())) fail("expected a whole number that is not negative");
  const size_t begin = at_;
  uint64_t value = 0;
  for (; at_ < text_.size() && is_digit(text_[at_]); ++at_) {
    if (__builtin_mul_overflow(value, uint64_t{10}, &value) ||
        __builtin_add_overflow(value, static_cast<uint64_t>(text_[at_] - '0'), &value)) {
      fail("expected a number below 2^64");
    }
  }
  if (at_ - begin > 1 && text_[begin] == '0') fail("a number begins with 0");
  if (at_ < text_.size() && std::string_view(".eE").find(text_[at_]) != std::string_view::npos) {
    fail("expected a whole number");
  }
  return value;
}

void JsonReader::number() {
  const auto digits = [&] {
    if (at_ >= text_.size() || !is_digit(text_[at_])) fail("expected a digit");
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
  };
  const auto next_is = [&](std::string_view any) {
    return at_ < text_.size() && any.find(text_[at_]) != std::string_view::npos;
  };
  if (next_is("-")) ++at_;
  if (next_is("0")) {
    ++at_;
  } else {
    digits();
  }
  if (next_is(".")) {
    ++at_;
    digits();
  }
  if (next_is("eE")) {
    ++at_;
    if (next_is("+-")) ++at_;
    digits();
  }
}

void JsonReader::word(std::string_view w) {
  if (text_.substr(at_, w.size()) != w) fail("expected a value");
  at_ += w.size();
}

void JsonReader::skip() {
  switch (peek()) {
    case '{': return object([&](const std::string&) { skip(); });
    case '[': return array([&] { skip(); });
    case '"': string(); return;
    case 't': return word("true");
    case 'f': return word("false");
    case 'n': return word("null");
    default: return number();
  }
}

void JsonReader::end() {
  peek();
  if (at_ != text_.size()) fail("something comes after the end");
}

}  // namespace vt::interop
