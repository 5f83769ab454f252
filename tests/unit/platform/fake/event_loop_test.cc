#include "platform/fake/event_loop.h"

#include <gtest/gtest.h>

#include <vector>

#include "platform/fake/files.h"
#include "platform/fake/message_socket.h"

namespace sekisho::platform::fake {
namespace {

using std::chrono::seconds;

TEST(ManualEventLoop, AlarmsComeInTheirOrderAsTimePasses) {
  ManualClock clock;
  ManualEventLoop loop(clock);
  std::vector<int> order;
  const auto late = loop.At(clock.Now() + seconds(5), [&] { order.push_back(5); });
  const auto early = loop.At(clock.Now() + seconds(2), [&] { order.push_back(2); });
  loop.Advance(seconds(1));
  EXPECT_TRUE(order.empty());
  loop.Advance(seconds(10));
  EXPECT_EQ(order, (std::vector{2, 5}));
}

TEST(ManualEventLoop, AnAlarmThatWasLetGoNeverComes) {
  ManualClock clock;
  ManualEventLoop loop(clock);
  bool came = false;
  loop.At(clock.Now() + seconds(1), [&] { came = true; });
  loop.Advance(seconds(2));
  EXPECT_FALSE(came);
}

TEST(ManualEventLoop, TicksComeWhenTheOneBeforeWantedThem) {
  ManualClock clock;
  ManualEventLoop loop(clock);
  int ticks = 0;
  loop.SetTick([&] {
    ++ticks;
    return clock.Now() + seconds(60);
  });
  loop.Advance(seconds(59));
  EXPECT_EQ(ticks, 0);
  loop.Advance(seconds(122));
  EXPECT_EQ(ticks, 3);
}

TEST(ManualEventLoop, AFakeSocketWakesWhoeverWatchesIt) {
  ManualClock clock;
  ManualEventLoop loop(clock);
  MessagePair pair = ConnectedPair(Peer{.uid = 1000});
  std::vector<std::byte> heard;
  const auto watch = loop.WatchReadable(pair.server->Readable(), [&] {
    if (auto message = pair.server->Receive(); message.ok() && *message) heard = **message;
  });
  ASSERT_TRUE(pair.client->Send(std::vector{std::byte{7}}).ok());
  loop.Settle();
  EXPECT_EQ(heard, std::vector{std::byte{7}});
}

TEST(MemoryFiles, APowerCutLeavesTheOldContentOrTheNew) {
  for (const Cut cut : {Cut::kBeforeRename, Cut::kAfterRename}) {
    MemoryFiles files;
    const std::vector old{std::byte{1}};
    const std::vector fresh{std::byte{2}};
    ASSERT_TRUE(files.Replace("f", old, FileMode::kOwnerOnly).ok());
    files.CutPowerAtReplace(1, cut);
    EXPECT_FALSE(files.Replace("f", fresh, FileMode::kOwnerOnly).ok());
    EXPECT_FALSE(files.Read("f", 10).ok());
    files.PowerOn();
    EXPECT_EQ(*files.Read("f", 10), cut == Cut::kBeforeRename ? old : fresh);
  }
}

}  // namespace
}  // namespace sekisho::platform::fake
