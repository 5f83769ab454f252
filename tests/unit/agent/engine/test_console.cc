#include "tests/unit/agent/engine/test_console.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "proto/contract/seal.h"
#include "proto/contract/token.h"

namespace sekisho::testing {
namespace {

template <typename Message>
Message OpenOrDie(const contract::KeyRing& ring, const v1::Sealed& sealed, v1::Purpose purpose) {
  absl::StatusOr<Message> message = contract::OpenAndParse<Message>(ring, sealed, purpose);
  if (!message.ok()) {
    std::fprintf(stderr, "the console cannot open it: %s\n", message.status().ToString().c_str());
    std::abort();
  }
  return *std::move(message);
}

}  // namespace

TestConsole::TestConsole()
    : root(contract::PrivateKey::Generate()),
      bundle_key(contract::PrivateKey::Generate()),
      grant_key(contract::PrivateKey::Generate()),
      acknowledgement_key(contract::PrivateKey::Generate()) {}

std::string TestConsole::Anchor() const {
  v1::TrustAnchor anchor;
  anchor.set_organisation_id(organisation_id);
  anchor.set_root_public_key(root.public_key().data(), root.public_key().size());
  anchor.set_ca_certificate("a certificate");
  return anchor.SerializeAsString();
}

std::string TestConsole::Token() const {
  v1::EnrolmentToken token;
  token.set_console_address("console.example:7443");
  token.set_token_id(Uuid(900));
  token.set_secret(std::string(16, 's'));
  const contract::Sha256 hash = contract::HashOf(Anchor());
  token.set_trust_anchor_hash(hash.data(), hash.size());
  return contract::WriteToken(token);
}

v1::LinkEnrolment TestConsole::Enrol(const v1::LinkEnrolOrder& order) const {
  v1::EnrolmentRequestClaims claims;
  claims.ParseFromString(order.claims().payload());
  report_key_ = *contract::ParsePublicKey(claims.report_public_key());
  v1::EnrolmentGrant grant;
  grant.set_organisation_id(organisation_id);
  grant.set_terminal_id(terminal_id);
  grant.set_group_id(group_id);
  grant.set_report_public_key(claims.report_public_key());
  grant.set_nonce(claims.nonce());
  grant.set_console_address("console.example:7443");
  v1::LinkEnrolment answer;
  *answer.mutable_enrolment() =
      contract::Seal(root, organisation_id, v1::PURPOSE_ENROLMENT, grant.SerializeAsString());
  *answer.mutable_key_set() = KeySet(1);
  answer.set_trust_anchor(Anchor());
  return answer;
}

v1::Sealed TestConsole::KeySet(std::uint64_t version) const {
  v1::KeySet set;
  set.set_organisation_id(organisation_id);
  set.set_version(version);
  const auto add = [&](v1::Purpose purpose, const contract::PrivateKey& key) {
    v1::SigningKey* listed = set.add_keys();
    listed->set_purpose(purpose);
    listed->set_public_key(key.public_key().data(), key.public_key().size());
  };
  add(v1::PURPOSE_BUNDLE, bundle_key);
  add(v1::PURPOSE_GRANT, grant_key);
  add(v1::PURPOSE_GRANT_REVOCATION, grant_key);
  add(v1::PURPOSE_ACKNOWLEDGEMENT, acknowledgement_key);
  add(v1::PURPOSE_BEACON, acknowledgement_key);
  return contract::Seal(root, organisation_id, v1::PURPOSE_KEY_SET, set.SerializeAsString());
}

v1::Policy TestConsole::Policy() const {
  v1::Policy policy;
  policy.set_zone("個人番号利用事務系");
  v1::DeviceRule* hubs = policy.add_rules();
  hubs->set_id("hubs");
  hubs->set_description("Hubs open no way for data");
  hubs->mutable_match()->add_classes(v1::DEVICE_CLASS_HUB);
  hubs->set_action(v1::ACTION_ALLOW);
  policy.mutable_exceptions()->set_helpdesk_max_seconds(900);
  policy.mutable_exceptions()->set_admin_max_seconds(28800);
  return policy;
}

v1::Bundle TestConsole::BundleOf(v1::Policy policy, std::uint64_t version) const {
  v1::Bundle bundle;
  bundle.set_organisation_id(organisation_id);
  bundle.set_group_id(group_id);
  bundle.set_version(version);
  bundle.mutable_issued_at()->set_seconds(1775001600);
  *bundle.mutable_policy() = std::move(policy);
  return bundle;
}

v1::Sealed TestConsole::SealBundle(const v1::Bundle& bundle) const {
  return contract::Seal(bundle_key, organisation_id, v1::PURPOSE_BUNDLE,
                        bundle.SerializeAsString());
}

v1::Sealed TestConsole::SealGrant(const v1::GrantClaims& claims) const {
  return contract::Seal(grant_key, organisation_id, v1::PURPOSE_GRANT, claims.SerializeAsString());
}

v1::Sealed TestConsole::SealOrder(const v1::Order& order) const {
  return contract::Seal(grant_key, organisation_id, v1::PURPOSE_ORDER, order.SerializeAsString());
}

std::string TestConsole::ReportKeyId() const {
  const contract::KeyId id = contract::KeyIdOf(report_key_);
  return {reinterpret_cast<const char*>(id.data()), id.size()};
}

v1::Sealed TestConsole::SealRevocation(const v1::GrantRevocation& revocation) const {
  return contract::Seal(grant_key, organisation_id, v1::PURPOSE_GRANT_REVOCATION,
                        revocation.SerializeAsString());
}

v1::Sealed TestConsole::Revoke(const std::string& grant_id) const {
  v1::GrantRevocation revocation;
  revocation.set_organisation_id(organisation_id);
  revocation.set_terminal_id(terminal_id);
  revocation.set_grant_id(grant_id);
  revocation.mutable_revoked_at()->set_seconds(1775001700);
  revocation.set_reason("lost stick");
  revocation.set_revoked_by("suzuki");
  return SealRevocation(revocation);
}

v1::Sealed TestConsole::SealBeacon(const v1::Beacon& beacon) const {
  return contract::Seal(acknowledgement_key, organisation_id, v1::PURPOSE_BEACON,
                        beacon.SerializeAsString());
}

v1::Sealed TestConsole::SealAcknowledgement(const v1::Acknowledgement& acknowledgement) const {
  return contract::Seal(acknowledgement_key, organisation_id, v1::PURPOSE_ACKNOWLEDGEMENT,
                        acknowledgement.SerializeAsString());
}

v1::ReportBatch TestConsole::OpenReport(const v1::Sealed& sealed) const {
  contract::KeyRing ring(organisation_id);
  ring.Add(v1::PURPOSE_REPORT, report_key_);
  return OpenOrDie<v1::ReportBatch>(ring, sealed, v1::PURPOSE_REPORT);
}

v1::Status TestConsole::OpenStatus(const v1::Sealed& sealed) const {
  contract::KeyRing ring(organisation_id);
  ring.Add(v1::PURPOSE_STATUS, report_key_);
  return OpenOrDie<v1::Status>(ring, sealed, v1::PURPOSE_STATUS);
}

std::string Uuid(unsigned number) {
  char text[37];
  std::snprintf(text, sizeof text, "00000000-0000-4000-8000-%012u", number);
  return text;
}

}  // namespace sekisho::testing
