# cmake -D DIST=<folder> -D OUT=<folder> -P embed_assets.cmake
#
# Turns a folder of files into bytes of the program: each is compressed, its bytes go into
# OUT/assets.S by .incbin, and OUT/assets.cpp defines web::embedded_assets() over them. Runs at
# build time, because nobody knows the hashed names before the dashboard is built.
cmake_minimum_required(VERSION 3.25)

function(content_type_of file result)
  get_filename_component(extension "${file}" LAST_EXT)
  set(type "application/octet-stream")
  foreach(known IN ITEMS ".html=text/html; charset=utf-8" ".js=text/javascript; charset=utf-8"
                         ".css=text/css; charset=utf-8" ".svg=image/svg+xml"
                         ".txt=text/plain; charset=utf-8" ".json=application/json"
                         ".webmanifest=application/manifest+json" ".png=image/png"
                         ".ico=image/x-icon" ".woff2=font/woff2")
    string(FIND "${known}" "=" at)
    string(SUBSTRING "${known}" 0 ${at} name)
    if(extension STREQUAL name)
      math(EXPR at "${at} + 1")
      string(SUBSTRING "${known}" ${at} -1 type)
    endif()
  endforeach()
  set(${result} "${type}" PARENT_SCOPE)
endfunction()

file(GLOB_RECURSE files RELATIVE "${DIST}" "${DIST}/*")
list(SORT files)
if(NOT "index.html" IN_LIST files)
  message(FATAL_ERROR "there is no index.html in ${DIST}")
endif()
file(REMOVE_RECURSE "${OUT}/gz")
file(MAKE_DIRECTORY "${OUT}/gz")

set(bytes "")
set(declarations "")
set(table "")
set(i 0)
foreach(file IN LISTS files)
  set(gz "${OUT}/gz/${i}.gz")
  # -n: no name and no time inside, so that the same file gives the same bytes.
  execute_process(COMMAND gzip -9nc "${DIST}/${file}" OUTPUT_FILE "${gz}"
                  COMMAND_ERROR_IS_FATAL ANY)
  file(SHA256 "${gz}" hash)
  string(SUBSTRING "${hash}" 0 16 etag)
  content_type_of("${file}" type)
  set(symbol "discern_asset_${i}")
  string(APPEND bytes
    "  .global ${symbol}\n  .global ${symbol}_end\n${symbol}:\n  .incbin \"${gz}\"\n${symbol}_end:\n  .byte 0\n")
  string(APPEND declarations "extern const char ${symbol}[], ${symbol}_end[];\n")
  string(APPEND table
    "    {\"/${file}\", \"${type}\", \"\\\"${etag}\\\"\", between(${symbol}, ${symbol}_end)},\n")
  math(EXPR i "${i} + 1")
endforeach()

file(WRITE "${OUT}/assets.S"
  "  .section .rodata\n${bytes}  .section .note.GNU-stack,\"\",%progbits\n")
file(WRITE "${OUT}/assets.cpp" "#include \"web/asset.hpp\"

extern \"C\" {
${declarations}}

namespace discern::web {

std::span<const Asset> embedded_assets() {
  const auto between = [](const char* begin, const char* end) {
    return std::string_view(begin, static_cast<std::size_t>(end - begin));
  };
  static const Asset kAssets[] = {
${table}  };
  return kAssets;
}

}  // namespace discern::web
")
