# Every header compiles alone, without a warning: who includes one need not know what to include before it.
# The first-party headers each get a source file of one line; the test builds them.
set(alone "")
file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}
     ${PROJECT_SOURCE_DIR}/include/*.h ${PROJECT_SOURCE_DIR}/include/*.hpp ${PROJECT_SOURCE_DIR}/src/*.hpp)
foreach(header IN LISTS headers)
  string(REGEX REPLACE "^(include|src)/" "" name ${header})
  set(source ${CMAKE_CURRENT_BINARY_DIR}/headers/${header}.cpp)
  file(CONFIGURE OUTPUT ${source} CONTENT "#include \"${name}\"\n")
  list(APPEND alone ${source})
endforeach()
add_library(headers_alone OBJECT EXCLUDE_FROM_ALL ${alone})
target_include_directories(headers_alone PRIVATE ${PROJECT_SOURCE_DIR}/include)
target_compile_options(headers_alone PRIVATE -O0 -g0 -Werror)
target_compile_definitions(headers_alone PRIVATE DISCERN_VERSION="${PROJECT_VERSION}")
target_link_libraries(headers_alone PRIVATE discern::app discern_warnings GTest::gtest)
add_test(NAME headers.alone COMMAND ${CMAKE_COMMAND} --build ${CMAKE_BINARY_DIR} --target headers_alone)
set_tests_properties(headers.alone PROPERTIES TIMEOUT 1800)
