#include "agent/cli/render.h"

#include <string>
#include <tuple>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sekisho::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

v1::LocalDevice BlockedStick() {
  v1::LocalDevice device;
  device.set_handle("2-1");
  device.mutable_device()->set_manufacturer("Example");
  device.mutable_device()->set_product("Ultra");
  device.mutable_device()->set_vendor_id(0x0781);
  device.mutable_device()->set_product_id(0x5583);
  device.mutable_device()->add_classes(v1::DEVICE_CLASS_STORAGE);
  device.mutable_verdict()->set_action(v1::ACTION_BLOCK);
  device.mutable_verdict()->set_reason(v1::VERDICT_REASON_DEFAULT);
  device.mutable_verdict()->set_policy_version(3);
  device.set_reference("123456");
  return device;
}

TEST(RenderTest, ADeviceIsOneLine) {
  v1::LocalDevicesReply devices;
  *devices.add_devices() = BlockedStick();
  EXPECT_EQ(Render(Language::kEnglish, devices, v1::MODE_ENFORCE),
            "2-1  blocked  Example Ultra (0781:5583), storage  reference 123456\n");
  EXPECT_EQ(Render(Language::kJapanese, devices, v1::MODE_ENFORCE),
            "2-1  遮断  Example Ultra(0781:5583)、記憶装置  参照番号 123456\n");
}

TEST(RenderTest, WhySaysReasonAndWhatToDo) {
  v1::LocalWhyReply why;
  *why.mutable_device() = BlockedStick();
  why.mutable_device()->mutable_verdict()->set_runner_up_rule_id("our-sticks");
  why.mutable_device()->mutable_verdict()->set_runner_up_condition("serial");
  const std::string text = Render(Language::kEnglish, why, v1::MODE_ENFORCE);
  EXPECT_THAT(text, HasSubstr("No rule of the policy allows it."));
  EXPECT_THAT(text, HasSubstr("\"our-sticks\""));
  EXPECT_THAT(text, HasSubstr("sekisho request 2-1 --reason"));
}

TEST(RenderTest, WhySaysWhatStoodInTheWayAndWhatAnAuditWouldHaveDone) {
  v1::LocalWhyReply why;
  *why.mutable_device() = BlockedStick();
  v1::Verdict& verdict = *why.mutable_device()->mutable_verdict();
  verdict.set_runner_up_rule_id("office");
  verdict.set_runner_up_condition("hours");
  verdict.set_audited_rule_id("try");
  verdict.set_audited_action(v1::ACTION_ALLOW);
  const std::string english = Render(Language::kEnglish, why, v1::MODE_ENFORCE);
  EXPECT_THAT(english, HasSubstr("did not match because of the hours"));
  EXPECT_THAT(english, HasSubstr("\"try\" only audits; it would have decided: allowed"));
  const std::string japanese = Render(Language::kJapanese, why, v1::MODE_ENFORCE);
  EXPECT_THAT(japanese, HasSubstr("時間帯"));
  EXPECT_THAT(japanese, HasSubstr("規則「try」は試行のみです"));
  verdict.set_runner_up_condition("of_a_later_version");
  EXPECT_THAT(Render(Language::kJapanese, why, v1::MODE_ENFORCE), HasSubstr("of_a_later_version"));
}

TEST(RenderTest, WhySaysWhichInterfacesStayShutAndWhatTheyAre) {
  v1::LocalWhyReply why;
  *why.mutable_device() = BlockedStick();
  why.mutable_device()->set_authorised(true);
  v1::Device& device = *why.mutable_device()->mutable_device();
  device.set_fingerprint(std::string(32, 'f'));
  device.set_port_path("2-1");
  device.add_classes(v1::DEVICE_CLASS_KEYBOARD);
  for (const auto& [class_code, subclass, protocol] :
       {std::tuple{3, 1, 1}, std::tuple{8, 6, 0x50}}) {
    v1::UsbInterface& interface = *device.add_interfaces();
    interface.set_number(device.interfaces_size() - 1);
    interface.set_class_code(class_code);
    interface.set_subclass_code(subclass);
    interface.set_protocol_code(protocol);
  }
  v1::Verdict& verdict = *why.mutable_device()->mutable_verdict();
  verdict.set_action(v1::ACTION_ALLOW);
  verdict.set_reason(v1::VERDICT_REASON_RULE);
  verdict.add_shut_interfaces(1);
  const std::string english = Render(Language::kEnglish, why, v1::MODE_ENFORCE);
  EXPECT_THAT(english, HasSubstr("2-1  allowed in part  "));
  EXPECT_THAT(english, HasSubstr("Its interface 1 stays shut: storage\n"));
  EXPECT_THAT(Render(Language::kJapanese, why, v1::MODE_ENFORCE),
              HasSubstr("インターフェース 1 は閉じたままです: 記憶装置\n"));
  EXPECT_THAT(Render(Language::kEnglish, why, v1::MODE_OBSERVE), Not(HasSubstr("shut")))
      << "it is open";
}

TEST(RenderTest, WhileItObservesABlockIsOneThatWouldBe) {
  v1::LocalDevicesReply devices;
  *devices.add_devices() = BlockedStick();
  devices.mutable_devices(0)->set_authorised(true);
  EXPECT_EQ(Render(Language::kEnglish, devices, v1::MODE_OBSERVE),
            "2-1  would be blocked  Example Ultra (0781:5583), storage\n");
  EXPECT_THAT(Render(Language::kJapanese, devices, v1::MODE_OBSERVE),
              HasSubstr("遮断の対象(監視のみ)"));
  v1::LocalWhyReply why;
  *why.mutable_device() = devices.devices(0);
  EXPECT_THAT(Render(Language::kEnglish, why, v1::MODE_OBSERVE), Not(HasSubstr("sekisho request")))
      << "there is nothing to ask for";
}

TEST(RenderTest, ATrialSaysHowLongItStillRunsAndHowToConfirm) {
  v1::LocalStatusReply status;
  status.set_mode(v1::MODE_TRIAL);
  status.set_trial_remaining_ns(872'000'000'000);
  EXPECT_THAT(Render(Language::kEnglish, status), HasSubstr("will stop in 14 min 32 s"));
  EXPECT_THAT(Render(Language::kEnglish, status), HasSubstr("sekisho confirm"));
  EXPECT_THAT(Render(Language::kJapanese, status), HasSubstr("あと 14分32秒"));
  EXPECT_THAT(Render(Language::kJapanese, status), HasSubstr("sekisho confirm"));
}

TEST(RenderTest, TheStatusSaysWhatTheNextStartWillBe) {
  v1::LocalStatusReply status;
  status.set_mode(v1::MODE_OBSERVE);
  EXPECT_THAT(Render(Language::kEnglish, status), Not(HasSubstr("next start")));
  status.set_next_mode(v1::MODE_TRIAL);
  EXPECT_THAT(Render(Language::kEnglish, status), HasSubstr("Only observing"));
  EXPECT_THAT(Render(Language::kEnglish, status),
              HasSubstr("From the next start on: refusing on trial"));
  EXPECT_THAT(Render(Language::kJapanese, status), HasSubstr("次回の起動から: 試行(遮断)"));
}

TEST(RenderTest, EachWayToLogInIsSaidWithWhatIsEnough) {
  v1::LoginWays logins;
  const auto add = [&](const char* name, v1::LoginFactors factors) {
    v1::LoginWay& way = *logins.add_ways();
    way.set_name(name);
    way.set_factors(factors);
    return &way;
  };
  add("login", v1::LOGIN_FACTORS_TWO);
  add("cron", v1::LOGIN_FACTORS_NO_LOGIN);
  EXPECT_THAT(Render(Language::kEnglish, logins), HasSubstr("No way in was found"));
  v1::LoginWay* ssh = add("sshd publickey", v1::LOGIN_FACTORS_ONE);
  ssh->add_enough("publickey");
  EXPECT_THAT(Render(Language::kEnglish, logins),
              AllOf(HasSubstr("ONE FACTOR   sshd publickey: publickey\n"),
                    HasSubstr("one factor or none: 1."), Not(HasSubstr("No way in was found"))));
  EXPECT_THAT(Render(Language::kJapanese, logins), HasSubstr("一要素のみ sshd publickey"));
  add("sshd -T", v1::LOGIN_FACTORS_UNKNOWN);
  EXPECT_THAT(Render(Language::kEnglish, logins), HasSubstr("run it as root"));
}

TEST(RenderTest, TheDoctorOfATerminalThatObservesClaimsNothingAndCallsNobody) {
  v1::LocalDoctorReply doctor;
  v1::Probe* probe = doctor.add_probes();
  probe->set_name("usb.new-device");
  probe->set_result(v1::PROBE_RESULT_UNTRIED);
  EXPECT_THAT(Render(Language::kEnglish, doctor, v1::MODE_OBSERVE),
              HasSubstr("This terminal only observes"));
  EXPECT_THAT(Render(Language::kEnglish, doctor, v1::MODE_ENFORCE),
              HasSubstr("could not be tried"));
}

TEST(RenderTest, ARemovalSaysWhetherItWasReleasedAndReported) {
  v1::LocalLeaveReply leave;
  leave.set_reported(true);
  EXPECT_THAT(Render(Language::kEnglish, leave), HasSubstr("has not released this terminal"));
  EXPECT_THAT(Render(Language::kEnglish, leave), HasSubstr("has recorded the removal"));
  leave.set_released(true);
  EXPECT_THAT(Render(Language::kJapanese, leave), HasSubstr("許可されています"));
}

TEST(RenderTest, AnUnenrolledTerminalSaysHowToEnrol) {
  EXPECT_THAT(Render(Language::kEnglish, v1::LocalStatusReply()),
              HasSubstr("sudo sekisho enrol TOKEN"));
}

TEST(RenderTest, ABlockNoticeCarriesTheReference) {
  v1::LocalNotice notice;
  notice.mutable_event()->set_kind(v1::EVENT_KIND_DEVICE_BLOCKED);
  notice.mutable_event()->set_reference("123456");
  *notice.mutable_event()->mutable_device() = BlockedStick().device();
  notice.mutable_texts()->set_contact_ja("情報政策課 内線 100");
  const Notice shown = Render(Language::kJapanese, notice);
  EXPECT_EQ(shown.title, "Example Ultra を遮断しました");
  EXPECT_THAT(shown.body, HasSubstr("123456"));
  EXPECT_THAT(shown.body, HasSubstr("内線 100"));
}

TEST(RenderTest, JsonIsOneDocument) {
  v1::LocalDevicesReply devices;
  *devices.add_devices() = BlockedStick();
  const std::string json = ToJson(devices);
  EXPECT_THAT(json, HasSubstr("\"handle\": \"2-1\""));
  EXPECT_THAT(json, HasSubstr("\"policyVersion\": \"3\""));
}

}  // namespace
}  // namespace sekisho::cli
