#include "console/store/sqlite/write_gate.h"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace sekisho::console::store::sqlite {
namespace {

TEST(WriteGateTest, APersonGoesBeforeReportsThatHaveWaitedLonger) {
  WriteGate gate;
  std::mutex mutex;
  std::vector<Lane> order;
  const auto write = [&](Lane lane) {
    const WriteGate::Turn turn(gate, lane);
    const std::lock_guard lock(mutex);
    order.push_back(lane);
  };
  std::vector<std::jthread> writers;
  {
    const WriteGate::Turn turn(gate, Lane::kReports);
    for (const Lane lane : {Lane::kReports, Lane::kReports, Lane::kPerson}) {
      writers.emplace_back(write, lane);
      // They wait, in this order, before the gate opens.
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }
  writers.clear();
  EXPECT_EQ(order, (std::vector{Lane::kPerson, Lane::kReports, Lane::kReports}));
}

TEST(WriteGateTest, OneIsInsideAtATime) {
  WriteGate gate;
  int inside = 0;
  int most = 0;
  {
    std::vector<std::jthread> writers;
    for (int i = 0; i < 4; ++i) {
      writers.emplace_back([&, lane = i % 2 == 0 ? Lane::kPerson : Lane::kReports] {
        for (int turns = 0; turns < 200; ++turns) {
          const WriteGate::Turn turn(gate, lane);
          most = std::max(most, ++inside);
          std::this_thread::yield();
          --inside;
        }
      });
    }
  }
  EXPECT_EQ(most, 1);
}

}  // namespace
}  // namespace sekisho::console::store::sqlite
