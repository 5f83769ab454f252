#include "agent/engine/factor_store.h"

#include <sodium.h>

#include "absl/strings/str_cat.h"

namespace sekisho::engine {
namespace {

std::string FileOf(unsigned uid) { return absl::StrCat("factors-", uid); }

unsigned char* Bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// What stands before a secret, inside its box: whose it is.
std::string Owner(unsigned uid, std::string_view factor_id) {
  return absl::StrCat("sekisho-factor 1 ", uid, " ", std::string(factor_id), "\n");
}

}  // namespace

std::optional<v1::StoredPerson> FactorStore::PersonOf(unsigned uid) {
  if (unreadable_.contains(uid)) return std::nullopt;
  const std::string file = FileOf(uid);
  const std::size_t before = store_.set_aside_count();
  const std::optional<std::string> payload = store_.LoadNamed(file);
  if (!payload) {
    if (store_.set_aside_count() != before) {
      unreadable_.insert(uid);
      return std::nullopt;
    }
    v1::StoredPerson nobody;
    nobody.set_uid(uid);
    return nobody;
  }
  v1::StoredPerson person;
  // Another's file, copied here, is as bad as garbage.
  if (!person.ParseFromString(*payload) || person.uid() != uid) {
    store_.SetAsideNamed(file, "garbage");
    unreadable_.insert(uid);
    return std::nullopt;
  }
  return person;
}

absl::Status FactorStore::SavePerson(const v1::StoredPerson& person) {
  absl::Status saved = store_.SaveNamed(FileOf(person.uid()), person.SerializeAsString());
  if (saved.ok()) unreadable_.erase(person.uid());
  return saved;
}

absl::StatusOr<std::string> FactorStore::Key(Missing missing) {
  std::optional<std::string> key = store_.Load(StateFile::kFactorKey);
  if (key && key->size() == crypto_secretbox_KEYBYTES) return *std::move(key);
  if (key) store_.SetAside(StateFile::kFactorKey, "garbage");
  // What was sealed under another one does not open under a new one.
  if (missing == Missing::kFails) return absl::UnavailableError("no key for factors");
  std::string fresh(crypto_secretbox_KEYBYTES, '\0');
  crypto_secretbox_keygen(Bytes(fresh));
  if (absl::Status saved = store_.Save(StateFile::kFactorKey, fresh); !saved.ok()) return saved;
  return fresh;
}

absl::StatusOr<std::string> FactorStore::Seal(unsigned uid, std::string_view factor_id,
                                              std::string_view secret) {
  absl::StatusOr<std::string> key = Key(Missing::kIsMade);
  if (!key.ok()) return key.status();
  std::string plain = Owner(uid, factor_id).append(secret);
  std::string sealed(crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + plain.size(), '\0');
  randombytes_buf(sealed.data(), crypto_secretbox_NONCEBYTES);
  crypto_secretbox_easy(Bytes(sealed) + crypto_secretbox_NONCEBYTES, Bytes(plain), plain.size(),
                        Bytes(sealed), Bytes(*key));
  sodium_memzero(plain.data(), plain.size());
  sodium_memzero(key->data(), key->size());
  return sealed;
}

absl::StatusOr<std::string> FactorStore::Open(unsigned uid, const v1::StoredFactor& factor) {
  const std::string& sealed = factor.sealed_secret();
  constexpr std::size_t kOverhead = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
  if (sealed.size() <= kOverhead) return absl::PermissionDeniedError("sealed secret too short");
  absl::StatusOr<std::string> key = Key(Missing::kFails);
  if (!key.ok()) return key.status();
  std::string plain(sealed.size() - kOverhead, '\0');
  const int opened = crypto_secretbox_open_easy(
      Bytes(plain), Bytes(std::string_view(sealed)) + crypto_secretbox_NONCEBYTES,
      sealed.size() - crypto_secretbox_NONCEBYTES, Bytes(std::string_view(sealed)), Bytes(*key));
  sodium_memzero(key->data(), key->size());
  const std::string owner = Owner(uid, factor.id());
  if (opened != 0 || !plain.starts_with(owner)) {
    sodium_memzero(plain.data(), plain.size());
    return absl::PermissionDeniedError("a secret that was not sealed for this factor");
  }
  std::string secret = plain.substr(owner.size());
  sodium_memzero(plain.data(), plain.size());
  return secret;
}

}  // namespace sekisho::engine
