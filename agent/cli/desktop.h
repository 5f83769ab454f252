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
  // An id holds until Process says that whoever shows them is another.
  std::uint32_t Show(const std::string& title, const std::string& body, std::uint32_t replaces);

  enum class Change {
    kNone,
    kOtherServer,  // whoever shows notifications is new, and shows none of those before
    kBusGone,      // the person's session is over
  };
  // Reads what has come; to be called whenever Readable() is, and before waiting for it.
  Change Process();
  int Readable() const;

 private:
  explicit Desktop(sd_bus* bus) : bus_(bus) {}
  sd_bus* bus_;
  // The bus name of whoever showed the last one.
  std::string server_;
  std::string newest_server_;
};

}  // namespace sekisho::cli

#endif  // SEKISHO_AGENT_CLI_DESKTOP_H_
