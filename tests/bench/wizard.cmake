add_executable(bench_wizard ${CMAKE_CURRENT_LIST_DIR}/wizard.c)
target_link_libraries(bench_wizard PRIVATE strom_screens ${CMAKE_DL_LIBS})
target_link_options(bench_wizard PRIVATE -Wl,--wrap=net_wait)
