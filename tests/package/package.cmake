# What is installed and shipped.
add_test(NAME package/man COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/man $<TARGET_FILE:strom>)
set_tests_properties(package/man PROPERTIES SKIP_RETURN_CODE 77)
