# cmake -D SOURCE=<folder> -D CACHE=<folder> -D LINK=<path> -D NPM=<program> -P install_packages.cmake
#
# Installs what SOURCE/package-lock.json names and makes LINK point to it. The packages live in
# CACHE under the hash of the lock file, so that all build folders share one installation.
cmake_minimum_required(VERSION 3.25)

set(files package.json package-lock.json .npmrc)
set(content "")
foreach(file IN LISTS files)
  if(EXISTS "${SOURCE}/${file}")
    file(READ "${SOURCE}/${file}" text)
    string(APPEND content "${file}\n${text}\n")
  endif()
endforeach()
string(SHA256 hash "${content}")
string(SUBSTRING "${hash}" 0 16 hash)
set(folder "${CACHE}/${hash}")

file(MAKE_DIRECTORY "${folder}")
file(LOCK "${CACHE}/lock" GUARD PROCESS TIMEOUT 1800)
if(NOT EXISTS "${folder}/installed")
  foreach(file IN LISTS files)
    if(EXISTS "${SOURCE}/${file}")
      file(COPY "${SOURCE}/${file}" DESTINATION "${folder}")
    endif()
  endforeach()
  set(options --include=dev --prefer-offline --no-audit --no-fund --loglevel=error)
  execute_process(COMMAND "${NPM}" ci ${options} WORKING_DIRECTORY "${folder}"
                  RESULT_VARIABLE failed OUTPUT_VARIABLE said ERROR_VARIABLE said)
  if(failed)
    # npm ci insists on packages for every platform; a registry need not have them all. npm install
    # takes the same locked versions and checks the same hashes.
    execute_process(COMMAND "${NPM}" install --no-save ${options} WORKING_DIRECTORY "${folder}"
                    RESULT_VARIABLE failed)
  endif()
  if(failed)
    message("${said}")
    message(FATAL_ERROR "npm could not install the dashboard's packages. Check the network and "
                        "try again, or build without it: -DDISCERN_DASHBOARD=OFF.")
  endif()
  file(TOUCH "${folder}/installed")
endif()

get_filename_component(parent "${LINK}" DIRECTORY)
file(MAKE_DIRECTORY "${parent}")
if(EXISTS "${LINK}" AND NOT IS_SYMLINK "${LINK}")
  file(REMOVE_RECURSE "${LINK}")
endif()
file(CREATE_LINK "${folder}/node_modules" "${LINK}" SYMBOLIC)
