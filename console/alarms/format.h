#ifndef SEKISHO_CONSOLE_ALARMS_FORMAT_H_
#define SEKISHO_CONSOLE_ALARMS_FORMAT_H_

#include <string>
#include <string_view>

#include "console/alarms/alarm.h"

// What goes over the wire. Pure.
namespace sekisho::console::alarms {

// RFC 5322, UTF-8 (RFC 6532's body, RFC 2047's subject), lines ended by CRLF.
std::string MailOf(const Notice& notice, const std::string& from, const std::string& to,
                   store::WallTime now);

// RFC 5424, one message an alarm. Facility 10 (security), severity "alert"; the summary of what was
// left out is "warning".
std::string SyslogOf(const Notice& notice, const Alarm& alarm, const std::string& host);
std::string SyslogOfMore(const Notice& notice, const std::string& host, store::WallTime now);

// RFC 8259. {"organisation","test","alarms":[{"cursor","kind","terminal","terminal_id","at",
// "details":{…}}],"more"}
std::string JsonOf(const Notice& notice);

// HMAC-SHA256 (RFC 2104) over the body, lower-case hexadecimal.
std::string SignatureOf(std::string_view secret, std::string_view body);

}  // namespace sekisho::console::alarms

#endif  // SEKISHO_CONSOLE_ALARMS_FORMAT_H_
