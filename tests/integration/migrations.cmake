# The migrations that api/files writes, run by the sandbox's Flyway against a real PostgreSQL.
add_executable(migrations_test ${CMAKE_CURRENT_LIST_DIR}/migrations_test.c
    ${CMAKE_CURRENT_LIST_DIR}/migrations_world.c)
target_link_libraries(migrations_test PRIVATE strom_files sandbox_platform sandbox_base PkgConfig::cmocka)
add_test(NAME integration/migrations COMMAND migrations_test)
set_tests_properties(integration/migrations PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 300)
