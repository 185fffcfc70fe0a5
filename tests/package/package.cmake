# What is installed and shipped.
add_test(NAME package/man COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/man $<TARGET_FILE:strom>)
set_tests_properties(package/man PROPERTIES SKIP_RETURN_CODE 77)
add_test(NAME package/installed COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/installed ${CMAKE_BINARY_DIR})
add_test(NAME package/formula COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/formula)
# The first time takes a while on both cores. ./dev package builds it twice and compares.
add_test(NAME package/deb COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/deb ${CMAKE_BINARY_DIR}/package)
set_tests_properties(package/deb PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 900 PROCESSORS 2)
