#include "platform/linux/inspection/inspection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "platform/linux/dpkg_database.h"
#include "tests/unit/platform/linux/scratch.h"

namespace sekisho::platform {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// A machine made up of files.
class Machine : public Scratch {
 public:
  void Link(const std::string& below, const std::string& target) const {
    const std::filesystem::path link = path(below);
    std::filesystem::create_directories(link.parent_path());
    std::filesystem::create_directories(path(target));
    std::filesystem::create_symlink(std::filesystem::relative(path(target), link.parent_path()),
                                    link);
  }
  // A network interface at a place in sysfs.
  void Interface(const std::string& name, const std::string& parent) const {
    std::filesystem::create_directories(path(parent + "/net/" + name));
    Link(parent + "/net/" + name + "/device", parent);
    Link("sys/class/net/" + name, parent + "/net/" + name);
  }
  // A block device: its number in sysfs, its place.
  void Block(const std::string& number, const std::string& place) const {
    Link("sys/dev/block/" + number, place);
    Link("sys/class/block/" + std::filesystem::path(place).filename().string(), place);
  }
  MachineFacts Look(const std::string& console = "") const { return Inspect({path(), console}); }
};

constexpr char kOnBoard[] = "sys/devices/pci0000:00/0000:00:1f.6";
constexpr char kOnUsb[] = "sys/devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2.4/1-2.4:1.0";

TEST(InspectKeyboards, TellsKeyboardsByTheirKeysAndBusAndSeesWhatElseTheyAre) {
  const Machine machine;
  const std::string usb =
      "/devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0/0003:0001:0001.1/input/input7";
  machine.Write(
      "proc/bus/input/devices",
      "I: Bus=0011 Vendor=0001 Product=0001 Version=ab41\nN: Name=\"AT keyboard\"\n"
      "S: Sysfs=/devices/platform/i8042/serio0/input/input1\n"
      "B: KEY=402000000 3803078f800d001 feffffdfffefffff fffffffffffffffe\n\n"
      "I: Bus=0019 Vendor=0000 Product=0001 Version=0000\nN: Name=\"Power Button\"\n"
      "S: Sysfs=/devices/LNXSYSTM:00/input/input0\nB: KEY=10000000000000 0\n\n"
      "I: Bus=0003 Vendor=0001 Product=0001 Version=0110\nN: Name=\"Lying \"one\"\"\n"
      "S: Sysfs=" +
          usb +
          "\nB: KEY=1 fffffffffffffffe\n\n"
          "I: Bus=0006 Vendor=0001 Product=0001 Version=0110\nN: Name=\"remote desktop\"\n"
          "S: Sysfs=/devices/virtual/input/input9\nB: KEY=fffffffffffffffe\n\n"
          "I: Bus=0003 Vendor=1 Product=1 Version=1\nN: Name=\"mouse\"\nB: KEY=70000 0 0 0 0\n");
  machine.Write("sys/bus/usb/devices/1-2:1.0/bInterfaceClass", "03\n");
  machine.Write("sys/bus/usb/devices/1-2:1.1/bInterfaceClass", "08\n");
  machine.Write("sys/bus/usb/devices/1-20:1.0/bInterfaceClass", "0e\n");
  const std::vector<KeyboardFacts> keyboards = machine.Look().keyboards;
  ASSERT_EQ(keyboards.size(), 2u);
  EXPECT_EQ(keyboards[0].bus, KeyboardFacts::Bus::kPs2);
  EXPECT_EQ(keyboards[1].bus, KeyboardFacts::Bus::kUsb);
  EXPECT_EQ(keyboards[1].name, "Lying \"one\"");
  EXPECT_EQ(keyboards[1].port_path, "1-2");
  EXPECT_THAT(keyboards[1].besides, ElementsAre("08"));
}

TEST(InspectDisks, FollowsEveryOwnFileSystemDownToItsDisk) {
  const Machine machine;
  machine.Write("proc/self/mountinfo",
                "22 1 253:1 / / rw,relatime shared:1 - ext4 /dev/mapper/vg-root rw\n"
                "23 22 8:17 / /home rw - ext4 /dev/sdb1 rw\n"
                "24 22 8:33 / /media/stick rw - vfat /dev/sdc1 rw\n");
  machine.Write("proc/swaps", "Filename Type Size Used Priority\n/dev/sdb2 partition 1 0 -2\n");
  // "/" is a volume on an encrypted one on an internal disk's partition.
  machine.Block("253:1", "sys/devices/virtual/block/dm-1");
  machine.Block("253:0", "sys/devices/virtual/block/dm-0");
  machine.Write("sys/devices/virtual/block/dm-1/dm/uuid", "LVM-x\n");
  machine.Link("sys/devices/virtual/block/dm-1/slaves/dm-0", "sys/devices/virtual/block/dm-0");
  machine.Write("sys/devices/virtual/block/dm-0/dm/uuid", "CRYPT-LUKS2-x\n");
  machine.Write("sys/devices/virtual/block/dm-0/dm/name", "sda3_crypt\n");
  const std::string stick = "sys/devices/pci0000:00/usb2/2-1/2-1:1.0/host1/block/sdb";
  machine.Block("8:17", stick + "/sdb1");
  machine.Block("8:18", stick + "/sdb2");
  machine.Block("8:33", "sys/devices/pci0000:00/usb2/2-2/2-2:1.0/host2/block/sdc/sdc1");
  machine.Write("etc/crypttab",
                "# comment\nsda3_crypt UUID=x none luks,discard\n"
                "data UUID=y /etc/key luks\nlater UUID=z none luks,noauto\n"
                "swap /dev/sda4 /dev/urandom swap\ntpm UUID=t - luks,tpm2-device=auto\n");
  const MachineFacts facts = machine.Look();
  ASSERT_EQ(facts.usb_disks.size(), 1u);
  EXPECT_EQ(facts.usb_disks[0].name, "sdb");
  EXPECT_THAT(facts.usb_disks[0].used_for, ElementsAre("/home", "swap"));
  ASSERT_EQ(facts.encrypted.size(), 5u);
  using Unlocking = EncryptedVolumeFacts::Unlocking;
  EXPECT_EQ(facts.encrypted[0].unlocking, Unlocking::kPassphrase);
  EXPECT_THAT(facts.encrypted[0].used_for, ElementsAre("/"));
  EXPECT_EQ(facts.encrypted[1].unlocking, Unlocking::kKeyFile);
  EXPECT_EQ(facts.encrypted[2].unlocking, Unlocking::kLater);
  EXPECT_EQ(facts.encrypted[3].unlocking, Unlocking::kRandom);
  EXPECT_EQ(facts.encrypted[4].unlocking, Unlocking::kToken);
}

TEST(InspectNetwork, LooksAtTheAdapterOnTheWayToTheConsoleAndNotAtAnother) {
  const Machine machine;
  machine.Interface("enp3s0", kOnBoard);
  machine.Interface("enx01", kOnUsb);
  // Default over enp3s0; 10.9.0.0/16 over enx01.
  machine.Write("proc/net/route",
                "Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT\n"
                "enp3s0 00000000 0102A8C0 0003 0 0 100 00000000 0 0 0\n"
                "enx01 0000090A 00000000 0001 0 0 0 0000FFFF 0 0 0\n");
  ASSERT_EQ(machine.Look().network.size(), 1u);
  EXPECT_EQ(machine.Look().network[0].attachment, NetworkPathFacts::Attachment::kOnBoard);
  const MachineFacts facts = machine.Look("10.9.1.2");
  ASSERT_EQ(facts.network.size(), 1u);
  EXPECT_EQ(facts.network[0].interface, "enx01");
  EXPECT_EQ(facts.network[0].attachment, NetworkPathFacts::Attachment::kUsb);
  EXPECT_EQ(facts.network[0].port_path, "1-2.4");
}

TEST(InspectNetwork, LooksBelowABridgeAndFollowsIpv6) {
  const Machine machine;
  machine.Interface("wlx01", kOnUsb);
  std::filesystem::create_directories(machine.path("sys/class/net/wlx01/phy80211"));
  machine.Link("sys/class/net/br0/lower_wlx01", "sys/class/net/wlx01");
  machine.Write("proc/net/ipv6_route",
                "20010db8000000000000000000000000 20 00000000000000000000000000000000 00 "
                "00000000000000000000000000000000 00000100 00000001 00000000 00000001      br0\n");
  EXPECT_THAT(machine.Look().network, IsEmpty());
  const MachineFacts facts = machine.Look("2001:db8::7");
  ASSERT_EQ(facts.network.size(), 1u);
  EXPECT_EQ(facts.network[0].medium, NetworkPathFacts::Medium::kWireless);
  EXPECT_EQ(facts.network[0].attachment, NetworkPathFacts::Attachment::kUsb);
}

constexpr char kCommonAuth[] =
    "# text\n# here are the per-package modules (the \"Primary\" block)\n"
    "auth\t[success=1 default=ignore]\tpam_unix.so nullok\n"
    "# here's the fallback if no module succeeds\nauth\trequisite\tpam_deny.so\n"
    "# and here are more per-package modules (the \"Additional\" block)\n"
    "auth\toptional\tpam_cap.so \n# end of pam-auth-update config\n";

void WritePam(const Machine& machine) {
  const std::string kept =
      "# text\n# here are the per-package modules (the \"Primary\" block)\n"
      "# here's the fallback if no module succeeds\nauth\trequisite\tpam_deny.so\n"
      "# and here are more per-package modules (the \"Additional\" block)\n"
      "# end of pam-auth-update config\n";
  machine.Write("usr/share/pam/common-auth.md5sums",
                Md5Hex(std::as_bytes(std::span(kept.data(), kept.size()))) + "  # 1.0\n");
  machine.Write("var/lib/pam/auth",
                "Module: unix\n[success=end default=ignore]\tpam_unix.so nullok\n"
                "Module: capability\noptional\t\t\tpam_cap.so\n");
  machine.Write("etc/pam.d/common-auth", kCommonAuth);
  const std::string su = "auth sufficient pam_rootok.so\n";
  machine.Write("etc/pam.d/su", su);
  machine.Write("var/lib/dpkg/status",
                "Package: util-linux\nStatus: install ok installed\nConffiles:\n /etc/pam.d/su " +
                    Md5Hex(std::as_bytes(std::span(su.data(), su.size()))) + "\n\n");
}

TEST(InspectPam, LeavesAloneWhatPackagesMade) {
  const Machine machine;
  WritePam(machine);
  EXPECT_THAT(machine.Look().pam_edited, IsEmpty());
}

TEST(InspectPam, SeesAModuleThatWasAddedInsideTheManagedBlock) {
  const Machine machine;
  WritePam(machine);
  std::string text = kCommonAuth;
  text.insert(text.find("auth\toptional"), "auth\tsufficient\tpam_permit.so\n");
  machine.Write("etc/pam.d/common-auth", text);
  EXPECT_THAT(machine.Look().pam_edited, ElementsAre("/etc/pam.d/common-auth"));
}

TEST(InspectPam, SeesAnEditOutsideOfItAndFilesThatNobodyBroughtAndDiversions) {
  const Machine machine;
  WritePam(machine);
  machine.Write("etc/pam.d/common-auth",
                std::string("auth sufficient pam_permit.so\n") + kCommonAuth);
  machine.Write("etc/pam.d/su", "auth sufficient pam_permit.so\n");
  machine.Write("etc/pam.d/vpn", "auth required pam_unix.so\n");
  machine.Write("var/lib/dpkg/diversions", "/etc/pam.d/login\n/etc/pam.d/login.x\nother\n");
  EXPECT_THAT(machine.Look().pam_edited, ElementsAre("/etc/pam.d/common-auth", "/etc/pam.d/su",
                                                     "/etc/pam.d/vpn", "/etc/pam.d/login (other)"));
}

TEST(InspectProducts, TellsRunningFromInstalledAndListenersFromDeciders) {
  const Machine machine;
  machine.Write("var/lib/dpkg/status",
                "Package: usbguard\nStatus: install ok installed\n\n"
                "Package: gnome-settings-daemon\nStatus: install ok installed\n\n");
  EXPECT_EQ(machine.Look().usbguard, PackageState::kInstalled);
  machine.Write("proc/71/comm", "usbguard-daemon\n");
  EXPECT_EQ(machine.Look().usbguard, PackageState::kRunning);
  EXPECT_EQ(machine.Look().gnome_usb_protection, PackageState::kAbsent);
  machine.Write("usr/share/dbus-1/system-services/org.usbguard1.service", "");
  EXPECT_EQ(machine.Look().gnome_usb_protection, PackageState::kInstalled);
  machine.Write("etc/dconf/db/local.d/00-x", "[p]\nusb-protection=false\n");
  EXPECT_EQ(machine.Look().gnome_usb_protection, PackageState::kAbsent);
  machine.Write("proc/80/comm", "scanner\n");
  machine.Write("proc/80/fdinfo/5", "pos:\t0\nfanotify flags:6 event-flags:8000\n");
  machine.Write("proc/81/comm", "indexer\n");
  machine.Write("proc/81/fdinfo/5", "pos:\t0\nfanotify flags:0 event-flags:8000\n");
  EXPECT_THAT(machine.Look().file_watchers, ElementsAre("scanner (80)"));
}

TEST(InspectBoot, ReadsGrubsPasswordAndSeesOtherLoaders) {
  const Machine machine;
  EXPECT_THAT(machine.Look().boot.loaders, IsEmpty());
  machine.Write("boot/grub/grub.cfg", "set superusers=\"\"\n");
  EXPECT_EQ(machine.Look().boot.password, BootFacts::Password::kNone);
  machine.Write("boot/grub/grub.cfg",
                "set superusers=\"admin\"\npassword_pbkdf2 admin grub.pbkdf2.sha512.1\n");
  EXPECT_EQ(machine.Look().boot.password, BootFacts::Password::kSet);
  machine.Write("boot/efi/EFI/Microsoft/bootmgfw.efi", "");
  machine.Write("boot/efi/EFI/debian/grubx64.efi", "");
  machine.Write("boot/initrd.img-6.1.0-1-amd64", std::string(3000, 'x'));
  machine.Write("boot/initrd.img-6.1.0-2-amd64", std::string(4000, 'x'));
  EXPECT_THAT(machine.Look().boot.loaders, ElementsAre("grub", "EFI/Microsoft"));
  EXPECT_EQ(machine.Look().boot.largest_image, 4000u);
}

TEST(InspectBoot, SeesAReadOnlyMountAndAMenuThatOthersCanWrite) {
  const Machine machine;
  machine.Write("boot/grub/grub.cfg", "");
  chmod(machine.path("boot/grub").c_str(), 0755);
  chmod(machine.path("boot/grub/grub.cfg").c_str(), 0600);
  machine.Write("proc/self/mountinfo",
                "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n23 22 8:2 / /boot ro,relatime - ext4 x rw\n");
  EXPECT_EQ(machine.Look().boot.menu, BootFacts::Menu::kReadOnly);
  machine.Write("proc/self/mountinfo",
                "22 1 8:1 / / ro - ext4 /dev/sda1 rw\n23 22 8:2 / /boot rw - ext4 x rw\n");
  EXPECT_EQ(machine.Look().boot.menu, BootFacts::Menu::kWritable);
  chmod(machine.path("boot/grub/grub.cfg").c_str(), 0666);
  EXPECT_EQ(machine.Look().boot.menu, BootFacts::Menu::kWritableByOthers);
}

TEST(InspectHost, ReadsWhatThereIsAndSaysWhatItCouldNotSee) {
  const Machine machine;
  EXPECT_THAT(machine.Look().unseen, Contains(StartsWith("/sys/kernel/security/lsm")));
  EXPECT_EQ(machine.Look().serial, "");
  machine.Write("sys/kernel/security/lsm", "lockdown,capability,bpf");
  machine.Write("sys/class/tpm/tpm0/tpm_version_major", "2\n");
  machine.Write("sys/class/dmi/id/product_serial", "PF2\n");
  const MachineFacts facts = machine.Look();
  EXPECT_EQ(facts.bpf_lsm, MachineFacts::BpfLsm::kActive);
  EXPECT_EQ(facts.tpm, MachineFacts::Tpm::kVersion2);
  EXPECT_EQ(facts.serial, "PF2");
}

}  // namespace
}  // namespace sekisho::platform
