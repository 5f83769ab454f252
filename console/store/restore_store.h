#ifndef SEKISHO_CONSOLE_STORE_RESTORE_STORE_H_
#define SEKISHO_CONSOLE_STORE_RESTORE_STORE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "console/store/model.h"

namespace sekisho::console::store {

// This store is a copy of what it was at `backed_up_at`; the fleet went on until `restored_at`.
struct RestoreRecord {
  std::string organisation_id;
  WallTime backed_up_at{};
  WallTime restored_at{};
  // What was handed out in between under a number is not known here. Bundles, key sets, orders and
  // enrolments therefore go on this much further up: a second for each number that can have been
  // used, and some, so that two restores of one backup do not meet either.
  std::uint64_t leap = 0;
};

// What a restore took back.
struct RestoreOutcome {
  std::uint64_t tokens_voided = 0;
  std::uint64_t sessions_ended = 0;
  std::uint64_t grants_ended = 0;
  std::uint64_t terminals = 0;
};

// A console's second life.
class RestoreStore {
 public:
  virtual ~RestoreStore() = default;
  // In one transaction, before anything is served: enrolment tokens are void (whether they were
  // used since is not known), everybody is signed out and no authenticator's code counts twice,
  // unexpired grants are over (they may have been revoked), versions leap, and the next record of
  // each terminal may follow one that is not there.
  virtual absl::StatusOr<RestoreOutcome> Begin(const RestoreRecord& restore,
                                               const AuditEntry& audit) = 0;
  // Newest first.
  virtual absl::StatusOr<std::vector<RestoreRecord>> ListRestores(
      const std::string& organisation_id) = 0;
  // An installation of the lost interval: `terminal` (its name empty) takes its entry, new or in
  // the place of an earlier enrolment, under its group, which is made again if it is lost too.
  // INTERVAL_LOST is recorded with it. PERMISSION_DENIED when the entry is revoked or has this
  // enrolment or a later one; FAILED_PRECONDITION when nothing was ever restored.
  virtual absl::StatusOr<TerminalRecord> Readmit(const TerminalRecord& terminal,
                                                 const AuditEntry& audit) = 0;
};

}  // namespace sekisho::console::store

#endif  // SEKISHO_CONSOLE_STORE_RESTORE_STORE_H_
