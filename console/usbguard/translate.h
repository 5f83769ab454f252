#ifndef SEKISHO_CONSOLE_USBGUARD_TRANSLATE_H_
#define SEKISHO_CONSOLE_USBGUARD_TRANSLATE_H_

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "console/usbguard/parse.h"

namespace sekisho::console::usbguard {

// What is to be said about a line.
enum class Note {
  // What Sekisho cannot ask a device.
  kHash,         // USBGuard's hash is over other bytes than our fingerprint
  kParentHash,   // nothing is asked of what a device hangs on, but for its port
  kConnectType,  // the port's connect_type is not asked
  kEmptyText,    // "no serial", "no name" cannot be asked
  kPattern,      // * or ? in a text stands for itself there and for any characters here
  kNotAText,     // no device's text: control characters, not UTF-8, or too long
  kNoneOf,       // none-of holds for interfaces only
  kZeroId,       // 0000 stands for "not asked"
  kState,        // random, rule-applied, rule-evaluated, allowed-matches
  kEither,       // one-of over conditions of more than times of day
  kOneMoment,    // a time of day that lasts one second
  kTooManyValues,
  // How it was carried over.
  kReject,          // reject became block: the device stays where it is, shut
  kMatchTarget,     // "match" and "device" decide nothing but to open nothing: block
  kClock,           // times are the terminal's own; USBGuard's were UTC
  kCounts,          // equals compares kinds of interfaces, not how many there are of each
  kNeverMatches,    // it never held in USBGuard either
  kRootHub,         // the controllers' own hubs are not decided on
  kAllowsAnything,  // an allow that asks nothing
};

enum class Effect {
  kSame,      // to know, and nothing else
  kLeftOut,   // the rule is in a comment: what it allowed is not allowed
  kStricter,  // it shuts more than it did
  kLooser,    // it opens more than it did, as was asked for
};

struct Finding {
  std::uint32_t line = 0;
  Note note = Note::kHash;
  Effect effect = Effect::kSame;
  std::string what;  // the attribute or condition, in USBGuard's own words
};

// Of these a rule may be carried over without: an allow then opens more than it did.
inline constexpr Note kLetGo[] = {Note::kHash, Note::kParentHash, Note::kConnectType,
                                  Note::kEmptyText};

struct Options {
  std::string file_name;  // as comments name it
  std::string zone;       // one line, without quotes
  std::set<Note> let_go;  // of kLetGo
  // A finding in words, one line: the comment above a rule that was left out.
  std::function<std::string(const Finding&)> words;
};

struct Translation {
  std::string yaml;  // a whole policy, each rule below the line that it comes from
  std::vector<Finding> findings;
  std::uint32_t carried = 0;
  std::uint32_t left_out = 0;
};

// `lines` of a file without errors. An allow that cannot be carried over whole is written as a
// comment; a block is carried over without the condition. So nothing that USBGuard refused is
// opened but by what `let_go` names. The default, in USBGuard and here, is to block.
Translation Translate(const std::vector<Line>& lines, const Options& options);

}  // namespace sekisho::console::usbguard

#endif  // SEKISHO_CONSOLE_USBGUARD_TRANSLATE_H_
