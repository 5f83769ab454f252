// sekisho-usb-probe: asks one device, whose usbfs node it was given as descriptor 3, what it is
// over endpoint 0. Runs as nobody in particular with nothing to lose; started by sekisho-agentd.
#include <libusb.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "platform/usb/answers.h"
#include "platform/usb/sandbox.h"

namespace sekisho::platform {
namespace {

constexpr int kNode = 3;
constexpr unsigned kTimeoutMs = 500;
constexpr std::uint8_t kMicrosoftString = 0xee;
constexpr std::uint16_t kExtendedCompatId = 4;

// A control transfer IN; empty when the device stalls or says nothing.
std::vector<std::byte> Ask(libusb_device_handle* device, std::uint8_t type, std::uint8_t request,
                           std::uint16_t value, std::uint16_t index) {
  std::vector<std::byte> answer(1024);
  const int n = libusb_control_transfer(device, type, request, value, index,
                                        reinterpret_cast<unsigned char*>(answer.data()),
                                        static_cast<std::uint16_t>(answer.size()), kTimeoutMs);
  answer.resize(n < 0 ? 0 : static_cast<std::size_t>(n));
  return answer;
}

// As usbfs has them: the device's, then each configuration's.
std::vector<std::byte> ReadDescriptors() {
  std::vector<std::byte> descriptors(65536);
  if (lseek(kNode, 0, SEEK_SET) != 0) return {};
  const ssize_t n = read(kNode, descriptors.data(), descriptors.size());
  descriptors.resize(n < 0 ? 0 : static_cast<std::size_t>(n));
  return descriptors;
}

// Of the interfaces that whoever opened the node has claimed; the kernel refuses the others'.
std::map<std::uint8_t, std::vector<std::byte>> AskReports(libusb_device_handle* device) {
  constexpr std::uint8_t kInterfaceIn = 0x81;
  std::map<std::uint8_t, std::vector<std::byte>> reports;
  for (const std::uint8_t number : HidInterfaces(ReadDescriptors())) {
    if (reports.size() == kMaxHidQuestions) break;
    std::vector<std::byte> report =
        Ask(device, kInterfaceIn, LIBUSB_REQUEST_GET_DESCRIPTOR, LIBUSB_DT_REPORT << 8, number);
    if (!report.empty()) reports.emplace(number, std::move(report));
  }
  return reports;
}

int Tell(const UsbAnswers& answers, libusb_context* context, libusb_device_handle* device) {
  const std::string text = WriteAnswers(answers);
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
  libusb_close(device);
  libusb_exit(context);
  return 0;
}

int Run(int argc, char** argv) {
  if (argc > 1) {
    const bool help = std::strcmp(argv[1], "--help") == 0;
    std::fprintf(help ? stdout : stderr,
                 "Usage: sekisho-usb-probe 3<>/dev/bus/usb/BUS/DEVICE\n"
                 "Asks a USB device for its capabilities and Microsoft compatible ids, or, when\n"
                 "HID interfaces are claimed on that descriptor, for their report descriptors.\n"
                 "Exit status: 0 asked, 1 descriptor 3 is no USB device, 2 usage, 3 no sandbox.\n");
    return help ? 0 : 2;
  }
  libusb_set_option(nullptr, LIBUSB_OPTION_NO_DEVICE_DISCOVERY);
  libusb_context* context = nullptr;
  libusb_device_handle* device = nullptr;
  if (libusb_init(&context) != 0) return 1;
  // Before the first byte of the device's: its descriptors are hostile to libusb too.
  if (!EnterSandbox(kNode).ok()) return 3;
  if (libusb_wrap_sys_device(context, kNode, &device) != 0) {
    libusb_exit(context);
    std::fprintf(stderr, "sekisho-usb-probe: descriptor 3 is no USB device\n");
    return 1;
  }
  constexpr std::uint8_t kStandardIn = 0x80;
  constexpr std::uint8_t kVendorIn = 0xc0;
  UsbAnswers answers;
  answers.hid_reports = AskReports(device);
  if (!answers.hid_reports.empty()) return Tell(answers, context, device);
  if (auto types = ParseBos(
          Ask(device, kStandardIn, LIBUSB_REQUEST_GET_DESCRIPTOR, LIBUSB_DT_BOS << 8, 0))) {
    answers.capability_types = std::move(*types);
  }
  const std::optional<std::uint8_t> vendor_code = ParseMicrosoftVendorCode(
      Ask(device, kStandardIn, LIBUSB_REQUEST_GET_DESCRIPTOR,
          static_cast<std::uint16_t>(LIBUSB_DT_STRING << 8 | kMicrosoftString), 0));
  if (vendor_code) {
    if (auto ids = ParseCompatibleIds(Ask(device, kVendorIn, *vendor_code, 0, kExtendedCompatId))) {
      answers.compatible_ids = std::move(*ids);
    }
  }
  return Tell(answers, context, device);
}

}  // namespace
}  // namespace sekisho::platform

int main(int argc, char** argv) { return sekisho::platform::Run(argc, argv); }
