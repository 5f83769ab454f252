// Packets between the login hook and agentd, and the file that holds while agentd does not answer:
// parsed inside login, sshd and sudo, as root.
#include <cstdint>
#include <string_view>

#include "platform/api/login_envelope.h"
#include "platform/linux/pam/login_file.h"
#include "tests/fuzz/check.h"

namespace {

using sekisho::platform::LoginEnvelope;

// What is taken is written as the same bytes again, so that two readers cannot disagree; and
// nothing but a verdict says one.
void CheckEnvelope(std::string_view packet) {
  const auto envelope = sekisho::platform::ReadLoginEnvelope(packet);
  if (!envelope) return;
  FUZZ_CHECK(sekisho::platform::WriteLoginEnvelope(*envelope) == packet);
  FUZZ_CHECK((envelope->kind == LoginEnvelope::Kind::kVerdict) == envelope->verdict.has_value());
}

// Nobody passes by a file that is not whole, whatever is in it.
void CheckFile(std::string_view text) {
  const auto file = sekisho::platform::ParseLoginFile(text);
  if (!file) return;
  FUZZ_CHECK(text.ends_with("\nend\n"));
  FUZZ_CHECK(!sekisho::platform::ParseLoginFile(text.substr(0, text.size() - 1)).has_value());
  if (sekisho::platform::PassesUnasked(file, "login")) {
    FUZZ_CHECK(text.find("mode observe\n") != std::string_view::npos ||
               text.find("exempt login\n") != std::string_view::npos);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  CheckEnvelope(input);
  CheckFile(input);
  return 0;
}
