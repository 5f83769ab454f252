#include "console/pki/keyring_files.h"

#include <sodium.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace sekisho::console::pki {

std::string AsBytes(const contract::PublicKey& key) {
  return std::string(reinterpret_cast<const char*>(key.data()), key.size());
}

absl::Status WriteKeyFile(const std::string& path, const contract::PrivateKey& key,
                          Existing existing) {
  std::string seed = key.Seed();
  const absl::Status status = WriteSecretFile(path, seed, existing);
  sodium_memzero(seed.data(), seed.size());
  return status;
}

absl::StatusOr<contract::PrivateKey> LoadKeyFile(const std::string& path) {
  absl::StatusOr<std::string> seed = ReadSecretFile(path);
  if (!seed.ok()) return seed.status();
  absl::StatusOr<contract::PrivateKey> key = contract::PrivateKey::FromSeed(*seed);
  sodium_memzero(seed->data(), seed->size());
  if (!key.ok()) return absl::Status(key.status().code(), absl::StrCat(path, ": not a key"));
  return key;
}

absl::Status WriteTogether(const std::string& folder,
                           const std::vector<std::pair<std::string, std::string>>& files) {
  std::string all;
  for (const auto& [name, bytes] : files) {
    absl::StrAppend(&all, name, " ", absl::BytesToHexString(bytes), "\n");
  }
  absl::Status status =
      WriteSecretFile(absl::StrCat(folder, "/", kTogetherFile), all, Existing::kReplace);
  sodium_memzero(all.data(), all.size());
  return status.ok() ? FinishTogether(folder) : status;
}

absl::Status FinishTogether(const std::string& folder) {
  const std::string path = absl::StrCat(folder, "/", kTogetherFile);
  absl::StatusOr<std::string> all = ReadSecretFile(path);
  if (absl::IsNotFound(all.status())) return absl::OkStatus();
  if (!all.ok()) return all.status();
  for (const absl::string_view line : absl::StrSplit(*all, '\n', absl::SkipEmpty())) {
    const std::pair<std::string, std::string> word = absl::StrSplit(line, absl::MaxSplits(' ', 1));
    absl::Status status = WriteSecretFile(absl::StrCat(folder, "/", word.first),
                                          absl::HexStringToBytes(word.second), Existing::kReplace);
    if (!status.ok()) return status;
  }
  sodium_memzero(all->data(), all->size());
  std::error_code error;
  std::filesystem::remove(path, error);
  return error ? absl::InternalError(absl::StrCat(path, ": ", error.message())) : absl::OkStatus();
}

std::string WriteLinks(const std::vector<AnchorLink>& links) {
  std::string text;
  for (const AnchorLink& link : links) {
    absl::StrAppend(&text, link.key_set_version, " ", absl::BytesToHexString(link.before), " ",
                    absl::BytesToHexString(link.sealed.SerializeAsString()), "\n");
  }
  return text;
}

absl::StatusOr<std::vector<AnchorLink>> ReadLinks(const std::string& text) {
  std::vector<AnchorLink> links;
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    const std::vector<absl::string_view> words = absl::StrSplit(line, ' ');
    AnchorLink& link = links.emplace_back();
    if (words.size() != 3 || !absl::SimpleAtoi(words[0], &link.key_set_version) ||
        !link.sealed.ParseFromString(absl::HexStringToBytes(words[2]))) {
      return absl::DataLossError(absl::StrCat(kLinksFile, " does not parse"));
    }
    link.before = absl::HexStringToBytes(words[1]);
  }
  return links;
}

std::string FingerprintOf(const std::string& folder) {
  std::vector<std::string> lines;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    struct stat info{};
    if (entry.path().extension() == ".new" || ::stat(entry.path().c_str(), &info) != 0) continue;
    lines.push_back(absl::StrCat(entry.path().filename().string(), " ", info.st_ino, " ",
                                 info.st_mtim.tv_sec, ".", info.st_mtim.tv_nsec));
  }
  std::ranges::sort(lines);
  std::string all;
  for (const std::string& line : lines) absl::StrAppend(&all, line, "\n");
  return all;
}

}  // namespace sekisho::console::pki
