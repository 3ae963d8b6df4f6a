# What `cmake --install` puts down: the library, its headers, and how CMake and pkg-config find them.
# Included after the product `playhead` is complete.
include(CMakePackageConfigHelpers)

# Everything the product may link, one row each:
#   target | pkg-config modules | what a CMake consumer of the static library has to find
# A dependency without a row stops the configuration: the two files below would be wrong without it.
set(playhead_link_rows
  "dl|@-ldl|"  # inside the C library today; drm loads modules by it
  "Threads::Threads|@-pthread|find_dependency(Threads)"
  "CURL::libcurl|libcurl|find_dependency(CURL)"
  "SQLite::SQLite3|sqlite3|find_dependency(SQLite3)"
  "OpenSSL::Crypto|libcrypto|find_dependency(OpenSSL 3)"
  "OpenSSL::SSL|libssl|find_dependency(OpenSSL 3)"
  "pugixml::pugixml|pugixml|find_dependency(pugixml)"
  "PkgConfig::FFMPEG|libavformat libavcodec libswscale libswresample libavutil|playhead_find_ffmpeg()"
  "PkgConfig::SOUNDTOUCH|soundtouch|playhead_find_soundtouch()"
  "nlohmann_json::nlohmann_json||")  # header only, inside .cpp files: nothing is left of it

# Sorts what `playhead` links into what CMake finds (calls), what pkg-config requires (modules) and plain
# linker words (words).
function(playhead_sort_dependencies calls_out modules_out words_out)
  set(calls "")
  set(modules "")
  # Whoever links an archive of C++ by a C compiler has to name the C++ runtime.
  set(words ${CMAKE_CXX_IMPLICIT_LINK_LIBRARIES})
  list(FILTER words INCLUDE REGEX "^(stdc\\+\\+|c\\+\\+|m)$")
  list(TRANSFORM words PREPEND "-l")
  get_target_property(links playhead LINK_LIBRARIES)
  foreach(link ${links})
    if(link MATCHES "BUILD_INTERFACE|^playhead")
      continue()
    endif()
    set(row "")
    foreach(candidate ${playhead_link_rows})
      if(candidate MATCHES "^${link}\\|")
        set(row ${candidate})
      endif()
    endforeach()
    if(NOT row)
      message(FATAL_ERROR "sdk/cmake/PlayheadInstall.cmake has no row for ${link}, which playhead links")
    endif()
    string(REGEX REPLACE "^[^|]*\\|([^|]*)\\|(.*)$" "\\1" pkg ${row})
    string(REGEX REPLACE "^[^|]*\\|([^|]*)\\|(.*)$" "\\2" call ${row})
    if(pkg MATCHES "^@(.*)")
      list(APPEND words ${CMAKE_MATCH_1})
    else()
      list(APPEND modules ${pkg})
    endif()
    list(APPEND calls ${call})
  endforeach()
  foreach(list calls modules words)
    list(REMOVE_DUPLICATES ${list})
  endforeach()
  list(JOIN calls "\n" calls)
  list(JOIN modules " " modules)
  list(JOIN words " " words)
  set(${calls_out} "${calls}" PARENT_SCOPE)
  set(${modules_out} "${modules}" PARENT_SCOPE)
  set(${words_out} "${words}" PARENT_SCOPE)
endfunction()

# Header-only libraries end at our objects: whoever links the static library need not have them.
get_target_property(playhead_interface playhead INTERFACE_LINK_LIBRARIES)
if(playhead_interface)
  list(FILTER playhead_interface EXCLUDE REGEX "nlohmann_json|BUILD_INTERFACE")
  set_property(TARGET playhead PROPERTY INTERFACE_LINK_LIBRARIES ${playhead_interface})
endif()

playhead_sort_dependencies(PLAYHEAD_FIND_CALLS PLAYHEAD_PC_MODULES PLAYHEAD_PC_WORDS)
# A shared library brings its dependencies along.
if(BUILD_SHARED_LIBS)
  set(PLAYHEAD_FIND_CALLS "")
  set(PLAYHEAD_PC_MODULES "")
  set(PLAYHEAD_PC_WORDS "")
endif()

# The .pc file of a static library names its dependencies under Requires, not Requires.private: an archive
# of ours usually meets shared libraries of the system, and `pkg-config --static` would ask for the private
# dependencies of those too, which are not installed with them.
set(playhead_config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/playhead)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/playheadConfig.cmake.in
  ${PROJECT_BINARY_DIR}/playheadConfig.cmake INSTALL_DESTINATION ${playhead_config_dir})
# While the major version is 0, a new minor version may break source compatibility.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/playheadConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
file(RELATIVE_PATH PLAYHEAD_PC_PREFIX "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
string(REGEX REPLACE "/$" "" PLAYHEAD_PC_PREFIX "${PLAYHEAD_PC_PREFIX}")
set(playhead_pc_files "")
function(playhead_write_pc PLAYHEAD_PC_NAME)
  configure_file(${CMAKE_CURRENT_FUNCTION_LIST_DIR}/playhead.pc.in ${PROJECT_BINARY_DIR}/${PLAYHEAD_PC_NAME}.pc @ONLY)
  set(playhead_pc_files ${playhead_pc_files} ${PROJECT_BINARY_DIR}/${PLAYHEAD_PC_NAME}.pc PARENT_SCOPE)
endfunction()
playhead_write_pc(playhead)
if(BUILD_SHARED_LIBS)
  playhead_write_pc(playhead-core)
endif()

# The component keeps the programs out of an install of the library alone. What has no file that runs also goes by the
# component of a package.
set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME sdk)
set(playhead_targets playhead)
if(BUILD_SHARED_LIBS)
  list(APPEND playhead_targets playhead_core)
  install(TARGETS playhead_decoders playhead_http_library LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} NAMELINK_SKIP)
endif()
install(TARGETS ${playhead_targets} EXPORT playheadTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
set(playhead_developers sdk)
if(BUILD_SHARED_LIBS)
  list(APPEND playhead_developers dev)
endif()
foreach(component ${playhead_developers})
  install(EXPORT playheadTargets NAMESPACE playhead:: DESTINATION ${playhead_config_dir} COMPONENT ${component})
  install(FILES ${PROJECT_BINARY_DIR}/playheadConfig.cmake ${PROJECT_BINARY_DIR}/playheadConfigVersion.cmake
    DESTINATION ${playhead_config_dir} COMPONENT ${component})
  install(FILES ${playhead_pc_files} DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT ${component})
  foreach(headers sdk/include abr/include drm/include offline/include bindings/c/include)
    install(DIRECTORY ${PROJECT_SOURCE_DIR}/${headers}/playhead DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
      COMPONENT ${component} FILES_MATCHING PATTERN "*.h")
  endforeach()
  install(FILES ${PROJECT_BINARY_DIR}/bindings/c/include/playhead/version.h
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/playhead COMPONENT ${component})
endforeach()
unset(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME)
