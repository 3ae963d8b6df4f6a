// SPDX-License-Identifier: Apache-2.0
#include "shared_library.h"

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#if defined(__has_include)
#if __has_include(<dlfcn.h>)
#define PLAYHEAD_DRM_HAS_DLOPEN 1
#include <dlfcn.h>
#endif
#if __has_include(<elf.h>) && __has_include(<link.h>)
#define PLAYHEAD_DRM_HAS_ELF 1
#include <elf.h>
#include <link.h>
#endif
#endif

#include "c_system.h"

namespace playhead::drm {

#ifdef PLAYHEAD_DRM_HAS_DLOPEN
namespace {

#ifdef PLAYHEAD_DRM_HAS_ELF
template <typename Header>
bool read_at(std::ifstream& file, uint64_t at, Header& header) {
  file.seekg(static_cast<std::streamoff>(at));
  return static_cast<bool>(file.read(reinterpret_cast<char*>(&header), sizeof(header)));
}

// All that is to be loaded stands in the file. glibc 2.36 maps a file that was cut off without
// looking, and the process dies by a bus error in its dlopen().
bool is_whole(const std::filesystem::path& path) {
  std::error_code failed;
  const uint64_t size = std::filesystem::file_size(path, failed);
  std::ifstream file(path, std::ios::binary);
  ElfW(Ehdr) header;
  if (failed || !read_at(file, 0, header) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
      header.e_phentsize != sizeof(ElfW(Phdr)) || header.e_phoff > size) {
    return false;
  }
  for (uint64_t i = 0; i < header.e_phnum; ++i) {
    ElfW(Phdr) part;
    if (!read_at(file, header.e_phoff + i * sizeof(part), part)) return false;
    if (part.p_type != PT_LOAD) continue;
    if (part.p_offset > size || part.p_filesz > size - part.p_offset) return false;
  }
  return true;
}
#else
bool is_whole(const std::filesystem::path&) { return true; }
#endif

}  // namespace

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
  const bool is_library = std::filesystem::is_regular_file(file, failed) && is_whole(file);
  void* handle = is_library ? dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL) : nullptr;
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
