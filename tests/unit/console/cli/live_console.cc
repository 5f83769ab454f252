#include "tests/unit/console/cli/live_console.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>
#include <utility>

extern char** environ;

namespace sekisho::console::cli {
namespace {

constexpr char kPassword[] = "correct horse battery staple";
// More than the longest wait between a follower's attempts (30 s, BackOff), so that no draw of it
// fails.
constexpr std::chrono::seconds kPatience{45};

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// Ours without what would steer a program of ours, then `extra`.
std::vector<std::string> EnvironmentWith(const std::map<std::string, std::string>& extra) {
  std::vector<std::string> entries;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (text.starts_with("SEKISHO_") || text.starts_with("LC_") || text.starts_with("LANG") ||
        text.starts_with("XDG_CONFIG_HOME=")) {
      continue;
    }
    entries.emplace_back(text);
  }
  for (const auto& [name, value] : extra) entries.push_back(name + "=" + value);
  return entries;
}

std::vector<char*> Pointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

Running::Running(const std::vector<std::string>& command,
                 const std::map<std::string, std::string>& extra, std::string directory)
    : directory_(std::move(directory)) {
  std::filesystem::create_directories(directory_);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  const int flags = O_WRONLY | O_CREAT | O_TRUNC;
  posix_spawn_file_actions_addopen(&files, 1, (directory_ + "/out").c_str(), flags, 0600);
  posix_spawn_file_actions_addopen(&files, 2, (directory_ + "/err").c_str(), flags, 0600);
  // A session of its own has no terminal: a prompt that would wait for ever is an error instead.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
  const std::vector<std::string> entries = EnvironmentWith(extra);
  if (posix_spawn(&pid_, command.front().c_str(), &files, &attributes, Pointers(command).data(),
                  Pointers(entries).data()) != 0) {
    pid_ = -1;
  }
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&attributes);
}

Running::~Running() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

Ended Running::Wait() {
  int status = 0;
  if (pid_ <= 0 || waitpid(pid_, &status, 0) != pid_) return {};
  pid_ = -1;
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), out(), err()};
}

void Running::Signal(int signal) {
  if (pid_ > 0) kill(pid_, signal);
}

std::string Running::out() const { return ReadFile(directory_ + "/out"); }
std::string Running::err() const { return ReadFile(directory_ + "/err"); }

bool Running::WaitForOutput(const std::string& text) const {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    if (out().find(text) != std::string::npos) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return false;
}

LiveConsole::LiveConsole() {
  std::string pattern = std::filesystem::temp_directory_path().string() + "/sekisho-live-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) return;
  directory_ = pattern;
  const std::string password = Write("admin.password", std::string(kPassword) + "\n");
  Ended made = Running({SEKISHO_CONSOLE_PROGRAM, "init", "--data", directory_ + "/data",
                        "--organisation", "狛江市", "--name", "localhost", "--also-name",
                        "127.0.0.1", "--admin", "admin", "--admin-password-file", password,
                        "--totp-secret-out", directory_ + "/admin.totp", "--ca-out", ca_file()},
                       {}, directory_ + "/init")
                   .Wait();
  const std::size_t at = made.out.find("--trust-hash ");
  if (made.code != 0 || at == std::string::npos) return;
  trust_hash_ = made.out.substr(at + std::strlen("--trust-hash "), 64);
  Restart();
}

LiveConsole::~LiveConsole() {
  server_.reset();
  if (!directory_.empty()) std::filesystem::remove_all(directory_);
}

std::string LiveConsole::ca_file() const { return directory_ + "/ca.pem"; }

void LiveConsole::Kill() { server_.reset(); }

void LiveConsole::Restart() {
  constexpr char kListening[] = "listening on port ";
  const std::string listen = address_.empty() ? "127.0.0.1:0" : address_;
  server_ =
      std::make_unique<Running>(std::vector<std::string>{SEKISHO_CONSOLE_PROGRAM, "serve", "--data",
                                                         directory_ + "/data", "--listen", listen},
                                std::map<std::string, std::string>{}, directory_ + "/serve");
  ok_ = server_->WaitForOutput("\n");
  const std::string out = server_->out();
  ok_ = ok_ && out.starts_with(kListening);
  if (!ok_) return;
  address_ = "127.0.0.1:" + out.substr(std::strlen(kListening));
  address_.erase(address_.find_last_not_of(" \n") + 1);
}

void LiveConsole::KillAndRestart() {
  Kill();
  Restart();
}

Ended LiveConsole::CtlWith(const std::map<std::string, std::string>& environment,
                           const std::vector<std::string>& arguments) {
  std::vector<std::string> command{SEKISHO_CTL_PROGRAM};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return Running(command, environment, directory_ + "/run-" + std::to_string(++runs_)).Wait();
}

Ended LiveConsole::Ctl(const std::string& who, const std::vector<std::string>& arguments) {
  return CtlWith({{"XDG_CONFIG_HOME", directory_ + "/" + who}, {"TZ", "Asia/Tokyo"}}, arguments);
}

std::unique_ptr<Running> LiveConsole::Follow(const std::string& who,
                                             const std::vector<std::string>& arguments) {
  std::vector<std::string> command{SEKISHO_CTL_PROGRAM};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return std::make_unique<Running>(
      command, std::map<std::string, std::string>{{"XDG_CONFIG_HOME", directory_ + "/" + who}},
      directory_ + "/run-" + std::to_string(++runs_));
}

Ended LiveConsole::SignIn() {
  return Ctl("admin", {"sign-in", "admin", "--console", address_, "--trust-hash", trust_hash_,
                       "--password-file", directory_ + "/admin.password", "--totp-secret-file",
                       directory_ + "/admin.totp"});
}

std::string LiveConsole::Write(const std::string& name, const std::string& text) {
  const std::string path = directory_ + "/" + name;
  std::ofstream(path) << text;
  chmod(path.c_str(), 0600);
  return path;
}

}  // namespace sekisho::console::cli
