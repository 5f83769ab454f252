#include "proto/contract/convert.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

namespace sekisho::contract {
namespace {

core::Device MakeDevice() {
  core::Device device;
  device.fingerprint.fill(9);
  device.vendor_id = 0x0781;
  device.product_id = 0xffff;
  device.serial = "AA01";
  device.manufacturer = "東芝";
  device.product = "Stick";
  device.port_path = "2-1.4";
  device.classes = {core::DeviceClass::kStorage, core::DeviceClass::kKeyboard};
  device.interfaces = {{0, 8, 6, 0x50}, {1, 3, 1, 1}};
  return device;
}

v1::GrantClaims MakeClaims() {
  v1::GrantClaims claims;
  claims.set_organisation_id("komae");
  claims.set_grant_id("7d444840-9dc0-11d1-b245-5ffdce74fad2");
  claims.set_terminal_id("terminal-1");
  claims.mutable_device()->set_fingerprint(std::string(32, '\7'));
  claims.mutable_device()->set_serial("AA01");
  claims.set_action(v1::ACTION_ALLOW);
  claims.set_boot_id("f81d4fae-7dec-11d0-a765-00a0c91e6bf6");
  claims.set_deadline_boottime_ns(900'000'000'000);
  claims.mutable_issued_at()->set_seconds(1'770'000'000);
  claims.mutable_expires_at()->set_seconds(1'770'000'900);
  claims.set_uid(-1);
  claims.set_reason("住民票の写し");
  claims.set_requested_by("helpdesk");
  return claims;
}

v1::Bundle MakeBundle() {
  v1::Bundle bundle;
  bundle.set_organisation_id("komae");
  bundle.set_group_id("root");
  bundle.set_version(4);
  bundle.add_required_features("device_rules");
  v1::Policy& policy = *bundle.mutable_policy();
  policy.set_zone("個人番号利用事務系");
  v1::DeviceRule& rule = *policy.add_rules();
  rule.set_id("stick");
  rule.set_description("the office's stick");
  rule.set_action(v1::ACTION_ALLOW);
  rule.mutable_match()->add_classes(v1::DEVICE_CLASS_STORAGE);
  rule.mutable_match()->set_vendor_id(0x0781);
  rule.mutable_match()->set_product_id(0x5581);
  rule.mutable_match()->set_serial("AA01");
  rule.mutable_match()->set_port_path("2-1");
  rule.mutable_match()->set_fingerprint(std::string(32, '\1'));
  policy.mutable_exceptions()->set_helpdesk_max_seconds(900);
  policy.mutable_exceptions()->set_admin_max_seconds(86400);
  policy.mutable_exceptions()->set_approvers(1);
  policy.mutable_exceptions()->set_survives_reboot(true);
  policy.mutable_texts()->set_blocked_ja("使えません\n問い合わせてください");
  policy.mutable_texts()->set_blocked_en("blocked");
  policy.mutable_texts()->set_contact_ja("内線 1234");
  policy.mutable_texts()->set_contact_en("ext. 1234");
  return bundle;
}

TEST(Convert, ADeviceComesBackAsItWent) {
  const auto back = ToCore(ToProto(MakeDevice()));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(*back, MakeDevice());
}

TEST(Convert, EveryClassComesBackAndNamesItselfAsTheProtoDoes) {
  for (int i = 0; i <= static_cast<int>(core::DeviceClass::kUnknown); ++i) {
    const auto device_class = static_cast<core::DeviceClass>(i);
    core::Device device = MakeDevice();
    device.classes = {device_class};
    EXPECT_THAT(ToCore(ToProto(device))->classes, testing::ElementsAre(device_class));
    std::string name = core::Name(device_class);
    for (char& c : name) c = static_cast<char>(std::toupper(c));
    EXPECT_EQ(v1::DeviceClass_Name(ToProto(device_class)), "DEVICE_CLASS_" + name);
  }
  EXPECT_EQ(v1::DeviceClass_descriptor()->value_count(),
            static_cast<int>(core::DeviceClass::kUnknown) + 2);
}

TEST(Convert, EveryVerdictReasonNamesItselfAsTheProtoDoes) {
  for (int i = 0; i <= static_cast<int>(core::VerdictReason::kRetired); ++i) {
    core::Verdict verdict;
    verdict.reason = static_cast<core::VerdictReason>(i);
    std::string name = core::Name(verdict.reason);
    for (char& c : name) c = static_cast<char>(std::toupper(c));
    EXPECT_EQ(v1::VerdictReason_Name(ToProto(verdict).reason()), "VERDICT_REASON_" + name);
  }
  EXPECT_EQ(v1::VerdictReason_descriptor()->value_count(),
            static_cast<int>(core::VerdictReason::kRetired) + 2);
}

TEST(Convert, AGrantComesBackAsItWent) {
  const auto claims = ToCore(MakeClaims());
  ASSERT_TRUE(claims.ok()) << claims.status();
  EXPECT_EQ(claims->deadline, std::chrono::minutes(15));
  EXPECT_EQ(claims->reboot, core::RebootPolicy::kEndsAtReboot);
  EXPECT_EQ(ToProto(*claims).SerializeAsString(), MakeClaims().SerializeAsString());
}

TEST(Convert, ABundleComesBackAsItWent) {
  const auto policy = ToCore(MakeBundle());
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_EQ(policy->version, 4u);
  EXPECT_EQ(policy->group_id, "root");
  EXPECT_EQ(ToProto(*policy).SerializeAsString(), MakeBundle().policy().SerializeAsString());
}

// Each change makes the message unusable; the status's message begins with the field's name.
template <typename Message>
struct Break {
  std::string field;
  std::function<void(Message&)> change;
};

TEST(Convert, AGrantIsRefusedForEachFieldThatIsWrong) {
  using Claims = v1::GrantClaims;
  const std::vector<Break<Claims>> breaks = {
      {"organisation_id", [](Claims& c) { c.clear_organisation_id(); }},
      {"terminal_id", [](Claims& c) { c.clear_terminal_id(); }},
      {"grant_id", [](Claims& c) { c.set_grant_id("7d444840-9dc0-11d1-b245-5ffdce74fadg"); }},
      {"grant_id", [](Claims& c) { c.set_grant_id("7d4448409dc011d1b2455ffdce74fad2"); }},
      {"boot_id", [](Claims& c) { c.clear_boot_id(); }},
      {"action", [](Claims& c) { c.clear_action(); }},
      {"action", [](Claims& c) { c.set_action(v1::ACTION_BLOCK); }},
      {"action", [](Claims& c) { c.set_action(static_cast<v1::Action>(9)); }},
      {"fingerprint", [](Claims& c) { c.mutable_device()->set_fingerprint("short"); }},
      {"fingerprint", [](Claims& c) { c.clear_device(); }},
      {"deadline_boottime_ns",
       [](Claims& c) { c.set_deadline_boottime_ns(std::numeric_limits<std::uint64_t>::max()); }},
      {"issued_at", [](Claims& c) { c.mutable_issued_at()->set_seconds(-1LL << 62); }},
      {"expires_at", [](Claims& c) { c.mutable_expires_at()->set_nanos(-1); }},
      {"expires_at", [](Claims& c) { *c.mutable_expires_at() = c.issued_at(); }},
      {"uid", [](Claims& c) { c.set_uid(1000); }},
      {"uid", [](Claims& c) { c.clear_uid(); }},
  };
  for (const auto& each : breaks) {
    v1::GrantClaims claims = MakeClaims();
    each.change(claims);
    const absl::Status status = ToCore(claims).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << each.field;
    EXPECT_EQ(status.message().find(each.field + ":"), 0u) << status;
  }
}

TEST(Convert, ABundleIsRefusedForEachFieldThatIsWrong) {
  using Bundle = v1::Bundle;
  const auto rule = [](Bundle& b) -> v1::DeviceRule& {
    return *b.mutable_policy()->mutable_rules(0);
  };
  const std::vector<Break<Bundle>> breaks = {
      {"version", [](Bundle& b) { b.clear_version(); }},
      {"group_id", [](Bundle& b) { b.clear_group_id(); }},
      {"policy", [](Bundle& b) { b.clear_policy(); }},
      {"id", [&](Bundle& b) { rule(b).clear_id(); }},
      {"rule stick: action", [&](Bundle& b) { rule(b).clear_action(); }},
      {"rule stick: classes",
       [&](Bundle& b) { rule(b).mutable_match()->add_classes(v1::DEVICE_CLASS_UNSPECIFIED); }},
      {"rule stick: vendor_id", [&](Bundle& b) { rule(b).mutable_match()->set_vendor_id(65536); }},
      {"rule stick: product_id",
       [&](Bundle& b) { rule(b).mutable_match()->set_product_id(65536); }},
      {"rule stick: product_id", [&](Bundle& b) { rule(b).mutable_match()->set_vendor_id(0); }},
      {"rule stick: fingerprint",
       [&](Bundle& b) { rule(b).mutable_match()->set_fingerprint("x"); }},
      {"rule stick", [&](Bundle& b) { *b.mutable_policy()->add_rules() = b.policy().rules(0); }},
      {"helpdesk_max_seconds",
       [](Bundle& b) {
         b.mutable_policy()->mutable_exceptions()->set_helpdesk_max_seconds(86401);
       }},
      {"admin_max_seconds",
       [](Bundle& b) { b.mutable_policy()->mutable_exceptions()->set_admin_max_seconds(86401); }},
      {"approvers", [](Bundle& b) { b.mutable_policy()->mutable_exceptions()->set_approvers(2); }},
  };
  for (const auto& each : breaks) {
    v1::Bundle bundle = MakeBundle();
    each.change(bundle);
    const absl::Status status = ToCore(bundle).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << each.field;
    EXPECT_EQ(status.message().find(each.field + ":"), 0u) << status;
  }
}

TEST(Convert, WhatPolicySaysOfLoginsComesBackAndIsRefusedForEachThingThatIsWrong) {
  core::Policy policy;
  policy.logins.exempt = {"backup"};
  policy.logins.fallbacks = {
      {"login", {core::LoginTrouble::kNoAnswer, core::LoginTrouble::kUnrecordable}},
      {"sshd", {core::LoginTrouble::kClock, core::LoginTrouble::kUnreadable}}};
  const v1::Policy good = ToProto(policy);
  ASSERT_TRUE(ToCore(good).ok());
  EXPECT_EQ(ToCore(good)->logins, policy.logins);
  EXPECT_THAT(RequiredFeatures(good), ::testing::Contains("login_policy"));
  EXPECT_THAT(RequiredFeatures(ToProto(core::Policy())),
              ::testing::Not(::testing::Contains("login_policy")));
  const auto refused = [&good](auto spoil) {
    v1::Policy bad = good;
    spoil(*bad.mutable_logins());
    return !ToCore(bad).ok();
  };
  using v1::LoginPolicy;
  EXPECT_TRUE(refused([](LoginPolicy& logins) { logins.add_exempt("a b"); }));
  EXPECT_TRUE(refused([](LoginPolicy& logins) { logins.add_exempt(""); }));
  EXPECT_TRUE(refused([](LoginPolicy& logins) { logins.add_exempt(std::string(65, 'a')); }));
  EXPECT_TRUE(refused([](LoginPolicy& logins) { logins.add_fallbacks(); }));
  EXPECT_TRUE(refused([](LoginPolicy& logins) { logins.mutable_fallbacks(0)->clear_when(); }));
  EXPECT_TRUE(refused([](LoginPolicy& logins) {
    logins.mutable_fallbacks(0)->add_when(v1::LOGIN_TROUBLE_UNSPECIFIED);
  }));
  EXPECT_TRUE(
      refused([](LoginPolicy& logins) { logins.mutable_fallbacks(0)->add_services("x\n"); }));
  EXPECT_TRUE(refused([](LoginPolicy& logins) {
    for (int i = 0; i < 32; ++i) logins.add_exempt("s" + std::to_string(i));
  }));
}

TEST(Convert, ABundleThatNeedsWhatThisAgentLacksIsRefused) {
  v1::Bundle bundle = MakeBundle();
  bundle.add_required_features("hours");
  const absl::Status status = ToCore(bundle).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_EQ(status.message(), "required_features: hours");
  for (const std::string_view feature : Features()) EXPECT_TRUE(HasFeature(feature));
}

TEST(Convert, ADeviceIsRefusedForEachFieldThatIsWrong) {
  using Device = v1::Device;
  const std::vector<Break<Device>> breaks = {
      {"fingerprint", [](Device& d) { d.clear_fingerprint(); }},
      {"vendor_id", [](Device& d) { d.set_vendor_id(65536); }},
      {"product_id", [](Device& d) { d.set_product_id(65536); }},
      {"classes", [](Device& d) { d.clear_classes(); }},
      {"classes", [](Device& d) { d.add_classes(v1::DEVICE_CLASS_UNSPECIFIED); }},
      {"interfaces", [](Device& d) { d.mutable_interfaces(0)->set_class_code(256); }},
  };
  for (const auto& each : breaks) {
    v1::Device device = ToProto(MakeDevice());
    each.change(device);
    const absl::Status status = ToCore(device).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << each.field;
    EXPECT_EQ(status.message().find(each.field + ":"), 0u) << status;
  }
}

TEST(Convert, TimesComeBackToTheMillisecondAlsoBefore1970) {
  for (const std::int64_t count : {0LL, 1LL, -1LL, -1001LL, 1'770'000'000'123LL}) {
    const core::WallTime time{std::chrono::milliseconds(count)};
    EXPECT_EQ(ToCore(ToProto(time)), time) << count;
    EXPECT_GE(ToProto(time).nanos(), 0) << count;
  }
}

TEST(Convert, TimesBeyondTheCalendarEndUpAtItsEnd) {
  EXPECT_EQ(ToProto(core::WallTime::max()).seconds(), 253402300799);
  EXPECT_EQ(ToProto(core::WallTime::min()).seconds(), -62135596800);
  google::protobuf::Timestamp far;
  far.set_seconds(std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(ToProto(ToCore(far)).seconds(), 253402300799);
}

}  // namespace
}  // namespace sekisho::contract
