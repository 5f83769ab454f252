#include "tests/unit/console/history/altered_store.h"

#include <sqlite3.h>
#include <stdlib.h>

#include <filesystem>
#include <map>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "console/history/chain.h"
#include "console/store/sqlite/sqlite_backend.h"

namespace sekisho::console::history::testing {
namespace {

using store::WallTime;

constexpr char kOrganisation[] = "org";

WallTime At(int seconds) { return WallTime(std::chrono::seconds(1'800'000'000 + seconds)); }

store::AuditEntry Audit(const std::string& target) {
  return {kOrganisation, "/root/", At(0), "hanako", "Test", target, ""};
}

store::TerminalRecord TerminalOf(const std::string& id) {
  store::TerminalRecord terminal;
  terminal.organisation_id = kOrganisation;
  terminal.terminal_id = id;
  terminal.group_id = "root";
  terminal.group_path = "/root/";
  terminal.name = "desk-" + id;
  terminal.state = v1::TERMINAL_STATE_ENROLLED;
  terminal.enrolled_at = At(0);
  terminal.enrolment = 1;
  return terminal;
}

std::string Hex(const std::string& bytes) {
  return absl::StrCat("x'", absl::BytesToHexString(bytes), "'");
}

}  // namespace

void AlteredStore::SetUp() {
  char folder[] = "/tmp/sekisho-history-XXXXXX";
  ASSERT_NE(::mkdtemp(folder), nullptr);
  folder_ = folder;
  Open();
  ASSERT_TRUE(backend_->organisations()
                  .CreateOrganisation({kOrganisation, "City", "localhost:7443"},
                                      {kOrganisation, "root", "", "City", "/root/"}, Audit("init"))
                  .ok());
  for (const char* id : {"t1", "t2"}) {
    ASSERT_TRUE(backend_->terminals().CreateTerminal(TerminalOf(id), Audit(id)).ok());
  }
}

void AlteredStore::TearDown() {
  Close();
  std::filesystem::remove_all(folder_);
}

void AlteredStore::Open() {
  if (backend_ != nullptr) return;
  absl::StatusOr<std::unique_ptr<store::Backend>> backend =
      store::sqlite::OpenBackend(folder_ + "/store.db");
  ASSERT_TRUE(backend.ok()) << backend.status();
  backend_ = *std::move(backend);
}

void AlteredStore::Report(const std::string& terminal_id, int count, const std::string& person) {
  Open();
  Terminal& terminal = written_[terminal_id];
  const std::string boot_id = absl::StrCat("boot-", terminal_id, "-", terminal.boot);
  store::ReportedBatch batch{kOrganisation, terminal_id, "/root/", boot_id, {}, At(1)};
  for (int i = 0; i < count; ++i) {
    v1::Event event;
    event.set_boot_id(batch.boot_id);
    event.set_sequence(++terminal.sequence);
    event.set_previous_hash(terminal.previous);
    event.set_kind(v1::EVENT_KIND_DEVICE_BLOCKED);
    event.mutable_person()->set_name(person);
    event.mutable_person()->set_uid(1001);
    v1::Parameter* reason = event.add_parameters();
    reason->set_key("reason");
    reason->set_value("forms of " + person);
    std::string record = event.SerializeAsString();
    terminal.previous = HashOf(record);
    batch.records.push_back({std::move(event), std::move(record), terminal.previous, ""});
  }
  const absl::StatusOr<store::AppendResult> added =
      backend_->events().Append(std::span<const store::ReportedBatch>(&batch, 1), {});
  ASSERT_TRUE(added.ok()) << added.status();
}

void AlteredStore::EnrolAgain(const std::string& terminal_id, Disk disk) {
  Open();
  store::EnrolmentTokenRecord token;
  token.organisation_id = kOrganisation;
  token.token_id = "token";
  token.group_id = "root";
  token.group_path = "/root/";
  token.uses_left = 1;
  token.expires_at = At(100);
  ASSERT_TRUE(backend_->tokens().CreateToken(token, Audit("token")).ok());
  ASSERT_TRUE(backend_->tokens()
                  .EnrolWithToken("token", At(2), TerminalOf(terminal_id), Audit(terminal_id))
                  .ok());
  Terminal& terminal = written_[terminal_id];
  if (disk == Disk::kKept) return;
  ++terminal.boot;
  terminal.sequence = 0;
  if (disk == Disk::kNew) terminal.previous = NoLink();
}

void AlteredStore::Alter(const std::string& sql) {
  Close();
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open((folder_ + "/store.db").c_str(), &db), SQLITE_OK);
  char* error = nullptr;
  EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &error), SQLITE_OK) << error << sql;
  sqlite3_free(error);
  sqlite3_close(db);
}

std::vector<v1::HistoryEvent> AlteredStore::Events() {
  Open();
  const absl::StatusOr<std::vector<v1::HistoryEvent>> events =
      backend_->history().ReadEvents(kOrganisation, {0, "", 100000});
  EXPECT_TRUE(events.ok()) << events.status();
  return events.ok() ? *events : std::vector<v1::HistoryEvent>();
}

void AlteredStore::WriteBack(const std::vector<v1::HistoryEvent>& events) {
  std::map<std::string, std::string> previous;
  std::string link = NoLink();
  std::string sql = "DELETE FROM events;";
  std::uint64_t cursor = 0;
  for (v1::HistoryEvent row : events) {
    v1::Event record;
    record.ParseFromString(row.record());
    row.set_cursor(++cursor);
    const auto before = previous.try_emplace(row.terminal_id(), NoLink()).first;
    record.set_previous_hash(before->second);
    row.set_record(record.SerializeAsString());
    row.set_record_hash(HashOf(row.record()));
    before->second = row.record_hash();
    link = LinkOf(link, row.cursor(), EntryOf(kOrganisation, row));
    absl::StrAppend(
        &sql,
        "INSERT INTO events (cursor, organisation_id, group_path, terminal_id, boot_id, sequence, "
        "kind, received_at, record_hash, record, link) VALUES (",
        absl::StrJoin(
            {absl::StrCat(row.cursor()), absl::StrCat("'", kOrganisation, "'"),
             absl::StrCat("'", row.group_path(), "'"), absl::StrCat("'", row.terminal_id(), "'"),
             absl::StrCat("'", row.boot_id(), "'"), absl::StrCat(row.sequence()),
             absl::StrCat(row.kind()), absl::StrCat(row.received_at_ms()), Hex(row.record_hash()),
             Hex(row.record()), Hex(link)},
            ","),
        ");");
  }
  absl::StrAppend(&sql, "UPDATE chain_heads SET event_cursor = ", cursor, ", events = ", cursor,
                  ", event_link = ", Hex(link));
  Alter(sql);
}

v1::HistoryReport AlteredStore::Verify(std::vector<Anchor> anchors) {
  Open();
  Verifier verifier(kOrganisation, std::move(anchors), Extent::kOrganisation);
  const absl::StatusOr<std::vector<v1::HistoryAudit>> audit =
      backend_->history().ReadAudit(kOrganisation, 0, 100000);
  EXPECT_TRUE(audit.ok()) << audit.status();
  for (const v1::HistoryAudit& entry : *audit) verifier.Add(entry);
  for (const v1::HistoryEvent& event : Events()) verifier.Add(event);
  return verifier.Finish(*backend_->history().Head(kOrganisation));
}

Anchor AlteredStore::TakeAnchor() {
  Open();
  return AnchorOf(kOrganisation, 1'800'000'100, *backend_->history().Head(kOrganisation));
}

std::string AlteredStore::Faults(const v1::HistoryReport& report) {
  std::vector<std::string> lines;
  for (const v1::HistoryFinding& finding : report.findings()) {
    const std::string name = v1::HistoryFault_Name(finding.fault()).substr(14);
    lines.push_back(absl::StrCat(finding.in_audit() ? "audit " : "", name, " ", finding.first(),
                                 "-", finding.last()));
  }
  return absl::StrJoin(lines, ", ");
}

}  // namespace sekisho::console::history::testing
