// sekisho-console: makes and serves one organisation's console. See --help and sekisho-console(8).

#include <fcntl.h>
#include <grp.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <stop_token>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "console/alarms/channel.h"
#include "console/program/archive.h"
#include "console/program/console.h"
#include "console/program/doctor.h"
#include "console/program/first_password.h"
#include "console/program/init.h"
#include "console/program/keys.h"
#include "console/program/serve.h"
#include "console/program/verify.h"
#include "proto/contract/keys.h"
#include "sekisho/version.h"

namespace sekisho::console {
namespace {

constexpr char kConfigFile[] = "/etc/sekisho/console.conf";
constexpr int kDefaultPort = 7443;

// Documented in sekisho-console(8).
enum ExitCode {
  kOk = 0,
  kFailed = 1,
  kUsage = 2,
  kExists = 3,
  kNoConsole = 4,
  kUnavailable = 5,
  kAltered = 6,
  kWarnings = 7
};

constexpr char kFooter[] =
    R"(Exit codes: 0 done, 1 failed, 2 wrong usage, 3 would overwrite, 4 no console there,
            5 address in use or not available, 6 the history was altered (verify),
            7 doctor has warnings.

Example:
  sekisho-console init --organisation 狛江市 --name console.city.example.jp --admin hanako
  sekisho-console serve)";

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "sekisho-console: %s\n", std::string(status.message()).c_str());
  if (absl::IsInvalidArgument(status)) return kUsage;
  if (absl::IsAlreadyExists(status)) return kExists;
  if (absl::IsFailedPrecondition(status)) return kNoConsole;
  if (absl::IsUnavailable(status)) return kUnavailable;
  if (absl::IsDataLoss(status)) return kAltered;
  return kFailed;
}

struct InitArguments {
  std::string organisation;
  std::string name;
  std::vector<std::string> also_names;
  std::string admin;
  std::string password_file;
  std::string totp_secret_out;
  std::string ca_out;
};

// Opened as whoever calls, before the folder's owner is taken on.
class OutputFile {
 public:
  static absl::StatusOr<OutputFile> Open(const std::string& path, mode_t mode) {
    OutputFile file;
    if (path.empty()) return file;
    file.fd_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (file.fd_ < 0 || ::fchmod(file.fd_, mode) != 0) {
      return absl::InvalidArgumentError(absl::StrCat(path, ": ", std::strerror(errno)));
    }
    return file;
  }
  OutputFile(OutputFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ~OutputFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  absl::Status Write(const std::string& text) {
    if (fd_ < 0) return absl::OkStatus();
    if (::write(fd_, text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
      return absl::InternalError("cannot write what --totp-secret-out or --ca-out asks for");
    }
    return absl::OkStatus();
  }

 private:
  OutputFile() = default;
  int fd_ = -1;
};

// As root, the work is done as the folder's owner (sekisho-console, when the package made it), so
// that the service can read what init writes.
absl::Status BecomeOwnerOf(const std::string& folder) {
  struct stat info {};
  if (::geteuid() != 0 || ::stat(folder.c_str(), &info) != 0 || info.st_uid == 0) {
    return absl::OkStatus();
  }
  if (::setgroups(0, nullptr) != 0 || ::setgid(info.st_gid) != 0 || ::setuid(info.st_uid) != 0) {
    return absl::PermissionDeniedError(absl::StrCat("cannot become the owner of ", folder));
  }
  return absl::OkStatus();
}

void Report(const InitArguments& arguments, const std::string& address,
            const program::Password& password, const program::InitResult& result) {
  std::printf("Organisation    %s (%s)\n", arguments.organisation.c_str(),
              result.organisation_id.c_str());
  std::printf("Console         %s\n", address.c_str());
  std::printf("Trust hash      %s\n", result.trust_hash_hex.c_str());
  std::printf("First admin     %s\n", arguments.admin.c_str());
  if (password.generated) {
    std::printf("Password        %s   (shown once)\n", password.text.c_str());
  }
  if (arguments.totp_secret_out.empty()) {
    std::printf(
        "TOTP            %s\n"
        "                (shown once: put it into an authenticator app)\n",
        result.totp_uri.c_str());
  }
  std::printf(
      "\nNext: sekisho-console serve (or: systemctl enable --now sekisho-console), then\n"
      "  sekishoctl sign-in %s --console %s --trust-hash %s\n",
      arguments.admin.c_str(), address.c_str(), result.trust_hash_hex.c_str());
}

int RunInit(const InitArguments& arguments, const std::string& data, const std::string& listen) {
  absl::StatusOr<program::HostAndPort> listening = program::ParseAddress(listen, kDefaultPort);
  if (!listening.ok()) return Fail(listening.status());
  absl::StatusOr<program::HostAndPort> address =
      program::ParseAddress(arguments.name, listening->port == 0 ? kDefaultPort : listening->port);
  if (!address.ok()) return Fail(address.status());
  // Before any question, and before the files that an earlier init may have written are replaced.
  if (absl::Status status = program::CheckNothingThere(data); !status.ok()) return Fail(status);
  absl::StatusOr<program::Password> password =
      program::FirstPassword(arguments.password_file, STDIN_FILENO);
  if (!password.ok()) return Fail(password.status());
  absl::StatusOr<OutputFile> totp = OutputFile::Open(arguments.totp_secret_out, 0600);
  if (!totp.ok()) return Fail(totp.status());
  absl::StatusOr<OutputFile> ca = OutputFile::Open(arguments.ca_out, 0644);
  if (!ca.ok()) return Fail(ca.status());
  if (absl::Status status = BecomeOwnerOf(data); !status.ok()) return Fail(status);
  program::InitOptions options;
  options.data = data;
  options.organisation = arguments.organisation;
  options.address = address->text();
  options.names = {address->host};
  for (const std::string& name : arguments.also_names) options.names.push_back(name);
  // For whoever works on the console's own machine.
  options.names.push_back("localhost");
  options.admin = arguments.admin;
  options.password = password->text;
  absl::StatusOr<program::InitResult> result = program::Init(options, SystemClock());
  if (!result.ok()) return Fail(result.status());
  absl::Status written = totp->Write(result->totp_secret_base32 + "\n");
  if (written.ok()) written = ca->Write(result->ca_pem);
  if (!written.ok()) return Fail(written);
  Report(arguments, options.address, *password, *result);
  return kOk;
}

std::string Written(WallTime time) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S %Z",
                          absl::FromUnixMillis(time.time_since_epoch().count()),
                          absl::LocalTimeZone());
}

int RunRestore(const std::string& archive, const std::string& data) {
  absl::StatusOr<program::Restored> restored = program::Restore(archive, data, SystemClock());
  if (!restored.ok()) return Fail(restored.status());
  const store::RestoreOutcome& outcome = restored->outcome;
  std::printf(
      "Restored into %s, as it was on %s.\n"
      "Unknown to it is what happened until %s. Therefore:\n"
      "  enrolment tokens voided   %llu\n"
      "  sessions and robots ended %llu\n"
      "  exceptions ended          %llu\n"
      "  terminals to hear from    %llu\n\n"
      "Next:\n"
      "  1. start it; terminals come back by themselves, also those enrolled since\n"
      "  2. sekishoctl events --kind interval-lost: whose records are gone, and which terminals\n"
      "     were taken in again (readmitted). Revoke again what was revoked since the backup.\n"
      "  3. sekishoctl policy publish: the newest policy, if it was changed since\n",
      data.c_str(), Written(restored->backed_up_at).c_str(), Written(restored->restored_at).c_str(),
      static_cast<unsigned long long>(outcome.tokens_voided),
      static_cast<unsigned long long>(outcome.sessions_ended),
      static_cast<unsigned long long>(outcome.grants_ended),
      static_cast<unsigned long long>(outcome.terminals));
  return kOk;
}

int RunKeysList(const std::string& data) {
  absl::StatusOr<std::vector<program::KeyInfo>> keys = program::ListKeys(data);
  if (!keys.ok()) return Fail(keys.status());
  for (const program::KeyInfo& key : *keys) {
    std::printf("%-18s %-18s %s\n", key.name.c_str(), key.id.c_str(),
                key.ends ? absl::StrCat("until ", Written(key.not_after)).c_str() : "");
  }
  return kOk;
}

struct RotateArguments {
  std::vector<std::string> names;
  bool force = false;
};

int RunRotate(const RotateArguments& arguments, const std::string& data) {
  if (absl::Status status = BecomeOwnerOf(data); !status.ok()) return Fail(status);
  const absl::Status rotated = program::RotateKeys(
      data, arguments.names,
      arguments.force ? program::OldAgents::kLeaveBehind : program::OldAgents::kRefuse,
      SystemClock());
  if (!rotated.ok()) return Fail(rotated);
  std::printf(
      "New keys are written. A console that runs takes them into use within a minute; at once:\n"
      "  systemctl reload sekisho-console\n"
      "Then make a backup: one of before does not hold them.\n");
  const bool new_anchor = std::ranges::any_of(
      arguments.names, [](const std::string& name) { return name == "root" || name == "ca"; });
  if (new_anchor) {
    absl::StatusOr<pki::Keyring> keyring = pki::Keyring::Load(program::KeysPath(data));
    if (!keyring.ok()) return Fail(keyring.status());
    std::printf(
        "Enrolment tokens of before name the old root of trust and are void: make new ones.\n"
        "Everybody signs in to sekishoctl again, with the trust hash from now on: %s\n",
        contract::ToHex(contract::HashOf(keyring->trust_anchor())).c_str());
  }
  return kOk;
}

struct VerifyArguments {
  std::vector<std::string> anchors;
  std::string anchor_file;
};

int RunVerify(const VerifyArguments& arguments, const std::string& data) {
  std::string text;
  for (const std::string& anchor : arguments.anchors) text += anchor + "\n";
  if (!arguments.anchor_file.empty()) {
    std::ifstream file(arguments.anchor_file);
    if (!file) {
      return Fail(absl::InvalidArgumentError(
          absl::StrCat(arguments.anchor_file, ": cannot be read: give a file with anchors")));
    }
    text.append(std::istreambuf_iterator<char>(file), {});
  }
  // As the folder's owner, so that nothing is left there that the service could not open.
  if (absl::Status status = BecomeOwnerOf(data); !status.ok()) return Fail(status);
  const absl::Status verified = program::Verify({data, text});
  return verified.ok() ? kOk : Fail(verified);
}

void AddAlarmOptions(CLI::App& app, alarms::Settings& settings, bool& persons) {
  app.add_option("--alarm-mail-server", settings.mail_server,
                 "smtp://HOST[:PORT] (STARTTLS) or smtps://HOST[:PORT]")
      ->group("Alarms");
  app.add_option("--alarm-mail-from", settings.mail_from, "Sender's address")->group("Alarms");
  app.add_option("--alarm-mail-to", settings.mail_to, "Recipients, separated by commas")
      ->delimiter(',')
      ->group("Alarms");
  app.add_option("--alarm-mail-user", settings.mail_user, "Name at the mail server")
      ->group("Alarms");
  app.add_option("--alarm-mail-password-file", settings.mail_password_file,
                 "File with the password in its first line")
      ->group("Alarms");
  app.add_flag("--alarm-mail-plain", settings.mail_plain, "The mail server has no TLS")
      ->group("Alarms");
  app.add_option("--alarm-syslog", settings.syslog, "udp://HOST[:PORT] or tcp://HOST[:PORT]")
      ->group("Alarms");
  app.add_option("--alarm-webhook", settings.webhook, "https:// address that takes a POST of JSON")
      ->group("Alarms");
  app.add_option("--alarm-webhook-secret-file", settings.webhook_secret_file,
                 "File with the key of X-Sekisho-Signature in its first line")
      ->group("Alarms");
  app.add_option("--alarm-ca-file", settings.ca_file,
                 "Authority of the mail server and the webhook (PEM), instead of the system's")
      ->group("Alarms");
  app.add_option("--alarm-kinds", settings.kinds,
                 "Kinds of events, separated by commas; \"default\" is all tampering and faults")
      ->delimiter(',')
      ->group("Alarms");
  app.add_flag("--alarm-persons", persons, "Let names and reasons of persons leave the console")
      ->group("Alarms");
}

int RunAlarmTest(const alarms::Settings& settings, const std::string& data) {
  absl::StatusOr<std::vector<std::unique_ptr<alarms::Channel>>> channels =
      alarms::MakeChannels(settings, SystemClock());
  if (!channels.ok()) return Fail(channels.status());
  if (channels->empty()) {
    return Fail(absl::InvalidArgumentError(
        "no way out is configured: alarm-mail-server, alarm-syslog or alarm-webhook in "
        "/etc/sekisho/console.conf"));
  }
  alarms::Notice notice;
  notice.test = true;
  notice.organisation = data;
  int failed = 0;
  for (const std::unique_ptr<alarms::Channel>& channel : *channels) {
    const absl::Status delivered = channel->Deliver(notice, std::stop_token());
    std::printf("%-8s %s\n", channel->name().c_str(),
                delivered.ok() ? "taken" : std::string(delivered.message()).c_str());
    if (!delivered.ok()) ++failed;
  }
  return failed == 0 ? kOk : kFailed;
}

int RunDoctor(const std::string& data) {
  // SQLite's files beside the store are its owner's.
  if (absl::Status status = BecomeOwnerOf(data); !status.ok()) return Fail(status);
  const program::Language language = program::LanguageFromEnvironment();
  const std::vector<program::Finding> findings = program::Examine(data, SystemClock());
  std::printf("%s", program::WriteFindings(findings, language).c_str());
  switch (program::WorstOf(findings)) {
    case program::Grade::kGood:
      return kOk;
    case program::Grade::kWarning:
      return kWarnings;
    case program::Grade::kBad:
      return kFailed;
  }
  return kFailed;
}

int Main(int argc, char** argv) {
  CLI::App app(
      "Sekisho's console: enrols terminals, keeps their history, signs policies and "
      "exceptions, answers operators.",
      "sekisho-console");
  app.footer(kFooter);
  app.set_version_flag("--version", std::string("sekisho-console ") + SEKISHO_VERSION);
  app.set_config("--config", kConfigFile, "Options as \"key = value\" lines");
  app.require_subcommand(1);
  app.fallthrough();
  std::string data = program::kDefaultData;
  std::string listen = "[::]:7443";
  app.add_option("--data", data, "Where store and keys are")->capture_default_str();
  app.add_option("--listen", listen, "Address and port for terminals and operators")
      ->capture_default_str();

  alarms::Settings alarm_settings;
  bool alarm_persons = false;
  AddAlarmOptions(app, alarm_settings, alarm_persons);
  std::string metrics_listen;
  app.add_option("--metrics-listen", metrics_listen,
                 "Address and port of Prometheus' page, without TLS: a loopback address");

  InitArguments init_arguments;
  CLI::App* init = app.add_subcommand("init", "Make a new console: keys, store, first admin");
  init->add_option("--organisation", init_arguments.organisation, "The municipality's name")
      ->required();
  init->add_option("--name", init_arguments.name,
                   "HOST or HOST:PORT by which terminals reach the console")
      ->required();
  init->add_option("--also-name", init_arguments.also_names,
                   "Another DNS name or IP address for the server certificate");
  init->add_option("--admin", init_arguments.admin, "Name of the first admin")->required();
  init->add_option("--admin-password-file", init_arguments.password_file,
                   "File with the password in its first line, instead of asking");
  init->add_option(
      "--totp-secret-out", init_arguments.totp_secret_out,
      "Write the admin's TOTP secret (base32) to this file (0600) instead of showing it");
  init->add_option("--ca-out", init_arguments.ca_out,
                   "Write the CA certificate (PEM) to this file, for sekishoctl --ca");
  init->footer(
      "Example:\n  sekisho-console init --organisation 狛江市 --name "
      "console.city.example.jp --admin hanako");

  CLI::App* serve = app.add_subcommand("serve", "Serve until SIGTERM");
  serve->footer("Example:\n  sekisho-console serve --listen '[::]:7443'");

  std::string archive;
  CLI::App* backup = app.add_subcommand(
      "backup", "Write store and keys of a console, running or not, to one file");
  backup->add_option("FILE", archive, "New tar file (0600): it holds all secrets")->required();
  backup->footer("Example:\n  sekisho-console backup /srv/backup/console-2026-11-23.tar");
  CLI::App* restore = app.add_subcommand("restore", "Unpack a backup where there is no console");
  restore->add_option("FILE", archive, "What backup wrote")->required();
  restore->footer("Example:\n  sekisho-console restore /srv/backup/console-2026-11-23.tar");

  CLI::App* alarm = app.add_subcommand("alarm", "Mail, syslog and webhook");
  alarm->require_subcommand(1);
  CLI::App* alarm_test =
      alarm->add_subcommand("test", "Send a test by each way that is configured");
  alarm_test->footer("Example:\n  sekisho-console alarm test");
  CLI::App* doctor = app.add_subcommand(
      "doctor", "Look after a console, running or not: keys, disk, store, backup, alarms");
  doctor->footer("Example:\n  sekisho-console doctor || mail -s 'sekisho-console' root");

  CLI::App* keys = app.add_subcommand("keys", "The console's keys and certificates");
  keys->require_subcommand(1);
  CLI::App* keys_list = keys->add_subcommand("list", "Which there are, and until when");
  RotateArguments rotate_arguments;
  CLI::App* rotate =
      keys->add_subcommand("rotate", "Make new ones; terminals follow by themselves");
  rotate
      ->add_option(
          "KEY", rotate_arguments.names,
          "bundle, grant, grant-revocation, acknowledgement, beacon, server, root, ca; or all "
          "(but root and ca)")
      ->required();
  rotate->add_flag("--force", rotate_arguments.force,
                   "A new root or ca although some agents are too old to follow it");
  rotate->footer("Example:\n  sekisho-console keys rotate grant grant-revocation");

  VerifyArguments verify_arguments;
  CLI::App* verify = app.add_subcommand(
      "verify", "Compute the history again and say where it was altered; the console may run");
  verify->add_option("--anchor", verify_arguments.anchors,
                     "An anchor, as sekishoctl anchor printed it; several times if you like");
  verify->add_option("--anchor-file", verify_arguments.anchor_file,
                     "File with anchors, among whatever else");
  verify->footer("Example:\n  sekisho-console verify --anchor-file anchors.txt");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kOk : kUsage;
  }
  if (::sodium_init() < 0) return Fail(absl::InternalError("libsodium does not start"));
  if (init->parsed()) return RunInit(init_arguments, data, listen);
  if (restore->parsed()) return RunRestore(archive, data);
  if (alarm_persons) alarm_settings.persons = alarms::Persons::kNamed;
  if (alarm_test->parsed()) return RunAlarmTest(alarm_settings, data);
  if (doctor->parsed()) return RunDoctor(data);
  if (keys_list->parsed()) return RunKeysList(data);
  if (rotate->parsed()) return RunRotate(rotate_arguments, data);
  if (verify->parsed()) return RunVerify(verify_arguments, data);
  if (backup->parsed()) {
    const absl::Status status = program::Backup(data, archive, SystemClock());
    return status.ok() ? kOk : Fail(status);
  }
  const absl::Status status = program::Serve({data, listen, alarm_settings, metrics_listen});
  return status.ok() ? kOk : Fail(status);
}

}  // namespace
}  // namespace sekisho::console

int main(int argc, char** argv) { return sekisho::console::Main(argc, argv); }
