// sekisho-console: makes and serves one organisation's console. See --help and sekisho-console(8).

#include <fcntl.h>
#include <grp.h>
#include <sodium.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "console/ids.h"
#include "console/program/archive.h"
#include "console/program/console.h"
#include "console/program/init.h"
#include "console/program/serve.h"
#include "console/service/credentials.h"
#include "proto/contract/keys.h"
#include "sekisho/version.h"

namespace sekisho::console {
namespace {

constexpr char kConfigFile[] = "/etc/sekisho/console.conf";
constexpr int kDefaultPort = 7443;

// Documented in sekisho-console(8).
enum ExitCode { kOk = 0, kFailed = 1, kUsage = 2, kExists = 3, kNoConsole = 4, kUnavailable = 5 };

constexpr char kFooter[] =
    R"(Exit codes: 0 done, 1 failed, 2 wrong usage, 3 would overwrite, 4 no console there,
            5 address in use or not available.

Example:
  sekisho-console init --organisation 狛江市 --name console.city.example.jp --admin hanako
  sekisho-console serve)";

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "sekisho-console: %s\n", std::string(status.message()).c_str());
  if (absl::IsInvalidArgument(status)) return kUsage;
  if (absl::IsAlreadyExists(status)) return kExists;
  if (absl::IsFailedPrecondition(status)) return kNoConsole;
  if (absl::IsUnavailable(status)) return kUnavailable;
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

// The first line, without its end.
absl::StatusOr<std::string> ReadLine(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  if (!file || !std::getline(file, line)) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": cannot read a password from it"));
  }
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return line;
}

std::string AskHidden(const char* question) {
  std::fprintf(stderr, "%s", question);
  termios before{};
  ::tcgetattr(STDIN_FILENO, &before);
  termios hidden = before;
  hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
  std::string answer;
  std::getline(std::cin, answer);
  ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
  std::fprintf(stderr, "\n");
  return answer;
}

struct Password {
  std::string text;
  bool generated = false;
};

absl::StatusOr<Password> FirstPassword(const InitArguments& arguments) {
  if (!arguments.password_file.empty()) {
    absl::StatusOr<std::string> line = ReadLine(arguments.password_file);
    if (!line.ok()) return line.status();
    return Password{*std::move(line)};
  }
  if (::isatty(STDIN_FILENO) == 0) return Password{Base32(contract::RandomBytes(15)), true};
  for (int attempt = 0; attempt < 3; ++attempt) {
    const std::string first = AskHidden("Password of the first admin (12 characters or more): ");
    if (absl::Status status = service::CheckNewPassword(first); !status.ok()) {
      std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
      continue;
    }
    if (AskHidden("Again: ") == first) return Password{first};
    std::fprintf(stderr, "These two are not the same.\n");
  }
  return absl::InvalidArgumentError("no password: start again, or use --admin-password-file");
}

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
  struct stat info{};
  if (::geteuid() != 0 || ::stat(folder.c_str(), &info) != 0 || info.st_uid == 0) {
    return absl::OkStatus();
  }
  if (::setgroups(0, nullptr) != 0 || ::setgid(info.st_gid) != 0 || ::setuid(info.st_uid) != 0) {
    return absl::PermissionDeniedError(absl::StrCat("cannot become the owner of ", folder));
  }
  return absl::OkStatus();
}

void Report(const InitArguments& arguments, const std::string& address, const Password& password,
            const program::InitResult& result) {
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
  absl::StatusOr<Password> password = FirstPassword(arguments);
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

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kOk : kUsage;
  }
  if (::sodium_init() < 0) return Fail(absl::InternalError("libsodium does not start"));
  if (init->parsed()) return RunInit(init_arguments, data, listen);
  if (restore->parsed()) {
    const absl::Status status = program::Restore(archive, data);
    if (!status.ok()) return Fail(status);
    std::printf(
        "Restored into %s. Events that were acknowledged after the backup show as gaps "
        "(sekishoctl terminals --unprotected).\n",
        data.c_str());
    return kOk;
  }
  if (backup->parsed()) {
    const absl::Status status = program::Backup(data, archive);
    return status.ok() ? kOk : Fail(status);
  }
  const absl::Status status = program::Serve({data, listen});
  return status.ok() ? kOk : Fail(status);
}

}  // namespace
}  // namespace sekisho::console

int main(int argc, char** argv) { return sekisho::console::Main(argc, argv); }
