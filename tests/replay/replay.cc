// Runs one script of tests/replay/scripts; see README.md there for the words.
#include <cstdio>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tests/unit/agent/engine/rig.h"

namespace sekisho::testing {
namespace {

using Words = std::vector<std::string>;

platform::DeviceFacts DeviceNamed(const std::string& name) {
  if (name.starts_with("stick:")) return Stick(name.substr(6));
  if (name == "keyboard") return Keyboard();
  if (name == "hub") return Hub();
  if (name == "badusb") return KeyboardWithStorage();
  ADD_FAILURE() << "no such device: " << name;
  return {};
}

class Replay : public ::testing::Test {
 public:
  explicit Replay(std::string path) : path_(std::move(path)) {}

  void TestBody() override {
    terminal_.StartEnrolled();
    std::ifstream script(path_);
    ASSERT_TRUE(script) << "cannot read " << path_;
    std::string line;
    for (int number = 1; std::getline(script, line); ++number) {
      std::istringstream split(line.substr(0, line.find('#')));
      Words words;
      for (std::string word; split >> word;) words.push_back(word);
      if (words.empty()) continue;
      SCOPED_TRACE(path_ + ":" + std::to_string(number) + ": " + line);
      Do(words);
      if (HasFatalFailure()) return;
    }
    if (terminal_.engine == nullptr) terminal_.Start();
    terminal_.ExpectWholeChain();
  }

 private:
  void Do(const Words& words) {
    const std::map<std::pair<std::string, std::size_t>, std::function<void(const Words&)>> verbs = {
        {{"plug", 3}, [&](const Words& w) { terminal_.bus.Plug(w[1], DeviceNamed(w[2])); }},
        {{"unplug", 2}, [&](const Words& w) { terminal_.bus.Unplug(w[1]); }},
        {{"swap", 3}, [&](const Words& w) { terminal_.bus.Swap(w[1], DeviceNamed(w[2])); }},
        {{"lose", 2}, [&](const Words& w) { terminal_.bus.LoseNotices(w[1]); }},
        {{"grant", 3},
         [&](const Words& w) {
           terminal_.Grant(w[1], std::chrono::seconds(std::stoi(w[2])), ++grants_);
         }},
        {{"return", 2}, [&](const Words& w) { (void)terminal_.engine->Return(w[1]); }},
        {{"adopt", 2}, [&](const Words& w) { (void)terminal_.engine->Adopt({w[1]}); }},
        {{"wait", 2},
         [&](const Words& w) { terminal_.Advance(std::chrono::seconds(std::stoi(w[1]))); }},
        {{"kill", 1}, [&](const Words&) { terminal_.Kill(); }},
        {{"start", 1},
         [&](const Words&) {
           terminal_.Start();
           terminal_.Connect();
           terminal_.AnswerLastStatus();
         }},
        {{"reboot", 1}, [&](const Words&) { terminal_.Reboot(); }},
        {{"shut", 2}, [&](const Words& w) { EXPECT_FALSE(terminal_.bus.Authorised(w[1])); }},
        {{"open", 2}, [&](const Words& w) { EXPECT_TRUE(terminal_.bus.Authorised(w[1])); }},
        {{"told", 3},
         [&](const Words& w) {
           v1::EventKind kind = v1::EVENT_KIND_UNSPECIFIED;
           ASSERT_TRUE(v1::EventKind_Parse("EVENT_KIND_" + w[1], &kind)) << w[1];
           EXPECT_EQ(terminal_.Events(kind).size(), std::stoul(w[2]));
         }},
    };
    const auto verb = verbs.find({words[0], words.size()});
    ASSERT_NE(verb, verbs.end()) << "no such line";
    verb->second(words);
    terminal_.Settle();
  }

  std::string path_;
  Terminal terminal_;
  unsigned grants_ = 0;
};

}  // namespace
}  // namespace sekisho::testing

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  if (argc < 2) {
    std::fprintf(stderr, "usage: replay SCRIPT…\nexample: replay scripts/office-day.replay\n");
    return 2;
  }
  for (int i = 1; i < argc; ++i) {
    ::testing::RegisterTest("Replay", argv[i], nullptr, nullptr, __FILE__, __LINE__,
                            [path = std::string(argv[i])]() -> ::testing::Test* {
                              return new sekisho::testing::Replay(path);
                            });
  }
  return RUN_ALL_TESTS();
}
