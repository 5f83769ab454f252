#include "agent/engine/login_texts.h"

#include <chrono>

#include "absl/strings/str_cat.h"

namespace sekisho::engine {
namespace {

std::string SayTime(LoginLanguage language, core::BootTime time) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(time).count();
  if (language == LoginLanguage::kJapanese) {
    return seconds < 60 ? absl::StrCat(seconds, "秒") : absl::StrCat((seconds + 59) / 60, "分");
  }
  return seconds < 60 ? absl::StrCat(seconds, " s") : absl::StrCat((seconds + 59) / 60, " min");
}

}  // namespace

LoginLanguage LanguageOf(std::string_view language) {
  return language == "ja" ? LoginLanguage::kJapanese : LoginLanguage::kEnglish;
}

std::string AskForCode(LoginLanguage language) {
  return language == LoginLanguage::kJapanese ? "認証コード(6桁): " : "Code (6 digits): ";
}

std::string SayRefusal(LoginLanguage language, const core::LoginVerdict& verdict) {
  const bool japanese = language == LoginLanguage::kJapanese;
  if (verdict.result == core::LoginResult::kLocked) {
    const std::string time = SayTime(language, verdict.remaining);
    return japanese ? absl::StrCat("誤りが続いたため、あと", time, "は認証できません。")
                    : absl::StrCat("Too many wrong answers: try again in ", time, ".");
  }
  if (verdict.cause == core::LoginCause::kClock) {
    return japanese ? "この端末の時計がずれています。窓口に連絡してください。"
                    : "This terminal's clock is wrong. Call the helpdesk.";
  }
  if (verdict.result == core::LoginResult::kUnavailable) {
    return japanese ? "いまは認証できません。窓口に連絡してください。"
                    : "Logins cannot be decided now. Call the helpdesk.";
  }
  return "";
}

}  // namespace sekisho::engine
