#ifndef SEKISHO_CONSOLE_SERVICE_REGISTER_COURIER_H_
#define SEKISHO_CONSOLE_SERVICE_REGISTER_COURIER_H_

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "console/live/registry.h"
#include "console/pki/keyring.h"
#include "console/store/register_store.h"

namespace sekisho::console::service {

// The feature that an agent must have for it (Hello).
inline constexpr char kRegisterFeature[] = "register";

// Brings the media register to the terminals: to each what concerns its group, as changes from the
// version that its Status says. All terminals of a group that hold the same version get the same
// message, which is made and signed once. Thread-safe.
class RegisterCourier {
 public:
  // Both outlive this.
  RegisterCourier(store::RegisterStore& media, const pki::Keyring& keyring,
                  live::Registry& registry)
      : media_(media), keyring_(keyring), registry_(registry) {}

  // What a terminal with this Status lacks, as much as may be on its way at once.
  absl::Status SendMissing(live::LiveTerminal& terminal, std::uint64_t held);
  // The register was changed: every connected terminal that it concerns learns it now. Called
  // after the change is stored. A terminal that cannot be told now is told with its next Status.
  void Changed(const std::string& organisation_id);

 private:
  struct Message {
    std::uint64_t version = 0;
    live::Outgoing outgoing;
  };
  absl::Status Push(live::LiveTerminal& terminal);
  absl::StatusOr<store::RegisterHead> HeadOf(const std::string& organisation_id,
                                             const std::string& group_path);
  // The next one above that version.
  absl::StatusOr<Message> Next(const live::LiveTerminal& terminal, const store::RegisterHead& head,
                               std::uint64_t above);
  absl::StatusOr<Message> Make(const live::LiveTerminal& terminal, const store::RegisterHead& head,
                               std::uint64_t above);

  store::RegisterStore& media_;
  const pki::Keyring& keyring_;
  live::Registry& registry_;
  std::mutex mutex_;
  // Rises with each change; a reader that started before one must not put what it read back after
  // it.
  std::uint64_t generation_ = 0;
  // By organisation and group path; the latter with the version that a message continues.
  std::unordered_map<std::string, store::RegisterHead> heads_;
  std::map<std::pair<std::string, std::uint64_t>, Message> messages_;
};

}  // namespace sekisho::console::service

#endif  // SEKISHO_CONSOLE_SERVICE_REGISTER_COURIER_H_
