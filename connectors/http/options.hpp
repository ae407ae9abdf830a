#pragma once
// What `connector x = http(..)` says, read once.
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/ports/connector.hpp"

namespace weir::http {

enum class Media : std::uint8_t;

struct ServerOptions {
    std::string name;                     // of the connection, for messages
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;
    std::uint64_t max_body = 1024 * 1024;
    std::uint32_t accept = 0;             // a bit for each Media
    std::vector<std::string> keep_headers;
    std::size_t max_connections = 4096;
    EngineTime head_time = std::chrono::seconds(10);     // from its first byte to its end
    EngineTime idle_time = std::chrono::seconds(60);     // between two requests
    EngineTime window = std::chrono::seconds(10);        // a body or an answer must move `slowest` bytes in each
    std::uint64_t slowest = 5000;
    std::uint64_t most_bodies = 64 * 1024 * 1024;        // bytes of bodies that are not whole yet, of all connections
    EngineTime linger_time = std::chrono::seconds(2);    // a refused sender may finish its sentence, so that it reads the answer
};
struct Url {
    bool tls = false;
    std::string host;        // as in the url, without brackets
    std::uint16_t port = 80;
    std::string authority;   // of the Host field
    std::string base;        // path, without a slash at its end
    std::string user;        // `user:password`, empty: none
    std::string shown;       // for messages: no user, no query
};
struct ClientOptions {
    std::string name;
    Url url;
    std::vector<Header> headers;   // lower-case names
    std::string ca;                // path of a PEM file; empty: the system's
    EngineTime timeout = std::chrono::seconds(30);
    std::size_t max_in_flight = 64;
    std::uint64_t max_body = 16 * 1024 * 1024;
    bool follow = false;
    std::vector<unsigned> ok_on, unavailable_on;
    EngineTime idle_time = std::chrono::seconds(30);
};

Result<ServerOptions> server_options(const std::string& name, const std::vector<Argument>& arguments);
Result<ClientOptions> client_options(const std::string& name, const std::vector<Argument>& arguments);
Result<Url> read_url(std::string_view text);
// An object of header fields, appended. False: `why`.
bool read_headers(const Value* object, Headers& out, std::string& why);
// Those of a `header` clause, over what `out` has. False: `why`.
bool add_headers(const Headers& more, Headers& out, std::string& why);
bool accepts(std::uint32_t accept, Media media);

}  // namespace weir::http
