# Keys in, pages out; the pictures of the README are made from the same pages and must not be stale.
foreach(walk IN ITEMS access access-mono access-nb first fresh large narrow norwegian manage manage-marked plan
        plan-marked reviewer reviewer-marked reviewer-nb reviewer-short running shared theirs trouble walk walk-marked walk-mono)
    add_test(NAME screens/${walk} COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/run ${CMAKE_BINARY_DIR} ${walk})
    set_tests_properties(screens/${walk} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 180)
endforeach()
