# sekisho-console: the composition root. Included from CMakeLists.txt beside it.
sekisho_library(sekisho_console_program
  SOURCES program/archive.cc program/collect.cc program/console.cc program/doctor.cc program/first_password.cc program/init.cc program/keys.cc program/serve.cc program/verify.cc
  PUBLIC sekisho_console_rpc sekisho_console_store sekisho_console_alarms sekisho_console_history
  PRIVATE sekisho_console_metrics sekisho_contract PkgConfig::SYSTEMD PkgConfig::SQLITE
          absl::strings absl::time)
sekisho_program(sekisho-console
  SOURCES main.cc
  LIBRARIES sekisho_console_program PkgConfig::SODIUM absl::strings absl::time CLI11::CLI11
  DESTINATION bin COMPONENT console)
