#include "platform/linux/hardware_names.h"

#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "gtest/gtest.h"
#include "platform/linux/files.h"

namespace sekisho::platform {
namespace {

namespace fs = std::filesystem;

class HardwareNamesTest : public ::testing::Test {
 protected:
  HardwareNamesTest() {
    std::string pattern = ::testing::TempDir() + "hardware-XXXXXX";
    root_ = mkdtemp(pattern.data());
    fs::create_directories(root_ / "sys/dev/block");
  }
  ~HardwareNamesTest() override { fs::remove_all(root_); }
  void Write(const std::string& path, const std::string& text) {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }
  void Link(const std::string& path, const std::string& target) {
    fs::create_directories((root_ / path).parent_path());
    fs::create_symlink(root_ / target, root_ / path);
  }
  HardwareNames Read(const std::string& device) {
    return ReadHardwareNames(files_, root_.string(), device);
  }
  LinuxFiles files_;
  fs::path root_;
};

TEST_F(HardwareNamesTest, AreWhatTheFirmwareSays) {
  Write("sys/class/dmi/id/product_uuid", "4c4c4544-0042-3510-8052-b4c04f564433\n");
  Write("sys/class/dmi/id/board_serial", "  /ABC/CN12/ \n");
  const HardwareNames names = Read("");
  EXPECT_EQ(names.product_uuid, "4c4c4544-0042-3510-8052-b4c04f564433");
  EXPECT_EQ(names.board_serial, "/ABC/CN12/");
  EXPECT_EQ(names.disk_serial, "");
}

TEST_F(HardwareNamesTest, ADiskIsFoundBelowLvmOnLuksOnAPartition) {
  const std::string disk = "sys/devices/pci0000:00/nvme0/nvme0n1";
  Write(disk + "/nvme0n1p3/partition", "3\n");
  Write(disk + "/device/serial", "S4EWNX0R   \n");
  Link("sys/devices/virtual/block/dm-0/slaves/nvme0n1p3", disk + "/nvme0n1p3");
  Link("sys/devices/virtual/block/dm-1/slaves/dm-0", "sys/devices/virtual/block/dm-0");
  Link("sys/dev/block/253:1", "sys/devices/virtual/block/dm-1");
  EXPECT_EQ(Read("253:1").disk_serial, "S4EWNX0R");
}

TEST_F(HardwareNamesTest, ASataDiskSaysItOnItsPage) {
  const std::string disk = "sys/devices/ata1/block/sda";
  Write(disk + "/sda1/partition", "1\n");
  Write(disk + "/device/vpd_pg80", std::string("\0\x80\0\x14", 4) + "      WD-WCC6Y4ABCDEF");
  Link("sys/dev/block/8:1", disk + "/sda1");
  EXPECT_EQ(Read("8:1").disk_serial, "WD-WCC6Y4ABCDEF");
}

TEST_F(HardwareNamesTest, WithoutADeviceBelowThereIsNoDisk) {
  EXPECT_EQ(Read("0:42").disk_serial, "");
}

TEST(KernelParameterTest, IsTheLastOfItsName) {
  EXPECT_EQ(KernelParameter("quiet sekisho.token=sekisho1.abc ro", "sekisho.token"),
            "sekisho1.abc");
  EXPECT_EQ(KernelParameter("sekisho.token=a sekisho.token=b\n", "sekisho.token"), "b");
  EXPECT_EQ(KernelParameter("xsekisho.token=a sekisho.tokens=b sekisho.token", "sekisho.token"),
            "");
  EXPECT_EQ(KernelParameter("", "sekisho.token"), "");
}

}  // namespace
}  // namespace sekisho::platform
