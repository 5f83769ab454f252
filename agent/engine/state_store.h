#ifndef SEKISHO_AGENT_ENGINE_STATE_STORE_H_
#define SEKISHO_AGENT_ENGINE_STATE_STORE_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "platform/api/files.h"

namespace sekisho::engine {

enum class StateFile {
  kIdentity,
  kReportKey,
  kKeySet,
  kBundle,
  kGrants,
  kAdopted,
  kOrders,
  kMode,
  kSeenFiles,
  kAdoptedOthers,
  kOrigin,
  kParcels,
  kKeyboard,
  kRolledBack,
  kLogins,
  kFactorKey
};

// The file's name in the state directory.
const char* Name(StateFile file);

struct SetAsideState {
  std::string file;
  std::string cause;
};

// The last good state on disk. What cannot be read is set aside, never deleted and never believed:
// the caller then starts from denying.
class StateStore {
 public:
  // `files` outlives this.
  StateStore(platform::Files& files, std::string directory)
      : files_(files), directory_(std::move(directory)) {}

  // The payload; nullopt when there is no such file, or it was set aside just now.
  std::optional<std::string> Load(StateFile file);
  // Durable and atomic when it returns OK; UNAVAILABLE otherwise, with the old content in place.
  absl::Status Save(StateFile file, std::string_view payload);
  // For content whose frame is sound and whose signature or meaning is not.
  void SetAside(StateFile file, std::string cause);
  // The same for files of which there are many: one a person.
  std::optional<std::string> LoadNamed(const std::string& name);
  absl::Status SaveNamed(const std::string& name, std::string_view payload);
  void SetAsideNamed(const std::string& name, std::string cause);
  // What was set aside since the last call.
  std::vector<SetAsideState> TakeSetAside() { return std::exchange(set_aside_, {}); }
  // Whether `file` was ever set aside by this process: its knowledge of the past is lost.
  bool Lost(StateFile file) const;
  // How many files were set aside by this process.
  std::size_t set_aside_count() const { return lost_.size(); }

 private:
  std::string PathOf(const std::string& name) const;
  platform::Files& files_;
  std::string directory_;
  std::vector<SetAsideState> set_aside_;
  std::vector<std::string> lost_;
};

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_STATE_STORE_H_
