#ifndef SEKISHO_TESTS_BENCH_CHILD_H_
#define SEKISHO_TESTS_BENCH_CHILD_H_

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace sekisho::bench {

// A server in a process of its own, so that its memory and its time are its own. Ended and waited
// for by the destructor. Failures are std::runtime_error: a benchmark that cannot run is over.
class Child {
 public:
  // Starts argv[0]; standard error goes to `log`, standard output is read by ReadLine.
  Child(const std::vector<std::string>& argv, const std::string& log);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return pid_; }
  // Throws when none comes in time.
  std::string ReadLine(std::chrono::seconds limit);
  void WriteLine(const std::string& line);

 private:
  pid_t pid_ = -1;
  int in_ = -1;
  int out_ = -1;
  std::string read_;
};

// Proportional set size, in bytes (/proc/PID/smaps_rollup).
double MemoryOf(pid_t pid);
// User and system time spent so far, in seconds (/proc/PID/stat).
double CpuSecondsOf(pid_t pid);
// As many open files as the hard limit lets.
void RaiseFileLimit();
// Runs to its end; throws unless it exits with 0. Standard output is returned.
std::string Run(const std::vector<std::string>& argv, const std::string& log);

}  // namespace sekisho::bench

#endif  // SEKISHO_TESTS_BENCH_CHILD_H_
