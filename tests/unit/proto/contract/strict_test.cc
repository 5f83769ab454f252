// ParseStrictly: what a newer version wrote is never half understood.
#include <google/protobuf/unknown_field_set.h>
#include <gtest/gtest.h>

#include "proto/contract/bounds.h"
#include "proto/contract/seal.h"
#include "sekisho/v1/event.pb.h"
#include "sekisho/v1/grant.pb.h"
#include "sekisho/v1/local.pb.h"
#include "sekisho/v1/policy.pb.h"

namespace sekisho::contract {
namespace {

v1::Bundle MakeBundle() {
  v1::Bundle bundle;
  bundle.set_organisation_id("komae");
  bundle.set_version(2);
  v1::DeviceRule& rule = *bundle.mutable_policy()->add_rules();
  rule.set_id("office-hours");
  rule.set_action(v1::ACTION_ALLOW);
  rule.mutable_match()->add_classes(v1::DEVICE_CLASS_STORAGE);
  return bundle;
}

void AddUnknown(google::protobuf::Message& message) {
  message.GetReflection()->MutableUnknownFields(&message)->AddLengthDelimited(14, "09:00-17:00");
}

TEST(ParseStrictly, TakesWhatThisVersionWrote) {
  const auto parsed = ParseStrictly<v1::Bundle>(MakeBundle().SerializeAsString());
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->SerializeAsString(), MakeBundle().SerializeAsString());
}

// A version-2 rule that allows within hours: version 1 would keep the allow and drop the hours.
TEST(ParseStrictly, RefusesARuleWithHoursThatThisVersionDoesNotKnow) {
  v1::Bundle bundle = MakeBundle();
  AddUnknown(*bundle.mutable_policy()->mutable_rules(0)->mutable_match());
  const absl::Status status = ParseStrictly<v1::Bundle>(bundle.SerializeAsString()).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_EQ(status.message(), "sekisho.v1.DeviceMatch: unknown field 14");
}

TEST(ParseStrictly, RefusesAnUnknownFieldAtEveryDepth) {
  v1::Bundle bundle = MakeBundle();
  AddUnknown(bundle);
  EXPECT_TRUE(
      absl::IsFailedPrecondition(ParseStrictly<v1::Bundle>(bundle.SerializeAsString()).status()));
  bundle = MakeBundle();
  AddUnknown(*bundle.mutable_policy());
  EXPECT_TRUE(
      absl::IsFailedPrecondition(ParseStrictly<v1::Bundle>(bundle.SerializeAsString()).status()));
  bundle = MakeBundle();
  AddUnknown(*bundle.mutable_issued_at());
  EXPECT_TRUE(
      absl::IsFailedPrecondition(ParseStrictly<v1::Bundle>(bundle.SerializeAsString()).status()));
  v1::LocalRequest request;
  AddUnknown(*request.mutable_status());
  EXPECT_TRUE(absl::IsFailedPrecondition(
      ParseStrictly<v1::LocalRequest>(request.SerializeAsString()).status()));
}

TEST(ParseStrictly, RefusesAnEnumValueThatThisVersionDoesNotKnow) {
  v1::Bundle bundle = MakeBundle();
  bundle.mutable_policy()->mutable_rules(0)->set_action(static_cast<v1::Action>(4));
  const absl::Status action = ParseStrictly<v1::Bundle>(bundle.SerializeAsString()).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(action)) << action;
  EXPECT_EQ(action.message(), "sekisho.v1.DeviceRule.action: unknown value 4");
  bundle = MakeBundle();
  bundle.mutable_policy()->mutable_rules(0)->mutable_match()->add_classes(
      static_cast<v1::DeviceClass>(77));
  EXPECT_TRUE(
      absl::IsFailedPrecondition(ParseStrictly<v1::Bundle>(bundle.SerializeAsString()).status()));
}

TEST(ParseStrictly, RefusesBytesThatAreCutShortOrNoMessage) {
  const std::string bytes = MakeBundle().SerializeAsString();
  EXPECT_TRUE(absl::IsInvalidArgument(
      ParseStrictly<v1::Bundle>(bytes.substr(0, bytes.size() - 1)).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(ParseStrictly<v1::Bundle>("\xff\xff\xff").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(ParseStrictly<v1::Bundle>("{\"version\":1}").status()));
}

TEST(ParseStrictly, RefusesMoreBytesThanAnyMessageMayHave) {
  v1::LinkUp up;
  up.mutable_sealed()->set_payload(std::string(kMaxGrpcMessage, 'x'));
  const absl::Status status = ParseStrictly<v1::LinkUp>(up.SerializeAsString()).status();
  EXPECT_EQ(status.message(), "sekisho.v1.LinkUp: too large");
}

TEST(ParseStrictly, RefusesABrokenBoundAndSaysWhere) {
  v1::GrantClaims claims;
  claims.set_reason(std::string(kMaxStringBytes + 1, 'x'));
  const absl::Status status = ParseStrictly<v1::GrantClaims>(claims.SerializeAsString()).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_EQ(status.message(), "sekisho.v1.GrantClaims.reason: longer than 512 bytes");
}

TEST(ParseStrictly, CarriesTheLargestSealInItsEnvelope) {
  v1::LinkUp up;
  up.mutable_sealed()->set_payload(std::string(kMaxSealedPayload, 'x'));
  EXPECT_TRUE(ParseStrictly<v1::LinkUp>(up.SerializeAsString()).ok());
}

}  // namespace
}  // namespace sekisho::contract
