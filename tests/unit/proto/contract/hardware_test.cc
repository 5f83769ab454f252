#include "proto/contract/hardware.h"

#include "gtest/gtest.h"

namespace sekisho::contract {
namespace {

TEST(HardwareTest, WhatMakersLeaveInNamesNoMachine) {
  for (const char* text : {"",
                           " ",
                           "To be filled by O.E.M.",
                           "To Be Filled By O.E.M",
                           "Default string",
                           "None",
                           "NONE",
                           "N/A",
                           "Not Specified",
                           "System Serial Number",
                           "0000000000",
                           "00000000-0000-0000-"
                           "0000-000000000000",
                           "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
                           "XXXXXXX",
                           "123456789",
                           "12345",
                           "0123456789",
                           "03000200-0400-0500-0006-000700080009",
                           "..........",
                           "0",
                           "OEM"}) {
    EXPECT_FALSE(NamesHardware(text)) << text;
  }
}

TEST(HardwareTest, ASerialNumberNamesOne) {
  for (const char* text : {"5CG1234XYZ", "PF-2ABCDE", "4c4c4544-0042-3510-8052-b4c04f564433",
                           "1234567891", "VMware-56 4d 1a"}) {
    EXPECT_TRUE(NamesHardware(text)) << text;
  }
}

TEST(HardwareTest, ANewDiskInTheSameMachineIsTheSameMachine) {
  const Hardware before{"4c4c4544-0042-3510-8052-b4c04f564433", "/ABC/CN12/", "WD-1"};
  Hardware after = before;
  after.disk_serial = "WD-2";
  EXPECT_EQ(HardwareDigest(before), HardwareDigest(after));
  EXPECT_EQ(HardwareDigest(before).size(), 32u);
}

TEST(HardwareTest, AnotherMainboardOrAnotherUuidIsAnotherMachine) {
  const Hardware before{"4c4c4544-0042-3510-8052-b4c04f564433", "/ABC/CN12/", "WD-1"};
  Hardware board = before;
  board.board_serial = "/DEF/CN13/";
  Hardware uuid = before;
  uuid.product_uuid = "4c4c4544-0042-3510-8052-b4c04f564434";
  EXPECT_NE(HardwareDigest(before), HardwareDigest(board));
  EXPECT_NE(HardwareDigest(before), HardwareDigest(uuid));
}

TEST(HardwareTest, WhereTheFirmwareNamesNothingTheDiskDoes) {
  const Hardware one{"None", "Default string", "WD-1"};
  const Hardware two{"None", "Default string", "WD-2"};
  EXPECT_NE(HardwareDigest(one), HardwareDigest(two));
  EXPECT_EQ(HardwareDigest(Hardware{"None", "", "000000"}), "");
}

TEST(HardwareTest, TheSameWordsInAnotherFieldAreAnotherMachine) {
  EXPECT_NE(HardwareDigest(Hardware{"ABC-1", "", ""}), HardwareDigest(Hardware{"", "ABC-1", ""}));
}

}  // namespace
}  // namespace sekisho::contract
