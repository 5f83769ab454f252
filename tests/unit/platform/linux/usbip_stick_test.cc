#include "platform/linux/usbip_stick.h"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <variant>

#include "agent/core/device.h"

namespace sekisho::platform {
namespace {

using Request = std::array<std::byte, UsbipStick::kHeaderBytes>;

void Put(Request& request, std::size_t offset, std::uint32_t word) {
  for (int i = 0; i < 4; ++i) {
    request[offset + i] = static_cast<std::byte>(word >> (24 - 8 * i) & 0xff);
  }
}

std::uint32_t Word(const std::vector<std::byte>& reply, std::size_t offset) {
  std::uint32_t word = 0;
  for (int i = 0; i < 4; ++i) word = word << 8 | std::to_integer<std::uint32_t>(reply[offset + i]);
  return word;
}

// GET_DESCRIPTOR as vhci_hcd asks it.
Request Get(std::uint8_t type, std::uint8_t index, std::uint16_t length) {
  Request request{};
  Put(request, 0, 1);   // USBIP_CMD_SUBMIT
  Put(request, 4, 9);   // seqnum
  Put(request, 12, 1);  // IN
  Put(request, 24, length);
  const std::array<std::uint8_t, 8> setup = {0x80,
                                             6,
                                             index,
                                             type,
                                             0,
                                             0,
                                             static_cast<std::uint8_t>(length & 0xff),
                                             static_cast<std::uint8_t>(length >> 8)};
  for (std::size_t i = 0; i < setup.size(); ++i) request[40 + i] = std::byte{setup[i]};
  return request;
}

std::vector<std::byte> Data(const std::vector<std::byte>& reply) {
  return {reply.begin() + UsbipStick::kHeaderBytes, reply.end()};
}

TEST(UsbipStick, IsAStickToWhoeverReadsItsDescriptors) {
  core::RawDevice raw;
  raw.port_path = "3-1";
  for (const std::uint8_t type : {1, 2}) {
    const auto reply = UsbipStick::Answer(Get(type, 0, 255));
    ASSERT_TRUE(reply);
    EXPECT_EQ(Word(*reply, 0), 3u) << "USBIP_RET_SUBMIT";
    EXPECT_EQ(Word(*reply, 4), 9u) << "the request's seqnum";
    EXPECT_EQ(Word(*reply, 20), 0u) << "status";
    const std::vector<std::byte> data = Data(*reply);
    EXPECT_EQ(Word(*reply, 24), data.size());
    raw.descriptors.insert(raw.descriptors.end(), data.begin(), data.end());
  }
  const auto parsed = core::ParseDevice(raw);
  const auto* device = std::get_if<core::Device>(&parsed);
  ASSERT_NE(device, nullptr);
  EXPECT_EQ(device->classes, std::set{core::DeviceClass::kStorage});
}

TEST(UsbipStick, NeverSaysMoreThanItWasAskedFor) {
  const auto reply = UsbipStick::Answer(Get(1, 0, 8));
  ASSERT_TRUE(reply);
  EXPECT_EQ(Data(*reply).size(), 8u);
  EXPECT_EQ(Word(*reply, 24), 8u);
}

TEST(UsbipStick, StallsWhatItDoesNotKnow) {
  const auto reply = UsbipStick::Answer(Get(15, 0, 5));  // BOS
  ASSERT_TRUE(reply);
  EXPECT_EQ(static_cast<std::int32_t>(Word(*reply, 20)), -EPIPE);
  EXPECT_EQ(reply->size(), UsbipStick::kHeaderBytes);
}

TEST(UsbipStick, HangsUpOnWhatIsNoRequest) {
  EXPECT_FALSE(UsbipStick::Answer(Request{}));
  Request huge = Get(1, 0, 18);
  Put(huge, 24, 0x7fffffff);
  EXPECT_FALSE(UsbipStick::Answer(huge));
}

}  // namespace
}  // namespace sekisho::platform
