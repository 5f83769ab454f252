#include "proto/contract/parcel_file.h"

#include <gtest/gtest.h>

#include "proto/contract/keys.h"

namespace sekisho::contract {
namespace {

std::string WhyNot(std::string_view text) {
  const absl::StatusOr<std::string> read = ReadParcelFile(text);
  return read.ok() ? "it is one" : std::string(read.status().message());
}

TEST(ParcelFile, GivesBackWhatWasWrittenOfAnySize) {
  for (const std::size_t size : {0u, 1u, 2u, 3u, 56u, 57u, 58u, 1000u, 160u * 1024}) {
    const std::string parcel = RandomBytes(size);
    const absl::StatusOr<std::string> read = ReadParcelFile(WriteParcelFile(parcel));
    ASSERT_TRUE(read.ok()) << read.status() << size;
    EXPECT_EQ(*read, parcel);
  }
}

TEST(ParcelFile, HasLinesThatMailKeeps) {
  const std::string text = WriteParcelFile(RandomBytes(500));
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = text.find('\n', begin);
    EXPECT_LE(end - begin, 76u);
    begin = end + 1;
  }
  EXPECT_EQ(text.substr(0, 17), "sekisho-parcel 1\n");
}

TEST(ParcelFile, IsReadWithTheLineEndsOfAnotherSystem) {
  std::string text;
  for (const char c : WriteParcelFile("parcel"))
    text += c == '\n' ? std::string("\r\n") : std::string(1, c);
  EXPECT_EQ(*ReadParcelFile(text), "parcel");
}

TEST(ParcelFile, SaysWhatAnythingElseIs) {
  const std::string text = WriteParcelFile(RandomBytes(100));
  EXPECT_EQ(WhyNot(""), "not-a-parcel");
  EXPECT_EQ(WhyNot("%PDF-1.7\n"), "not-a-parcel");
  EXPECT_EQ(WhyNot("sekisho-parcel 2\nend\n"), "newer-parcel");
  EXPECT_EQ(WhyNot("sekisho-parcel 10\nend\n"), "newer-parcel");
  EXPECT_EQ(WhyNot(text.substr(0, text.size() - 5)), "cut-off");
  EXPECT_EQ(WhyNot("sekisho-parcel 1\n"), "cut-off");
  std::string damaged = text;
  damaged[30] = '!';
  EXPECT_EQ(WhyNot(damaged), "damaged");
  EXPECT_EQ(WhyNot("sekisho-parcel 1\n" + std::string(kMaxParcelFile, 'A') + "\nend\n"), "damaged");
}

}  // namespace
}  // namespace sekisho::contract
