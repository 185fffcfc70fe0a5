add_executable(bench_server ${CMAKE_CURRENT_LIST_DIR}/server.c)
target_link_libraries(bench_server PRIVATE sandbox_base PkgConfig::libpq)
