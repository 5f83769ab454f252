#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "absl/strings/str_cat.h"
#include "console/cli/commands/commands.h"
#include "console/cli/exit_code.h"
#include "console/cli/session.h"
#include "console/cli/texts/history.h"
#include "console/cli/texts/messages.h"
#include "proto/contract/parcel_file.h"

namespace sekisho::console::cli {
namespace {

struct CarryOptions {
  std::string in;
  std::string out;
};

// Whole, or not there at all; 0600: it may hold what opens a terminal's devices.
absl::Status WriteAnswer(Context& context, const std::string& path, const std::string& text) {
  std::string beside = path + ".XXXXXX";
  const int fd = ::mkostemp(beside.data(), O_CLOEXEC);
  const bool written = fd >= 0 &&
                       ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                       ::fsync(fd) == 0 && ::rename(beside.c_str(), path.c_str()) == 0;
  const int error = errno;
  if (fd >= 0) ::close(fd);
  if (written) return absl::OkStatus();
  if (fd >= 0) ::unlink(beside.c_str());
  return absl::InternalError(
      context.Say(messages::kCannotWrite, {{"file", path}, {"error", std::strerror(error)}}));
}

absl::Status Carry(Context& context, const CarryOptions& options) {
  const absl::StatusOr<std::string> text = ReadTextFile(options.in, context.language());
  if (!text.ok()) return text.status();
  const absl::StatusOr<std::string> bytes = contract::ReadParcelFile(*text);
  v1::CarryParcelRequest request;
  if (!bytes.ok() || !request.mutable_parcel()->ParseFromString(*bytes)) {
    return context.Usage(
        messages::kNotAParcel,
        {{"file", options.in},
         {"message", bytes.ok() ? std::string("damaged") : MessageOf(bytes.status())}});
  }
  const absl::StatusOr<Client*> client = context.Connect();
  if (!client.ok()) return client.status();
  const absl::StatusOr<v1::CarryParcelResponse> answer = (*client)->Call(request);
  if (!answer.ok()) return answer.status();
  absl::Status written = WriteAnswer(
      context, options.out, contract::WriteParcelFile(answer->parcel().SerializeAsString()));
  if (!written.ok()) return written;
  std::string said = context.Say(
      answer->parcel().has_enrolment() ? messages::kParcelEnrolled : messages::kParcelCarried,
      {{"terminal", answer->terminal_name()},
       {"events", absl::StrCat(answer->events())},
       {"refused", absl::StrCat(answer->refused())},
       {"file", options.out}});
  if (answer->left_out() > 0) {
    said += context.Say(messages::kParcelLeftOut, {{"count", absl::StrCat(answer->left_out())}});
  }
  return context.Show(*answer, said);
}

}  // namespace

void AddParcel(CLI::App& root, Context& context) {
  CLI::App* parcel = AddCommand(root, context, help::kParcel);
  NeedsCommand(parcel, context);
  CLI::App* carry = AddCommand(*parcel, context, help::kParcelCarry);
  const auto carried = std::make_shared<CarryOptions>();
  AddText(carry, context, "FILE", carried->in, help::kParcelIn, "")->required();
  AddText(carry, context, "--out", carried->out, help::kParcelOut, "FILE")->required();
  OnRun(carry, context, [&context, carried] { return Carry(context, *carried); });
}

}  // namespace sekisho::console::cli
