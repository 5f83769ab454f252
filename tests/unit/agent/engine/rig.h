#ifndef SEKISHO_TESTS_UNIT_AGENT_ENGINE_RIG_H_
#define SEKISHO_TESTS_UNIT_AGENT_ENGINE_RIG_H_

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "agent/engine/engine.h"
#include "platform/fake/boot_control.h"
#include "platform/fake/clock.h"
#include "platform/fake/device_roles.h"
#include "platform/fake/event_loop.h"
#include "platform/fake/files.h"
#include "platform/fake/keyboard_code.h"
#include "platform/fake/logins.h"
#include "platform/fake/media.h"
#include "platform/fake/medium_hold.h"
#include "platform/fake/usb_bus.h"
#include "platform/fake/usb_probe.h"
#include "tests/unit/agent/engine/test_console.h"
#include "tests/unit/agent/engine/usb_descriptors.h"

namespace sekisho::testing {

// What the link process was given, in order.
class RecordingLink : public engine::LinkPort {
 public:
  absl::Status Send(const v1::LinkDown& message) override;
  std::vector<v1::LinkDown> sent;
  // Messages it takes before its buffer is full.
  std::size_t room = 1000000;
};

// A seat during whose next question something else happens: agentd asks it in the middle of
// recording, which is between deciding and acting.
class InterruptedSeat : public platform::fake::FakeSeat {
 public:
  platform::Result<platform::SeatPerson> Active() override {
    if (const auto interrupt = std::exchange(interrupt_, nullptr)) interrupt();
    return FakeSeat::Active();
  }
  void BeforeNext(std::function<void()> interrupt) { interrupt_ = std::move(interrupt); }

 private:
  std::function<void()> interrupt_;
};

// One terminal: the real engine, spool, core and contract over fakes that live longer than the
// engine does, so that it can die and start again.
class Terminal {
 public:
  Terminal();
  ~Terminal();

  // Starts agentd, and lets the loop settle.
  void Start();
  // As SIGKILL would: nothing is said or tidied.
  void Kill();
  void Restart() {
    Kill();
    Start();
  }
  // A power cut and a new boot: devices come back unauthorised, /run is empty.
  void Reboot();
  // Start, enrol, connect, first Beacon, policy version 1.
  void StartEnrolled();
  void Connect();
  void Disconnect();

  void FromConsole(const v1::Sealed& sealed);
  // The newest Status that left; answers it as an honest console would.
  v1::Status LastStatus() const;
  v1::Beacon BeaconFor(const v1::Status& status) const;
  void AnswerLastStatus();
  v1::Sealed SealBeacon(const v1::Beacon& beacon) const { return console.SealBeacon(beacon); }

  void Settle() { loop.Settle(); }
  void Advance(std::chrono::nanoseconds step) { loop.Advance(step); }

  // A grant for what is plugged at the port, valid in every respect; tests spoil one.
  v1::GrantClaims ClaimsFor(const std::string& port_path, unsigned number,
                            std::chrono::seconds duration) const;
  // Grants it, and returns the id.
  std::string Grant(const std::string& port_path, std::chrono::seconds duration,
                    unsigned number = 1);

  // The console's time, as BeaconFor says it, in seconds.
  std::int64_t ConsoleSeconds() const;
  // For this terminal, issued now; what it orders is the caller's.
  v1::Order OrderOf(std::uint64_t version) const;
  // Nothing can be written any more.
  void BreakSpool() { files.SetSpace(platform::fake::Space::kFull); }
  // The console has everything up to this event; up to the newest.
  void Acknowledge(const v1::Event& event);
  void AcknowledgeAll() { Acknowledge(Events().back()); }

  // Everything recorded and not acknowledged, oldest first.
  std::vector<v1::Event> Events();
  std::vector<v1::Event> Events(v1::EventKind kind);
  // Reports that left since the link connected.
  std::vector<v1::ReportBatch> Reports() const;
  // Fails the test unless the chain of Events() is whole.
  void ExpectWholeChain();

  TestConsole console;
  platform::fake::ManualClock clock;
  platform::fake::ManualEventLoop loop{clock};
  platform::fake::UsbBus bus{platform::fake::NewDevices::kAuthorised};
  platform::fake::FakeDeviceSource source{bus};
  platform::fake::FakeEnforcer enforcer{bus};
  platform::fake::FakeMedia media;
  platform::fake::FakeBackstop backstop;
  platform::fake::FakeBootRules boot_rules;
  // Enforces, unless a test says otherwise.
  platform::fake::FakeBootControl boot_control;
  platform::fake::MemoryFiles files;
  // Another disk, if a test brings one.
  platform::Files* disk = &files;
  InterruptedSeat seat;
  platform::fake::FakeProbes probes;
  // Null: a terminal without the worker.
  platform::UsbProbe* usb_probe = nullptr;
  // Null: files are not watched.
  platform::FileWatch* file_watch = nullptr;
  platform::fake::FakeDeviceRoles roles;
  // Null: a terminal without a screen of its own.
  platform::KeyboardCode* keyboard_code = nullptr;
  // Null: nobody looks at files.
  platform::FileRecord* file_record = nullptr;
  // Null: a terminal without a second layer.
  platform::MediumGuard* medium_guard = nullptr;
  platform::fake::FakeMediumHold medium_hold;
  platform::fake::FakeLogins logins;
  // Null: the ways to log in are not watched.
  platform::LoginWatch* login_watch = nullptr;
  // Null: nobody says who is logged in.
  platform::LoginSessions* login_sessions = nullptr;
  engine::Settings settings;
  RecordingLink link;
  // What the link says that the console knows, when it connects.
  v1::LinkWelcome welcome;
  std::unique_ptr<engine::Engine> engine;
  // What an honest console would say is newest, and should run.
  std::uint64_t newest_bundle_version = 1;
  std::set<std::string> live_grants;

 private:
  std::string directory_;
};

// Ends the engine before a fake of the test's own that it uses. The last member, or the last
// declared.
struct EndsFirst {
  Terminal& terminal;
  ~EndsFirst() { terminal.Kill(); }
};

// The value of a parameter; empty when there is none.
std::string ParameterOf(const v1::Event& event, const std::string& key);

}  // namespace sekisho::testing

#endif  // SEKISHO_TESTS_UNIT_AGENT_ENGINE_RIG_H_
