# --wrap is GNU ld's and lld's: where the linker has none, this figure is not measured.
include(CheckLinkerFlag)
check_linker_flag(C -Wl,--wrap=net_wait STROM_LINKER_WRAPS)
if(NOT STROM_LINKER_WRAPS)
    return()
endif()
add_executable(bench_wizard ${CMAKE_CURRENT_LIST_DIR}/wizard.c)
target_link_libraries(bench_wizard PRIVATE strom_screens ${CMAKE_DL_LIBS})
target_link_options(bench_wizard PRIVATE -Wl,--wrap=net_wait)
