// A grant: forged it is refused; signed and accepted it runs now, here, and no longer than a day.
#include "agent/core/grant.h"
#include "proto/contract/bounds.h"
#include "proto/contract/convert.h"
#include "sekisho/v1/grant.pb.h"
#include "tests/fuzz/sealed.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sekisho;
  if (size > contract::kMaxSealedPayload) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  fuzz::CheckNotForged(bytes, v1::PURPOSE_GRANT);
  const auto message = fuzz::CheckSigned<v1::GrantClaims>(bytes, v1::PURPOSE_GRANT);
  if (!message.ok()) return 0;
  const auto claims = contract::ToCore(*message);
  if (!claims.ok()) return 0;
  const auto again = contract::ToCore(contract::ToProto(*claims));
  FUZZ_CHECK(again.ok());
  FUZZ_CHECK(again->device_fingerprint == claims->device_fingerprint);
  FUZZ_CHECK(again->deadline == claims->deadline);

  core::Here here;
  here.organisation_id = "komae";
  here.terminal_id = "terminal-1";
  here.boot_id = "f81d4fae-7dec-11d0-a765-00a0c91e6bf6";
  here.now = std::chrono::minutes(10);
  const auto outcome = core::Accept(*claims, {}, here);
  if (const auto* grant = std::get_if<core::Grant>(&outcome)) {
    FUZZ_CHECK(core::IsRunning(*grant, here));
    FUZZ_CHECK(grant->claims.terminal_id == here.terminal_id);
    FUZZ_CHECK(grant->claims.organisation_id == here.organisation_id);
    here.now += core::kMaxGrant;
    FUZZ_CHECK(core::DueEnd(*grant, here) == core::GrantEnd::kExpired);
  }
  // After a reboot nothing runs before it is resumed, and that for no more than a day.
  core::Grant held{.claims = *claims, .active_port = {}, .end = {}, .counted = {}};
  here.boot_id = "another boot";
  here.console_time = core::WallTime(std::chrono::seconds(1'770'000'000));
  FUZZ_CHECK(!core::IsRunning(held, here));
  if (const auto resumed = core::Resume(held, here)) {
    FUZZ_CHECK(resumed->deadline > here.now);
    FUZZ_CHECK(resumed->deadline - here.now <= core::kMaxGrant);
  }
  return 0;
}
