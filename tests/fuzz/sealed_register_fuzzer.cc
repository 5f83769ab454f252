// A change of the media register: forged it is refused; signed, it is taken whole or not at all,
// never back to an older version, and what was taken can be asked about any device.
#include "agent/engine/register_keeper.h"
#include "proto/contract/bounds.h"
#include "sekisho/v1/register.pb.h"
#include "tests/fuzz/sealed.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sekisho;
  if (size > contract::kMaxSealedPayload) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  fuzz::CheckNotForged(bytes, v1::PURPOSE_REGISTER);
  const auto message = fuzz::CheckSigned<v1::RegisterUpdate>(bytes, v1::PURPOSE_REGISTER);
  if (!message.ok()) return 0;

  engine::Identity identity{
      .trust_anchor = "",
      .anchor = {},
      .earlier_anchors = {},
      .grant = {},
      .report_key = contract::PrivateKey::FromSeed(fuzz::Key().Seed()).value(),
      .ring = fuzz::Ring(v1::PURPOSE_REGISTER),
      .keyset_version = 1,
      .enrolment = {}};
  identity.grant.set_organisation_id(fuzz::kDomain);
  identity.grant.set_group_id("g");
  engine::RegisterKeeper keeper(":memory:");
  keeper.Load(identity);
  const v1::Sealed sealed = contract::Seal(fuzz::Key(), fuzz::kDomain, v1::PURPOSE_REGISTER, bytes);
  const absl::Status applied = keeper.Apply(identity, sealed);
  FUZZ_CHECK(keeper.version() == (applied.ok() ? message->version() : 0));
  if (!applied.ok()) return 0;
  // The first that is taken is a whole one of ours.
  FUZZ_CHECK(message->whole() && message->group_id() == "g");
  FUZZ_CHECK(!keeper.Apply(identity, sealed).ok());
  for (const v1::RegisterEntry& entry : message->upserts()) {
    core::Device device;
    device.vendor_id = static_cast<std::uint16_t>(entry.vendor_id());
    device.product_id = static_cast<std::uint16_t>(entry.product_id());
    device.serial = entry.serial();
    const core::RegisterStanding standing = keeper.StandingOf(device);
    // An id of more than 16 bits is no device's.
    if (entry.serial().empty() || entry.vendor_id() > 0xffff || entry.product_id() > 0xffff) {
      continue;
    }
    // A later entry of the same medium may have taken its place.
    FUZZ_CHECK(standing.state != core::MediumState::kNotRegistered || message->upserts_size() > 1);
  }
  return 0;
}
