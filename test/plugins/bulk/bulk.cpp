// Has much to show: metrics that make /metrics 14 MB, a page of 5 MB, and routes of either access.

#include <discern/plugin/plugin.hpp>

#include <string>

using namespace discern::plugin;

class Bulk : public Plugin {
  void init(Core& core) override {
    for (int family = 0; family < 8; ++family) {
      const auto sizes = core.metrics().histogram(
          "sizes_" + std::to_string(family) + "_seconds", "Sizes.", {"what"});
      for (int number = 0; number < 990; ++number) {
        const Histogram one = sizes.with("number " + std::to_string(number));
        for (double value = 0.0001; value < 100; value *= 2) one.observe(value);
      }
    }
    core.api().register_route(
        "/page", [this](const Request&, Response& response) { response.set("text/html", page_); });
    core.api().register_route("/pages/*", [this](const Request&, Response& response) {
      response.html(html("<p>{}</p>", ++calls_));
    });
    core.api().register_route("/calls", [this](const Request&, Response& response) {
      response.text(std::to_string(calls_));
    });
    core.api().register_route(
        "/public",
        [this](const Request&, Response& response) { response.text(std::to_string(++calls_)); },
        {.access = Access::Public});
  }
  const std::string page_ = std::string(5'000'000, 'x');
  int calls_ = 0;
};

DISCERN_PLUGIN(Bulk)
