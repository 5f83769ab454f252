#ifndef SEKISHO_AGENT_CORE_SURROUNDINGS_H_
#define SEKISHO_AGENT_CORE_SURROUNDINGS_H_

#include <optional>
#include <string>
#include <vector>

namespace sekisho::core {

// Who is in front of the terminal: an account of its user database and the groups that it is in
// there, the primary one too.
struct Person {
  std::string name;
  std::vector<std::string> groups;
  friend bool operator==(const Person&, const Person&) = default;
};

// Now on the terminal's own calendar.
struct LocalTime {
  unsigned weekday = 0;  // 0 is Monday, 6 Sunday
  unsigned minute = 0;   // since midnight, 0..1439
  friend bool operator==(const LocalTime&, const LocalTime&) = default;
};

// Where a device is in its life, as the site's media register has it.
enum class MediumState {
  kNotRegistered,
  kRegistered,  // and in use
  kLost,
  kRetired,
};

// What the media register says of one device; by default that it knows none such.
struct RegisterStanding {
  MediumState state = MediumState::kNotRegistered;
  bool encrypted = false;  // its entry says so; without an entry never
  std::string medium_id;   // the entry's name; empty: none
  friend bool operator==(const RegisterStanding&, const RegisterStanding&) = default;
};

// What rules may ask that the device itself does not say. What is not known (none) makes the
// condition that asks it not hold.
struct Surroundings {
  std::optional<Person> person;  // none: nobody is there
  std::optional<LocalTime> local_time;
  RegisterStanding medium;  // of the device that is decided on
  friend bool operator==(const Surroundings&, const Surroundings&) = default;
};

}  // namespace sekisho::core

#endif  // SEKISHO_AGENT_CORE_SURROUNDINGS_H_
