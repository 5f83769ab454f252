#ifndef SEKISHO_PLATFORM_FAKE_USB_PROBE_H_
#define SEKISHO_PLATFORM_FAKE_USB_PROBE_H_

#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "platform/api/usb_probe.h"

namespace sekisho::platform::fake {

// Devices that say nothing until a test lets them: one that hangs is one whose test never does.
class FakeUsbProbe : public UsbProbe {
 public:
  void Ask(const OpenDevice& device, std::function<void(Result<UsbAnswers>)> answer) override {
    asked_.push_back(device.PortPath());
    waiting_.push_back(std::move(answer));
  }
  void AskReports(const OpenDevice& device, std::span<const std::uint8_t> interfaces,
                  std::function<void(Result<UsbAnswers>)> answer) override {
    asked_for_reports_.assign(interfaces.begin(), interfaces.end());
    if (authorises_) authorises_(device);
    asked_.push_back(device.PortPath() + " reports");
    waiting_.push_back(std::move(answer));
  }
  // What else happens to the device when its report descriptors are asked for.
  void Authorises(std::function<void(const OpenDevice&)> how) { authorises_ = std::move(how); }
  // Interface numbers of the last such question.
  const std::vector<std::uint8_t>& asked_for_reports() const { return asked_for_reports_; }
  // Answers the oldest question. False when nobody is being asked.
  bool Answer(const Result<UsbAnswers>& answers) {
    if (waiting_.empty()) return false;
    const auto answer = std::move(waiting_.front());
    waiting_.pop_front();
    answer(answers);
    return true;
  }
  // Ports, in the order of the questions; "2-1 reports" for report descriptors.
  const std::deque<std::string>& asked() const { return asked_; }

 private:
  std::function<void(const OpenDevice&)> authorises_;
  std::vector<std::uint8_t> asked_for_reports_;
  std::deque<std::string> asked_;
  std::deque<std::function<void(Result<UsbAnswers>)>> waiting_;
};

}  // namespace sekisho::platform::fake

#endif  // SEKISHO_PLATFORM_FAKE_USB_PROBE_H_
