#include "console/service/terminal_service.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "console/ids.h"
#include "console/service/agent_session_parts.h"
#include "console/service/groups.h"
#include "console/service/order_plan.h"
#include "console/service/paging.h"
#include "proto/contract/convert.h"
#include "proto/contract/keys.h"
#include "proto/contract/token.h"

namespace sekisho::console::service {
namespace {

constexpr std::uint32_t kMaxUses = 10000;
constexpr std::uint32_t kMinLifetime = 60;
constexpr std::uint32_t kMaxLifetime = 2'592'000;
constexpr std::size_t kMaxTerminalName = 128;
constexpr std::size_t kSecretBytes = 16;
#define SEKISHO_METHOD(name) "sekisho.v1.TerminalService/" name

}  // namespace

store::AuditEntry TerminalService::Audit(const authz::Caller& caller, const char* method,
                                         const std::string& group_path, std::string target,
                                         std::string detail) {
  return {.organisation_id = caller.organisation_id,
          .group_path = group_path,
          .at = clock_.wall(),
          .actor = caller.name,
          .method = method,
          .target = std::move(target),
          .detail = std::move(detail)};
}

absl::StatusOr<v1::Terminal> TerminalService::View(const store::TerminalRecord& record) {
  absl::StatusOr<policy::CurrentBundle> bundle =
      publisher_.Current(record.organisation_id, record.group_path);
  if (!bundle.ok()) return bundle.status();
  v1::Terminal terminal;
  terminal.set_terminal_id(record.terminal_id);
  terminal.set_organisation_id(record.organisation_id);
  terminal.set_group_id(record.group_id);
  terminal.set_name(record.name);
  terminal.set_state(record.state);
  terminal.set_newest_bundle_version(bundle->version);
  if (record.enrolled_at.has_value()) {
    *terminal.mutable_enrolled_at() = contract::ToProto(*record.enrolled_at);
  }
  const std::shared_ptr<live::LiveTerminal> live = registry_.Find(record.terminal_id);
  terminal.set_connected(live != nullptr);
  std::optional<WallTime> last = record.last_status_at;
  if (last.has_value()) *terminal.mutable_status() = record.last_status;
  if (live != nullptr) {
    // The stream's is newer than the store's copy.
    if (const std::optional<live::KnownStatus> known = live->status()) {
      last = known->received_at;
      *terminal.mutable_status() = known->status;
    }
  }
  absl::StatusOr<store::OrderStanding> standing =
      orders_.FindStanding(record.terminal_id, record.enrolment);
  if (!standing.ok()) return standing.status();
  terminal.set_enrolments(static_cast<std::uint32_t>(record.enrolment));
  terminal.set_orders_waiting(standing->waiting);
  terminal.set_ordered_mode(
      OrderedMode(*standing, terminal.has_status() ? &terminal.status() : nullptr));
  Sight sight{.state = record.state,
              .status = terminal.has_status() ? &terminal.status() : nullptr,
              .age = last.has_value() ? clock_.wall() - *last : std::chrono::milliseconds(0),
              .newest_bundle = bundle->version,
              .chain_broken = record.chain_broken,
              .duplicated = record.duplicated};
  if (last.has_value()) *terminal.mutable_last_status_at() = contract::ToProto(*last);
  for (const v1::Unprotected reason : UnprotectedReasons(sight)) terminal.add_unprotected(reason);
  return terminal;
}

absl::StatusOr<v1::ListTerminalsResponse> TerminalService::ListTerminals(
    const authz::Caller& caller, const v1::ListTerminalsRequest& request) {
  absl::StatusOr<std::uint32_t> size = PageSize(request.page_size());
  if (!size.ok()) return size.status();
  store::Scope scope = ScopeOf(caller);
  if (!request.group_id().empty()) {
    absl::StatusOr<store::Group> group =
        ResolveGroup(organisations_, caller, SEKISHO_METHOD("ListTerminals"), request.group_id());
    if (!group.ok()) return group.status();
    scope.path = group->path;
  }
  v1::ListTerminalsResponse response;
  std::string after = request.page_token();
  // With a filter that the store does not know, pages are filled by reading on.
  for (;;) {
    absl::StatusOr<std::vector<store::TerminalRecord>> records =
        terminals_.ListTerminals(scope, after, *size + 1);
    if (!records.ok()) return records.status();
    for (const store::TerminalRecord& record : *records) {
      if (static_cast<std::uint32_t>(response.terminals_size()) == *size) {
        response.set_next_page_token(after);
        return response;
      }
      absl::StatusOr<v1::Terminal> terminal = View(record);
      if (!terminal.ok()) return terminal.status();
      after = record.name;
      if (request.unprotected_only() && terminal->unprotected().empty()) continue;
      *response.add_terminals() = *std::move(terminal);
    }
    if (records->size() <= *size) return response;
  }
}

absl::StatusOr<v1::GetTerminalResponse> TerminalService::GetTerminal(
    const authz::Caller& caller, const v1::GetTerminalRequest& request) {
  absl::StatusOr<store::TerminalRecord> record =
      ResolveTerminal(terminals_, caller, SEKISHO_METHOD("GetTerminal"), request.terminal());
  if (!record.ok()) return record.status();
  absl::StatusOr<v1::Terminal> terminal = View(*record);
  if (!terminal.ok()) return terminal.status();
  v1::GetTerminalResponse response;
  *response.mutable_terminal() = *std::move(terminal);
  return response;
}

absl::StatusOr<v1::RevokeTerminalResponse> TerminalService::RevokeTerminal(
    const authz::Caller& caller, const v1::RevokeTerminalRequest& request) {
  if (request.reason().empty()) {
    return absl::InvalidArgumentError("say why (--reason \"…\"): it is kept in the audit log");
  }
  absl::StatusOr<store::TerminalRecord> record =
      ResolveTerminal(terminals_, caller, SEKISHO_METHOD("RevokeTerminal"), request.terminal());
  if (!record.ok()) return record.status();
  const WallTime now = clock_.wall();
  absl::Status revoked = terminals_.RevokeTerminal(
      record->terminal_id, now,
      Audit(caller, "RevokeTerminal", record->group_path, record->name, request.reason()));
  if (!revoked.ok()) return revoked;
  if (const std::shared_ptr<live::LiveTerminal> live = registry_.Find(record->terminal_id)) {
    live->link().Close(absl::PermissionDeniedError("this terminal is revoked"));
  }
  absl::StatusOr<std::uint64_t> cursor = events_.AppendConsoleEvent(
      *record, v1::EVENT_KIND_TERMINAL_REVOKED,
      {MakeParameter("reason", request.reason()), MakeParameter("operator", caller.name)}, now);
  if (!cursor.ok()) return cursor.status();
  wakeups_.Notify();
  return v1::RevokeTerminalResponse();
}

absl::StatusOr<v1::ExpectTerminalResponse> TerminalService::ExpectTerminal(
    const authz::Caller& caller, const v1::ExpectTerminalRequest& request) {
  if (request.name().empty() || request.name().size() > kMaxTerminalName) {
    return absl::InvalidArgumentError("a terminal needs a name of 1 to 128 bytes");
  }
  absl::StatusOr<store::Group> group =
      ResolveGroup(organisations_, caller, SEKISHO_METHOD("ExpectTerminal"), request.group_id());
  if (!group.ok()) return group.status();
  store::TerminalRecord record;
  record.organisation_id = caller.organisation_id;
  record.terminal_id = NewUuid();
  record.group_id = group->group_id;
  record.group_path = group->path;
  record.name = request.name();
  record.state = v1::TERMINAL_STATE_EXPECTED;
  absl::Status created = terminals_.CreateTerminal(
      record, Audit(caller, "ExpectTerminal", group->path, record.name, ""));
  if (!created.ok()) return created;
  absl::StatusOr<v1::Terminal> terminal = View(record);
  if (!terminal.ok()) return terminal.status();
  v1::ExpectTerminalResponse response;
  *response.mutable_terminal() = *std::move(terminal);
  return response;
}

absl::StatusOr<v1::CreateEnrolmentTokenResponse> TerminalService::CreateEnrolmentToken(
    const authz::Caller& caller, const v1::CreateEnrolmentTokenRequest& request) {
  if (request.uses() < 1 || request.uses() > kMaxUses) {
    return absl::InvalidArgumentError("a token has 1 to 10000 uses (--uses 1)");
  }
  if (request.lifetime_seconds() < kMinLifetime || request.lifetime_seconds() > kMaxLifetime) {
    return absl::InvalidArgumentError("a token holds from 60 seconds to 30 days (--for 24h)");
  }
  if (!request.terminal_name().empty() && request.uses() != 1) {
    return absl::InvalidArgumentError("a token for one terminal has one use (--uses 1)");
  }
  if (request.terminal_name().size() > kMaxTerminalName) {
    return absl::InvalidArgumentError("a terminal's name has at most 128 bytes");
  }
  absl::StatusOr<store::Group> group = ResolveGroup(
      organisations_, caller, SEKISHO_METHOD("CreateEnrolmentToken"), request.group_id());
  if (!group.ok()) return group.status();
  const WallTime now = clock_.wall();
  v1::EnrolmentToken token;
  token.set_console_address(console_address_);
  token.set_token_id(NewUuid());
  token.set_secret(contract::RandomBytes(kSecretBytes));
  token.set_trust_anchor_hash(Sha256Of(keyring_.trust_anchor()));
  store::EnrolmentTokenRecord record;
  record.organisation_id = caller.organisation_id;
  record.token_id = token.token_id();
  record.secret_hash = Sha256Of(token.secret());
  record.group_id = group->group_id;
  record.group_path = group->path;
  record.terminal_name = request.terminal_name();
  record.uses_left = request.uses();
  record.expires_at = now + std::chrono::seconds(request.lifetime_seconds());
  record.created_by = caller.name;
  absl::Status created =
      tokens_.CreateToken(record, Audit(caller, "CreateEnrolmentToken", group->path,
                                        record.token_id, absl::StrCat("uses ", record.uses_left)));
  if (!created.ok()) return created;
  v1::CreateEnrolmentTokenResponse response;
  response.set_token_id(record.token_id);
  response.set_token(contract::WriteToken(token));
  *response.mutable_expires_at() = contract::ToProto(record.expires_at);
  return response;
}

absl::StatusOr<v1::ListEnrolmentTokensResponse> TerminalService::ListEnrolmentTokens(
    const authz::Caller& caller, const v1::ListEnrolmentTokensRequest& request) {
  absl::StatusOr<std::vector<store::EnrolmentTokenRecord>> tokens =
      tokens_.ListTokens(ScopeOf(caller));
  if (!tokens.ok()) return tokens.status();
  v1::ListEnrolmentTokensResponse response;
  for (const store::EnrolmentTokenRecord& record : *tokens) {
    v1::EnrolmentTokenInfo& token = *response.add_tokens();
    token.set_token_id(record.token_id);
    token.set_group_id(record.group_id);
    token.set_uses_left(record.uses_left);
    *token.mutable_expires_at() = contract::ToProto(record.expires_at);
    token.set_created_by(record.created_by);
    token.set_revoked(record.revoked);
  }
  return response;
}

absl::StatusOr<v1::RevokeEnrolmentTokenResponse> TerminalService::RevokeEnrolmentToken(
    const authz::Caller& caller, const v1::RevokeEnrolmentTokenRequest& request) {
  absl::StatusOr<store::EnrolmentTokenRecord> token = tokens_.FindToken(request.token_id());
  absl::Status allowed = token.status();
  if (allowed.ok()) {
    allowed = authz::Authorise(caller, SEKISHO_METHOD("RevokeEnrolmentToken"),
                               token->organisation_id, token->group_path);
  }
  if (absl::IsNotFound(allowed)) {
    return absl::NotFoundError("no such enrolment token; list them with: sekishoctl tokens list");
  }
  if (!allowed.ok()) return allowed;
  absl::Status revoked = tokens_.RevokeToken(
      caller.organisation_id, token->token_id,
      Audit(caller, "RevokeEnrolmentToken", token->group_path, token->token_id, ""));
  if (!revoked.ok()) return revoked;
  return v1::RevokeEnrolmentTokenResponse();
}

#undef SEKISHO_METHOD

}  // namespace sekisho::console::service
