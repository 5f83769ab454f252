#include "tests/unit/agent/engine/rig.h"

#include <cstdlib>
#include <filesystem>
#include <utility>

#include "gtest/gtest.h"
#include "proto/contract/convert.h"
#include "proto/contract/keys.h"

namespace sekisho::testing {

namespace {

// When the first boot began, by the console's clock: 2026-04-01 00:00:00 UTC.
constexpr std::chrono::seconds kConsoleEpoch{1775001600};

}  // namespace

absl::Status RecordingLink::Send(const v1::LinkDown& message) {
  if (sent.size() >= room) return absl::UnavailableError("full");
  sent.push_back(message);
  return absl::OkStatus();
}

Terminal::Terminal() {
  std::string pattern = ::testing::TempDir() + "terminal-XXXXXX";
  directory_ = mkdtemp(pattern.data());
  settings.state_directory = directory_;
  seat.Sit({1000, "hanako"});
}

Terminal::~Terminal() {
  engine.reset();
  std::filesystem::remove_all(directory_);
}

void Terminal::Start() {
  engine = std::make_unique<engine::Engine>(
      engine::Seams{loop,          clock,        source,       enforcer, media,
                    backstop,      boot_rules,   boot_control, *disk,    seat,
                    probes,        usb_probe,    file_watch,   &roles,   keyboard_code,
                    file_record,   medium_guard, &medium_hold, &logins,  login_watch,
                    login_sessions},
      settings);
  engine->Start();
  loop.SetTick([this] { return engine->Tick(); });
  loop.Settle();
}

void Terminal::Kill() {
  loop.SetTick(nullptr);
  engine.reset();
  link.sent.clear();
}

void Terminal::Reboot() {
  Kill();
  static unsigned boots = 1;
  clock.Reboot(Uuid(1000000 + boots++));
  boot_control.Boot();
  bus.SetNewDevices(boot_control.Now().mode == platform::BootMode::kObserve
                        ? platform::fake::NewDevices::kAuthorised
                        : platform::fake::NewDevices::kDenied);
  std::vector<std::pair<std::string, platform::DeviceFacts>> plugged;
  for (const char* port : {"1-1", "1-2", "2-1", "2-2", "2-3", "2-4"}) {
    if (const auto* device = bus.At(port)) plugged.emplace_back(port, device->facts);
  }
  for (auto& [port, facts] : plugged) bus.Plug(port, std::move(facts));
  for (const std::string& path : files.Paths()) {
    if (path.starts_with(settings.run_directory)) (void)files.Remove(path);
  }
}

void Terminal::Connect() {
  link.sent.clear();
  engine->AttachLink(&link);
  v1::LinkUp up;
  *up.mutable_welcome() = welcome;
  engine->FromLink(up);
  up.set_state(v1::LINK_STATE_CONNECTED);
  engine->FromLink(up);
  loop.Settle();
}

void Terminal::Disconnect() {
  engine->AttachLink(nullptr);
  loop.Settle();
}

void Terminal::StartEnrolled() {
  Start();
  engine->AttachLink(&link);
  bool enrolled = false;
  engine->Enrol(console.Token(), [&](engine::Answer<v1::LocalEnrolReply> answer) {
    enrolled = std::holds_alternative<v1::LocalEnrolReply>(answer);
  });
  ASSERT_FALSE(link.sent.empty());
  v1::LinkUp up;
  *up.mutable_enrolment() = console.Enrol(link.sent.back().enrol());
  engine->FromLink(up);
  ASSERT_TRUE(enrolled);
  Connect();
  AnswerLastStatus();
  FromConsole(console.SealBundle(console.BundleOf(console.Policy(), 1)));
}

void Terminal::FromConsole(const v1::Sealed& sealed) {
  v1::LinkUp up;
  *up.mutable_sealed() = sealed;
  engine->FromLink(up);
  v1::LinkUp taken;
  taken.mutable_taken()->set_count(100);  // an honest link keeps up
  engine->FromLink(taken);
  loop.Settle();
}

v1::Status Terminal::LastStatus() const {
  for (auto each = link.sent.rbegin(); each != link.sent.rend(); ++each) {
    if (each->sealed().purpose() == v1::PURPOSE_STATUS) return console.OpenStatus(each->sealed());
  }
  ADD_FAILURE() << "no Status was sent";
  return {};
}

v1::Beacon Terminal::BeaconFor(const v1::Status& status) const {
  v1::Beacon beacon;
  beacon.set_terminal_id(console.terminal_id);
  *beacon.mutable_console_time() = contract::ToProto(core::WallTime(
      kConsoleEpoch + std::chrono::duration_cast<std::chrono::milliseconds>(clock.Now())));
  beacon.set_newest_bundle_version(newest_bundle_version);
  beacon.set_newest_keyset_version(1);
  beacon.set_nonce(status.nonce());
  for (const std::string& grant_id : live_grants) beacon.add_live_grant_ids(grant_id);
  return beacon;
}

void Terminal::AnswerLastStatus() { FromConsole(SealBeacon(BeaconFor(LastStatus()))); }

v1::GrantClaims Terminal::ClaimsFor(const std::string& port_path, unsigned number,
                                    std::chrono::seconds duration) const {
  v1::GrantClaims claims;
  claims.set_organisation_id(console.organisation_id);
  claims.set_grant_id(Uuid(number));
  claims.set_terminal_id(console.terminal_id);
  const platform::DeviceFacts& facts = bus.At(port_path)->facts;
  const contract::Sha256 hash = contract::HashOf(std::string_view(
      reinterpret_cast<const char*>(facts.descriptors.data()), facts.descriptors.size()));
  claims.mutable_device()->set_fingerprint(hash.data(), hash.size());
  claims.mutable_device()->set_serial(facts.serial);
  claims.set_action(v1::ACTION_ALLOW);
  claims.set_boot_id(clock.BootId());
  claims.set_deadline_boottime_ns(
      static_cast<std::uint64_t>((clock.Now() + std::chrono::nanoseconds(duration)).count()));
  const std::int64_t now = ConsoleSeconds();
  claims.mutable_issued_at()->set_seconds(now);
  claims.mutable_expires_at()->set_seconds(now + duration.count());
  claims.set_uid(-1);
  claims.set_reason("residents' forms");
  claims.set_ticket("T-1");
  claims.set_requested_by("sato");
  return claims;
}

std::string Terminal::Grant(const std::string& port_path, std::chrono::seconds duration,
                            unsigned number) {
  const v1::GrantClaims claims = ClaimsFor(port_path, number, duration);
  live_grants.insert(claims.grant_id());
  FromConsole(console.SealGrant(claims));
  return claims.grant_id();
}

v1::Order Terminal::OrderOf(std::uint64_t version) const {
  v1::Order order;
  order.set_organisation_id(console.organisation_id);
  order.set_terminal_id(console.terminal_id);
  order.set_version(version);
  order.set_report_key_id(console.ReportKeyId());
  order.mutable_issued_at()->set_seconds(ConsoleSeconds());
  return order;
}

std::int64_t Terminal::ConsoleSeconds() const {
  return (kConsoleEpoch + std::chrono::duration_cast<std::chrono::seconds>(clock.Now())).count();
}

void Terminal::Acknowledge(const v1::Event& event) {
  v1::Acknowledgement acknowledgement;
  acknowledgement.set_terminal_id(console.terminal_id);
  acknowledgement.set_boot_id(event.boot_id());
  acknowledgement.set_sequence(event.sequence());
  const contract::Sha256 hash = contract::HashOf(event.SerializeAsString());
  acknowledgement.set_record_hash(hash.data(), hash.size());
  FromConsole(console.SealAcknowledgement(acknowledgement));
}

std::vector<v1::Event> Terminal::Events() {
  // Through a second look at what is stored, as the console would get it.
  std::vector<v1::Event> events;
  spool::Spool* spool = engine->reporter().spool();
  if (spool == nullptr) return events;
  std::int64_t row = 0;
  while (true) {
    auto stored = spool->Read(row, 1000, 1 << 24);
    if (!stored.ok() || stored->empty()) return events;
    for (const auto& each : *stored) {
      v1::Event event;
      EXPECT_TRUE(event.ParseFromString(each.record.bytes));
      events.push_back(std::move(event));
      row = each.row;
    }
  }
}

std::vector<v1::Event> Terminal::Events(v1::EventKind kind) {
  std::vector<v1::Event> events = Events();
  std::erase_if(events, [&](const v1::Event& event) { return event.kind() != kind; });
  return events;
}

std::vector<v1::ReportBatch> Terminal::Reports() const {
  std::vector<v1::ReportBatch> reports;
  for (const v1::LinkDown& down : link.sent) {
    if (down.sealed().purpose() == v1::PURPOSE_REPORT) {
      reports.push_back(console.OpenReport(down.sealed()));
    }
  }
  return reports;
}

void Terminal::ExpectWholeChain() {
  std::string previous;
  std::uint64_t sequence = 0;
  std::string boot_id;
  for (const v1::Event& event : Events()) {
    if (!previous.empty()) {
      EXPECT_EQ(event.previous_hash(), previous) << event.DebugString();
    }
    if (event.boot_id() == boot_id) {
      EXPECT_EQ(event.sequence(), sequence + 1);
    }
    const contract::Sha256 hash = contract::HashOf(event.SerializeAsString());
    previous.assign(reinterpret_cast<const char*>(hash.data()), hash.size());
    sequence = event.sequence();
    boot_id = event.boot_id();
  }
}

std::string ParameterOf(const v1::Event& event, const std::string& key) {
  for (const v1::Parameter& parameter : event.parameters()) {
    if (parameter.key() == key) return parameter.value();
  }
  return "";
}

}  // namespace sekisho::testing
