#ifndef SEKISHO_PLATFORM_LINUX_KEYBOARD_CODE_HELD_KEYS_H_
#define SEKISHO_PLATFORM_LINUX_KEYBOARD_CODE_HELD_KEYS_H_

#include <sys/types.h>

#include <map>
#include <span>
#include <string>
#include <vector>

#include "platform/api/result.h"
#include "platform/linux/descriptor_fd.h"

namespace sekisho::platform {

// Everything that one USB device types, kept from everybody else (EVIOCGRAB), as it appears.
class HeldKeys {
 public:
  // `device`: its directory in sysfs, held open; outlives this. `dev` is "/dev".
  static Result<HeldKeys> Start(int device, const std::string& dev);

  // To be polled; the first tells of new nodes, the others of keys.
  std::vector<int> Descriptors() const;
  // Grabs what has appeared since the last call and can be opened by now (udev says who may).
  void Look();
  // Keys that went down since the last call, oldest first. Forgets nodes that are gone.
  std::vector<unsigned> Pressed();
  std::size_t nodes() const { return nodes_.size(); }

 private:
  HeldKeys(int device, std::string dev, Fd watch)
      : device_(device), dev_(std::move(dev)), watch_(std::move(watch)) {}
  void Grab();
  int device_;
  std::string dev_;
  Fd watch_;
  std::map<dev_t, Fd> nodes_;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_KEYBOARD_CODE_HELD_KEYS_H_
