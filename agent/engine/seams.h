#ifndef SEKISHO_AGENT_ENGINE_SEAMS_H_
#define SEKISHO_AGENT_ENGINE_SEAMS_H_

#include <chrono>
#include <cstdint>
#include <string>

#include "platform/api/boot_control.h"
#include "platform/api/clock.h"
#include "platform/api/device_roles.h"
#include "platform/api/devices.h"
#include "platform/api/event_loop.h"
#include "platform/api/file_record.h"
#include "platform/api/file_watch.h"
#include "platform/api/files.h"
#include "platform/api/keyboard_code.h"
#include "platform/api/login_sessions.h"
#include "platform/api/login_ways.h"
#include "platform/api/logins.h"
#include "platform/api/medium_guard.h"
#include "platform/api/medium_hold.h"
#include "platform/api/probes.h"
#include "platform/api/usb_probe.h"

namespace sekisho::engine {

// The operating system, as the engine sees it. All outlive the engine; all are called on the loop's
// thread only.
struct Seams {
  platform::EventLoop& loop;
  platform::Clock& clock;
  platform::DeviceSource& devices;
  platform::Enforcer& enforcer;
  platform::Media& media;
  platform::Backstop& backstop;
  platform::BootRules& boot_rules;
  platform::BootControl& boot_control;
  platform::Files& files;
  platform::Seat& seat;
  platform::Probes& probes;
  // Null when there is nobody to ask.
  platform::UsbProbe* usb_probe = nullptr;
  // Null when files are not watched.
  platform::FileWatch* file_watch = nullptr;
  // Null: no device has a role.
  platform::DeviceRoles* device_roles = nullptr;
  // Null: no screen to show a code on.
  platform::KeyboardCode* keyboard_code = nullptr;
  // Null: what happens to files on media is not recorded.
  platform::FileRecord* file_record = nullptr;
  // Null: no second layer. Whatever is not USB is then told of and not held.
  platform::MediumGuard* medium_guard = nullptr;
  // Null: nothing is opened read-only.
  platform::MediumHold* medium_hold = nullptr;
  // Null: nobody can be asked for a second factor, and whoever asks for one is told so.
  platform::Logins* logins = nullptr;
  // Null: the ways to log in are not watched.
  platform::LoginWatch* login_watch = nullptr;
  // Null: nobody says who is logged in.
  platform::LoginSessions* login_sessions = nullptr;
};

// What the terminal tells the console about itself when it enrols: hints, not an identity.
struct HostFacts {
  std::string hostname;
  std::string hardware_serial;
  std::string machine_id;
  // SHA-256 over what names the hardware, 32 bytes; empty when nothing does.
  std::string hardware;
};

struct Settings {
  std::string state_directory = "/var/lib/sekisho/agentd";
  std::string run_directory = "/run/sekisho";
  // What the login hook reads while agentd cannot answer.
  std::string logins_file = "/var/lib/sekisho/logins";
  std::uint64_t spool_max_bytes = 64ull << 20;
  HostFacts host;
  // Where a token for an enrolment without a person lies; gone once it was used.
  std::string token_file = "/etc/sekisho/enrol.token";
  // The one on the kernel's command line, if any.
  std::string kernel_token;
  // Between asking a holder to go and ending it.
  std::chrono::milliseconds holder_grace{2000};
  std::chrono::milliseconds flush_bound{5000};
  // For the hashes of a medium's files, before it is unmounted.
  std::chrono::milliseconds hash_bound{3000};
};

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_SEAMS_H_
