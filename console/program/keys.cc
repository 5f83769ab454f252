#include "console/program/keys.h"

#include <algorithm>
#include <functional>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "console/pki/keyring.h"
#include "console/program/console.h"
#include "console/store/sqlite/sqlite_backend.h"
#include "proto/contract/convert.h"

namespace sekisho::console::program {
namespace {

struct Named {
  const char* name;
  v1::Purpose purpose;
};
constexpr Named kSigning[] = {{"bundle", v1::PURPOSE_BUNDLE},
                              {"grant", v1::PURPOSE_GRANT},
                              {"grant-revocation", v1::PURPOSE_GRANT_REVOCATION},
                              {"acknowledgement", v1::PURPOSE_ACKNOWLEDGEMENT},
                              {"beacon", v1::PURPOSE_BEACON}};
constexpr std::size_t kMaxNamed = 20;
constexpr std::uint32_t kPage = 500;

// "0.1.0" and before; also one that never said its version.
bool IsOld(const store::TerminalRecord& terminal) {
  return terminal.last_status.agent_version().empty() ||
         terminal.last_status.agent_version().rfind("0.1", 0) == 0;
}

absl::StatusOr<std::vector<std::string>> OldOnes(const std::string& data,
                                                 const std::string& organisation_id) {
  absl::StatusOr<std::unique_ptr<store::Backend>> backend =
      store::sqlite::OpenBackend(StorePath(data));
  if (!backend.ok()) return backend.status();
  std::vector<std::string> names;
  std::string after;
  for (;;) {
    absl::StatusOr<std::vector<store::TerminalRecord>> page =
        (*backend)->terminals().ListTerminals({organisation_id, ""}, after, kPage);
    if (!page.ok()) return page.status();
    for (const store::TerminalRecord& terminal : *page) {
      after = terminal.name;
      if (terminal.state == v1::TERMINAL_STATE_ENROLLED && IsOld(terminal)) {
        names.push_back(terminal.name);
      }
    }
    if (page->size() < kPage) return names;
  }
}

absl::Status CheckAllMayFollow(const std::string& data, const pki::Keyring& keyring) {
  absl::StatusOr<std::vector<std::string>> old = OldOnes(data, keyring.organisation_id());
  if (!old.ok()) return old.status();
  if (old->empty()) return absl::OkStatus();
  const std::size_t count = old->size();
  if (count > kMaxNamed) old->resize(kMaxNamed);
  return absl::FailedPreconditionError(absl::StrCat(
      count,
      " terminals have an agent of before 0.2.0, which knows no new root or authority and would "
      "have to be enrolled again: ",
      absl::StrJoin(*old, ", "), count > kMaxNamed ? ", …" : "",
      ". Upgrade them first, or leave them behind with --force"));
}

}  // namespace

absl::StatusOr<std::vector<KeyInfo>> ListKeys(const std::string& data) {
  absl::StatusOr<pki::Keyring> keyring = pki::Keyring::Load(KeysPath(data));
  if (!keyring.ok()) return keyring.status();
  std::vector<KeyInfo> keys;
  for (const Named& each : kSigning) {
    keys.push_back({each.name, keyring->IdOfKey(each.purpose), keyring->NotAfter(each.purpose)});
  }
  keys.push_back({.name = "root", .id = keyring->IdOfKey(v1::PURPOSE_ENROLMENT), .ends = false});
  absl::StatusOr<pki::CertificateFacts> server =
      pki::Authority::FactsOf(keyring->server().chain_pem);
  if (!server.ok()) return server.status();
  keys.push_back({.name = "server", .id = "", .not_after = server->not_after});
  absl::StatusOr<pki::CertificateFacts> authority =
      pki::Authority::FactsOf(keyring->authority()->CertificatePem());
  if (!authority.ok()) return authority.status();
  keys.push_back({.name = "ca", .id = "", .not_after = authority->not_after});
  return keys;
}

absl::Status RotateKeys(const std::string& data, const std::vector<std::string>& names,
                        OldAgents old_agents, const Clock& clock) {
  std::vector<v1::Purpose> purposes;
  bool server = false;
  bool root = false;
  bool authority = false;
  for (const std::string& name : names) {
    const bool all = name == "all";
    const std::size_t before = purposes.size();
    for (const Named& each : kSigning) {
      if (all || name == each.name) purposes.push_back(each.purpose);
    }
    server = server || all || name == "server";
    root = root || name == "root";
    authority = authority || name == "ca";
    if (purposes.size() == before && name != "server" && name != "root" && name != "ca") {
      return absl::InvalidArgumentError(absl::StrCat(
          "\"", name, "\" is not a key that can be rotated; see sekisho-console keys list"));
    }
  }
  absl::StatusOr<pki::Keyring> keyring = pki::Keyring::Load(KeysPath(data), clock.wall);
  if (!keyring.ok()) return keyring.status();
  if ((root || authority) && old_agents == OldAgents::kRefuse) {
    if (absl::Status may = CheckAllMayFollow(data, *keyring); !may.ok()) return may;
  }
  // Each on top of what the one before has written.
  absl::Status status;
  const auto then = [&](bool wanted, const std::function<absl::Status()>& rotate) {
    if (!wanted || !status.ok()) return;
    keyring = pki::Keyring::Load(KeysPath(data), clock.wall);
    status = keyring.ok() ? rotate() : keyring.status();
  };
  then(!purposes.empty(), [&] { return keyring->Rotate(purposes, clock.wall()); });
  then(root, [&] { return keyring->RotateRoot(); });
  then(authority, [&] { return keyring->RotateAuthority(clock.wall()); });
  // A new authority has issued the server's as well.
  then(server && !authority, [&] { return keyring->RenewServer(clock.wall()); });
  return status;
}

}  // namespace sekisho::console::program
