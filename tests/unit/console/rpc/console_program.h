#ifndef SEKISHO_TESTS_UNIT_CONSOLE_RPC_CONSOLE_PROGRAM_H_
#define SEKISHO_TESTS_UNIT_CONSOLE_RPC_CONSOLE_PROGRAM_H_

#include <sys/types.h>

#include <string>
#include <vector>

namespace sekisho::console::testing {

// sekisho-console, the program, serving a folder on a free port of the loopback address.
class Served {
 public:
  explicit Served(const std::string& data);
  ~Served() { Kill(); }
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;

  // SIGKILL, and waits until it is gone. Idempotent.
  void Kill();
  // 0 when it did not come up.
  int port() const { return port_; }

 private:
  pid_t pid_ = 0;
  int port_ = 0;
};

// Runs it to its end with these arguments; its exit code, or -1 when it did not exit by itself.
int RunConsole(const std::vector<std::string>& arguments);

}  // namespace sekisho::console::testing

#endif  // SEKISHO_TESTS_UNIT_CONSOLE_RPC_CONSOLE_PROGRAM_H_
