#include "console/cli/session.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "console/cli/exit_code.h"
#include "console/cli/files.h"
#include "console/cli/texts/messages.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"

namespace sekisho::console::cli {
std::string SessionPath() {
  if (const char* config = std::getenv("XDG_CONFIG_HOME"); config != nullptr && *config == '/') {
    return std::string(config) + "/sekisho/session.json";
  }
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0') {
    return std::string(home) + "/.config/sekisho/session.json";
  }
  return "";
}

absl::StatusOr<std::optional<Session>> LoadSession(const std::string& path, Language language) {
  if (path.empty()) return std::nullopt;
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file.ok()) {
    if (errno == ENOENT) return std::nullopt;
    return FileError(messages::kCannotRead, path, errno, language);
  }
  struct stat info{};
  if (fstat(file.get(), &info) != 0) {
    return FileError(messages::kCannotRead, path, errno, language);
  }
  if ((info.st_mode & 077) != 0 || info.st_uid != geteuid()) {
    return absl::PermissionDeniedError(
        Fill(messages::kSessionReadable.In(language), {{"file", path}}));
  }
  const absl::StatusOr<std::string> text = ReadAll(file.get());
  google::protobuf::Struct fields;
  if (!text.ok() || !google::protobuf::util::JsonStringToMessage(*text, &fields).ok()) {
    return absl::FailedPreconditionError(
        Fill(messages::kSessionDamaged.In(language), {{"file", path}}));
  }
  const auto field = [&fields](const char* name) {
    const auto found = fields.fields().find(name);
    return found == fields.fields().end() ? std::string() : found->second.string_value();
  };
  Session session{field("console"), field("ca"), field("token"), field("name")};
  if (session.console.empty() || session.token.empty()) {
    return absl::FailedPreconditionError(
        Fill(messages::kSessionDamaged.In(language), {{"file", path}}));
  }
  return session;
}

absl::Status SaveSession(const std::string& path, const Session& session, Language language) {
  if (path.empty()) return UsageError(std::string(messages::kNoHome.In(language)));
  google::protobuf::Struct fields;
  auto& map = *fields.mutable_fields();
  map["console"].set_string_value(session.console);
  map["ca"].set_string_value(session.ca_pem);
  map["token"].set_string_value(session.token);
  map["name"].set_string_value(session.name);
  std::string json;
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  if (!google::protobuf::util::MessageToJsonString(fields, &json, options).ok()) {
    return absl::InternalError("session is not UTF-8");
  }

  const std::filesystem::path directory = std::filesystem::path(path).parent_path();
  std::error_code error;
  if (!std::filesystem::exists(directory, error)) {
    std::filesystem::create_directories(directory, error);
    std::filesystem::permissions(directory, std::filesystem::perms::owner_all, error);
  }
  return ReplaceFile(path, json, language);
}

absl::Status RemoveSession(const std::string& path, Language language) {
  if (path.empty() || unlink(path.c_str()) == 0 || errno == ENOENT) return absl::OkStatus();
  return FileError(messages::kCannotWrite, path, errno, language);
}

}  // namespace sekisho::console::cli
