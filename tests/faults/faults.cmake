# Every call x every fault, on a clock that jumps. The seams are the linker's: the product does not know.
file(GLOB fault_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.c)
add_executable(faults ${fault_sources})
target_link_libraries(faults PRIVATE strom_plan strom_watch strom_nais sandbox_google sandbox_cluster
    OpenSSL::SSL OpenSSL::Crypto PkgConfig::libcurl ${CMAKE_DL_LIBS})
target_link_options(faults PRIVATE -Wl,--wrap=http_send -Wl,--wrap=curl_multi_poll)
target_compile_definitions(faults PRIVATE TESTS_DIR="${CMAKE_SOURCE_DIR}/tests")
add_test(NAME faults/sample COMMAND faults --sample 200)
set_tests_properties(faults/sample PROPERTIES TIMEOUT 300)
