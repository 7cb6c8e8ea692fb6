# For plugin authors: find_package(discern) includes it, and so does Discern's own build.
#
# discern_add_plugin(<id> SOURCES <files...> [MANIFEST plugin.toml] [FOLDER <folder>])
#   A plugin ready to be loaded: <folder>/<id>/{<id>.so,plugin.toml}, by default below the build
#   folder's plugins/. The target is plugin_<id>; link to it what the plugin needs. It exports its
#   entry and nothing else, and no symbol that would keep it in memory after it is unloaded.
#
# discern_plugin_test(<id> SOURCES <files...> [LIBS <libraries...>])
#   A test program over <discern/plugin/testing.hpp>, with the plugin linked in, and with GoogleTest
#   unless LIBS names something else. DISCERN_MANIFEST is the path of the plugin's plugin.toml.
include(CheckCXXCompilerFlag)
check_cxx_compiler_flag(-fno-gnu-unique DISCERN_HAS_NO_GNU_UNIQUE)
set(DISCERN_PLUGIN_MAP ${CMAKE_CURRENT_LIST_DIR}/discern_plugin.map)
if(NOT DISCERN_PLUGIN_INCLUDE)
  set(DISCERN_PLUGIN_INCLUDE ${CMAKE_CURRENT_LIST_DIR}/../include)
endif()

function(discern_add_plugin id)
  cmake_parse_arguments(arg "" "MANIFEST;FOLDER" "SOURCES" ${ARGN})
  if(NOT arg_MANIFEST)
    set(arg_MANIFEST plugin.toml)
  endif()
  if(NOT arg_FOLDER)
    set(arg_FOLDER ${CMAKE_BINARY_DIR}/plugins)
  endif()
  cmake_path(ABSOLUTE_PATH arg_MANIFEST BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
  set(target plugin_${id})
  add_library(${target} MODULE ${arg_SOURCES})
  target_include_directories(${target} PRIVATE ${DISCERN_PLUGIN_INCLUDE})
  target_compile_features(${target} PRIVATE cxx_std_20)
  if(DISCERN_HAS_NO_GNU_UNIQUE)
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-fno-gnu-unique>)
  endif()
  # Stacks have file and line.
  string(TOUPPER "CMAKE_CXX_FLAGS_${CMAKE_BUILD_TYPE}" type_flags)
  if(NOT "${CMAKE_CXX_FLAGS} ${${type_flags}}" MATCHES "-g")
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-g1>)
  endif()
  target_link_options(${target} PRIVATE LINKER:--version-script=${DISCERN_PLUGIN_MAP})
  if(TARGET discern_warnings)
    target_link_libraries(${target} PRIVATE discern_warnings)
  endif()
  set_target_properties(${target} PROPERTIES
    PREFIX "" OUTPUT_NAME ${id} SUFFIX .so
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    LIBRARY_OUTPUT_DIRECTORY ${arg_FOLDER}/${id}
    LINK_DEPENDS ${DISCERN_PLUGIN_MAP}
    DISCERN_MANIFEST ${arg_MANIFEST})
  add_custom_command(OUTPUT ${arg_FOLDER}/${id}/plugin.toml
    COMMAND ${CMAKE_COMMAND} -E make_directory ${arg_FOLDER}/${id}
    COMMAND ${CMAKE_COMMAND} -E copy ${arg_MANIFEST} ${arg_FOLDER}/${id}/plugin.toml
    DEPENDS ${arg_MANIFEST} VERBATIM)
  add_custom_target(${target}_manifest ALL DEPENDS ${arg_FOLDER}/${id}/plugin.toml)
  add_dependencies(${target} ${target}_manifest)
  set_property(GLOBAL APPEND PROPERTY DISCERN_PLUGINS ${target})
  if(DISCERN_PLUGIN_DESTINATION)
    # "./hello" is another path than "hello" to CMake 3.31, which warns about it.
    cmake_path(APPEND DISCERN_PLUGIN_DESTINATION ${id} OUTPUT_VARIABLE destination)
    cmake_path(NORMAL_PATH destination)
    install(TARGETS ${target} LIBRARY DESTINATION ${destination})
    install(FILES ${arg_MANIFEST} DESTINATION ${destination} RENAME plugin.toml)
  endif()
endfunction()

function(discern_plugin_test id)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBS" ${ARGN})
  find_package(tomlplusplus REQUIRED)
  if(NOT arg_LIBS)
    find_package(GTest REQUIRED)
    set(arg_LIBS GTest::gtest_main)
  endif()
  set(plugin plugin_${id})
  set(target ${plugin}_test)
  # The plugin's own objects: nothing is compiled twice, and what is tested is what is loaded.
  add_executable(${target} ${arg_SOURCES} $<TARGET_OBJECTS:${plugin}>)
  target_include_directories(${target} PRIVATE ${DISCERN_PLUGIN_INCLUDE})
  target_compile_features(${target} PRIVATE cxx_std_20)
  target_compile_definitions(${target} PRIVATE
    DISCERN_MANIFEST="$<TARGET_PROPERTY:${plugin},DISCERN_MANIFEST>")
  target_link_libraries(${target} PRIVATE
    $<TARGET_PROPERTY:${plugin},LINK_LIBRARIES> ${arg_LIBS} tomlplusplus::tomlplusplus)
  add_test(NAME plugin.${id} COMMAND ${target})
endfunction()
