#include "console/program/init.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "console/ids.h"
#include "console/live/registry.h"
#include "console/pki/keyring.h"
#include "console/policy/default_policy.h"
#include "console/policy/publisher.h"
#include "console/policy/yaml.h"
#include "console/program/console.h"
#include "console/service/credentials.h"
#include "console/store/sqlite/sqlite_backend.h"
#include "proto/contract/keys.h"

namespace sekisho::console::program {
namespace {

absl::Status MakeFolder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    return absl::PermissionDeniedError(
        absl::StrCat(path, ": ", std::strerror(errno), ": choose another folder with --data"));
  }
  return absl::OkStatus();
}

absl::Status PrepareFolders(const std::string& data) {
  if (absl::Status status = CheckNothingThere(data); !status.ok()) return status;
  if (absl::Status status = MakeFolder(data); !status.ok()) return status;
  return MakeFolder(KeysPath(data));
}

store::AuditEntry InitAudit(const std::string& organisation_id, WallTime now, std::string target) {
  return {.organisation_id = organisation_id,
          .group_path = "",
          .at = now,
          .actor = "init",
          .method = "init",
          .target = std::move(target),
          .detail = ""};
}

absl::Status PublishDefault(store::Backend& backend, const pki::Keyring& keyring,
                            const store::Group& root, WallTime now) {
  const std::string yaml = policy::DefaultPolicyYaml();
  policy::ParsedPolicy parsed = policy::ParsePolicy(yaml);
  if (!parsed.problems.empty()) {
    return absl::InternalError(
        absl::StrCat("the default policy is wrong: ", parsed.problems.front().message()));
  }
  store::PolicyRecord draft;
  draft.organisation_id = root.organisation_id;
  draft.group_id = root.group_id;
  draft.group_path = root.path;
  draft.published_at = now;
  draft.published_by = "init";
  draft.comment = "default";
  draft.yaml = yaml;
  draft.policy = std::move(parsed.policy);
  live::Registry nobody;
  policy::Publisher publisher(backend.policies(), backend.organisations(), keyring, nobody);
  return publisher.Publish(draft, InitAudit(root.organisation_id, now, "policy")).status();
}

}  // namespace

absl::Status CheckNothingThere(const std::string& data) {
  std::error_code error;
  if (!std::filesystem::exists(StorePath(data), error) &&
      !std::filesystem::exists(KeysPath(data), error)) {
    return absl::OkStatus();
  }
  return absl::AlreadyExistsError(absl::StrCat(
      "there is a console in ", data,
      " already, and its keys are never overwritten: choose another --data, or move it "
      "away"));
}

std::string HostAndPort::text() const {
  const bool v6 = host.find(':') != std::string::npos;
  return v6 ? absl::StrCat("[", host, "]:", port) : absl::StrCat(host, ":", port);
}

absl::StatusOr<HostAndPort> ParseAddress(const std::string& text, int default_port) {
  HostAndPort address{text, default_port};
  std::string port;
  if (!text.empty() && text.front() == '[') {
    const std::size_t end = text.find(']');
    if (end == std::string::npos) {
      return absl::InvalidArgumentError(absl::StrCat("\"", text, "\" lacks a ]"));
    }
    address.host = text.substr(1, end - 1);
    if (end + 1 < text.size()) port = text.substr(end + 1);
  } else if (const std::size_t colon = text.find(':');
             colon != std::string::npos && text.find(':', colon + 1) == std::string::npos) {
    address.host = text.substr(0, colon);
    port = text.substr(colon);
  }
  const bool port_good =
      port.empty() || (port.front() == ':' && absl::SimpleAtoi(port.substr(1), &address.port) &&
                       address.port >= 0 && address.port <= 65535);
  if (address.host.empty() || !port_good) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", text, "\" is not HOST or HOST:PORT, for example console.city.example.jp:7443"));
  }
  return address;
}

absl::StatusOr<InitResult> Init(const InitOptions& options, const Clock& clock) {
  if (absl::Status status = service::CheckNewPassword(options.password); !status.ok()) {
    return status;
  }
  if (options.organisation.empty() || options.organisation.size() > 128) {
    return absl::InvalidArgumentError("the organisation needs a name of 1 to 128 bytes");
  }
  if (options.admin.empty() || options.admin.size() > 64) {
    return absl::InvalidArgumentError("the admin needs a name of 1 to 64 bytes");
  }
  if (absl::Status status = PrepareFolders(options.data); !status.ok()) return status;
  const WallTime now = clock.wall();
  InitResult result;
  result.organisation_id = NewUuid();
  absl::StatusOr<pki::Keyring> keyring = pki::Keyring::Create(
      KeysPath(options.data), result.organisation_id, options.organisation, options.names, now);
  if (!keyring.ok()) return keyring.status();
  absl::StatusOr<std::unique_ptr<store::Backend>> backend =
      store::sqlite::OpenBackend(StorePath(options.data));
  if (!backend.ok()) return backend.status();

  store::Group root;
  root.organisation_id = result.organisation_id;
  root.group_id = NewUuid();
  root.name = options.organisation;
  root.path = absl::StrCat("/", root.group_id, "/");
  absl::Status status = (*backend)->organisations().CreateOrganisation(
      {result.organisation_id, options.organisation, options.address}, root,
      InitAudit(result.organisation_id, now, options.organisation));
  if (!status.ok()) return status;
  absl::StatusOr<std::string> hash = service::HashPassword(options.password);
  if (!hash.ok()) return hash.status();
  store::OperatorRecord admin;
  admin.organisation_id = result.organisation_id;
  admin.name = options.admin;
  admin.role = v1::ROLE_ADMIN;
  admin.password_hash = *std::move(hash);
  admin.totp_secret = service::NewTotpSecret();
  status = (*backend)->operators().CreateOperator(
      admin, InitAudit(result.organisation_id, now, options.admin));
  if (!status.ok()) return status;
  status = PublishDefault(**backend, *keyring, root, now);
  if (!status.ok()) return status;
  result.trust_hash_hex = contract::ToHex(contract::HashOf(keyring->trust_anchor()));
  result.ca_pem = keyring->authority()->CertificatePem();
  result.totp_secret_base32 = Base32(admin.totp_secret);
  result.totp_uri = service::TotpUri(options.organisation, admin.name, admin.totp_secret);
  return result;
}

}  // namespace sekisho::console::program
