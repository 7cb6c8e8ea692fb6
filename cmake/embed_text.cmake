# discern_embed_text(<out.cpp> HEADER <header> FUNCTION <namespace::function> FOLDER <folder> FILES <files...>)
#
# Writes a source that defines the function, which returns the files as {name, text} pairs. The files
# stay what they are, so that whatever else compiles them keeps them true.
function(discern_embed_text out)
  cmake_parse_arguments(arg "" "HEADER;FUNCTION;FOLDER" "FILES" ${ARGN})
  set(rows "")
  foreach(file IN LISTS arg_FILES)
    file(READ ${arg_FOLDER}/${file} text)
    string(APPEND rows "    {\"${file}\", R\"~~~(${text})~~~\"},\n")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${arg_FOLDER}/${file})
  endforeach()
  file(CONFIGURE OUTPUT ${out} @ONLY CONTENT "#include \"@arg_HEADER@\"

std::span<const discern::app::TextFile> @arg_FUNCTION@() {
  static constexpr discern::app::TextFile kFiles[] = {
@rows@  };
  return kFiles;
}
")
endfunction()
