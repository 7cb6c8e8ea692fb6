# Installs a Node test's packages in the build folder, once for each lock file, and runs it there.
file(MAKE_DIRECTORY ${WORK})
file(GLOB sources ${SOURCE}/*.mjs ${SOURCE}/*.json ${SOURCE}/.npmrc)
file(COPY ${sources} DESTINATION ${WORK})
file(SHA256 ${SOURCE}/package-lock.json lock)
if(NOT EXISTS ${WORK}/installed-${lock})
  execute_process(COMMAND npm ci --no-audit --no-fund --loglevel=error
    WORKING_DIRECTORY ${WORK} COMMAND_ERROR_IS_FATAL ANY)
  file(TOUCH ${WORK}/installed-${lock})
endif()
execute_process(COMMAND node --test WORKING_DIRECTORY ${WORK} COMMAND_ERROR_IS_FATAL ANY)
