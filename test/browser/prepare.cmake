# cmake -D SOURCE=<folder> -D WORK=<folder> -D CACHE=<folder> -D NPM=<program> -P prepare.cmake
#
# Copies the browser tests to WORK, with their packages beside them.
file(MAKE_DIRECTORY ${WORK})
file(GLOB old ${WORK}/*.mjs)
if(old)
  file(REMOVE ${old})
endif()
file(GLOB sources ${SOURCE}/*.mjs ${SOURCE}/package.json)
file(COPY ${sources} DESTINATION ${WORK})
set(LINK ${WORK}/node_modules)
include(${SOURCE}/../../cmake/install_packages.cmake)
