# Debian packages by CPack, of a shared build: the library, the core, its HTTP and decoders, what compiles against them, the demo.
# Only what links FFmpeg or libcurl depends on it. Made and tried by tests/install/packages.sh; included by PlayheadInstall.cmake.
#
# The packages split what the component `sdk` puts down as a whole, so every part is installed by two names.
set(playhead_abi ${PROJECT_VERSION_MAJOR})

# playhead_package_library(TARGET COMPONENT): what programs need at run time.
function(playhead_package_library target component)
  install(TARGETS ${target}
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT ${component} NAMELINK_SKIP
    RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT ${component})
endfunction()
playhead_package_library(playhead lib)
playhead_package_library(playhead_core core)
playhead_package_library(playhead_decoders decoders)
playhead_package_library(playhead_http_library http)
foreach(target playhead playhead_core)
  install(TARGETS ${target}
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT dev NAMELINK_ONLY)
endforeach()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME playhead)
set(CPACK_PACKAGE_VENDOR Playhead)
if(NOT CPACK_PACKAGE_CONTACT)
  set(CPACK_PACKAGE_CONTACT "Playhead maintainers <maintainers@playhead.invalid>")
endif()
set(CPACK_PACKAGING_INSTALL_PREFIX ${CMAKE_INSTALL_PREFIX})
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
# Who links what is read from the files; who links ours, from the packages' own list of them.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${CMAKE_LIBRARY_OUTPUT_DIRECTORY})
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
# Its companions are parts of the core: of its very version.
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY =)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_COMPONENTS_ALL "")
# playhead_package(COMPONENT NAME SECTION SUMMARY TEXT [DEPENDS text] [RECOMMENDS text])
macro(playhead_package component name section summary text)
  cmake_parse_arguments(ARG "" "DEPENDS;RECOMMENDS" "" ${ARGN})
  string(TOUPPER ${component} upper)
  list(APPEND CPACK_COMPONENTS_ALL ${component})
  set(CPACK_DEBIAN_${upper}_PACKAGE_NAME ${name})
  set(CPACK_DEBIAN_${upper}_PACKAGE_SECTION ${section})
  set(CPACK_DEBIAN_${upper}_DESCRIPTION "${summary}\n${text}")
  set(CPACK_DEBIAN_${upper}_PACKAGE_DEPENDS "${ARG_DEPENDS}")
  set(CPACK_DEBIAN_${upper}_PACKAGE_RECOMMENDS "${ARG_RECOMMENDS}")
  install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION share/doc/${name} RENAME copyright
    COMPONENT ${component})
endmacro()

set(same "(= ${PROJECT_VERSION})")
playhead_package(lib libplayhead${playhead_abi} libs "adaptive video player, whole library"
  "Plays HLS and DASH; decodes by FFmpeg, which every program that links it loads.")
playhead_package(core libplayhead-core${playhead_abi} libs "adaptive video player, without decoders in the process"
  "Browses, downloads and reports; loads its HTTP with the first request, its decoders with the first title."
  RECOMMENDS "libplayhead-http${playhead_abi} ${same}, libplayhead-decoders${playhead_abi} ${same}")
playhead_package(http libplayhead-http${playhead_abi} libs "adaptive video player, HTTP of its core"
  "Fetches by libcurl, for libplayhead-core${playhead_abi} in apps that have no HTTP of their own."
  DEPENDS "libplayhead-core${playhead_abi} ${same}")
playhead_package(decoders libplayhead-decoders${playhead_abi} libs "adaptive video player, decoders of its core"
  "Demuxes and decodes by FFmpeg, for libplayhead-core${playhead_abi}."
  DEPENDS "libplayhead-core${playhead_abi} ${same}")
playhead_package(dev libplayhead-dev libdevel "adaptive video player, headers"
  "Headers of the C and C++ interface, and how CMake and pkg-config find the libraries."
  DEPENDS "libplayhead${playhead_abi} ${same}, libplayhead-core${playhead_abi} ${same}")
if(TARGET playhead-demo)
  install(TARGETS playhead-demo
    RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT demo)
  playhead_package(demo playhead-demo video "adaptive video player, SDL2 player"
    "Plays titles of a service, or any HLS or DASH URL, in a window or without one.")
endif()
include(CPack)
