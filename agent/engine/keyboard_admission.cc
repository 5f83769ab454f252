#include "agent/engine/keyboard_admission.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/core/classify.h"
#include "agent/engine/log.h"
#include "proto/contract/convert.h"

namespace sekisho::engine {
namespace {

using platform::BootMode;
using platform::KeyboardCode;

// A console that is only being restarted is no reason to ask.
constexpr std::chrono::seconds kUnreached{30};
// Or a stranger with a box of keyboards would hold the screen for ever.
constexpr int kRoundsAnHour = 3;
constexpr std::chrono::hours kHour{1};
// When the screen is not to be had: the boot's splash, somebody else's lock.
constexpr std::chrono::seconds kScreenPatience{60};

// Something to type on, and nothing besides but more input: an interface that is none, like codes
// of the device itself that say so, would add its class.
bool IsOnlyAKeyboard(const core::Device& device) {
  return device.bus == core::Bus::kUsb && device.classes.contains(core::DeviceClass::kKeyboard) &&
         std::ranges::all_of(device.classes, [](core::DeviceClass each) {
           return each == core::DeviceClass::kKeyboard || each == core::DeviceClass::kPointer;
         });
}

bool IsEligible(const DeviceEntry& entry) {
  return entry.fault.empty() && entry.code == CodeChance::kLeft &&
         entry.handling == Handling::kSettled && entry.verdict.action == core::Action::kBlock &&
         entry.enforced == core::Authorisation::kUnauthorised && IsOnlyAKeyboard(entry.device);
}

bool IsKeyboardInUse(const DeviceEntry& entry) {
  return entry.enforced == core::Authorisation::kAuthorised &&
         entry.verdict.action != core::Action::kBlock &&
         core::OpenClasses(entry.device, entry.verdict.shut_interfaces)
             .contains(core::DeviceClass::kKeyboard);
}

std::string_view BytesOf(const core::Fingerprint& fingerprint) {
  return {reinterpret_cast<const char*>(fingerprint.data()), fingerprint.size()};
}

v1::Event EventAbout(v1::EventKind kind, const core::Device& device, unsigned attempts) {
  v1::Event event = EventOf(kind);
  *event.mutable_device() = contract::ToProto(device);
  AddParameter(event, "attempts", absl::StrCat(attempts));
  return event;
}

}  // namespace

void KeyboardAdmission::Load() {
  if (std::optional<std::string> bytes = store_.Load(StateFile::kKeyboard)) {
    if (!stored_.ParseFromString(*bytes)) {
      store_.SetAside(StateFile::kKeyboard, "garbage");
      stored_.Clear();
    }
  }
  const std::string boot_id = seams_.clock.BootId();
  if (stored_.boot_id() != boot_id) stored_.Clear();
  stored_.set_boot_id(boot_id);
  if (stored_.admitted().fingerprint().empty()) return;
  stage_ = Stage::kAdmitted;
  asked_.device.port_path = stored_.admitted().port_path();
}

void KeyboardAdmission::Start() {
  if (seams_.keyboard_code != nullptr) seams_.keyboard_code->GiveBackScreen();
  Look();
}

void KeyboardAdmission::Stop() {
  if (round_ != nullptr) Lose(attempts_);
}

void KeyboardAdmission::LinkIs(v1::LinkState state) {
  if (state == v1::LINK_STATE_CONNECTED) {
    unreached_since_.reset();
  } else if (!unreached_since_) {
    unreached_since_ = seams_.clock.Now();
  }
  Look();
}

bool KeyboardAdmission::IsAsked(const DeviceEntry& entry) const {
  if (asked_.held != nullptr) return entry.held == asked_.held;
  return entry.device.port_path == stored_.admitted().port_path() &&
         BytesOf(entry.device.fingerprint) == stored_.admitted().fingerprint() &&
         entry.device.serial == stored_.admitted().serial();
}

bool KeyboardAdmission::Admits(const DeviceEntry& entry) const {
  switch (stage_) {
    case Stage::kIdle:
    case Stage::kShowing:
    case Stage::kShutting:
      return false;
    case Stage::kOpening:
      return IsAsked(entry);
    case Stage::kAsking:
    case Stage::kAdmitted:
      // It opens nothing: another one that was plugged in while nobody looked comes up shut.
      return entry.enforced == core::Authorisation::kAuthorised && IsAsked(entry);
  }
  return false;
}

DeviceEntry* KeyboardAdmission::FindAsked() const {
  DeviceEntry* entry = control_.table().Find(asked_.device.port_path);
  return entry != nullptr && IsAsked(*entry) ? entry : nullptr;
}

bool KeyboardAdmission::IsOpen() const {
  const DeviceEntry* entry = FindAsked();
  return entry != nullptr && entry->enforced == core::Authorisation::kAuthorised;
}

void KeyboardAdmission::Look() {
  const bool refuses = mode_.mode() == BootMode::kTrial || mode_.mode() == BootMode::kEnforce;
  switch (stage_) {
    case Stage::kIdle:
      return refuses ? Consider() : alarm_.reset();
    case Stage::kShowing:
      if (!refuses || FindAsked() == nullptr) Settle();
      return;
    case Stage::kOpening:
      return;
    case Stage::kAsking:
      if (!refuses) return Settle();
      if (!IsOpen()) Lose(0);
      return;
    case Stage::kShutting:
      if (!refuses) return Settle();
      if (!IsOpen() || FindAsked()->verdict.action != core::Action::kBlock) EndLost();
      return;
    case Stage::kAdmitted:
      if (IsOpen()) {
        asked_.held = FindAsked()->held;
        return;
      }
      stored_.clear_admitted();
      (void)Save();  // what is not open is not let in by it, whatever stands there
      return Settle();
  }
}

void KeyboardAdmission::Consider() {
  alarm_.reset();
  if (seams_.keyboard_code == nullptr || !unreached_since_) return;
  DeviceEntry* candidate = nullptr;
  for (auto& [port_path, entry] : control_.table().entries()) {
    if (IsKeyboardInUse(entry)) return;
    if (candidate == nullptr && IsEligible(entry)) candidate = &entry;
  }
  if (candidate == nullptr) return;
  if (const platform::BootTime when = NotBefore(); seams_.clock.Now() < when) {
    alarm_ = seams_.loop.At(when, [this] { Look(); });
    return;
  }
  if (seams_.keyboard_code->Others() == KeyboardCode::OtherKeyboards::kSome) return;
  Begin(*candidate);
}

platform::BootTime KeyboardAdmission::NotBefore() {
  const auto began = [this](int i) {
    return platform::BootTime(static_cast<std::int64_t>(stored_.rounds_boottime_ns(i)));
  };
  auto& rounds = *stored_.mutable_rounds_boottime_ns();
  while (!rounds.empty() && began(0) + kHour <= seams_.clock.Now()) rounds.erase(rounds.begin());
  platform::BootTime when = std::max(*unreached_since_ + kUnreached, retry_at_);
  if (rounds.size() >= kRoundsAnHour) {
    when = std::max(when, began(rounds.size() - kRoundsAnHour) + kHour);
  }
  return when;
}

void KeyboardAdmission::Begin(DeviceEntry& entry) {
  stored_.add_rounds_boottime_ns(static_cast<std::uint64_t>(seams_.clock.Now().count()));
  // What is not remembered would not be counted by the next agentd.
  if (!Save().ok()) {
    stored_.mutable_rounds_boottime_ns()->RemoveLast();
    retry_at_ = seams_.clock.Now() + kScreenPatience;
    return;
  }
  entry.code = CodeChance::kGone;
  asked_ = Asked{entry.held, entry.device};
  attempts_ = 0;
  stage_ = Stage::kShowing;
  round_ = seams_.keyboard_code->Begin(
      *entry.held, KeyboardCode::Steps{
                       .shown = [this] { Shown(); },
                       .judged = [this](KeyboardCode::Verdict verdict,
                                        unsigned attempts) { Judged(verdict, attempts); },
                       .failed = [this](const platform::Failure& failure) { Failed(failure); },
                   });
}

void KeyboardAdmission::Shown() {
  if (stage_ != Stage::kShowing) return;
  stage_ = Stage::kOpening;
  control_.Reconcile();
  stage_ = Stage::kAsking;
  Look();  // it may not have come up
}

void KeyboardAdmission::Judged(KeyboardCode::Verdict verdict, unsigned attempts) {
  if (stage_ != Stage::kAsking) return;
  const DeviceEntry* entry = FindAsked();
  switch (verdict) {
    case KeyboardCode::Verdict::kRight:
      if (entry != nullptr && IsOpen()) return Admit(*entry, attempts);
      return Lose(attempts);
    case KeyboardCode::Verdict::kWrong:
    case KeyboardCode::Verdict::kLate:
      return Lose(attempts);
  }
}

void KeyboardAdmission::Failed(const platform::Failure& failure) {
  Log(Severity::kWarning, absl::StrCat("keyboard code: ", failure.ToString()));
  if (stage_ == Stage::kAsking) return Lose(0);
  if (stage_ != Stage::kShowing) return;
  // Nobody has seen a code: that is not the device's doing. The round counts all the same.
  if (DeviceEntry* entry = FindAsked()) entry->code = CodeChance::kLeft;
  retry_at_ = seams_.clock.Now() + kScreenPatience;
  Settle();
}

void KeyboardAdmission::Admit(const DeviceEntry& entry, unsigned attempts) {
  v1::Event event = EventAbout(v1::EVENT_KIND_KEYBOARD_ADMITTED, asked_.device, attempts);
  *event.mutable_verdict() = contract::ToProto(entry.verdict);
  // No unaudited allow.
  if (!reporter_.Record(std::move(event), Reporter::IfUnwritable::kForget).ok()) {
    return Lose(attempts);
  }
  stage_ = Stage::kAdmitted;
  v1::GrantedDevice* admitted = stored_.mutable_admitted();
  admitted->set_fingerprint(std::string(BytesOf(asked_.device.fingerprint)));
  admitted->set_serial(asked_.device.serial);
  admitted->set_port_path(asked_.device.port_path);
  (void)Save();  // not remembered: asked again should agentd be restarted
  round_.reset();
}

void KeyboardAdmission::Lose(unsigned attempts) {
  stage_ = Stage::kShutting;
  attempts_ = attempts;
  control_.Reconcile();  // looks here when it is done
}

void KeyboardAdmission::EndLost() {
  (void)reporter_.Record(EventAbout(v1::EVENT_KIND_KEYBOARD_CODE_FAILED, asked_.device, attempts_));
  Settle();
}

void KeyboardAdmission::Settle() {
  stage_ = Stage::kIdle;
  asked_ = Asked{};
  round_.reset();
  Look();
}

absl::Status KeyboardAdmission::Save() {
  absl::Status saved = store_.Save(StateFile::kKeyboard, stored_.SerializeAsString());
  if (!saved.ok()) {
    Log(Severity::kWarning, absl::StrCat("cannot remember the keyboard: ", saved.message()));
  }
  return saved;
}

}  // namespace sekisho::engine
