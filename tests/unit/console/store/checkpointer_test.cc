#include "console/store/sqlite/checkpointer.h"

#include <chrono>
#include <filesystem>
#include <string>
#include <thread>

#include "console/store/sqlite/database.h"
#include "gtest/gtest.h"

namespace sekisho::console::store::sqlite {
namespace {

constexpr std::uintmax_t kMegabyte = 1024 * 1024;

class CheckpointerTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "checkpointer-XXXXXX";
    ASSERT_NE(mkdtemp(folder_.data()), nullptr);
    auto database = Database::Open(Path());
    ASSERT_TRUE(database.ok()) << database.status();
    database_ = *std::move(database);
    Must("CREATE TABLE filler (bytes BLOB NOT NULL)");
  }
  void TearDown() override {
    database_.reset();
    std::filesystem::remove_all(folder_);
  }
  std::string Path() const { return folder_ + "/store.db"; }
  void Must(const char* sql) {
    const absl::Status status =
        database_->Write([&](Connection& connection) { return connection.Execute(sql); });
    ASSERT_TRUE(status.ok()) << status;
  }
  void Fill(std::uintmax_t megabytes) {
    for (std::uintmax_t i = 0; i < megabytes; ++i) {
      Must("INSERT INTO filler VALUES (randomblob(1024 * 1024))");
    }
  }

  std::string folder_;
  std::unique_ptr<Database> database_;
};

TEST_F(CheckpointerTest, ALongLogIsCopiedIntoTheDatabaseWhileItIsOpen) {
  Fill(20);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (std::filesystem::file_size(Path()) < 16 * kMegabyte &&
         std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_GE(std::filesystem::file_size(Path()), 16 * kMegabyte);
}

TEST_F(CheckpointerTest, TheLogDoesNotGrowWithoutEndUnderAWriterThatNeverRests) {
  // How far it gets depends on what else the machine does; that it begins again does not.
  const auto log = [this] { return std::filesystem::file_size(Path() + "-wal"); };
  std::uintmax_t written = 0;
  while (written < 2000 && (written == 0 || 2 * log() >= written * kMegabyte)) {
    Fill(100);
    written += 100;
  }
  EXPECT_LT(2 * log(), written * kMegabyte) << written << " MB written";
}

}  // namespace
}  // namespace sekisho::console::store::sqlite
