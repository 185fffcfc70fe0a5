# The n-th call fails: strom's double defines what its libraries call, too, which only ELF's linkers
# allow; the paper cloud is that of fuzz.cmake.
if(APPLE)
    return()
endif()
add_executable(fuzz_faulty ${CMAKE_SOURCE_DIR}/screens/main.c ${fuzz_folder}/faults_victim.c)
target_link_libraries(fuzz_faulty PRIVATE strom_screens ${CMAKE_DL_LIBS})
target_link_options(fuzz_faulty PRIVATE -Wl,--wrap=realloc -Wl,--export-dynamic)
add_executable(fuzz_faults ${fuzz_folder}/faults.c ${fuzz_folder}/faults_world.c ${fuzz_folder}/faults_screen.c
    ${fuzz_folder}/kills_world.c ${fuzz_folder}/kills_run.c ${paper_cloud})
target_link_libraries(fuzz_faults PRIVATE sandbox_cluster sandbox_google strom_base tests_vt PkgConfig::sqlite3)
target_compile_definitions(fuzz_faults PRIVATE TESTS_DIR="${CMAKE_SOURCE_DIR}/tests")
add_dependencies(fuzz_faults fuzz_faulty fuzz_victim) # whose place kills_open looks for
add_test(NAME faults/calls COMMAND fuzz_faults sample 200)
set_tests_properties(faults/calls PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 600)
