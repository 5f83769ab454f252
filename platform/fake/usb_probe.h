#ifndef SEKISHO_PLATFORM_FAKE_USB_PROBE_H_
#define SEKISHO_PLATFORM_FAKE_USB_PROBE_H_

#include <deque>
#include <functional>
#include <string>
#include <utility>

#include "platform/api/usb_probe.h"

namespace sekisho::platform::fake {

// Devices that say nothing until a test lets them: one that hangs is one whose test never does.
class FakeUsbProbe : public UsbProbe {
 public:
  void Ask(const OpenDevice& device, std::function<void(Result<UsbAnswers>)> answer) override {
    asked_.push_back(device.PortPath());
    waiting_.push_back(std::move(answer));
  }
  // Answers the oldest question. False when nobody is being asked.
  bool Answer(const Result<UsbAnswers>& answers) {
    if (waiting_.empty()) return false;
    const auto answer = std::move(waiting_.front());
    waiting_.pop_front();
    answer(answers);
    return true;
  }
  // Ports, in the order of the questions.
  const std::deque<std::string>& asked() const { return asked_; }

 private:
  std::deque<std::string> asked_;
  std::deque<std::function<void(Result<UsbAnswers>)>> waiting_;
};

}  // namespace sekisho::platform::fake

#endif  // SEKISHO_PLATFORM_FAKE_USB_PROBE_H_
