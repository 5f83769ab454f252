#include "agent/engine/identity_origin.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/engine/log.h"

namespace sekisho::engine {
namespace {

constexpr std::size_t kLines = 3;

}  // namespace

void IdentityOrigin::Load() {
  std::optional<std::string> stored = store_.Load(StateFile::kOrigin);
  if (!stored) return;
  std::vector<std::string> lines = absl::StrSplit(*stored, '\n');
  if (lines.size() != kLines) return store_.SetAside(StateFile::kOrigin, "garbage");
  origin_ = {std::move(lines[0]), std::move(lines[1]), std::move(lines[2])};
}

void IdentityOrigin::Save() {
  absl::Status saved =
      store_.Save(StateFile::kOrigin,
                  absl::StrCat(origin_.terminal_id, "\n", origin_.hardware, "\n", origin_.told_in));
  if (!saved.ok()) Log(Severity::kWarning, absl::StrCat("origin: ", saved.message()));
}

void IdentityOrigin::BeginWith(const Identity* identity) {
  Load();
  if (identity == nullptr) return;
  if (origin_.terminal_id != identity->terminal_id()) {
    // None: enrolled by an agent that kept none, or its file was lost. Then this machine it is.
    replaced_ = !origin_.terminal_id.empty();
    if (replaced_) SetAsideHistory();
    return Enrolled(*identity);
  }
  const std::string here = absl::BytesToHexString(settings_.host.hardware);
  if (origin_.hardware.empty() && !here.empty()) return Enrolled(*identity);
  // Firmware that names nothing today is no other machine.
  moved_ = !here.empty() && here != origin_.hardware;
}

void IdentityOrigin::SetAsideHistory() {
  // The database last: what was interrupted is begun again, and only it decides nothing.
  for (StateFile file : {StateFile::kBundle, StateFile::kGrants, StateFile::kOrders}) {
    if (store_.Load(file)) store_.SetAside(file, "another-terminal");
  }
  const std::string spool = settings_.state_directory + "/spool.db";
  for (const char* part : {"-wal", "-shm", ""}) {
    platform::Result<std::string> aside = seams_.files.SetAside(spool + part, "another-terminal");
    if (!aside.ok() && aside.failure().code != std::errc::no_such_file_or_directory) {
      Log(Severity::kError, aside.failure().ToString());
    }
  }
  (void)seams_.files.Remove(settings_.run_directory + "/sequence");
}

void IdentityOrigin::Enrolled(const Identity& identity) {
  origin_ = {identity.terminal_id(), absl::BytesToHexString(settings_.host.hardware), ""};
  moved_ = false;
  Save();
}

void IdentityOrigin::Tell(Reporter& reporter) {
  if (replaced_) {
    v1::Event event = EventOf(v1::EVENT_KIND_ENROLLED);
    AddParameter(event, "terminal", origin_.terminal_id);
    (void)reporter.Record(std::move(event));
    replaced_ = false;
  }
  if (!moved_) return;
  Log(Severity::kError,
      "this identity was made on other hardware: the disk was copied or moved, or the mainboard "
      "changed; enrol again: sekisho enrol");
  if (origin_.told_in == seams_.clock.BootId()) return;
  v1::Event event = EventOf(v1::EVENT_KIND_IDENTITY_MOVED);
  AddParameter(event, "what", "hardware");
  if (!reporter.Record(std::move(event)).ok()) return;
  origin_.told_in = seams_.clock.BootId();
  Save();
}

}  // namespace sekisho::engine
