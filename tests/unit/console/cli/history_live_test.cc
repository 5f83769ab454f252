// anchor, verify, erase and parcel: the programs, and a store that somebody altered between them.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <fstream>
#include <iterator>
#include <string>

#include "tests/unit/console/cli/live_console.h"

namespace sekisho::console::cli {
namespace {

class HistoryLive : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(console_.ok());
    const Ended signed_in = console_.SignIn();
    ASSERT_EQ(signed_in.code, 0) << signed_in.err;
  }
  Ended Admin(const std::vector<std::string>& arguments) {
    return console_.Ctl("admin", arguments);
  }
  std::string StorePath() const { return console_.directory() + "/data/store.db"; }
  void Alter(const std::string& sql) {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(StorePath().c_str(), &db), SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(db);
    sqlite3_close(db);
  }
  LiveConsole console_;
};

TEST_F(HistoryLive, IsWholeAgainstItsAnchorUntilSomebodyEditsTheAudit) {
  const Ended anchor = Admin({"anchor", "print"});
  ASSERT_EQ(anchor.code, 0) << anchor.err;
  const std::string file = console_.Write("anchors.txt", "by hand:\n" + anchor.out + "\nsigned\n");
  // Goes on after the anchor.
  ASSERT_EQ(Admin({"groups", "create", "Tax"}).code, 0);
  const Ended whole = Admin({"verify", "--anchor-file", file});
  EXPECT_EQ(whole.code, 0) << whole.out << whole.err;
  EXPECT_NE(whole.out.find("those of 1 anchor"), std::string::npos) << whole.out;

  Alter("UPDATE audit SET actor = 'nobody' WHERE audit_id = 2");
  const Ended altered = Admin({"verify"});
  EXPECT_EQ(altered.code, 8) << altered.err;
  EXPECT_NE(altered.out.find("EDITED     audit entry 2"), std::string::npos) << altered.out;
  const Ended json = Admin({"verify", "--output", "json"});
  EXPECT_EQ(json.code, 8);
  EXPECT_NE(json.out.find("HISTORY_FAULT_LINK_BROKEN"), std::string::npos) << json.out;
}

TEST_F(HistoryLive, AnAnchorWithASlipOfThePenIsRefusedByItsGroup) {
  std::string text = Admin({"anchor"}).out;
  const std::size_t at = text.find("sekisho-anchor1 ") + 16;
  text[at] = text[at] == 'Z' ? 'Y' : 'Z';
  const Ended refused = Admin({"verify", "--anchor", text});
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find("group 1 "), std::string::npos) << refused.err;
}

TEST_F(HistoryLive, NobodyIsErasedWithoutTheNameTypedTwiceOrWhenNothingNamesThem) {
  const Ended nobody =
      Admin({"erase", "person", "hanako", "--reason", "request 1", "--confirm", "hanako"});
  EXPECT_EQ(nobody.code, 5) << nobody.err;
  const Ended none = Admin({"erase", "person", "hanako"});
  EXPECT_EQ(none.code, 2) << none.err;
}

TEST_F(HistoryLive, WhatIsNoParcelIsSaidToBeNone) {
  const std::string file = console_.Write("holiday.jpg", "\xff\xd8\xff\xe0 jfif");
  const Ended refused = Admin({"parcel", "carry", file, "--out", console_.directory() + "/answer"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find("not-a-parcel"), std::string::npos) << refused.err;
  EXPECT_FALSE(std::ifstream(console_.directory() + "/answer").good());
}

}  // namespace
}  // namespace sekisho::console::cli
