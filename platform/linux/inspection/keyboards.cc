#include <charconv>
#include <cstdint>
#include <string_view>

#include "platform/linux/dpkg_database.h"
#include "platform/linux/inspection/inspection.h"

namespace sekisho::platform {
namespace {

// linux/input.h
constexpr unsigned kBusUsb = 0x03;
constexpr unsigned kBusBluetooth = 0x05;
constexpr unsigned kBusI8042 = 0x11;

unsigned Hex(std::string_view text) {
  unsigned value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, 16);
  return value;
}

// As udev tells a keyboard (input_id): keys 1 to 31, from Esc over the letters to S, are all there.
bool HasLetters(std::string_view key_bitmap) {
  const std::vector<std::string_view> words = Words(key_bitmap);
  if (words.empty()) return false;
  std::uint64_t low = 0;
  std::from_chars(words.back().data(), words.back().data() + words.back().size(), low, 16);
  return (low & 0xfffffffe) == 0xfffffffe;
}

struct InputDevice {
  KeyboardFacts keyboard;
  std::string sysfs;
  bool letters = false;
};

InputDevice ParseInputDevice(const std::vector<std::string_view>& lines) {
  InputDevice device;
  for (const std::string_view line : lines) {
    if (line.starts_with("I: Bus=")) {
      switch (Hex(line.substr(7, 4))) {
        case kBusUsb:
          device.keyboard.bus = KeyboardFacts::Bus::kUsb;
          break;
        case kBusBluetooth:
          device.keyboard.bus = KeyboardFacts::Bus::kBluetooth;
          break;
        case kBusI8042:
          device.keyboard.bus = KeyboardFacts::Bus::kPs2;
          break;
        default:
          break;
      }
    }
    if (line.starts_with("N: Name=\"")) {
      device.keyboard.name = line.substr(9, line.rfind('"') - 9);
    }
    if (line.starts_with("S: Sysfs=")) device.sysfs = line.substr(9);
    if (line.starts_with("B: KEY=")) device.letters = HasLetters(line.substr(7));
  }
  return device;
}

}  // namespace

void InspectKeyboards(Looker& looker, MachineFacts& facts) {
  std::vector<std::string_view> block;
  const std::string text = looker.Text("/proc/bus/input/devices").value_or("") + "\n\n";
  for (const std::string_view line : Lines(text)) {
    if (!line.empty()) {
      block.push_back(line);
      continue;
    }
    InputDevice device = ParseInputDevice(block);
    block.clear();
    // Made by a program (a remote desktop): nothing that anybody could type on at boot.
    if (!device.letters || device.sysfs.starts_with("/devices/virtual/")) continue;
    if (device.keyboard.bus == KeyboardFacts::Bus::kUsb) {
      device.keyboard.port_path = UsbPortOf(device.sysfs);
    }
    if (!device.keyboard.port_path.empty()) {
      const std::string directory = "/sys/bus/usb/devices";
      for (const std::string& name : looker.Names(directory)) {
        if (!name.starts_with(device.keyboard.port_path + ":")) continue;
        const std::string interface =
            looker.Text(directory + "/" + name + "/bInterfaceClass").value_or("");
        if (!interface.empty() && interface != "03") device.keyboard.besides.push_back(interface);
      }
    }
    facts.keyboards.push_back(std::move(device.keyboard));
  }
}

}  // namespace sekisho::platform
