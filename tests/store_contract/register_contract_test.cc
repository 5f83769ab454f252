#include "tests/store_contract/contract_fixture.h"

namespace sekisho::console::store::testing {
namespace {

constexpr char kRoot[] = "/root/";
constexpr char kA[] = "/root/a/";
constexpr char kB[] = "/root/b/";

class RegisterContract : public StoreContract {
 protected:
  static MediumRecord Medium(const std::string& label, const std::string& group_path = kRoot) {
    MediumRecord record{.organisation_id = "org", .group_path = group_path, .medium = {}};
    record.medium.set_medium_id("id-" + label);
    record.medium.set_label_number(label);
    record.medium.set_kind(v1::MEDIUM_KIND_STICK);
    record.medium.set_vendor_id(0x0781);
    record.medium.set_product_id(0x5583);
    record.medium.set_serial("serial-" + label);
    record.medium.set_state(v1::MEDIUM_STATE_IN_STOCK);
    return record;
  }
  absl::StatusOr<MediumRecord> Write(const MediumRecord& record, const std::string& why = "why") {
    absl::StatusOr<std::vector<MediumRecord>> written =
        backend_->media().WriteMedia({record}, why, Audit("media"));
    if (!written.ok()) return written.status();
    return written->front();
  }
  MediumRecord Stored(const MediumRecord& record) {
    absl::StatusOr<MediumRecord> written = Write(record);
    EXPECT_TRUE(written.ok()) << written.status();
    return written.ok() ? *written : record;
  }
  MediumRecord In(MediumRecord record, v1::MediumState state) {
    record.medium.set_state(state);
    return Stored(record);
  }
  RegisterChanges Changes(const std::string& path, std::uint64_t above,
                          std::uint32_t limit = 1000) {
    absl::StatusOr<RegisterChanges> changes =
        backend_->media().ListChanges("org", path, above, limit);
    EXPECT_TRUE(changes.ok()) << changes.status();
    return changes.ok() ? *changes : RegisterChanges{};
  }
  std::vector<std::string> Ids(const RegisterChanges& changes) {
    std::vector<std::string> ids;
    for (const v1::RegisterEntry& entry : changes.upserts) ids.push_back(entry.medium_id());
    return ids;
  }
  std::uint64_t Newest(const std::string& path) {
    return backend_->media().FindHead("org", path)->newest;
  }
  static MediumQuery In(const std::string& path) {
    MediumQuery query;
    query.scope = {"org", path};
    return query;
  }
  std::vector<std::string> Labels(const MediumQuery& query) {
    absl::StatusOr<std::vector<MediumRecord>> media = backend_->media().ListMedia(query);
    EXPECT_TRUE(media.ok()) << media.status();
    std::vector<std::string> labels;
    for (const MediumRecord& each : media.value()) labels.push_back(each.medium.label_number());
    return labels;
  }
};

using Strings = std::vector<std::string>;

TEST_P(RegisterContract, AMediumIsFoundByIdLabelAndSerial) {
  const MediumRecord stored = Stored(Medium("K-1"));
  EXPECT_EQ(stored.medium.revision(), 1u);
  for (const char* name : {"id-K-1", "K-1", "serial-K-1"}) {
    absl::StatusOr<MediumRecord> found = backend_->media().FindMedium("org", name);
    ASSERT_TRUE(found.ok()) << name;
    EXPECT_EQ(found->medium.SerializeAsString(), stored.medium.SerializeAsString());
    EXPECT_EQ(found->group_path, kRoot);
  }
  EXPECT_TRUE(absl::IsNotFound(backend_->media().FindMedium("org", "K-2").status()));
  EXPECT_TRUE(absl::IsNotFound(backend_->media().FindMedium("other", "K-1").status()));
}

TEST_P(RegisterContract, ASerialThatTwoMakesShareNamesNeither) {
  Stored(Medium("K-1"));
  MediumRecord other = Medium("K-2");
  other.medium.set_serial("serial-K-1");
  other.medium.set_product_id(1);
  Stored(other);
  EXPECT_TRUE(
      absl::IsFailedPrecondition(backend_->media().FindMedium("org", "serial-K-1").status()));
}

TEST_P(RegisterContract, NoTwoMediaHaveOneLabelOrOneSerial) {
  Stored(Medium("K-1"));
  MediumRecord label = Medium("K-1");
  label.medium.set_medium_id("another");
  label.medium.set_serial("x");
  EXPECT_TRUE(absl::IsAlreadyExists(Write(label).status()));
  MediumRecord serial = Medium("K-2");
  serial.medium.set_serial("serial-K-1");
  EXPECT_TRUE(absl::IsAlreadyExists(Write(serial).status()));
  // Nothing of it is left, and no version is used up.
  EXPECT_EQ(Stored(Medium("K-3")).medium.revision(), 2u);
}

TEST_P(RegisterContract, AllOfAWriteIsTakenOrNothing) {
  std::vector<MediumRecord> media{Medium("K-1"), Medium("K-2"), Medium("K-2")};
  media[2].medium.set_medium_id("another");
  EXPECT_TRUE(
      absl::IsAlreadyExists(backend_->media().WriteMedia(media, "why", Audit("media")).status()));
  EXPECT_EQ(Labels(In("")), Strings{});
}

TEST_P(RegisterContract, AChangeUponAnOlderReadingIsAborted) {
  const MediumRecord first = Stored(Medium("K-1"));
  In(first, v1::MEDIUM_STATE_ISSUED);
  EXPECT_TRUE(absl::IsAborted(Write(first).status()));
  MediumRecord anew = Medium("K-1");
  EXPECT_TRUE(absl::IsAborted(Write(anew).status()));
}

TEST_P(RegisterContract, EveryChangeIsKeptWithItsReason) {
  MediumRecord record = Stored(Medium("K-1"));
  record.medium.set_state(v1::MEDIUM_STATE_LOST);
  ASSERT_TRUE(Write(record, "棚卸").ok());
  absl::StatusOr<std::vector<v1::MediumChange>> history =
      backend_->media().ListMediumHistory("org", "id-K-1", 10);
  ASSERT_TRUE(history.ok());
  ASSERT_EQ(history->size(), 2u);
  EXPECT_EQ(history->front().medium().state(), v1::MEDIUM_STATE_LOST);
  EXPECT_EQ(history->front().reason(), "棚卸");
  EXPECT_EQ(history->back().medium().state(), v1::MEDIUM_STATE_IN_STOCK);
}

TEST_P(RegisterContract, ListsByLabelStateWordsAndGroupInPages) {
  Stored(Medium("K-3", kA));
  In(Medium("K-1", kB), v1::MEDIUM_STATE_LOST);
  MediumRecord owned = Medium("K-2", kA);
  owned.medium.set_owner("税務課");
  Stored(owned);
  EXPECT_EQ(Labels(In("")), (Strings{"K-1", "K-2", "K-3"}));
  EXPECT_EQ(Labels(In(kA)), (Strings{"K-2", "K-3"}));
  MediumQuery query = In("");
  query.state = v1::MEDIUM_STATE_LOST;
  EXPECT_EQ(Labels(query), Strings{"K-1"});
  query = In("");
  query.words = "税務";
  EXPECT_EQ(Labels(query), Strings{"K-2"});
  query = In("");
  query.after = {"K-1", "id-K-1"};
  query.limit = 1;
  EXPECT_EQ(Labels(query), Strings{"K-2"});
}

TEST_P(RegisterContract, ATerminalIsToldWhatIsOfItsGroupAndOfThoseAbove) {
  Stored(Medium("K-1", kA));
  Stored(Medium("K-2", kB));
  Stored(Medium("K-3", kRoot));
  EXPECT_EQ(Ids(Changes(kA, 0)), (Strings{"id-K-1", "id-K-3"}));
  EXPECT_EQ(Ids(Changes(kB, 0)), (Strings{"id-K-2", "id-K-3"}));
  EXPECT_EQ(Changes(kA, 0).version, 3u);
  EXPECT_EQ(Ids(Changes(kA, 1)), Strings{"id-K-3"});
}

TEST_P(RegisterContract, ALostOneConcernsEverybodyUntilItIsFound) {
  MediumRecord record = Stored(Medium("K-1", kB));
  EXPECT_EQ(Newest(kA), 0u);
  record = In(record, v1::MEDIUM_STATE_LOST);
  EXPECT_EQ(Newest(kA), 2u);
  EXPECT_EQ(Ids(Changes(kA, 0)), Strings{"id-K-1"});
  In(record, v1::MEDIUM_STATE_RETURNED);
  EXPECT_EQ(Newest(kA), 3u);
  EXPECT_EQ(Changes(kA, 2).removed, Strings{"id-K-1"});
  EXPECT_EQ(Ids(Changes(kA, 2)), Strings{});
  // Its own group goes on with it.
  EXPECT_EQ(Changes(kB, 2).removed, Strings{});
  EXPECT_EQ(Ids(Changes(kB, 2)), Strings{"id-K-1"});
}

TEST_P(RegisterContract, WhoNoLongerHasAMediumIsToldToForgetItAlsoAfterManyChanges) {
  MediumRecord record = Stored(Medium("K-1", kA));
  record.group_path = kB;
  record = Stored(record);
  EXPECT_EQ(Changes(kA, 1).removed, Strings{"id-K-1"});
  record.group_path = kRoot;
  record = Stored(record);
  // It has come back meanwhile.
  EXPECT_EQ(Changes(kA, 1).removed, Strings{});
  EXPECT_EQ(Ids(Changes(kA, 1)), Strings{"id-K-1"});
  record.medium.clear_serial();
  Stored(record);
  // No device can be known by it any more.
  EXPECT_EQ(Changes(kA, 3).removed, Strings{"id-K-1"});
  EXPECT_EQ(Newest(kA), 4u);
}

TEST_P(RegisterContract, ChangesComeInPartsThatJoinOn) {
  for (int i = 0; i < 10; ++i) Stored(Medium("K-" + std::to_string(i)));
  Strings ids;
  std::uint64_t above = 0;
  for (int part = 0; part < 4; ++part) {
    const RegisterChanges changes = Changes(kA, above, 3);
    for (const std::string& id : Ids(changes)) ids.push_back(id);
    EXPECT_GT(changes.version, above);
    above = changes.version;
  }
  EXPECT_EQ(ids.size(), 10u);
  EXPECT_EQ(above, Newest(kA));
  EXPECT_EQ(Ids(Changes(kA, above)), Strings{});
}

TEST_P(RegisterContract, AfterARestoreEverythingIsAboveWhatAnybodyCanHold) {
  MediumRecord record = Stored(Medium("K-1"));
  Stored(Medium("K-2", kB));
  ASSERT_TRUE(backend_->restores().Begin({"org", At(0), At(10), 1000}, Audit("restore")).ok());
  const RegisterHead head = *backend_->media().FindHead("org", kA);
  EXPECT_EQ(head.floor, 1002u);
  EXPECT_GT(head.newest, head.floor);
  EXPECT_EQ(Ids(Changes(kA, head.floor)), Strings{"id-K-1"});
  // What an operator has read before is still good to change it.
  EXPECT_GT(Stored(record).medium.revision(), head.newest);
  // A group that nothing concerns has a version too: its terminals may hold what is lost.
  EXPECT_GE(backend_->media().FindHead("org", "/other/")->newest, head.floor);
}

INSTANTIATE_TEST_SUITE_P(Every, RegisterContract, ::testing::ValuesIn(AllBackends()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace sekisho::console::store::testing
