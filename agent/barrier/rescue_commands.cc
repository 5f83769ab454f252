#include "agent/barrier/rescue_commands.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <iostream>
#include <memory>
#include <optional>

#include "agent/barrier/boot_decision.h"
#include "agent/barrier/grub_password.h"
#include "agent/barrier/password_prompt.h"
#include "agent/barrier/text.h"
#include "platform/linux/descriptor_fd.h"
#include "platform/linux/enforcer.h"
#include "platform/linux/files.h"
#include "platform/linux/run_program.h"
#include "platform/linux/sysfs_device.h"
#include "platform/linux/usb_interfaces.h"

namespace sekisho::barrier {
namespace {

using platform::Outcome;
using platform::Result;

constexpr const char* kScript = "/etc/grub.d/01_sekisho_password";
constexpr const char* kHasher = "/usr/bin/grub-mkpasswd-pbkdf2";
constexpr const char* kUpdate = "/usr/lib/sekisho/update-boot-image";
constexpr std::size_t kMaxHashText = 8192;

Result<std::string> HashText(const std::string& hash_file) {
  if (hash_file == "-") return platform::ReadTextAt(STDIN_FILENO, "/dev/stdin", kMaxHashText);
  if (!hash_file.empty()) return platform::ReadTextAt(AT_FDCWD, hash_file, kMaxHashText);
  const std::optional<std::string> password =
      AskPassword(Say("New rescue password: ", "新しい復旧用パスワード: "));
  const std::optional<std::string> again =
      password ? AskPassword(Say("The same once more: ", "もう一度同じもの: ")) : std::nullopt;
  if (!again) return platform::MakeFailure(ECANCELED, "ask for the password at a terminal");
  if (password->empty() || *password != *again) {
    return platform::MakeFailure(EINVAL, Say("take a password that was typed the same way twice",
                                             "二度同じパスワードを入力してください"));
  }
  return platform::OutputOf({kHasher}, kMaxHashText, *password + "\n" + *again + "\n");
}

Exit WriteMenu() {
  if (Outcome written = platform::RunProgram({kUpdate, "--menu"}); !written.ok()) {
    return Complain(written.failure());
  }
  return Exit::kDone;
}

}  // namespace

Exit RescueInput(const std::string& port_path) {
  Result<std::string> command_line = platform::ReadTextAt(AT_FDCWD, "/proc/cmdline");
  if (!command_line.ok()) return Complain(command_line.failure());
  if (RescueIn(*command_line) == Rescue::kNo) return Exit::kRefused;
  Result<std::unique_ptr<platform::SysfsDevice>> device =
      platform::SysfsDevice::Open(kSysfs, port_path);
  if (!device.ok()) return Complain(device.failure());
  Result<platform::DeviceFacts> facts = platform::ReadFacts(**device);
  if (!facts.ok()) return Complain(facts.failure());
  if (platform::PersistenceFor(facts->descriptors) != platform::Persistence::kKeep) {
    return Exit::kRefused;  // something else than HID and hub
  }
  if (facts->authorised && !platform::AnyShut(facts->interfaces)) return Exit::kDone;
  if (Outcome authorised = platform::LinuxEnforcer(kSysfs).Authorise(**device); !authorised.ok()) {
    return Complain(authorised.failure());
  }
  return Exit::kDone;
}

Exit SetRescuePassword(const std::string& hash_file) {
  Result<std::string> text = HashText(hash_file);
  if (!text.ok()) return Complain(text.failure());
  const std::optional<std::string> hash = FindGrubHash(*text);
  if (!hash) {
    std::cerr << Say("sekisho-barrier: no hash there; make one with: grub-mkpasswd-pbkdf2",
                     "sekisho-barrier: ハッシュがありません。grub-mkpasswd-pbkdf2 で作ってください")
              << "\n";
    return Exit::kFailed;
  }
  const std::string script = GrubPasswordScript(*hash);
  if (Outcome written = platform::LinuxFiles().Replace(kScript, std::as_bytes(std::span(script)),
                                                       platform::FileMode::kOwnerOnly);
      !written.ok()) {
    return Complain(written.failure());
  }
  // Whether a part of the menu counts is whether it may be run.
  if (chmod(kScript, 0700) != 0) {
    return Complain(platform::LastFailure(std::string("chmod ") + kScript));
  }
  return WriteMenu();
}

Exit RemoveRescuePassword() {
  if (Outcome removed = platform::LinuxFiles().Remove(kScript);
      !removed.ok() && removed.failure().code.value() != ENOENT) {
    return Complain(removed.failure());
  }
  return WriteMenu();
}

}  // namespace sekisho::barrier
