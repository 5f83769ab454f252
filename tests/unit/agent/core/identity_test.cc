#include "agent/core/identity.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <random>

namespace sekisho::core {
namespace {

using Bytes = std::vector<std::byte>;

void Append(Bytes& bytes, std::initializer_list<unsigned> values) {
  for (const unsigned value : values) bytes.push_back(static_cast<std::byte>(value));
}

RawDevice Raw(Bytes descriptors) {
  RawDevice raw;
  raw.port_path = "2-1";
  raw.descriptors = std::move(descriptors);
  raw.manufacturer = "Example";
  raw.product = "Ultra";
  raw.serial = "4C530001230101";
  return raw;
}

// The same stick as it describes itself behind a USB 2.0 port and behind a 3.x one.
Bytes StickAtHighSpeed() {
  Bytes bytes;
  Append(bytes, {18, 1, 0x10, 0x02, 0, 0, 0, 64, 0x81, 0x07, 0x81, 0x55, 0, 1, 1, 2, 3, 1});
  Append(bytes, {9, 2, 32, 0, 1, 1, 0, 0x80, 112});
  Append(bytes, {9, 4, 0, 0, 2, 8, 6, 0x50, 0});
  Append(bytes, {7, 5, 0x81, 2, 0x00, 0x02, 0});
  Append(bytes, {7, 5, 0x02, 2, 0x00, 0x02, 1});
  return bytes;
}

Bytes StickAtSuperSpeed(unsigned interface_class = 8) {
  Bytes bytes;
  Append(bytes, {18, 1, 0x20, 0x03, 0, 0, 0, 9, 0x81, 0x07, 0x81, 0x55, 0, 1, 1, 2, 3, 1});
  Append(bytes, {9, 2, 44, 0, 1, 1, 0, 0x80, 28});
  Append(bytes, {9, 4, 0, 0, 2, interface_class, 6, 0x50, 0});
  Append(bytes, {7, 5, 0x81, 2, 0x00, 0x04, 0});
  Append(bytes, {6, 0x30, 15, 0, 0, 0});
  Append(bytes, {7, 5, 0x02, 2, 0x00, 0x04, 0});
  Append(bytes, {6, 0x30, 15, 0, 0, 0});
  return bytes;
}

TEST(IdentityBytes, IsTheSameAtAnotherSpeedAndOnAnotherPort) {
  RawDevice slow = Raw(StickAtHighSpeed());
  RawDevice fast = Raw(StickAtSuperSpeed());
  fast.port_path = "3-2.4";
  ASSERT_NE(slow.descriptors, fast.descriptors);
  ASSERT_TRUE(IdentityBytes(slow).has_value());
  EXPECT_EQ(IdentityBytes(slow), IdentityBytes(fast));
}

TEST(IdentityBytes, IsAnotherWhenAnInterfaceIsAnother) {
  EXPECT_NE(IdentityBytes(Raw(StickAtSuperSpeed())), IdentityBytes(Raw(StickAtSuperSpeed(3))));
  Bytes grown = StickAtSuperSpeed();
  Append(grown, {9, 4, 1, 0, 0, 3, 1, 1, 0});
  EXPECT_NE(IdentityBytes(Raw(StickAtSuperSpeed())), IdentityBytes(Raw(grown)));
}

TEST(IdentityBytes, IsAnotherForEachThingThatNamesADevice) {
  const RawDevice device = Raw(StickAtHighSpeed());
  const auto changed = [&](auto change) {
    RawDevice other = device;
    change(other);
    return IdentityBytes(other) != IdentityBytes(device);
  };
  for (const std::size_t offset : {4, 5, 6, 8, 9, 10, 11, 12, 13}) {
    EXPECT_TRUE(changed([&](RawDevice& each) { each.descriptors[offset] ^= std::byte{1}; }))
        << offset;
  }
  EXPECT_TRUE(changed([](RawDevice& each) { each.serial += '1'; }));
  EXPECT_TRUE(changed([](RawDevice& each) { each.product += '1'; }));
  EXPECT_TRUE(changed([](RawDevice& each) { each.manufacturer.clear(); }));
  // What one string loses the next does not make up for.
  EXPECT_TRUE(changed([](RawDevice& each) {
    each.manufacturer = "ExampleUltra";
    each.product.clear();
  }));
}

TEST(IdentityBytes, OfAHubForgetsTheProtocolThatIsItsSpeed) {
  Bytes single;  // full speed
  Append(single, {18, 1, 0, 2, 9, 0, 0, 64, 0xe3, 0x05, 8, 6, 0, 1, 0, 1, 0, 1});
  Append(single, {9, 2, 25, 0, 1, 1, 0, 0xe0, 50});
  Append(single, {9, 4, 0, 0, 1, 9, 0, 0, 0});
  Append(single, {7, 5, 0x81, 3, 1, 0, 255});
  Bytes multiple;  // high speed, a translator a port
  Append(multiple, {18, 1, 0, 2, 9, 0, 2, 64, 0xe3, 0x05, 8, 6, 0, 1, 0, 1, 0, 1});
  Append(multiple, {9, 2, 41, 0, 1, 1, 0, 0xe0, 50});
  Append(multiple, {9, 4, 0, 0, 1, 9, 0, 1, 0});
  Append(multiple, {7, 5, 0x81, 3, 1, 0, 12});
  Append(multiple, {9, 4, 0, 1, 1, 9, 0, 2, 0});
  Append(multiple, {7, 5, 0x81, 3, 1, 0, 12});
  EXPECT_EQ(IdentityBytes(Raw(single)), IdentityBytes(Raw(multiple)));
}

TEST(IdentityBytes, OfAKeyboardKnowsItsHidDescriptor) {
  const auto keyboard = [](unsigned report_length) {
    Bytes bytes;
    Append(bytes, {18, 1, 0, 2, 0, 0, 0, 8, 0x6d, 0x04, 0x1c, 0xc3, 0, 1, 1, 2, 0, 1});
    Append(bytes, {9, 2, 34, 0, 1, 1, 0, 0xa0, 50});
    Append(bytes, {9, 4, 0, 0, 1, 3, 1, 1, 0});
    Append(bytes, {9, 0x21, 0x10, 0x01, 0, 1, 0x22, report_length, 0});
    Append(bytes, {7, 5, 0x81, 3, 8, 0, 10});
    return IdentityBytes(Raw(bytes));
  };
  EXPECT_EQ(keyboard(65), keyboard(65));
  EXPECT_NE(keyboard(65), keyboard(66));
}

TEST(IdentityBytes, IsThereForExactlyWhatParses) {
  const Bytes whole = StickAtSuperSpeed();
  for (std::size_t length = 0; length <= whole.size(); ++length) {
    const RawDevice raw = Raw(Bytes(whole.begin(), whole.begin() + length));
    EXPECT_EQ(IdentityBytes(raw).has_value(), std::holds_alternative<Device>(ParseDevice(raw)));
  }
}

// Any sequence of interfaces and endpoints: what the speed decides may be anything.
TEST(IdentityBytes, NeverDependsOnSizesIntervalsOrCompanions) {
  std::mt19937 random(20261130);
  const auto upto = [&](unsigned most) {
    return std::uniform_int_distribution<unsigned>(0, most)(random);
  };
  for (int round = 0; round < 500; ++round) {
    Bytes slow;
    Bytes fast;
    Append(slow, {18, 1, 0, 2, 0, 0, 0, 64, 1, 2, 3, 4, 5, 6, 1, 2, 3, 1});
    Append(fast, {18, 1, 0x20, 3, 0, 0, 0, 9, 1, 2, 3, 4, 5, 6, 1, 2, 3, 1});
    Append(slow, {9, 2, upto(255), upto(255), 1, 1, 0, 0x80, upto(255)});
    Append(fast, {9, 2, upto(255), upto(255), 1, 1, 0, 0x80, upto(255)});
    const unsigned interfaces = upto(4);
    for (unsigned number = 0; number < interfaces; ++number) {
      const unsigned class_code = upto(16);
      const unsigned subclass = upto(3);
      Append(slow, {9, 4, number, 0, 2, class_code, subclass, 0, 0});
      Append(fast, {9, 4, number, 0, 2, class_code, subclass, 0, 0});
      const unsigned endpoint = 1 + upto(14);
      const unsigned type = upto(3);
      Append(slow, {7, 5, endpoint | 0x80, type, upto(255), upto(7), upto(255)});
      Append(fast, {7, 5, endpoint | 0x80, type, upto(255), upto(7), upto(255)});
      Append(fast, {6, 0x30, upto(15), upto(31), upto(255), upto(255)});
    }
    EXPECT_EQ(IdentityBytes(Raw(slow)), IdentityBytes(Raw(fast))) << round;
  }
}

TEST(ConfidenceOf, TrustsASerialThatLooksLikeOne) {
  for (const char* serial : {"4C530001230101", "AA01", "0x1a2b", "E0D55EA573C2F451", "番号12"}) {
    EXPECT_EQ(ConfidenceOf(serial), IdentityConfidence::kSerial) << serial;
  }
}

TEST(ConfidenceOf, DoesNotTrustWhatMakersLeaveIn) {
  for (const char* serial :
       {"", "1", "123", "000000000000", "1111", "00000000000001", "0123456789ABCDEF",
        "123456789abc", "1234567890", "12345678901234567890", "9876543210", "FEDCBA98",
        "Serial Number", "none", "--------", "To be filled by O.E.M."}) {
    EXPECT_EQ(ConfidenceOf(serial), IdentityConfidence::kMake) << serial;
  }
}

}  // namespace
}  // namespace sekisho::core
