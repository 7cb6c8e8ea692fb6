# What `cmake --install` puts where, and what `cpack` makes a Debian package of. Everything is found
# relative to the program, so that any prefix works.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS discern discern-sim RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
# The plugins install themselves (plugins/CMakeLists.txt).

# For plugin authors: headers, and find_package(discern).
install(DIRECTORY include/discern DESTINATION include)
set(package_folder lib/cmake/discern)
configure_package_config_file(packaging/discern-config.cmake.in ${CMAKE_BINARY_DIR}/discern-config.cmake
  INSTALL_DESTINATION ${package_folder} PATH_VARS CMAKE_INSTALL_INCLUDEDIR)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/discern-config-version.cmake COMPATIBILITY SameMajorVersion)
install(FILES ${CMAKE_BINARY_DIR}/discern-config.cmake ${CMAKE_BINARY_DIR}/discern-config-version.cmake
              cmake/discern_plugin.cmake cmake/discern_plugin.map
  DESTINATION ${package_folder})

# For operators.
install(FILES packaging/discern.service DESTINATION lib/systemd/system)
install(FILES README.md CHANGELOG.md LICENSE config/discern.example.toml DESTINATION share/doc/discern)
install(DIRECTORY examples/ DESTINATION share/doc/discern/examples)
install(DIRECTORY docs/ DESTINATION share/doc/discern/docs FILES_MATCHING PATTERN "*.md")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "The Discern developers <discern@localhost>")
set(CPACK_PACKAGE_DESCRIPTION
"Discern connects to Discord, runs native plugins, each on a thread of its own, and measures everything
on the way. It has a dashboard, a Prometheus endpoint and a JSON API, keeps its history in one file, and
needs no other server. The headers and the CMake package for plugin authors are included.")
set(CPACK_STRIP_FILES OFF) # Symbols name the function a plugin is stuck in.
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS ca-certificates)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "cmake, g++, libgtest-dev, libtomlplusplus-dev")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
include(CPack)
