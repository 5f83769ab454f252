#include "agent/engine/register_keeper.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "agent/engine/log.h"
#include "agent/spool/database.h"
#include "proto/contract/seal.h"

namespace sekisho::engine {
namespace {

using spool::Database;
using spool::Statement;
using spool::Transaction;

// Found by the ids and the serial, or by the identity; of entries that share an identity the index
// has those in use first, and of these the unencrypted.
constexpr spool::Schema kSchema{.version = 1,
                                .sql = R"sql(
CREATE TABLE medium(
  medium_id BLOB PRIMARY KEY,
  vendor_id INTEGER NOT NULL,
  product_id INTEGER NOT NULL,
  serial BLOB NOT NULL,
  identity BLOB NOT NULL,
  state INTEGER NOT NULL,
  encrypted INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX medium_serial ON medium(serial, vendor_id, product_id) WHERE serial <> x'';
CREATE INDEX medium_identity ON medium(identity, state, encrypted) WHERE identity <> x'';
CREATE TABLE head(
  one INTEGER PRIMARY KEY CHECK (one = 1),
  organisation_id BLOB NOT NULL,
  group_id BLOB NOT NULL,
  version INTEGER NOT NULL
);
PRAGMA user_version = 1;
)sql",
                                .check = spool::Schema::Check::kAsRead};

std::string_view ViewOf(const core::Fingerprint& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Of the row that a statement found: medium_id, state, encrypted.
core::RegisterStanding StandingIn(const Statement& row) {
  core::RegisterStanding standing;
  standing.medium_id = row.Bytes(0);
  standing.encrypted = row.Int(2) != 0;
  switch (row.Int(1)) {
    case v1::MEDIUM_STATE_LOST:
      standing.state = core::MediumState::kLost;
      break;
    case v1::MEDIUM_STATE_RETIRED:
      standing.state = core::MediumState::kRetired;
      break;
    default:
      standing.state = core::MediumState::kRegistered;
      break;
  }
  return standing;
}

absl::StatusOr<core::RegisterStanding> Found(Statement& statement) {
  absl::StatusOr<bool> row = statement.Step();
  if (!row.ok()) return row.status();
  if (!*row) return core::RegisterStanding();
  core::RegisterStanding standing = StandingIn(statement);
  statement.Reset();
  return standing;
}

bool IsOver(const core::RegisterStanding& standing) {
  return standing.state == core::MediumState::kLost ||
         standing.state == core::MediumState::kRetired;
}

absl::StatusOr<v1::RegisterUpdate> OpenUpdate(const Identity& identity, const v1::Sealed& sealed) {
  absl::StatusOr<v1::RegisterUpdate> update =
      contract::OpenAndParse<v1::RegisterUpdate>(identity.ring, sealed, v1::PURPOSE_REGISTER);
  if (!update.ok()) return update.status();
  if (update->organisation_id() != identity.organisation_id()) {
    return absl::PermissionDeniedError("other-organisation");
  }
  if (update->group_id() != identity.group_id()) {
    return absl::PermissionDeniedError("other-group");
  }
  for (const v1::RegisterEntry& entry : update->upserts()) {
    const bool identity_good = entry.identity().empty() || entry.identity().size() == 32;
    if (entry.medium_id().empty() || entry.state() == v1::MEDIUM_STATE_UNSPECIFIED ||
        !identity_good || (entry.serial().empty() && entry.identity().empty())) {
      return absl::InvalidArgumentError("malformed-entry");
    }
  }
  if (update->version() > std::uint64_t{1} << 62) return absl::InvalidArgumentError("version");
  return update;
}

}  // namespace

struct RegisterKeeper::Statements {
  explicit Statements(std::unique_ptr<Database> opened)
      : database(std::move(opened)),
        by_serial(database->handle(),
                  "SELECT medium_id, state, encrypted FROM medium "
                  "WHERE serial = ? AND vendor_id = ? AND product_id = ? AND serial <> x'' "
                  "ORDER BY state DESC LIMIT 1"),
        by_identity(database->handle(),
                    "SELECT medium_id, state, encrypted FROM medium "
                    "WHERE identity = ? AND identity <> x'' ORDER BY state, encrypted LIMIT 1"),
        by_own_identity(database->handle(),
                        "SELECT medium_id, state, encrypted FROM medium WHERE identity = ? "
                        "AND identity <> x'' ORDER BY state DESC, encrypted LIMIT 1"),
        upsert(database->handle(),
               "INSERT OR REPLACE INTO medium(medium_id, vendor_id, product_id, serial, identity, "
               "state, encrypted) VALUES(?, ?, ?, ?, ?, ?, ?)"),
        remove(database->handle(), "DELETE FROM medium WHERE medium_id = ?"),
        set_head(database->handle(),
                 "INSERT OR REPLACE INTO head(one, organisation_id, group_id, version) "
                 "VALUES(1, ?, ?, ?)"),
        head(database->handle(), "SELECT organisation_id, group_id, version FROM head") {}

  std::unique_ptr<Database> database;
  Statement by_serial, by_identity, by_own_identity, upsert, remove, set_head, head;
};

RegisterKeeper::RegisterKeeper(std::string path) : path_(std::move(path)) {}
RegisterKeeper::~RegisterKeeper() = default;

absl::Status RegisterKeeper::Open() {
  if (statements_ != nullptr) return absl::OkStatus();
  absl::StatusOr<std::unique_ptr<Database>> database = Database::Open(path_, kSchema);
  if (!database.ok()) return database.status();
  statements_ = std::make_unique<Statements>(*std::move(database));
  return absl::OkStatus();
}

void RegisterKeeper::SetAside(const absl::Status& why) {
  statements_.reset();
  version_ = 0;
  ++generation_;
  const std::string cause = absl::IsFailedPrecondition(why) ? "newer-version" : "damaged";
  std::string name;
  std::error_code error;
  for (int i = 1; i < 1000; ++i) {
    name = absl::StrCat(path_, ".", cause, "-", i);
    if (!std::filesystem::exists(name, error)) break;
  }
  for (const char* suffix : {"-wal", "-journal"}) {
    std::filesystem::rename(path_ + suffix, name + suffix, error);  // most are not there
  }
  std::filesystem::rename(path_, name, error);
  if (error) {
    Log(Severity::kError, absl::StrCat("rename ", path_, ": ", error.message()));
    return;
  }
  set_aside_ = SetAsideState{name, cause};
}

absl::Status RegisterKeeper::Forget() {
  Transaction transaction(*statements_->database);
  absl::Status status = transaction.Begin();
  if (status.ok()) status = statements_->database->Execute("DELETE FROM medium");
  if (status.ok()) status = statements_->database->Execute("DELETE FROM head");
  if (status.ok()) status = transaction.Commit();
  if (status.ok()) version_ = 0;
  ++generation_;
  return status;
}

absl::Status RegisterKeeper::ReadHead(const Identity& identity) {
  absl::StatusOr<bool> row = statements_->head.Step();
  if (!row.ok()) return row.status();
  if (!*row) return absl::OkStatus();
  const bool ours = statements_->head.Bytes(0) == identity.organisation_id() &&
                    statements_->head.Bytes(1) == identity.group_id();
  version_ = static_cast<std::uint64_t>(statements_->head.Int(2));
  statements_->head.Reset();
  return ours ? absl::OkStatus() : Forget();
}

void RegisterKeeper::Load(const Identity& identity) {
  version_ = 0;
  ++generation_;
  std::error_code error;
  // A terminal without a register does not carry a database for it.
  if (statements_ == nullptr && !std::filesystem::exists(path_, error)) return;
  for (int attempt = 0; attempt < 2; ++attempt) {
    absl::Status status = Open();
    if (status.ok()) status = ReadHead(identity);
    if (status.ok()) return;
    if (!absl::IsDataLoss(status) && !absl::IsFailedPrecondition(status)) {
      Log(Severity::kError, absl::StrCat("media register: ", status.message()));
      statements_.reset();
      version_ = 0;
      return;
    }
    SetAside(status);
  }
}

absl::Status RegisterKeeper::Write(const Identity& identity, const v1::RegisterUpdate& update) {
  Statements& to = *statements_;
  Transaction transaction(*to.database);
  absl::Status status = transaction.Begin();
  if (status.ok() && update.whole()) status = to.database->Execute("DELETE FROM medium");
  for (const std::string& medium_id : update.removed()) {
    if (status.ok()) status = to.remove.Bind(1, medium_id).Run();
  }
  for (const v1::RegisterEntry& entry : update.upserts()) {
    if (!status.ok()) break;
    status = to.upsert.Bind(1, entry.medium_id())
                 .Bind(2, std::int64_t{entry.vendor_id()})
                 .Bind(3, std::int64_t{entry.product_id()})
                 .Bind(4, entry.serial())
                 .Bind(5, entry.identity())
                 .Bind(6, std::int64_t{entry.state()})
                 .Bind(7, std::int64_t{entry.encrypted() ? 1 : 0})
                 .Run();
  }
  if (status.ok()) {
    status = to.set_head.Bind(1, identity.organisation_id())
                 .Bind(2, identity.group_id())
                 .Bind(3, static_cast<std::int64_t>(update.version()))
                 .Run();
  }
  return status.ok() ? transaction.Commit() : status;
}

absl::Status RegisterKeeper::Apply(const Identity& identity, const v1::Sealed& sealed) {
  absl::StatusOr<v1::RegisterUpdate> update = OpenUpdate(identity, sealed);
  if (!update.ok()) return update.status();
  if (update->version() <= version_) return absl::AlreadyExistsError("older-version");
  // Whoever holds nothing begins with a whole one.
  const bool follows = version_ != 0 && update->from_version() == version_;
  if (update->whole() ? update->from_version() != 0 : !follows) {
    return absl::OutOfRangeError("gap");
  }
  absl::Status status = Open();
  if (status.ok()) status = Write(identity, *update);
  if (absl::IsDataLoss(status)) SetAside(status);
  if (!status.ok()) {
    Log(Severity::kError, absl::StrCat("media register: ", status.message()));
    return absl::UnavailableError("state-unwritable");
  }
  version_ = update->version();
  ++generation_;
  return absl::OkStatus();
}

core::RegisterStanding RegisterKeeper::StandingOf(const core::Device& device) {
  if (statements_ == nullptr || version_ == 0) return {};
  absl::StatusOr<core::RegisterStanding> by_serial = core::RegisterStanding();
  if (!device.serial.empty()) {
    by_serial = Found(statements_->by_serial.Bind(1, device.serial)
                          .Bind(2, std::int64_t{device.vendor_id})
                          .Bind(3, std::int64_t{device.product_id}));
  }
  absl::StatusOr<core::RegisterStanding> by_identity = core::RegisterStanding();
  if (by_serial.ok() && device.identity.has_value()) {
    // Any of a make fits an identity without a serial: one that is retired does not shut those that
    // are in use.
    Statement& statement = device.confidence == core::IdentityConfidence::kSerial
                               ? statements_->by_own_identity
                               : statements_->by_identity;
    by_identity = Found(statement.Bind(1, ViewOf(*device.identity)));
  }
  if (!by_serial.ok() || !by_identity.ok()) {
    const absl::Status status = by_serial.ok() ? by_identity.status() : by_serial.status();
    Log(Severity::kError, absl::StrCat("media register: ", status.message()));
    if (absl::IsDataLoss(status)) SetAside(status);
    return {};
  }
  if (IsOver(*by_identity) && !IsOver(*by_serial) &&
      device.confidence == core::IdentityConfidence::kSerial) {
    return *by_identity;
  }
  return by_serial->state == core::MediumState::kNotRegistered ? *by_identity : *by_serial;
}

}  // namespace sekisho::engine
