#pragma once
// A listener with flows behind it, and requests to it.
#include "connectors/http/media.hpp"
#include "connectors/http/server.hpp"
#include "tests/contract/http_rig.hpp"

namespace weir {

// A listener with flows behind it; each answers with what it got, unless it is told to wait.
struct Served {
    Network network;
    std::shared_ptr<http::Listener> listener;
    std::vector<std::unique_ptr<Flow>> flows;
    std::vector<std::unique_ptr<Source>> sources;
    std::uint16_t port = 0;

    explicit Served(http::ServerOptions options = {}) {
        options.name = "web";
        if (options.accept == 0) options.accept = 1u << static_cast<unsigned>(http::Media::json);
        auto made = network.on([&] { return http::listen(options, network.world()); });
        if (!made) throw std::runtime_error(made.error().text);
        listener = *made;
        port = static_cast<std::uint16_t>(std::stoi(listener->address().substr(listener->address().rfind(':') + 1)));
    }
    ~Served() {
        network.halt();
        sources.clear();
        listener.reset();
    }
    Flow& add(const std::string& operation, const std::string& path, bool replies = true, std::uint64_t max_body = 1024 * 1024) {
        flows.push_back(std::make_unique<Flow>(network));
        Flow& flow = *flows.back();
        network.on([&] {
            auto made = listener->source({operation, path, "flow/web." + operation + path, 1u << static_cast<unsigned>(http::Media::json), max_body});
            if (!made) throw std::runtime_error(made.error().text);
            sources.push_back(std::move(*made));
            flow.source = sources.back().get();
            if (replies)
                flow.reply = [](const Delivery& d) {
                    Answer out;
                    write_body(out.body, d.message.body);
                    out.format = Format::json;
                    return out;
                };
            flow.source->start(flow, {});
        });
        return flow;
    }
    Wire connect() const { return Wire(port); }
};

inline std::string post(std::string_view path, std::string_view body, std::string_view more = "content-type: application/json\r\n") {
    return "POST " + std::string(path) + " HTTP/1.1\r\nHost: here\r\n" + std::string(more) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}
inline std::string get(std::string_view path) { return "GET " + std::string(path) + " HTTP/1.1\r\nHost: here\r\n\r\n"; }
inline std::string as_text(const Value* value) { return value == nullptr ? "-" : std::string(value->text()); }

}  // namespace weir
