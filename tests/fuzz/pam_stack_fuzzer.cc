// PAM's files as somebody who is root on a terminal may have left them: a service, and what it
// includes as "a" and "b", each ended by a zero byte.
#include <array>
#include <optional>
#include <string>

#include "platform/linux/logins/login_ways.h"
#include "platform/linux/logins/pam_ways.h"
#include "tests/fuzz/check.h"

namespace {

using namespace sekisho::platform;

class Files : public PamFiles {
 public:
  explicit Files(std::string text) {
    for (std::string& each : texts_) {
      const std::size_t end = text.find('\0');
      each = text.substr(0, end);
      text = end == std::string::npos ? "" : text.substr(end + 1);
    }
  }
  std::optional<std::string> Service(const std::string& name) const override {
    if (name == "login") return texts_[0];
    return std::nullopt;
  }
  std::optional<std::string> Included(const std::string& name) const override {
    if (name == "a") return texts_[1];
    if (name == "b") return texts_[2];
    return std::nullopt;
  }

 private:
  std::array<std::string, 3> texts_;
};

PamAnswers Refusal(const PamModule&) { return PamAnswers().set(kPamAuthenticationError); }
PamAnswers Anything(const PamModule&) { return PamAnswers().set(); }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Files files(std::string(reinterpret_cast<const char*>(data), size));
  const LoginWay way = LookAtService("login", files);
  FUZZ_CHECK(way.factors != LoginWay::Factors::kUnknown);
  const std::optional<PamService> read = ReadPamService("login", files);
  if (!read) return 0;
  for (const PamGroup group : kPamGroups) {
    const std::vector<PamModule>& stack = (*read)[group];
    for (const PamModule& module : stack) {
      FUZZ_CHECK(module.level >= 0 && module.level < 16);
      for (const PamAction action : module.actions) {
        FUZZ_CHECK(action >= kPamActionReset || module.kind == PamModule::Kind::kSubstack);
      }
    }
    // Where all refuse nobody gets in; whoever gets in so, gets in when more is answered.
    const auto refused = FindPamWay(stack, Refusal);
    FUZZ_CHECK(!refused || refused->empty());
    if (const auto way_in = FindPamWay(stack, Anything)) {
      for (const std::size_t place : *way_in) FUZZ_CHECK(place < stack.size());
    }
  }
  return 0;
}
