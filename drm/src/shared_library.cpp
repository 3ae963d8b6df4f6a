// SPDX-License-Identifier: Apache-2.0
#include "shared_library.h"

#include <filesystem>
#include <system_error>

#if defined(__has_include)
#if __has_include(<dlfcn.h>)
#define PLAYHEAD_DRM_HAS_DLOPEN 1
#include <dlfcn.h>
#endif
#endif

#include "c_system.h"

namespace playhead::drm {

#ifdef PLAYHEAD_DRM_HAS_DLOPEN

Result<std::shared_ptr<const SharedLibrary>> SharedLibrary::load(const std::string& path) {
  const std::filesystem::path file(path);
  // Names without a folder are looked up in places others may write to.
  if (!file.is_absolute()) {
    return module_error(CdmFault::kPath, "the path of a DRM module has to be absolute");
  }
  const std::string name = file.filename().string();
  std::error_code failed;
  if (!std::filesystem::exists(file, failed)) {
    return module_error(CdmFault::kMissing, "there is no file " + name);
  }
  void* handle = std::filesystem::is_regular_file(file, failed)
                     ? dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)
                     : nullptr;
  if (handle == nullptr) {
    return module_error(CdmFault::kNotALibrary,
                        name + " cannot be loaded as a shared library of this machine");
  }
  return std::shared_ptr<const SharedLibrary>(new SharedLibrary(handle));
}

SharedLibrary::~SharedLibrary() { dlclose(handle_); }

void* SharedLibrary::symbol(const char* name) const { return dlsym(handle_, name); }

#else

Result<std::shared_ptr<const SharedLibrary>> SharedLibrary::load(const std::string&) {
  return module_error(CdmFault::kNotOnPlatform, "DRM modules cannot be loaded on this platform");
}

SharedLibrary::~SharedLibrary() = default;

void* SharedLibrary::symbol(const char*) const { return nullptr; }

#endif

}  // namespace playhead::drm
