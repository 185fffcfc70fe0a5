# The sandbox's replication against a real PostgreSQL. STROM_LONG=1 is the full count.
file(GLOB replication_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/replication_*.c)
add_executable(replication_test ${replication_sources})
target_include_directories(replication_test PRIVATE ${CMAKE_CURRENT_LIST_DIR})
target_link_libraries(replication_test PRIVATE sandbox_replicate sandbox_base)
add_test(NAME integration/replication COMMAND replication_test)
set_tests_properties(integration/replication PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 900)
