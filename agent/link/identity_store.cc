#include "agent/link/identity_store.h"

#include <openssl/crypto.h>

#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/link/log.h"

namespace sekisho::link {

IdentityStore::IdentityStore(platform::Files& files, const std::string& directory)
    : files_(files),
      in_use_(absl::StrCat(directory, "/identity.pem")),
      pending_(absl::StrCat(directory, "/pending.pem")),
      earlier_(absl::StrCat(directory, "/earlier.pem")) {}

absl::Status IdentityStore::KeepPending(const Identity& identity) {
  return Write(pending_, identity);
}

absl::Status IdentityStore::Replace(const Identity& identity) {
  const absl::StatusOr<Identity> before = Load(in_use_);
  if (before.ok() && before->issuer_pem != identity.issuer_pem) {
    if (absl::Status kept = Write(earlier_, *before); !kept.ok()) return kept;
  }
  return Write(in_use_, identity);
}

absl::StatusOr<std::vector<Identity>> IdentityStore::Find(std::string_view terminal_id,
                                                          std::string_view authorities_pem) {
  const auto usable = [&](const absl::StatusOr<Identity>& identity) {
    return identity.ok() && identity->Names(terminal_id) &&
           CheckDescent(*identity, authorities_pem).ok();
  };
  absl::StatusOr<Identity> pending = Load(pending_);
  if (usable(pending)) {
    if (absl::Status status = Write(in_use_, *pending); !status.ok()) return status;
    // Left behind by a failure, it would only be put in use again; the earlier one is of an
    // enrolment that is over.
    for (const std::string& path : {pending_, earlier_}) {
      if (platform::Outcome removed = files_.Remove(path); !removed.ok()) {
        Log(Severity::kWarning, removed.failure().ToString());
      }
    }
    return std::vector<Identity>{*std::move(pending)};
  }
  absl::StatusOr<Identity> identity = Load(in_use_);
  absl::StatusOr<Identity> earlier = Load(earlier_);
  std::vector<Identity> found;
  if (usable(identity)) found.push_back(*identity);
  if (usable(earlier)) found.push_back(*std::move(earlier));
  if (!found.empty()) return found;
  if (!identity.ok() && !absl::IsNotFound(identity.status())) return identity.status();
  return absl::NotFoundError("no certificate for this terminal");
}

absl::StatusOr<Identity> IdentityStore::Load(const std::string& path) {
  platform::Result<std::vector<std::byte>> content = files_.Read(path, kMaxIdentityBytes);
  if (!content.ok()) {
    if (content.failure().code == std::errc::no_such_file_or_directory) {
      return absl::NotFoundError(content.failure().ToString());
    }
    return absl::UnavailableError(content.failure().ToString());
  }
  absl::StatusOr<Identity> identity = ReadIdentity(
      std::string_view(reinterpret_cast<const char*>(content->data()), content->size()));
  OPENSSL_cleanse(content->data(), content->size());
  // A TPM that does not answer today may tomorrow: only what is no identity is set aside.
  if (identity.ok() || absl::IsUnavailable(identity.status())) return identity;
  platform::Result<std::string> aside = files_.SetAside(path, "unreadable");
  Log(Severity::kWarning,
      absl::StrCat(path, " is not a key with its certificates (", identity.status().message(),
                   "); ", aside.ok() ? "set aside as " + *aside : aside.failure().ToString()));
  return absl::NotFoundError(identity.status().message());
}

absl::Status IdentityStore::Write(const std::string& path, const Identity& identity) {
  std::string text = WriteIdentity(identity);
  platform::Outcome written =
      files_.Replace(path, std::as_bytes(std::span(text)), platform::FileMode::kOwnerOnly);
  OPENSSL_cleanse(text.data(), text.size());
  if (written.ok()) return absl::OkStatus();
  return absl::UnavailableError(written.failure().ToString());
}

}  // namespace sekisho::link
