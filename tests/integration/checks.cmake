# Prepared states of a real PostgreSQL and of the stand-in for Google, each with the whole set of checks
# that it must give. An argument runs the states whose name has it in it.
file(GLOB checks_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/checks/*.c)
add_executable(checks_test ${checks_sources})
target_link_libraries(checks_test PRIVATE strom_screens strom_tui strom_checks sandbox_google sandbox_base PkgConfig::libpq PkgConfig::cmocka)
add_test(NAME integration/checks COMMAND checks_test)
set_tests_properties(integration/checks PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 300)
