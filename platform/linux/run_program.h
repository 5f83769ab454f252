#ifndef SEKISHO_PLATFORM_LINUX_RUN_PROGRAM_H_
#define SEKISHO_PLATFORM_LINUX_RUN_PROGRAM_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "platform/api/result.h"

namespace sekisho::platform {

// Runs words[0] (a whole path) with the rest and waits. ENOENT when it is not installed, EIO when
// it ended with anything but 0.
Outcome RunProgram(const std::vector<std::string>& words);

// The same, and what it wrote on standard output; EFBIG above `limit` bytes. With an `input` that
// is all it reads (at most PIPE_BUF bytes, or EFBIG), else it reads what we would.
Result<std::string> OutputOf(const std::vector<std::string>& words, std::size_t limit,
                             std::string_view input = {});

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_RUN_PROGRAM_H_
