# The sandbox's replication against a real PostgreSQL: changes of all kinds under kills and restarts
# (STROM_LONG=1 is the full count, STROM_SEED repeats a run's choices), and what can be in the way.
function(replication_program name)
    list(TRANSFORM ARGN PREPEND ${CMAKE_SOURCE_DIR}/tests/integration/replication_)
    list(TRANSFORM ARGN APPEND .c)
    add_executable(${name}_test ${ARGN})
    target_link_libraries(${name}_test PRIVATE sandbox_replicate sandbox_base PkgConfig::cmocka)
    add_test(NAME integration/${name} COMMAND ${name}_test)
    set_tests_properties(integration/${name} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 900)
endfunction()

replication_program(replication child compare hammer schema test world)
replication_program(replication_states states_test scene)
replication_program(replication_tables tables_test scene)
