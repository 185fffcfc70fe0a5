# Every call x every fault, on a clock that jumps. The seams are the linker's: the product does not know.
include(CheckLinkerFlag)
check_linker_flag(C -Wl,--wrap=net_wait STROM_LINKER_WRAPS)
if(NOT STROM_LINKER_WRAPS)
    return()
endif()
set(faults_folder ${CMAKE_CURRENT_LIST_DIR})
file(GLOB fault_sources CONFIGURE_DEPENDS ${faults_folder}/*.c)
list(FILTER fault_sources EXCLUDE REGEX "/(main|requests|scenario|calls|mend|commands)\\.c$")
add_library(tests_faults STATIC ${fault_sources})
target_link_libraries(tests_faults PUBLIC strom_plan strom_nais sandbox_cluster sandbox_google OpenSSL::SSL OpenSSL::Crypto PkgConfig::libcurl
    PkgConfig::sqlite3 ${CMAKE_DL_LIBS})
target_link_options(tests_faults INTERFACE -Wl,--wrap=http_send -Wl,--wrap=child_run -Wl,--wrap=curl_multi_poll)
target_compile_definitions(tests_faults PRIVATE TESTS_DIR="${CMAKE_SOURCE_DIR}/tests")

set(fault_scenarios ${faults_folder}/scenario.c ${faults_folder}/calls.c ${faults_folder}/mend.c
    ${faults_folder}/commands.c)
add_executable(faults ${faults_folder}/main.c ${faults_folder}/requests.c ${fault_scenarios})
target_compile_definitions(faults PRIVATE SHARED_DIR="${CMAKE_SOURCE_DIR}/../shared")
# The commands stand on screens/live.c, and screens on the commands.
set(whole_program $<LINK_GROUP:RESCAN,strom_cli,strom_screens>)
target_link_libraries(faults PRIVATE tests_faults ${whole_program})
add_test(NAME faults/sample COMMAND faults --sample 200)
set_tests_properties(faults/sample PROPERTIES TIMEOUT 300)

# The figure of the whole road on the same clock.
add_executable(bench_running ${CMAKE_SOURCE_DIR}/tests/bench/running.c ${fault_scenarios})
target_link_libraries(bench_running PRIVATE tests_faults ${whole_program})
