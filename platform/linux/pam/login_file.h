#ifndef SEKISHO_PLATFORM_LINUX_PAM_LOGIN_FILE_H_
#define SEKISHO_PLATFORM_LINUX_PAM_LOGIN_FILE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sekisho::platform {

// What holds when agentd cannot answer, as it wrote it down the last time that something changed
// (agent/core/login.h, WriteLoginFile).
struct LoginFile {
  enum class Mode { kObserve, kEnforce } mode = Mode::kEnforce;
  std::vector<std::string> exempt;
  // Services in which the rest of the stack decides while nobody answers.
  std::vector<std::string> no_answer;
};

// Strict: none for what is not whole, or says what this code does not know.
std::optional<LoginFile> ParseLoginFile(std::string_view text);

// From the disk. None, too, when it is not a regular file of root's that nobody else can write to,
// or larger than any that agentd writes.
std::optional<LoginFile> ReadLoginFile(const std::string& path);

// Whether somebody may pass through `service` without being asked, when agentd does not answer.
bool PassesUnasked(const std::optional<LoginFile>& file, std::string_view service);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_PAM_LOGIN_FILE_H_
