# The rules of the house fail the build, and stand in the list of tests.
add_custom_target(lint ALL COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/check VERBATIM)
add_test(NAME lint/rules COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/check)
add_test(NAME lint/breaches COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/prove)
