# cmake -D SOURCE=<folder> -D WORK=<folder> -D NPM=<program> [-D TASK=<script>] -P test_dashboard.cmake
#
# Without TASK: copies the dashboard's tests beside the build folder's copy of it, which has the
# packages installed and the page built. With TASK: runs that script of package.json there.
if(NOT TASK)
  foreach(folder IN ITEMS test dev)
    file(REMOVE_RECURSE ${WORK}/${folder})
    file(COPY ${SOURCE}/${folder} DESTINATION ${WORK})
  endforeach()
  return()
endif()
execute_process(COMMAND ${NPM} run --silent ${TASK} WORKING_DIRECTORY ${WORK} COMMAND_ERROR_IS_FATAL ANY)
