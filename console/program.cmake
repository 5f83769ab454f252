# sekisho-console: the composition root. Included from CMakeLists.txt beside it.
sekisho_library(sekisho_console_program
  SOURCES program/archive.cc program/console.cc program/init.cc program/serve.cc
  PUBLIC sekisho_console_rpc sekisho_console_store
  PRIVATE sekisho_contract PkgConfig::SYSTEMD absl::strings)
sekisho_program(sekisho-console
  SOURCES main.cc
  LIBRARIES sekisho_console_program PkgConfig::SODIUM absl::strings CLI11::CLI11
  DESTINATION bin COMPONENT console)
