#ifndef SEKISHO_TESTS_UNIT_CONSOLE_CLI_LIVE_CONSOLE_H_
#define SEKISHO_TESTS_UNIT_CONSOLE_CLI_LIVE_CONSOLE_H_

#include <sys/types.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace sekisho::console::cli {

// What a program that has ended left behind.
struct Ended {
  int code = -1;
  std::string out;
  std::string err;
};

// A program of ours that runs, its output going to files.
class Running {
 public:
  Running(const std::vector<std::string>& command, const std::map<std::string, std::string>& extra,
          std::string directory);
  ~Running();  // killed if it still runs
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  // Waits until it ends by itself; a test's own time limit is the bound.
  Ended Wait();
  void Signal(int signal);
  std::string out() const;
  std::string err() const;
  // Waits until its standard output holds `text`, at most 20 s.
  bool WaitForOutput(const std::string& text) const;

 private:
  std::string directory_;
  pid_t pid_ = -1;
};

// The real sekisho-console on loopback in a directory of its own, and sekishoctl signed out.
class LiveConsole {
 public:
  LiveConsole();  // init and serve; ok() says whether both did
  ~LiveConsole();

  bool ok() const { return ok_; }
  // Kills it as a power cut would, and starts it again on the same data and port.
  void KillAndRestart();
  void Kill();
  void Restart();

  // sekishoctl with `arguments`, as `who` (each name is a session of its own).
  Ended Ctl(const std::string& who, const std::vector<std::string>& arguments);
  std::unique_ptr<Running> Follow(const std::string& who,
                                  const std::vector<std::string>& arguments);
  Ended CtlWith(const std::map<std::string, std::string>& environment,
                const std::vector<std::string>& arguments);
  // Signs the first admin in as "admin".
  Ended SignIn();
  std::string Write(const std::string& name, const std::string& text);

  const std::string& address() const { return address_; }
  const std::string& directory() const { return directory_; }
  const std::string& trust_hash() const { return trust_hash_; }
  std::string ca_file() const;

 private:
  std::string directory_;
  std::string address_;
  std::string trust_hash_;
  bool ok_ = false;
  int runs_ = 0;
  std::unique_ptr<Running> server_;
};

}  // namespace sekisho::console::cli

#endif  // SEKISHO_TESTS_UNIT_CONSOLE_CLI_LIVE_CONSOLE_H_
