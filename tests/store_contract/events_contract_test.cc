#include "tests/store_contract/contract_fixture.h"

namespace sekisho::console::store::testing {
namespace {

class EventsContract : public StoreContract {};
INSTANTIATE_TEST_SUITE_P(Every, EventsContract, ::testing::ValuesIn(AllBackends()),
                         [](const auto& param) { return param.param.name; });

TEST_P(EventsContract, WhatWasAppendedIsThereAfterReopening) {
  const NewEvent one = Next(v1::EVENT_KIND_AGENT_STARTED);
  const AppendedBatch appended = Append({one});
  EXPECT_EQ(appended.last_sequence, 1u);
  EXPECT_EQ(appended.last_record_hash, Sha256Of(one.record));
  Open();
  const std::vector<StoredEventRecord> events = EventsOf(v1::EVENT_KIND_AGENT_STARTED);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].event.SerializeAsString(), one.record);
  EXPECT_FALSE(ChainBroken());
}

TEST_P(EventsContract, TheSameRecordAgainIsADuplicateAndNothingElse) {
  const NewEvent one = Next(v1::EVENT_KIND_RESCAN);
  Append({one});
  const AppendedBatch again = Append({one});
  EXPECT_EQ(again.added, 0u);
  EXPECT_EQ(again.duplicates, 1u);
  EXPECT_EQ(EventsOf(v1::EVENT_KIND_RESCAN).size(), 1u);
  EXPECT_FALSE(ChainBroken());
}

TEST_P(EventsContract, OtherBytesUnderTheSameSequenceAreAnAlarmOnce) {
  const NewEvent one = Next(v1::EVENT_KIND_RESCAN);
  Append({one});
  v1::Event altered = one.event;
  altered.set_kind(v1::EVENT_KIND_AGENT_STOPPED);
  const NewEvent forged = NewEventOf(altered);
  Append({forged});
  Append({forged});
  EXPECT_EQ(EventsOf(v1::EVENT_KIND_RESCAN).size(), 1u) << "the first stays as it was";
  EXPECT_TRUE(EventsOf(v1::EVENT_KIND_AGENT_STOPPED).empty());
  EXPECT_EQ(EventsOf(v1::EVENT_KIND_CHAIN_BROKEN).size(), 1u);
  EXPECT_TRUE(ChainBroken());
}

TEST_P(EventsContract, ARecordThatDoesNotContinueTheChainIsStoredAndSeen) {
  Append({Next(v1::EVENT_KIND_RESCAN)});
  previous_ = std::string(32, 'x');
  Append({Next(v1::EVENT_KIND_RESCAN)});
  EXPECT_EQ(EventsOf(v1::EVENT_KIND_RESCAN).size(), 2u);
  EXPECT_EQ(EventsOf(v1::EVENT_KIND_CHAIN_BROKEN).size(), 1u);
  EXPECT_TRUE(ChainBroken());
}

TEST_P(EventsContract, AGapIsSeenUntilTheTerminalSaysWhatItEvicted) {
  Append({Next(v1::EVENT_KIND_RESCAN)});
  SkipTo(4);
  Append({Next(v1::EVENT_KIND_RESCAN)});
  EXPECT_TRUE(ChainBroken());
  NewEvent evicted = Next(v1::EVENT_KIND_SPOOL_EVICTED);
  for (const auto& [key, value] : {std::pair{"first", "2"}, {"last", "4"}}) {
    v1::Parameter& parameter = *evicted.event.add_parameters();
    parameter.set_key(key);
    parameter.set_value(value);
  }
  Append({Finish(evicted.event)});
  EXPECT_FALSE(ChainBroken());
}

TEST_P(EventsContract, TheChainGoesOnAcrossBoots) {
  Append({Next(v1::EVENT_KIND_RESCAN)});
  boot_ = "boot-2";
  sequence_ = 0;
  Append({Next(v1::EVENT_KIND_AGENT_STARTED)});
  EXPECT_FALSE(ChainBroken());
  boot_ = "boot-3";
  sequence_ = 0;
  previous_ = std::string(32, 'x');
  Append({Next(v1::EVENT_KIND_AGENT_STARTED)});
  EXPECT_TRUE(ChainBroken()) << "the end of boot-2 never came";
}

TEST_P(EventsContract, ABlockMakesARequestAndThePersonsWordsCompleteIt) {
  NewEvent block = Next(v1::EVENT_KIND_DEVICE_BLOCKED);
  block.event.set_reference("042042");
  block.event.mutable_device()->set_fingerprint(std::string(32, 'f'));
  Append({Finish(block.event)});
  RequestQuery query;
  query.scope = {"org", ""};
  EXPECT_TRUE(backend_->grants().ListRequests(query)->empty()) << "nobody has asked yet";
  query.words = RequestQuery::Words::kAny;
  EXPECT_EQ(backend_->grants().ListRequests(query)->size(), 1u);
  NewEvent asked = Next(v1::EVENT_KIND_EXCEPTION_REQUESTED);
  asked.event.set_reference("042042");
  asked.event.mutable_device()->set_fingerprint(std::string(32, 'f'));
  v1::Parameter& reason = *asked.event.add_parameters();
  reason.set_key("reason");
  reason.set_value("提出");
  Append({Finish(asked.event)});
  query.words = RequestQuery::Words::kRequired;
  const std::vector<RequestRecord> requests = *backend_->grants().ListRequests(query);
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].reason, "提出");
}

TEST_P(EventsContract, AGroupSeesOnlyItsOwnEvents) {
  Append({Next(v1::EVENT_KIND_RESCAN)});
  EventQuery query;
  query.scope = {"org", "/root/b/"};
  EXPECT_TRUE(backend_->events().ListEvents(query)->empty());
  query.scope = {"org", "/root/a/"};
  EXPECT_EQ(backend_->events().ListEvents(query)->size(), 1u);
  query.scope = {"other", ""};
  EXPECT_TRUE(backend_->events().ListEvents(query)->empty());
}

}  // namespace
}  // namespace sekisho::console::store::testing
