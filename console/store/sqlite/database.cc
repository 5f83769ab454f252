#include "console/store/sqlite/database.h"

#include "absl/strings/str_cat.h"
#include "console/store/sqlite/migrations.h"

namespace sekisho::console::store::sqlite {
namespace {

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

absl::Status InsertAudit(Connection& connection, const AuditEntry& audit) {
  Query query(connection,
              "INSERT INTO audit (organisation_id, group_path, at, actor, method, target, detail) "
              "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
  query << audit.organisation_id << audit.group_path << audit.at << audit.actor << audit.method
        << audit.target << audit.detail;
  return query.Run();
}

}  // namespace sekisho::console::store::sqlite
