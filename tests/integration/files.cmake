# What api/files writes, told to a real PostgreSQL: every case of tests/cases/migrations as Flyway runs it, and
# names that mean harm there and back.
add_executable(integration_files_cases_test ${CMAKE_CURRENT_LIST_DIR}/files_cases_test.c
    ${CMAKE_CURRENT_LIST_DIR}/migrations_world.c)
add_executable(integration_files_quote_test ${CMAKE_CURRENT_LIST_DIR}/files_quote_test.c
    ${CMAKE_CURRENT_LIST_DIR}/migrations_world.c)
foreach(name IN ITEMS cases quote)
    target_link_libraries(integration_files_${name}_test PRIVATE strom_files sandbox_platform sandbox_base PkgConfig::cmocka)
    target_compile_definitions(integration_files_${name}_test PRIVATE TESTS_DIR="${CMAKE_SOURCE_DIR}/tests")
    add_test(NAME integration/files_${name} COMMAND integration_files_${name}_test)
    set_tests_properties(integration/files_${name} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 300)
endforeach()
