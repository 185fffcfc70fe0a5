# The test of requests is several files.
if(stem STREQUAL "requests_test")
    target_sources(google_requests_test PRIVATE
        ${CMAKE_CURRENT_LIST_DIR}/request_text.c ${CMAKE_CURRENT_LIST_DIR}/requests_cloud.c
        ${CMAKE_CURRENT_LIST_DIR}/requests_compute.c
        ${CMAKE_CURRENT_LIST_DIR}/requests_datastream.c)
endif()
# A server of its own, with a certificate.
if(stem STREQUAL "http2_test")
    target_sources(google_http2_test PRIVATE ${CMAKE_SOURCE_DIR}/tests/faults/certificate.c)
    target_link_libraries(google_http2_test PRIVATE OpenSSL::SSL PkgConfig::libcurl)
endif()
