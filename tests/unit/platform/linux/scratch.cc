#include "tests/unit/platform/linux/scratch.h"

#include <stdlib.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace sekisho::platform {
namespace fs = std::filesystem;

namespace {

std::string Interface(unsigned char class_code, unsigned char subclass, unsigned char protocol) {
  const unsigned char device[] = {18, 1, 0, 2, 0, 0, 0, 64, 0x27, 0x06, 1, 0, 0, 1, 1, 2, 3, 1};
  const unsigned char rest[] = {9, 2, 18, 0, 1, 1,          0,        0x80,     50,
                                9, 4, 0,  0, 0, class_code, subclass, protocol, 0};
  return std::string(reinterpret_cast<const char*>(device), sizeof device) +
         std::string(reinterpret_cast<const char*>(rest), sizeof rest);
}

}  // namespace

Scratch::Scratch() {
  std::string name = (fs::temp_directory_path() / "sekisho-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error(std::strerror(errno));
  root_ = name;
}

Scratch::~Scratch() {
  std::error_code ignored;
  fs::remove_all(root_, ignored);
}

void Scratch::Write(const std::string& below, const std::string& content) const {
  fs::create_directories(fs::path(path(below)).parent_path());
  std::ofstream(path(below), std::ios::binary) << content;
}

std::string Scratch::Read(const std::string& below) const {
  std::ifstream in(path(below), std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

ScratchSysfs::ScratchSysfs() {
  fs::create_directories(path("bus/usb/devices"));
  Write("module/usbcore/parameters/authorized_default", "1\n");
}

std::string ScratchSysfs::Plug(const std::string& port_path, const std::string& serial,
                               const std::string& descriptors) {
  const std::string directory = "devices/" + std::to_string(++plugged_) + "/" + port_path;
  Write(directory + "/authorized", "0\n");
  Write(directory + "/uevent", "\n");
  Write(directory + "/power/persist", "1\n");
  Write(directory + "/descriptors", descriptors);
  if (!serial.empty()) Write(directory + "/serial", serial + "\n");
  Write(directory + "/product", "Product\n");
  fs::create_symlink("../../../" + directory, path("bus/usb/devices/" + port_path));
  return directory;
}

void ScratchSysfs::Unplug(const std::string& port_path) {
  const fs::path link = path("bus/usb/devices/" + port_path);
  fs::remove_all(fs::canonical(link));
  fs::remove(link);
}

std::string KeyboardDescriptors() { return Interface(3, 1, 1); }
std::string HubDescriptors() { return Interface(9, 0, 0); }
std::string StickDescriptors() { return Interface(8, 6, 0x50); }

std::vector<std::byte> AsBytes(const std::string& text) {
  const auto* data = reinterpret_cast<const std::byte*>(text.data());
  return {data, data + text.size()};
}

}  // namespace sekisho::platform
