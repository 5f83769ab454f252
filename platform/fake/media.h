#ifndef SEKISHO_PLATFORM_FAKE_MEDIA_H_
#define SEKISHO_PLATFORM_FAKE_MEDIA_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/api/devices.h"
#include "platform/api/probes.h"

namespace sekisho::platform::fake {

// How a program takes being asked to go.
enum class Manners {
  kPolite,      // SIGTERM is enough
  kStubborn,    // needs SIGKILL
  kUnkillable,  // stuck in the kernel (D state): neither helps
};

// What is mounted and who holds it, by port path.
class FakeMedia : public Media {
 public:
  Result<std::vector<Holder>> Holders(const OpenDevice& device) override;
  Outcome End(const Holder& holder, Force force) override;
  Outcome Flush(const OpenDevice& device, std::chrono::milliseconds bound) override;
  Outcome Unmount(const OpenDevice& device) override;
  Result<std::uint64_t> Written(const OpenDevice& device) override;

  void Mount(const std::string& port_path) { mounted_.insert(port_path); }
  bool Mounted(const std::string& port_path) const { return mounted_.contains(port_path); }
  void Hold(const std::string& port_path, Holder holder, Manners manners = Manners::kPolite);
  void LetGo(int pid);
  // What the medium's counter shows from now on.
  void SetWritten(const std::string& port_path, std::uint64_t bytes) {
    written_[port_path] = bytes;
  }
  // "Holders", "End", "Flush" or "Unmount" fails once so.
  void FailNext(std::string_view call, int error) { failures_[std::string(call)] = error; }
  // "end 42 ask", "end 42 kill", "flush 2-1", "unmount 2-1", in order, successful or not.
  const std::vector<std::string>& effects() const { return effects_; }

 private:
  struct Held {
    std::string port_path;
    Holder holder;
    Manners manners = Manners::kPolite;
  };
  int TakeFailure(std::string_view call);
  std::map<int, Held> held_;  // by pid
  std::set<std::string> mounted_;
  std::map<std::string, std::uint64_t> written_;
  std::map<std::string, int, std::less<>> failures_;
  std::vector<std::string> effects_;
};

// Remembers what is armed; a test fires it by looking.
class FakeBackstop : public Backstop {
 public:
  struct Armed {
    OpenedDevice opened;
    BootTime deadline{};
  };
  Outcome Arm(const OpenedDevice& opened, BootTime deadline) override;
  Outcome Disarm(const std::string& grant_id) override;
  Result<std::vector<Closure>> Closures() override { return closures_; }
  Outcome ForgetClosure(const std::string& grant_id) override;
  // As if it had shut this while agentd was dead.
  void AddClosure(Closure closure) { closures_.push_back(std::move(closure)); }
  const std::map<std::string, Armed>& armed() const { return armed_; }
  void FailNext(int error) { error_ = error; }

 private:
  std::map<std::string, Armed> armed_;  // by grant id
  std::vector<Closure> closures_;
  int error_ = 0;
};

class FakeBootRules : public BootRules {
 public:
  Outcome Install(const std::vector<BootDevice>& devices) override;
  Result<std::vector<BootDevice>> Installed() override { return installed_; }
  void FailNext(int error) { error_ = error; }

 private:
  std::vector<BootDevice> installed_;
  int error_ = 0;
};

// Attempts whose ends a test chooses.
class FakeProbes : public Probes {
 public:
  std::vector<ProbeAttempt> Try(std::span<const OpenDevice* const> refused,
                                std::span<const PartlyOpen> partly) override;
  void Set(const ProbeAttempt& attempt);
  // Port paths of what the last attempt was told must be shut.
  const std::vector<std::string>& refused() const { return refused_; }

 private:
  std::map<std::string, ProbeAttempt> attempts_;
  std::vector<std::string> refused_;
};

}  // namespace sekisho::platform::fake

#endif  // SEKISHO_PLATFORM_FAKE_MEDIA_H_
