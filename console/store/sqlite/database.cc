#include "console/store/sqlite/database.h"

#include "absl/strings/str_cat.h"
#include "console/log.h"
#include "console/store/sqlite/chains.h"
#include "console/store/sqlite/migrations.h"

namespace sekisho::console::store::sqlite {
namespace {

// 0003_history.sql, whose columns the program fills in.
constexpr int kHistoryMigration = 3;

absl::StatusOr<std::int64_t> SchemaVersion(Connection& connection) {
  Query query(connection, "PRAGMA user_version");
  absl::StatusOr<bool> row = query.Step();
  if (!row.ok()) return row.status();
  return query.Integer(0);
}

absl::Status Migrate(Connection& connection) {
  absl::StatusOr<std::int64_t> version = SchemaVersion(connection);
  if (!version.ok()) return version.status();
  const std::vector<Migration> migrations = Migrations();
  if (*version > migrations.back().number) {
    return absl::FailedPreconditionError(
        absl::StrCat("the store has schema ", *version, ", this program knows up to ",
                     migrations.back().number, ": install the newer sekisho-console again"));
  }
  for (const Migration& migration : migrations) {
    if (migration.number <= *version) continue;
    absl::Status status = connection.InTransaction([&] {
      if (absl::Status applied = connection.Execute(migration.sql); !applied.ok()) return applied;
      if (migration.number == kHistoryMigration) {
        if (absl::Status filled = FillChains(connection); !filled.ok()) return filled;
      }
      return connection.Execute(absl::StrCat("PRAGMA user_version=", migration.number));
    });
    if (!status.ok()) {
      return absl::Status(status.code(),
                          absl::StrCat("migration ", migration.number, ": ", status.message()));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> Database::Open(const std::string& path) {
  auto database = std::make_unique<Database>();
  absl::StatusOr<std::unique_ptr<Connection>> writer =
      Connection::Open(path, Connection::Mode::kReadWrite);
  if (!writer.ok()) return writer.status();
  if (absl::Status status = Migrate(**writer); !status.ok()) return status;
  database->writer_ = *std::move(writer);
  for (int i = 0; i < kReaders; ++i) {
    absl::StatusOr<std::unique_ptr<Connection>> reader =
        Connection::Open(path, Connection::Mode::kReadOnly);
    if (!reader.ok()) return reader.status();
    database->readers_.push_back(*std::move(reader));
  }
  absl::StatusOr<std::unique_ptr<Connection>> copier =
      Connection::Open(path, Connection::Mode::kReadWrite);
  if (!copier.ok()) return copier.status();
  database->checkpointer_ =
      std::make_unique<Checkpointer>(*database->writer_, *std::move(copier), database->gate_);
  return database;
}

absl::Status Database::Write(const std::function<absl::Status(Connection&)>& work, Lane lane) {
  const WriteGate::Turn turn(gate_, lane);
  return writer_->InTransaction([&] { return work(*writer_); });
}

absl::Status Database::WriteLeavingNothing(const std::function<absl::Status(Connection&)>& work) {
  const WriteGate::Turn turn(gate_, Lane::kPerson);
  // Zeros over what is freed (sqlite.org/pragma.html#pragma_secure_delete).
  if (absl::Status status = writer_->Execute("PRAGMA secure_delete=ON"); !status.ok()) {
    return status;
  }
  absl::Status status = writer_->InTransaction([&] { return work(*writer_); });
  // What was there stands in older frames of the log, and in the file until the log is copied.
  if (status.ok()) {
    const int code = sqlite3_wal_checkpoint_v2(writer_->handle(), nullptr,
                                               SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
    if (code != SQLITE_OK) {
      Log(Severity::kWarning, "store: what was erased stays in the log until its next turn");
    }
  }
  (void)writer_->Execute("PRAGMA secure_delete=OFF");
  return status;
}

absl::Status Database::Read(const std::function<absl::Status(Connection&)>& work) {
  std::unique_ptr<Connection> reader;
  {
    std::unique_lock lock(readers_mutex_);
    reader_free_.wait(lock, [&] { return !readers_.empty(); });
    reader = std::move(readers_.back());
    readers_.pop_back();
  }
  absl::Status status = work(*reader);
  {
    std::lock_guard lock(readers_mutex_);
    readers_.push_back(std::move(reader));
  }
  reader_free_.notify_one();
  return status;
}

}  // namespace sekisho::console::store::sqlite
