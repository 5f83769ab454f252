#ifndef SEKISHO_TESTS_UNIT_AGENT_ENGINE_TEST_CONSOLE_H_
#define SEKISHO_TESTS_UNIT_AGENT_ENGINE_TEST_CONSOLE_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/contract/keys.h"
#include "sekisho/v1/agent_service.pb.h"
#include "sekisho/v1/event.pb.h"
#include "sekisho/v1/grant.pb.h"
#include "sekisho/v1/local.pb.h"
#include "sekisho/v1/order.pb.h"
#include "sekisho/v1/policy.pb.h"
#include "sekisho/v1/seal.pb.h"

namespace sekisho::testing {

// The console's keys and its half of each exchange, by the contract's own functions.
class TestConsole {
 public:
  TestConsole();

  std::string Token() const;
  // What the link would bring back for this order.
  v1::LinkEnrolment Enrol(const v1::LinkEnrolOrder& order) const;
  v1::Sealed KeySet(std::uint64_t version) const;
  // The default policy of a new group: hubs are let in, everything else is blocked.
  v1::Policy Policy() const;
  v1::Bundle BundleOf(v1::Policy policy, std::uint64_t version) const;
  v1::Sealed SealBundle(const v1::Bundle& bundle) const;
  v1::Sealed SealGrant(const v1::GrantClaims& claims) const;
  v1::Sealed SealOrder(const v1::Order& order) const;
  // Of the terminal that enrolled last.
  std::string ReportKeyId() const;
  v1::Sealed SealRevocation(const v1::GrantRevocation& revocation) const;
  v1::Sealed Revoke(const std::string& grant_id) const;
  v1::Sealed SealBeacon(const v1::Beacon& beacon) const;
  v1::Sealed SealAcknowledgement(const v1::Acknowledgement& acknowledgement) const;

  // Verified with the key that came with the enrolment. Fails the test when the signature is bad.
  v1::ReportBatch OpenReport(const v1::Sealed& sealed) const;
  v1::Status OpenStatus(const v1::Sealed& sealed) const;

  std::string organisation_id = "organisation-1";
  std::string terminal_id = "terminal-1";
  std::string group_id = "group-1";
  // Of this console, or of nobody that the terminal knows.
  contract::PrivateKey root, bundle_key, grant_key, acknowledgement_key;

 private:
  std::string Anchor() const;
  mutable contract::PublicKey report_key_{};
};

// A UUID with this number at its end.
std::string Uuid(unsigned number);

}  // namespace sekisho::testing

#endif  // SEKISHO_TESTS_UNIT_AGENT_ENGINE_TEST_CONSOLE_H_
