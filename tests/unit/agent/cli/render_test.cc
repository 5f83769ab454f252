#include "agent/cli/render.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sekisho::cli {
namespace {

using ::testing::HasSubstr;

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
  EXPECT_EQ(Render(Language::kEnglish, devices),
            "2-1  blocked  Example Ultra (0781:5583), storage  reference 123456\n");
  EXPECT_EQ(Render(Language::kJapanese, devices),
            "2-1  遮断  Example Ultra(0781:5583)、記憶装置  参照番号 123456\n");
}

TEST(RenderTest, WhySaysReasonAndWhatToDo) {
  v1::LocalWhyReply why;
  *why.mutable_device() = BlockedStick();
  why.mutable_device()->mutable_verdict()->set_runner_up_rule_id("our-sticks");
  why.mutable_device()->mutable_verdict()->set_runner_up_condition("serial");
  const std::string text = Render(Language::kEnglish, why);
  EXPECT_THAT(text, HasSubstr("No rule of the policy allows it."));
  EXPECT_THAT(text, HasSubstr("\"our-sticks\""));
  EXPECT_THAT(text, HasSubstr("sekisho request 2-1 --reason"));
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
