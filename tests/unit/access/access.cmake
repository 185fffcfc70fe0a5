# Against the whole stand-in, in one process.
if(stem STREQUAL "grant_test")
    target_link_libraries(access_grant_test PRIVATE sandbox_google)
endif()
