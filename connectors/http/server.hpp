#pragma once
// The listening side of one connection: one socket, many sources.
// Owner: the Connector and its sources. Thread: that of the world's network, all methods; made and taken down while it stands still.
#include <memory>
#include <string>

#include "connectors/http/options.hpp"
#include "connectors/http/wire.hpp"

namespace weir::http {

struct SourceOptions {
    std::string operation;     // get, post, .., any
    std::string path;
    std::string name;          // in the store
    std::uint32_t accept = 0;
    std::uint64_t max_body = 0;
};

struct Listener {
    virtual ~Listener() = default;
    // Refused: a bad path, or one that another source has.
    virtual Result<std::unique_ptr<Source>> source(SourceOptions options) = 0;
    virtual std::string address() const = 0;  // as it is bound: with port 0 the one that was given
    virtual std::size_t connections() const = 0;
};
// Binds. Connections are taken once the first source has started; until a source runs, its requests get 503.
Result<std::shared_ptr<Listener>> listen(ServerOptions options, ConnectorWorld world);

}  // namespace weir::http
