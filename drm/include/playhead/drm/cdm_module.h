// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "playhead/drm/cdm.h"
#include "playhead/drm/drm_system.h"
#include "playhead/drm/license_store.h"
#include "playhead/drm/security_level.h"
#include "playhead/log.h"

namespace playhead {

// What a system behind the C table may ask of the app. What it points to outlives the system, its
// sessions and its decryptor.
struct CdmHostOptions {
  // Where it keeps persistent licences, under names of its own choice: give each system a store of
  // its own. Null: it is told that there is none.
  LicenseStore* store = nullptr;
  // What the display protects, as far as the app knows. Any thread. Empty: kUnknown.
  std::function<OutputProtection()> output;
  // Its lines, each with the system's name. Null: they are dropped.
  LogSink* log = nullptr;
};

// Why a table or a module is refused: Error::detail of kDrmModule.
enum class CdmFault : int32_t {
  kPath = 1,       // the path is not absolute
  kMissing,        // there is no such file
  kNotALibrary,    // it cannot be loaded as a shared library of this machine
  kNoEntry,        // it does not export playhead_cdm_entry()
  kVersion,        // host and module have no version of the table in common
  kTable,          // there is no table, or it is too small
  kFunction,       // a required function is missing
  kIdentity,       // name, system ids or key formats are missing or too long
  kRefused,        // the entry or start() answers with an error
  kNotOnPlatform,  // shared libraries cannot be loaded here
};

// A DRM system that is given as a table of C functions (cdm.h). The table is copied; its
// destroy() runs once when the system, its sessions and its decryptor are gone, on the thread that
// let go last, or at once when this fails after version and size were accepted. `library` is kept
// until after that.
//
// What crosses is checked: sizes, counts and numbers; the thread does not matter; what is said
// inside a call is told later, what is said of a closed session never. A system that breaks the
// rules in what it tells ends that session with kDrmModule. Samples are wiped when decrypt()
// fails, or answers a length that cannot be. It shares the process: what it does to memory is
// beyond any check.
// Errors: kDrmModule with a CdmFault.
[[nodiscard]] Result<std::unique_ptr<DrmSystem>> make_cdm_system(
    const playhead_cdm_system* table, const CdmHostOptions& options,
    std::shared_ptr<const void> library = nullptr);

// The same from a shared library; `path` is absolute and comes from the app, never from a title or
// a network: the library's code runs with all rights of the process. Its file is loaded at the
// first call and stays so until everything of it is gone. Each call makes a system of its own.
// Blocks for as long as loading takes. Where there is no dlopen() (Windows): kNotOnPlatform.
// Errors: kDrmModule with a CdmFault.
[[nodiscard]] Result<std::unique_ptr<DrmSystem>> load_cdm_module(const std::string& path,
                                                                 const CdmHostOptions& options);

}  // namespace playhead
