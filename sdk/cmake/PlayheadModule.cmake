# How every part of the project is compiled: one place for warnings, sanitizers and output folders.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 99)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
if(PROJECT_IS_TOP_LEVEL)
  set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
  set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib)
  set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib)
endif()

find_program(PLAYHEAD_CCACHE ccache)
if(PLAYHEAD_CCACHE AND PROJECT_IS_TOP_LEVEL)
  set(CMAKE_C_COMPILER_LAUNCHER ${PLAYHEAD_CCACHE})
  # Precompiled headers are told apart by what is in them, not by when they were made.
  set(CMAKE_CXX_COMPILER_LAUNCHER
    ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,locale ${PLAYHEAD_CCACHE})
endif()

add_library(playhead_build_flags INTERFACE)
target_compile_options(playhead_build_flags INTERFACE
  -Wall -Wextra -Wnon-virtual-dtor -Wcast-qual -Wformat=2 -Wundef
  $<$<BOOL:${PLAYHEAD_WERROR}>:-Werror>)
if(PLAYHEAD_UNITY)
  # What is private to one file is seen by its neighbours there; builds without it warn of it.
  target_compile_options(playhead_build_flags INTERFACE
    "$<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>:-Wno-subobject-linkage;--param=ggc-min-heapsize=1500000>")
else()
  target_compile_options(playhead_build_flags INTERFACE -Wshadow)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # Optimised builds by GCC 12 report overlaps and unset bytes inside its own std::string (GCC bug 105651), and
  # with sanitizers inside its std::optional.
  target_compile_options(playhead_build_flags INTERFACE
    "$<$<NOT:$<CONFIG:Debug>>:-Wno-restrict;-Wno-maybe-uninitialized>")
  if(PLAYHEAD_SANITIZE)
    target_compile_options(playhead_build_flags INTERFACE
      -Wno-maybe-uninitialized -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow
      -Wno-stringop-overread)
  endif()
endif()
if(PLAYHEAD_SANITIZE)
  target_compile_options(playhead_build_flags INTERFACE
    -fsanitize=${PLAYHEAD_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g1
    # Test cases run once and are compiled often: -O0 halves the time (GCC 12: 14.5 s to 5.8 s for a large
    # one). What they test, and the simulation under them, is optimised.
    $<IF:$<BOOL:$<TARGET_PROPERTY:PLAYHEAD_IS_TEST_PROGRAM>>,-O0,-O1>)
  if(PLAYHEAD_SANITIZE MATCHES "undefined" AND NOT PLAYHEAD_ALL_CHECKS)
    # These five take a third of the time to compile (GCC 12: 8.7 s to 5.0 s for a large file). A null
    # pointer is found by ASan too; the fuzz preset has them all.
    target_compile_options(playhead_build_flags INTERFACE
      -fno-sanitize=null,alignment,object-size,vptr,pointer-overflow)
  endif()
  target_link_options(playhead_build_flags INTERFACE -fsanitize=${PLAYHEAD_SANITIZE})
  # A hundred programs with all their symbols: 1.8 s each by GNU ld, 1.0 by gold, 0.4 by LLVM's.
  find_program(PLAYHEAD_LINKER NAMES ld.lld ld.gold)
  if(PLAYHEAD_LINKER MATCHES "ld\\.(lld|gold)$" AND NOT APPLE)
    target_link_options(playhead_build_flags INTERFACE -fuse-ld=${CMAKE_MATCH_1})
  endif()
endif()
if(PLAYHEAD_SMALL)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "PLAYHEAD_SMALL needs Clang and LLVM's linker")
  endif()
  target_compile_options(playhead_build_flags INTERFACE
    -Oz -flto=full -ffunction-sections -fdata-sections -fmerge-all-constants
    # Nothing here throws; the standard library does where memory runs out, and that then ends the process
    # (`catch_all`). Nor is anything asked at run time for its type.
    "$<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions;-fno-rtti>" -fno-unwind-tables -fno-asynchronous-unwind-tables)
  # The linker of another version does not read what this compiler writes.
  string(REGEX MATCH "^[0-9]+" llvm ${CMAKE_CXX_COMPILER_VERSION})
  find_program(PLAYHEAD_SMALL_LINKER NAMES ld.lld-${llvm} ld.lld REQUIRED)
  get_filename_component(linker ${PLAYHEAD_SMALL_LINKER} NAME)
  string(REPLACE "ld.lld" "lld" linker ${linker})
  target_link_options(playhead_build_flags INTERFACE
    -flto=full -fuse-ld=${linker} LINKER:--gc-sections,--icf=all,-O2,--lto-O2)
  if(llvm GREATER_EQUAL 15 AND CMAKE_SYSTEM_NAME STREQUAL "Linux")
    # Packed relocations, and the mark without which glibc (from 2.36 on) refuses them: LLVM 14 leaves it out.
    target_link_options(playhead_build_flags INTERFACE LINKER:-z,pack-relative-relocs)
  endif()
endif()
if(PLAYHEAD_COVERAGE)
  target_compile_options(playhead_build_flags INTERFACE --coverage)
  target_link_options(playhead_build_flags INTERFACE --coverage)
endif()

# playhead_headers_once(NAME header...): the standard headers and those given, compiled once for all targets with
# the same flags; see playhead_use_headers_once(). They are half of what a file of ours costs.
set(PLAYHEAD_COMMON_HEADERS
  <algorithm> <array> <atomic> <charconv> <chrono> <cmath> <cstdint> <deque> <functional> <limits> <map>
  <memory> <mutex> <optional> <set> <span> <string> <string_view> <utility> <variant> <vector>)
function(playhead_headers_once name)
  if(NOT PLAYHEAD_PRECOMPILE)
    return()
  endif()
  file(CONFIGURE OUTPUT ${name}.cpp CONTENT "")
  add_library(${name} OBJECT EXCLUDE_FROM_ALL ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp)
  target_link_libraries(${name} PRIVATE playhead_build_flags)
  target_precompile_headers(${name} PRIVATE ${PLAYHEAD_COMMON_HEADERS} ${ARGN})
endfunction()
# The same for programs, whose code is made for other addresses than that of libraries.
function(playhead_program_headers_once name)
  playhead_headers_once(${name} ${ARGN})
  if(TARGET ${name})
    set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
    target_compile_options(${name} PRIVATE ${CMAKE_CXX_COMPILE_OPTIONS_PIE})
  endif()
endfunction()
function(playhead_use_headers_once target name)
  if(TARGET ${name})
    target_precompile_headers(${target} REUSE_FROM ${name})
  endif()
endfunction()
playhead_headers_once(playhead_module_headers)
playhead_program_headers_once(playhead_program_headers)

# With PLAYHEAD_UNITY the sources of a target are compiled two dozen at a time (GCC 12: half of the processor time,
# most of which are templates of the standard library made again for each file).
function(playhead_join_sources target)
  if(NOT PLAYHEAD_UNITY)
    return()
  endif()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  get_target_property(sources ${target} SOURCES)
  set(count 0)
  foreach(source IN LISTS sources)
    math(EXPR group "${count} / 24")
    set_source_files_properties(${source} PROPERTIES UNITY_GROUP together${group})
    math(EXPR count "${count} + 1")
  endforeach()
endfunction()

# playhead_apart(FILE...): compiled together, but not with the others of their target, where something private has the
# same name.
function(playhead_apart)
  set_source_files_properties(${ARGN} PROPERTIES UNITY_GROUP apart)
endfunction()
# playhead_alone(FILE...): compiled by itself even so, because that holds for either half.
function(playhead_alone)
  set_source_files_properties(${ARGN} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

# playhead_runs_once(FILE...): what reads a command line, each by itself. Not optimised, and ASan alone: 18 s to 6.6 s for
# each that includes CLI11.
function(playhead_runs_once)
  playhead_alone(${ARGN})
  if(PLAYHEAD_SANITIZE)
    set(slow -O0)
    if(PLAYHEAD_SANITIZE MATCHES "undefined")
      list(APPEND slow -fno-sanitize=undefined)
    endif()
    set_source_files_properties(${ARGN} PROPERTIES COMPILE_OPTIONS "${slow}" SKIP_PRECOMPILE_HEADERS ON)
  endif()
endfunction()

# playhead_module(NAME SOURCES file... [PUBLIC_DEPS target...] [PRIVATE_DEPS target...])
# One static library per module; the product library `playhead` is made of their objects.
function(playhead_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC_DEPS;PRIVATE_DEPS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name}
    PUBLIC playhead_headers ${ARG_PUBLIC_DEPS}
    PRIVATE $<BUILD_INTERFACE:playhead_build_flags> ${ARG_PRIVATE_DEPS})
  playhead_use_headers_once(${name} playhead_module_headers)
  playhead_join_sources(${name})
  set_property(GLOBAL APPEND PROPERTY PLAYHEAD_MODULES ${name})
endfunction()

# playhead_library(NAME SOURCES file... [PUBLIC_DEPS target...] [PRIVATE_DEPS target...])
# A static library that is no part of the product.
function(playhead_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC_DEPS;PRIVATE_DEPS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name}
    PUBLIC ${ARG_PUBLIC_DEPS} PRIVATE playhead_build_flags ${ARG_PRIVATE_DEPS})
  playhead_use_headers_once(${name} playhead_module_headers)
  playhead_join_sources(${name})
endfunction()

# playhead_program(NAME SOURCES file... [DEPS target...] [HEADERS_ONCE target])
function(playhead_program name)
  cmake_parse_arguments(ARG "" "HEADERS_ONCE" "SOURCES;DEPS" ${ARGN})
  if(NOT ARG_HEADERS_ONCE)
    set(ARG_HEADERS_ONCE playhead_program_headers)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE playhead_build_flags ${ARG_DEPS})
  playhead_use_headers_once(${name} ${ARG_HEADERS_ONCE})
  playhead_join_sources(${name})
endfunction()
