#include "platform/linux/modprobe.h"

#include "platform/linux/run_program.h"

namespace sekisho::platform {

Outcome Modprobe(const std::vector<std::string>& arguments) {
  std::vector<std::string> words = {"/sbin/modprobe", "-q"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return RunProgram(words);
}

}  // namespace sekisho::platform
