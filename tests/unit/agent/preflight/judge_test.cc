#include "agent/preflight/judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "agent/preflight/catalogue.h"

namespace sekisho::preflight {
namespace {

using platform::BootFacts;
using platform::EncryptedVolumeFacts;
using platform::KeyboardFacts;
using platform::MachineFacts;
using platform::NetworkPathFacts;
using platform::PackageState;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A machine that nothing is to be said about.
MachineFacts Sound() {
  MachineFacts facts;
  facts.keyboards = {{KeyboardFacts::Bus::kPs2, "AT keyboard", "", {}},
                     {KeyboardFacts::Bus::kUsb, "USB keyboard", "1-2", {}}};
  facts.network = {
      {"enp3s0", NetworkPathFacts::Attachment::kOnBoard, NetworkPathFacts::Medium::kWired, ""}};
  facts.boot.loaders = {"grub"};
  facts.boot.password = BootFacts::Password::kSet;
  facts.boot.image_makers = {"initramfs-tools"};
  facts.boot.free_bytes = 500u << 20;
  facts.boot.largest_image = 40u << 20;
  facts.bpf_lsm = MachineFacts::BpfLsm::kActive;
  facts.tpm = MachineFacts::Tpm::kVersion2;
  facts.clock.now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 23);
  facts.clock.not_before = facts.clock.now;
  facts.clock.kept = platform::ClockFacts::Kept::kByNetwork;
  facts.serial = "PF2ABCDE";
  return facts;
}

std::vector<std::string> CodesOf(const MachineFacts& facts) {
  std::vector<std::string> codes;
  for (const Finding& each : Judge(facts)) codes.emplace_back(EntryOf(each.id).code);
  return codes;
}

struct Case {
  const char* name;
  std::function<void(MachineFacts&)> change;
  std::vector<std::string> codes;
};

class OneThingIsDifferent : public testing::TestWithParam<Case> {};

TEST_P(OneThingIsDifferent, AndThatIsWhatIsFound) {
  MachineFacts facts = Sound();
  GetParam().change(facts);
  EXPECT_EQ(CodesOf(facts), GetParam().codes);
}

const KeyboardFacts kUsbKeyboard{KeyboardFacts::Bus::kUsb, "K", "1-2", {}};

INSTANTIATE_TEST_SUITE_P(
    Judge, OneThingIsDifferent,
    testing::Values(
        Case{"NoKeyboard", [](auto& f) { f.keyboards.clear(); }, {"keyboard-none"}},
        Case{"OnlyUsbKeyboards",
             [](auto& f) { f.keyboards = {kUsbKeyboard, kUsbKeyboard}; },
             {"keyboard-usb-only"}},
        Case{"OneKeyboard", [](auto& f) { f.keyboards.pop_back(); }, {"keyboard-single"}},
        Case{"KeyboardThatIsStorageToo",
             [](auto& f) { f.keyboards.push_back({KeyboardFacts::Bus::kUsb, "K", "1-3", {"08"}}); },
             {"keyboard-not-adoptable"}},
        Case{"OnlyKeyboardIsStorageToo",
             [](auto& f) { f.keyboards = {{KeyboardFacts::Bus::kUsb, "K", "1-3", {"08"}}}; },
             {"keyboard-none", "keyboard-not-adoptable"}},
        Case{"BluetoothKeyboard",
             [](auto& f) { f.keyboards.push_back({KeyboardFacts::Bus::kBluetooth, "B", "", {}}); },
             {"keyboard-bluetooth"}},
        Case{"EncryptedDisk",
             [](auto& f) {
               f.encrypted = {{"sda3_crypt", {"/"}, EncryptedVolumeFacts::Unlocking::kPassphrase}};
             },
             {"disk-passphrase"}},
        Case{"EncryptedDiskAndNoKeyboardForIt",
             [](auto& f) {
               f.keyboards = {{KeyboardFacts::Bus::kBluetooth, "B", "", {}}};
               f.encrypted = {{"sda3_crypt", {"/"}, EncryptedVolumeFacts::Unlocking::kPassphrase}};
             },
             {"keyboard-none", "keyboard-bluetooth", "disk-passphrase-unreachable"}},
        Case{"SwapWithARandomKey",
             [](auto& f) {
               f.encrypted = {{"swap", {"swap"}, EncryptedVolumeFacts::Unlocking::kRandom},
                              {"tpm", {"/"}, EncryptedVolumeFacts::Unlocking::kToken},
                              {"later", {}, EncryptedVolumeFacts::Unlocking::kLater}};
             },
             {}},
        Case{"UsbNetwork",
             [](auto& f) {
               f.network[0].attachment = NetworkPathFacts::Attachment::kUsb;
               f.network[0].medium = NetworkPathFacts::Medium::kWireless;
             },
             {"network-usb"}},
        Case{"Wireless",
             [](auto& f) { f.network[0].medium = NetworkPathFacts::Medium::kWireless; },
             {"network-wireless"}},
        Case{"NoRoute", [](auto& f) { f.network.clear(); }, {"network-none"}},
        Case{"RootOnUsb", [](auto& f) { f.usb_disks = {{"sdb", {"/"}}}; }, {"system-on-usb"}},
        Case{"UsbguardRuns",
             [](auto& f) { f.usbguard = PackageState::kRunning; },
             {"usbguard-running"}},
        Case{"UsbguardIsThere",
             [](auto& f) { f.usbguard = PackageState::kInstalled; },
             {"usbguard-installed"}},
        Case{"Gnome",
             [](auto& f) { f.gnome_usb_protection = PackageState::kInstalled; },
             {"gnome-usb-protection"}},
        Case{"Bolt", [](auto& f) { f.bolt = PackageState::kInstalled; }, {"bolt-installed"}},
        Case{"Thunderbolt", [](auto& f) { f.thunderbolt = {true, "user"}; }, {"thunderbolt-open"}},
        Case{"ThunderboltForDisplays", [](auto& f) { f.thunderbolt = {true, "dponly"}; }, {}},
        Case{
            "VirusScanner", [](auto& f) { f.file_watchers = {"scanner (77)"}; }, {"file-watchers"}},
        Case{"PamByHand", [](auto& f) { f.pam_edited = {"/etc/pam.d/sshd"}; }, {"pam-edited"}},
        Case{"GrubWithoutPassword",
             [](auto& f) { f.boot.password = BootFacts::Password::kNone; },
             {"boot-loader-password"}},
        Case{"SystemdBoot",
             [](auto& f) { f.boot.loaders = {"systemd-boot"}; },
             {"boot-loader-other"}},
        Case{"WindowsBeside",
             [](auto& f) { f.boot.loaders = {"grub", "EFI/Microsoft"}; },
             {"boot-loader-several"}},
        Case{"BootIsReadOnly",
             [](auto& f) { f.boot.menu = BootFacts::Menu::kReadOnly; },
             {"boot-read-only"}},
        Case{"MenuForAll",
             [](auto& f) { f.boot.menu = BootFacts::Menu::kWritableByOthers; },
             {"boot-menu-writable"}},
        Case{"Dracut", [](auto& f) { f.boot.image_makers = {"dracut"}; }, {"initramfs-other"}},
        Case{"BootIsFull", [](auto& f) { f.boot.free_bytes = 45u << 20; }, {"boot-full"}},
        Case{"BootHasJustRoom", [](auto& f) { f.boot.free_bytes = 48u << 20; }, {}},
        Case{"NoBpf",
             [](auto& f) { f.bpf_lsm = MachineFacts::BpfLsm::kMissing; },
             {"bpf-lsm-missing"}},
        Case{"OldTpm", [](auto& f) { f.tpm = MachineFacts::Tpm::kVersion1; }, {"tpm-none"}},
        Case{"ClockOfLastYear",
             [](auto& f) { f.clock.now -= std::chrono::days(300); },
             {"clock-doubtful"}},
        Case{"NobodyKeepsTheClock",
             [](auto& f) { f.clock.kept = platform::ClockFacts::Kept::kByNobody; },
             {"clock-doubtful"}},
        Case{"FillerSerial",
             [](auto& f) { f.serial = "To be filled by O.E.M."; },
             {"serial-useless"}},
        Case{"ZeroSerial", [](auto& f) { f.serial = "00000000"; }, {"serial-useless"}},
        Case{"SerialNotReadable", [](auto& f) { f.serial.reset(); }, {}},
        Case{"NotRoot", [](auto& f) { f.unseen = {"/proc/PID"}; }, {"unseen"}}),
    [](const auto& info) { return info.param.name; });

TEST(Judge, SaysNothingOfASoundMachine) {
  EXPECT_THAT(Judge(Sound()), IsEmpty());
  EXPECT_EQ(ExitStatusOf(Judge(Sound())), 0);
}

TEST(Judge, PutsTheWorstFirstAndEndsByIt) {
  MachineFacts facts = Sound();
  facts.tpm = MachineFacts::Tpm::kNone;
  EXPECT_EQ(ExitStatusOf(Judge(facts)), 1);
  facts.boot.password = BootFacts::Password::kNone;
  EXPECT_EQ(ExitStatusOf(Judge(facts)), 3);
  facts.usbguard = PackageState::kRunning;
  EXPECT_EQ(ExitStatusOf(Judge(facts)), 4);
  EXPECT_THAT(CodesOf(facts), ElementsAre("usbguard-running", "boot-loader-password", "tpm-none"));
}

TEST(Catalogue, HasEachFindingInItsPlaceWorstFirstAndInBothLanguages) {
  Severity before = Severity::kBreaks;
  std::size_t at = 0;
  for (const Entry& entry : Catalogue()) {
    EXPECT_EQ(static_cast<std::size_t>(entry.id), at++);
    EXPECT_GE(entry.severity, before) << entry.code;
    before = entry.severity;
    for (const Words& words : {entry.meaning, entry.remedy}) {
      EXPECT_NE(std::string(words.english), "") << entry.code;
      // Written in Japanese: has bytes outside of ASCII.
      EXPECT_TRUE(std::ranges::any_of(std::string(words.japanese), [](char c) { return c < 0; }))
          << entry.code;
    }
  }
  EXPECT_EQ(at, static_cast<std::size_t>(FindingId::kUnseen) + 1);
}

}  // namespace
}  // namespace sekisho::preflight
