#ifndef SEKISHO_CONSOLE_STORE_SQLITE_MEDIA_H_
#define SEKISHO_CONSOLE_STORE_SQLITE_MEDIA_H_

#include <string>
#include <vector>

#include "console/store/register_store.h"
#include "console/store/sqlite/database.h"

namespace sekisho::console::store::sqlite {

class Media : public RegisterStore {
 public:
  explicit Media(Database& database) : database_(database) {}
  absl::StatusOr<std::vector<MediumRecord>> WriteMedia(std::vector<MediumRecord> media,
                                                       const std::string& reason,
                                                       const AuditEntry& audit) override;
  absl::StatusOr<MediumRecord> FindMedium(const std::string& organisation_id,
                                          const std::string& name) override;
  absl::StatusOr<std::vector<MediumRecord>> ListMedia(const MediumQuery& query) override;
  absl::StatusOr<std::vector<v1::MediumChange>> ListMediumHistory(
      const std::string& organisation_id, const std::string& medium_id,
      std::uint32_t limit) override;
  absl::StatusOr<RegisterHead> FindHead(const std::string& organisation_id,
                                        const std::string& group_path) override;
  absl::StatusOr<RegisterChanges> ListChanges(const std::string& organisation_id,
                                              const std::string& group_path, std::uint64_t above,
                                              std::uint32_t limit) override;

 private:
  Database& database_;
};

// For a console that was restored: what terminals were told since the backup is not known, so all
// entries move `leap` further up, and every terminal begins anew. Used inside a transaction.
absl::Status RestartRegister(Connection& connection, const std::string& organisation_id,
                             std::uint64_t leap);

}  // namespace sekisho::console::store::sqlite

#endif  // SEKISHO_CONSOLE_STORE_SQLITE_MEDIA_H_
