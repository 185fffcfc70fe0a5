add_executable(bench_checks ${CMAKE_CURRENT_LIST_DIR}/checks.c ${CMAKE_CURRENT_LIST_DIR}/delay.c
    ${CMAKE_SOURCE_DIR}/tests/integration/checks/cloud.c
    ${CMAKE_SOURCE_DIR}/tests/integration/checks/watch.c)
target_link_libraries(bench_checks PRIVATE strom_checks sandbox_google sandbox_base PkgConfig::libpq)
