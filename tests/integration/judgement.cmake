# The judgement of columns against a real PostgreSQL: values, foreign keys, domains, comments, statistics.
add_executable(integration_judgement_test ${CMAKE_CURRENT_LIST_DIR}/judgement_test.c
    ${CMAKE_CURRENT_LIST_DIR}/judgement_values.c ${CMAKE_CURRENT_LIST_DIR}/judgement_quiet.c)
target_link_libraries(integration_judgement_test PRIVATE strom_plan sandbox_base PkgConfig::libpq PkgConfig::cmocka)
add_test(NAME integration/judgement COMMAND integration_judgement_test)
set_tests_properties(integration/judgement PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 300)
