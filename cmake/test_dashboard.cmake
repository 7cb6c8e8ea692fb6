# Runs the dashboard's tests, its type and accessibility check, and its size budget in the build
# folder's copy, which has the packages installed and the page built.
foreach(folder IN ITEMS test dev)
  file(REMOVE_RECURSE ${WORK}/${folder})
  file(COPY ${SOURCE}/${folder} DESTINATION ${WORK})
endforeach()
foreach(task IN ITEMS test check budget)
  execute_process(COMMAND ${NPM} run --silent ${task} WORKING_DIRECTORY ${WORK} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
