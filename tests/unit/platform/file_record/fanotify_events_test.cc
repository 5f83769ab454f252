#include "platform/linux/file_record/fanotify_events.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/fanotify.h>

#include <cstring>

namespace sekisho::platform {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

template <typename T>
void Append(std::string& bytes, const T& value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

std::string Information(std::uint8_t type, const std::string& handle, const std::string& name) {
  std::string body(8, 'f');  // fsid
  Append(body, static_cast<std::uint32_t>(handle.size()));
  Append(body, std::int32_t{0x81});
  body += handle;
  if (!name.empty()) body += name + '\0';
  while ((sizeof(fanotify_event_info_header) + body.size()) % 4 != 0) body += '\0';
  std::string bytes;
  Append(bytes, fanotify_event_info_header{
                    type, 0,
                    static_cast<std::uint16_t>(sizeof(fanotify_event_info_header) + body.size())});
  return bytes + body;
}

std::string EventWith(std::uint64_t mask, const std::string& information) {
  fanotify_event_metadata head{};
  head.event_len = static_cast<std::uint32_t>(sizeof head + information.size());
  head.vers = FANOTIFY_METADATA_VERSION;
  head.metadata_len = sizeof head;
  head.mask = mask;
  head.fd = FAN_NOFD;
  head.pid = 42;
  std::string bytes;
  Append(bytes, head);
  return bytes + information;
}

std::vector<FanotifyEvent> Parse(const std::string& bytes) {
  return ParseFanotifyEvents(std::as_bytes(std::span(bytes.data(), bytes.size())));
}

TEST(FanotifyEventsTest, ReadsWhereWhatAndWho) {
  const auto events =
      Parse(EventWith(FAN_CREATE, Information(FAN_EVENT_INFO_TYPE_DFID_NAME, "DIR1", "名前.txt") +
                                      Information(FAN_EVENT_INFO_TYPE_FID, "FILE", "")) +
            EventWith(FAN_RENAME, Information(FAN_EVENT_INFO_TYPE_OLD_DFID_NAME, "DIR1", "a") +
                                      Information(FAN_EVENT_INFO_TYPE_NEW_DFID_NAME, "DIR2", "b") +
                                      Information(FAN_EVENT_INFO_TYPE_FID, "FILE", "")));
  ASSERT_THAT(events, SizeIs(2));
  EXPECT_EQ(events[0].mask, FAN_CREATE);
  EXPECT_EQ(events[0].pid, 42);
  EXPECT_EQ(events[0].at->name, "名前.txt");
  EXPECT_EQ(events[0].at->directory, (FileHandle{0x81, "DIR1"}));
  EXPECT_EQ(events[0].file->bytes, "FILE");
  EXPECT_EQ(events[0].file_system[0], 'f');
  EXPECT_EQ(events[1].from->name, "a");
  EXPECT_EQ(events[1].to->name, "b");
  EXPECT_EQ(events[1].to->directory.bytes, "DIR2");
}

TEST(FanotifyEventsTest, AnOverflowHasNoFile) {
  const auto events = Parse(EventWith(FAN_Q_OVERFLOW, ""));
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].mask, FAN_Q_OVERFLOW);
  EXPECT_FALSE(events[0].at);
}

TEST(FanotifyEventsTest, WhatIsCutShortOrLiesAboutItsLengthIsNotReadPast) {
  const std::string whole =
      EventWith(FAN_CREATE, Information(FAN_EVENT_INFO_TYPE_DFID_NAME, "DIR1", "name"));
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_THAT(Parse(whole.substr(0, length)), IsEmpty()) << length;
  }
  std::string lying = whole;
  const std::uint32_t handle_bytes = 4000;
  std::memcpy(lying.data() + sizeof(fanotify_event_metadata) + 12, &handle_bytes, 4);
  const auto events = Parse(lying);
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_FALSE(events[0].at) << "a handle longer than its record";
}

}  // namespace
}  // namespace sekisho::platform
