# One step of the install tests; cmake -D STEP=... -P install_test.cmake. See CMakeLists.txt for the rest.
cmake_minimum_required(VERSION 3.22)

# An install tree must work wherever it is put: it is made in one place and used in another.
set(made ${WORK}/made)
set(prefix ${WORK}/moved)

# Whoever links an instrumented library has to link its runtime too.
set(flags "")
if(SANITIZE)
  string(APPEND flags " -fsanitize=${SANITIZE}")
endif()
if(COVERAGE)
  string(APPEND flags " --coverage")
endif()
string(STRIP "${flags}" flags)

function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    list(JOIN ARGV " " command)
    message(FATAL_ERROR "${command}\n${output}\nended with ${status}")
  endif()
endfunction()

# The example must get through all layers of the library and be refused there.
function(expect_refusal program)
  execute_process(COMMAND ${program} ftp://127.0.0.1/film.m3u8 TIMEOUT 30
    RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(status EQUAL 0 OR NOT output MATCHES "${REFUSED}")
    message(FATAL_ERROR "${program} ended with ${status} and said: ${output}")
  endif()
endfunction()

function(configure source build)
  file(REMOVE_RECURSE ${build})
  run(${CMAKE_COMMAND} -S ${source} -B ${build} -G ${GENERATOR} -DCMAKE_BUILD_TYPE=${CONFIG}
      -DCMAKE_CXX_COMPILER=${CXX} -DCMAKE_C_COMPILER=${CC}
      "-DCMAKE_CXX_FLAGS=${flags}" "-DCMAKE_C_FLAGS=${flags}" ${ARGN})
endfunction()

function(install_tree)
  file(REMOVE_RECURSE ${made} ${prefix})
  run(${CMAKE_COMMAND} --install ${BUILD} --component sdk --prefix ${made})
  file(RENAME ${made} ${prefix})
  foreach(file include/playhead/player.h include/playhead/playhead.h include/playhead/version.h
               include/playhead/c/downloads.h include/playhead/offline/download_manager.h
               ${LIBDIR}/pkgconfig/playhead.pc ${LIBDIR}/cmake/playhead/playheadConfig.cmake)
    if(NOT EXISTS ${prefix}/${file})
      message(FATAL_ERROR "${file} is not installed")
    endif()
  endforeach()
  # Nothing in there may point back to where it was built or first installed.
  file(GLOB texts ${prefix}/${LIBDIR}/pkgconfig/*.pc ${prefix}/${LIBDIR}/cmake/playhead/*.cmake)
  foreach(text ${texts})
    file(READ ${text} content)
    foreach(place ${SOURCE} ${made})
      string(FIND "${content}" "${place}" found)
      if(NOT found EQUAL -1)
        message(FATAL_ERROR "${text} names ${place}")
      endif()
    endforeach()
  endforeach()
endfunction()

function(install_tools)
  set(tools ${WORK}/tools)
  file(REMOVE_RECURSE ${tools})
  run(${CMAKE_COMMAND} --install ${BUILD} --component tools --prefix ${tools})
  foreach(tool ${TOOLS})
    execute_process(COMMAND ${tools}/${BINDIR}/${tool} --help RESULT_VARIABLE status OUTPUT_VARIABLE output
                    ERROR_VARIABLE output)
    if(NOT status EQUAL 0 OR NOT output MATCHES "--help")
      message(FATAL_ERROR "${tool} is not installed, or has no help: ${status} ${output}")
    endif()
  endforeach()
  file(REMOVE_RECURSE ${tools})
endfunction()

function(install_find_package)
  set(build ${WORK}/find_package)
  configure(${SOURCE}/tests/install/find_package ${build}
            -DCMAKE_PREFIX_PATH=${prefix} -DREADME=${README})
  run(${CMAKE_COMMAND} --build ${build})
  expect_refusal(${build}/example_cpp)
  expect_refusal(${build}/example_c)
endfunction()

function(install_pkg_config)
  find_program(pkg_config NAMES pkg-config pkgconf REQUIRED)
  set(ENV{PKG_CONFIG_PATH} ${prefix}/${LIBDIR}/pkgconfig)
  execute_process(COMMAND ${pkg_config} --cflags --libs playhead
    OUTPUT_VARIABLE words OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  separate_arguments(words UNIX_COMMAND "${words}")
  separate_arguments(flag_words UNIX_COMMAND "${flags}")
  set(program ${WORK}/example_pkg_config)
  run(${CC} ${flag_words} ${README}/1.c -o ${program} ${words})
  expect_refusal(${program})
endfunction()

function(install_add_subdirectory)
  configure(${SOURCE}/tests/install/add_subdirectory ${WORK}/add_subdirectory -DPLAYHEAD=${SOURCE})
endfunction()

cmake_language(CALL ${STEP})
