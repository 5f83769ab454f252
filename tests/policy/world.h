#ifndef SEKISHO_TESTS_POLICY_WORLD_H_
#define SEKISHO_TESTS_POLICY_WORLD_H_

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "agent/core/decide.h"
#include "agent/core/device.h"
#include "agent/core/grant.h"
#include "agent/core/policy.h"
#include "agent/core/surroundings.h"
#include "tests/policy/case_file.h"

namespace sekisho::policy_test {

// What a device is made of; turned into descriptor bytes and read back by the core.
struct DeviceSpec {
  std::uint16_t vendor = 0x1111;
  std::uint16_t product = 0x2222;
  std::string serial;
  std::string product_name;
  core::Bus bus = core::Bus::kUsb;
  core::UsbInterface codes;  // of the whole device; number unused
  std::vector<core::UsbInterface> interfaces;
  std::optional<std::size_t> cut;  // only so many bytes of the descriptors
};
core::RawDevice MakeRaw(const DeviceSpec& spec, const std::string& port_path);
// The same for what is the same on another port: vendor, product, serial.
core::Fingerprint MakeIdentity(const DeviceSpec& spec);

// One terminal with its plugs, clocks and grants: the core's rules, carried out in the order in
// which an agent does, with nothing real attached.
class World {
 public:
  World();
  // The complaint when the statement is not understood or its expectation does not hold.
  std::optional<std::string> Apply(const Statement& statement);

 private:
  struct Plugged {
    std::string port_path;
    std::string name;
    std::variant<core::Device, core::DescriptorFault> device;
    core::Verdict verdict;
  };
  using Complaint = std::optional<std::string>;
  class Words;

  Complaint Policy(Words& words);
  Complaint Rule(Words& words);
  Complaint Device(Words& words);
  Complaint Adopt(Words& words);
  Complaint Plug(Words& words);
  Complaint Unplug(Words& words);
  Complaint After(Words& words);
  Complaint Reboot(Words& words);
  Complaint Console(Words& words);
  Complaint GrantWords(Words& words);
  Complaint Receive(Words& words);
  Complaint End(Words& words);
  Complaint RecordingWords(Words& words);
  Complaint ReadOnlyWords(Words& words);
  Complaint InterfacesWords(Words& words);
  Complaint Person(Words& words);
  Complaint Calendar(Words& words);
  Complaint Register(Words& words);
  Complaint Condition(Words& words, core::DeviceRule& rule);
  Complaint Expect(Words& words);
  Complaint ExpectGrant(Words& words);
  Complaint ExpectDevice(Words& words);
  Complaint ExpectPort(const std::string& port_path, Words& words);

  // A policy is swapped whole: what its lines change counts from the next other statement on.
  bool policy_changed_ = false;

  // Ends what is due, resumes what may be, decides on everything that is plugged.
  void Settle();
  void DecideOn(Plugged& plugged);

  std::map<std::string, DeviceSpec> specs_;
  std::optional<core::Policy> policy_;
  std::vector<core::AdoptedDevice> adopted_;
  std::vector<Plugged> plugged_;  // in the order of plugging
  std::map<std::string, core::GrantClaims> issued_;
  std::vector<core::Grant> held_;
  core::Here here_;
  core::WallTime console_clock_;
  bool console_known_ = true;
  int boots_ = 1;
  core::Recording recording_ = core::Recording::kWorks;
  core::ReadOnlySupport read_only_ = core::ReadOnlySupport::kUnavailable;
  core::InterfaceSupport interfaces_ = core::InterfaceSupport::kUnavailable;
  std::optional<core::Person> person_;
  std::chrono::seconds calendar_{0};  // since Monday, 00:00, on the terminal's own wall
  std::map<std::string, core::RegisterStanding> register_;
};

}  // namespace sekisho::policy_test

#endif  // SEKISHO_TESTS_POLICY_WORLD_H_
