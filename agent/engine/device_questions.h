#ifndef SEKISHO_AGENT_ENGINE_DEVICE_QUESTIONS_H_
#define SEKISHO_AGENT_ENGINE_DEVICE_QUESTIONS_H_

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "agent/engine/device_table.h"
#include "agent/engine/seams.h"

namespace sekisho::engine {

// Asks refused devices of no known class what they are, so that the block can say "phone" where the
// descriptors say "vendor specific". Such an answer is the device's own claim: it is told and never
// decided on. It goes to DeviceEntry::told, which is not part of what core::Decide sees.
//
// HID interfaces are asked for their report descriptors where a rule names security keys, and that
// is decided on (core::Told): what the kernel reads when a driver gets the interface is compared.
class DeviceQuestions {
 public:
  // Both outlive this. `names_keys`: whether the policy in force has a rule for security keys.
  // `settled`: a block that was held back need wait no longer.
  DeviceQuestions(Seams& seams, DeviceTable& table, std::function<bool()> names_keys,
                  std::function<void()> settled)
      : seams_(seams),
        table_(table),
        names_keys_(std::move(names_keys)),
        settled_(std::move(settled)) {}

  // Whether the block of this refused device is to be told later, with its answer; asks when nobody
  // has. No answer holds it back for longer than three seconds.
  bool HoldsBack(DeviceEntry& entry);
  // Whether it is being asked. Then stops waiting for the answer: the device is as shut as it is
  // entered, at once.
  bool Interrupt(DeviceEntry& entry);
  // The device as its report descriptors tell it, where the policy asks for that.
  void Tell(DeviceEntry& entry) const;

 private:
  void Answered(const std::string& port_path, const std::weak_ptr<platform::OpenDevice>& held,
                const platform::Result<platform::UsbAnswers>& answers);
  void Settle(const std::string& port_path, const std::weak_ptr<platform::OpenDevice>& held);
  bool WantsReports(const DeviceEntry& entry) const;

  Seams& seams_;
  DeviceTable& table_;
  std::function<bool()> names_keys_;
  std::function<void()> settled_;
  // By port path; alarms only while somebody is being asked.
  std::map<std::string, std::unique_ptr<platform::EventLoop::Handle>> bounds_;
  // The seam outlives this, and so may a question.
  std::shared_ptr<DeviceQuestions*> self_ = std::make_shared<DeviceQuestions*>(this);
};

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_DEVICE_QUESTIONS_H_
