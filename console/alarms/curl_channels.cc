// Mail and webhook, over libcurl: one transfer a notice, each with an end.
#include <curl/curl.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "console/alarms/channels.h"
#include "console/alarms/format.h"

namespace sekisho::console::alarms {
namespace {

constexpr long kConnectSeconds = 10;
constexpr long kTransferSeconds = 30;

struct FreeEasy {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Easy = std::unique_ptr<CURL, FreeEasy>;
using List = std::unique_ptr<curl_slist, FreeList>;

void Append(List& list, const std::string& text) {
  curl_slist* longer = curl_slist_append(list.get(), text.c_str());
  if (longer == nullptr) return;
  (void)list.release();
  list.reset(longer);
}

struct Body {
  std::string_view rest;
};

std::size_t Read(char* to, std::size_t size, std::size_t count, void* from) {
  Body& body = *static_cast<Body*>(from);
  const std::size_t taken = std::min(size * count, body.rest.size());
  std::memcpy(to, body.rest.data(), taken);
  body.rest.remove_prefix(taken);
  return taken;
}

std::size_t Discard(char* /*data*/, std::size_t size, std::size_t count, void* /*to*/) {
  return size * count;
}

int Progress(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const std::stop_token*>(stop)->stop_requested() ? 1 : 0;
}

absl::StatusOr<Easy> NewTransfer(const std::string& url, const std::string& ca_file,
                                 const std::stop_token& stop) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  Easy curl(curl_easy_init());
  if (curl == nullptr) return absl::ResourceExhaustedError("libcurl does not start");
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  // No signals: this is not the only thread.
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_PROXY, "");
  curl_easy_setopt(curl.get(), CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT, kTransferSeconds);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, Discard);
  curl_easy_setopt(curl.get(), CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl.get(), CURLOPT_XFERINFOFUNCTION, Progress);
  curl_easy_setopt(curl.get(), CURLOPT_XFERINFODATA, &stop);
  if (!ca_file.empty()) curl_easy_setopt(curl.get(), CURLOPT_CAINFO, ca_file.c_str());
  return curl;
}

absl::Status Perform(CURL* curl, const std::string& url) {
  const CURLcode code = curl_easy_perform(curl);
  if (code == CURLE_OK) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(url, ": ", curl_easy_strerror(code)));
}

class Mail : public Channel {
 public:
  Mail(Settings settings, std::string password, Clock clock)
      : settings_(std::move(settings)), password_(std::move(password)), clock_(std::move(clock)) {}
  const std::string& name() const override { return name_; }
  std::size_t listed() const override { return 20; }
  std::chrono::milliseconds apart() const override { return std::chrono::minutes(1); }

  absl::Status Deliver(const Notice& notice, const std::stop_token& stop) override {
    absl::StatusOr<Easy> curl = NewTransfer(settings_.mail_server, settings_.ca_file, stop);
    if (!curl.ok()) return curl.status();
    std::string to;
    List recipients;
    for (const std::string& each : settings_.mail_to) {
      absl::StrAppend(&to, to.empty() ? "" : ", ", each);
      Append(recipients, absl::StrCat("<", each, ">"));
    }
    const std::string mail = MailOf(notice, settings_.mail_from, to, clock_.wall());
    Body body{mail};
    CURL* const raw = curl->get();
    curl_easy_setopt(raw, CURLOPT_USE_SSL,
                     static_cast<long>(settings_.mail_plain ? CURLUSESSL_NONE : CURLUSESSL_ALL));
    curl_easy_setopt(raw, CURLOPT_MAIL_FROM, absl::StrCat("<", settings_.mail_from, ">").c_str());
    curl_easy_setopt(raw, CURLOPT_MAIL_RCPT, recipients.get());
    if (!settings_.mail_user.empty()) {
      curl_easy_setopt(raw, CURLOPT_USERNAME, settings_.mail_user.c_str());
      curl_easy_setopt(raw, CURLOPT_PASSWORD, password_.c_str());
    }
    curl_easy_setopt(raw, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(raw, CURLOPT_READFUNCTION, Read);
    curl_easy_setopt(raw, CURLOPT_READDATA, &body);
    return Perform(raw, settings_.mail_server);
  }

 private:
  const std::string name_ = "mail";
  const Settings settings_;
  const std::string password_;
  const Clock clock_;
};

class Webhook : public Channel {
 public:
  Webhook(Settings settings, std::string secret)
      : settings_(std::move(settings)), secret_(std::move(secret)) {}
  const std::string& name() const override { return name_; }
  std::size_t listed() const override { return 100; }
  std::chrono::milliseconds apart() const override { return std::chrono::seconds(1); }

  absl::Status Deliver(const Notice& notice, const std::stop_token& stop) override {
    absl::StatusOr<Easy> curl = NewTransfer(settings_.webhook, settings_.ca_file, stop);
    if (!curl.ok()) return curl.status();
    const std::string json = JsonOf(notice);
    List headers;
    Append(headers, "Content-Type: application/json");
    Append(headers, "Expect:");
    if (!secret_.empty()) {
      Append(headers, absl::StrCat("X-Sekisho-Signature: sha256=", SignatureOf(secret_, json)));
    }
    CURL* const raw = curl->get();
    curl_easy_setopt(raw, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(raw, CURLOPT_POSTFIELDSIZE, static_cast<long>(json.size()));
    curl_easy_setopt(raw, CURLOPT_POSTFIELDS, json.c_str());
    if (absl::Status status = Perform(raw, settings_.webhook); !status.ok()) return status;
    long answer = 0;
    curl_easy_getinfo(raw, CURLINFO_RESPONSE_CODE, &answer);
    if (answer >= 200 && answer < 300) return absl::OkStatus();
    return absl::UnavailableError(absl::StrCat(settings_.webhook, " answers ", answer));
  }

 private:
  const std::string name_ = "webhook";
  const Settings settings_;
  const std::string secret_;
};

bool IsLoopback(const std::string& url) {
  return absl::StartsWith(url, "http://127.0.0.1") || absl::StartsWith(url, "http://localhost") ||
         absl::StartsWith(url, "http://[::1]");
}

// An address that is put between < and > as it is.
bool IsPlainAddress(const std::string& text) {
  return text.find('@') != std::string::npos &&
         text.find_first_of("<>\r\n \t") == std::string::npos;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Channel>> MakeMail(const Settings& settings, const Clock& clock) {
  if (!absl::StartsWith(settings.mail_server, "smtp://") &&
      !absl::StartsWith(settings.mail_server, "smtps://")) {
    return absl::InvalidArgumentError(
        "alarm-mail-server is smtp://HOST[:PORT] (STARTTLS) or smtps://HOST[:PORT]");
  }
  if (!IsPlainAddress(settings.mail_from)) {
    return absl::InvalidArgumentError("alarm-mail-from is a mail address");
  }
  if (settings.mail_to.empty()) return absl::InvalidArgumentError("alarm-mail-to says to whom");
  for (const std::string& each : settings.mail_to) {
    if (IsPlainAddress(each)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("alarm-mail-to: \"", each, "\" is no mail address"));
  }
  if (settings.mail_plain && !settings.mail_user.empty()) {
    return absl::InvalidArgumentError(
        "alarm-mail-plain with alarm-mail-user would send the password in the clear");
  }
  absl::StatusOr<std::string> password = ReadSecret(settings.mail_password_file);
  if (!password.ok()) return password.status();
  return std::make_unique<Mail>(settings, *std::move(password), clock);
}

absl::StatusOr<std::unique_ptr<Channel>> MakeWebhook(const Settings& settings) {
  if (!absl::StartsWith(settings.webhook, "https://") && !IsLoopback(settings.webhook)) {
    return absl::InvalidArgumentError("alarm-webhook is an https:// address");
  }
  absl::StatusOr<std::string> secret = ReadSecret(settings.webhook_secret_file);
  if (!secret.ok()) return secret.status();
  return std::make_unique<Webhook>(settings, *std::move(secret));
}

}  // namespace sekisho::console::alarms
