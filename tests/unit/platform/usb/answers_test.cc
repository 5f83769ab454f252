#include "platform/usb/answers.h"

#include <gtest/gtest.h>

#include <string>

namespace sekisho::platform {
namespace {

using Bytes = std::vector<std::byte>;

Bytes From(std::initializer_list<int> values) {
  Bytes bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

// USB 2.0 extension and a platform capability.
const Bytes kBosBytes = From({5, 15, 16, 0, 2, 7, 16, 2, 6, 0, 0, 0, 4, 16, 5, 0});

// A phone that hides MTP in a vendor class.
Bytes CompatIds() {
  Bytes bytes = From({40, 0, 0, 0, 0, 1, 4, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 'M', 'T', 'P'});
  bytes.resize(40);
  return bytes;
}

TEST(UsbAnswers, ABosTellsItsCapabilities) {
  EXPECT_EQ(ParseBos(kBosBytes), (std::vector<std::uint8_t>{2, 5}));
}

TEST(UsbAnswers, NoPartOfABosIsOneAndNoneThatLies) {
  for (std::size_t n = 0; n < kBosBytes.size(); ++n) {
    EXPECT_FALSE(ParseBos(std::span(kBosBytes).first(n))) << n;
  }
  for (const std::size_t at : {0, 1, 2, 3, 4, 5, 6, 12, 13}) {
    Bytes lie = kBosBytes;
    lie[at] = std::byte{0xff};
    EXPECT_FALSE(ParseBos(lie)) << at;
    lie[at] = std::byte{0};
    if (kBosBytes[at] != std::byte{0}) {
      EXPECT_FALSE(ParseBos(lie)) << at;
    }
  }
}

TEST(UsbAnswers, MtpInAVendorClassIsSeen) {
  EXPECT_EQ(ParseCompatibleIds(CompatIds()), std::vector<std::string>{"MTP"});
  Bytes os = From({18, 3, 'M', 0, 'S', 0, 'F', 0, 'T', 0, '1', 0, '0', 0, '0', 0, 0x42, 0});
  EXPECT_EQ(ParseMicrosoftVendorCode(os), 0x42);
  os[3] = std::byte{1};
  EXPECT_FALSE(ParseMicrosoftVendorCode(os));
}

TEST(UsbAnswers, CompatibleIdsThatLieAreNone) {
  const Bytes whole = CompatIds();
  for (std::size_t n = 0; n < 40; ++n) {
    EXPECT_FALSE(ParseCompatibleIds(std::span(whole).first(n)));
  }
  Bytes many = CompatIds();
  many[8] = std::byte{2};
  EXPECT_FALSE(ParseCompatibleIds(many)) << "a section that is not there";
  Bytes strange = CompatIds();
  strange[18] = std::byte{'\n'};
  EXPECT_FALSE(ParseCompatibleIds(strange));
}

TEST(UsbAnswers, WhatTheWorkerSaysReadsBackAndTheRestIsRefused) {
  const UsbAnswers answers{{2, 5}, {"MTP", "WINUSB"}, {{0, From({6, 0xd0, 0xf1})}, {3, From({9})}}};
  const std::string text = WriteAnswers(answers);
  const std::optional<UsbAnswers> read = ParseAnswers(text);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->capability_types, answers.capability_types);
  EXPECT_EQ(read->compatible_ids, answers.compatible_ids);
  EXPECT_EQ(read->hid_reports, answers.hid_reports);
  for (std::size_t n = 0; n < text.size(); ++n) EXPECT_FALSE(ParseAnswers(text.substr(0, n)));
  EXPECT_FALSE(ParseAnswers(text + "x"));
  EXPECT_FALSE(ParseAnswers("compatible ../x\nend\n"));
  EXPECT_FALSE(ParseAnswers("capability 256\nend\n"));
  std::string flood;
  for (int n = 0; n < 33; ++n) flood += "capability 1\n";
  EXPECT_FALSE(ParseAnswers(flood + "end\n"));
}

TEST(UsbAnswers, AReportThatIsNoneIsRefused) {
  for (const char* line : {"report 0 ", "report 0 6", "report 0 6g", "report 256 06", "report 06",
                           "report 0 06\nreport 0 06"}) {
    EXPECT_FALSE(ParseAnswers(std::string(line) + "\nend\n")) << line;
  }
  EXPECT_FALSE(ParseAnswers("report 0 " + std::string(2 * kMaxReport + 2, '0') + "\nend\n"));
  std::string flood;
  for (std::size_t n = 0; n <= kMaxHidQuestions; ++n)
    flood += "report " + std::to_string(n) + " 06\n";
  EXPECT_FALSE(ParseAnswers(flood + "end\n"));
  UsbAnswers long_one;
  long_one.hid_reports[0] = Bytes(kMaxReport + 1);
  EXPECT_EQ(WriteAnswers(long_one), "end\n") << "left out";
}

TEST(UsbAnswers, ItsHidInterfacesAreFoundInItsDescriptors) {
  const Bytes hid = From({9, 4, 2, 0, 1, 3, 0, 0, 0}),
              storage = From({9, 4, 1, 0, 2, 8, 6, 0x50, 0});
  Bytes descriptors = From({9, 2, 27, 0, 2, 1, 0, 0, 50});
  for (const Bytes* each : {&hid, &storage, &hid}) {
    descriptors.insert(descriptors.end(), each->begin(), each->end());
  }
  EXPECT_EQ(HidInterfaces(descriptors), std::vector<std::uint8_t>{2});
  descriptors[9] = std::byte{1};
  EXPECT_TRUE(HidInterfaces(descriptors).empty()) << "ends at a length that is none";
  EXPECT_TRUE(HidInterfaces(std::span(descriptors).first(1)).empty());
}

}  // namespace
}  // namespace sekisho::platform
