# discern::dashboard: the files that web::embedded_assets() gives out.
#
# With DISCERN_DASHBOARD=ON and npm at hand, dashboard/ is built in the build folder (the source
# folder is only read); a second build does nothing until a source or the lock file changes.
# Otherwise one page is embedded that says so and names the API.
set(dashboard_source ${PROJECT_SOURCE_DIR}/dashboard)
set(dashboard_work ${CMAKE_BINARY_DIR}/dashboard)
set(dashboard_embedded ${CMAKE_BINARY_DIR}/dashboard_assets)
file(MAKE_DIRECTORY ${dashboard_embedded})

set(dashboard_is_built FALSE)
if(DISCERN_DASHBOARD)
  find_program(DISCERN_NPM npm)
  if(DISCERN_NPM)
    set(dashboard_is_built TRUE)
  else()
    message(WARNING "npm was not found: Discern is built without its dashboard. "
                    "Install nodejs and npm (18 or newer), or say -DDISCERN_DASHBOARD=OFF.")
  endif()
endif()

if(dashboard_is_built)
  set(installed ${dashboard_work}/installed.stamp)
  set(built ${dashboard_work}/built.stamp)
  set(install_script ${PROJECT_SOURCE_DIR}/cmake/install_packages.cmake)
  set(DISCERN_NPM_CACHE ${PROJECT_SOURCE_DIR}/build/npm CACHE PATH
      "Where the dashboard's packages are kept, for all build folders")
  add_custom_command(
    OUTPUT ${installed}
    COMMAND ${CMAKE_COMMAND} -D SOURCE=${dashboard_source} -D CACHE=${DISCERN_NPM_CACHE}
            -D LINK=${dashboard_work}/node_modules -D NPM=${DISCERN_NPM} -P ${install_script}
    COMMAND ${CMAKE_COMMAND} -E touch ${installed}
    DEPENDS ${dashboard_source}/package.json ${dashboard_source}/package-lock.json
            ${install_script}
    COMMENT "Installing the dashboard's packages"
    VERBATIM)

  set(folders src public vite)
  set(patterns ${folders})
  list(TRANSFORM patterns PREPEND ${dashboard_source}/)
  list(TRANSFORM patterns APPEND /*)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${patterns})
  set(single index.html package.json vite.config.ts svelte.config.js tsconfig.json)
  list(TRANSFORM single PREPEND ${dashboard_source}/)
  set(copies "")
  foreach(folder IN LISTS folders)
    # Removed first, so that a file that was deleted does not live on in the copy.
    list(APPEND copies COMMAND ${CMAKE_COMMAND} -E rm -rf ${dashboard_work}/${folder})
    if(EXISTS ${dashboard_source}/${folder})
      list(APPEND copies COMMAND ${CMAKE_COMMAND} -E copy_directory
                                 ${dashboard_source}/${folder} ${dashboard_work}/${folder})
    endif()
  endforeach()
  add_custom_command(
    OUTPUT ${built}
    ${copies}
    COMMAND ${CMAKE_COMMAND} -E copy ${single} ${dashboard_work}
    COMMAND ${CMAKE_COMMAND} -E chdir ${dashboard_work} ${DISCERN_NPM} run --silent build -- --logLevel warn
    COMMAND ${CMAKE_COMMAND} -E touch ${built}
    DEPENDS ${installed} ${sources} ${single}
    COMMENT "Building the dashboard"
    VERBATIM)
  set(dashboard_dist ${dashboard_work}/dist)
  set(dashboard_inputs ${built})
else()
  set(dashboard_dist ${PROJECT_SOURCE_DIR}/src/web/no_dashboard)
  set(dashboard_inputs ${dashboard_dist}/index.html)
endif()

set(embed_script ${PROJECT_SOURCE_DIR}/cmake/embed_assets.cmake)
add_custom_command(
  OUTPUT ${dashboard_embedded}/assets.S ${dashboard_embedded}/assets.cpp
  COMMAND ${CMAKE_COMMAND} -D DIST=${dashboard_dist} -D OUT=${dashboard_embedded} -P ${embed_script}
  DEPENDS ${dashboard_inputs} ${embed_script}
  COMMENT "Embedding the dashboard"
  VERBATIM)
add_library(discern_dashboard STATIC ${dashboard_embedded}/assets.S ${dashboard_embedded}/assets.cpp)
add_library(discern::dashboard ALIAS discern_dashboard)
target_include_directories(discern_dashboard PRIVATE ${PROJECT_SOURCE_DIR}/src)

# The dashboard's own tests, in the same copy of it: they can run beside each other.
if(dashboard_is_built AND DISCERN_TESTS)
  set(run_dashboard ${CMAKE_COMMAND} -D SOURCE=${dashboard_source} -D WORK=${dashboard_work} -D NPM=${DISCERN_NPM})
  set(test_dashboard -P ${PROJECT_SOURCE_DIR}/cmake/test_dashboard.cmake)
  add_test(NAME dashboard.copy COMMAND ${run_dashboard} ${test_dashboard})
  set_tests_properties(dashboard.copy PROPERTIES FIXTURES_SETUP dashboard)
  # unit: vitest; types: svelte-check, with accessibility warnings as errors; budget: the size of what is served.
  foreach(task IN ITEMS unit=test types=check budget=budget)
    string(REPLACE "=" ";" task ${task})
    list(POP_FRONT task name)
    add_test(NAME dashboard.${name} COMMAND ${run_dashboard} -D TASK=${task} ${test_dashboard})
    set_tests_properties(dashboard.${name} PROPERTIES FIXTURES_REQUIRED dashboard TIMEOUT 600)
  endforeach()
endif()
