# Before the package is put together: one time for all files, and no mode of the builder's umask.
file(GLOB_RECURSE files LIST_DIRECTORIES ON "${CPACK_TEMPORARY_INSTALL_DIRECTORY}/*")
foreach(file IN LISTS files)
    execute_process(COMMAND touch -h -d "@$ENV{SOURCE_DATE_EPOCH}" "${file}" COMMAND_ERROR_IS_FATAL ANY)
endforeach()
