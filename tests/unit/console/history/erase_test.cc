#include <filesystem>
#include <fstream>
#include <iterator>

#include "console/history/chain.h"
#include "tests/unit/console/history/altered_store.h"

namespace sekisho::console::history::testing {
namespace {

// Erasing what names a person, and what a verifier makes of it.
class Erasing : public AlteredStore {
 protected:
  void SetUp() override {
    AlteredStore::SetUp();
    Report("t1", 3, "hanako");
    Report("t2", 4, "yamada-taro");
    Report("t1", 2, "yamada-taro");
    Report("t1", 1, "hanako");
  }
  absl::StatusOr<store::HistoryStore::Erased> Erase(const std::string& person,
                                                    std::uint64_t expected) {
    return backend_->history().ErasePerson("org", person, expected,
                                           {.organisation_id = "org",
                                            .group_path = "",
                                            .at = {},
                                            .actor = "hanako",
                                            .method = std::string(kEraseMethod),
                                            .target = "opaque",
                                            .detail = "asked in writing"});
  }
  // Whether any file of the store holds the text.
  bool OnDisk(const std::string& text) {
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string bytes(std::istreambuf_iterator<char>(file), {});
      if (bytes.find(text) != std::string::npos) return true;
    }
    return false;
  }
};

TEST_F(Erasing, TakesThePersonOutOfEveryRecordAndLeavesTheChainsWhole) {
  const Anchor anchor = TakeAnchor();
  ASSERT_TRUE(Erase("yamada-taro", 6).ok());
  const v1::HistoryReport report = Verify({anchor});
  EXPECT_EQ(Faults(report), "");
  EXPECT_EQ(report.erased(), 6u);
  for (const v1::HistoryEvent& row : Events()) {
    v1::Event event;
    ASSERT_TRUE(event.ParseFromString(row.record()));
    EXPECT_EQ(event.has_person(), row.erased_by() == 0);
    if (event.has_person()) {
      EXPECT_EQ(event.person().name(), "hanako");
      EXPECT_EQ(event.parameters_size(), 1);
    } else {
      EXPECT_TRUE(event.parameters().empty());
      EXPECT_EQ(event.kind(), v1::EVENT_KIND_DEVICE_BLOCKED);
    }
  }
}

TEST_F(Erasing, LeavesTheNameInNoFileOfTheStore) {
  ASSERT_TRUE(OnDisk("yamada-taro"));
  ASSERT_TRUE(Erase("yamada-taro", 6).ok());
  EXPECT_FALSE(OnDisk("yamada-taro"));
  EXPECT_TRUE(OnDisk("hanako"));
}

TEST_F(Erasing, IsItselfAnEntryThatSaysWhoAndWhyAndNotWhom) {
  const absl::StatusOr<store::HistoryStore::Erased> erased = Erase("yamada-taro", 6);
  ASSERT_TRUE(erased.ok());
  const v1::HistoryAudit entry = backend_->history().ReadAudit("org", 0, 100)->back();
  EXPECT_EQ(entry.audit_id(), erased->audit_id);
  EXPECT_EQ(entry.actor(), "hanako");
  EXPECT_EQ(entry.detail().substr(0, 9), "events=6 ");
  EXPECT_NE(entry.detail().find("reason=asked in writing"), std::string::npos);
  EXPECT_EQ(entry.DebugString().find("yamada"), std::string::npos);
}

TEST_F(Erasing, IsRefusedWhenThereIsMoreThanWasLookedAt) {
  EXPECT_TRUE(absl::IsAborted(Erase("yamada-taro", 5).status()));
  EXPECT_TRUE(OnDisk("yamada-taro"));
  EXPECT_EQ(Faults(Verify()), "");
}

TEST_F(Erasing, AMarkWithoutAnEntryIsTampering) {
  Alter(
      "UPDATE events SET erased_by = 77, record = (SELECT record FROM events WHERE cursor = 2) "
      "WHERE cursor = 2");
  EXPECT_EQ(Faults(Verify()), "ERASED_UNEXPLAINED 2-2");
}

TEST_F(Erasing, AMarkUnderAnotherErasuresEntryIsTampering) {
  const std::uint64_t audit_id = Erase("yamada-taro", 6)->audit_id;
  Alter("UPDATE events SET erased_by = " + std::to_string(audit_id) + " WHERE cursor = 2");
  EXPECT_EQ(Faults(Verify()),
            "audit ERASURE_DIFFERS " + std::to_string(audit_id) + "-" + std::to_string(audit_id));
}

TEST_F(Erasing, WhatWasLeftOfARecordCannotBeEditedLater) {
  const std::string id = std::to_string(Erase("yamada-taro", 6)->audit_id);
  v1::Event event;
  event.ParseFromString(Events()[4].record());
  event.set_reference("123456");
  std::string hex;
  for (const char c : event.SerializeAsString()) {
    char digits[3];
    snprintf(digits, sizeof digits, "%02x", static_cast<unsigned char>(c));
    hex += digits;
  }
  Alter("UPDATE events SET record = x'" + hex + "' WHERE cursor = 5");
  EXPECT_EQ(Faults(Verify()), "audit ERASURE_DIFFERS " + id + "-" + id);
}

TEST_F(Erasing, TwoPersonsOneAfterTheOtherLeavesTheChainsWhole) {
  ASSERT_TRUE(Erase("yamada-taro", 6).ok());
  ASSERT_TRUE(Erase("hanako", 4).ok());
  EXPECT_EQ(Faults(Verify()), "");
  EXPECT_EQ(backend_->history().CountPerson("org", "hanako")->events, 0u);
}

}  // namespace
}  // namespace sekisho::console::history::testing
