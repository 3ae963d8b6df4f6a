/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Marks what the shared library exports; everything else is hidden. Valid in C and C++.
 * On Windows an app that links the static library defines PLAYHEAD_STATIC. */
#if defined(_WIN32)
#if defined(PLAYHEAD_STATIC)
#define PLAYHEAD_API
#elif defined(PLAYHEAD_BUILDING)
#define PLAYHEAD_API __declspec(dllexport)
#else
#define PLAYHEAD_API __declspec(dllimport)
#endif
#define PLAYHEAD_LOCAL
#else
#define PLAYHEAD_API __attribute__((visibility("default")))
#define PLAYHEAD_LOCAL __attribute__((visibility("hidden")))
#endif
