#ifndef SEKISHO_AGENT_ENGINE_PROTECTIONS_H_
#define SEKISHO_AGENT_ENGINE_PROTECTIONS_H_

#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "agent/engine/device_control.h"
#include "agent/engine/mode_keeper.h"
#include "agent/engine/reporter.h"
#include "agent/engine/seams.h"
#include "sekisho/v1/event.pb.h"

namespace sekisho::engine {

// What this terminal claims to be protected by: attempts that were made, never a configuration that
// was read.
//
// While it observes there is no refusal to attack: "usb.new-device" is then UNTRIED and says why. A
// console that knows no modes (0.1.0) so lists the terminal as unprotected, too.
class Protections {
 public:
  // All outlive this. `logins`: the attempt at the ways in, where there is one.
  Protections(Seams& seams, Reporter& reporter, ModeKeeper& mode, const DeviceControl& control,
              std::function<std::optional<platform::ProbeAttempt>()> logins)
      : seams_(seams),
        reporter_(reporter),
        mode_(mode),
        control_(control),
        logins_(std::move(logins)) {}

  // Tries each, reports what has come loose, and shuts what can be shut.
  void Try();
  // How the last attempts ended.
  const std::vector<v1::Probe>& tried() const { return tried_; }

 private:
  std::vector<platform::ProbeAttempt> TryBarrier();
  // What is let in with interfaces that must be shut.
  std::vector<platform::PartlyOpen> InPart() const;
  platform::ProbeAttempt TryRecording();
  // What the next boot starts from, if that says anything about protection.
  std::vector<platform::ProbeAttempt> TryBootImage();
  bool WasOpen(const std::string& name) const;
  v1::Probe ProbeOf(const platform::ProbeAttempt& attempt) const;

  Seams& seams_;
  Reporter& reporter_;
  ModeKeeper& mode_;
  const DeviceControl& control_;
  const std::function<std::optional<platform::ProbeAttempt>()> logins_;
  std::vector<v1::Probe> tried_;
};

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_PROTECTIONS_H_
