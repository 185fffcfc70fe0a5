# The rules of the house fail the build, and stand in the list of tests.
add_custom_target(lint ALL COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/check VERBATIM)
add_test(NAME lint/rules COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/check)
add_test(NAME lint/promises COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/promises)
add_test(NAME lint/wider COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/wider)
add_test(NAME lint/breaches COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/prove)
# Where the package is built, and behind it: the release is built once, which takes a while on both cores.
add_test(NAME lint/hardening COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/hardening ${CMAKE_BINARY_DIR}/package/build)
set_tests_properties(lint/hardening PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 600 PROCESSORS 2 DEPENDS package/deb)
