#include "agent/engine/state_store.h"

#include <algorithm>
#include <cerrno>
#include <span>
#include <variant>

#include "absl/strings/str_cat.h"
#include "agent/engine/log.h"
#include "agent/engine/state_file.h"

namespace sekisho::engine {
namespace {

// Ended grants of a day, with room: the largest file we write.
constexpr std::size_t kMaxStateBytes = 8u << 20;

}  // namespace

const char* Name(StateFile file) {
  switch (file) {
    case StateFile::kIdentity:
      return "identity";
    case StateFile::kReportKey:
      return "report-key";
    case StateFile::kKeySet:
      return "key-set";
    case StateFile::kBundle:
      return "bundle";
    case StateFile::kGrants:
      return "grants";
    case StateFile::kAdopted:
      return "adopted";
    case StateFile::kOrders:
      return "orders";
    case StateFile::kMode:
      return "mode";
    case StateFile::kParcels:
      return "parcels";
    case StateFile::kKeyboard:
      return "keyboard";
    case StateFile::kRolledBack:
      return "rolled-back";
    case StateFile::kSeenFiles:
      return "seen-files";
    case StateFile::kAdoptedOthers:
      return "adopted-others";
    case StateFile::kOrigin:
      return "origin";
    case StateFile::kLogins:
      return "logins";
    case StateFile::kFactorKey:
      return "factor-key";
  }
  return "unknown";
}

std::string StateStore::PathOf(const std::string& name) const {
  return absl::StrCat(directory_, "/", name);
}

std::optional<std::string> StateStore::Load(StateFile file) { return LoadNamed(Name(file)); }

absl::Status StateStore::Save(StateFile file, std::string_view payload) {
  return SaveNamed(Name(file), payload);
}

void StateStore::SetAside(StateFile file, std::string cause) {
  SetAsideNamed(Name(file), std::move(cause));
}

std::optional<std::string> StateStore::LoadNamed(const std::string& name) {
  platform::Result<std::vector<std::byte>> content = files_.Read(PathOf(name), kMaxStateBytes);
  if (!content.ok()) {
    if (content.failure().code == std::errc::no_such_file_or_directory) return std::nullopt;
    SetAsideNamed(name,
                  content.failure().code == std::errc::file_too_large ? "garbage" : "unreadable");
    return std::nullopt;
  }
  std::variant<std::string, StateFault> read = ReadStateFile(
      std::string_view(reinterpret_cast<const char*>(content->data()), content->size()));
  if (const StateFault* fault = std::get_if<StateFault>(&read)) {
    SetAsideNamed(name, sekisho::engine::Name(*fault));
    return std::nullopt;
  }
  return std::get<std::string>(std::move(read));
}

absl::Status StateStore::SaveNamed(const std::string& name, std::string_view payload) {
  const std::string bytes = WriteStateFile(payload);
  platform::Outcome written =
      files_.Replace(PathOf(name), std::as_bytes(std::span(bytes.data(), bytes.size())),
                     platform::FileMode::kOwnerOnly);
  if (!written.ok()) return absl::UnavailableError(written.failure().ToString());
  return absl::OkStatus();
}

void StateStore::SetAsideNamed(const std::string& name, std::string cause) {
  platform::Result<std::string> renamed = files_.SetAside(PathOf(name), cause);
  Log(Severity::kError,
      absl::StrCat("state file ", name, " is ", cause, "; set aside as ",
                   renamed.ok() ? *renamed : "nothing: " + renamed.failure().ToString()));
  set_aside_.push_back(SetAsideState{name, std::move(cause)});
  lost_.push_back(name);
}

bool StateStore::Lost(StateFile file) const {
  return std::ranges::find(lost_, Name(file)) != lost_.end();
}

}  // namespace sekisho::engine
