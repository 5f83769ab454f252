#include "console/cli/context.h"

#include <cstdlib>
#include <optional>
#include <utility>

#include "console/cli/exit_code.h"
#include "console/cli/files.h"
#include "console/cli/session.h"
#include "console/cli/texts/help.h"
#include "console/cli/texts/messages.h"
#include "console/cli/trust.h"
#include "google/protobuf/util/json_util.h"

namespace sekisho::console::cli {
namespace {

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

Context::Context(Language language, absl::TimeZone zone, std::ostream& out, std::ostream& err)
    : language_(language), zone_(zone), out_(out), err_(err) {}

void Context::AddGlobalOptions(CLI::App& app) {
  app.add_option("--console", console_, std::string(help::kConsole.In(language_)))
      ->type_name("HOST")
      ->group(std::string(help::kGlobalGroup.In(language_)));
  app.add_option("--ca", ca_file_, std::string(help::kCa.In(language_)))
      ->type_name("FILE")
      ->group(std::string(help::kGlobalGroup.In(language_)));
  const auto take = [this](const std::string& typed) {
    if (typed != "table" && typed != "json") {
      throw CLI::ValidationError("--output", Say(messages::kNotAnOutput));
    }
    output_ = typed == "json" ? Output::kJson : Output::kTable;
  };
  app.add_option_function<std::string>("--output", take, std::string(help::kOutput.In(language_)))
      ->type_name("table|json")
      ->group(std::string(help::kGlobalGroup.In(language_)));
}

absl::StatusOr<std::string> Context::ConsoleToSignInTo() const {
  std::string typed = console_.empty() ? Environment("SEKISHO_CONSOLE") : console_;
  if (typed.empty()) {
    const absl::StatusOr<std::optional<Session>> session = LoadSession(SessionPath(), language_);
    if (session.ok() && *session) typed = (*session)->console;
  }
  if (typed.empty()) return Usage(messages::kWhichConsole);
  return ParseAddress(typed, language_);
}

absl::StatusOr<std::string> Context::GivenAuthority() const {
  const std::string file = ca_file_.empty() ? Environment("SEKISHO_CA") : ca_file_;
  if (file.empty()) return "";
  const absl::StatusOr<std::string> pem = ReadTextFile(file, language_);
  if (!pem.ok()) return pem.status();
  if (pem->find("-----BEGIN CERTIFICATE-----") == std::string::npos) {
    return Usage(messages::kNotPem, {{"file", file}});
  }
  return *pem;
}

absl::StatusOr<Client*> Context::Connect() {
  if (client_ != nullptr) return client_.get();
  absl::StatusOr<std::optional<Session>> loaded = LoadSession(SessionPath(), language_);
  Target target;
  target.token = Environment("SEKISHO_TOKEN");
  // A robot does not need the file, so a bad one does not stop it.
  if (!loaded.ok() && target.token.empty()) return loaded.status();
  const Session session = loaded.ok() ? loaded->value_or(Session()) : Session();

  const std::string typed = console_.empty() ? Environment("SEKISHO_CONSOLE") : console_;
  target.console = session.console;
  if (!typed.empty()) {
    absl::StatusOr<std::string> address = ParseAddress(typed, language_);
    if (!address.ok()) return address.status();
    target.console = *std::move(address);
  }
  if (target.console.empty()) {
    return absl::UnauthenticatedError(Say(messages::kNotSignedIn));
  }
  if (target.token.empty()) {
    if (session.token.empty() || target.console != session.console) {
      return absl::UnauthenticatedError(
          Say(messages::kNotSignedInThere, {{"console", target.console}}));
    }
    target.token = session.token;
  }
  absl::StatusOr<std::string> ca = GivenAuthority();
  if (!ca.ok()) return ca.status();
  if (ca->empty() && target.console == session.console) ca = session.ca_pem;
  if (ca->empty()) return Usage(messages::kNoAuthority, {{"console", target.console}});
  target.ca_pem = *std::move(ca);
  client_ = std::make_unique<Client>(target);
  return client_.get();
}

absl::Status Context::Show(const google::protobuf::Message& message, const std::string& text) {
  if (output_ == Output::kTable) {
    out_ << text;
  } else {
    const absl::StatusOr<std::string> json = WriteJson(message, JsonForm::kDocument);
    if (!json.ok()) return json.status();
    out_ << *json;
  }
  return absl::OkStatus();
}

std::string Context::Say(const Text& text, Values values) const {
  return Fill(text.In(language_), values);
}

absl::Status Context::Usage(const Text& text, Values values) const {
  return UsageError(Say(text, values));
}

absl::StatusOr<std::string> WriteJson(const google::protobuf::Message& message, JsonForm form) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = form == JsonForm::kDocument;
  options.always_print_primitive_fields = true;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  if (!status.ok()) return absl::InternalError(status.ToString());
  if (json.empty() || json.back() != '\n') json += '\n';
  return json;
}

}  // namespace sekisho::console::cli
