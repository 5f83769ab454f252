#ifndef SEKISHO_TESTS_UNIT_CONSOLE_CLI_SAMPLES_H_
#define SEKISHO_TESTS_UNIT_CONSOLE_CLI_SAMPLES_H_

#include <string>

#include "console/cli/render/lists.h"
#include "sekisho/v1/device.pb.h"
#include "sekisho/v1/event_service.pb.h"

// What an office sees on an ordinary day.
namespace sekisho::console::cli::samples {

inline constexpr std::int64_t kNow = 1775003400;  // 2026-04-01 09:30:00 in Tokyo

inline Style In(Language language) {
  return {language, absl::FixedTimeZone(9 * 60 * 60), absl::FromUnixSeconds(kNow)};
}

inline v1::Device Stick() {
  v1::Device device;
  device.set_fingerprint("\x9f\x2c\x01\xd4" + std::string(28, '\0'));
  device.set_vendor_id(0x0781);
  device.set_product_id(0x5581);
  device.set_serial("4C530001");
  device.set_manufacturer("SanDisk");
  device.set_product("Ultra");
  device.set_port_path("2-1.4");
  device.add_classes(v1::DEVICE_CLASS_STORAGE);
  return device;
}

inline v1::Verdict Blocked() {
  v1::Verdict verdict;
  verdict.set_action(v1::ACTION_BLOCK);
  verdict.set_reason(v1::VERDICT_REASON_DEFAULT);
  verdict.set_policy_version(3);
  verdict.set_runner_up_rule_id("registered-sticks");
  verdict.set_runner_up_condition("serial");
  return verdict;
}

inline v1::Event Event(v1::EventKind kind) {
  v1::Event event;
  event.set_kind(kind);
  event.mutable_wall_time()->set_seconds(kNow);
  event.mutable_person()->set_uid(1000);
  event.mutable_person()->set_name("hanako");
  *event.mutable_device() = Stick();
  return event;
}

inline v1::Event With(v1::Event event, const std::string& key, const std::string& value) {
  v1::Parameter* parameter = event.add_parameters();
  parameter->set_key(key);
  parameter->set_value(value);
  return event;
}

inline v1::StoredEvent Stored(const v1::Event& event) {
  v1::StoredEvent stored;
  stored.set_cursor(7);
  stored.set_terminal_id("0b9e6c1e-0000-4000-8000-000000000012");
  stored.set_terminal_name("zeimu-012");
  stored.mutable_received_at()->set_seconds(kNow + 1);
  *stored.mutable_event() = event;
  return stored;
}

}  // namespace sekisho::console::cli::samples

#endif  // SEKISHO_TESTS_UNIT_CONSOLE_CLI_SAMPLES_H_
