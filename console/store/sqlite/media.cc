#include "console/store/sqlite/media.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"

namespace sekisho::console::store::sqlite {
namespace {

MediumRecord MediumOf(const Query& row) {
  MediumRecord record{.organisation_id = row.Text(0), .group_path = row.Text(1), .medium = {}};
  record.medium.ParseFromString(row.Bytes(2));
  return record;
}

bool Everywhere(v1::MediumState state) {
  return state == v1::MEDIUM_STATE_LOST || state == v1::MEDIUM_STATE_RETIRED;
}

// Whom an entry concerns.
struct Reach {
  bool known_by = false;  // a device can be known by it
  bool everywhere = false;
  std::string group_path;
};

Reach ReachOf(const MediumRecord& record) {
  return {.known_by = !record.medium.serial().empty() || !record.medium.identity().empty(),
          .everywhere = Everywhere(record.medium.state()),
          .group_path = record.group_path};
}

// Whether some terminal that `before` concerns is none of `after`'s.
bool Shrinks(const Reach& before, const Reach& after) {
  if (!before.known_by) return false;
  if (!after.known_by) return true;
  if (after.everywhere) return false;
  // A group's terminals are those below it: a path further down reaches fewer.
  return before.everywhere || before.group_path.rfind(after.group_path, 0) != 0;
}

absl::StatusOr<std::optional<MediumRecord>> ReadMedium(Connection& connection,
                                                       const std::string& organisation_id,
                                                       const std::string& medium_id) {
  Query query(connection,
              "SELECT organisation_id, group_path, medium FROM media "
              "WHERE organisation_id = ?1 AND medium_id = ?2");
  query << organisation_id << medium_id;
  absl::StatusOr<bool> row = query.Step();
  if (!row.ok()) return row.status();
  if (!*row) return std::nullopt;
  return MediumOf(query);
}

absl::StatusOr<std::uint64_t> ReadVersion(Connection& connection,
                                          const std::string& organisation_id) {
  Query query(connection, "SELECT register_version FROM organisations WHERE organisation_id = ?1");
  query << organisation_id;
  absl::StatusOr<bool> row = query.Step();
  if (!row.ok()) return row.status();
  if (!*row) return absl::NotFoundError("no such organisation");
  return static_cast<std::uint64_t>(query.Integer(0));
}

absl::Status WriteVersion(Connection& connection, const std::string& organisation_id,
                          std::uint64_t version) {
  Query query(connection,
              "UPDATE organisations SET register_version = ?2 WHERE organisation_id = ?1");
  query << organisation_id << version;
  return query.Run();
}

absl::Status CheckLabel(Connection& connection, const MediumRecord& record) {
  const v1::Medium& medium = record.medium;
  if (medium.label_number().empty()) return absl::OkStatus();
  Query query(connection,
              "SELECT medium_id FROM media WHERE organisation_id = ?1 AND label_number = ?2 "
              "AND label_number <> '' AND medium_id <> ?3");
  query << record.organisation_id << medium.label_number() << medium.medium_id();
  absl::StatusOr<bool> row = query.Step();
  if (!row.ok()) return row.status();
  if (!*row) return absl::OkStatus();
  return absl::AlreadyExistsError(
      absl::StrCat("another medium is labelled \"", medium.label_number(), "\""));
}

absl::Status CheckSerial(Connection& connection, const MediumRecord& record) {
  const v1::Medium& medium = record.medium;
  if (medium.serial().empty()) return absl::OkStatus();
  Query query(connection,
              "SELECT label_number, medium_id FROM media WHERE organisation_id = ?1 "
              "AND serial = ?2 AND vendor_id = ?3 AND product_id = ?4 AND serial <> '' "
              "AND medium_id <> ?5");
  query << record.organisation_id << medium.serial() << medium.vendor_id() << medium.product_id()
        << medium.medium_id();
  absl::StatusOr<bool> row = query.Step();
  if (!row.ok()) return row.status();
  if (!*row) return absl::OkStatus();
  const std::string label = query.Text(0);
  return absl::AlreadyExistsError(absl::StrCat(
      "serial \"", medium.serial(),
      "\" with these ids is in the register already: ", label.empty() ? query.Text(1) : label));
}

absl::Status UpsertRow(Connection& connection, const MediumRecord& record) {
  const v1::Medium& medium = record.medium;
  Query query(connection,
              "INSERT INTO media (organisation_id, medium_id, group_path, label_number, vendor_id, "
              "product_id, serial, identity, state, revision, medium) "
              "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) "
              "ON CONFLICT (organisation_id, medium_id) DO UPDATE SET "
              "group_path = excluded.group_path, label_number = excluded.label_number, "
              "vendor_id = excluded.vendor_id, product_id = excluded.product_id, "
              "serial = excluded.serial, identity = excluded.identity, state = excluded.state, "
              "revision = excluded.revision, medium = excluded.medium");
  query << record.organisation_id << medium.medium_id() << record.group_path
        << medium.label_number() << medium.vendor_id() << medium.product_id() << medium.serial()
        << Blob{medium.identity()} << static_cast<int>(medium.state()) << medium.revision()
        << Blob{medium.SerializeAsString()};
  return query.Run();
}

absl::Status InsertHistory(Connection& connection, const MediumRecord& record,
                           const std::string& reason, const std::string& method) {
  Query query(connection,
              "INSERT INTO media_history (organisation_id, medium_id, revision, method, reason, "
              "medium) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
  query << record.organisation_id << record.medium.medium_id() << record.medium.revision() << method
        << reason << Blob{record.medium.SerializeAsString()};
  return query.Run();
}

absl::Status InsertLeft(Connection& connection, const MediumRecord& record, const Reach& before) {
  Query query(connection,
              "INSERT INTO media_left (organisation_id, revision, medium_id, group_path, "
              "everywhere) VALUES (?1, ?2, ?3, ?4, ?5)");
  query << record.organisation_id << record.medium.revision() << record.medium.medium_id()
        << before.group_path << (before.everywhere ? 1 : 0);
  return query.Run();
}

absl::Status WriteOne(Connection& connection, MediumRecord& record, std::uint64_t version,
                      const std::string& reason, const AuditEntry& audit) {
  absl::StatusOr<std::optional<MediumRecord>> before =
      ReadMedium(connection, record.organisation_id, record.medium.medium_id());
  if (!before.ok()) return before.status();
  const std::uint64_t known = before->has_value() ? (*before)->medium.revision() : 0;
  if (known != record.medium.revision()) {
    return absl::AbortedError("the medium was changed by somebody else meanwhile: look again");
  }
  absl::Status status = CheckLabel(connection, record);
  if (status.ok()) status = CheckSerial(connection, record);
  if (!status.ok()) return status;
  record.medium.set_revision(version);
  status = UpsertRow(connection, record);
  if (status.ok()) status = InsertHistory(connection, record, reason, audit.method);
  if (!status.ok() || !before->has_value()) return status;
  const Reach reach = ReachOf(**before);
  return Shrinks(reach, ReachOf(record)) ? InsertLeft(connection, record, reach) : status;
}

// `media` as m concerns the terminals of the group with path ?2.
#define SEKISHO_CONCERNS                                             \
  "(m.serial <> '' OR m.identity <> x'') AND (m.state IN (4, 5) OR " \
  "substr(?2, 1, length(m.group_path)) = m.group_path)"
static_assert(v1::MEDIUM_STATE_LOST == 4 && v1::MEDIUM_STATE_RETIRED == 5);

v1::RegisterEntry EntryOf(const v1::Medium& medium) {
  v1::RegisterEntry entry;
  entry.set_medium_id(medium.medium_id());
  entry.set_vendor_id(medium.vendor_id());
  entry.set_product_id(medium.product_id());
  entry.set_serial(medium.serial());
  entry.set_identity(medium.identity());
  entry.set_encrypted(medium.encrypted());
  entry.set_state(medium.state());
  return entry;
}

// Several reads of one state of the store: no change falls between them.
class Snapshot {
 public:
  explicit Snapshot(Connection& connection) : connection_(connection) {
    (void)connection_.Execute("BEGIN");
  }
  ~Snapshot() { (void)connection_.Execute("COMMIT"); }
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

 private:
  Connection& connection_;
};

struct Change {
  std::uint64_t version = 0;
  std::optional<v1::RegisterEntry> entry;  // none: removed
  std::string medium_id;
};

absl::Status AddUpserts(Query& query, std::vector<Change>& changes) {
  for (;;) {
    absl::StatusOr<bool> row = query.Step();
    if (!row.ok() || !*row) return row.status();
    v1::Medium medium;
    medium.ParseFromString(query.Bytes(1));
    changes.push_back({static_cast<std::uint64_t>(query.Integer(0)), EntryOf(medium), ""});
  }
}

absl::Status AddRemoved(Query& query, std::vector<Change>& changes) {
  for (;;) {
    absl::StatusOr<bool> row = query.Step();
    if (!row.ok() || !*row) return row.status();
    changes.push_back({static_cast<std::uint64_t>(query.Integer(0)), std::nullopt, query.Text(1)});
  }
}

absl::StatusOr<RegisterHead> ReadHead(Connection& connection, const std::string& organisation_id,
                                      const std::string& group_path) {
  Query query(connection,
              "SELECT o.register_floor, max(coalesce((SELECT m.revision FROM media AS m "
              "WHERE m.organisation_id = ?1 AND " SEKISHO_CONCERNS
              " ORDER BY m.revision DESC LIMIT 1), 0), coalesce((SELECT l.revision "
              "FROM media_left AS l WHERE l.organisation_id = ?1 AND (l.everywhere = 1 OR "
              "substr(?2, 1, length(l.group_path)) = l.group_path) "
              "ORDER BY l.revision DESC LIMIT 1), 0)) "
              "FROM organisations AS o WHERE o.organisation_id = ?1");
  query << organisation_id << group_path;
  absl::StatusOr<bool> row = query.Step();
  if (!row.ok()) return row.status();
  if (!*row) return absl::NotFoundError("no such organisation");
  RegisterHead head;
  head.floor = static_cast<std::uint64_t>(query.Integer(0));
  head.newest = std::max(head.floor, static_cast<std::uint64_t>(query.Integer(1)));
  return head;
}

}  // namespace

absl::StatusOr<std::vector<MediumRecord>> Media::WriteMedia(std::vector<MediumRecord> media,
                                                            const std::string& reason,
                                                            const AuditEntry& audit) {
  absl::Status status = database_.Write([&](Connection& connection) {
    absl::StatusOr<std::uint64_t> version = ReadVersion(connection, audit.organisation_id);
    if (!version.ok()) return version.status();
    for (MediumRecord& record : media) {
      absl::Status written = WriteOne(connection, record, ++*version, reason, audit);
      if (!written.ok()) return written;
    }
    absl::Status raised = WriteVersion(connection, audit.organisation_id, *version);
    if (!raised.ok()) return raised;
    return InsertAudit(connection, audit);
  });
  if (!status.ok()) return status;
  return media;
}

absl::StatusOr<MediumRecord> Media::FindMedium(const std::string& organisation_id,
                                               const std::string& name) {
  std::optional<MediumRecord> found;
  absl::Status status = database_.Read([&](Connection& connection) {
    absl::StatusOr<std::optional<MediumRecord>> by_id =
        ReadMedium(connection, organisation_id, name);
    if (!by_id.ok()) return by_id.status();
    found = *std::move(by_id);
    if (found.has_value() || name.empty()) return absl::OkStatus();
    {
      Query query(connection,
                  "SELECT organisation_id, group_path, medium FROM media "
                  "WHERE organisation_id = ?1 AND label_number = ?2 AND label_number <> ''");
      query << organisation_id << name;
      absl::StatusOr<bool> row = query.Step();
      if (!row.ok()) return row.status();
      if (*row) found = MediumOf(query);
    }
    if (found.has_value()) return absl::OkStatus();
    Query query(connection,
                "SELECT organisation_id, group_path, medium FROM media "
                "WHERE organisation_id = ?1 AND serial = ?2 AND serial <> '' LIMIT 2");
    query << organisation_id << name;
    for (;;) {
      absl::StatusOr<bool> row = query.Step();
      if (!row.ok() || !*row) return row.status();
      if (found.has_value()) {
        return absl::FailedPreconditionError(
            absl::StrCat("several media have the serial \"", name, "\": use the label or the id"));
      }
      found = MediumOf(query);
    }
  });
  if (!status.ok()) return status;
  if (!found.has_value()) return absl::NotFoundError("no such medium");
  return *std::move(found);
}

absl::StatusOr<std::vector<MediumRecord>> Media::ListMedia(const MediumQuery& wanted) {
  std::vector<MediumRecord> media;
  absl::Status status = database_.Read([&](Connection& connection) {
    Query query(connection,
                "SELECT organisation_id, group_path, medium FROM media WHERE organisation_id = ?1 "
                "AND substr(group_path, 1, length(?2)) = ?2 AND (?3 = 0 OR state = ?3) "
                "AND (label_number, medium_id) > (?4, ?5) ORDER BY label_number, medium_id");
    query << wanted.scope.organisation_id << wanted.scope.path << static_cast<int>(wanted.state)
          << wanted.after.label_number << wanted.after.medium_id;
    for (;;) {
      absl::StatusOr<bool> row = query.Step();
      if (!row.ok() || !*row) return row.status();
      MediumRecord record = MediumOf(query);
      const v1::Medium& medium = record.medium;
      const auto says = [&](const std::string& text) {
        return text.find(wanted.words) != std::string::npos;
      };
      if (!wanted.words.empty() && !says(medium.label_number()) && !says(medium.owner()) &&
          !says(medium.serial()) && !says(medium.note()) && !says(medium.issued_to())) {
        continue;
      }
      media.push_back(std::move(record));
      if (media.size() == wanted.limit) return absl::OkStatus();
    }
  });
  if (!status.ok()) return status;
  return media;
}

absl::StatusOr<std::vector<v1::MediumChange>> Media::ListMediumHistory(
    const std::string& organisation_id, const std::string& medium_id, std::uint32_t limit) {
  std::vector<v1::MediumChange> changes;
  absl::Status status = database_.Read([&](Connection& connection) {
    Query query(connection,
                "SELECT method, reason, medium FROM media_history WHERE organisation_id = ?1 "
                "AND medium_id = ?2 ORDER BY revision DESC LIMIT ?3");
    query << organisation_id << medium_id << limit;
    for (;;) {
      absl::StatusOr<bool> row = query.Step();
      if (!row.ok() || !*row) return row.status();
      v1::MediumChange& change = changes.emplace_back();
      change.set_method(query.Text(0));
      change.set_reason(query.Text(1));
      change.mutable_medium()->ParseFromString(query.Bytes(2));
    }
  });
  if (!status.ok()) return status;
  return changes;
}

absl::StatusOr<RegisterHead> Media::FindHead(const std::string& organisation_id,
                                             const std::string& group_path) {
  absl::StatusOr<RegisterHead> head;
  absl::Status status = database_.Read([&](Connection& connection) {
    head = ReadHead(connection, organisation_id, group_path);
    return head.status();
  });
  if (!status.ok()) return status;
  return head;
}

absl::StatusOr<RegisterChanges> Media::ListChanges(const std::string& organisation_id,
                                                   const std::string& group_path,
                                                   std::uint64_t above, std::uint32_t limit) {
  RegisterChanges listed;
  absl::Status status = database_.Read([&](Connection& connection) {
    const Snapshot snapshot(connection);
    std::vector<Change> changes;
    {
      Query query(connection,
                  "SELECT m.revision, m.medium FROM media AS m WHERE m.organisation_id = ?1 "
                  "AND " SEKISHO_CONCERNS " AND m.revision > ?3 ORDER BY m.revision LIMIT ?4");
      query << organisation_id << group_path << above << limit + 1;
      if (absl::Status read = AddUpserts(query, changes); !read.ok()) return read;
    }
    {
      Query query(connection,
                  "SELECT l.revision, l.medium_id FROM media_left AS l "
                  "JOIN media AS m ON m.organisation_id = ?1 AND m.medium_id = l.medium_id "
                  "WHERE l.organisation_id = ?1 AND (l.everywhere = 1 OR "
                  "substr(?2, 1, length(l.group_path)) = l.group_path) AND NOT (" SEKISHO_CONCERNS
                  ") AND l.revision > ?3 ORDER BY l.revision LIMIT ?4");
      query << organisation_id << group_path << above << limit + 1;
      if (absl::Status read = AddRemoved(query, changes); !read.ok()) return read;
    }
    std::ranges::sort(changes, {}, &Change::version);
    if (changes.size() > limit) {
      changes.resize(limit);
      listed.version = changes.back().version;
    } else {
      absl::StatusOr<RegisterHead> head = ReadHead(connection, organisation_id, group_path);
      if (!head.ok()) return head.status();
      listed.version = head->newest;
    }
    for (Change& change : changes) {
      if (change.entry.has_value()) {
        listed.upserts.push_back(*std::move(change.entry));
      } else {
        listed.removed.push_back(std::move(change.medium_id));
      }
    }
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return listed;
}

#undef SEKISHO_CONCERNS

absl::Status RestartRegister(Connection& connection, const std::string& organisation_id,
                             std::uint64_t leap) {
  absl::StatusOr<std::uint64_t> version = ReadVersion(connection, organisation_id);
  if (!version.ok()) return version.status();
  const std::uint64_t floor = *version + leap;
  {
    Query query(connection, "DELETE FROM media_left WHERE organisation_id = ?1");
    query << organisation_id;
    if (absl::Status status = query.Run(); !status.ok()) return status;
  }
  {
    // Each stays different from every other on the way up: all move by the same.
    Query query(connection,
                "UPDATE media SET revision = -revision - ?2 WHERE organisation_id = ?1");
    query << organisation_id << floor;
    if (absl::Status status = query.Run(); !status.ok()) return status;
  }
  {
    Query query(connection, "UPDATE media SET revision = -revision WHERE organisation_id = ?1");
    query << organisation_id;
    if (absl::Status status = query.Run(); !status.ok()) return status;
  }
  Query query(connection,
              "UPDATE organisations SET register_floor = ?2, register_version = ?3 "
              "WHERE organisation_id = ?1");
  query << organisation_id << floor << floor + *version;
  return query.Run();
}

}  // namespace sekisho::console::store::sqlite
