# Faster builds where the machine offers it. Nothing here changes what is built.
find_program(DISCERN_CCACHE ccache)
if(DISCERN_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Paths count from the source folder, so that every clone and worktree shares what one compiled.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${DISCERN_CCACHE})
endif()
if(NOT DISCERN_FUZZ)
  find_program(DISCERN_MOLD mold)
  find_program(DISCERN_LLD ld.lld)
  if(DISCERN_MOLD)
    add_link_options(-fuse-ld=mold)
  elseif(DISCERN_LLD)
    add_link_options(-fuse-ld=lld)
  endif()
endif()

if(CMAKE_CXX_COMPILER_ID STREQUAL Clang AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 15)
  include_directories(BEFORE SYSTEM ${PROJECT_SOURCE_DIR}/tools/clang14)
endif()

# The stack of a stuck handler is walked by frame pointers, so every frame keeps one.
add_compile_options(-fno-omit-frame-pointer)
