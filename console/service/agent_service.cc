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
  const absl::Status unknown =
      absl::PermissionDeniedError("this console does not know the terminal: enrol it again");
  if (terminal.ok() && terminal->organisation_id != identity.organisation_id) return unknown;
  if (!terminal.ok() && !absl::IsNotFound(terminal.status())) return terminal.status();
  if (!terminal.ok() ||
      (terminal->state != v1::TERMINAL_STATE_REVOKED && terminal->enrolment < identity.enrolment)) {
    // An enrolment that this console has signed and does not know of.
    absl::StatusOr<std::vector<store::RestoreRecord>> restores =
        restores_.ListRestores(identity.organisation_id);
    if (!restores.ok()) return restores.status();
    if (restores->empty()) return unknown;
    return absl::NotFoundError("enrolled after the backup that this console was restored from");
  }
  if (terminal->state == v1::TERMINAL_STATE_REVOKED) {
    return absl::PermissionDeniedError("this terminal is revoked");
  }
  if (terminal->enrolment != identity.enrolment) {
    NoteTwin(*terminal, TwinSign::kKey,
             absl::StrCat("certificate of enrolment ", identity.enrolment));
    return absl::PermissionDeniedError("this terminal was enrolled anew elsewhere");
  }
  return terminal;
}

absl::StatusOr<std::shared_ptr<AgentSession>> AgentService::Open(
    const pki::TerminalIdentity& identity, std::shared_ptr<live::TerminalLink> link) {
  absl::StatusOr<store::TerminalRecord> terminal = CheckMayConnect(identity);
  if (!terminal.ok()) return terminal.status();
  return MakeSession(*std::move(terminal), std::move(link));
}

absl::StatusOr<std::shared_ptr<AgentSession>> AgentService::Readmit(
    const pki::TerminalIdentity& identity, const v1::Hello& hello,
    std::shared_ptr<live::TerminalLink> link) {
  const absl::Status refused = absl::PermissionDeniedError(
      "this console was restored from before the terminal's enrolment, and the terminal does not "
      "show that it was enrolled: enrol it again");
  absl::StatusOr<contract::KeyRing> roots = keyring_.Roots();
  if (!roots.ok()) return roots.status();
  absl::StatusOr<v1::EnrolmentGrant> grant =
      contract::OpenAndParse<v1::EnrolmentGrant>(*roots, hello.enrolment(), v1::PURPOSE_ENROLMENT);
  if (!grant.ok() || grant->organisation_id() != identity.organisation_id ||
      grant->terminal_id() != identity.terminal_id) {
    return refused;
  }
  store::TerminalRecord terminal;
  terminal.organisation_id = identity.organisation_id;
  terminal.terminal_id = identity.terminal_id;
  terminal.group_id = grant->group_id();
  terminal.report_public_key = grant->report_public_key();
  terminal.enrolment = identity.enrolment;
  terminal.enrolled_at = clock_.wall();
  absl::StatusOr<store::TerminalRecord> readmitted =
      restores_.Readmit(terminal, {.organisation_id = identity.organisation_id,
                                   .group_path = "",
                                   .at = clock_.wall(),
                                   .actor = "console",
                                   .method = "Readmit",
                                   .target = identity.terminal_id,
                                   .detail = absl::StrCat("enrolment ", identity.enrolment)});
  if (!readmitted.ok()) return readmitted.status();
  Log(Severity::kWarning, absl::StrCat("terminal ", readmitted->name, " (", identity.terminal_id,
                                       ") was enrolled after the backup: taken in again"));
  wakeups_.Notify();
  return MakeSession(*std::move(readmitted), std::move(link));
}

absl::StatusOr<std::shared_ptr<AgentSession>> AgentService::OpenParcel(
    const store::TerminalRecord& terminal, std::shared_ptr<live::TerminalLink> link) {
  if (terminal.state != v1::TERMINAL_STATE_ENROLLED) {
    return absl::FailedPreconditionError("this terminal is revoked, or was never enrolled");
  }
  absl::StatusOr<std::shared_ptr<AgentSession>> session =
      MakeSession(terminal, std::move(link), Carrier::kParcel);
  if (session.ok()) (*session)->Resume();
  return session;
}

absl::StatusOr<std::shared_ptr<AgentSession>> AgentService::MakeSession(
    store::TerminalRecord terminal, std::shared_ptr<live::TerminalLink> link, Carrier carrier) {
  absl::StatusOr<contract::PublicKey> key = contract::ParsePublicKey(terminal.report_public_key);
  if (!key.ok()) return key.status();
  contract::KeyRing ring(terminal.organisation_id);
  ring.Add(v1::PURPOSE_REPORT, *key);
  ring.Add(v1::PURPOSE_STATUS, *key);
  return std::make_shared<AgentSession>(*this, std::move(terminal), std::move(ring),
                                        std::move(link), carrier);
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

void AgentService::NoteTwin(const store::TerminalRecord& terminal, TwinSign sign,
                            const std::string& detail) {
  const std::chrono::nanoseconds now = clock_.steady();
  if (!twins_.ShouldTell(terminal, sign, now)) return;
  log_.Log(Severity::kError, absl::StrCat("twin ", terminal.terminal_id, Name(sign)),
           absl::StrCat("terminal ", terminal.name, ": another machine uses its identity (",
                        Name(sign), detail.empty() ? "" : ": ", detail, ")"),
           now);
  // A certificate that is refused is of no use to whoever has it.
  if (sign != TwinSign::kKey) {
    if (absl::Status marked = terminals_.MarkDuplicated(terminal.terminal_id); !marked.ok()) {
      Log(Severity::kError, absl::StrCat("terminal ", terminal.name, ": ", marked.message()));
    }
  }
  absl::StatusOr<std::uint64_t> cursor = events_.AppendConsoleEvent(
      terminal, v1::EVENT_KIND_TERMINAL_DUPLICATED,
      {MakeParameter("what", Name(sign)), MakeParameter("detail", detail)}, clock_.wall());
  if (cursor.ok()) wakeups_.Notify();
}

}  // namespace sekisho::console::service
