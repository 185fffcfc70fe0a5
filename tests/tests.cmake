# Every tests/unit/<folder>/<name>_test.c is a cmocka program of its own, linked with that folder's library.
# Programs that need a server or a terminal say so and skip (exit 77) where it is missing.

set(layers base store net rules pg google nais files access checks plan watch tui cli screens)
foreach(layer IN LISTS layers)
    file(GLOB tests CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/unit/${layer}/*_test.c)
    foreach(test IN LISTS tests)
        get_filename_component(stem ${test} NAME_WE)
        add_executable(${layer}_${stem} ${test})
        target_link_libraries(${layer}_${stem} PRIVATE strom_${layer} PkgConfig::cmocka)
        target_compile_definitions(${layer}_${stem} PRIVATE
            TESTS_DIR="${CMAKE_CURRENT_LIST_DIR}" SHARED_DIR="${CMAKE_SOURCE_DIR}/../shared")
        # what the tests of a folder need besides: ${layer}_${stem} is the program
        include(${CMAKE_CURRENT_LIST_DIR}/unit/${layer}/${layer}.cmake OPTIONAL)
        add_test(NAME unit/${layer}/${stem} COMMAND ${layer}_${stem})
        set_tests_properties(unit/${layer}/${stem} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 300)
    endforeach()
endforeach()

foreach(part IN ITEMS base replicate platform google cluster)
    file(GLOB tests CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/unit/sandbox_${part}/*_test.c)
    foreach(test IN LISTS tests)
        get_filename_component(stem ${test} NAME_WE)
        add_executable(sandbox_${part}_${stem} ${test})
        target_link_libraries(sandbox_${part}_${stem} PRIVATE sandbox_${part} PkgConfig::cmocka)
        target_compile_definitions(sandbox_${part}_${stem} PRIVATE
            TESTS_DIR="${CMAKE_CURRENT_LIST_DIR}" SHARED_DIR="${CMAKE_SOURCE_DIR}/../shared"
            STROM_FIXTURES="${CMAKE_SOURCE_DIR}/tests/sandbox/fixtures")
        add_test(NAME unit/sandbox_${part}/${stem} COMMAND sandbox_${part}_${stem})
        set_tests_properties(unit/sandbox_${part}/${stem} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 600)
    endforeach()
endforeach()

# Larger parts bring a CMake file of their own.
foreach(part IN ITEMS lint screens integration e2e bench fuzz faults package)
    include(${CMAKE_CURRENT_LIST_DIR}/${part}/${part}.cmake OPTIONAL)
endforeach()
