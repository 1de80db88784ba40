# SPDX-License-Identifier: GPL-2.0-only
# What "cmake --install" puts where, and the Debian package of it (scripts/package, docs/package.md).
# bench/common/base/paths.cc finds it from the place of the program: PREFIX/bin, PREFIX/libexec/diobench, PREFIX/share/diobench.
set(maintainer "diobench maintainers <maintainers@diobench.example.org>")
set(parts libexec/diobench)
set(data share/diobench)
set(doc share/doc/diobench)

install(TARGETS diobench RUNTIME DESTINATION bin)
install(TARGETS diobench-guest RUNTIME DESTINATION ${parts})
install(FILES ${CMAKE_BINARY_DIR}/diobench-read DESTINATION ${parts})
install(TARGETS diobench-plugin diobench-exact-order LIBRARY DESTINATION ${parts})
# Nobody links with them.
set_target_properties(diobench-plugin diobench-exact-order PROPERTIES NO_SONAME ON)
# What scripts/setup built: the reader fio and the rival erofsfuse.
install(PROGRAMS ${DIOBENCH_CACHE}/deps/fio-3.33/fio DESTINATION ${parts}/deps/fio-3.33)
install(PROGRAMS ${DIOBENCH_CACHE}/deps/fio-3.33/t/io_uring DESTINATION ${parts}/deps/fio-3.33/t)
install(PROGRAMS ${DIOBENCH_CACHE}/deps/erofs-utils-1.5/mkfs.erofs DESTINATION ${parts}/deps/erofs-utils-1.5 OPTIONAL)
install(PROGRAMS ${DIOBENCH_CACHE}/deps/erofs-utils-1.5/erofsfuse DESTINATION ${parts}/deps/erofs-utils-1.5)

install(DIRECTORY kernel-patches workloads reports DESTINATION ${data} PATTERN __pycache__ EXCLUDE)
install(DIRECTORY bench/host/verify/reproduce DESTINATION ${data}/bench/host/verify USE_SOURCE_PERMISSIONS)
install(FILES gate.toml follow.toml DESTINATION ${data})
install(CODE "
  execute_process(COMMAND git -C \"${CMAKE_SOURCE_DIR}\" describe --always --dirty --abbrev=12 OUTPUT_VARIABLE revision ERROR_QUIET)
  file(WRITE \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${data}/revision\" \"\${revision}\")")

install(FILES README.md DESTINATION ${doc})
install(DIRECTORY docs/ DESTINATION ${doc}/docs)
install(FILES nightly.toml DESTINATION ${doc}/examples)
install(FILES scripts/debian/copyright DESTINATION ${doc})

# The manual, from the program's own tables.
add_custom_command(TARGET diobench POST_BUILD
  COMMAND diobench man-pages ${CMAKE_BINARY_DIR}/man
  COMMAND sh -c "gzip -9nf man/*.1" WORKING_DIRECTORY ${CMAKE_BINARY_DIR} VERBATIM)
install(DIRECTORY ${CMAKE_BINARY_DIR}/man/ DESTINATION share/man/man1)
install(FILES scripts/completion/diobench.bash DESTINATION share/bash-completion/completions RENAME diobench)
install(FILES scripts/completion/_diobench DESTINATION share/zsh/vendor-completions)

# The units of a clone, of the installed program.
foreach(unit diobench-nightly.service diobench-nightly.timer)
  file(READ scripts/systemd/${unit} text)
  string(REPLACE "# %h/diobench is a built clone; edit ExecStart if yours lies elsewhere.\n" "" text "${text}")
  string(REPLACE "WorkingDirectory=%h/diobench\n" "" text "${text}")
  string(REPLACE "%h/diobench/build/diobench" "${CMAKE_INSTALL_PREFIX}/bin/diobench" text "${text}")
  string(REPLACE "%h/diobench/nightly.toml" "%E/diobench/nightly.toml" text "${text}")
  string(REPLACE "file:%h/diobench/docs" "file:${CMAKE_INSTALL_PREFIX}/${doc}/docs" text "${text}")
  file(WRITE ${CMAKE_BINARY_DIR}/systemd/${unit} "${text}")
  install(FILES ${CMAKE_BINARY_DIR}/systemd/${unit} DESTINATION lib/systemd/user)
endforeach()

# The package: of one release of Debian, whose libraries it is linked with.
file(STRINGS /etc/os-release debian REGEX "^VERSION_ID=")
string(REGEX REPLACE "[^0-9]" "" debian "${debian}")
set(changelog ${CMAKE_BINARY_DIR}/changelog.Debian)
execute_process(COMMAND git -C ${CMAKE_SOURCE_DIR} log -1 --format=%aD OUTPUT_VARIABLE date OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
file(WRITE ${changelog} "diobench (${PROJECT_VERSION}-1~deb${debian}) unstable; urgency=medium

  * What changed is in the history of the repository.

 -- ${maintainer}  ${date}
")
execute_process(COMMAND gzip -9nf ${changelog})
install(FILES ${changelog}.gz DESTINATION ${doc})
install(FILES scripts/debian/lintian-overrides DESTINATION share/lintian/overrides RENAME diobench)
execute_process(COMMAND ${CMAKE_SOURCE_DIR}/scripts/setup --depends OUTPUT_VARIABLE depends OUTPUT_STRIP_TRAILING_WHITESPACE)
execute_process(COMMAND ${CMAKE_SOURCE_DIR}/scripts/setup --recommends OUTPUT_VARIABLE recommends OUTPUT_STRIP_TRAILING_WHITESPACE)
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_CONTACT "${maintainer}")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "direct versus buffered reads on EROFS over fscache")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "Builds kernels from source and patch series, boots each one, reads EROFS
images through the cachefiles on-demand protocol and checks every byte.
It measures latency, throughput, CPU and page-cache footprint, says whether
a patch revision is right and no slower, and writes one page that says it.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "${depends}")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "${recommends}")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1~deb${debian})
include(CPack)
