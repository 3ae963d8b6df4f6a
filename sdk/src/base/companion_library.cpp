// SPDX-License-Identifier: Apache-2.0
#include "base/companion_library.h"

#include <filesystem>
#include <system_error>

#if defined(__has_include)
#if __has_include(<dlfcn.h>)
#define PLAYHEAD_HAS_DLOPEN 1
#include <dlfcn.h>
#endif
#endif

namespace playhead {

Error CompanionLibrary::error(const std::string& why) const {
  return make_error(unavailable, std::string(what) + ": " + why);
}

Error CompanionLibrary::other_version() const {
  return error(file_name() + " is not of version " PLAYHEAD_COMPANION_VERSION);
}

std::string CompanionLibrary::file_name() const {
#if defined(__APPLE__)
  return "lib" + std::string(name) + "." PLAYHEAD_COMPANION_MAJOR ".dylib";
#elif defined(__ANDROID__)
  return "lib" + std::string(name) + ".so";  // there no file of an app has a version
#else
  return "lib" + std::string(name) + ".so." PLAYHEAD_COMPANION_MAJOR;
#endif
}

#ifdef PLAYHEAD_HAS_DLOPEN
namespace {

std::string folder_of_this_code() {
  Dl_info info{};
  const auto here = reinterpret_cast<void*>(&folder_of_this_code);
  if (dladdr(here, &info) == 0 || info.dli_fname == nullptr) return {};
  std::error_code failed;
  const auto file = std::filesystem::canonical(info.dli_fname, failed);
  return failed ? std::string() : file.parent_path().string();
}

}  // namespace

Result<void*> CompanionLibrary::load(const std::string& folder) const {
#ifdef __ANDROID__
  // Within the app's own namespace, which nobody else writes to: it may not have been unpacked.
  const bool has_folder = !folder.empty();
#else
  const bool has_folder = true;
#endif
  std::filesystem::path file = file_name();
  if (has_folder) file = (folder.empty() ? folder_of_this_code() : folder) / file;
  // Elsewhere names without a folder are looked up in places others may write to.
  if (has_folder && !file.is_absolute()) return error("its folder is not known");
  // Never unloaded: FFmpeg and libcurl keep threads and tables.
  void* const library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) {
    const char* why = dlerror();
    return error(why == nullptr ? "it cannot be loaded" : why);
  }
  void* const found = dlsym(library, entry);
  if (found == nullptr) return other_version();
  return found;
}
#else
Result<void*> CompanionLibrary::load(const std::string&) const {
  return error("none can be loaded on this platform: the app brings its own");
}
#endif

}  // namespace playhead
