add_executable(bench_drain ${CMAKE_CURRENT_LIST_DIR}/drain.c)
target_link_libraries(bench_drain PRIVATE sandbox_replicate sandbox_base PkgConfig::libpq)
