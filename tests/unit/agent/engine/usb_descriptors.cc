#include "tests/unit/agent/engine/usb_descriptors.h"

#include <utility>

namespace sekisho::testing {
namespace {

platform::DeviceFacts Facts(std::uint16_t vendor, std::uint16_t product,
                            const std::vector<InterfaceCode>& interfaces, std::string serial,
                            std::string name) {
  platform::DeviceFacts facts;
  facts.descriptors = Descriptors(vendor, product, interfaces);
  facts.serial = std::move(serial);
  facts.manufacturer = "Example";
  facts.product = std::move(name);
  return facts;
}

}  // namespace

std::vector<std::byte> Descriptors(std::uint16_t vendor, std::uint16_t product,
                                   const std::vector<InterfaceCode>& interfaces) {
  const auto low = [](std::uint16_t value) { return static_cast<std::uint8_t>(value & 0xff); };
  const auto high = [](std::uint16_t value) { return static_cast<std::uint8_t>(value >> 8); };
  const auto total = static_cast<std::uint16_t>(9 + 9 * interfaces.size());
  std::vector<std::uint8_t> bytes = {
      18,   1,    0x00, 0x02, 0, 0, 0, 64, low(vendor), high(vendor), low(product), high(product),
      0x00, 0x01, 1,    2,    3, 1};
  const std::vector<std::uint8_t> configuration = {
      9, 2, low(total), high(total), static_cast<std::uint8_t>(interfaces.size()), 1, 0, 0x80, 50};
  bytes.insert(bytes.end(), configuration.begin(), configuration.end());
  std::uint8_t number = 0;
  for (const InterfaceCode& code : interfaces) {
    const std::vector<std::uint8_t> interface = {
        9, 4, number++, 0, 0, code.class_code, code.subclass_code, code.protocol_code, 0};
    bytes.insert(bytes.end(), interface.begin(), interface.end());
  }
  std::vector<std::byte> converted;
  for (std::uint8_t byte : bytes) converted.push_back(std::byte{byte});
  return converted;
}

platform::DeviceFacts Stick(std::string serial, std::uint16_t product) {
  return Facts(0x0781, product, {kBulkStorage}, std::move(serial), "Ultra");
}

platform::DeviceFacts Keyboard() {
  return Facts(0x046d, 0xc31c, {kBootKeyboard}, "", "USB Keyboard");
}

platform::DeviceFacts Hub() { return Facts(0x05e3, 0x0608, {kHubInterface}, "", "USB2.0 Hub"); }

platform::DeviceFacts KeyboardWithStorage() {
  return Facts(0x046d, 0xc31c, {kBootKeyboard, kBulkStorage}, "", "USB Keyboard");
}

}  // namespace sekisho::testing
