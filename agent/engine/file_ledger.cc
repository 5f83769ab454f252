#include "agent/engine/file_ledger.h"

#include <algorithm>
#include <span>
#include <utility>
#include <variant>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "agent/engine/minimise.h"
#include "proto/contract/convert.h"

namespace sekisho::engine {
namespace {

const char* Name(platform::FileOperation operation) {
  switch (operation) {
    case platform::FileOperation::kRead:
      return "read";
    case platform::FileOperation::kWritten:
      return "written";
    case platform::FileOperation::kCreated:
      return "created";
    case platform::FileOperation::kRenamed:
      return "renamed";
    case platform::FileOperation::kDeleted:
      return "deleted";
  }
  return "read";
}

std::string Hex(const std::array<std::uint8_t, 32>& hash) {
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(hash.data()), hash.size()));
}

}  // namespace

bool FilesAreRecorded(const DeviceEntry& entry) {
  constexpr core::DeviceClass kHoldFiles[] = {
      core::DeviceClass::kStorage, core::DeviceClass::kOptical, core::DeviceClass::kCardReader};
  return entry.enforced == core::Authorisation::kAuthorised &&
         std::ranges::any_of(kHoldFiles, [&](core::DeviceClass each) {
           return entry.device.classes.contains(each);
         });
}

v1::Event EventAbout(const platform::FileRecorded& file, const FileContext& context) {
  v1::Event event = EventOf(v1::EVENT_KIND_FILE_RECORDED);
  *event.mutable_device() = contract::ToProto(context.device);
  event.set_grant_id(context.grant_id);
  AddParameter(event, "operation", Name(file.operation));
  AddParameter(event, "path", MinimisePath(file.path));
  if (!file.to.empty()) AddParameter(event, "to", MinimisePath(file.to));
  if (file.size) AddParameter(event, "size", absl::StrCat(*file.size));
  if (file.sha256) AddParameter(event, "sha256", Hex(*file.sha256));
  if (!file.unhashed.empty()) AddParameter(event, "unhashed", file.unhashed);
  if (!file.actor.program.empty()) AddText(event, "program", file.actor.program);
  // Of what was found changed, and nobody saw it happen, nobody knows who.
  if (file.actor.pid != 0) AddParameter(event, "pid", absl::StrCat(file.actor.pid));
  if (file.actor.uid) AddParameter(event, "uid", absl::StrCat(*file.actor.uid));
  // The event is written once the file has been hashed.
  AddParameter(event, "at_boottime_ns", absl::StrCat(file.at.count()));
  return event;
}

v1::Event EventAbout(const platform::FilesMissed& missed, const FileContext& context) {
  v1::Event event = EventOf(v1::EVENT_KIND_FILES_UNRECORDED);
  *event.mutable_device() = contract::ToProto(context.device);
  event.set_grant_id(context.grant_id);
  AddParameter(event, "cause", missed.cause);
  if (missed.count > 0) AddParameter(event, "count", absl::StrCat(missed.count));
  return event;
}

FileLedger::FileLedger(platform::FileRecord* record, Reporter& reporter, DeviceTable& table)
    : record_(record), reporter_(reporter), table_(table) {
  if (record_ == nullptr) return;
  record_->Tell([this](std::vector<platform::FileNotice> notices) { Write(std::move(notices)); });
}

FileLedger::~FileLedger() {
  if (record_ == nullptr) return;
  record_->Tell(nullptr);
}

void FileLedger::Look() {
  if (record_ == nullptr) return;
  std::vector<std::string> over;
  for (const auto& [port_path, watched] : watched_) {
    const DeviceEntry* entry = table_.Find(port_path);
    if (entry == nullptr || entry->held != watched.held || !FilesAreRecorded(*entry)) {
      over.push_back(port_path);
    }
  }
  for (const std::string& port_path : over) {
    record_->Forget(port_path);  // tells what it knows
    watched_.erase(port_path);
  }
  for (const auto& [port_path, entry] : table_.entries()) {
    if (!FilesAreRecorded(entry)) continue;
    Watched& watched = watched_[port_path];
    watched.context.device = entry.device;
    // A verdict that shuts it does not name the grant any more, under which it still is open.
    if (!entry.verdict.grant_id.empty()) watched.context.grant_id = entry.verdict.grant_id;
    watched.held = entry.held;
    record_->Record(entry.held);
  }
}

const FileContext& FileLedger::ContextOf(const std::string& port_path) const {
  static const FileContext none;
  const auto found = watched_.find(port_path);
  return found == watched_.end() ? none : found->second.context;
}

void FileLedger::Write(std::vector<platform::FileNotice> notices) {
  // One write to the disk holds up the loop no longer than that of so many.
  constexpr std::size_t kAtOnce = 512;
  std::vector<v1::Event> events;
  for (std::size_t i = 0; i < notices.size(); ++i) {
    events.push_back(std::visit(
        [&](const auto& each) { return EventAbout(each, ContextOf(each.port_path)); }, notices[i]));
    if (events.size() < kAtOnce && i + 1 < notices.size()) continue;
    (void)reporter_.RecordMany(std::exchange(events, {}));  // what cannot be written waits
  }
}

}  // namespace sekisho::engine
