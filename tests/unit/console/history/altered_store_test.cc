#include "tests/unit/console/history/altered_store.h"

#include "console/history/chain.h"

namespace sekisho::console::history::testing {
namespace {

// What whoever has the store's file may have done to it, and where it was.
class History : public AlteredStore {
 protected:
  // Ten events: t1's 1..4 at the cursors 1..4, t2's 1..3 at 5..7, t1's 5..7 at 8..10.
  void SetUp() override {
    AlteredStore::SetUp();
    Report("t1", 4);
    Report("t2", 3);
    Report("t1", 3);
  }
};

TEST_F(History, ThatNobodyTouchedIsWhole) {
  const v1::HistoryReport report = Verify({TakeAnchor()});
  EXPECT_EQ(Faults(report), "");
  EXPECT_EQ(report.events(), 10u);
  EXPECT_EQ(report.audits(), 3u);
  EXPECT_EQ(report.anchors(), 1u);
}

TEST_F(History, AnEditedRecordIsFoundWhereItStands) {
  Alter("UPDATE events SET record = (SELECT record FROM events WHERE cursor = 5) WHERE cursor = 6");
  EXPECT_EQ(Faults(Verify()).substr(0, 17), "RECORD_EDITED 6-6");
}

TEST_F(History, AnEditedRecordWithItsHashMadeAnewIsFoundWhereItStands) {
  v1::Event event;
  event.ParseFromString(Events()[2].record());
  event.set_kind(v1::EVENT_KIND_DEVICE_ALLOWED);
  const std::string record = event.SerializeAsString();
  char hash[65];
  for (int i = 0; i < 32; ++i) {
    snprintf(hash + 2 * i, 3, "%02x", static_cast<unsigned char>(HashOf(record)[i]));
  }
  std::string hex;
  for (const char c : record) {
    char digits[3];
    snprintf(digits, sizeof digits, "%02x", static_cast<unsigned char>(c));
    hex += digits;
  }
  Alter("UPDATE events SET kind = 40, record = x'" + hex + "', record_hash = x'" + hash +
        "' WHERE cursor = 3");
  // The store's chain breaks there, and the terminal's own at what followed it.
  EXPECT_EQ(Faults(Verify()), "TERMINAL_CHAIN 4-4, LINK_BROKEN 3-3");
}

TEST_F(History, AnEditedTimeOfArrivalIsFound) {
  Alter("UPDATE events SET received_at = received_at - 86400000 WHERE cursor = 7");
  EXPECT_EQ(Faults(Verify()), "LINK_BROKEN 7-7");
}

TEST_F(History, AnEventGivenToAnotherTerminalIsFound) {
  Alter("UPDATE events SET terminal_id = 't2' WHERE cursor = 2");
  const std::string faults = Faults(Verify());
  EXPECT_NE(faults.find("LINK_BROKEN 2-2"), std::string::npos) << faults;
}

TEST_F(History, AKindThatTheRecordDoesNotHaveIsFound) {
  Alter("UPDATE events SET kind = 1 WHERE cursor = 4");
  EXPECT_EQ(Faults(Verify()), "RECORD_EDITED 4-4");
}

TEST_F(History, ADeletedEventIsFoundByItsNumber) {
  Alter("DELETE FROM events WHERE cursor = 6");
  const v1::HistoryReport report = Verify();
  EXPECT_EQ(Faults(report), "TERMINAL_CHAIN 7-7, DELETED 6-6");
  // And by the terminal's own.
  EXPECT_EQ(report.findings(0).terminal_id(), "t2");
  EXPECT_EQ(report.findings(0).first_sequence(), 2u);
}

TEST_F(History, ARunOfDeletedEventsIsFoundByItsNumbers) {
  Alter("DELETE FROM events WHERE cursor BETWEEN 2 AND 8");
  EXPECT_EQ(Faults(Verify()), "TERMINAL_CHAIN 9-9, DELETED 2-8");
}

TEST_F(History, ATruncatedEndIsFound) {
  Alter("DELETE FROM events WHERE cursor > 8");
  EXPECT_EQ(Faults(Verify()), "TRUNCATED 9-10");
}

TEST_F(History, ATruncatedEndThatTheStoreForgotIsFoundByTheAnchorAlone) {
  const Anchor anchor = TakeAnchor();
  Rewrite([](std::vector<v1::HistoryEvent>& events) { events.resize(8); });
  EXPECT_EQ(Faults(Verify()), "");
  EXPECT_EQ(Faults(Verify({anchor})), "TRUNCATED 9-10");
}

TEST_F(History, TwoEventsThatChangedPlacesAreFoundBoth) {
  Alter(
      "UPDATE events SET cursor = 100 WHERE cursor = 3; UPDATE events SET cursor = 3 WHERE "
      "cursor = 6; UPDATE events SET cursor = 6 WHERE cursor = 100");
  const std::string faults = Faults(Verify());
  EXPECT_NE(faults.find("REORDERED 3-3, REORDERED 6-6"), std::string::npos) << faults;
  EXPECT_EQ(faults.find("LINK_BROKEN"), std::string::npos) << faults;
}

TEST_F(History, TwoNeighboursThatChangedPlacesAreFoundBoth) {
  Alter(
      "UPDATE events SET cursor = 100 WHERE cursor = 5; UPDATE events SET cursor = 5 WHERE "
      "cursor = 4; UPDATE events SET cursor = 4 WHERE cursor = 100");
  const std::string faults = Faults(Verify());
  EXPECT_NE(faults.find("REORDERED 4-4, REORDERED 5-5"), std::string::npos) << faults;
}

TEST_F(History, AnEventThatIsThereTwiceIsFound) {
  // Without the index that would refuse it.
  Alter(
      "CREATE TABLE copy AS SELECT * FROM events; DROP TABLE events; ALTER TABLE copy RENAME TO "
      "events; INSERT INTO events SELECT 11, organisation_id, group_path, terminal_id, boot_id, "
      "sequence, kind, received_at, record_hash, record, link, erased_by FROM events WHERE "
      "cursor = 9");
  const std::string faults = Faults(Verify());
  EXPECT_NE(faults.find("DUPLICATED 11-11"), std::string::npos) << faults;
}

TEST_F(History, AnEventThatIsThereTwiceAndLinkedIsFoundByTheTerminalsChain) {
  Close();
  Alter(
      "CREATE TABLE copy AS SELECT * FROM events; DROP TABLE events; ALTER TABLE copy RENAME TO "
      "events");
  Open();
  std::vector<v1::HistoryEvent> events = Events();
  v1::HistoryEvent again = events[8];
  again.set_cursor(11);
  again.set_link(LinkOf(events[9].link(), 11, EntryOf("org", again)));
  Verifier verifier("org", {}, Extent::kOrganisation);
  const std::vector<v1::HistoryAudit> audit = *backend_->history().ReadAudit("org", 0, 100);
  for (const v1::HistoryAudit& entry : audit) verifier.Add(entry);
  for (const v1::HistoryEvent& event : events) verifier.Add(event);
  verifier.Add(again);
  v1::HistoryHead head = *backend_->history().Head("org");
  head.set_cursor(11);
  head.set_events(11);
  head.set_event_link(again.link());
  EXPECT_EQ(Faults(verifier.Finish(head)), "DUPLICATED 11-11");
}

TEST_F(History, RewrittenAsAWholeAfterAnEditIsFoundByTheAnchorAlone) {
  const Anchor before = TakeAnchor();
  Report("t2", 5);
  const Anchor after = TakeAnchor();
  Rewrite([](std::vector<v1::HistoryEvent>& events) {
    v1::Event event;
    event.ParseFromString(events[12].record());
    event.set_kind(v1::EVENT_KIND_DEVICE_ALLOWED);
    events[12].set_kind(v1::EVENT_KIND_DEVICE_ALLOWED);
    events[12].set_record(event.SerializeAsString());
  });
  EXPECT_EQ(Faults(Verify()), "");
  // Between which anchors it was.
  EXPECT_EQ(Faults(Verify({before, after})), "NOT_THE_ANCHORS 11-15");
}

TEST_F(History, AnotherOrganisationsAnchorIsSaidToBeOne) {
  const Anchor other = AnchorOf("another", 0, {});
  EXPECT_EQ(Faults(Verify({other})), "OTHER_ORGANISATION 1-0");
}

TEST_F(History, AnEditedAuditEntryIsFound) {
  Alter("UPDATE audit SET actor = 'taro' WHERE audit_id = 2");
  EXPECT_EQ(Faults(Verify()), "audit LINK_BROKEN 2-2");
}

TEST_F(History, ADeletedAuditEntryIsFound) {
  Alter("DELETE FROM audit WHERE audit_id = 2");
  EXPECT_EQ(Faults(Verify()), "audit DELETED 2-2");
}

TEST_F(History, ATruncatedAuditIsFound) {
  Alter("DELETE FROM audit WHERE audit_id = 3");
  EXPECT_EQ(Faults(Verify()), "audit TRUNCATED 3-3");
}

TEST_F(History, AGapThatTheConsoleRecordedWhenItCameIsNoAlteration) {
  std::vector<v1::HistoryEvent> events = Events();
  v1::Event late;
  late.set_boot_id("boot-t2-0");
  late.set_sequence(9);
  late.set_previous_hash(std::string(32, 'x'));
  late.set_kind(v1::EVENT_KIND_DEVICE_BLOCKED);
  const std::string record = late.SerializeAsString();
  store::ReportedBatch batch{"org", "t2", "/root/", "boot-t2-0", {}, {}};
  batch.records.push_back({late, record, HashOf(record), ""});
  ASSERT_TRUE(backend_->events().Append(std::span<const store::ReportedBatch>(&batch, 1), {}).ok());
  const v1::HistoryReport report = Verify();
  EXPECT_EQ(Faults(report), "");
  EXPECT_EQ(report.known_breaks(), 1u);
}

class HistoryOfAReenrolledTerminal : public History,
                                     public ::testing::WithParamInterface<AlteredStore::Disk> {
 protected:
  // t1's rows 1 to 3, t2's 4 to 6, the console's word 7, and t1's again 8 to 10.
  void SetUp() override {
    AlteredStore::SetUp();
    Report("t1", 3);
    Report("t2", 3);
    EnrolAgain("t1", GetParam());
    Report("t1", 3);
    ASSERT_EQ(Events().size(), 10u);
  }
};
INSTANTIATE_TEST_SUITE_P(OnEveryDisk, HistoryOfAReenrolledTerminal,
                         ::testing::Values(AlteredStore::Disk::kNew, AlteredStore::Disk::kKept,
                                           AlteredStore::Disk::kKeptAndRestarted));

TEST_P(HistoryOfAReenrolledTerminal, IsWhole) { EXPECT_EQ(Faults(Verify()), ""); }

TEST_P(HistoryOfAReenrolledTerminal, MissesItsFirstRecordSinceThen) {
  Alter("DELETE FROM events WHERE cursor = 8");
  EXPECT_EQ(Faults(Verify()), "TERMINAL_CHAIN 9-9, DELETED 8-8");
}

TEST_P(HistoryOfAReenrolledTerminal, MissesALaterRecord) {
  Alter("DELETE FROM events WHERE cursor = 9");
  EXPECT_EQ(Faults(Verify()), "TERMINAL_CHAIN 10-10, DELETED 9-9");
}

TEST_P(HistoryOfAReenrolledTerminal, MissesARecordOfBefore) {
  Alter("DELETE FROM events WHERE cursor = 2");
  EXPECT_EQ(Faults(Verify()), "TERMINAL_CHAIN 3-3, DELETED 2-2");
}

TEST_F(History, ThatWasThereBeforeTheChainIsChainedWhenTheStoreIsOpened) {
  const std::vector<v1::HistoryEvent> before = Events();
  const v1::HistoryHead head = *backend_->history().Head("org");
  // The store as the previous release left it.
  Alter(
      "UPDATE events SET link = x''; UPDATE audit SET link = x''; DROP TABLE chain_heads; "
      "ALTER TABLE events DROP COLUMN link; ALTER TABLE events DROP COLUMN erased_by; "
      "ALTER TABLE audit DROP COLUMN link; PRAGMA user_version = 2; "
      "DROP INDEX IF EXISTS terminals_by_serial; "
      "ALTER TABLE terminals DROP COLUMN hardware; ALTER TABLE terminals DROP COLUMN duplicated; "
      "ALTER TABLE terminals DROP COLUMN after_restore; DROP TABLE restores; "
      "DROP TABLE alarm_channels; DROP TABLE adopted_devices; "
      "ALTER TABLE organisations DROP COLUMN register_version; "
      "ALTER TABLE organisations DROP COLUMN register_floor; "
      "DROP TABLE media; DROP TABLE media_history; DROP TABLE media_left; "
      "DROP TABLE present_devices; ALTER TABLE reported_devices DROP COLUMN verdict; "
      "ALTER TABLE reported_devices DROP COLUMN person; "
      "ALTER TABLE reported_devices DROP COLUMN judged_at");
  Open();
  EXPECT_EQ(backend_->history().Head("org")->SerializeAsString(), head.SerializeAsString());
  ASSERT_EQ(Events().size(), before.size());
  EXPECT_EQ(Events().back().link(), before.back().link());
  Report("t1", 2);
  EXPECT_EQ(Faults(Verify()), "");
}

}  // namespace
}  // namespace sekisho::console::history::testing
