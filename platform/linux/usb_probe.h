#ifndef SEKISHO_PLATFORM_LINUX_USB_PROBE_H_
#define SEKISHO_PLATFORM_LINUX_USB_PROBE_H_

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "platform/api/clock.h"
#include "platform/api/event_loop.h"
#include "platform/api/usb_probe.h"
#include "platform/linux/descriptor_fd.h"
#include "platform/linux/sysfs_device.h"

namespace sekisho::platform {

// The program that asks, and what it is held to.
struct UsbProbeWorker {
  std::string program = "/usr/lib/sekisho/sekisho-usb-probe";
  // Nobody else's.
  unsigned uid = 0;
  unsigned gid = 0;
  // Killed after that. The worker's own three questions take at most 1.5 s.
  std::chrono::milliseconds bound{2500};
  // Longer output is refused unread.
  std::size_t max_output = 4096;
  // Strict, for hostile text.
  std::function<std::optional<UsbAnswers>(std::string_view)> parse;
  // What becomes the worker's descriptor 3, with these interfaces claimed where there are any;
  // called in the child, still as root.
  std::function<Result<Fd>(const SysfsDevice&, std::span<const std::uint8_t>)> open_node;
};

// Starts the worker for each question: forked, with the one usbfs node as descriptor 3, a pipe as 1
// and nothing else, as `uid` without groups, capabilities or new privileges, under resource limits;
// the worker then shuts itself into a system call filter. Never waits: what takes long (opening the
// node too) happens in the child, whose end is one more thing the loop watches. A child that cannot
// die is left to the kernel. For a single-threaded process; nothing is set or watched while nobody
// asks.
class LinuxUsbProbe : public UsbProbe {
 public:
  // `loop` and `clock` outlive this.
  LinuxUsbProbe(EventLoop& loop, const Clock& clock, UsbProbeWorker worker)
      : loop_(loop), clock_(clock), worker_(std::move(worker)) {}
  ~LinuxUsbProbe() override;
  LinuxUsbProbe(const LinuxUsbProbe&) = delete;
  LinuxUsbProbe& operator=(const LinuxUsbProbe&) = delete;

  // Besides what the seam promises: EAGAIN when four workers are about already, ETIMEDOUT when one
  // did not end in time.
  void Ask(const OpenDevice& device, std::function<void(Result<UsbAnswers>)> answer) override {
    AskReports(device, {}, std::move(answer));
  }
  void AskReports(const OpenDevice& device, std::span<const std::uint8_t> interfaces,
                  std::function<void(Result<UsbAnswers>)> answer) override;

 private:
  struct Question {
    std::string port_path;                           // empty: refused, or timed out
    std::function<void(Result<UsbAnswers>)> answer;  // empty: was answered
    pid_t pid = -1;
    Fd process;
    Fd output;
    std::unique_ptr<EventLoop::Handle> ended;
    std::unique_ptr<EventLoop::Handle> alarm;
  };

  Outcome Start(Question& question, const OpenDevice& device,
                std::span<const std::uint8_t> interfaces);
  void Refuse(std::uint64_t id, Question question, Failure failure);
  void Ended(std::uint64_t id);
  void TimedOut(std::uint64_t id);
  Result<UsbAnswers> Read(const Question& question, int status) const;

  EventLoop& loop_;
  const Clock& clock_;
  const UsbProbeWorker worker_;
  std::map<std::uint64_t, Question> questions_;
  std::uint64_t next_ = 0;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_USB_PROBE_H_
