#ifndef SEKISHO_TESTS_POLICY_WORDS_H_
#define SEKISHO_TESTS_POLICY_WORDS_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/core/device.h"
#include "agent/core/policy.h"
#include "tests/policy/world.h"

namespace sekisho::policy_test {

// The rest of a statement, read word by word.
class World::Words {
 public:
  explicit Words(const std::vector<std::string>& words) : words_(words) {}
  bool Done() const { return next_ == words_.size(); }
  // The next word, empty at the end.
  std::string Next() { return Done() ? std::string() : words_[next_++]; }
  // Takes the next word if it is this one.
  bool Take(const std::string& word) {
    if (Done() || words_[next_] != word) return false;
    ++next_;
    return true;
  }
  std::string Peek() const { return Done() ? std::string() : words_[next_]; }

 private:
  const std::vector<std::string>& words_;
  std::size_t next_ = 0;
};

// "15m", "14m59s", "-365d", "1ns".
std::optional<std::chrono::nanoseconds> ReadDuration(const std::string& word);
// Four hexadecimal digits.
std::optional<std::uint16_t> ReadHex16(const std::string& word);
// "08/06/50": class, subclass, protocol in hexadecimal.
std::optional<core::UsbInterface> ReadCodes(const std::string& word);
// "08/06/50", "03/01/*", "03/*/*".
std::optional<core::InterfaceType> ReadInterfaceType(const std::string& word);
// "AA*,BB*".
std::vector<std::string> ReadList(const std::string& word);
// "mon", counted from Monday.
std::optional<unsigned> ReadWeekday(const std::string& word);
// "08:30", "24:00": minutes since midnight.
std::optional<std::uint16_t> ReadMinute(const std::string& word);
std::optional<core::Action> ReadAction(const std::string& word);

}  // namespace sekisho::policy_test

#endif  // SEKISHO_TESTS_POLICY_WORDS_H_
