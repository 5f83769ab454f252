#include <memory>

#include "absl/strings/str_cat.h"
#include "console/cli/commands/commands.h"
#include "console/cli/exit_code.h"
#include "console/cli/files.h"
#include "console/cli/texts/history.h"
#include "console/cli/texts/messages.h"
#include "proto/contract/parcel_file.h"

namespace sekisho::console::cli {
namespace {

struct CarryOptions {
  std::string in;
  std::string out;
};

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
  absl::Status written =
      ReplaceFile(options.out, contract::WriteParcelFile(answer->parcel().SerializeAsString()),
                  context.language());
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
