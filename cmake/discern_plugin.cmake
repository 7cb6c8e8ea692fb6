# discern_add_plugin(<id> SOURCES <files...> [MANIFEST plugin.toml] [FOLDER <folder>])
#
# A plugin ready to be loaded: <folder>/<id>/{<id>.so,plugin.toml}, by default below the build folder's plugins/.
# It exports its entry and nothing else, and no symbol that would keep it in memory after it is unloaded.
include(CheckCXXCompilerFlag)
check_cxx_compiler_flag(-fno-gnu-unique DISCERN_HAS_NO_GNU_UNIQUE)
set(DISCERN_PLUGIN_MAP ${CMAKE_CURRENT_LIST_DIR}/discern_plugin.map)
set(DISCERN_PLUGIN_INCLUDE ${CMAKE_CURRENT_LIST_DIR}/../include)

function(discern_add_plugin id)
  cmake_parse_arguments(arg "" "MANIFEST;FOLDER" "SOURCES" ${ARGN})
  if(NOT arg_MANIFEST)
    set(arg_MANIFEST plugin.toml)
  endif()
  if(NOT arg_FOLDER)
    set(arg_FOLDER ${CMAKE_BINARY_DIR}/plugins)
  endif()
  set(target plugin_${id})
  add_library(${target} MODULE ${arg_SOURCES})
  target_include_directories(${target} PRIVATE ${DISCERN_PLUGIN_INCLUDE})
  target_compile_features(${target} PRIVATE cxx_std_20)
  if(DISCERN_HAS_NO_GNU_UNIQUE)
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-fno-gnu-unique>)
  endif()
  target_link_options(${target} PRIVATE LINKER:--version-script=${DISCERN_PLUGIN_MAP})
  if(TARGET discern_warnings)
    target_link_libraries(${target} PRIVATE discern_warnings)
  endif()
  set_target_properties(${target} PROPERTIES
    PREFIX "" OUTPUT_NAME ${id} SUFFIX .so
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    LIBRARY_OUTPUT_DIRECTORY ${arg_FOLDER}/${id}
    LINK_DEPENDS ${DISCERN_PLUGIN_MAP})
  cmake_path(ABSOLUTE_PATH arg_MANIFEST BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
  add_custom_command(OUTPUT ${arg_FOLDER}/${id}/plugin.toml
    COMMAND ${CMAKE_COMMAND} -E make_directory ${arg_FOLDER}/${id}
    COMMAND ${CMAKE_COMMAND} -E copy ${arg_MANIFEST} ${arg_FOLDER}/${id}/plugin.toml
    DEPENDS ${arg_MANIFEST} VERBATIM)
  add_custom_target(${target}_manifest ALL DEPENDS ${arg_FOLDER}/${id}/plugin.toml)
  add_dependencies(${target} ${target}_manifest)
  set_property(GLOBAL APPEND PROPERTY DISCERN_PLUGINS ${target})
endfunction()
