# Every third-party library, in one place. All come from the distribution; `./dev setup` installs them.
find_package(Threads REQUIRED)
# Boost ships a description of itself for CMake; CMake's own search for it is gone since 3.30.
if(POLICY CMP0167)
  cmake_policy(SET CMP0167 NEW)
endif()
# Boost.JSON and Boost.URL are compiled libraries; Asio and Beast are headers, compiled once in src/net.
find_package(Boost 1.81 REQUIRED COMPONENTS json url)
find_package(OpenSSL REQUIRED)
find_package(CURL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(simdjson REQUIRED)
find_package(SQLiteCpp REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(CLI11 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd)
add_library(discern_zstd ALIAS PkgConfig::zstd)
# Not through pkg-config: its file asks for those of libraries that only a static link needs.
find_path(DISCERN_DW_INCLUDE elfutils/libdwfl.h REQUIRED)
find_library(DISCERN_DW dw REQUIRED)
add_library(discern_dw INTERFACE)
target_include_directories(discern_dw SYSTEM INTERFACE ${DISCERN_DW_INCLUDE})
target_link_libraries(discern_dw INTERFACE ${DISCERN_DW})

# Asio without Boost.System's compiled part, and compiled separately: one translation unit pays for it.
add_library(discern_asio INTERFACE)
target_compile_definitions(discern_asio INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED BOOST_BEAST_SEPARATE_COMPILATION)
target_link_libraries(discern_asio INTERFACE Boost::headers OpenSSL::SSL OpenSSL::Crypto Threads::Threads)

if(DISCERN_TESTS)
  find_package(GTest REQUIRED)
endif()
if(DISCERN_BENCHES)
  find_package(benchmark REQUIRED)
endif()
