#include "console/store/sqlite/sqlite_backend.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "console/store/sqlite/alarms.h"
#include "console/store/sqlite/database.h"
#include "console/store/sqlite/devices.h"
#include "console/store/sqlite/events.h"
#include "console/store/sqlite/grants.h"
#include "console/store/sqlite/history.h"
#include "console/store/sqlite/media.h"
#include "console/store/sqlite/operators.h"
#include "console/store/sqlite/orders.h"
#include "console/store/sqlite/organisations.h"
#include "console/store/sqlite/policies.h"
#include "console/store/sqlite/restores.h"
#include "console/store/sqlite/terminals.h"

namespace sekisho::console::store::sqlite {
namespace {

class SqliteBackend : public Backend {
 public:
  explicit SqliteBackend(std::unique_ptr<Database> database) : database_(std::move(database)) {}
  OrganisationStore& organisations() override { return organisations_; }
  OperatorStore& operators() override { return operators_; }
  TerminalStore& terminals() override { return terminals_; }
  TokenStore& tokens() override { return tokens_; }
  EventStore& events() override { return events_; }
  GrantStore& grants() override { return grants_; }
  HistoryStore& history() override { return history_; }
  OrderStore& orders() override { return orders_; }
  PolicyStore& policies() override { return policies_; }
  AuditStore& audit() override { return audit_; }
  RegisterStore& media() override { return media_; }
  RestoreStore& restores() override { return restores_; }
  AlarmStore& alarms() override { return alarms_; }
  DeviceStore& devices() override { return devices_; }

 private:
  std::unique_ptr<Database> database_;
  Organisations organisations_{*database_};
  Operators operators_{*database_};
  Terminals terminals_{*database_};
  Tokens tokens_{*database_};
  Events events_{*database_};
  Grants grants_{*database_};
  History history_{*database_};
  Orders orders_{*database_};
  Policies policies_{*database_};
  Audit audit_{*database_};
  Media media_{*database_};
  Restores restores_{*database_};
  Alarms alarms_{*database_};
  Devices devices_{*database_};
};

// SQLite gives the -wal and -shm files the mode of the main one.
enum class Existing { kOpen, kRefuse };
absl::Status MakePrivateFile(const std::string& path, Existing existing) {
  const int exclusive = existing == Existing::kRefuse ? O_EXCL : 0;
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | exclusive, 0600);
  if (fd < 0) {
    if (errno == EEXIST) return absl::AlreadyExistsError(absl::StrCat(path, " is there already"));
    return absl::PermissionDeniedError(absl::StrCat("store: ", path, ": ", std::strerror(errno)));
  }
  ::close(fd);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Backend>> OpenBackend(const std::string& path) {
  if (absl::Status status = MakePrivateFile(path, Existing::kOpen); !status.ok()) return status;
  absl::StatusOr<std::unique_ptr<Database>> database = Database::Open(path);
  if (!database.ok()) return database.status();
  return std::make_unique<SqliteBackend>(*std::move(database));
}

absl::Status CopyStore(const std::string& from, const std::string& to) {
  absl::StatusOr<std::unique_ptr<Connection>> source =
      Connection::Open(from, Connection::Mode::kReadOnly);
  if (!source.ok()) return source.status();
  // A file that is there may be another user's, who would read what is copied into it.
  if (absl::Status status = MakePrivateFile(to, Existing::kRefuse); !status.ok()) return status;
  sqlite3* raw = nullptr;
  const int opened = sqlite3_open_v2(to.c_str(), &raw, SQLITE_OPEN_READWRITE, nullptr);
  std::unique_ptr<sqlite3, CloseConnection> target(raw);
  if (opened != SQLITE_OK) return absl::InternalError(absl::StrCat("store: cannot write ", to));
  sqlite3_backup* backup = sqlite3_backup_init(target.get(), "main", (*source)->handle(), "main");
  if (backup == nullptr) return absl::InternalError(sqlite3_errmsg(target.get()));
  // All pages in one step: a consistent copy that concurrent writers do not restart.
  const int stepped = sqlite3_backup_step(backup, -1);
  sqlite3_backup_finish(backup);
  if (stepped != SQLITE_DONE) {
    return absl::UnavailableError(
        absl::StrCat("store: the copy failed: ", sqlite3_errstr(stepped), "; try again"));
  }
  return absl::OkStatus();
}

}  // namespace sekisho::console::store::sqlite
