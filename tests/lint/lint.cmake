# The rules of the house fail the build, and stand in the list of tests.
add_custom_target(lint ALL COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/check VERBATIM)
add_test(NAME lint/rules COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/check)
add_test(NAME lint/wider COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/wider)
add_test(NAME lint/breaches COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/prove)
# The release is built beside; its first time takes a while on both cores.
add_test(NAME lint/hardening COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/hardening ${CMAKE_BINARY_DIR}/release)
set_tests_properties(lint/hardening PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 600 PROCESSORS 2)
