include(${CMAKE_CURRENT_LIST_DIR}/vt.cmake)

# Hostile strings, and what may be printed because of them.
add_library(tests_hostile STATIC ${CMAKE_CURRENT_LIST_DIR}/hostile.c ${CMAKE_CURRENT_LIST_DIR}/hostile_watch.c
    ${CMAKE_CURRENT_LIST_DIR}/liar.c)
target_link_libraries(tests_hostile PUBLIC strom_base Threads::Threads)
foreach(test IN ITEMS hostile_test tmux_test)
    if(TARGET tui_${test})
        target_link_libraries(tui_${test} PRIVATE tests_hostile tests_vt)
    endif()
endforeach()

# Whole commands and whole journeys against a sandbox (world.h). They skip without PostgreSQL.
add_library(tests_e2e STATIC ${CMAKE_CURRENT_LIST_DIR}/run.c ${CMAKE_CURRENT_LIST_DIR}/world.c
    ${CMAKE_CURRENT_LIST_DIR}/equal.c ${CMAKE_CURRENT_LIST_DIR}/relay.c ${CMAKE_CURRENT_LIST_DIR}/schema.c
    ${CMAKE_CURRENT_LIST_DIR}/google_call.c)
target_link_libraries(tests_e2e PUBLIC sandbox_base tests_vt tests_hostile PkgConfig::cmocka)
target_compile_definitions(tests_e2e PUBLIC
    SHARED_DIR="${CMAKE_SOURCE_DIR}/../shared" TESTS_DIR="${CMAKE_SOURCE_DIR}/tests")

file(GLOB e2e_tests CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*_test.c)
foreach(test IN LISTS e2e_tests)
    get_filename_component(stem ${test} NAME_WE)
    string(REGEX REPLACE "_test$" "" name ${stem})
    add_executable(e2e_${stem} ${test})
    target_link_libraries(e2e_${stem} PRIVATE tests_e2e)
    add_dependencies(e2e_${stem} strom strom-sandbox)
    add_test(NAME e2e/${name} COMMAND e2e_${stem})
    set_tests_properties(e2e/${name} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 300)
endforeach()
target_link_libraries(e2e_ended_test PRIVATE strom_store) # as a wizard that was killed
if(TARGET e2e_terminal_test)
    set_tests_properties(e2e/terminal PROPERTIES TIMEOUT 900) # a hundred wizards, one after the other
endif()
