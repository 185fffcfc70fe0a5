add_executable(bench_catalogue ${CMAKE_CURRENT_LIST_DIR}/catalogue.c)
target_link_libraries(bench_catalogue PRIVATE sandbox_base strom_pg strom_net strom_base PkgConfig::libpq)
