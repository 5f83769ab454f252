#include "agent/engine/adoption.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <variant>

#include "tests/unit/agent/engine/rig.h"

namespace sekisho::engine {
namespace {

using namespace sekisho::testing;
using core::DeviceClass;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Offer = AdoptionCandidate::Offer;
using Place = platform::DeviceRole::Place;
using Route = platform::DeviceRole::Route;

struct Case {
  const char* name;
  std::set<DeviceClass> classes;
  platform::DeviceRole role;
  const char* reason;  // "": no candidate; "!…": refused
};

class Candidates : public ::testing::TestWithParam<Case> {};

TEST_P(Candidates, AreProposedForWhatTheyDoHere) {
  core::Device device;
  device.classes = GetParam().classes;
  const std::optional<AdoptionCandidate> candidate = CandidateOf(device, GetParam().role);
  std::string reason;
  if (candidate) reason = (candidate->offer == Offer::kRefuse ? "!" : "") + candidate->reason;
  EXPECT_EQ(reason, GetParam().reason);
}

INSTANTIATE_TEST_SUITE_P(
    CandidateOf, Candidates,
    ::testing::Values(
        Case{"Keyboard", {DeviceClass::kKeyboard}, {}, "keyboard"},
        Case{"Mouse", {DeviceClass::kPointer}, {}, "pointer"},
        Case{"Hub", {DeviceClass::kHub}, {}, ""},
        Case{"KeyboardStick",
             {DeviceClass::kKeyboard, DeviceClass::kStorage},
             {},
             "!storage-besides"},
        Case{"Adapter", {DeviceClass::kNetworkAdapter}, {Route::kCarries, {}}, "console-route"},
        Case{"VendorsAdapter", {DeviceClass::kUnknown}, {Route::kCarries, {}}, "console-route"},
        Case{"AnotherAdapter", {DeviceClass::kNetworkAdapter}, {}, ""},
        Case{"PhoneThatSharesItsConnection",
             {DeviceClass::kNetworkAdapter, DeviceClass::kUnknown},
             {Route::kCarriesMore, {}},
             "!more-besides"},
        Case{"AdapterWithItsDriverDisk",
             {DeviceClass::kNetworkAdapter, DeviceClass::kOptical},
             {Route::kCarries, {}},
             "!storage-besides"},
        Case{"SmartCards", {DeviceClass::kSmartCardReader}, {}, "smart-card-reader"},
        Case{"SmartCardsAndMore",
             {DeviceClass::kSmartCardReader, DeviceClass::kUnknown},
             {},
             "!more-besides"},
        Case{"CameraInTheLid",
             {DeviceClass::kVideo, DeviceClass::kAudio},
             {Route::kNone, Place::kBuiltIn},
             "built-in"},
        Case{"CameraOnACable", {DeviceClass::kVideo}, {}, ""},
        Case{"CardSlot", {DeviceClass::kStorage}, {Route::kNone, Place::kBuiltIn}, "!card-slot"},
        Case{"Stick", {DeviceClass::kStorage}, {}, ""},
        Case{"BuiltInBluetooth", {DeviceClass::kBluetooth}, {Route::kNone, Place::kBuiltIn}, ""}),
    [](const auto& info) { return info.param.name; });

platform::DeviceFacts Adapter() {
  platform::DeviceFacts facts = Keyboard();
  facts.descriptors = Descriptors(0x0bda, 0x8153, {{0x02, 0x06, 0x00}, {0xff, 0x00, 0x00}});
  facts.serial = "N1";
  return facts;
}

class AdoptionTest : public ::testing::Test {
 protected:
  AdoptionTest() {
    terminal_.StartEnrolled();
    terminal_.bus.Plug("2-1", Adapter());
    terminal_.Settle();
  }
  std::string FailureOf(const std::string& port) {
    const auto answer = terminal_.engine->Adopt({port});
    const auto* failure = std::get_if<v1::LocalFailure>(&answer);
    return failure == nullptr ? "" : failure->code();
  }
  Terminal terminal_;
};

TEST_F(AdoptionTest, TheAdapterThatReachesTheConsoleIsProposedWithTheReasonAndStaysAdopted) {
  EXPECT_EQ(FailureOf("2-1"), "not-adoptable") << "it carries nothing yet";
  terminal_.roles.Give("2-1", {Route::kCarries, Place::kPlugged});
  const auto proposed = std::get<v1::LocalAdoptReply>(terminal_.engine->Adopt({}));
  ASSERT_THAT(proposed.proposals(), SizeIs(1));
  EXPECT_EQ(proposed.proposals(0).reason(), "console-route");
  EXPECT_FALSE(proposed.proposals(0).not_adoptable());
  EXPECT_EQ(FailureOf("2-1"), "");
  EXPECT_TRUE(terminal_.bus.Authorised("2-1"));
  EXPECT_THAT(*terminal_.boot_rules.Installed(), IsEmpty())
      << "nothing but input comes up before it can be recorded";
  terminal_.Reboot();
  terminal_.Start();
  EXPECT_TRUE(terminal_.bus.Authorised("2-1"));
}

TEST_F(AdoptionTest, OnAFullDiskItStaysShutUntilThatCanBeRecordedAndTheKeyboardDoesNot) {
  terminal_.roles.Give("2-1", {Route::kCarries, Place::kPlugged});
  terminal_.bus.Plug("1-1", Keyboard());
  terminal_.Settle();
  ASSERT_EQ(FailureOf("2-1"), "");
  ASSERT_EQ(FailureOf("1-1"), "");
  for (const char* port : {"1-1", "2-1"}) terminal_.bus.Unplug(port);
  terminal_.Settle();
  terminal_.BreakSpool();
  terminal_.bus.Plug("2-1", Adapter());
  terminal_.bus.Plug("1-1", Keyboard());
  terminal_.Settle();
  EXPECT_TRUE(terminal_.bus.Authorised("1-1")) << "nobody is locked out";
  EXPECT_FALSE(terminal_.bus.Authorised("2-1")) << "no unaudited allow";
  terminal_.files.SetSpace(platform::fake::Space::kRoom);
  terminal_.Advance(std::chrono::minutes(1));
  EXPECT_TRUE(terminal_.bus.Authorised("2-1")) << "once it can be recorded again";
}

TEST_F(AdoptionTest, WhatCannotBeAdoptedIsListedWithWhyNotAndRefused) {
  terminal_.roles.Give("2-1", {Route::kCarriesMore, Place::kPlugged});
  const auto proposed = std::get<v1::LocalAdoptReply>(terminal_.engine->Adopt({}));
  ASSERT_THAT(proposed.proposals(), SizeIs(1));
  EXPECT_TRUE(proposed.proposals(0).not_adoptable());
  EXPECT_EQ(proposed.proposals(0).reason(), "more-besides");
  EXPECT_EQ(FailureOf("2-1"), "not-adoptable");
  EXPECT_FALSE(terminal_.bus.Authorised("2-1"));
}

}  // namespace
}  // namespace sekisho::engine
