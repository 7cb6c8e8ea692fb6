# The web server: who may ask, and what hostile clients cost.
discern_row_unit(E4 web "Decide.*:ServerTest.NoOtherSite*")
discern_row_program(E4 300
  web_access_test.OtherSites.test_other_sites_do_not_run_a_plugins_handler
  web_access_test.OtherSites.test_a_public_route_is_called_by_other_sites
  web_access_test.OtherSites.test_people_still_arrive_by_links
  web_access_test.OtherSites.test_other_sites_cannot_make_us_work_by_an_image)
discern_row_unit(E5 net "HttpReader.FieldsThatTakeOneValue*:HttpReader.TheNextRequest*")
discern_row_program(E5 300 web_access_test.OtherSites.test_a_field_with_one_value_comes_once)
discern_row_unit(B6 web "ServerTest.IsReadyWhenAShardIs")
discern_row_program(B6 300 web_access_test.Probes)
discern_row_unit(E2 net "Crowd.*")
discern_row_unit(E2 web "ServerTest.APluginThatHangs*")
discern_row_program(E2 300
  hostile_load_test.HostileLoad.test_half_requests_keep_nobody_out
  hostile_load_test.HostileLoad.test_streams_leave_places_for_everything_else)
discern_row_unit(E1 net "Crowd.*")
discern_row_program(E1 600
  hostile_load_test.HostileLoad.test_slow_readers_of_many_files_cost_little
  hostile_load_test.HostileLoad.test_slow_readers_of_large_metrics_cost_little
  hostile_load_test.HostileLoad.test_slow_readers_of_a_plugins_page_cost_little)
discern_row_unit(E3 web "QueryJson.*:QuerySource.*:PointPack.*")
discern_row_program(E3 300 hostile_load_test.HostileLoad.test_slow_readers_of_long_queries_cost_little_and_get_it_all)
discern_row_program(E7 300 web_access_test.Children)
discern_row_unit(H3 web "ServerTest.CountsViewsOfPluginsPages*")
discern_row_program(H3 300 web_access_test.OtherSites.test_views_of_plugins_pages_are_counted_by_their_route)
discern_row_unit(H8 web "ServerTest.AnEncoderThatFails*")
add_test(NAME row.H9.figures
  COMMAND ${Python3_EXECUTABLE} -B ${PROJECT_SOURCE_DIR}/tools/check_figures.py ${PROJECT_SOURCE_DIR})
set_tests_properties(row.H9.figures PROPERTIES TIMEOUT 60 LABELS "row;H9")
