// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "playhead/result.h"

namespace playhead::drm {

// A shared library that was loaded by path; unloaded when it goes.
class SharedLibrary {
 public:
  // Runs its initialisers. Its names serve nobody else. Errors: kDrmModule with a CdmFault; the
  // text names the file, not its folder.
  static Result<std::shared_ptr<const SharedLibrary>> load(const std::string& path);
  ~SharedLibrary();
  SharedLibrary(const SharedLibrary&) = delete;
  SharedLibrary& operator=(const SharedLibrary&) = delete;

  // Null: it exports no such name.
  [[nodiscard]] void* symbol(const char* name) const;

 private:
  explicit SharedLibrary(void* handle) : handle_(handle) {}

  void* const handle_;
};

}  // namespace playhead::drm
