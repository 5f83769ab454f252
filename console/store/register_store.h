#ifndef SEKISHO_CONSOLE_STORE_REGISTER_STORE_H_
#define SEKISHO_CONSOLE_STORE_REGISTER_STORE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "console/store/model.h"
#include "sekisho/v1/register.pb.h"
#include "sekisho/v1/register_service.pb.h"

namespace sekisho::console::store {

struct MediumRecord {
  std::string organisation_id;
  std::string group_path;
  v1::Medium medium;
};

struct MediumQuery {
  Scope scope;
  v1::MediumState state = v1::MEDIUM_STATE_UNSPECIFIED;  // any
  std::string words;                                     // empty: any
  // After this one, by label and id.
  struct Place {
    std::string label_number;
    std::string medium_id;
  } after{};
  std::uint32_t limit = 200;
};

// How the register of one group's terminals stands.
struct RegisterHead {
  // The newest version in which something changed that concerns them; 0: nothing ever did.
  std::uint64_t newest = 0;
  // What they hold below it cannot be continued.
  std::uint64_t floor = 0;
};

// What concerns them, from one version on, in the order of the versions.
struct RegisterChanges {
  std::vector<v1::RegisterEntry> upserts;
  std::vector<std::string> removed;
  // Up to and with this one. The head's newest when nothing is left above it.
  std::uint64_t version = 0;
};

// The site's media. Nothing is ever taken out: what is over is retired.
// A terminal is concerned by the entries of its own group and of those above it, and by all that
// are lost or retired anywhere in the organisation; entries that no device can be known by concern
// none.
class RegisterStore {
 public:
  virtual ~RegisterStore() = default;
  // All or none, with one audit row, each under a version of its own. A medium with revision 0 is
  // new; another's must be its entry's: ABORTED when somebody was quicker. ALREADY_EXISTS names a
  // label or a serial that another entry has. Returns them as stored, in the same order.
  virtual absl::StatusOr<std::vector<MediumRecord>> WriteMedia(std::vector<MediumRecord> media,
                                                               const std::string& reason,
                                                               const AuditEntry& audit) = 0;
  // By id, label or serial, in this order. NOT_FOUND; FAILED_PRECONDITION when several have it.
  virtual absl::StatusOr<MediumRecord> FindMedium(const std::string& organisation_id,
                                                  const std::string& name) = 0;
  // By label, then id.
  virtual absl::StatusOr<std::vector<MediumRecord>> ListMedia(const MediumQuery& query) = 0;
  // Newest first.
  virtual absl::StatusOr<std::vector<v1::MediumChange>> ListMediumHistory(
      const std::string& organisation_id, const std::string& medium_id, std::uint32_t limit) = 0;

  virtual absl::StatusOr<RegisterHead> FindHead(const std::string& organisation_id,
                                                const std::string& group_path) = 0;
  // At most `limit` changes above the version.
  virtual absl::StatusOr<RegisterChanges> ListChanges(const std::string& organisation_id,
                                                      const std::string& group_path,
                                                      std::uint64_t above, std::uint32_t limit) = 0;
};

}  // namespace sekisho::console::store

#endif  // SEKISHO_CONSOLE_STORE_REGISTER_STORE_H_
