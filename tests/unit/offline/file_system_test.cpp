// SPDX-License-Identifier: Apache-2.0
#include "files/file_system.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/temp_folder.h"
#include "vault_world.h"

namespace playhead::offline {
namespace {

using test::Bytes;
using test::code_of;
using test::FaultyFileSystem;

// The system's, and the one of tests: they promise the same.
struct World {
  const char* name;
  std::unique_ptr<FileSystem> files;
  std::string root;
};

template <typename Check>
void on_each(const Check& check) {
  const playhead::test::TempFolder folder;
  World worlds[] = {{"POSIX", make_file_system(), folder.path()},
                    {"faulty", std::make_unique<FaultyFileSystem>(), "/root"}};
  REQUIRE(worlds[1].files->make_folder("/root"));
  for (World& world : worlds) {
    CAPTURE(world.name);
    check(*world.files, world.root);
  }
}

std::string read_all(FileSystem& files, const std::string& path) {
  const auto file = files.open_for_reading(path);
  REQUIRE(file);
  const auto size = (*file)->size();
  REQUIRE(size);
  Bytes bytes(static_cast<std::size_t>(*size));
  const auto count = (*file)->read_at(0, bytes);
  REQUIRE(count);
  CHECK(*count == bytes.size());
  return std::string(as_text(bytes));
}

void put(FileSystem& files, const std::string& path, std::string_view text) {
  const auto file = files.open_for_appending(path);
  REQUIRE(file);
  REQUIRE((*file)->append(as_bytes(text)));
}

}  // namespace

TEST_CASE("file_system: bytes are appended, read from anywhere, cut and kept") {
  on_each([](FileSystem& files, const std::string& root) {
    const std::string path = root + "/file";
    const auto file = files.open_for_appending(path);
    REQUIRE(file);
    CHECK((*file)->append(as_bytes("hello ")));
    CHECK((*file)->append(as_bytes("")));
    CHECK((*file)->append(as_bytes("world")));
    CHECK(*(*file)->size() == 11);
    Bytes out(5);
    CHECK(*(*file)->read_at(6, out) == 5);
    CHECK(as_text(out) == "world");
    CHECK(*(*file)->read_at(9, out) == 2);
    CHECK(*(*file)->read_at(11, out) == 0);
    CHECK(*(*file)->read_at(1000, out) == 0);
    CHECK(code_of((*file)->read_at(-1, out)) == ErrorCode::kInvalidArgument);
    CHECK(code_of((*file)->truncate(-1)) == ErrorCode::kInvalidArgument);
    CHECK((*file)->truncate(4));
    CHECK((*file)->append(as_bytes("!")));
    CHECK((*file)->sync());
    CHECK(files.sync_folder(root));
    CHECK(read_all(files, path) == "hell!");
    put(files, path, "?");  // opened again: nothing is lost
    CHECK(read_all(files, path) == "hell!?");
    const auto reading = files.open_for_reading(path);
    REQUIRE(reading);
    CHECK(code_of((*reading)->append(as_bytes("x"))) == ErrorCode::kStoreIo);
  });
}

TEST_CASE("file_system: names are made, moved over others, listed and removed") {
  on_each([](FileSystem& files, const std::string& root) {
    CHECK(code_of(files.open_for_reading(root + "/a")) == ErrorCode::kNotFound);
    CHECK(code_of(files.open_for_appending(root + "/none/a")) == ErrorCode::kNotFound);
    CHECK(code_of(files.list(root + "/none")) == ErrorCode::kNotFound);
    CHECK(files.make_folder(root + "/x/y/z"));
    CHECK(files.make_folder(root + "/x/y/z"));
    put(files, root + "/x/y/z/part", "new");
    put(files, root + "/x/final", "older");
    CHECK(code_of(files.make_folder(root + "/x/final")) == ErrorCode::kStoreIo);
    CHECK(files.rename(root + "/x/y/z/part", root + "/x/final"));
    CHECK(read_all(files, root + "/x/final") == "new");
    CHECK(code_of(files.rename(root + "/none", root + "/x/final")) == ErrorCode::kStoreIo);
    auto entries = files.list(root + "/x");
    REQUIRE(entries);
    std::sort(entries->begin(), entries->end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    REQUIRE(entries->size() == 2);
    CHECK((*entries)[0].name == "final");
    CHECK((*entries)[0].size == 3);
    CHECK_FALSE((*entries)[0].is_folder);
    CHECK((*entries)[1].name == "y");
    CHECK((*entries)[1].is_folder);
    CHECK(files.remove(root + "/x"));
    CHECK(files.remove(root + "/x"));
    CHECK(files.list(root)->empty());
    CHECK(*files.free_bytes(root) > 0);
  });
}

TEST_CASE("file_system: the lock is held by one, and let go") {
  on_each([](FileSystem& files, const std::string& root) {
    auto first = files.lock(root + "/lock");
    REQUIRE(first);
    CHECK(code_of(files.lock(root + "/lock")) == ErrorCode::kOfflineBusy);
    first->reset();
    CHECK(files.lock(root + "/lock"));
  });
}

TEST_CASE("file_system: another process is kept out until it ends, however it ends") {
  const playhead::test::TempFolder folder;
  const std::string path = folder.path("lock");
  int ready[2], done[2];
  REQUIRE(pipe(ready) == 0);
  REQUIRE(pipe(done) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const auto lock = make_file_system()->lock(path);
    char byte = lock ? 'y' : 'n';
    if (write(ready[1], &byte, 1) != 1 || read(done[0], &byte, 1) != 1) _exit(1);
    raise(SIGKILL);
  }
  char byte = 0;
  REQUIRE(read(ready[0], &byte, 1) == 1);
  CHECK(byte == 'y');
  const auto files = make_file_system();
  CHECK(code_of(files->lock(path)) == ErrorCode::kOfflineBusy);
  CHECK(write(done[1], "x", 1) == 1);
  int status = 0;
  CHECK(waitpid(child, &status, 0) == child);
  CHECK(files->lock(path));
  for (const int end : {ready[0], ready[1], done[0], done[1]}) close(end);
}

TEST_CASE("file_system: S01 S02 S12 errors of the real disk are typed and carry errno") {
  const auto files = make_file_system();
  const playhead::test::TempFolder folder;
  SUBCASE("the disk is full") {
    const auto full = files->open_for_appending("/dev/full");
    if (!full) return;  // not every system has it
    const auto written = (*full)->append(as_bytes("x"));
    CHECK(code_of(written) == ErrorCode::kStoreFull);
    CHECK(written.error().detail == ENOSPC);
  }
  SUBCASE("a folder in the place of a file") {
    const auto opened = files->open_for_appending(folder.path());
    CHECK(code_of(opened) == ErrorCode::kStoreIo);
    CHECK(opened.error().detail == EISDIR);
    CHECK(opened.error().context.find(folder.path()) == std::string::npos);
  }
  SUBCASE("links are not followed") {
    std::ofstream(folder.path("target")) << "other's";
    std::filesystem::create_symlink(folder.path("target"), folder.path("link"));
    CHECK(code_of(files->open_for_appending(folder.path("link"))) == ErrorCode::kStoreIo);
    CHECK(code_of(files->open_for_reading(folder.path("link"))) == ErrorCode::kStoreIo);
    CHECK(files->remove(folder.path("link")));
    CHECK(std::filesystem::exists(folder.path("target")));
  }
  SUBCASE("folders may lie behind a link") {
    REQUIRE(files->make_folder(folder.path("real")));
    std::filesystem::create_symlink(folder.path("real"), folder.path("link"));
    CHECK(files->make_folder(folder.path("link/a/b")));
    CHECK(files->sync_folder(folder.path("link")));
    CHECK(std::filesystem::is_directory(folder.path("real/a/b")));
  }
  SUBCASE("the file may not grow") {
    rlimit before{};
    REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
    const rlimit small{1000, before.rlim_max};
    const auto file = files->open_for_appending(folder.path("file"));
    REQUIRE(file);
    const auto handler = signal(SIGXFSZ, SIG_IGN);
    REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
    const auto written = (*file)->append(Bytes(1500));
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, handler);
    CHECK(code_of(written) == ErrorCode::kStoreIo);
    CHECK(written.error().detail == EFBIG);
    CHECK(*(*file)->size() == 1000);  // a short write went before
    CHECK((*file)->truncate(0));
    CHECK((*file)->append(as_bytes("on")));
    CHECK(read_all(*files, folder.path("file")) == "on");
  }
}

TEST_CASE("file_system: new files are for their owner alone") {
  const playhead::test::TempFolder folder;
  put(*make_file_system(), folder.path("file"), "x");
  using std::filesystem::perms;
  CHECK(std::filesystem::status(folder.path("file")).permissions() ==
        (perms::owner_read | perms::owner_write));
}

TEST_CASE("faulty_file_system: forgets exactly what was not synced") {
  using Loss = FaultyFileSystem::Loss;
  struct Case {
    const char* name;
    Loss loss;
    bool sync_bytes, sync_name;
    std::optional<std::string> left;
  };
  const Case cases[] = {
      {"a kill loses nothing", Loss::kNothing, false, false, "bytes"},
      {"nothing synced", Loss::kUnsynced, false, false, {}},
      {"bytes without a name", Loss::kUnsynced, true, false, {}},
      {"a name without bytes", Loss::kUnsynced, false, true, ""},
      {"both", Loss::kUnsynced, true, true, "bytes"},
      {"the name alone came through", Loss::kNamesOnly, false, false, ""},
      {"the name came through, bytes were synced", Loss::kNamesOnly, true, false, "bytes"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    FaultyFileSystem files;
    REQUIRE(files.make_folder("/d"));
    {
      const auto file = files.open_for_appending("/d/file");
      REQUIRE(file);
      CHECK((*file)->append(as_bytes("bytes")));
      if (c.sync_bytes) CHECK((*file)->sync());
    }
    if (c.sync_name) CHECK(files.sync_folder("/d"));
    files.restart(c.loss);
    CHECK(files.exists("/d/file") == c.left.has_value());
    if (c.left) CHECK(read_all(files, "/d/file") == *c.left);
  }
}

TEST_CASE("faulty_file_system: fails at the chosen call") {
  using Fault = FaultyFileSystem::Fault;
  FaultyFileSystem files;
  REQUIRE(files.make_folder("/d"));
  const auto file = files.open_for_appending("/d/file");
  REQUIRE(file);
  files.fail_at(2, Fault::kFull);
  CHECK((*file)->append(as_bytes("12345678")));
  CHECK(code_of((*file)->append(as_bytes("abcd"))) == ErrorCode::kStoreFull);
  CHECK(*(*file)->size() == 10);  // half of it
  CHECK(code_of((*file)->append(as_bytes("x"))) == ErrorCode::kStoreFull);
  CHECK(*files.free_bytes("/d") == 0);
  files.free_space();
  CHECK((*file)->append(as_bytes("x")));
  files.fail_at(1, Fault::kIoError);
  CHECK(code_of((*file)->sync()) == ErrorCode::kStoreIo);
  CHECK(code_of((*file)->sync()) == ErrorCode::kStoreIo);  // for good, as of a real disk
  files.fail_at(1, Fault::kGone);
  CHECK(code_of(files.list("/d")) == ErrorCode::kStoreIo);
  files.restart(FaultyFileSystem::Loss::kNothing);
  CHECK(files.list("/d"));
  CHECK(code_of((*file)->append(as_bytes("x"))) == ErrorCode::kStoreIo);  // of the life before
}

}  // namespace playhead::offline
