add_executable(bench_judging ${CMAKE_CURRENT_LIST_DIR}/judging.c)
target_link_libraries(bench_judging PRIVATE strom_rules strom_base ${CMAKE_DL_LIBS})
