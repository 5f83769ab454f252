#include "console/alarms/format.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"

namespace sekisho::console::alarms {
namespace {

// RFC 5424, 7.2.2: an enterprise number; 32473 is IANA's for examples.
constexpr char kStructuredId[] = "sekisho@32473";
constexpr int kFacility = 10;
constexpr int kAlert = 1;
constexpr int kWarning = 4;
constexpr std::size_t kMaxMsgId = 32;

absl::Time TimeOf(store::WallTime time) {
  return absl::FromUnixMillis(time.time_since_epoch().count());
}

std::string Utc(store::WallTime time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", TimeOf(time), absl::UTCTimeZone());
}

std::string DetailsOf(const Alarm& alarm) {
  std::string text;
  for (const auto& [key, value] : alarm.details) absl::StrAppend(&text, "  ", key, "=", value);
  return text;
}

std::string Quoted(const std::string& value) {
  return absl::StrReplaceAll(value, {{"\\", "\\\\"}, {"\"", "\\\""}, {"]", "\\]"}});
}

std::string JsonString(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escaped[8];
      std::snprintf(escaped, sizeof(escaped), "\\u%04x", static_cast<unsigned char>(c));
      out += escaped;
    } else {
      out += c;
    }
  }
  return out + "\"";
}

// PRINTUSASCII of at most 255 (RFC 5424, 6.2.4).
std::string HostField(const std::string& host) {
  std::string field;
  for (const char c : host) {
    if (c > 0x20 && c < 0x7f && field.size() < 255) field += c;
  }
  return field.empty() ? "-" : field;
}

std::string SyslogHead(int severity, store::WallTime at, const std::string& host,
                       const std::string& id) {
  return absl::StrCat("<", kFacility * 8 + severity, ">1 ", Utc(at), " ", HostField(host),
                      " sekisho-console - ", id.substr(0, kMaxMsgId), " ");
}

}  // namespace

std::string MailOf(const Notice& notice, const std::string& from, const std::string& to,
                   store::WallTime now) {
  const std::uint64_t count = notice.alarms.size() + notice.more;
  const std::string subject =
      notice.test ? absl::StrCat("[Sekisho] test / 試験送信 (", notice.organisation, ")")
                  : absl::StrCat("[Sekisho] ", count, " alarm", count == 1 ? "" : "s", " / 警報 ",
                                 count, " 件 (", notice.organisation, ")");
  std::string mail = absl::StrCat(
      "Date: ", absl::FormatTime("%a, %d %b %Y %H:%M:%S %z", TimeOf(now), absl::LocalTimeZone()),
      "\r\nFrom: ", from, "\r\nTo: ", to, "\r\nSubject: =?UTF-8?B?", absl::Base64Escape(subject),
      "?=\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
      "Content-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: base64\r\n\r\n");
  std::string body;
  if (notice.test) {
    body = "This is a test. Nothing has happened.\r\nこれは試験送信です。異常はありません。\r\n";
  }
  for (const Alarm& alarm : notice.alarms) {
    absl::StrAppend(&body,
                    absl::FormatTime("%Y-%m-%d %H:%M:%S", TimeOf(alarm.at), absl::LocalTimeZone()),
                    "  ", alarm.terminal, "  ", alarm.kind, DetailsOf(alarm), "\r\n");
  }
  if (notice.more > 0) {
    absl::StrAppend(&body, "\r\nand ", notice.more, " more / ほか ", notice.more, " 件\r\n");
  }
  absl::StrAppend(&body, "\r\nsekishoctl events --since 1h\r\n");
  const std::string encoded = absl::Base64Escape(body);
  // RFC 2045, 6.8: lines of at most 76.
  for (std::size_t at = 0; at < encoded.size(); at += 76) {
    absl::StrAppend(&mail, encoded.substr(at, 76), "\r\n");
  }
  return mail;
}

std::string SyslogOf(const Notice& notice, const Alarm& alarm, const std::string& host) {
  std::string line = SyslogHead(kAlert, alarm.at, host, alarm.kind);
  absl::StrAppend(&line, "[", kStructuredId, " organisation=\"", Quoted(notice.organisation),
                  "\" terminal=\"", Quoted(alarm.terminal), "\" terminalId=\"",
                  Quoted(alarm.terminal_id), "\" cursor=\"", alarm.cursor, "\"] \xEF\xBB\xBF",
                  alarm.kind, " ", alarm.terminal, DetailsOf(alarm));
  return line;
}

std::string SyslogOfMore(const Notice& notice, const std::string& host, store::WallTime now) {
  return absl::StrCat(
      SyslogHead(kWarning, now, host, notice.test ? "test" : "more"), "[", kStructuredId,
      " organisation=\"", Quoted(notice.organisation), "\" more=\"", notice.more,
      "\"] \xEF\xBB\xBF",
      notice.test ? "test, nothing has happened" : absl::StrCat("and ", notice.more, " more"));
}

std::string JsonOf(const Notice& notice) {
  std::string json = absl::StrCat("{\"organisation\":", JsonString(notice.organisation),
                                  ",\"test\":", notice.test ? "true" : "false", ",\"alarms\":[");
  for (const Alarm& alarm : notice.alarms) {
    if (&alarm != &notice.alarms.front()) json += ',';
    absl::StrAppend(&json, "{\"cursor\":", alarm.cursor, ",\"kind\":", JsonString(alarm.kind),
                    ",\"terminal\":", JsonString(alarm.terminal),
                    ",\"terminal_id\":", JsonString(alarm.terminal_id),
                    ",\"at\":", JsonString(Utc(alarm.at)), ",\"details\":{");
    for (const auto& [key, value] : alarm.details) {
      if (json.back() != '{') json += ',';
      absl::StrAppend(&json, JsonString(key), ":", JsonString(value));
    }
    json += "}}";
  }
  return absl::StrCat(json, "],\"more\":", notice.more, "}");
}

std::string SignatureOf(std::string_view secret, std::string_view body) {
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(body.data()), body.size(), mac, &length);
  return absl::BytesToHexString(std::string(reinterpret_cast<const char*>(mac), length));
}

}  // namespace sekisho::console::alarms
