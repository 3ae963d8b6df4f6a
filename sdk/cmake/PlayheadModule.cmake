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
  set(CMAKE_CXX_COMPILER_LAUNCHER ${PLAYHEAD_CCACHE})
endif()

# True for what only tests are made of, set for whole folders.
define_property(TARGET PROPERTY PLAYHEAD_IS_TEST_CODE INHERITED BRIEF_DOCS "Code of tests")

add_library(playhead_build_flags INTERFACE)
target_compile_options(playhead_build_flags INTERFACE
  -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Wcast-qual -Wformat=2 -Wundef
  $<$<BOOL:${PLAYHEAD_WERROR}>:-Werror>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # Optimised builds by GCC 12 report overlaps and unset bytes inside its own std::string (GCC bug 105651).
  target_compile_options(playhead_build_flags INTERFACE
    "$<$<CONFIG:Release>:-Wno-restrict;-Wno-maybe-uninitialized>")
endif()
if(PLAYHEAD_SANITIZE)
  target_compile_options(playhead_build_flags INTERFACE
    -fsanitize=${PLAYHEAD_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g1
    # Test cases run once and are compiled often: -O0 halves the time (GCC 12: 14.5 s to 5.8 s for a large
    # one). What they test, and the simulation under them, is optimised.
    $<IF:$<BOOL:$<TARGET_PROPERTY:PLAYHEAD_IS_TEST_PROGRAM>>,-O0,-O1>)
  if(PLAYHEAD_SANITIZE MATCHES "undefined")
    # In the tests' own code these four checks cost a quarter of the time to compile; a null pointer is
    # found by ASan too. What they test keeps all of them.
    target_compile_options(playhead_build_flags INTERFACE
      $<$<BOOL:$<TARGET_PROPERTY:PLAYHEAD_IS_TEST_CODE>>:-fno-sanitize=null,alignment,object-size,vptr>)
  endif()
  target_link_options(playhead_build_flags INTERFACE -fsanitize=${PLAYHEAD_SANITIZE})
endif()
if(PLAYHEAD_COVERAGE)
  target_compile_options(playhead_build_flags INTERFACE --coverage)
  target_link_options(playhead_build_flags INTERFACE --coverage)
endif()

# playhead_module(NAME SOURCES file... [PUBLIC_DEPS target...] [PRIVATE_DEPS target...])
# One static library per module; the product library `playhead` is made of their objects.
function(playhead_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC_DEPS;PRIVATE_DEPS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name}
    PUBLIC playhead_headers ${ARG_PUBLIC_DEPS}
    PRIVATE $<BUILD_INTERFACE:playhead_build_flags> ${ARG_PRIVATE_DEPS})
  set_property(GLOBAL APPEND PROPERTY PLAYHEAD_MODULES ${name})
endfunction()

# playhead_program(NAME SOURCES file... [DEPS target...])
function(playhead_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE playhead_build_flags ${ARG_DEPS})
endfunction()
