#ifndef SEKISHO_AGENT_CLI_DESKTOP_H_
#define SEKISHO_AGENT_CLI_DESKTOP_H_

#include <cstdint>
#include <memory>
#include <string>

struct sd_bus;

namespace sekisho::cli {

// Notifications on the person's desktop (org.freedesktop.Notifications, specification 1.2).
class Desktop {
 public:
  // nullptr without a session bus.
  static std::unique_ptr<Desktop> Connect();
  ~Desktop();

  // The notification's id, to be replaced by the next one with the same; 0 when nobody shows them.
  std::uint32_t Show(const std::string& title, const std::string& body, std::uint32_t replaces);

 private:
  explicit Desktop(sd_bus* bus) : bus_(bus) {}
  sd_bus* bus_;
};

}  // namespace sekisho::cli

#endif  // SEKISHO_AGENT_CLI_DESKTOP_H_
