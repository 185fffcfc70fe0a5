# The sandbox's replication against a real PostgreSQL: changes of all kinds under kills and restarts
# (STROM_LONG=1 is the full count, STROM_SEED repeats a run's choices), and what can be in the way.
set(replication_parts child compare schema test world)
list(TRANSFORM replication_parts PREPEND ${CMAKE_CURRENT_LIST_DIR}/replication_)
list(TRANSFORM replication_parts APPEND .c)
add_executable(replication_test ${replication_parts})
target_include_directories(replication_test PRIVATE ${CMAKE_CURRENT_LIST_DIR})
target_link_libraries(replication_test PRIVATE sandbox_replicate sandbox_base)
add_test(NAME integration/replication COMMAND replication_test)

add_executable(replication_states_test ${CMAKE_CURRENT_LIST_DIR}/replication_states_test.c)
target_link_libraries(replication_states_test PRIVATE sandbox_replicate sandbox_base
    PkgConfig::cmocka)
add_test(NAME integration/replication_states COMMAND replication_states_test)
set_tests_properties(integration/replication integration/replication_states PROPERTIES
    SKIP_RETURN_CODE 77 TIMEOUT 900)
