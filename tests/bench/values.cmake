add_executable(bench_values ${CMAKE_CURRENT_LIST_DIR}/values.c)
target_link_libraries(bench_values PRIVATE sandbox_base strom_plan strom_pg strom_net strom_base PkgConfig::libpq)
