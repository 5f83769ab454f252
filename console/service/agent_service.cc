#include "console/service/agent_service.h"

#include "absl/strings/str_cat.h"
#include "console/service/agent_session_parts.h"
#include "proto/contract/bounds.h"

namespace sekisho::console::service {
namespace {

constexpr std::chrono::minutes kRefusedPeriod{1};
constexpr std::size_t kMaxRefused = 10000;

}  // namespace

absl::StatusOr<store::TerminalRecord> AgentService::CheckMayConnect(
    const pki::TerminalIdentity& identity) {
  absl::StatusOr<store::TerminalRecord> terminal = terminals_.FindTerminal(identity.terminal_id);
  if (absl::IsNotFound(terminal.status()) ||
      (terminal.ok() && terminal->organisation_id != identity.organisation_id)) {
    return absl::PermissionDeniedError("this console does not know the terminal: enrol it again");
  }
  if (!terminal.ok()) return terminal.status();
  if (terminal->state == v1::TERMINAL_STATE_REVOKED) {
    return absl::PermissionDeniedError("this terminal is revoked");
  }
  if (terminal->enrolment != identity.enrolment) {
    log_.Log(Severity::kWarning, absl::StrCat("enrolment ", terminal->terminal_id),
             absl::StrCat("terminal ", terminal->name,
                          ": a certificate of an earlier enrolment is in use: a clone?"),
             clock_.steady());
    return absl::PermissionDeniedError("this terminal was enrolled anew elsewhere");
  }
  return terminal;
}

absl::StatusOr<std::shared_ptr<AgentSession>> AgentService::Open(
    const pki::TerminalIdentity& identity, std::shared_ptr<live::TerminalLink> link) {
  absl::StatusOr<store::TerminalRecord> terminal = CheckMayConnect(identity);
  if (!terminal.ok()) return terminal.status();
  absl::StatusOr<contract::PublicKey> key = contract::ParsePublicKey(terminal->report_public_key);
  if (!key.ok()) return key.status();
  contract::KeyRing ring(terminal->organisation_id);
  ring.Add(v1::PURPOSE_REPORT, *key);
  ring.Add(v1::PURPOSE_STATUS, *key);
  return std::make_shared<AgentSession>(*this, *std::move(terminal), std::move(ring),
                                        std::move(link));
}

absl::StatusOr<int> AgentService::NoteSilent() {
  const WallTime now = clock_.wall();
  for (const std::shared_ptr<live::LiveTerminal>& terminal : registry_.All()) {
    if (clock_.steady() - terminal->heard_steady() < contract::kBeaconStale) continue;
    terminal->link().Close(absl::UnavailableError("no Status came for too long"));
  }
  absl::StatusOr<std::vector<store::TerminalRecord>> silent =
      terminals_.ListNewlySilent(now - contract::kBeaconStale);
  if (!silent.ok()) return silent.status();
  int noted = 0;
  for (const store::TerminalRecord& terminal : *silent) {
    // The store's copy of a status lags a few seconds behind the stream's.
    const std::shared_ptr<live::LiveTerminal> live = registry_.Find(terminal.terminal_id);
    const std::optional<live::KnownStatus> known = live ? live->status() : std::nullopt;
    if (known.has_value() && now - known->received_at < contract::kBeaconStale) continue;
    const WallTime last = terminal.last_status_at.value_or(terminal.enrolled_at.value_or(now));
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - last).count();
    absl::StatusOr<std::uint64_t> cursor =
        events_.AppendConsoleEvent(terminal, v1::EVENT_KIND_TERMINAL_SILENT,
                                   {MakeParameter("seconds", absl::StrCat(seconds))}, now);
    if (!cursor.ok()) return cursor.status();
    ++noted;
  }
  if (noted > 0) wakeups_.Notify();
  return noted;
}

void AgentService::NoteRefused(const store::TerminalRecord& terminal, const absl::Status& why) {
  const std::chrono::nanoseconds now = clock_.steady();
  log_.Log(Severity::kWarning, absl::StrCat("refused ", terminal.terminal_id),
           absl::StrCat("terminal ", terminal.name, ": report refused: ", why.message()), now);
  {
    std::lock_guard lock(mutex_);
    const auto found = refused_at_.find(terminal.terminal_id);
    if (found != refused_at_.end() && now - found->second < kRefusedPeriod) return;
    if (refused_at_.size() >= kMaxRefused) refused_at_.clear();
    refused_at_[terminal.terminal_id] = now;
  }
  absl::StatusOr<std::uint64_t> cursor = events_.AppendConsoleEvent(
      terminal, v1::EVENT_KIND_REPORT_REFUSED,
      {MakeParameter("cause", std::string(why.message().substr(0, 200)))}, clock_.wall());
  if (cursor.ok()) wakeups_.Notify();
}

}  // namespace sekisho::console::service
